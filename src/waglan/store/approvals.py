"""Who in a firm approves its filings, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from waglan.parties.approval import Approver
from waglan.store import Transaction

APPROVERS_MAX = 200  # of one firm, ended ones included


async def self_approve(tx: Transaction) -> bool:
    """Whether the firm's people may approve what they prepared; not unless it was set so."""
    row = await (
        await tx.execute(
            "SELECT self_approve FROM filing_rule WHERE org = current_org() ORDER BY n DESC LIMIT 1"
        )
    ).fetchone()
    return bool(row and row[0])


async def set_rule(
    tx: Transaction, org: int, by: str, *, self_approve: bool, now: datetime
) -> None:
    """Keep how the firm approves from now on."""
    await tx.execute(
        "INSERT INTO filing_rule (org, n, self_approve, set_by, set_at)"
        " SELECT %s, coalesce(max(n), 0) + 1, %s, %s, %s FROM filing_rule WHERE org = %s",
        [org, self_approve, by, now, org],
    )


_APPROVER = """
    SELECT a.approver, a.subject, a.since, a.until, a.cover_for, e.ended_at FROM approver a
    LEFT JOIN approver_end e USING (org, approver) WHERE a.org = current_org()
"""


async def approvers(tx: Transaction) -> list[Approver]:
    """Return the firm's approvers and covers, ended ones too, oldest first."""
    rows = await tx.execute(_APPROVER + " ORDER BY a.since, a.approver")
    return [Approver(str(id_), *rest) for id_, *rest in await rows.fetchall()]


async def person_of(tx: Transaction, token: str) -> str | None:
    """Return the person (subject id) whose token it is; None: a machine's or an AI client's."""
    rows = await tx.execute(
        "SELECT subject FROM token WHERE org = current_org() AND token = %s", [token]
    )
    row = await rows.fetchone()
    return None if row is None else row[0]


async def newest(tx: Transaction, *, before: UUID | None, at_most: int) -> list[Approver]:
    """Return the firm's approvers and covers, newest first, from below one of them on."""
    rows = await tx.execute(
        _APPROVER + " AND (%(before)s::uuid IS NULL OR (a.since, a.approver) < (SELECT b.since,"
        " b.approver FROM approver b WHERE b.org = current_org() AND b.approver = %(before)s))"
        " ORDER BY a.since DESC, a.approver DESC LIMIT %(at_most)s",
        {"before": before, "at_most": at_most},
    )
    return [Approver(str(id_), *rest) for id_, *rest in await rows.fetchall()]


async def add(tx: Transaction, org: int, by: str, new: Approver) -> None:
    """Keep an approver or a cover."""
    await tx.execute(
        "INSERT INTO approver (org, approver, subject, cover_for, given_by, since, until)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [org, UUID(new.id), new.subject, new.cover_for, by, new.since, new.until],
    )


async def end(tx: Transaction, org: int, approver: UUID, by: str, *, now: datetime) -> bool:
    """End an approver's or a cover's right; False if the firm has none of that id."""
    done = await tx.execute(
        "INSERT INTO approver_end (org, approver, ended_by, ended_at)"
        " SELECT org, approver, %s, %s FROM approver WHERE org = %s AND approver = %s"
        " ON CONFLICT DO NOTHING",
        [by, now, org, approver],
    )
    if done.rowcount:
        return True
    known = await tx.execute(
        "SELECT 1 FROM approver WHERE org = %s AND approver = %s", [org, approver]
    )
    return await known.fetchone() is not None


async def is_person(tx: Transaction, subject: str) -> bool:
    """Whether a subject id is of a person of this firm."""
    found = await tx.execute(
        "SELECT 1 FROM person WHERE org = current_org() AND subject = %s", [subject]
    )
    return await found.fetchone() is not None
