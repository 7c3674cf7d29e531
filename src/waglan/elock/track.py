"""How far a trip has come by its fixes: the state that a kernel carries from one to the next."""

from enum import IntEnum
from typing import Final

import msgspec

from waglan.codes.position import Position

NONE: Final = -1  # a time or place on the way that is not there
TIME_MAX_S: Final = 1 << 40  # either way: past any calendar, and no product of it leaves 64 bits


class Source(IntEnum):
    """Whose fix it is: the lock's, or what is held beside it."""

    LOCK = 0
    BESIDE = 1  # the vehicle's tracker, or the driver's telephone


class Fix(msgspec.Struct, frozen=True, gc=False):
    """One position as a kernel reads it; times are seconds since 1970 UTC, in WGS-84."""

    at_s: int  # by the device's clock
    recorded_s: int  # when its message came
    lat_e7: int
    lon_e7: int
    speed_m_h: int = NONE  # as the device told it
    source: Source = Source.LOCK

    @property
    def place(self) -> Position:
        """Where it is."""
        return Position(self.lat_e7, self.lon_e7)


class Track(msgspec.Struct, gc=False):
    """Whole numbers alone, in the order in which the array kernels hold them.

    A fix is agreed if a truck can have driven there from the last agreed one; else it is the
    candidate until the next one confirms either.
    """

    last_s: int = NONE  # of the last agreed fix, like the next two
    lat_e7: int = 0
    lon_e7: int = 0
    segment: int = NONE  # where it was last within its corridor, like the next two
    progress_mm: int = 0
    high_mm: int = 0  # the farthest of them
    strayed_mm: int = 0
    frozen: int = 0
    frozen_since_s: int = NONE
    still_since_s: int = NONE
    next_mark: int = 0
    seen: int = 0  # every reason that there was
    now: int = 0  # the reasons that stand
    blind_s: int = 0
    candidate_s: int = NONE
    candidate_lat_e7: int = 0
    candidate_lon_e7: int = 0
    red_from_s: int = NONE
    beside_s: int = NONE
    beside_lat_e7: int = 0
    beside_lon_e7: int = 0
    apart: int = 0  # fixes in a row that lie apart from what is beside
    far_since_s: int = NONE
    is_off: int = 0  # whether the last agreed fix lay beside the corridor
    agreed: int = 0  # how many fixes were


FIELDS: Final = Track.__struct_fields__
