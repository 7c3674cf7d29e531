"""Grants as their giver writes and reads them; what they show is the engine's to write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import TupleRow

from waglan.codes.party import PartyId
from waglan.parties.readers import View
from waglan.store import Transaction
from waglan.store.versions import STANDS


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be kept."""

    grant_id: UUID
    org: int
    receiver: int
    consignment: int
    view: View
    given_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """A grant as its giver sees it; `is_settled` says whether what he asked last is carried out."""

    grant_id: UUID
    consignment: int
    bill: str
    receiver: PartyId
    view: View
    given_at: datetime
    until: datetime
    revoked_at: datetime | None
    is_settled: bool


async def own_consignments(
    tx: Transaction, bill: str, parent: str | None, authority: PartyId | None
) -> list[int]:
    """Return what this organisation filed under that number, below that bill if one is named.

    With an authority, what it filed with that one. What its newest manifests do not name any more
    is left out.
    """
    rows = await tx.execute(
        f"""
        SELECT c.consignment FROM consignment c
        WHERE c.org = current_org() AND c.number = %(bill)s
          AND (%(parent)s::text IS NULL OR c.parent = %(parent)s)
          AND (%(authority)s::text IS NULL OR c.authority = (
              SELECT org FROM organisation WHERE party = %(authority)s))
          AND EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = c.consignment AND {STANDS})
        """.encode(),
        {"bill": bill, "parent": parent, "authority": authority},
    )
    return [int(consignment) for (consignment,) in await rows.fetchall()]


async def standing(tx: Transaction, consignment: int, *, at: datetime) -> int:
    """Count the organisation's grants on a consignment that last and that it did not revoke."""
    row = await (
        await tx.execute(
            "SELECT count(*) FROM consignment_grant g WHERE g.consignment = %s AND g.until > %s"
            " AND g.org = current_org() AND NOT EXISTS ("
            "SELECT 1 FROM grant_revocation r WHERE r.grant_id = g.grant_id)",
            [consignment, at],
        )
    ).fetchone()
    return int(row[0]) if row else 0


async def add(tx: Transaction, new: NewGrant) -> None:
    """Keep a grant; it waits to be settled."""
    await tx.execute(
        "INSERT INTO consignment_grant (grant_id, org, receiver, consignment, view, given_at,"
        " until) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            new.grant_id,
            new.org,
            new.receiver,
            new.consignment,
            new.view.name.lower(),
            new.given_at,
            new.until,
        ],
    )


async def move(tx: Transaction, org: int, over: Mapping[int, int]) -> None:
    """Have this organisation's grants on consignments show others of its own instead."""
    await tx.execute(
        "UPDATE consignment_grant g SET consignment = n.now"
        " FROM unnest(%s::int8[], %s::int8[]) AS n (was, now)"
        " WHERE g.consignment = n.was AND g.org = %s",
        [list(over), list(over.values()), org],
    )


async def revoke(tx: Transaction, org: int, grant_id: UUID, *, now: datetime) -> bool:
    """Keep that a grant of this organisation is revoked; False if it was before."""
    done = await tx.execute(
        "INSERT INTO grant_revocation (grant_id, org, revoked_at)"
        " SELECT grant_id, org, %s FROM consignment_grant WHERE grant_id = %s AND org = %s"
        " ON CONFLICT DO NOTHING",
        [now, grant_id, org],
    )
    return bool(done.rowcount)


_GIVEN = """
    SELECT g.grant_id, g.consignment, c.number, o.party, g.view, g.given_at, g.until, r.revoked_at,
           EXISTS (SELECT 1 FROM grant_settled s WHERE s.grant_id = g.grant_id
                   AND s.is_revoked = (r.grant_id IS NOT NULL))
    FROM consignment_grant g JOIN consignment c USING (consignment)
    JOIN organisation o ON o.org = g.receiver
    LEFT JOIN grant_revocation r ON r.grant_id = g.grant_id
    WHERE g.org = current_org()
"""


async def given(tx: Transaction, grant_id: UUID) -> Given | None:
    """Return a grant that this organisation gave."""
    row = await (await tx.execute(_GIVEN + " AND g.grant_id = %s", [grant_id])).fetchone()
    return None if row is None else _given(row)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which grants are asked for; what is None narrows nothing."""

    now: datetime
    bill: str | None = None
    receiver: PartyId | None = None
    ended: bool | None = None  # expired or revoked


async def newest(
    tx: Transaction, wanted: Wanted, *, before: UUID | None, at_most: int
) -> list[Given]:
    """Return the grants that this organisation gave, newest first, from one of them downwards."""
    rows = await tx.execute(
        _GIVEN + " AND (%(before)s::uuid IS NULL OR (g.given_at, g.grant_id) <"
        " (SELECT given_at, grant_id FROM consignment_grant"
        " WHERE org = current_org() AND grant_id = %(before)s))"
        " AND (%(bill)s::text IS NULL OR c.number = %(bill)s)"
        " AND (%(receiver)s::text IS NULL OR o.party = %(receiver)s)"
        " AND (%(ended)s::bool IS NULL"
        " OR %(ended)s = (r.grant_id IS NOT NULL OR g.until <= %(now)s))"
        " ORDER BY g.given_at DESC, g.grant_id DESC LIMIT %(at_most)s",
        {
            "before": before,
            "bill": wanted.bill,
            "receiver": wanted.receiver,
            "ended": wanted.ended,
            "now": wanted.now,
            "at_most": at_most,
        },
    )
    return [_given(row) for row in await rows.fetchall()]


def _given(row: TupleRow) -> Given:
    grant_id, consignment, bill, receiver, view, given_at, until, revoked_at, is_settled = row
    return Given(
        grant_id,
        consignment,
        bill,
        PartyId(receiver),
        View[view.upper()],
        given_at,
        until,
        revoked_at,
        is_settled,
    )
