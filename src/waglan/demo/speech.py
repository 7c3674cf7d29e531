"""What a made-up lock sends on a drive, turn by turn: on which line, when, and which bytes.

Nothing is sent here: a test reads the turns as they are, and `wire` plays them on real sockets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import msgspec

from waglan.demo.lock import Dialect, Lock, Sign
from waglan.elock.track import Fix

BEAT_EVERY: Final = 4  # positions from one heartbeat to the next
AGAIN_S: Final = 5  # before a frame without an answer is sent again
TRIES: Final = 3
_TOLD_S: Final = 1  # from a fix until it is told
_TELEPHONE_S: Final = 2


class Do(Enum):
    """What a lock does."""

    CALLS = "calls"  # opens a line; the one before stays as it is
    SAYS = "says"
    LEAVES = "leaves"


class Turn(msgspec.Struct, frozen=True, gc=False):
    """One thing that a lock does; `serial` is its count, None where the frame has none."""

    at_s: int
    line: int
    do: Do
    frame: bytes = b""
    serial: int | None = None
    sign: Sign = Sign.CLOSED
    is_registration: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a lock speaks of its drive; numbers are of its fixes, in their order."""

    signs: Mapping[int, Sign] = field(default_factory=dict)
    stored: Sequence[tuple[int, int]] = ()  # without a network: told when it is back
    silent: Sequence[tuple[int, int]] = ()  # it does not work at all
    unanswered: frozenset[int] = frozenset()  # it does not hear the answer, and sends again
    reboots: frozenset[int] = frozenset()
    half_open: frozenset[int] = frozenset()  # the line hangs, and it calls anew
    ahead_s: Mapping[int, int] = field(default_factory=dict)  # its clock is wrong by that


def spoken(lock: Lock, fixes: Sequence[Fix], manner: Manner) -> list[Turn]:
    """Return what a lock sends that was registered before."""
    return list(_Speech(lock, manner).turns(fixes))


class _Speech:
    def __init__(self, lock: Lock, manner: Manner) -> None:
        self.lock, self.manner = lock, manner
        self.line = 0

    def turns(self, fixes: Sequence[Fix]) -> Iterator[Turn]:
        store = list[int]()
        for n, fix in enumerate(fixes):
            now_s = fix.at_s + _TOLD_S
            if n == 0:
                yield from self._calls(now_s - _TOLD_S)
            elif n in self.manner.reboots:
                self.lock.restarts()
                yield from self._calls(now_s, is_new=True)
            elif n in self.manner.half_open:
                yield from self._calls(now_s)
            if _is_in(n, self.manner.silent):
                continue
            if _is_in(n, self.manner.stored):
                store.append(n)
                continue
            if store:
                yield from self._backfills(now_s, [(fixes[k], self._sign(k)) for k in store])
                store.clear()
            yield from self._tells(n, fix, now_s)
        if store:
            late_s = fixes[-1].at_s + _TOLD_S
            yield from self._backfills(late_s, [(fixes[k], self._sign(k)) for k in store])
        yield from self._beats(fixes[-1].at_s + _TOLD_S)

    def _sign(self, n: int) -> Sign:
        return self.manner.signs.get(n, Sign.CLOSED)

    def _calls(self, at_s: int, *, is_new: bool = False) -> Iterator[Turn]:
        self.line += 1
        yield Turn(at_s, self.line, Do.CALLS)
        if self.lock.dialect is Dialect.JOINTECH:
            return
        if is_new:
            yield self._says(at_s, self.lock.registration(), is_registration=True)
        yield self._says(at_s, self.lock.shows())

    def _tells(self, n: int, fix: Fix, at_s: int) -> Iterator[Turn]:
        sign, wrong_s = self._sign(n), self.manner.ahead_s.get(n, 0)
        told = msgspec.structs.replace(fix, at_s=fix.at_s + wrong_s)
        frame = self.lock.tells(self.lock.ping(told, sign))
        tries = TRIES if n in self.manner.unanswered else 1
        for again in range(tries):
            yield self._says(at_s + again * AGAIN_S, frame, sign=sign)
        if n % BEAT_EVERY == BEAT_EVERY - 1:
            yield from self._beats(at_s + tries * AGAIN_S)

    def _beats(self, at_s: int) -> Iterator[Turn]:
        if self.lock.dialect is not Dialect.JOINTECH:
            yield self._says(at_s, self.lock.heartbeat())

    def _backfills(self, at_s: int, stored: Sequence[tuple[Fix, Sign]]) -> Iterator[Turn]:
        pings = [self.lock.ping(fix, sign) for fix, sign in stored]
        first = (self.lock.serial + 1) % self.lock.dialect.serials
        for k, frame in enumerate(self.lock.backfills(pings)):
            serial = (first + k) % self.lock.dialect.serials
            yield Turn(at_s, self.line, Do.SAYS, frame, serial, _gravest(stored))

    def _says(
        self, at_s: int, frame: bytes, *, sign: Sign = Sign.CLOSED, is_registration: bool = False
    ) -> Turn:
        told = (self.lock.serial, sign, is_registration)
        return Turn(at_s, self.line, Do.SAYS, frame, *told)


def _gravest(stored: Sequence[tuple[Fix, Sign]]) -> Sign:
    return next((sign for _, sign in stored if sign is not Sign.CLOSED), Sign.CLOSED)


def _is_in(n: int, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(first <= n <= last for first, last in stretches)
