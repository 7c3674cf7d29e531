"""Detention notices in PostgreSQL: each reader sees what is his, and steps are only added."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg import sql

from waglan.codes.party import PartyId
from waglan.customs.detention import (
    Addressee,
    Capacity,
    DetentionKind,
    NoticeStep,
    Reach,
    Told,
)
from waglan.logbook.sealed import Vault
from waglan.manifest import personal
from waglan.manifest.model import PartyRole
from waglan.store import Transaction, _binary, bulk

_ENDED = "('release', 'seize', 'replace')"


@dataclass(frozen=True, slots=True)
class Detention:
    """A detention notice as it was served."""

    detention_id: int  # number of the event that served it
    org: int  # the authority's
    authority: PartyId
    number: str
    consignment: int
    kind: DetentionKind
    bill: str
    call: str
    served_at: datetime
    parent: str | None  # the bill above it, empty for none; None: the reader may not see it


@dataclass(frozen=True, slots=True)
class NewDetention:
    """A notice to be kept, with whom it is for and what each is told."""

    detention_id: int
    number: str
    consignment: int
    kind: DetentionKind
    bill: str
    call: str
    filer: PartyId
    told: Sequence[tuple[Addressee, Told]]


class StepRow(msgspec.Struct, frozen=True):
    """One thing that was done about a notice."""

    detention_id: int
    event_id: int
    party: PartyId
    step: NoticeStep
    done_by: str | None
    done_at: datetime
    due: datetime | None = None
    instruction: str = ""
    boxes: tuple[str, ...] = ()


async def add(
    tx: Transaction, authority: int, rows: Sequence[NewDetention], *, now: datetime
) -> None:
    """Keep notices; from this commit on their addressees may see them."""
    orgs = await _orgs(tx, {one.filer for one in rows} | _parties(rows))
    await bulk.insert(
        tx,
        "detention",
        (("detention_id", "int8"), ("authority", "int8"), ("number", "text"),
         ("consignment", "int8"), ("kind", "text"), ("bill", "text"), ("call", "text"),
         ("served_at", "timestamptz")),
        [
            (r.detention_id, authority, r.number, r.consignment, r.kind.value, r.bill, r.call, now)
            for r in rows
        ],
    )  # fmt: skip
    await bulk.insert(
        tx,
        "detention_addressee",
        (("detention_id", "int8"), ("n", "int4"), ("authority", "int8"), ("filer", "int8"),
         ("capacity", "text"), ("reach", "text"), ("org", "int8"), ("told", "bytea")),
        [
            (r.detention_id, n, authority, orgs[r.filer], to.capacity.value, to.reach.value,
             None if to.party is None else orgs[to.party], _encode(told))
            for r in rows for n, (to, told) in enumerate(r.told, 1)
        ],
    )  # fmt: skip


def _parties(rows: Iterable[NewDetention]) -> set[PartyId]:
    return {to.party for row in rows for to, _ in row.told if to.party is not None}


async def _orgs(tx: Transaction, parties: Collection[PartyId]) -> dict[PartyId, int]:
    found = await tx.execute(
        "SELECT party, org FROM organisation WHERE party = ANY (%s)", [list(parties)]
    )
    return {PartyId(party): org for party, org in await found.fetchall()}


_DETENTION = """
    SELECT d.detention_id, d.authority, a.party, d.number, d.consignment, d.kind, d.bill, d.call,
           d.served_at, c.parent
    FROM detention d JOIN organisation a ON a.org = d.authority
    LEFT JOIN consignment c ON c.consignment = d.consignment
"""


async def by_number(tx: Transaction, number: str) -> Detention | None:
    """Return a notice that the reader may see."""
    rows = await tx.execute(_DETENTION + " WHERE d.number = %s LIMIT 1", [number])
    row = await rows.fetchone()
    return None if row is None else _detention(row)


async def alone_with(tx: Transaction, numbers: Collection[str]) -> None:
    """Let nobody else do anything about these notices until the commit."""
    for number in sorted(numbers):  # in one order, so that two never wait in a circle
        await tx.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('notice ' || %s, 0))", [number]
        )


async def of_bills(tx: Transaction, consignments: Collection[int]) -> list[Detention]:
    """Return the notices on these bills that have not ended, oldest first."""
    rows = await tx.execute(
        _DETENTION + " WHERE d.consignment = ANY (%s::int8[])"
        f" AND NOT EXISTS (SELECT 1 FROM detention_step s WHERE s.detention_id = d.detention_id"
        f" AND s.step IN {_ENDED}) ORDER BY d.detention_id",
        [_binary.numbers(consignments)],
    )
    return [_detention(row) for row in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices are looked for; None is any."""

    bill: str | None = None
    call: str | None = None
    ended: bool | None = None


async def of_call(tx: Transaction, call: str, *, at_most: int) -> list[Detention]:
    """Return the notices that the reader may see, newest first, on the bills that a call has.

    Those are the bills that stand declared on it, and those on which one was served for it.
    """
    rows = await tx.execute(
        _DETENTION + " WHERE d.consignment IN (SELECT consignment FROM detention WHERE call = %s"
        " UNION SELECT consignment FROM bills_of_call(%s)) ORDER BY d.detention_id DESC LIMIT %s",
        [call, call, at_most],
    )
    return [_detention(row) for row in await rows.fetchall()]


async def page(
    tx: Transaction, wanted: Wanted, *, before: int | None, at_most: int
) -> list[Detention]:
    """Return notices that the reader may see, newest first."""
    terms, asked = ["true"], dict[str, Any](at_most=at_most)
    for name, value in (("bill", wanted.bill), ("call", wanted.call)):
        if value is not None:
            terms.append(f"d.{name} = %({name})s")
            asked[name] = value
    if wanted.ended is not None:
        ends = (
            "EXISTS (SELECT 1 FROM detention_step s WHERE s.detention_id = d.detention_id"
            f" AND s.step IN {_ENDED})"
        )
        terms.append(ends if wanted.ended else f"NOT {ends}")
    if before is not None:
        terms.append("d.detention_id < %(before)s")
        asked["before"] = before
    query = sql.SQL(_DETENTION + " WHERE {} ORDER BY d.detention_id DESC LIMIT %(at_most)s")
    rows = await tx.execute(query.format(sql.SQL(" AND ").join(map(sql.SQL, terms))), asked)
    return [_detention(row) for row in await rows.fetchall()]


def _detention(row: Sequence[Any]) -> Detention:
    id_, org, party, number, consignment, kind, bill, call, served_at, parent = row
    return Detention(
        id_,
        org,
        PartyId(party),
        number,
        consignment,
        DetentionKind(kind),
        bill,
        call,
        served_at.astimezone(UTC),
        parent,
    )


async def add_steps(tx: Transaction, authority: int, org: int, rows: Sequence[StepRow]) -> None:
    """Keep what was done, each with its event in the same transaction."""
    await bulk.insert(
        tx,
        "detention_step",
        (("detention_id", "int8"), ("event_id", "int8"), ("authority", "int8"), ("org", "int8"),
         ("step", "text"), ("done_by", "text"), ("done_at", "timestamptz"),
         ("due", "timestamptz"), ("instruction", "text"), ("boxes", "text[]")),
        [
            (r.detention_id, r.event_id, authority, org, r.step.value, r.done_by, r.done_at, r.due,
             r.instruction, list(r.boxes))
            for r in rows
        ],
    )  # fmt: skip


async def steps(tx: Transaction, notices: Collection[int]) -> dict[int, list[StepRow]]:
    """Return what was done about each notice, as far as the reader may see it, in its order.

    Events get their numbers while nobody else is at the notice, so they are in order here.
    """
    rows = await tx.execute(
        "SELECT s.detention_id, s.event_id, o.party, s.step, s.done_by, s.done_at, s.due,"
        " s.instruction, s.boxes FROM detention_step s JOIN organisation o ON o.org = s.org"
        " WHERE s.detention_id = ANY (%s::int8[]) ORDER BY s.detention_id, s.event_id",
        [list(notices)],
    )
    found: dict[int, list[StepRow]] = {one: [] for one in notices}
    for id_, event, party, step, by, at, due, instruction, boxes in await rows.fetchall():
        row = StepRow(
            id_,
            event,
            PartyId(party),
            NoticeStep(step),
            by,
            at.astimezone(UTC),
            due and due.astimezone(UTC),
            instruction,
            tuple(boxes),
        )
        found[id_].append(row)
    return found


async def addressees(
    tx: Transaction, notices: Collection[int]
) -> dict[int, list[tuple[Addressee, Told]]]:
    """Return whom each notice is for, as far as the reader may see: its filer and customs all."""
    rows = await tx.execute(
        "SELECT t.detention_id, t.capacity, t.reach, o.party, t.event_id IS NOT NULL, t.told"
        " FROM detention_addressee t"
        " LEFT JOIN organisation o ON o.org = t.org WHERE t.detention_id = ANY (%s::int8[])"
        " ORDER BY t.detention_id, t.n",
        [list(notices)],
    )
    found: dict[int, list[tuple[Addressee, Told]]] = {one: [] for one in notices}
    for id_, capacity, reach, party, is_named, told in await rows.fetchall():
        to = Addressee(Capacity(capacity), Reach(reach), party and PartyId(party), is_named)
        found[id_].append((to, _decode(told)))
    return found


async def seqs(tx: Transaction, notices: Collection[int]) -> dict[int, int]:
    """Return where the log has the events that served these notices, as far as it has."""
    rows = await tx.execute(
        "SELECT event_id, seq FROM log_leaf WHERE event_id = ANY (%s::int8[])", [list(notices)]
    )
    return {event: seq for event, seq in await rows.fetchall()}


async def name(
    tx: Transaction, authority: int, notice: int, whom: tuple[Addressee, Told], event: int
) -> None:
    """Keep one more addressee of a notice that nobody else is at, with the event that tells him."""
    to, told = whom
    await tx.execute(
        "INSERT INTO detention_addressee"
        " (detention_id, n, authority, filer, capacity, reach, org, told, event_id)"
        " SELECT a.detention_id, max(a.n) + 1, %s, min(a.filer), %s, %s,"
        " (SELECT org FROM organisation WHERE party = %s), %s, %s"
        " FROM detention_addressee a WHERE a.detention_id = %s GROUP BY a.detention_id",
        [authority, to.capacity.value, to.reach.value, to.party, _encode(told), event, notice],
    )


async def consignees(
    tx: Transaction, vault: Vault, manifest_id: int, consignments: Collection[int]
) -> dict[int, tuple[str | None, ...]]:
    """Return the consignees' codes of each bill, None for one without; erased ones are gone."""
    rows = await tx.execute(
        "SELECT consignment, key_salt, sealed FROM bill_personal"
        " WHERE manifest_id = %s AND consignment = ANY (%s::int8[])",
        [manifest_id, _binary.numbers(consignments)],
    )
    return {
        bill: tuple(
            party.code
            for party in personal.open_personal(vault, salt, sealed).parties
            if party.role is PartyRole.CONSIGNEE
        )
        for bill, salt, sealed in await rows.fetchall()
    }


async def coded(tx: Transaction, codes: Collection[str]) -> dict[str, PartyId]:
    """Return whose codes these are, as far as they are somebody's here."""
    rows = await tx.execute("SELECT code, party FROM coded(%s)", [sorted(codes)])
    return {code: PartyId(party) for code, party in await rows.fetchall()}


async def terminals(
    tx: Transaction, consignments: Collection[int]
) -> dict[int, tuple[PartyId, ...]]:
    """Return the terminals of each bill: who was shown its boxes, and who told of one of them."""
    rows = await tx.execute(
        "SELECT consignment, party FROM terminals_shown(%(bills)s::int8[]) UNION"
        " SELECT l.consignment, o.party FROM movement_link l JOIN movement m USING (movement_id)"
        " JOIN organisation o ON o.org = m.org"
        " WHERE l.consignment = ANY (%(bills)s::int8[]) AND 'terminal' = ANY (o.roles)"
        " ORDER BY 1, 2",
        {"bills": _binary.numbers(consignments)},
    )
    found: dict[int, tuple[PartyId, ...]] = {}
    for bill, party in await rows.fetchall():
        found[bill] = (*found.get(bill, ()), PartyId(party))
    return found


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode
