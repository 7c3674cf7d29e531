"""JT/T 808: cutting a device's bytes into frames, and a frame into header and body.

`7E | header | body | XOR | 7E`, big-endian. Inside, 7E is sent as 7D 02 and 7D as 7D 01. The header
of the 2019 edition has a version and a longer number of the terminal; which edition it is, bit 14 of
its properties says. Of what is broken the bytes are kept, with the reason.
"""

from functools import reduce
from operator import xor
from typing import TypeAlias

import msgspec

FLAG, ESCAPE = 0x7E, 0x7D
FRAME_BYTES_MAX = 2_400  # escaped: a body has at most 1,023 bytes, and each may need two
BODY_BYTES_MAX = 0x3FF
_SHORT_NUMBER, _LONG_NUMBER = 6, 10  # bytes of the terminal's number, as BCD

_FRAGMENTED, _EDITION_2019 = 1 << 13, 1 << 14
_ENCRYPTION = 0b111 << 10


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


class Broken(msgspec.Struct, frozen=True, gc=False):
    """Bytes between two flags that are no frame, why, and what of the header could be read."""

    raw: bytes
    why: str  # "checksum", "length", "escape", "short", "long", "terminal"
    header: Header | None = None


Read: TypeAlias = Frame | Broken


class Cutter:
    """Cuts what comes over one connection; frames may be glued, split, and stand in noise."""

    __slots__ = ("_inside", "_kept", "noise")

    def __init__(self) -> None:
        """Begin before the first flag."""
        self._kept = bytearray()
        self._inside = False
        self.noise = 0  # bytes before a first flag

    def feed(self, data: bytes) -> list[bytes]:
        """Return what lies between flags and is whole now, without them and still escaped.

        What goes on without a flag beyond the limit comes as it is, once, and then what follows is
        noise up to the next flag.
        """
        found = list[bytes]()
        pieces = data.split(b"\x7e")
        for n, piece in enumerate(pieces):
            if n:
                self._flag(found)
            self._keep(piece, found)
        return found

    def _flag(self, found: list[bytes]) -> None:
        # One flag may end a frame and begin the next, so that nothing between two is no frame.
        if self._inside and self._kept:
            found.append(bytes(self._kept))
        self._kept.clear()
        self._inside = True

    def _keep(self, piece: bytes, found: list[bytes]) -> None:
        if not self._inside:
            self.noise += len(piece)
            return
        self._kept += piece
        if len(self._kept) > FRAME_BYTES_MAX:
            found.append(bytes(self._kept[: FRAME_BYTES_MAX + 1]))
            self.noise += len(self._kept) - FRAME_BYTES_MAX - 1
            self._kept.clear()
            self._inside = False


def read_frame(raw: bytes) -> Read:
    """Return the frame that stands between two flags, or why it is none."""
    if len(raw) > FRAME_BYTES_MAX:
        return Broken(raw, "long")
    plain = _unescaped(raw) if ESCAPE in raw else raw
    if plain is None:
        return Broken(raw, "escape")
    if len(plain) < _header_bytes(0) + 1:
        return Broken(raw, "short")
    properties = int.from_bytes(plain[2:4])
    begins = _header_bytes(properties)
    if len(plain) < begins + 1:
        return Broken(raw, "short")
    header = _header(plain, properties)
    if header is None:
        return Broken(raw, "terminal")
    if checksum(plain[:-1]) != plain[-1]:
        return Broken(raw, "checksum", header)
    body = plain[begins:-1]
    if len(body) != properties & BODY_BYTES_MAX:
        return Broken(raw, "length", header)
    return Frame(header, body)


def write_frame(frame: Frame) -> bytes:
    """Return a frame with its flags; raise ValueError where a field can't hold what it should."""
    header = frame.header
    if len(frame.body) > BODY_BYTES_MAX:
        raise ValueError(f"a body has at most {BODY_BYTES_MAX} bytes, not {len(frame.body)}")
    properties = len(frame.body) | (header.encryption << 10 & _ENCRYPTION)
    properties |= _FRAGMENTED if header.total is not None else 0
    properties |= _EDITION_2019 if header.version is not None else 0
    digits = 2 * (_SHORT_NUMBER if header.version is None else _LONG_NUMBER)
    if not header.terminal.isdecimal() or len(header.terminal) > digits:
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
    return b"\x7e" + plain.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def checksum(plain: bytes) -> int:
    """Return the XOR over header and body."""
    return reduce(xor, plain, 0)


def _unescaped(raw: bytes) -> bytes | None:
    pieces = raw.split(b"\x7d")
    if any(piece[:1] not in (b"\x01", b"\x02") for piece in pieces[1:]):
        return None
    signs = {1: b"\x7d", 2: b"\x7e"}
    return pieces[0] + b"".join([signs[piece[0]] + piece[1:] for piece in pieces[1:]])


def _header_bytes(properties: int) -> int:
    number = 1 + _LONG_NUMBER if properties & _EDITION_2019 else _SHORT_NUMBER
    return 4 + number + 2 + (4 if properties & _FRAGMENTED else 0)


def _header(plain: bytes, properties: int) -> Header | None:
    is_2019 = bool(properties & _EDITION_2019)
    at = 5 if is_2019 else 4
    ends = at + (_LONG_NUMBER if is_2019 else _SHORT_NUMBER)
    terminal = plain[at:ends].hex()
    if not terminal.isdecimal():
        return None
    total = index = None
    if properties & _FRAGMENTED:
        total, index = int.from_bytes(plain[ends + 2 : ends + 4]), int.from_bytes(
            plain[ends + 4 : ends + 6]
        )
    return Header(
        int.from_bytes(plain[:2]),
        terminal,
        int.from_bytes(plain[ends : ends + 2]),
        plain[4] if is_2019 else None,
        (properties & _ENCRYPTION) >> 10,
        total,
        index,
    )
