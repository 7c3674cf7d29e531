"""A line or planner tells what stands where on a ship: kept slot by slot, told as one event.

A plan is of a whole ship, and one that is sent again supersedes the one before: its slots have no
events of their own, but may be held against what is listed.
"""

from waglan.cargo.movement import Movement
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.manifest.call import Voyage
from waglan.messages.envelope import Message
from waglan.operations.take_moves import keep
from waglan.operations.tell_movements import Teller
from waglan.store import Transaction
from waglan.store.moves import Row


async def take_stowage(tx: Transaction, teller: Teller, sent: tuple[Message, int]) -> list[Finding]:
    """Keep a stowage plan; with an ERROR among the findings, nothing of it."""
    plan = sent[0].content
    if not isinstance(plan, Stowage):
        raise TypeError("only a stowage plan can be taken")
    # Slots are of the whole voyage: the plan's port is where it was made, not where it is used.
    call = Voyage(plan.conveyance.voyage, plan.conveyance.imo, plan.conveyance.vessel)
    rows = [Row(_stowed(slot, plan), None, call) for slot in plan.slots]
    return await keep(tx, teller, sent, plan, rows)


def _stowed(slot: Slot, plan: Stowage) -> Movement:
    return Movement(
        EventCode.EQUIPMENT_STOWED,
        slot.box,
        happened_at=plan.planned_at,
        slot=slot.slot,
        segment=slot.segment,
    )
