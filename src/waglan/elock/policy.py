"""What an authority's policy measures a trip by: figures that are data, none of them official.

The start values are this project's own and suppose surveyed corridors.
"""

from typing import Final

import msgspec

from waglan.codes.party import PartyId

FIGURE_MAX: Final = (1 << 31) - 1  # lengths and times; with the next, all products stay in 64 bits
SPEED_MAX: Final = 1_000_000
STEPS: Final = 3  # buffers that one fix may add to what was strayed, however far it lies


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of an authority's figures; lengths in mm, times in seconds.

    Speeds are in mm a second, but for a device's own, which it tells in metres an hour.
    """

    authority: PartyId
    version: str
    buffer_mm: int = 200_000  # half the width of a corridor that tells none
    clock_ahead_s: int = 120  # of a device, before when its message came
    speed_max_mm_s: int = 45_000  # what no truck drives
    slack_mm: int = 60_000  # what two fixes of one place may lie apart
    strayed_max_buffers: int = 4  # beyond it the truck has left its corridor
    turn_back_mm: int = 2_000_000
    gap_s: int = 300
    gap_long_s: int = 900
    gap_grace_s: int = 900  # that its backfill is waited for
    gap_speed_mm_s: int = 25_000  # at which an honest truck drives what was not seen of it
    unseen_stop_s: int = 600  # what a gap may leave beside such a drive
    covered_margin_mm: int = 500_000  # before and behind a tunnel or ferry
    frozen_speed_m_h: int = 5_000
    frozen: int = 3  # fixes at one place while the device tells a speed
    frozen_long: int = 6
    stop_mm: int = 60_000  # between two fixes of a truck that stands
    stop_apart_s: int = 300  # two fixes that are farther apart tell no stop
    stop_s: int = 600
    mark_mm: int = 200_000  # before a checkpoint, where it counts as reached
    bypass_mm: int = 1_000_000
    pair_mm: int = 300_000  # between lock and vehicle, beside what they drive in between
    pair_far_mm: int = 1_000_000
    pair_far_s: int = 300
    pair_samples: int = 2
    fresh_s: int = 120  # without a fix for longer, the truck is not seen
    silent_s: int = 900  # without one for longer, nothing is proved
    needs_second_source: bool = True  # for GREEN, where the lock's channel is an open line

    def __post_init__(self) -> None:
        """Refuse figures that mean nothing, or for which 64 bits are not proved to do."""
        for name in self.__struct_fields__:
            figure, is_speed = getattr(self, name), "speed" in name
            if isinstance(figure, int) and not 0 <= figure <= (
                SPEED_MAX if is_speed else FIGURE_MAX
            ):
                raise ValueError(f"{name} is {figure}")
        if not self.gap_speed_mm_s:
            raise ValueError("gap_speed_mm_s is 0, at which nobody arrives")
