"""Messages as lines of JSON, written while they are read, so that memory stays flat."""

import shutil
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

import msgspec

from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.finding import Severity
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill, Equipment
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.messages.edifact.answers import answer_in
from waglan.messages.envelope import Contents, InterchangeEnd, Item, Message

IN_MEMORY_BYTES_MAX = 8 << 20  # of listed equipment; the rest waits in a temporary file

_encode = msgspec.json.Encoder().encode
# A quotation mark inside a text is escaped, so that these can be nothing but the fields.
_NOT_SAID = (b',"erased":false', b',"told_at":null')


def as_json(what: object) -> bytes:
    """Return what a file says as JSON; nothing of it was erased, so that nothing is said of it."""
    said = _encode(what)
    for field in _NOT_SAID:
        said = said.replace(field, b"")
    return said


def spell(
    items: Iterable[Item | Message | InterchangeEnd], out: BinaryIO
) -> Iterator[Item | Message | InterchangeEnd]:
    """Write each message as one line, and pass everything on.

    A line has `bills`, `equipment`, then all else of the message; of a report from the quay it has
    `movements`, of a stowage plan `slots`, of an answer `answer`. `declares` is false where the
    message as a whole can't be trusted, whatever its bills say.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES_MAX) as later:
        line = _Line(out, later)
        for item in items:
            if isinstance(item, Bill | Movement | Slot):
                line.add(item)
            elif isinstance(item, Equipment):
                line.equipment(item)
            elif isinstance(item, Message):
                line.close(item)
            yield item
    out.flush()


class _Line:
    def __init__(self, out: BinaryIO, later: SpooledTemporaryFile[bytes]) -> None:
        self._out = out
        self._later = later
        self._items = self._boxes = 0

    def add(self, item: Bill | Movement | Slot) -> None:
        self._out.write(b"," if self._items else _opening(item))
        self._out.write(as_json(item))
        self._items += 1

    def equipment(self, box: Equipment) -> None:
        self._later.write(b"," if self._boxes else b"")
        self._later.write(as_json(box))
        self._boxes += 1

    def close(self, message: Message) -> None:
        if not self._items:
            self._out.write(_opening(message.content))
        if not isinstance(message.content, MovementReport | Stowage):
            self._out.write(b'],"equipment":[')
            self._later.seek(0)
            shutil.copyfileobj(self._later, self._out)
            self._later.seek(0)
            self._later.truncate()
        rest = as_json(_rest(message))
        self._out.write(b"]," + rest[1:] + b"\n")
        self._out.flush()
        self._items = self._boxes = 0


def _opening(what: Bill | Movement | Slot | Contents | None) -> bytes:
    if isinstance(what, Movement | MovementReport):
        return b'{"movements":['
    return b'{"slots":[' if isinstance(what, Slot | Stowage) else b'{"bills":['


def _rest(message: Message) -> dict[str, object]:
    is_wrong = any(finding.severity is Severity.ERROR for finding in message.findings)
    return {
        "declares": message.part is not None and not is_wrong,
        "number": message.number,
        "offset": message.offset,
        "segments": message.segments,
        "sha256": message.sha256.hex(),
        "interchange": message.interchange,
        "header": message.header,
        **_said(message),
        "findings": message.findings,
    }


def _said(message: Message) -> dict[str, object]:
    """All that the message says of itself, as a whole."""
    if message.lists:
        return {"answer": answer_in(message.header.type, message.lists)}
    content = message.content
    if isinstance(content, MovementReport):
        return {"report": msgspec.structs.replace(content, movements=())}
    if isinstance(content, Instruction):
        return {"instruction": content}
    if isinstance(content, VerifiedMassList):
        return {"verified": content}
    if isinstance(content, Stowage):
        return {"stowage": msgspec.structs.replace(content, slots=())}
    return {
        "head": None if content is None else content.head,
        "totals": None if content is None else content.totals,
        "part": None if content is None else content.number,
        "is_final": None if content is None else content.is_final,
    }
