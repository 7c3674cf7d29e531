"""How a lock is opened by two: an officer's order and the driver's key, then a code of ten minutes.

A bare command to unlock can be sent again by whoever heard it. So none is sent: the driver types a
code that the lock itself works out from a key that nobody else but Waglan holds, its trip, where
and when it is. `OpeningLock` is what a lock does, for its makers and for tests. The numbers are
this project's own; the accredited locks' protocol is not public.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Annotated, Final, Literal

import msgspec

from waglan.codes.position import Position

PURPOSE: Final = "waglan/opening-ask/v1"
KEY_BYTES: Final = 32
DIGITS: Final = 8
LASTS: Final = timedelta(minutes=10)
TRIES_MAX: Final = 5  # wrong ones, under one seal
CELL_E7: Final = 50_000  # some 500 m: which cell it was is known to its neighbours too
ASK_BYTES_MAX: Final = 2_000
_MINUTE_S: Final = 60
_MINUTES: Final = int(LASTS.total_seconds()) // _MINUTE_S
_DOMAIN: Final = b"waglan/opening-code/v1"

Driver = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class OpeningAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A driver stands at his lock and asks for its code; worth nothing until he has signed it."""

    purpose: Literal["waglan/opening-ask/v1"]
    trip: Uuid
    driver: Driver
    at: datetime

    def ask_bytes(self) -> bytes:
        """Return the bytes that are signed; the purpose keeps them from other uses."""
        return _encode(self)


def read_opening_ask(body: bytes) -> OpeningAsk | None:
    """Return the ask that these bytes are the one spelling of; None for anything else."""
    if len(body) > ASK_BYTES_MAX:
        return None
    try:
        ask = _decode(body)
        return ask if ask.at.tzinfo is not None and ask.ask_bytes() == body else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


class Cell(msgspec.Struct, frozen=True, gc=False):
    """A small field of the globe, by the whole numbers of its south-west corner."""

    north: int
    east: int


def cell_of(at: Position) -> Cell:
    """Return the field in which a place lies."""
    return Cell(at.lat_e7 // CELL_E7, at.lon_e7 // CELL_E7)


class Bound(msgspec.Struct, frozen=True, gc=False):
    """What a code holds for: one lock, trip and field, and ten minutes from a whole minute on."""

    lock: str
    trip: str
    cell: Cell
    minute: int  # since 1970 UTC


def bound(lock: str, trip: str, at: Position, at_s: int) -> Bound:
    """Return what a code holds for that is given now; times are seconds since 1970 UTC."""
    return Bound(lock, trip, cell_of(at), at_s // _MINUTE_S)


def until_s(what: Bound) -> int:
    """Return from which second on a code holds no more."""
    return (what.minute + _MINUTES) * _MINUTE_S


def opening_code(key: bytes, what: Bound) -> str:
    """Return the code, eight digits."""
    said = (_DOMAIN.decode(), what.lock, what.trip, what.cell.north, what.cell.east, what.minute)
    hashed = digest(key, msgspec.json.encode(said), sha256)
    return f"{int.from_bytes(hashed[:16]) % 10**DIGITS:0{DIGITS}}"


class Tried(Enum):
    """What a lock makes of a code that was typed."""

    OPENS = "opens"
    WRONG = "wrong"
    SHUT = "shut"  # too many were wrong: an officer opens it on the spot


class OpeningLock(msgspec.Struct):
    """What a lock keeps under one seal: its key, its trip, and what was tried."""

    key: bytes
    lock: str
    trip: str
    wrong: int = 0
    used: set[str] = msgspec.field(default_factory=set)

    def tried(self, code: str, at: Position, at_s: int) -> Tried:
        """Say whether a typed code opens it here and now; each code opens it once."""
        if self.wrong >= TRIES_MAX:
            return Tried.SHUT
        # All are worked out whatever is typed, so that the time it takes tells nothing.
        fits = [compare_digest(code.encode(), one.encode()) for one in self._codes(at, at_s)]
        if any(fits) and code not in self.used:
            self.used.add(code)
            return Tried.OPENS
        self.wrong += 1
        return Tried.WRONG

    def _codes(self, at: Position, at_s: int) -> Iterator[str]:
        here, minute = cell_of(at), at_s // _MINUTE_S
        for north in (-1, 0, 1):
            for east in (-1, 0, 1):
                cell = Cell(here.north + north, here.east + east)
                for ago in range(_MINUTES):
                    yield opening_code(self.key, Bound(self.lock, self.trip, cell, minute - ago))


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(OpeningAsk).decode
