"""What a device's bits mean: a table for each model, for one bit is SOS here and a cut rope there.

A bit that the table does not list is not dropped: it comes out as such, and so does a model that
has no table. What weighs how much in a trip, the verdict says; here stands the table's own word.
"""

from datetime import date
from enum import Enum
from typing import Final

import msgspec

from waglan.elock.device import Ping


class Alarm(Enum):
    """What a device may report, in words that hold for all of them."""

    SEALED = "sealed"
    SEAL_FAILED = "seal_failed"
    SEAL_FAILED_OUTSIDE_AREA = "seal_failed_outside_area"
    UNSEALED = "unsealed"
    UNSEAL_FAILED = "unseal_failed"
    UNSEAL_FAILED_OUTSIDE_AREA = "unseal_failed_outside_area"
    SHACKLE_CLOSED = "shackle_closed"
    SHACKLE_OPENED = "shackle_opened"
    OPENED_UNDER_SEAL = "opened_under_seal"
    ROPE_IN = "rope_in"
    ROPE_OUT = "rope_out"
    ROPE_CUT = "rope_cut"
    LOCKED = "locked"
    MOTOR_RELEASED = "motor_released"
    UNLOCKED = "unlocked"
    REMOVED = "removed"
    SHELL_TAMPERED = "shell_tampered"
    BACK_COVER = "back_cover"
    BACK_COVER_OPEN = "back_cover_open"
    BACK_COVER_CLOSED = "back_cover_closed"
    PASSWORD_ABUSE = "password_abuse"
    PASSWORD_EXPIRED = "password_expired"
    ILLEGAL_CARD = "illegal_card"
    VIBRATION = "vibration"
    MOTOR_STUCK = "motor_stuck"
    LOW_BATTERY = "low_battery"
    BY_CELLS = "by_cells"
    FENCE_IN = "fence_in"
    FENCE_OUT = "fence_out"
    ASKS_ANSWER = "asks_answer"
    ARMED = "armed"
    EMERGENCY = "emergency"
    OVERSPEED = "overspeed"
    FATIGUE = "fatigue"
    DANGER = "danger"
    GNSS_FAULT = "gnss_fault"
    ANTENNA_OPEN = "antenna_open"
    ANTENNA_SHORT = "antenna_short"
    LOW_SUPPLY = "low_supply"
    SUPPLY_LOST = "supply_lost"
    DRIVING_OVERTIME = "driving_overtime"
    PARKING_OVERTIME = "parking_overtime"
    AREA_CROSSED = "area_crossed"
    ROUTE_CROSSED = "route_crossed"
    ROUTE_TIME = "route_time"
    ROUTE_DEVIATION = "route_deviation"
    FUEL = "fuel"
    STOLEN = "stolen"
    ILLEGAL_IGNITION = "illegal_ignition"
    ILLEGAL_DISPLACEMENT = "illegal_displacement"
    COLLISION = "collision"
    ROLLOVER = "rollover"
    ILLEGAL_DOOR = "illegal_door"
    IGNITION = "ignition"
    OUT_OF_SERVICE = "out_of_service"
    COORDINATES_ENCRYPTED = "coordinates_encrypted"


class Weight(Enum):
    """How grave the table calls it; STATE is how the lock stands, NOTE is no alarm."""

    RED = "red"
    AMBER = "amber"
    STATE = "state"
    NOTE = "note"


class Word(Enum):
    """In which word of a frame a bit stands."""

    ALARM = "alarm"
    STATUS = "status"


class Bit(msgspec.Struct, frozen=True, gc=False):
    """What one bit means when it is set, and what when it is not, if that means anything."""

    word: Word
    number: int  # 0 is the lowest
    weight: Weight
    on: Alarm | None = None
    off: Alarm | None = None
    under_seal: Weight | None = None  # graver while a seal is in force


class Gauge(msgspec.Struct, frozen=True, gc=False):
    """Where a model tells a figure that its protocol has no place for: a byte of an item."""

    item: int
    offset: int
    figure: str  # the field of a ping


class Model(msgspec.Struct, frozen=True):
    """One model of lock or tracker: what its bits mean, and from where that is known."""

    name: str
    protocol: str
    source: str
    checked_on: date
    is_verified: bool  # false: told by others, or seen in one document only
    bits: tuple[Bit, ...]
    gauges: tuple[Gauge, ...] = ()
    reserved: tuple[tuple[Word, int], ...] = ()  # bits without a meaning of their own


class Signal(msgspec.Struct, frozen=True, gc=False):
    """One thing that a ping says of its lock, and from which bit that was read."""

    alarm: Alarm
    weight: Weight
    word: Word
    bit: int
    under_seal: Weight | None = None


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What a ping's bits say by its model's table; `alarm` and `status` are bits it does not know.

    Without a table `is_known` is false: that proves nothing, neither for nor against.
    """

    is_known: bool
    signals: tuple[Signal, ...] = ()
    alarm: int = 0
    status: int = 0


GAUGES: Final = ("battery_percent", "signal", "satellites")


def evidence(ping: Ping, model: Model | None) -> Evidence:
    """Return what the bits of a ping say; None is a model that nobody has a table of."""
    words = {Word.ALARM: ping.alarm_bits, Word.STATUS: ping.status_bits}
    if model is None:
        return Evidence(False, (), words[Word.ALARM] or 0, words[Word.STATUS] or 0)
    left = {word: bits or 0 for word, bits in words.items()}
    signals = list[Signal]()
    for bit in model.bits:
        told = words[bit.word]
        if told is None:
            continue
        left[bit.word] &= ~(1 << bit.number)
        alarm = bit.on if told >> bit.number & 1 else bit.off
        if alarm is not None:
            signals.append(Signal(alarm, bit.weight, bit.word, bit.number, bit.under_seal))
    for word, number in model.reserved:
        left[word] &= ~(1 << number)
    return Evidence(True, tuple(signals), left[Word.ALARM], left[Word.STATUS])


def gauged(ping: Ping, model: Model) -> Ping:
    """Return the ping with the figures that its model tells in items of its own."""
    told = dict[str, int]()
    for gauge in model.gauges:
        for item in ping.items:
            if item.number == gauge.item and gauge.offset < len(item.value):
                told[gauge.figure] = item.value[gauge.offset]
    return msgspec.structs.replace(ping, **told) if told else ping
