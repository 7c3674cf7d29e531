"""An officer imports a decision table as a draft; it binds nobody until another publishes it."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders
from waglan.store.orders import TableRow


async def import_table(
    tx: Transaction, by: tuple[int, Principal], model: bytes, rows: int, *, now: datetime
) -> bytes:
    """Keep a table in which nothing is wrong, with so many rows; return its hash."""
    org, officer = by
    digest, who = sha256(model).digest(), officer.accountable or officer.token
    if not await orders.import_table(tx, org, TableRow(digest, model, who, now)):
        return digest
    told = Event(
        EventCode.TABLE_IMPORTED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {"table": digest.hex(), "by": who, "rows": rows},
    )
    await events.append(tx, [told])
    return digest
