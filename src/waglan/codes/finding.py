"""What is wrong and where: the one shape every check answers in. The words are in texts/."""

from collections.abc import Iterable, Mapping
from enum import Enum

import msgspec


class Severity(Enum):
    """NOTE tells, WARNING asks for a look, ERROR refuses the paper, HOLD stops the clearance."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    HOLD = "hold"


class Where(msgspec.Struct, frozen=True, gc=False):
    """A place in what was sent; all but the path may be unknown."""

    path: str  # of the field in our own words: bills/HLCU123/goods/1/description
    interchange: str | None = None  # EDIFACT: UNB 0020
    message: str | None = None  # EDIFACT: UNH 0062
    segment: int | None = None  # EDIFACT: counted from 1 in the message, UNH being 1
    tag: str | None = None  # EDIFACT: of that segment
    element: int | None = None  # counted from 1, the tag being 1, as CONTRL 0098 counts
    component: int | None = None  # counted from 1 inside the element
    offset: int | None = None  # of the byte in what was sent, counted from 0
    line: int | None = None  # of the text, or row of the sheet, counted from 1
    page: int | None = None
    box: tuple[int, int, int, int] | None = None  # left, top, right, bottom, in 1/1000 of the page


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One thing wrong. `render` gives the problem and its remedy in the reader's language."""

    code: str  # stable for ever: forwarders' own systems match on it
    severity: Severity
    where: Where
    params: Mapping[str, str | int]


def encode(findings: Iterable[Finding]) -> bytes:
    """Return findings as JSON: codes, places and parameters, never sentences."""
    return _encode(list(findings))


def decode(text: bytes) -> list[Finding]:
    """Return what `encode` wrote."""
    return _decode(text)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(list[Finding]).decode
