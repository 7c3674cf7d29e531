"""Who looked at what is another's, in PostgreSQL: written in the transaction that looks.

What was answered is therefore in the log, and a page of hundreds of events is a row or two in it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.codes.party import PartyId
from waglan.parties.look import Basis
from waglan.parties.role import ClientKind, Role
from waglan.store import Transaction, bulk
from waglan.store.links import FOREVER

KEYS_MAX = 1_000  # named in one row; the count says how many there were
PERSON = "person"
SWEPT_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, and when; `is_officer` says that his authority alone may ever know of it."""

    org: int
    party: PartyId
    client: ClientKind
    person: str | None
    is_officer: bool
    at: datetime
    new_id: Callable[[], UUID]


class Sight(msgspec.Struct, frozen=True):
    """One thing that was seen: of a consignment, whose filer the store knows, or its owner's."""

    kind: str
    key: str
    owner: PartyId
    consignment: int | None = None
    basis: Basis = Basis.REPORT  # what it rests on where neither of these says it
    movement: int | None = None  # that was told of a box: who was told of it says what it rests on


async def keep(tx: Transaction, by: Looker, asked: str, sights: Iterable[Sight]) -> None:
    """Write into the logs of those whose things these are that they were looked at.

    One's own is no look. All that an officer looks at goes into his authority's own log.
    """
    seen = [one for one in sights if by.is_officer or one.owner != by.party or one.kind == PERSON]
    whose = await _of(tx, by, seen)
    found: dict[tuple[int, Basis, str], dict[str, None]] = {}
    for one in seen:
        org, basis = whose(one)
        if by.is_officer or org != by.org or one.kind == PERSON:
            found.setdefault((org, basis, one.kind), {})[one.key] = None
    rows = [
        (org, by.new_id(), by.at, by.org, by.client.value,
         by.person if org == by.org else None, asked, basis.value, kind,
         list(keys)[:KEYS_MAX], len(keys))
        for (org, basis, kind), keys in found.items()
    ]  # fmt: skip
    await bulk.insert(tx, "look", _COLUMNS, rows)


_COLUMNS = (
    ("org", "int8"),
    ("look", "uuid"),
    ("at", "timestamptz"),
    ("by_org", "int8"),
    ("by_client", "text"),
    ("by_person", "text"),
    ("asked", "text"),
    ("basis", "text"),
    ("kind", "text"),
    ("keys", "text[]"),
    ("count", "int4"),
)


async def _of(
    tx: Transaction, by: Looker, seen: Collection[Sight]
) -> Callable[[Sight], tuple[int, Basis]]:
    """Return what tells in whose log a sight belongs, and what it rests on."""
    if by.is_officer:
        return lambda _: (by.org, Basis.OFFICE)
    bills = {one.consignment for one in seen if one.consignment is not None}
    filers = await _filers(tx, bills)
    filers |= await _noticed(tx, bills - filers.keys())
    orgs: dict[PartyId, int] = {}
    if owners := {one.owner for one in seen if one.consignment not in filers}:
        rows = await tx.execute(
            "SELECT party, org FROM organisation WHERE party = ANY (%s)", [sorted(owners)]
        )
        orgs = dict(await rows.fetchall())
    moved = await _moved(tx, {one.movement for one in seen if one.consignment not in filers})

    def _is_of(one: Sight) -> tuple[int, Basis]:
        basis = one.basis if one.movement is None else moved.get(one.movement, Basis.ADDRESSED)
        return filers.get(one.consignment) or (orgs[one.owner], basis)

    return _is_of


_Whose = dict[int | None, tuple[int, Basis]]


async def _filers(tx: Transaction, consignments: Collection[int]) -> _Whose:
    """Whose these consignments are, and by what the reader sees each: by a grant if any shows."""
    if not consignments:
        return {}
    rows = await tx.execute(
        "SELECT f.consignment, f.org, bool_or(r.is_shown AND r.until < %s) FROM filers(%s) f"
        " JOIN reader r ON r.org = current_org() AND r.consignment = f.consignment"
        " AND r.until > now() GROUP BY f.consignment, f.org",
        [FOREVER, sorted(consignments)],
    )
    return {
        consignment: (org, Basis.GRANT if is_granted else Basis.ROLE)
        for consignment, org, is_granted in await rows.fetchall()
    }


async def _noticed(tx: Transaction, consignments: Collection[int]) -> _Whose:
    """Whose these consignments are of which the reader knows by a notice to him alone."""
    if not consignments:
        return {}
    rows = await tx.execute(
        "SELECT DISTINCT d.consignment, a.filer FROM detention d"
        " JOIN detention_addressee a USING (detention_id)"
        " WHERE d.consignment = ANY (%s::int8[]) AND a.org = current_org()",
        [sorted(consignments)],
    )
    return {consignment: (org, Basis.ADDRESSED) for consignment, org in await rows.fetchall()}


async def _moved(tx: Transaction, movements: Collection[int | None]) -> dict[int, Basis]:
    """By what the reader sees these movements; what is missing was sent to him, and no more."""
    wanted = [one for one in movements if one is not None]
    if not wanted:
        return {}
    carrying = await tx.execute(
        "SELECT DISTINCT movement_id FROM movement_link WHERE movement_id = ANY (%s::int8[])",
        [sorted(wanted)],
    )
    found = {int(number): Basis.REPORT for (number,) in await carrying.fetchall()}
    rest = sorted(one for one in wanted if one not in found)
    listed = await tx.execute(
        """
        SELECT m.movement_id FROM movement m WHERE m.movement_id = ANY (%s::int8[]) AND EXISTS (
            SELECT 1 FROM equipment e JOIN manifest f USING (manifest_id)
            WHERE f.org = current_org() AND upper(e.number) = m.container
              AND upper(replace(f.voyage, ' ', '')) = upper(replace(m.voyage, ' ', '')))
        """,
        [rest],
    )
    return found | {int(number): Basis.LISTED for (number,) in await listed.fetchall()}


@dataclass(frozen=True, slots=True)
class Look:
    """One look as whoever it stands for reads it; `person` is of his own organisation alone."""

    look: UUID
    at: datetime
    party: PartyId
    roles: tuple[Role, ...]
    client: ClientKind
    person: str | None
    asked: str
    basis: Basis
    kind: str
    keys: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which looks are asked for; what is None narrows nothing."""

    person: str | None = None  # at one of the organisation's people
    key: str | None = None  # at this bill, container, …: among the named ones of a look
    party: PartyId | None = None  # by this organisation


async def page(tx: Transaction, wanted: Wanted, *, before: UUID | None, at_most: int) -> list[Look]:
    """Return the looks in the organisation's log, newest first."""
    person = wanted.person
    rows = await tx.execute(
        "SELECT l.look, l.at, o.party, o.roles, l.by_client, l.by_person, l.asked, l.basis,"
        " l.kind, l.keys, l.count FROM look l JOIN organisation o ON o.org = l.by_org"
        " WHERE l.org = current_org() AND (%(before)s::uuid IS NULL OR l.look < %(before)s)"
        " AND (%(person)s::text IS NULL OR (l.kind = 'person' AND l.keys @> ARRAY[%(person)s]))"
        " AND (%(key)s::text IS NULL OR l.keys @> ARRAY[%(key)s])"
        " AND (%(party)s::text IS NULL OR o.party = %(party)s)"
        " ORDER BY l.look DESC LIMIT %(at_most)s",
        {
            "before": before,
            "person": person,
            "key": wanted.key,
            "party": wanted.party,
            "at_most": at_most,
        },
    )
    return [
        Look(look, at, PartyId(party), tuple(map(Role, roles)), ClientKind(client), by_person,
             asked, Basis(basis), kind, tuple(keys) if person is None else (person,),
             count if person is None else 1)
        for look, at, party, roles, client, by_person, asked, basis, kind, keys, count
        in await rows.fetchall()
    ]  # fmt: skip


async def sweep(tx: Transaction, *, before: datetime) -> int:
    """Forget the looks of before this moment; return how many went."""
    gone = await tx.execute(
        "DELETE FROM look WHERE (org, look) IN (SELECT org, look FROM look WHERE at < %s LIMIT %s)",
        [before, SWEPT_AT_ONCE],
    )
    return gone.rowcount
