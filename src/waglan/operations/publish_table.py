"""A second officer publishes a table that another imported; from then on an order may name it."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.officer_act import Sheet
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders


async def publish_table(
    tx: Transaction, by: tuple[int, Principal], sheet: Sheet, *, now: datetime
) -> list[Finding]:
    """Publish the table whose hash the officer signed; without findings it is done.

    It takes two: whoever imported it can't publish it.
    """
    org, officer = by
    named = sheet.table or ""
    where = Where(f"tables/{named[:12]}")
    found = await orders.imported(tx, bytes.fromhex(named))
    if found is None:
        return [Finding("TABLE-ABSENT", Severity.ERROR, where, {"table": named[:12]})]
    if found.imported_by == sheet.officer:
        if len(await orders.officer_keys(tx)) < 2:
            return [Finding("TABLE-ONE-OFFICER", Severity.ERROR, where, {"table": named[:12]})]
        return [Finding("TABLE-SECOND-OFFICER", Severity.ERROR, where, {"table": named[:12]})]
    second = (sheet.officer, sheet.id)
    if not await orders.publish_table(tx, org, found.sha256, second, now=now):
        return [Finding("TABLE-PUBLISHED", Severity.ERROR, where, {"table": named[:12]})]
    told = Event(
        EventCode.TABLE_PUBLISHED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {
            "table": named,
            "imported_by": found.imported_by,
            "by": sheet.officer,
            "act": sheet.id,
        },
    )
    await events.append(tx, [told])
    return []
