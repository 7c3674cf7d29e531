"""JT/T 808: a frame without the code that stands in it, so that what is kept opens no door."""

from typing import Final

from waglan.messages.devices.jtt808.body import AUTHENTICATION
from waglan.messages.devices.jtt808.frame import MARK, Frame, read_frame, write_frame

_SIGN: Final = b"*"
_SHOWS: Final = AUTHENTICATION.to_bytes(2)
_HEADER_BYTES: Final = (
    12  # of the older editions; escapes and fragments make it longer, never shorter
)


def hidden(raw: bytes) -> bytes:
    """Return a frame as it came; one that shows a code comes back with signs in its place."""
    piece = raw.strip(MARK)
    if not piece.startswith(_SHOWS):
        return raw
    frame = read_frame(piece)
    if isinstance(frame, Frame):
        return write_frame(Frame(frame.header, _SIGN * len(frame.body)))
    return MARK + _masked(piece, 0) + MARK


def hidden_noise(raw: bytes) -> bytes:
    """Return what is no frame, as it came; behind what may begin with a code nothing is left."""
    at = raw.find(_SHOWS)
    return raw if at < 0 else _masked(raw, at)


def _masked(raw: bytes, at: int) -> bytes:
    begins = min(len(raw), at + _HEADER_BYTES)
    return raw[:begins] + _SIGN * (len(raw) - begins)
