"""An officer's key ends: he left, or lost it. What he signed stands; his orders end with it."""

import hashlib
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations.revoke_standing_order import revoke_standing_order
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders


async def end_officer_key(
    tx: Transaction, by: tuple[int, Principal], officer: str, *, now: datetime
) -> list[str] | None:
    """End the key that an officer signs with; return the orders that end with it.

    None if he has no key. From now on nothing is decided under his name until he registers another.
    """
    org, who = by
    subject = who.accountable or who.token
    key = await orders.end_officer_key(tx, org, officer, subject, now=now)
    if key is None:
        return None
    told = Event(
        EventCode.KEY_ENDED,
        Key(KeyKind.PARTY, who.org),
        who.org,
        now,
        now,
        {"officer": officer, "by": subject, "key_sha256": hashlib.sha256(key).hexdigest()},
    )
    await events.append(tx, [told])
    ended = [row.order_id for row in await orders.orders(tx) if row.officer == officer]
    for order_id in ended:
        await revoke_standing_order(tx, by, order_id, now=now)
    return ended
