"""What stands where on a ship: her stowage plan for one call, as line or planner tells it."""

import msgspec

from waglan.cargo.movement import Box, Conveyance
from waglan.codes.function import Function


class Slot(msgspec.Struct, frozen=True, gc=False):
    """One place on the ship and the box in it."""

    slot: str  # bay, row, tier, as sent (ISO 9711: BBBRRTT)
    box: Box
    segment: int | None = None


class Stowage(msgspec.Struct, frozen=True, gc=False):
    """One message of a stowage plan. It carries neither parties nor goods."""

    document: str
    function: Function
    conveyance: Conveyance
    slots: tuple[Slot, ...] = ()
    planned_at: str | None = None
    port: str | None = None  # that the plan is for: where she departs, or arrives
    next_port: str | None = None
    arrival: str | None = None
    departure: str | None = None
    boxes: int | None = None
    references: tuple[tuple[str, str], ...] = ()
