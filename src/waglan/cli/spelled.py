"""Messages as lines of JSON, written while they are read, so that memory stays flat."""

import shutil
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, TypeAlias

import msgspec

from waglan.codes.finding import Severity
from waglan.manifest.model import Bill, Equipment, Head
from waglan.messages.envelope import InterchangeEnd, Message

IN_MEMORY_BYTES_MAX = 8 << 20  # of listed equipment; the rest waits in a temporary file
Item: TypeAlias = Head | Bill | Equipment | Message | InterchangeEnd

_encode = msgspec.json.Encoder().encode


def spell(items: Iterable[Item], out: BinaryIO) -> Iterator[Item]:
    """Write each message as one line, and pass everything on.

    A line has `bills`, `equipment`, then all else of the message. `declares` is false where the
    message as a whole can't be trusted, whatever its bills say.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES_MAX) as later:
        line = _Line(out, later)
        for item in items:
            if isinstance(item, Bill):
                line.bill(item)
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
        self._bills = self._boxes = 0

    def bill(self, bill: Bill) -> None:
        self._out.write(b"," if self._bills else b'{"bills":[')
        self._out.write(_encode(bill))
        self._bills += 1

    def equipment(self, box: Equipment) -> None:
        self._later.write(b"," if self._boxes else b"")
        self._later.write(_encode(box))
        self._boxes += 1

    def close(self, message: Message) -> None:
        self._out.write(b"" if self._bills else b'{"bills":[')
        self._out.write(b'],"equipment":[')
        self._later.seek(0)
        shutil.copyfileobj(self._later, self._out)
        self._later.seek(0)
        self._later.truncate()
        rest = _encode(_rest(message))
        self._out.write(b"]," + rest[1:] + b"\n")
        self._out.flush()
        self._bills = self._boxes = 0


def _rest(message: Message) -> dict[str, object]:
    content = message.content
    is_wrong = any(finding.severity is Severity.ERROR for finding in message.findings)
    return {
        "declares": content is not None and not is_wrong,
        "number": message.number,
        "offset": message.offset,
        "segments": message.segments,
        "sha256": message.sha256.hex(),
        "interchange": message.interchange,
        "header": message.header,
        "head": None if content is None else content.head,
        "totals": None if content is None else content.totals,
        "part": None if content is None else content.number,
        "is_final": None if content is None else content.is_final,
        "findings": message.findings,
    }
