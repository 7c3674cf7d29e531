"""Notices that were served, as whoever may see them reads them: never a decision."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.store import Transaction


class Served(msgspec.Struct, frozen=True):
    """The notice served last of one bill, and all that were served of it."""

    consignment: int
    manifest_id: int
    authority: PartyId
    status: CustomsStatus
    number: str
    manifest: UUID
    version: int
    call: str
    told_at: datetime
    seq: int | None  # None for the moment before it has a number
    earlier: tuple[int, ...]
    filed_since: int | None  # a later version that its reader sees, of which it does not speak
    is_withdrawn: bool  # that version has the bill no more


# Versions are looked at as far as the reader may see manifests; others lose sight of what is gone.
_SERVED = """
    SELECT DISTINCT ON (n.consignment) n.consignment, n.manifest_id, a.party, n.status, n.number,
           n.manifest, n.version, n.call, n.served_at, l.seq,
           array(SELECT e.seq FROM notice o JOIN log_leaf e USING (event_id)
                 WHERE o.consignment = n.consignment AND o.event_id <> n.event_id ORDER BY e.seq),
           later.version,
           later.version IS NOT NULL AND (later.function = 'cancel' OR NOT EXISTS (
               SELECT 1 FROM bill b WHERE b.manifest_id = later.manifest_id
               AND b.consignment = n.consignment))
    FROM notice n JOIN organisation a ON a.org = n.authority
    LEFT JOIN log_leaf l ON l.event_id = n.event_id
    LEFT JOIN LATERAL (
        SELECT v.manifest_id, v.version, v.function FROM manifest m
        JOIN manifest v ON (v.org, v.document, v.call) = (m.org, m.document, m.call)
        WHERE m.manifest_id = n.manifest_id AND v.version > m.version
        ORDER BY v.version DESC LIMIT 1) later ON true
"""
_NEWEST_FIRST = " ORDER BY n.consignment, n.served_at DESC, n.event_id DESC"


async def of_bill(tx: Transaction, number: str, *, at_most: int) -> list[Served]:
    """Return what was told last of each bill of that number; several filers may have used it."""
    return await _served(tx, " WHERE n.number = %s", [number], at_most)


async def of_container(tx: Transaction, container: str, *, at_most: int) -> list[Served]:
    """Return what was told last of each bill that was ever listed in that container."""
    where = (
        " WHERE n.consignment IN (SELECT consignment FROM bill_equipment"
        " WHERE upper(container) = upper(%s))"
    )
    return await _served(tx, where, [container], at_most)


async def of_call(tx: Transaction, call: str, *, at_most: int) -> list[Served]:
    """Return what was told last of each bill of a call."""
    return await _served(tx, " WHERE n.call = %s", [call], at_most)


async def _served(tx: Transaction, where: str, given: list[str], at_most: int) -> list[Served]:
    rows = await tx.execute(
        (_SERVED + where + _NEWEST_FIRST + " LIMIT %s").encode(), [*given, at_most]
    )
    return [
        Served(bill, manifest_id, PartyId(party), CustomsStatus(status), number, manifest, version,
               call, told_at.astimezone(UTC), seq, tuple(earlier), since, withdrawn)
        for bill, manifest_id, party, status, number, manifest, version, call, told_at, seq,
            earlier, since, withdrawn in await rows.fetchall()
    ]  # fmt: skip


async def boxes(
    tx: Transaction, served: Collection[Served]
) -> dict[int, dict[int, tuple[str, ...]]]:
    """Return the boxes of each bill by manifest, from the one that was spoken of onwards.

    A bill whose boxes the reader may not see is missing; one that has none is there.
    """
    spoken = {one.consignment: one.manifest_id for one in served}
    seen = await tx.execute(
        "SELECT DISTINCT consignment FROM reader WHERE org = current_org()"
        " AND consignment = ANY (%s::int8[]) AND view <> 'status' AND until > now()",
        [list(spoken)],
    )
    found: dict[int, dict[int, tuple[str, ...]]] = {
        bill: {spoken[bill]: ()} for (bill,) in await seen.fetchall()
    }
    rows = await tx.execute(
        "SELECT e.consignment, e.manifest_id, array_agg(e.container ORDER BY e.container)"
        " FROM bill_equipment e JOIN unnest(%s::int8[], %s::int8[]) AS w (consignment, spoken)"
        " ON w.consignment = e.consignment AND e.manifest_id >= w.spoken"
        " GROUP BY e.consignment, e.manifest_id",
        [list(spoken), list(spoken.values())],
    )
    for bill, manifest_id, containers in await rows.fetchall():
        found.setdefault(bill, {spoken[bill]: ()})[manifest_id] = tuple(containers)
    return found


async def is_known(tx: Transaction, key: str) -> bool:
    """Whether the reader sees anything of a bill, or of a bill in a container, of that number."""
    row = await (
        await tx.execute(
            "SELECT EXISTS (SELECT 1 FROM key_event k"
            " JOIN event e ON e.month = k.month AND e.event_id = k.event_id"
            " WHERE k.kind = 'bill' AND k.key = %s)"
            " OR EXISTS (SELECT 1 FROM bill_equipment WHERE upper(container) = upper(%s))",
            [key, key],
        )
    ).fetchone()
    return row is not None and bool(row[0])
