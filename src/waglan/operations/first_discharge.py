"""When a ship had come at the latest, where her manifest does not tell."""

from datetime import datetime, timedelta

from waglan.customs.rule import Discharge
from waglan.customs.rules.filing_time import CAME_DAYS_MAX
from waglan.customs.times import anchor_of
from waglan.manifest.call import Voyage, is_same_call
from waglan.manifest.model import Head
from waglan.store import Transaction, moves

SHIPS_MAX = 100  # that share the number of a voyage


async def first_discharge(tx: Transaction, head: Head, *, at: datetime) -> Discharge | None:
    """Return the first discharge of the call that its filer may see; None if he needs none."""
    if anchor_of(head) is not None or not head.voyage:
        return None
    since = at - timedelta(days=CAME_DAYS_MAX)
    hers = Voyage(head.voyage, head.imo, head.vessel, head.port_of_call)
    found = await moves.first_discharges(tx, head.voyage, since=since, at_most=SHIPS_MAX)
    told = [(when, by) for when, by, voyage in found if is_same_call(voyage, hers)]
    return Discharge(*min(told)) if told else None
