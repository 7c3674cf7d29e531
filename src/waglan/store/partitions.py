"""Who judges which trips: partitions are leased, and a lease that was lost is fenced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition as it stands; before `horizon` all was judged, None: nothing was."""

    number: int
    holder: str | None
    epoch: int
    expires_at: datetime
    horizon: str | None


async def enrol(tx: Transaction, holder: str, *, now: datetime, until: datetime) -> list[str]:
    """Say that a worker lives for so long; return all who do."""
    await tx.execute(
        "INSERT INTO trip_worker (holder, until) VALUES (%s, %s)"
        " ON CONFLICT (holder) DO UPDATE SET until = excluded.until",
        [holder, until],
    )
    await tx.execute(
        "DELETE FROM trip_worker WHERE holder IN (SELECT holder FROM trip_worker"
        " WHERE until <= %s FOR UPDATE SKIP LOCKED)",
        [now],
    )
    rows = await tx.execute("SELECT holder FROM trip_worker WHERE until > %s", [now])
    return [str(one) for (one,) in await rows.fetchall()]


async def every(tx: Transaction) -> list[Partition]:
    """Return all partitions, in order."""
    rows = await tx.execute(
        "SELECT partition, holder, epoch, expires_at, horizon::text FROM trip_partition"
        " ORDER BY partition"
    )
    return [Partition(*row) for row in await rows.fetchall()]


async def renew(
    tx: Transaction,
    holder: str,
    fences: Mapping[int, int],
    horizons: Mapping[int, str],
    times: tuple[datetime, datetime],
) -> set[int]:
    """Renew leases from now until then; return those that are still held by these fences."""
    now, until = times
    numbers = sorted(fences)
    rows = await tx.execute(
        """
        UPDATE trip_partition p
        SET expires_at = %(until)s, horizon = coalesce(g.horizon::xid8, p.horizon),
            looked_at = CASE WHEN g.horizon IS NULL THEN p.looked_at ELSE %(now)s END
        FROM unnest(%(numbers)s::int[], %(fences)s::int8[], %(horizons)s::text[])
            AS g (partition, epoch, horizon)
        WHERE p.partition = g.partition AND p.holder = %(holder)s AND p.epoch = g.epoch
        RETURNING p.partition
        """,
        {
            "holder": holder,
            "now": now,
            "until": until,
            "numbers": numbers,
            "fences": [fences[n] for n in numbers],
            "horizons": [horizons.get(n) for n in numbers],
        },
    )
    return {int(n) for (n,) in await rows.fetchall()}


async def take(
    tx: Transaction, holder: str, wanted: Sequence[int], *, now: datetime, until: datetime
) -> list[Partition]:
    """Take partitions that nobody holds by now; one that is just being written to is left."""
    rows = await tx.execute(
        """
        UPDATE trip_partition p
        SET holder = %(holder)s, epoch = p.epoch + 1, expires_at = %(until)s
        FROM (SELECT partition FROM trip_partition
              WHERE partition = ANY (%(wanted)s) AND (holder IS NULL OR expires_at <= %(now)s)
              ORDER BY partition FOR UPDATE SKIP LOCKED) f
        WHERE p.partition = f.partition
        RETURNING p.partition, p.holder, p.epoch, p.expires_at, p.horizon::text
        """,
        {"holder": holder, "wanted": list(wanted), "now": now, "until": until},
    )
    return sorted([Partition(*row) for row in await rows.fetchall()], key=lambda one: one.number)


async def give_back(tx: Transaction, holder: str, numbers: Sequence[int]) -> None:
    """Let others take these at once."""
    await tx.execute(
        "UPDATE trip_partition SET holder = NULL, expires_at = 'epoch'"
        " WHERE holder = %s AND partition = ANY (%s)",
        [holder, list(numbers)],
    )


async def begin_anew(tx: Transaction) -> None:
    """Have all trips under way judged anew, by whoever takes the partitions next."""
    await tx.execute(
        "UPDATE trip_partition SET holder = NULL, epoch = epoch + 1, expires_at = 'epoch',"
        " horizon = NULL"
    )


async def leave(tx: Transaction, holder: str) -> None:
    """Say that a worker ends."""
    await tx.execute("DELETE FROM trip_worker WHERE holder = %s", [holder])


async def left(tx: Transaction, *, after: timedelta) -> int:
    """Count the partitions whose holder died, or did not work them off, longer than that ago.

    Who ends in order gives them back: where nothing runs, nothing is left.
    """
    row = await (
        await tx.execute(
            "SELECT count(*) FROM trip_partition WHERE holder IS NOT NULL AND"
            " (expires_at < now() - %(after)s OR looked_at < now() - %(after)s)",
            {"after": after},
        )
    ).fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Judging:
    """How partitions are held: how many there are, how many by somebody, by how many workers.

    `lag_s` is since when the one that waits longest was not worked off; None: one never was.
    """

    partitions: int
    held: int
    workers: int
    lag_s: float | None


async def judging(tx: Transaction, *, now: datetime) -> Judging:
    """Return how partitions are held now."""
    row = await (
        await tx.execute(
            "SELECT count(*), count(*) FILTER (WHERE holder IS NOT NULL AND expires_at > %(now)s),"
            " count(DISTINCT holder) FILTER (WHERE expires_at > %(now)s),"
            " CASE WHEN count(looked_at) = count(*) THEN"
            " extract(epoch FROM %(now)s - min(looked_at))::float8 END FROM trip_partition",
            {"now": now},
        )
    ).fetchone()
    return Judging(*row) if row else Judging(0, 0, 0, None)
