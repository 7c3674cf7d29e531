"""What requests made, under the keys that their clients gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is to make something once: keyed hashes of its key and of what it says."""

    key: bytes
    request: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """What was made under a key before, and whether by this very request."""

    ids: tuple[str, ...]
    is_same: bool


async def keep(
    tx: Transaction, org: int, attempt: Attempt, ids: Sequence[str], *, now: datetime
) -> Made | None:
    """Keep what this transaction makes; or return what was made under the key, and keep nothing.

    Who comes second waits here until the first has committed or given up.
    """
    done = await tx.execute(
        "INSERT INTO made (org, key, request, ids, made_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [org, attempt.key, attempt.request, list(ids), now],
    )
    if done.rowcount:
        return None
    row = await (
        await tx.execute(
            "SELECT request, ids FROM made WHERE org = %s AND key = %s", [org, attempt.key]
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("a receipt was there and is gone: nobody may delete one")
    return Made(tuple(row[1]), bytes(row[0]) == attempt.request)
