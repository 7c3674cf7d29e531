"""An officer imports a decision table as a draft; it binds nobody until another publishes it."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.codes.key import Key, KeyKind
from waglan.customs.tables import ENGINE, never_fires, read_table
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders
from waglan.store.orders import TableRow


async def import_table(
    tx: Transaction, by: tuple[int, Principal], model: bytes, *, now: datetime
) -> tuple[bytes | None, list[Finding]]:
    """Keep a table by its hash; without one, the findings say why it may not be used."""
    org, officer = by
    table, findings = read_table(model, engine_version=ENGINE)
    # Only a table that comes in is asked: one that was published before goes on as it did.
    if table is None or (findings := never_fires(model)):
        return None, findings
    digest, who = sha256(model).digest(), officer.accountable or officer.token
    if not await orders.import_table(tx, org, TableRow(digest, model, who, now)):
        return digest, findings
    told = Event(
        EventCode.TABLE_IMPORTED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {"table": digest.hex(), "by": who, "rows": len(table.rules)},
    )
    await events.append(tx, [told])
    return digest, findings
