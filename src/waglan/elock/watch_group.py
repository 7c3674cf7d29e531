"""Mass events: many trips that raise the same passing reason within a time, and mostly at a place.

A jam, satellites or a telephone network that fail, our own gateway that was down: one thing to look
at for the control room, with every alarm still in it. RED is in no group.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import pairwise
from typing import Final, TypeAlias

import msgspec

from waglan.codes.position import Position
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.watch import Watch

MM_OF_E7: Final = 11  # on a meridian, and a little less: squares may be wider, never narrower
_Square: TypeAlias = tuple[int, int]


class Reach(Enum):
    """How far apart trips may be that one thing happens to."""

    NEAR = "near"  # in the same square of the map, or the next
    ANYWHERE = "anywhere"  # what fails may be ours


# What alone may be of many trips; what a lock says of itself is of none but its own.
REACH: Final[Mapping[Reason, Reach]] = {
    Reason.OUTLIER: Reach.NEAR,
    Reason.STRAYING: Reach.NEAR,
    Reason.TURNED_BACK: Reach.NEAR,
    Reason.FROZEN: Reach.NEAR,
    Reason.FROZEN_LONG: Reach.NEAR,
    Reason.STOPPED: Reach.NEAR,
    Reason.UNSEEN_STOP: Reach.NEAR,
    Reason.CHECKPOINT_LATE: Reach.NEAR,
    Reason.PAIR_APART: Reach.NEAR,
    Reason.PAIR_LOST: Reach.NEAR,
    Reason.CLOCK_AHEAD: Reach.ANYWHERE,
    Reason.GAP: Reach.ANYWHERE,
    Reason.GAP_LONG: Reach.ANYWHERE,
    Reason.HOLE: Reach.ANYWHERE,
    Reason.OPEN_LINE: Reach.ANYWHERE,
    Reason.NOTHING_HEARD: Reach.ANYWHERE,
}


class WatchMember(msgspec.Struct, frozen=True, order=True):
    """An alarm as far as grouping asks."""

    at_s: int
    id: int
    trip: str
    reason: Reason
    at: Position | None = None


class WatchGroup(msgspec.Struct, frozen=True):
    """One mass event: its alarms, oldest first, by the first of which it is named."""

    reason: Reason
    severity: Outcome
    members: tuple[WatchMember, ...]

    @property
    def id(self) -> int:
        """The oldest alarm's: it stays when others join."""
        return self.members[0].id


def groups(figures: Watch, alarms: Iterable[WatchMember]) -> tuple[WatchGroup, ...]:
    """Return the mass events among alarms, in which order these come makes no difference."""
    by_reason: dict[Reason, list[WatchMember]] = {}
    for one in sorted(alarms):
        if one.reason in REACH and WEIGHT[one.reason] is not Outcome.RED:
            by_reason.setdefault(one.reason, []).append(one)
    return tuple(
        WatchGroup(reason, WEIGHT[reason], together)
        for reason in Reason
        for together in _together(figures, by_reason.get(reason, []))
        if len({one.trip for one in together}) >= figures.group_trips
    )


def _together(figures: Watch, alarms: list[WatchMember]) -> list[tuple[WatchMember, ...]]:
    """Return what hangs together, by one alarm and the next one near it in time and place."""
    leaders = {one.id: one.id for one in alarms}

    def leader(id_: int) -> int:
        while leaders[id_] != id_:
            leaders[id_] = id_ = leaders[leaders[id_]]
        return id_

    for line in _lines(figures, alarms):
        for one, other in pairwise(line):
            if other.at_s - one.at_s <= figures.group_s:
                first, second = sorted((leader(one.id), leader(other.id)))
                leaders[second] = first
    found: dict[int, list[WatchMember]] = {}
    for one in alarms:
        found.setdefault(leader(one.id), []).append(one)
    return [tuple(together) for together in found.values()]


def _lines(figures: Watch, alarms: list[WatchMember]) -> Iterable[list[WatchMember]]:
    """Yield alarms that are near one another in place, each line in the order of time."""
    placed: dict[_Square, list[WatchMember]] = {}
    for one in alarms:
        if REACH[one.reason] is Reach.ANYWHERE:
            yield alarms  # they are of one reason
            return
        if one.at is not None:
            placed.setdefault(_square(figures, one.at), []).append(one)
    for (north, east), here in placed.items():
        yield here
        for beside in ((0, 1), (1, -1), (1, 0), (1, 1)):
            if there := placed.get((north + beside[0], east + beside[1])):
                yield sorted(here + there)


def _square(figures: Watch, at: Position) -> _Square:
    edge = max(1, figures.group_mm // MM_OF_E7)
    return at.lat_e7 // edge, at.lon_e7 // edge
