"""An officer publishes a decision table; from then on a standing order may name it."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.codes.key import Key, KeyKind
from waglan.customs.tables import ENGINE, read_table
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders
from waglan.store.orders import TableRow


async def publish_table(
    tx: Transaction, by: tuple[int, Principal], model: bytes, *, now: datetime
) -> tuple[bytes | None, list[Finding]]:
    """Keep a table by its hash; without one, the findings say why it may not be used."""
    org, officer = by
    table, findings = read_table(model, engine_version=ENGINE)
    if table is None:
        return None, findings
    digest, who = sha256(model).digest(), officer.accountable or officer.token
    await orders.publish_table(tx, org, TableRow(digest, model, who, now))
    told = Event(
        EventCode.TABLE_PUBLISHED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {"table": digest.hex(), "by": who, "rows": len(table.rules)},
    )
    await events.append(tx, [told])
    return digest, findings
