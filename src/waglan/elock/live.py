"""A trip's log folded as it comes in, and when its verdict changes though nothing comes.

What comes a little late is put in its place: the last entries are kept, and folded again from the
case before them. What comes later than that, whoever holds the log folds from its beginning.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from waglan.codes.position import Position
from waglan.elock.entry import Entry, OrderKind, in_order
from waglan.elock.policy import Policy
from waglan.elock.track import NONE, Track
from waglan.elock.verdict import Case, Measure, Verdict, take, verdict

TAIL_MAX: Final = 64  # entries before which nothing may come any more without a new beginning
_Place = tuple[int, str, int, int]


class Fold:
    """A trip's log as far as it has come, under one authority's policy."""

    __slots__ = ("_base", "_behind", "_tail", "case", "measure")

    def __init__(self, measure: Measure, log: Iterable[Entry] = ()) -> None:
        """Fold a log from its beginning."""
        self.measure = measure
        self.case, self._base = Case(), Case()
        self._behind: _Place | None = None  # where the last entry stands that the base has
        self._tail = list[Entry]()
        self.take(log)

    def take(self, entries: Iterable[Entry]) -> bool:
        """Take entries that were not taken before; False: one came too late, begin anew."""
        coming = sorted(entries, key=in_order)
        if not coming:
            return True
        first = in_order(coming[0])
        if self._behind is not None and first < self._behind:
            return False
        if self._tail and first < in_order(self._tail[-1]):
            self._tail = sorted([*self._tail, *coming], key=in_order)
            self.case, coming = _copied(self._base), self._tail
        else:
            self._tail += coming
        for entry in coming:
            take(self.measure, self.case, entry)
        self._shorten()
        return True

    def _shorten(self) -> None:
        if len(self._tail) <= TAIL_MAX:
            return
        kept = TAIL_MAX // 2
        settled, self._tail = self._tail[:-kept], self._tail[-kept:]
        for entry in settled:
            take(self.measure, self._base, entry)
        self._behind = in_order(settled[-1])

    def verdict(self, *, as_of_s: int) -> Verdict:
        """Return what the log comes to as of a time."""
        return verdict(self.measure.policy, self.case, as_of_s=as_of_s)

    def due_s(self, *, as_of_s: int) -> int | None:
        """Return when it may come to something else though nothing more comes; None: never."""
        return due_s(self.measure.policy, self.case, as_of_s=as_of_s)

    @property
    def place(self) -> Position | None:
        """Where the truck was last, by the fixes that agree; None: nobody knows."""
        track = self.case.track
        return None if track.last_s == NONE else Position(track.lat_e7, track.lon_e7)

    def is_awaited(self, *, as_of_s: int) -> bool:
        """Whether the lock was sealed just now, so that it is no wonder that nothing was heard."""
        return self.case.heard_s is None and as_of_s < _first_word_s(self.measure.policy, self.case)


def due_s(policy: Policy, case: Case, *, as_of_s: int) -> int | None:
    """Return the next time at which silence, a gap or a list of orders counts otherwise."""
    silent_s = policy.silent_s + 1
    times = [gap.due_s for gap in case.gaps]
    times += [one + silent_s for one in (case.heard_s, case.beside_s) if one is not None]
    times.append(_first_word_s(policy, case))
    if case.openings:
        lists = [order for order in case.orders if order.kind is OrderKind.LIST]
        times += [order.returned_by_s or order.until_s for order in lists]
    return min((at_s for at_s in times if at_s > as_of_s), default=None)


def _first_word_s(policy: Policy, case: Case) -> int:
    """Until when a lock that was sealed is given time to speak; 0 if it was not sealed."""
    return case.periods[0].from_s + policy.silent_s + 1 if case.periods else 0


def _copied(case: Case) -> Case:
    """Return a case that changes on its own; what it lists is never changed."""
    own = dict[str, object]()
    for name in case.__struct_fields__:
        said = getattr(case, name)
        if isinstance(said, list | set | dict):
            own[name] = said.copy()
        elif isinstance(said, Track):
            own[name] = msgspec.structs.replace(said)
    return msgspec.structs.replace(case, **own)
