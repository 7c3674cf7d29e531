"""Which worker judges which trips: trips lie in partitions, and workers share these evenly."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID


def partition_of(trip: UUID, partitions: int) -> int:
    """Return in which partition a trip lies, from 0 on; for a number of them always in the same."""
    return int.from_bytes(sha256(trip.bytes).digest()[:8]) % partitions


def share(partitions: int, workers: Collection[str], own: str) -> int:
    """Return how many partitions are one's own share; all workers' shares are all of them."""
    everybody = sorted({*workers, own})
    each, over = divmod(partitions, len(everybody))
    return each + (everybody.index(own) < over)


class Change(NamedTuple):
    """What a worker does to have its share: partitions that it keeps, gives back, and takes."""

    keep: tuple[int, ...]
    give: tuple[int, ...]
    take: tuple[int, ...]


def change(held: Sequence[int], free: Sequence[int], share: int) -> Change:
    """Return what to do to have a share: what is held stays, as far as it is not too much."""
    keep, give = tuple(held[:share]), tuple(held[share:])
    return Change(keep, give, tuple(free[: share - len(keep)]))
