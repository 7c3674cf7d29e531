"""What proves a trip's frames and acts: the events that tell of them, and the leaves beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class BatchFrame:
    """A frame of a batch: what its leaf is made of, or the leaf that is left of it."""

    event_id: int
    frame_id: int
    sha256: bytes | None
    key_salt: bytes | None
    opening: bytes | None
    leaf: bytes | None
    erased_at: datetime | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class TripEvent:
    """An event of a trip: `n` is its act's number, 0 where it was planned, None of a batch.

    `seq` is None for the moment before it has its number.
    """

    event_id: int
    n: int | None
    seq: int | None
    leaf_hash: bytes | None
    salt: bytes | None
    canonical: bytes | None
    erased_at: datetime | None
    rule: str | None


async def batches(tx: Transaction, trip: UUID, frames: Sequence[int]) -> list[BatchFrame]:
    """Return all frames of the batches that hold some of a trip, as the authority that asks."""
    rows = await tx.execute(
        "SELECT event_id, frame_id, sha256, key_salt, opening, leaf, erased_at, rule"
        " FROM trip_batches(%s, %s)",
        [trip, list(frames)],
        binary=True,
    )
    return [BatchFrame(*row) for row in await rows.fetchall()]


async def events(tx: Transaction, trip: UUID, frames: Sequence[int]) -> list[TripEvent]:
    """Return the events of a trip and those that tell of these frames, in the log's order."""
    rows = await tx.execute(
        "SELECT event_id, n, seq, leaf_hash, salt, canonical, erased_at, rule"
        " FROM trip_events(%s, %s)",
        [trip, list(frames)],
        binary=True,
    )
    return [TripEvent(*row) for row in await rows.fetchall()]
