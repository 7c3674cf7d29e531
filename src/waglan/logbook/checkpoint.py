"""Checkpoints (C2SP tlog-checkpoint): how long a log is, and the root over all of it."""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waglan.logbook.note import (
    BadNote,
    Note,
    SignerKey,
    VerifierKey,
    check_text,
    read_base64,
    read_note,
    sign_note,
    signers_of,
)
from waglan.logbook.tree import HASH_BYTES, SIZE_MAX

ORIGIN_BYTES_MAX = 255
EXTENSION_LINES_MAX = 16

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of one log; the origin names the log, for ever."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()  # no monitor can audit them: leave them empty

    def __post_init__(self) -> None:
        """Refuse what could not be written and read again."""
        if not self.origin or len(self.origin.encode()) > ORIGIN_BYTES_MAX:
            raise BadNote(f"an origin has 1 to {ORIGIN_BYTES_MAX} bytes")
        if not 0 <= self.size <= SIZE_MAX:
            raise BadNote("a size is 0 to 2**63 - 1")
        if len(self.root) != HASH_BYTES:
            raise BadNote(f"a root has {HASH_BYTES} bytes")
        if len(self.extensions) > EXTENSION_LINES_MAX:
            raise BadNote(f"more than {EXTENSION_LINES_MAX} extension lines")
        if not all(self.extensions) or any("\n" in t for t in (self.origin, *self.extensions)):
            raise BadNote("an empty or broken line")

    @property
    def text(self) -> str:
        """The text of the note, which is what is signed."""
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note; raise BadNote unless writing it gives the same text."""
    check_text(text)
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise BadNote("a checkpoint has an origin, a size and a root")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, read_size(size), read_base64(root), tuple(extensions))


def read_size(text: str) -> int:
    """Read a tree size: ASCII digits, no leading zero, below 2**63."""
    if not _SIZE.fullmatch(text) or int(text) > SIZE_MAX:
        raise BadNote("a size is a decimal without leading zeroes, below 2**63")
    return int(text)


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[SignerKey]) -> Note:
    """Sign it; the caller answers for never signing two that contradict each other."""
    return sign_note(checkpoint.text, signers)


def open_checkpoint(data: bytes, keys: Iterable[VerifierKey]) -> Checkpoint | None:
    """Return the checkpoint if one of the log's keys signed it; BadNote if it is not one at all."""
    note = read_note(data)
    checkpoint = read_checkpoint(note.text)
    return checkpoint if signers_of(note, keys) else None
