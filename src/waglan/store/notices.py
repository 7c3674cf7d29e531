"""Notices that were served, as whoever may see them reads them: never a decision."""

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import msgspec

from waglan.codes.container import unparted
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.store import Transaction, _binary
from waglan.store.versions import STANDS

NOTICES_MAX = 100_000  # looked at for one answer


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
    is_withdrawn: bool  # no newest version of any document has the bill, as its reader sees them
    in_log: str | None  # the status that its event tells; None: erased, or not for this reader
    is_erased: bool  # its event is, so that the log tells it no more
    held_in: tuple[int, ...]  # of one that is held: in which manifests its boxes are


# Versions are looked at as far as the reader may see manifests; others lose sight of what is gone.
_SERVED = f"""
    SELECT n.consignment, n.manifest_id, a.party, n.status, n.number, n.manifest, n.version, n.call,
           n.served_at, l.seq, later.version,
           later.version IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM bill b JOIN manifest m ON m.manifest_id = b.manifest_id
               WHERE b.consignment = n.consignment AND {STANDS}),
           (SELECT convert_from(e.canonical, 'UTF8')::json -> 'body' ->> 'status' FROM event e
            WHERE e.month = l.month AND e.event_id = l.event_id),
           coalesce((SELECT true FROM event_erased x WHERE x.event_id = n.event_id), false),
           n.held_in
    FROM notice n JOIN organisation a ON a.org = n.authority
    LEFT JOIN log_leaf l ON l.event_id = n.event_id
    LEFT JOIN LATERAL (
        SELECT v.manifest_id, v.version, v.function FROM manifest m
        JOIN manifest v ON (v.org, v.document, v.call, v.filed_with)
            = (m.org, m.document, m.call, m.filed_with)
        WHERE m.manifest_id = n.manifest_id AND v.version > m.version
        ORDER BY v.version DESC LIMIT 1) later ON true
"""
_NEWEST_FIRST = " ORDER BY n.consignment, n.served_at DESC, n.event_id DESC"


async def of_bill(tx: Transaction, number: str) -> list[Served] | None:
    """Return what was told last of each bill of that number; several filers may have used it.

    None, here and below: there are more notices than are looked at.
    """
    return await _served(tx, " WHERE n.number = %(key)s", number)


async def of_container(tx: Transaction, container: str) -> list[Served] | None:
    """Return what was told last of each bill that was ever listed in that container."""
    where = (
        " WHERE n.consignment IN (SELECT consignment FROM bill_equipment"
        " WHERE container = ANY (%(key)s))"
    )
    return await _served(tx, where, _spellings(container))


async def bills_in(tx: Transaction, container: str, *, at_most: int) -> list[str]:
    """Return the bills that were ever listed in that container and that a notice tells of."""
    rows = await tx.execute(
        "SELECT number FROM notice WHERE consignment IN ("
        " SELECT consignment FROM bill_equipment WHERE container = ANY (%s))"
        " GROUP BY number ORDER BY max(event_id) DESC LIMIT %s",
        [_spellings(container), at_most],
    )
    return [number for (number,) in await rows.fetchall()]


async def of_call(tx: Transaction, call: str) -> list[Served] | None:
    """Return what was told last, on whatever call, of each bill that a call has.

    Those are the bills that stand declared on it, and those of which something was told for it.
    """
    where = (
        " WHERE n.consignment IN (SELECT consignment FROM notice WHERE call = %(key)s"
        " UNION SELECT consignment FROM bills_of_call(%(key)s))"
    )
    return await _served(tx, where, call)


async def _served(tx: Transaction, where: str, given: str | list[str]) -> list[Served] | None:
    query = (_SERVED + where + _NEWEST_FIRST + " LIMIT %(at_most)s").encode()
    found_by = {"key": given, "at_most": NOTICES_MAX + 1}
    rows = await (await tx.execute(query, found_by)).fetchall()
    if len(rows) > NOTICES_MAX:
        return None
    found = []
    for _, group in groupby(rows, key=itemgetter(0)):
        (bill, manifest_id, party, status, number, manifest, version, call, told_at, seq, since,
         withdrawn, in_log, erased, held_in), *before = group  # fmt: skip
        earlier = sorted(row[9] for row in before if row[9] is not None)
        found.append(
            Served(
                bill,
                manifest_id,
                PartyId(party),
                CustomsStatus(status),
                number,
                manifest,
                version,
                call,
                told_at.astimezone(UTC),
                seq,
                tuple(earlier),
                since,
                withdrawn,
                in_log,
                erased,
                tuple(held_in),
            )
        )
    return found


def _spellings(container: str) -> list[str]:
    return sorted({container, unparted(container).upper()})


async def boxes(
    tx: Transaction, served: Collection[Served]
) -> dict[int, dict[int, tuple[str, ...]]]:
    """Return the boxes of each bill by manifest: the one spoken of, and those filed since.

    Of a bill that is held they are all the manifests that the notice holds. A bill whose boxes the
    reader may not see is missing; one that has none is there.
    """
    spoken = {one.consignment: one.manifest_id for one in served}
    seen = await tx.execute(
        "SELECT DISTINCT consignment FROM reader WHERE org = current_org()"
        " AND consignment = ANY (%s::int8[]) AND view <> 'status' AND until > now()",
        [_binary.numbers(spoken)],
    )
    found: dict[int, dict[int, tuple[str, ...]]] = {
        bill: {spoken[bill]: ()} for (bill,) in await seen.fetchall()
    }
    held = {one.consignment: (one.manifest_id, *one.held_in) for one in served}
    last = _binary.numbers(map(max, held.values()))
    rows = await tx.execute(
        _BOXES, [_binary.numbers(held), last, _binary.array("int8[]", list(held.values()))]
    )
    for bill, manifest_id, containers in await rows.fetchall():
        found.setdefault(bill, {spoken[bill]: ()})[manifest_id] = tuple(containers)
    return found


_BOXES = """
    WITH told AS MATERIALIZED (
        SELECT consignment, last, held::int8[] AS held
        FROM unnest(%s::int8[], %s::int8[], %s::text[]) AS t (consignment, last, held)
    )
    SELECT e.consignment, e.manifest_id, array_agg(e.container ORDER BY e.container)
    FROM told t JOIN bill_equipment e ON e.consignment = t.consignment
    WHERE e.manifest_id > t.last OR e.manifest_id = ANY (t.held)
    GROUP BY e.consignment, e.manifest_id
"""


async def is_known(tx: Transaction, key: str) -> bool:
    """Whether the reader sees anything of a bill, or of a bill in a container, of that number."""
    row = await (
        await tx.execute(
            "SELECT EXISTS (SELECT 1 FROM key_event k"
            " JOIN event e ON e.month = k.month AND e.event_id = k.event_id"
            " WHERE k.kind = 'bill' AND k.key = %s)"
            " OR EXISTS (SELECT 1 FROM bill_equipment WHERE container = ANY (%s))",
            [key, _spellings(key)],
        )
    ).fetchone()
    return row is not None and bool(row[0])
