"""A device's own count of its frames from one registration to the next: what is missing, or again.

The count wraps, so a step of up to half its range is forward and a longer one backward. Nothing is
judged here: which hole is explained, and what a clone means for a trip, the verdict says.
"""

from enum import Enum
from typing import Final, TypeAlias, TypeVar

import msgspec

HOLES_MAX: Final = 1_000  # that are listed one by one
REMEMBERED_MAX: Final = 4_096  # frames by which a repeat and a clone are known


class Step(Enum):
    """How a frame follows those before it."""

    FIRST = "first"
    NEXT = "next"
    HOLE = "hole"  # some between are missing
    FILLED = "filled"  # it was missing until now
    REPEAT = "repeat"  # the very same again: stored once, and outside the fold
    BACKWARD = "backward"
    CLONE = "clone"  # what was said before, under another number


class Hole(msgspec.Struct, frozen=True, gc=False):
    """Frames that did not come, from the first missing one to the last.

    They are counted from the session's first frame, which is 0, without wrapping; `after_s` and
    `before_s` are when those around them came.
    """

    first: int
    last: int
    after_s: int
    before_s: int


_Key: TypeAlias = tuple[int, int | None, bytes]


class Session:
    """The frames of one device since it registered; what is held of them has a limit."""

    __slots__ = ("_at", "_count", "_keys", "_payloads", "_serial", "holes", "range", "unlisted")

    def __init__(self, range_: int) -> None:
        """Begin before the first frame; the range is 65,536 or 256, by the protocol."""
        if range_ < 4:
            raise ValueError(f"a count of {range_} tells nothing")
        self.range = range_
        self.holes: list[Hole] = []
        self.unlisted = 0  # holes that came when the list was full
        self._serial = self._count = self._at = 0
        self._keys = dict[_Key, None]()
        self._payloads = dict[bytes, int]()

    def take(self, serial: int, at_s: int | None, payload: bytes, recorded_at_s: int) -> Step:
        """Return how a frame follows; `at_s` is the device's time, `payload` its hash.

        A message without a time of its own says the same again and again: it is no clone.
        """
        if not 0 <= serial < self.range:
            raise ValueError(f"{serial} is no count below {self.range}")
        key = (serial, at_s, payload)
        if key in self._keys:
            return Step.REPEAT
        is_first = not self._keys
        is_clone = at_s is not None and self._payloads.get(payload, serial) != serial
        self._remember(key, serial, payload)
        if is_clone:
            return Step.CLONE
        if is_first:
            self._serial, self._at = serial, recorded_at_s
            return Step.FIRST
        return self._follow(serial, recorded_at_s)

    def _remember(self, key: _Key, serial: int, payload: bytes) -> None:
        self._keys[key] = None
        if key[1] is not None:
            self._payloads.setdefault(payload, serial)
        _forget(self._keys)
        _forget(self._payloads)

    def _follow(self, serial: int, recorded_at_s: int) -> Step:
        ahead = (serial - self._serial) % self.range
        if ahead == 0 or ahead > self.range // 2:
            return self._fill(self._count - (self.range - ahead) % self.range)
        if ahead > 1:
            hole = Hole(self._count + 1, self._count + ahead - 1, self._at, recorded_at_s)
            if len(self.holes) < HOLES_MAX:
                self.holes.append(hole)
            else:
                self.unlisted += 1
        self._serial, self._at = serial, recorded_at_s
        self._count += ahead
        return Step.NEXT if ahead == 1 else Step.HOLE

    def _fill(self, count: int) -> Step:
        for n, hole in enumerate(self.holes):
            if hole.first <= count <= hole.last:
                parts = [
                    msgspec.structs.replace(hole, last=count - 1),
                    msgspec.structs.replace(hole, first=count + 1),
                ]
                self.holes[n : n + 1] = [part for part in parts if part.first <= part.last]
                return Step.FILLED
        return Step.BACKWARD


_K = TypeVar("_K")
_V = TypeVar("_V")


def _forget(known: dict[_K, _V]) -> None:
    """Drop the oldest once there are too many."""
    if len(known) > REMEMBERED_MAX:
        del known[next(iter(known))]
