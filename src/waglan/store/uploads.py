"""Chunks of what never became a message: refused, broken off, or sent before."""

from datetime import datetime
from uuid import UUID

from waglan.store import Transaction


async def left(
    tx: Transaction, *, since: datetime, before: datetime, at_most: int
) -> list[tuple[UUID, int]]:
    """Return (id, organisation) of uploads begun in that time that no message came of."""
    rows = await tx.execute(
        "SELECT c.id, c.org FROM message_chunk c"
        " WHERE c.n = 0 AND c.kept_at >= %s AND c.kept_at < %s"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.org = c.org AND m.id = c.id)"
        " ORDER BY c.kept_at LIMIT %s",
        [since, before, at_most],
    )
    return [(id_, int(org)) for id_, org in await rows.fetchall()]


async def sweep(tx: Transaction, org: int, upload: UUID) -> int:
    """Delete the chunks of an upload that no message came of; return how many."""
    gone = await tx.execute(
        "DELETE FROM message_chunk c WHERE c.org = %s AND c.id = %s"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.org = c.org AND m.id = c.id)",
        [org, upload],
    )
    return gone.rowcount
