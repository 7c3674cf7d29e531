"""Why a trip is not GREEN: each reason, what it makes of the trip, and whether it passes."""

from enum import Enum, IntEnum
from typing import Final


class Outcome(IntEnum):
    """What the received log says of a trip; the graver one wins.

    GREEN is no contrary evidence in a complete received log, and no proof that the cargo is
    untouched. RED ends by an officer's signed clearance alone.
    """

    GREEN = 0
    AMBER = 1
    UNPROVEN = 2
    RED = 3


class Reason(Enum):
    """One reason; its value is its bit in a mask."""

    # From positions, as the kernels write them.
    CLOCK_AHEAD = 0  # a device's time lies too far ahead of when its message came
    OUTLIER = 1  # the last fix does not fit those before it
    STRAYING = 2
    OFF_CORRIDOR = 3
    JUMPED = 4  # faster than any truck, and the next fix says so too
    TURNED_BACK = 5
    REPLAYED = 6  # back along the corridor, faster than any truck
    TOO_FAR = 7  # farther along the corridor after a gap than any truck drives
    GAP = 8
    GAP_LONG = 9
    UNSEEN_STOP = 10  # a gap leaves room for a stop
    FROZEN = 11
    FROZEN_LONG = 12
    STOPPED = 13
    CHECKPOINT_LATE = 14
    CHECKPOINT_PASSED_BY = 15
    PAIR_APART = 16
    PAIR_LOST = 17
    # From the lock.
    LOW_BATTERY = 20
    VIBRATION = 21
    WRONG_PASSWORD = 22
    MOTOR_STUCK = 23
    BACK_COVER = 24
    BACK_COVER_UNDER_SEAL = 25
    CARD_REFUSED = 26
    CARD_ILLEGAL = 27
    CUT = 28
    OPENED_UNDER_SEAL = 29  # without an order that is valid for place, time and actor
    ORDER_AWAITED = 30  # a list of orders that were given before is still out
    MODEL_UNKNOWN = 31  # nobody has a table of what its bits mean
    ENCRYPTED = 32  # and nobody has the key
    # From who speaks, and whether all was heard.
    CLONE = 33
    SERIAL_BACK = 34
    HOLE = 35
    OPEN_LINE = 36  # a second source is asked for, and there is none
    DATUM = 37  # the fixes lie as if in another datum
    CHECKPOINT_ORDER = 38
    NOTHING_HEARD = 39


_RED, _AMBER, _UNPROVEN = Outcome.RED, Outcome.AMBER, Outcome.UNPROVEN

# What each makes of a trip. A stop or a gap alone is never RED.
WEIGHT: Final[dict[Reason, Outcome]] = {
    Reason.CLOCK_AHEAD: _AMBER,
    Reason.OUTLIER: _AMBER,
    Reason.STRAYING: _AMBER,
    Reason.OFF_CORRIDOR: _RED,
    Reason.JUMPED: _RED,
    Reason.TURNED_BACK: _AMBER,
    Reason.REPLAYED: _RED,
    Reason.TOO_FAR: _RED,
    Reason.GAP: _AMBER,
    Reason.GAP_LONG: _UNPROVEN,
    Reason.UNSEEN_STOP: _UNPROVEN,
    Reason.FROZEN: _AMBER,
    Reason.FROZEN_LONG: _UNPROVEN,
    Reason.STOPPED: _AMBER,
    Reason.CHECKPOINT_LATE: _AMBER,
    Reason.CHECKPOINT_PASSED_BY: _AMBER,
    Reason.PAIR_APART: _AMBER,
    Reason.PAIR_LOST: _UNPROVEN,
    Reason.LOW_BATTERY: _AMBER,
    Reason.VIBRATION: _AMBER,
    Reason.WRONG_PASSWORD: _AMBER,
    Reason.MOTOR_STUCK: _AMBER,
    Reason.BACK_COVER: _AMBER,
    Reason.BACK_COVER_UNDER_SEAL: _RED,
    Reason.CARD_REFUSED: _AMBER,
    Reason.CARD_ILLEGAL: _RED,
    Reason.CUT: _RED,
    Reason.OPENED_UNDER_SEAL: _RED,
    Reason.ORDER_AWAITED: _AMBER,
    Reason.MODEL_UNKNOWN: _UNPROVEN,
    Reason.ENCRYPTED: _UNPROVEN,
    Reason.CLONE: _RED,
    Reason.SERIAL_BACK: _AMBER,
    Reason.HOLE: _UNPROVEN,
    Reason.OPEN_LINE: _UNPROVEN,
    Reason.DATUM: _AMBER,
    Reason.CHECKPOINT_ORDER: _AMBER,
    Reason.NOTHING_HEARD: _UNPROVEN,
}


def bits(*reasons: Reason) -> int:
    """Return the mask of these reasons."""
    return sum(1 << reason.value for reason in set(reasons))


_BITS: Final = tuple((1 << reason.value, reason) for reason in Reason)


def reasons_in(mask: int) -> tuple[Reason, ...]:
    """Return the reasons of a mask, in the order of their bits; other bits are none."""
    return tuple(reason for bit, reason in _BITS if mask & bit) if mask else ()


def outcome_of(mask: int) -> Outcome:
    """Return what the gravest of these reasons makes of a trip."""
    return max((WEIGHT[reason] for reason in reasons_in(mask)), default=Outcome.GREEN)


# Of positions: what goes with its cause, and what stays until a recomputing or a clearance.
PASSING: Final = bits(
    Reason.CLOCK_AHEAD, Reason.OUTLIER, Reason.STRAYING, Reason.TURNED_BACK, Reason.FROZEN,
    Reason.STOPPED, Reason.PAIR_APART,
)  # fmt: skip
RED: Final = bits(*[reason for reason, weight in WEIGHT.items() if weight is Outcome.RED])
