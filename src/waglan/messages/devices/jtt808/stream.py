"""JT/T 808: what comes over one connection, as frames, in order, with nothing left out.

Every byte is in one telegram, or in one quarantined piece, or still in the rest. Whether the bytes
come all at once or one by one makes no difference to what is read.
"""

from hashlib import sha256
from typing import Final

from waglan.codes.finding import Finding
from waglan.elock.device import Fragment, Heard, Quarantined, Said, Span, Telegram
from waglan.messages.devices import broken
from waglan.messages.devices.jtt808.body import read_body
from waglan.messages.devices.jtt808.fragments import Fragments
from waglan.messages.devices.jtt808.frame import (
    FRAME_BYTES_MAX,
    MARK,
    Broken,
    Frame,
    Why,
    read_frame,
)

NOISE_BYTES_MAX: Final = 2_048  # of one quarantined piece


class Stream:
    """The frames of one connection; beside fragments a few kilobytes at most are held of it."""

    __slots__ = ("_at", "_fragments", "_is_open", "_rest")

    def __init__(self) -> None:
        """Begin before the first mark."""
        self._rest = b""
        self._at = 0  # where the rest begins, in all that came
        self._is_open = False  # whether a mark stands before what comes next
        self._fragments = Fragments()

    @property
    def rest(self) -> bytes:
        """What came and is not whole yet."""
        return self._rest

    def feed(self, data: bytes, at_s: int) -> list[Heard]:
        """Return what is whole now; the time is when it came, in seconds since 1970."""
        heard = list[Heard](self._fragments.lapsed(at_s))
        buffer = self._rest + data
        # One mark may end a frame and begin the next. Those that end none stand before the next.
        at = len(self._rest) - len(self._rest.lstrip(MARK))
        pieces = (buffer[at:] if at else buffer).split(MARK)
        tail, begin = pieces.pop(), 0
        for piece in pieces:
            mark = at + len(piece)
            if not self._is_open:
                begin = self._noise(buffer, begin, mark, heard, is_ended=True)
                self._is_open = True
            elif not piece:
                if mark - begin >= NOISE_BYTES_MAX:
                    begin = self._noise(buffer, begin, mark, heard, is_ended=True)
            elif len(piece) > FRAME_BYTES_MAX:
                begin = self._overlong(buffer, begin, at, heard)
                begin = self._noise(buffer, begin, mark, heard, is_ended=True)
            else:
                heard += self._frame(buffer[begin : mark + 1], piece, self._at + begin, at_s)
                begin = mark + 1
            at = mark + 1
        if self._is_open and len(tail) > FRAME_BYTES_MAX:
            begin = self._overlong(buffer, begin, at, heard)
            self._is_open = False
        if not self._is_open:
            begin = self._noise(buffer, begin, len(buffer), heard, is_ended=False)
        self._rest = buffer[begin:]
        self._at += begin
        return heard

    def _noise(
        self, buffer: bytes, begin: int, stop: int, heard: list[Heard], *, is_ended: bool
    ) -> int:
        """Set noise aside in pieces of one size, the last of them once it has ended."""
        while stop - begin >= NOISE_BYTES_MAX or (is_ended and stop > begin):
            raw = buffer[begin : min(stop, begin + NOISE_BYTES_MAX)]
            at = self._at + begin
            heard.append(broken.set_aside(at, raw, broken.noise(at, len(raw))))
            begin += len(raw)
        return begin

    def _overlong(self, buffer: bytes, begin: int, at: int, heard: list[Heard]) -> int:
        """Set aside as much as no frame has; what follows up to the next mark is noise."""
        stop, first = at + FRAME_BYTES_MAX + 1, self._at + begin
        finding = broken.too_long(first, FRAME_BYTES_MAX)
        heard.append(broken.set_aside(first, buffer[begin:stop], finding))
        return stop

    def _frame(self, raw: bytes, piece: bytes, first: int, at_s: int) -> list[Heard]:
        frame = read_frame(piece)
        span = Span(first, first + len(raw), sha256(piece).digest())
        if isinstance(frame, Broken):
            header = frame.header
            device, serial = (header.terminal, header.serial) if header else (None, None)
            return [Quarantined(span, raw, _reason(frame, piece, first), device, serial)]
        if frame.header.total is None:
            return [_telegram(span, raw, frame, *read_body(frame.header, frame.body, first))]
        return self._fragment(span, raw, frame, at_s)

    def _fragment(self, span: Span, raw: bytes, frame: Frame, at_s: int) -> list[Heard]:
        header = frame.header
        part = Fragment(header.total or 0, header.index or 0)
        if not self._fragments.fits(header):
            odd = broken.bad_fragments(span.begin, part.total, part.index)
            return [_telegram(span, raw, frame, (part,), (odd,))]
        body, lapsed = self._fragments.take(header, frame.body, at_s)
        said, found = ((), ()) if body is None else read_body(header, body, span.begin)
        return [*lapsed, _telegram(span, raw, frame, (part, *said), found)]


def payload(telegram: Telegram) -> bytes:
    """Return what a telegram says, without its serial: the same again is a repeat, or a clone."""
    frame = read_frame(telegram.raw.strip(MARK))
    return frame.body if isinstance(frame, Frame) else telegram.raw


def _telegram(
    span: Span, raw: bytes, frame: Frame, said: tuple[Said, ...], found: tuple[Finding, ...]
) -> Telegram:
    header = frame.header
    return Telegram(
        span, raw, header.terminal, said, header.message, header.serial, header.version, found
    )


def _reason(frame: Broken, piece: bytes, at: int) -> Finding:
    match frame.why:
        case Why.ESCAPE:
            return broken.bad_escape(at)
        case Why.SHORT:
            return broken.too_short(at, frame.found)
        case Why.NUMBER:
            return broken.bad_number(at, piece[4:14].hex())
        case Why.CHECKSUM:
            return broken.bad_checksum(at, frame.header.terminal if frame.header else "")
        case Why.LENGTH:
            return broken.bad_length(at, frame.told, frame.found)
