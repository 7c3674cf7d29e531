"""An officer makes known the key that he signs orders with."""

import hashlib
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders


async def register_officer_key(
    tx: Transaction, by: tuple[int, Principal], public_key: bytes, *, now: datetime
) -> str | None:
    """Keep the officer's public key; return his subject id, None if he has one already."""
    org, officer = by
    subject = officer.accountable or officer.token
    if not await orders.register_officer_key(tx, org, subject, public_key, now=now):
        return None
    told = Event(
        EventCode.KEY_PUBLISHED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {
            "officer": subject,
            "purpose": "waglan/standing-order/v1",
            "key_sha256": hashlib.sha256(public_key).hexdigest(),
        },
    )
    await events.append(tx, [told])
    return subject
