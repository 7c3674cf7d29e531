"""Jointech: what comes over one connection, frames and lines in turn, with nothing left out.

Every byte is in one telegram, or in one quarantined piece, or still in the rest, however the bytes
come. There is no checksum: what has a device's number and a length that can be is a frame.
"""

import re
from hashlib import sha256
from typing import Final

from waglan.elock.device import Heard, Ping, Said, Span, Telegram, Unread
from waglan.messages.devices import broken
from waglan.messages.devices.jointech import binary, lines
from waglan.messages.devices.jointech.binary import frame_bytes, read_binary
from waglan.messages.devices.jointech.lines import line_bytes, read_line

NOISE_BYTES_MAX: Final = 1_024  # of one quarantined piece
_BEGINS = re.compile(rb"[$(]")
_ASKS_ANSWER: Final = 1 << 5  # of the status
_PROTOCOL_OF_P69: Final = 0x19


class Stream:
    """The frames of one connection; a few kilobytes at most are held of it."""

    __slots__ = ("_at", "_noise", "_rest")

    def __init__(self) -> None:
        """Begin before the first frame."""
        self._rest = b""
        self._at = 0  # where the rest begins, in all that came
        self._noise = 0  # how much of the rest is no frame

    @property
    def rest(self) -> bytes:
        """What came and is not whole yet."""
        return self._rest

    def feed(self, data: bytes, at_s: int) -> list[Heard]:
        """Return what is whole now; when it came matters to other protocols alone."""
        heard = list[Heard]()
        buffer, begin, at = self._rest + data, 0, self._noise
        while at < len(buffer):
            size = _size(buffer, at)
            if size is None:
                break
            if size == 0:
                found = _BEGINS.search(buffer, at + 1)
                at = found.start() if found else len(buffer)
                begin = self._set_aside(buffer, begin, at, heard, is_ended=False)
                continue
            begin = self._set_aside(buffer, begin, at, heard, is_ended=True)
            heard.append(_frame(buffer[at : at + size], self._at + at))
            begin = at = at + size
        self._rest, self._noise = buffer[begin:], at - begin
        self._at += begin
        return heard

    def _set_aside(
        self, buffer: bytes, begin: int, stop: int, heard: list[Heard], *, is_ended: bool
    ) -> int:
        while stop - begin >= NOISE_BYTES_MAX or (is_ended and stop > begin):
            raw = buffer[begin : min(stop, begin + NOISE_BYTES_MAX)]
            at = self._at + begin
            heard.append(broken.set_aside(at, raw, broken.noise(at, len(raw))))
            begin += len(raw)
        return begin


def payload(telegram: Telegram) -> bytes:
    """Return what a telegram says, without its serial: the same again is a repeat, or a clone."""
    return telegram.raw if telegram.serial is None else telegram.raw[:-1]


def answer(telegram: Telegram) -> bytes | None:
    """Return what a lock waits for once its position is kept; None if it waits for nothing."""
    asks = any(
        isinstance(said, Ping) and (said.status_bits or 0) & _ASKS_ANSWER for said in telegram.said
    )
    if not asks:
        return None
    if telegram.version is not None and telegram.version >= _PROTOCOL_OF_P69:
        return f"(P69,0,{telegram.serial or 0})".encode("ascii")
    return b"(P35)"


def _size(buffer: bytes, at: int) -> int | None:
    """Return how long what begins there is: 0 for nothing, None if that can't be said yet."""
    if buffer[at] == binary.OPENS:
        size = frame_bytes(buffer, at)
        return size if size is None or size <= len(buffer) - at else None
    return line_bytes(buffer, at) if buffer[at] == lines.OPENS else 0


def _frame(raw: bytes, begin: int) -> Telegram:
    span = Span(begin, begin + len(raw), sha256(raw).digest())
    if raw[0] == binary.OPENS:
        read = read_binary(raw, begin)
        said: tuple[Said, ...] = read.pings
        if read.rest:
            said += (Unread(read.rest),)
        told = (read.device, said, read.kind, read.serial, read.protocol, read.findings)
        return Telegram(span, raw, *told)
    line = read_line(raw, begin)
    return Telegram(span, raw, line.device, line.said, findings=line.findings)
