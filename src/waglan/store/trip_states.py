"""The last states of trips that were signed, each for one authority; rows are added alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class KeptState:
    """A state as it was signed, and as of when."""

    as_of: datetime
    said: bytes
    signature: str


async def last(tx: Transaction, number: int) -> KeptState | None:
    """Return the newest state of a trip that was signed for the authority that asks."""
    row = await (
        await tx.execute(
            "SELECT as_of, said, signature FROM trip_state"
            " WHERE trip_id = %s AND authority = current_org() ORDER BY as_of DESC LIMIT 1",
            [number],
        )
    ).fetchone()
    return None if row is None else KeptState(row[0], bytes(row[1]), str(row[2]))


async def keep(tx: Transaction, org: int, number: int, state: KeptState) -> None:
    """Keep a state that was signed; of two of one second the first one stays."""
    await tx.execute(
        "INSERT INTO trip_state (trip_id, authority, as_of, said, signature)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [number, org, state.as_of, state.said, state.signature],
    )


async def newest(tx: Transaction, numbers: Sequence[int]) -> dict[int, KeptState]:
    """Return the newest state of each of these trips, for the authority that asks."""
    rows = await tx.execute(
        "SELECT DISTINCT ON (trip_id) trip_id, as_of, said, signature FROM trip_state"
        " WHERE trip_id = ANY (%s) AND authority = current_org() ORDER BY trip_id, as_of DESC",
        [list(numbers)],
    )
    return {
        int(number): KeptState(as_of, bytes(said), str(signature))
        for number, as_of, said, signature in await rows.fetchall()
    }
