"""What a trip is measured against: its corridor, and what lies along it, by way from the start."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

import msgspec

from waglan.elock.route import Route

MARKS_MAX: Final = 64  # checkpoints of one trip
STRETCHES_MAX: Final = 256  # of one corridor
BUFFER_MAX_MM: Final = 100_000_000  # to one side; its square stays far below 2**63


class Cover(Enum):
    """Why a stretch is what it is."""

    TUNNEL = "tunnel"  # no satellite is seen there
    FERRY = "ferry"
    STOP_ZONE = "stop zone"  # services, queues before a crossing: standing is no wonder


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A declared part of a corridor, in mm from its start."""

    cover: Cover
    from_mm: int
    to_mm: int


class Mark(msgspec.Struct, frozen=True, gc=False):
    """A checkpoint of a trip, in the order of the way; times are seconds since 1970 UTC."""

    site: str
    at_mm: int
    until_s: int | None = None  # later it is late; None: no window was given


class Plan(msgspec.Struct, frozen=True, gc=False):
    """The corridor of one trip with what is declared along it."""

    route: Route
    buffer_mm: int
    marks: tuple[Mark, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    def stop_zone_at(self, progress_mm: int) -> bool:
        """Whether standing there is no wonder."""
        return any(
            one.from_mm <= progress_mm <= one.to_mm
            for one in self.stretches
            if one.cover is Cover.STOP_ZONE
        )

    def stops_within(self, from_mm: int, to_mm: int) -> bool:
        """Whether all that lies between is a declared stop zone."""
        return any(
            one.from_mm <= from_mm and to_mm <= one.to_mm
            for one in self.stretches
            if one.cover is Cover.STOP_ZONE
        )

    def covered(self, from_mm: int, to_mm: int, *, margin_mm: int) -> bool:
        """Whether who is seen here, and next there, was in one tunnel or on one ferry between."""
        return any(
            one.from_mm - margin_mm <= from_mm and to_mm <= one.to_mm + margin_mm
            for one in self.stretches
            if one.cover is not Cover.STOP_ZONE
        )


class NoPlan(ValueError):
    """What is declared along a corridor makes no sense; the message says why."""


def planned(
    route: Route, buffer_mm: int, marks: Sequence[Mark] = (), stretches: Sequence[Stretch] = ()
) -> Plan:
    """Return the plan; raise NoPlan if marks are out of order or a stretch lies beside the way."""
    if not 0 < buffer_mm <= min(route.length_mm, BUFFER_MAX_MM):
        raise NoPlan(f"a buffer of {buffer_mm} mm is none of a corridor of {route.length_mm} mm")
    if len(marks) > MARKS_MAX or len(stretches) > STRETCHES_MAX:
        raise NoPlan(f"more than {MARKS_MAX} checkpoints or {STRETCHES_MAX} stretches")
    way = [mark.at_mm for mark in marks]
    if way != sorted(way) or any(not 0 <= at <= route.length_mm for at in way):
        raise NoPlan("checkpoints lie along the corridor, in order")
    for one in stretches:
        if not 0 <= one.from_mm < one.to_mm <= route.length_mm:
            raise NoPlan(f"from {one.from_mm} to {one.to_mm} mm is no part of the corridor")
    return Plan(route, buffer_mm, tuple(marks), tuple(stretches))
