"""What officers signed, and the bills that it is about, in PostgreSQL: the authority's alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec

from waglan.customs.again import BillVersion, boxes_of, said_of
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Bill, Equipment
from waglan.store import Transaction, bulk, manifests
from waglan.store.versions import IS_NEWEST

# A bill as an act names it: who filed it, the bill above ("" for a master), its own number.
Named: TypeAlias = "tuple[str, str, str]"

_bill = msgspec.json.Decoder(Bill).decode
_equipment = msgspec.json.Decoder(Equipment).decode


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act as signed, and what came of it."""

    act_id: str
    body: bytes
    signature: bytes
    officer: str
    event_id: int
    answer: bytes
    done_at: datetime


async def add_act(tx: Transaction, authority: int, row: ActRow) -> None:
    """Keep a signed act; raise `Taken` if its id is."""
    await tx.execute(
        "INSERT INTO officer_act (authority, act_id, body, signature, officer, event_id, answer,"
        " done_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [authority, row.act_id, row.body, row.signature, row.officer, row.event_id, row.answer,
         row.done_at],
    )  # fmt: skip


async def act(tx: Transaction, act_id: str) -> ActRow | None:
    """Return the authority's act of that id."""
    row = await (
        await tx.execute(
            "SELECT act_id, body, signature, officer, event_id, answer, done_at FROM officer_act"
            " WHERE authority = current_org() AND act_id = %s",
            [act_id],
        )
    ).fetchone()
    if row is None:
        return None
    id_, body, signature, officer, event, answer, done_at = row
    return ActRow(id_, bytes(body), bytes(signature), officer, event, bytes(answer), done_at)


async def bodies(tx: Transaction, act_ids: Collection[str]) -> dict[str, bytes]:
    """Return what was signed with each of the authority's acts of these ids."""
    rows = await tx.execute(
        "SELECT act_id, body FROM officer_act"
        " WHERE authority = current_org() AND act_id = ANY (%s)",
        [list(act_ids)],
    )
    return {act_id: bytes(body) for act_id, body in await rows.fetchall()}


async def seq_of(tx: Transaction, event_id: int) -> int | None:
    """Return the event's number in the log; None for the moment before it has one."""
    row = await (
        await tx.execute("SELECT seq FROM log_leaf WHERE event_id = %s", [event_id])
    ).fetchone()
    return None if row is None else int(row[0])


async def alone_with(tx: Transaction, act_id: str) -> None:
    """Let nobody else hand in an act of this id until the commit."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('act ' || current_org() || ' ' || %s, 0))",
        [act_id],
    )


async def named(tx: Transaction, names: Collection[Named]) -> dict[Named, int]:
    """Return the consignments that are meant, as far as they were filed with the authority.

    Nobody else of the authority decides on them until the commit.
    """
    filers, parents, numbers = zip(*names, strict=True) if names else ((), (), ())
    rows = await tx.execute(
        """
        SELECT o.party, c.parent, c.number, c.consignment
        FROM unnest(%s::text[], %s::text[], %s::text[]) AS w (party, parent, number)
        JOIN organisation o ON o.party = w.party
        JOIN consignment c ON (c.org, c.number, c.parent) = (o.org, w.number, w.parent)
                          AND c.authority = current_org()
        ORDER BY c.consignment
        """,
        [list(filers), list(parents), list(numbers)],
    )
    found = {(party, parent, number): bill for party, parent, number, bill in await rows.fetchall()}
    for consignment in sorted(found.values()):  # in one order, so that two never wait in a circle
        await tx.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('deciding ' || %s, 0))",
            [str(consignment)],
        )
    return found


async def bills(tx: Transaction, at: Mapping[int, int]) -> dict[int, Bill]:
    """Return the bills of these consignments, each of the manifest named, without its parties."""
    rows = await tx.execute(
        "SELECT b.consignment, b.particulars FROM bill b"
        " JOIN unnest(%s::int8[], %s::int8[]) AS w (consignment, manifest_id)"
        " USING (consignment, manifest_id)",
        [list(at), list(at.values())],
    )
    return {consignment: _bill(particulars) for consignment, particulars in await rows.fetchall()}


# A bill in one version of one manifest: its consignment, and the manifest.
At: TypeAlias = "tuple[int, int]"


async def versions_of_bills(
    tx: Transaction, vault: Vault, at: Collection[At]
) -> dict[At, BillVersion]:
    """Return what is said of these bills, each as that manifest has it."""
    consignments, manifest_ids = zip(*at, strict=True) if at else ((), ())
    rows = await tx.execute(
        """
        SELECT b.consignment, b.manifest_id, b.particulars, p.key_salt, p.sealed
        FROM bill b JOIN unnest(%s::int8[], %s::int8[]) AS w (consignment, manifest_id)
            USING (consignment, manifest_id)
        LEFT JOIN bill_personal p USING (consignment, manifest_id)
        """,
        [list(consignments), list(manifest_ids)],
    )
    whole = {
        (consignment, manifest_id): await manifests.whole_bill(vault, *sealed)
        for consignment, manifest_id, *sealed in await rows.fetchall()
    }
    numbers = set[str]().union(*map(boxes_of, whole.values()))
    listed = await _listed(tx, set(manifest_ids), numbers)
    return {key: said_of(bill, listed.get(key[1], {})) for key, bill in whole.items()}


async def _listed(
    tx: Transaction, manifest_ids: Collection[int], numbers: Collection[str]
) -> dict[int, dict[str, Equipment]]:
    """Return the boxes of these numbers that these manifests list, by manifest and number."""
    rows = await tx.execute(
        "SELECT manifest_id, particulars FROM equipment"
        " WHERE manifest_id = ANY (%s) AND number = ANY (%s)",
        [list(manifest_ids), list(numbers)],
    )
    found: dict[int, dict[str, Equipment]] = {}
    for manifest_id, particulars in await rows.fetchall():
        box = _equipment(particulars)
        found.setdefault(manifest_id, {})[box.number] = box
    return found


class Filing(NamedTuple):
    """One of the manifests that had a bill; it `stands` while no newer version takes its place."""

    manifest_id: int
    document: str
    call: str
    stands: bool


async def filings(tx: Transaction, consignments: Collection[int]) -> dict[int, list[Filing]]:
    """Return all manifests that had each of these bills, in the order in which they were filed."""
    rows = await tx.execute(
        f"""
        SELECT b.consignment, m.manifest_id, m.document, m.call, {IS_NEWEST}
        FROM bill b JOIN manifest m USING (manifest_id)
        WHERE b.consignment = ANY (%s::int8[]) ORDER BY b.consignment, m.manifest_id
        """.encode(),
        [list(consignments)],
    )
    found: dict[int, list[Filing]] = {}
    for consignment, *filing in await rows.fetchall():
        found.setdefault(consignment, []).append(Filing(*filing))
    return found


async def cleared_in_part(tx: Transaction, consignments: Collection[int]) -> dict[int, list[bytes]]:
    """Return what was to be told with each clearing in part that stands, in their order.

    One stands until something else is decided, or the bill is filed anew and left to an officer:
    what was cleared is what was seen. An act that goes on with a newer version is named once.
    """
    rows = await tx.execute(
        """
        SELECT consignment, told FROM (
            SELECT DISTINCT ON (consignment, act_id) consignment, version, told FROM decision d
            WHERE consignment = ANY (%s::int8[]) AND status = 'partly-cleared'
              AND NOT EXISTS (SELECT 1 FROM decision l WHERE l.consignment = d.consignment
                              AND l.version > d.version AND l.status <> d.status)
              AND NOT EXISTS (SELECT 1 FROM assessment a WHERE a.consignment = d.consignment
                              AND a.assessed_at > d.decided_at)
            ORDER BY consignment, act_id, version) stands
        ORDER BY consignment, version
        """,
        [list(consignments)],
    )
    found: dict[int, list[bytes]] = {}
    for consignment, told in await rows.fetchall():
        found.setdefault(consignment, []).append(bytes(told))
    return found


class ExaminationRow(msgspec.Struct, frozen=True):
    """What came of looking at one bill."""

    consignment: int
    event_id: int
    manifest_id: int
    act_id: str
    result: str
    is_hit: bool | None
    examined_at: datetime


async def add_examinations(tx: Transaction, authority: int, rows: Sequence[ExaminationRow]) -> None:
    """Keep the outcomes of examinations, as far as they are counted."""
    await bulk.insert(
        tx,
        "examination",
        (("authority", "int8"), ("consignment", "int8"), ("event_id", "int8"),
         ("manifest_id", "int8"), ("act_id", "text"), ("result", "text"), ("is_hit", "bool"),
         ("examined_at", "timestamptz")),
        [
            (authority, r.consignment, r.event_id, r.manifest_id, r.act_id, r.result, r.is_hit,
             r.examined_at)
            for r in rows
        ],
    )  # fmt: skip


class Decided(msgspec.Struct, frozen=True):
    """One step in a bill's life with customs, as an officer sees it."""

    version: int
    status: str
    decided_by: str
    decided_at: datetime
    order: str | None
    act: str | None
    fired: tuple[str, ...]
    targeting: tuple[str, ...]
    result: str | None
    served_at: datetime | None


class StepPlace(NamedTuple):
    """A step's place in the history of a number; a bill without any has one place, 0."""

    consignment: int
    version: int


async def history(
    tx: Transaction, number: str, *, after: StepPlace | None, at_most: int
) -> list[tuple[StepPlace, Decided | None]]:
    """Return what was decided of the bills of a number, and when each was told.

    The bill that came last comes first; its steps, of which it may have none yet, oldest first.
    """
    rows = await tx.execute(
        """
        SELECT c.consignment, d.version, d.status, d.decided_by, d.decided_at, d.order_id, d.act_id,
               d.fired, d.targeting, x.result,
               (SELECT min(n.served_at) FROM notice n WHERE n.consignment = d.consignment
                AND n.status = d.status AND n.served_at >= d.decided_at
                AND NOT EXISTS (
                    SELECT 1 FROM decision l WHERE l.consignment = d.consignment
                    AND l.version > d.version AND l.decided_at <= n.served_at
                    AND (l.status <> d.status
                         OR l.told <> d.told AND d.status <> 'partly-cleared'))
                AND NOT EXISTS (
                    SELECT 1 FROM assessment a WHERE a.consignment = d.consignment
                    AND d.status = 'partly-cleared'
                    AND a.assessed_at > d.decided_at AND a.assessed_at <= n.served_at))
        FROM consignment c LEFT JOIN decision d USING (consignment)
        LEFT JOIN examination x USING (consignment, event_id)
        WHERE c.number = %(number)s AND c.authority = current_org()
          AND EXISTS (SELECT 1 FROM bill b WHERE b.consignment = c.consignment)
          AND (%(bill)s::int8 IS NULL OR c.consignment < %(bill)s
               OR c.consignment = %(bill)s AND d.version > %(version)s)
        ORDER BY c.consignment DESC, d.version LIMIT %(at_most)s
        """,
        {
            "number": number,
            "bill": None if after is None else after.consignment,
            "version": None if after is None else after.version,
            "at_most": at_most,
        },
    )
    return [_step(row) for row in await rows.fetchall()]


def _step(row: Sequence[Any]) -> tuple[StepPlace, Decided | None]:
    bill, version, *rest = row
    if version is None:
        return StepPlace(bill, 0), None
    status, by, at, order, act_id, fired, targeting, result, served = rest
    step = Decided(
        version, status, by, at, order, act_id, tuple(fired), tuple(targeting), result, served
    )
    return StepPlace(bill, version), step
