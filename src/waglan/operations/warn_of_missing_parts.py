"""Parts of a manifest have not come in time: their sender is told, and they are still awaited."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.manifest.assembly import Assembly, overdue
from waglan.store import Transaction, assemblies, events


async def warn_of_missing_parts(
    tx: Transaction, by: tuple[int, PartyId], assembly_id: int, *, now: datetime
) -> bool:
    """Tell the sender once which parts are missing; False if there is nothing to tell."""
    org, party = by
    opened = await assemblies.open_one(tx, assembly_id)
    if opened is None:
        return False
    rows = await assemblies.parts(tx, assembly_id)
    final = next((row.number for row in rows if row.is_final), None)
    assembly = Assembly(opened.key, {row.number: row.sha256 for row in rows}, final)
    finding = overdue(assembly, opened.opened_at, opened.due_at, as_of=now)
    if finding is None or not await assemblies.add_alert(tx, org, assembly_id, now=now):
        return False
    message = Key(KeyKind.PARTY, party)
    told = Event(
        EventCode.PARTS_OVERDUE,
        message,
        party,
        now,
        now,
        {
            "assembly": opened.key.access_reference,
            "code": finding.code,
            "came": len(assembly.parts),
            "of": final,
            "missing": [*assembly.missing()],
        },
    )
    await events.append(tx, [told])
    return True
