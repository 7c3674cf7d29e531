"""What witnesses cosigned, and why the log's signing stands still, if it does."""

from dataclasses import dataclass
from datetime import datetime

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Halt:
    """A witness says it has cosigned another history than ours: nothing more is signed."""

    witness: str  # its key, one line
    known: int | None  # the size it has cosigned, if it said one
    ours: int
    found_at: datetime


async def cosigned_size(tx: Transaction, witness: str) -> int:
    """Return the size of the largest checkpoint of ours that this witness cosigned, else 0."""
    row = await (
        await tx.execute(
            "SELECT coalesce(max(s.size), 0) FROM log_cosignature s"
            " JOIN log_head h ON h.origin = s.origin WHERE s.witness = %s",
            [witness],
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def halt(tx: Transaction, found: Halt) -> None:
    """Let nothing more be signed under this origin until the operator has looked."""
    await tx.execute(
        "INSERT INTO log_halt (origin, witness, known, ours, found_at)"
        " SELECT origin, %s, %s, %s, %s FROM log_head ON CONFLICT DO NOTHING",
        [found.witness, found.known, found.ours, found.found_at],
    )


async def halts(tx: Transaction) -> list[Halt]:
    """Return why nothing is signed under the log's origin; empty: signing goes on."""
    rows = await tx.execute(
        "SELECT w.witness, w.known, w.ours, w.found_at FROM log_halt w"
        " JOIN log_head h ON h.origin = w.origin ORDER BY w.witness"
    )
    return [Halt(*row) for row in await rows.fetchall()]


async def lift(tx: Transaction) -> int:
    """Let the log sign again, because its operator says so; return how many halts there were."""
    done = await tx.execute("DELETE FROM log_halt WHERE origin IN (SELECT origin FROM log_head)")
    return done.rowcount
