"""An officer takes an order back."""

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations._ender import Ender
from waglan.store import Transaction, events, orders


async def revoke_standing_order(tx: Transaction, by: Ender, order_id: str) -> bool:
    """Revoke a standing order from now on; False if the authority has none of that id."""
    if not await orders.revoke_order(tx, by.org, order_id, by.subject, now=by.at):
        return False
    told = Event(
        EventCode.STANDING_ORDER_REVOKED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {"order": order_id, "by": by.subject},
    )
    await events.append(tx, [told])
    return True
