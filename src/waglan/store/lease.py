"""Roles that one process holds at a time, fenced: who lost one can't write in its name."""

from datetime import datetime

from waglan.store import Transaction


class Fenced(Exception):
    """Another process holds the role now; what this one was about to write is not written."""


class Claimed(Exception):
    """Another worker does this piece; there is nothing to complain of."""


async def take(
    tx: Transaction, name: str, holder: str, *, now: datetime, until: datetime
) -> int | None:
    """Take or renew a role; return its epoch, None while another holder's time is not up."""
    row = await (
        await tx.execute(
            """
            INSERT INTO lease AS l (name, holder, epoch, expires_at)
            VALUES (%(name)s, %(holder)s, 1, %(until)s)
            ON CONFLICT (name) DO UPDATE SET
                holder = excluded.holder,
                epoch = l.epoch + (l.holder <> excluded.holder OR l.expires_at <= %(now)s)::int,
                expires_at = excluded.expires_at
            WHERE l.holder = excluded.holder OR l.expires_at <= %(now)s
            RETURNING epoch
            """,
            {"name": name, "holder": holder, "now": now, "until": until},
        )
    ).fetchone()
    return None if row is None else int(row[0])


async def guard(tx: Transaction, name: str, holder: str, epoch: int) -> None:
    """Raise Fenced unless this very lease is still held; it can't be taken before the commit."""
    row = await (
        await tx.execute("SELECT holder, epoch FROM lease WHERE name = %s FOR UPDATE", [name])
    ).fetchone()
    if row != (holder, epoch):
        raise Fenced(f"the role {name} is held by another process")


async def claim(tx: Transaction, kind: str, number: int) -> None:
    """Take a piece of work until the transaction ends; raise Claimed while another has it."""
    row = await (
        await tx.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"work {kind} {number}"],
            prepare=True,
        )
    ).fetchone()
    if not row or not row[0]:
        raise Claimed(f"another worker has {kind} {number}")


async def give_back(tx: Transaction, name: str, holder: str, *, now: datetime) -> None:
    """Let the next process take the role at once."""
    await tx.execute(
        "UPDATE lease SET expires_at = %s WHERE name = %s AND holder = %s", [now, name, holder]
    )
