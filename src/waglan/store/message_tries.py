"""Tries of a message that failed by our own fault: all workers go by them, and a restart too."""

from dataclasses import dataclass
from datetime import datetime

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Tried:
    """How often a message failed, and before when it is not tried again."""

    n: int = 0
    until: datetime | None = None


async def last(tx: Transaction, message_id: int) -> Tried:
    """Return the last try that failed."""
    row = await (
        await tx.execute(
            "SELECT n, until FROM message_try WHERE message_id = %s ORDER BY n DESC LIMIT 1",
            [message_id],
            prepare=True,
        )
    ).fetchone()
    return Tried() if row is None else Tried(*row)


async def add(tx: Transaction, message_id: int, tried: Tried, *, now: datetime) -> None:
    """Write a failed try down, in the name of the message's sender."""
    await tx.execute(
        "INSERT INTO message_try (message_id, n, org, failed_at, until)"
        " VALUES (%s, %s, current_org(), %s, %s)",
        [message_id, tried.n, now, tried.until],
    )
