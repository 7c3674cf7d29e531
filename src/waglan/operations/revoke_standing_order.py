"""An officer takes an order back."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders


async def revoke_standing_order(
    tx: Transaction, by: tuple[int, Principal], order_id: str, *, now: datetime
) -> bool:
    """Revoke a standing order from now on; False if the authority has none of that id."""
    org, officer = by
    who = officer.accountable or officer.token
    if not await orders.revoke_order(tx, org, order_id, who, now=now):
        return False
    told = Event(
        EventCode.STANDING_ORDER_REVOKED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {"order": order_id, "by": who},
    )
    await events.append(tx, [told])
    return True
