"""The published sets of keys, in PostgreSQL: each beside its event, for anybody to see."""

from dataclasses import dataclass

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class KeySetRow:
    """A set as its event says it; `seq` is None for the moment before the event has a number."""

    said: bytes
    salt: bytes
    seq: int | None


async def alone(tx: Transaction) -> None:
    """Let nobody else publish keys until the commit."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('waglan.keys', 0))")


async def newest(tx: Transaction) -> KeySetRow | None:
    """Return the set that was published last."""
    row = await (
        await tx.execute(
            "SELECT k.said, k.salt, l.seq FROM key_set k"
            " LEFT JOIN log_leaf l ON l.event_id = k.event_id"
            " ORDER BY k.published_at DESC, k.event_id DESC LIMIT 1"
        )
    ).fetchone()
    return None if row is None else KeySetRow(bytes(row[0]), bytes(row[1]), row[2])


async def add(tx: Transaction, event_id: int) -> None:
    """Keep what an event of this transaction published."""
    await tx.execute(
        "INSERT INTO key_set (event_id, said, salt, published_at)"
        " SELECT event_id, canonical, salt, recorded_at FROM event WHERE event_id = %s",
        [event_id],
    )
