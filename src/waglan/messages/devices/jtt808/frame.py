"""JT/T 808: what stands between two marks, taken apart into header and body, and put together.

`7E | header | body | XOR | 7E`, big-endian. Inside, 7E is sent as 7D 02 and 7D as 7D 01. The header
of the 2019 edition has a version and a longer number of the terminal; bit 14 of its properties says
which edition it is. Of what is broken the reason is told, with what of the header could be read.
"""

from enum import Enum
from typing import Final, TypeAlias

import msgspec

MARK: Final = b"\x7e"
ESCAPE: Final = 0x7D
# Escaped and without marks: a body has at most 1,023 bytes, and each byte may need two.
FRAME_BYTES_MAX: Final = 2_100
BODY_BYTES_MAX: Final = 0x3FF
_SHORT_NUMBER: Final = 6  # bytes of the terminal's number, as BCD
_LONG_NUMBER: Final = 10

_FRAGMENTED: Final = 1 << 13
_EDITION_2019: Final = 1 << 14
_ENCRYPTION: Final = 0b111 << 10


class Header(msgspec.Struct, frozen=True, gc=False):
    """What stands before every body; `terminal` is the device's number as sent, all its digits.

    `version` is that of the 2019 edition and None in the older ones, which look alike here. Of a
    message in fragments `total` and `index`, from 1, say which this is.
    """

    message: int
    terminal: str
    serial: int
    version: int | None = None
    encryption: int = 0  # bits 10 to 12 of the properties; 1 is RSA
    total: int | None = None
    index: int | None = None


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One whole frame."""

    header: Header
    body: bytes


class Why(Enum):
    """What is wrong with a frame."""

    ESCAPE = "escape"
    SHORT = "short"
    NUMBER = "number"
    CHECKSUM = "checksum"
    LENGTH = "length"


class Broken(msgspec.Struct, frozen=True, gc=False):
    """No frame, why, and its header as far as it could be read; lengths are of the body."""

    why: Why
    header: Header | None = None
    told: int = 0
    found: int = 0


Read: TypeAlias = Frame | Broken


def read_frame(escaped: bytes) -> Read:
    """Return the frame that stands between two marks, or why it is none."""
    plain = escaped
    if ESCAPE in escaped:
        # A lone escape must not swallow what follows, so every one is looked at before any goes.
        signs = escaped.count(b"\x7d\x01") + escaped.count(b"\x7d\x02")
        if escaped.count(b"\x7d") != signs:
            return Broken(Why.ESCAPE)
        plain = escaped.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
    length = len(plain)
    if length < 5:
        return Broken(Why.SHORT, None, 0, length)
    properties = plain[2] << 8 | plain[3]
    is_2019 = properties & _EDITION_2019
    at, ends = (5, 15) if is_2019 else (4, 10)
    begins = ends + (6 if properties & _FRAGMENTED else 2)
    if length <= begins:
        return Broken(Why.SHORT, None, 0, length)
    terminal = plain[at:ends].hex()
    if not terminal.isdecimal():
        return Broken(Why.NUMBER)
    total = index = None
    if properties & _FRAGMENTED:
        total = plain[ends + 2] << 8 | plain[ends + 3]
        index = plain[ends + 4] << 8 | plain[ends + 5]
    header = Header(
        plain[0] << 8 | plain[1],
        terminal,
        plain[ends] << 8 | plain[ends + 1],
        plain[4] if is_2019 else None,
        (properties & _ENCRYPTION) >> 10,
        total,
        index,
    )
    if checksum(plain):
        return Broken(Why.CHECKSUM, header)
    if length - begins - 1 != properties & BODY_BYTES_MAX:
        return Broken(Why.LENGTH, header, properties & BODY_BYTES_MAX, length - begins - 1)
    return Frame(header, plain[begins:-1])


def write_frame(frame: Frame) -> bytes:
    """Return a frame with its marks; raise ValueError where a field can't hold what it should."""
    header = frame.header
    if len(frame.body) > BODY_BYTES_MAX:
        raise ValueError(f"a body has at most {BODY_BYTES_MAX} bytes, not {len(frame.body)}")
    properties = len(frame.body) | (header.encryption << 10 & _ENCRYPTION)
    properties |= _FRAGMENTED if header.total is not None else 0
    properties |= _EDITION_2019 if header.version is not None else 0
    digits = 2 * (_SHORT_NUMBER if header.version is None else _LONG_NUMBER)
    if not (header.terminal.isascii() and header.terminal.isdecimal()):
        raise ValueError(f"a terminal's number is of digits: {header.terminal!r}")
    if len(header.terminal) > digits:
        raise ValueError(f"a terminal's number has at most {digits} digits: {header.terminal!r}")
    parts = [
        header.message.to_bytes(2),
        properties.to_bytes(2),
        b"" if header.version is None else header.version.to_bytes(1),
        bytes.fromhex(header.terminal.zfill(digits)),
        header.serial.to_bytes(2),
    ]
    if header.total is not None:
        parts += [header.total.to_bytes(2), (header.index or 0).to_bytes(2)]
    plain = b"".join([*parts, frame.body])
    plain += checksum(plain).to_bytes(1)
    return MARK + plain.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + MARK


def checksum(plain: bytes) -> int:
    """Return the XOR over all bytes; over header, body and their checksum it is nought."""
    # The bytes are one long number that is folded onto itself: a few steps instead of one a byte.
    folded = int.from_bytes(plain)
    width = 4 << len(plain).bit_length()
    while width >= 8:
        folded ^= folded >> width
        width >>= 1
    return folded & 0xFF
