"""An officer's key ends: he left, or lost it. What he signed stands; his orders end with it."""

import hashlib

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations._ender import Ender
from waglan.operations.revoke_standing_order import revoke_standing_order
from waglan.store import Transaction, events, orders


async def end_officer_key(tx: Transaction, by: Ender, officer: str) -> list[str] | None:
    """End the key that an officer signs with; return the orders that end with it.

    None if he has no key. From now on nothing is decided under his name until he registers another.
    """
    key = await orders.end_officer_key(tx, by.org, officer, by.subject, now=by.at)
    if key is None:
        return None
    told = Event(
        EventCode.KEY_ENDED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {"officer": officer, "by": by.subject, "key_sha256": hashlib.sha256(key).hexdigest()},
    )
    await events.append(tx, [told])
    ended = [row.order_id for row in await orders.orders(tx) if row.officer == officer]
    for order_id in ended:
        await revoke_standing_order(tx, by, order_id)
    return ended
