"""The officers' worklist in PostgreSQL: bills that wait, in one order that an index keeps."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.customs.worklist import FOR, KEPT_ON, Wait, Whom
from waglan.store import Transaction, _binary
from waglan.store.versions import IS_NEWEST, STANDS


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bill that waits for somebody, as it stood when the log was last read."""

    consignment: int
    filer: str
    parent: str
    number: str
    call: str
    arrives_at: datetime | None
    score: int
    status: CustomsStatus | None
    version: int
    waits: Wait
    is_withdrawn: bool
    is_told: bool
    filed_version: int  # how many manifests had the bill by then


@dataclass(frozen=True, slots=True)
class Place:
    """A bill's place in the list; the next page begins after it."""

    arrives_at: datetime | None
    score: int
    consignment: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bills are looked for; None is any."""

    call: str | None = None
    status: CustomsStatus | None = None
    waits: Sequence[Wait] | None = None
    whom: Whom | None = None
    by_order: Collection[str] = ()  # the calls that the order tells at its time


async def page(
    tx: Transaction, wanted: Wanted, *, after: Place | None, at_most: int
) -> list[Waiting]:
    """Return the next bills that wait: the ship that comes first, then the highest score."""
    asked: dict[str, Any] = {"at_most": at_most}
    terms = ["authority = current_org()", "waits IS NOT NULL"]
    if wanted.call is not None:
        terms.append("call = %(call)s")
        asked["call"] = wanted.call
    if wanted.status is not None:
        terms.append("status = %(status)s")
        asked["status"] = wanted.status.value
    if wanted.waits is not None:
        terms.append("waits = ANY (%(waits)s)")
        asked["waits"] = [wait.value for wait in wanted.waits]
    if wanted.whom is not None:
        terms.append("waits = ANY (%(whose)s)")
        by_order = "waits = 'notice' AND call = ANY (%(by_order)s::text[])"
        terms.append(by_order if wanted.whom is Whom.ORDER else f"NOT ({by_order})")
        whose = Whom.OFFICER if wanted.whom is Whom.ORDER else wanted.whom
        asked["whose"] = [wait.value for wait, whom in FOR.items() if whom is whose]
        asked["by_order"] = list(wanted.by_order)
    if after is not None:
        terms.append("(comes_at, places, consignment) > (%(comes_at)s, %(places)s, %(last)s)")
        asked["comes_at"] = "infinity" if after.arrives_at is None else after.arrives_at
        asked |= {"places": -after.score, "last": after.consignment}
    rows = await tx.execute(
        sql.SQL(
            "SELECT consignment, filer, parent, number, call, arrives_at, score, status, version,"
            " waits, is_withdrawn, coalesce(served_at >= decided_at, false),"
            " (SELECT count(*) FROM bill b WHERE b.consignment = standing.consignment"
            " AND b.manifest_id <= standing.newest_id) FROM standing"
            " WHERE {} ORDER BY comes_at, places, consignment LIMIT %(at_most)s"
        ).format(sql.SQL(" AND ").join(map(sql.SQL, terms))),
        asked,
    )
    return [_waiting(row) for row in await rows.fetchall()]


def _waiting(row: Sequence[Any]) -> Waiting:
    consignment, filer, parent, number, call, arrives_at, score, status, *rest = row
    version, waits, is_withdrawn, is_told, filed_version = rest
    return Waiting(
        consignment,
        filer,
        parent,
        number,
        call,
        arrives_at,
        score,
        CustomsStatus(status) if status else None,
        version,
        Wait(waits),
        is_withdrawn,
        is_told,
        filed_version,
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """A bill by its newest version, as the log was last read."""

    consignment: int
    manifest_id: int
    number: str
    filer: str
    parent: str
    status: CustomsStatus | None
    declared_at: datetime


_DECLARED = (
    "SELECT consignment, manifest_id, number, filer, parent, status, declared_at FROM standing"
    " WHERE authority = current_org() AND "
)


@dataclass(frozen=True, slots=True)
class Before:
    """The bills that an officer has before him, whose goods may go on under another one."""

    withdrawn: Sequence[Declared]
    filed_anew: Sequence[Declared]  # each with the newest manifest that stands


async def held_of_before(tx: Transaction, *, at_most: int) -> Before:
    """Return the bills that are held, or were seized, and withdrawn or filed anew since.

    Whoever judges a manifest is ahead of the log: what that manifest, or one just before it, leaves
    out stands declared in the log for some moments more, and is withdrawn too. All is asked at
    once: the log goes on meanwhile, and a bill between two questions would be in neither answer.
    Those of which an officer decided himself come first, however many a table stopped since, then
    the newest; `at_most` are returned of each kind, and of what the log does not know yet all.
    """
    asked = {"held": _WAITS_HELD, "kept": [wait.value for wait in KEPT_ON]}
    rows = await tx.execute(_HELD_OF_BEFORE, {**asked, "among": None, "at_most": at_most})
    withdrawn, anew = list[Declared](), list[Declared]()
    for is_withdrawn, *row in await rows.fetchall():
        (withdrawn if is_withdrawn else anew).append(_declared(row))
    return Before(withdrawn, anew)


async def held_and_filed_anew(
    tx: Transaction, *, at_most: int, among: Collection[int]
) -> list[Declared]:
    """Return which of these bills are held, stand declared, and were filed anew since."""
    asked = {"held": _WAITS_HELD, "among": _binary.numbers(among), "at_most": at_most}
    rows = await tx.execute(_HELD_AND_ANEW, asked)
    return [_declared(row) for row in await rows.fetchall()]


_WAITS_HELD = [wait.value for wait in Wait if wait is not Wait.DECISION]
_HELD = """
    held AS MATERIALIZED (
        SELECT consignment, manifest_id, number, filer, parent, status, declared_at FROM standing
        WHERE authority = current_org() AND NOT is_withdrawn
          AND ((waits = ANY (%(held)s) OR status = 'seized')
                 AND (status <> 'documents-asked' OR is_wanted) AND status <> 'not-selected'
               OR status IS NULL AND is_wanted)
    )
"""
_BY_OFFICER = """EXISTS (SELECT 1 FROM decision d WHERE d.consignment = {}.consignment
                         AND d.act_id IS NOT NULL)"""
_ANEW = f"""
    newest AS (
        SELECT b.consignment, max(b.manifest_id) AS manifest_id
        FROM held JOIN bill b USING (consignment) JOIN manifest m ON m.manifest_id = b.manifest_id
        WHERE {STANDS} AND (%(among)s::int8[] IS NULL OR b.consignment = ANY (%(among)s::int8[]))
        GROUP BY b.consignment
    ), anew AS (
        SELECT h.consignment, n.manifest_id, h.number, h.filer, h.parent, h.status, h.declared_at
        FROM held h JOIN newest n USING (consignment)
        WHERE EXISTS (SELECT 1 FROM decision d WHERE d.consignment = h.consignment
                        AND d.manifest_id < n.manifest_id)
           OR EXISTS (SELECT 1 FROM assessment a WHERE a.consignment = h.consignment
                        AND a.manifest_id < n.manifest_id)
        ORDER BY {_BY_OFFICER.format("h")} DESC, h.consignment DESC LIMIT %(at_most)s
    )
"""
_HELD_AND_ANEW = f"WITH {_HELD}, {_ANEW} SELECT * FROM anew".encode()
_HELD_OF_BEFORE = f"""
    WITH {_HELD}, {_ANEW}, old AS MATERIALIZED (
        SELECT m.manifest_id FROM (SELECT DISTINCT manifest_id FROM held) h
        JOIN manifest m USING (manifest_id) WHERE NOT {IS_NEWEST}
    ), just_withdrawn AS (
        SELECT h.* FROM held h JOIN old USING (manifest_id)
        WHERE NOT EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = h.consignment AND {STANDS})
    ), withdrawn AS (
        SELECT consignment, manifest_id, number, filer, parent, status, declared_at,
               {_BY_OFFICER.format("standing")} AS is_own
        FROM standing
        WHERE authority = current_org() AND is_withdrawn
          AND (waits = ANY (%(kept)s) OR status = 'seized')
        ORDER BY is_own DESC, consignment DESC LIMIT %(at_most)s
    ), found AS (
        SELECT 1 AS kind, true AS is_own, * FROM just_withdrawn
        UNION ALL
        SELECT 2, is_own, consignment, manifest_id, number, filer, parent, status, declared_at
        FROM withdrawn
        UNION ALL
        SELECT 3, {_BY_OFFICER.format("anew")}, * FROM anew
    )
    SELECT kind < 3, consignment, manifest_id, number, filer, parent, status, declared_at
    FROM found ORDER BY kind, is_own DESC, consignment DESC
""".encode()


async def declared(tx: Transaction, consignments: Collection[int]) -> list[Declared]:
    """Return those of these bills that their filers still declare."""
    rows = await tx.execute(
        _DECLARED + "NOT is_withdrawn AND consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return [_declared(row) for row in await rows.fetchall()]


def _declared(row: Sequence[Any]) -> Declared:
    bill, manifest, number, filer, parent, status, at = row
    told = CustomsStatus(status) if status else None
    return Declared(bill, manifest, number, filer, parent, told, at)


async def others(tx: Transaction, consignments: Collection[int]) -> dict[int, list[str]]:
    """Return who else declares each of these bills on the same call, as the log was last read.

    One house may stand below different masters; a master of its number is another bill.
    """
    rows = await tx.execute(
        """
        SELECT s.consignment, array_agg(DISTINCT o.filer ORDER BY o.filer)
        FROM standing s JOIN standing o
          ON o.authority = s.authority AND o.number = s.number
         AND (o.parent = '') = (s.parent = '') AND o.call = s.call AND o.filer <> s.filer
        WHERE s.authority = current_org() AND s.consignment = ANY (%s::int8[])
          AND NOT s.is_withdrawn AND NOT o.is_withdrawn
        GROUP BY s.consignment
        """,
        [_binary.numbers(consignments)],
    )
    return {consignment: list(filers) for consignment, filers in await rows.fetchall()}


async def withdrawn(tx: Transaction, consignments: Collection[int]) -> set[int]:
    """Return which of these bills their filers declare no more, as the log was last read."""
    rows = await tx.execute(
        "SELECT consignment FROM standing WHERE authority = current_org() AND is_withdrawn"
        " AND consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return {consignment for (consignment,) in await rows.fetchall()}


async def filers(tx: Transaction, consignments: Iterable[int]) -> dict[int, PartyId]:
    """Return who filed each of these bills, as far as shown."""
    rows = await tx.execute(
        "SELECT c.consignment, o.party FROM consignment c JOIN organisation o ON o.org = c.org"
        " WHERE c.consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return {int(consignment): PartyId(party) for consignment, party in await rows.fetchall()}


async def stood_in(tx: Transaction, consignments: Collection[int], *, until: int) -> dict[int, int]:
    """Return the newest manifest with each of these bills up to that one; without it, none."""
    rows = await tx.execute(
        "SELECT consignment, max(manifest_id) FROM bill"
        " WHERE consignment = ANY (%s::int8[]) AND manifest_id <= %s GROUP BY consignment",
        [_binary.numbers(consignments), until],
    )
    return {int(consignment): int(manifest) for consignment, manifest in await rows.fetchall()}
