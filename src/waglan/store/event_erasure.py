"""Events whose own words must go: the row is deleted, the leaf and its number stay."""

from datetime import datetime

import msgspec

from waglan.codes.event import EventCode
from waglan.manifest.model import Bill
from waglan.store import Transaction, standings


async def naming(tx: Transaction, name: str) -> list[int]:
    """Return the numbers of the events whose text holds these words, however they are written."""
    rows = await tx.execute(
        """
        SELECT l.seq FROM event e JOIN log_leaf l USING (event_id)
        WHERE position(lower(%s) IN lower(convert_from(e.canonical, 'UTF8'))) > 0
        ORDER BY l.seq LIMIT 1000
        """,
        [name],
    )
    return [int(seq) for (seq,) in await rows.fetchall()]


async def leaf_at(tx: Transaction, seq: int) -> bytes | None:
    """Return the leaf of that number, whether or not its event can still be shown.

    None if it tells of an erasure: that names nobody, and is what accounts for the gap.
    """
    row = await (
        await tx.execute(
            "SELECT l.leaf_hash FROM log_leaf l LEFT JOIN event e"
            " ON e.month = l.month AND e.event_id = l.event_id"
            " WHERE l.seq = %s AND e.code IS DISTINCT FROM %s",
            [seq, EventCode.SUBJECT_ERASED.value],
        )
    ).fetchone()
    return None if row is None else bytes(row[0])


async def destroy_event(tx: Transaction, seq: int, leaf: bytes, rule: str, *, now: datetime) -> int:
    """Destroy the words of the event of that number and leaf; return 1, or 0 if there is none.

    The bill it declared, if it declared one, loses its description of the goods and its parties.
    """
    row = await (
        await tx.execute(
            "SELECT e.event_id, e.month, e.consignment, e.code, e.org,"
            " (convert_from(e.canonical, 'UTF8')::json -> 'body' -> 'manifest') #>> '{}'"
            " FROM log_leaf l JOIN event e ON e.month = l.month AND e.event_id = l.event_id"
            " WHERE l.seq = %s AND l.leaf_hash = %s",
            [seq, leaf],
        )
    ).fetchone()
    if row is None:
        return 0
    event_id, month, consignment, code, org, manifest = row
    await tx.execute("DELETE FROM event WHERE month = %s AND event_id = %s", [month, event_id])
    await tx.execute(
        "INSERT INTO event_erased (event_id, erased_at, rule) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [event_id, now, rule],
    )
    if code == "bill.declared":
        await _strip(tx, consignment, org, manifest)
    await _silence(tx, event_id)
    if consignment is not None:
        await standings.redo(tx, consignment)
    return 1


async def _silence(tx: Transaction, event_id: int) -> None:
    """Destroy what an officer's event says in his own words wherever else it is kept."""
    await tx.execute(
        "UPDATE decision d SET told = '{}' FROM officer_act a"
        " WHERE a.event_id = %s AND (d.authority, d.act_id) = (a.authority, a.act_id)",
        [event_id],
    )
    await tx.execute("DELETE FROM officer_act WHERE event_id = %s", [event_id])
    await tx.execute("UPDATE trip_act SET body = '' WHERE event_id = %s", [event_id])
    await tx.execute("UPDATE notice SET told = '{}' WHERE event_id = %s", [event_id])


async def _strip(tx: Transaction, consignment: int, org: int, manifest: str) -> None:
    row = await (
        await tx.execute(
            "SELECT b.manifest_id, b.particulars FROM bill b JOIN manifest m USING (manifest_id)"
            " WHERE b.consignment = %s AND m.org = %s AND m.id = %s",
            [consignment, org, manifest],
        )
    ).fetchone()
    if row is None:
        return
    manifest_id, bill = row[0], _bill(row[1])
    goods = tuple(msgspec.structs.replace(item, description="") for item in bill.goods)
    await tx.execute(
        "UPDATE bill SET particulars = %s WHERE consignment = %s AND manifest_id = %s",
        [_encode(msgspec.structs.replace(bill, goods=goods)), consignment, manifest_id],
    )
    await tx.execute(
        "DELETE FROM bill_personal WHERE consignment = %s AND manifest_id = %s",
        [consignment, manifest_id],
    )


_bill = msgspec.json.Decoder(Bill).decode
_encode = msgspec.json.Encoder().encode
