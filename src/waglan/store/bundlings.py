"""Customs' cargo references bundled with a vehicle for one crossing; rows are added alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Bundling:
    """What is bundled with a vehicle, for which crossing; `ended` says why and when it ended."""

    id: UUID
    vehicle: str
    control_point: str
    crosses_at: datetime
    ccrns: tuple[str, ...]
    bundled_at: datetime
    trip: UUID | None = None
    ended: tuple[str, datetime] | None = None


async def hold(tx: Transaction, org: int) -> None:
    """Let nobody else of the organisation bundle before the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('bundling ' || %s::text, 0))", [org]
    )


async def add(tx: Transaction, org: int, new: Bundling, trip: int | None) -> None:
    """Keep a bundling; `trip` is the number of its trip inside the store."""
    row = await (
        await tx.execute(
            "INSERT INTO bundling (id, org, vehicle, control_point, crosses_at, trip_id,"
            " bundled_at) VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING bundling_id",
            [new.id, org, new.vehicle, new.control_point, new.crosses_at, trip, new.bundled_at],
        )
    ).fetchone()
    await tx.execute(
        "INSERT INTO bundled (bundling_id, org, ccrn) SELECT %s, %s, unnest(%s::text[])",
        [row[0] if row else 0, org, list(new.ccrns)],
    )


async def end(tx: Transaction, org: int, id_: UUID, reason: str, *, now: datetime) -> bool:
    """End a bundling; False if it had ended."""
    done = await tx.execute(
        "INSERT INTO bundling_end (bundling_id, org, reason, ended_at)"
        " SELECT bundling_id, %s, %s, %s FROM bundling WHERE id = %s ON CONFLICT DO NOTHING",
        [org, reason, now, id_],
    )
    return bool(done.rowcount)


_BUNDLING = """
    SELECT b.id, b.vehicle, b.control_point, b.crosses_at,
           (SELECT array_agg(c.ccrn ORDER BY c.ccrn) FROM bundled c
            WHERE c.bundling_id = b.bundling_id),
           b.bundled_at, t.id, e.reason, e.ended_at
    FROM bundling b LEFT JOIN trip t USING (trip_id) LEFT JOIN bundling_end e USING (bundling_id)
"""


def _read(row: Sequence[Any]) -> Bundling:
    id_, vehicle, control_point, crosses_at, ccrns, at, trip, reason, ended_at = row
    ended = None if reason is None else (reason, ended_at)
    return Bundling(id_, vehicle, control_point, crosses_at, tuple(ccrns or ()), at, trip, ended)


async def by_id(tx: Transaction, id_: UUID) -> Bundling | None:
    """Return a bundling that whoever asks may see."""
    row = await (await tx.execute(_BUNDLING + " WHERE b.id = %s", [id_])).fetchone()
    return None if row is None else _read(row)


async def page(
    tx: Transaction, *, vehicle: str | None, after: UUID | None, at_most: int
) -> list[Bundling]:
    """Return bundlings, newest first, of one vehicle or of all, from behind one of them."""
    rows = await tx.execute(
        _BUNDLING + " WHERE (%(vehicle)s::text IS NULL OR b.vehicle = %(vehicle)s)"
        " AND (%(after)s::uuid IS NULL OR b.bundling_id <"
        " (SELECT a.bundling_id FROM bundling a WHERE a.id = %(after)s))"
        " ORDER BY b.bundling_id DESC LIMIT %(n)s",
        {"vehicle": vehicle, "after": after, "n": at_most},
    )
    return [_read(row) for row in await rows.fetchall()]


async def of_trip(tx: Transaction, trip: int) -> list[str]:
    """Return what is bundled with a trip now; `trip` is its number inside the store."""
    rows = await tx.execute(
        "SELECT DISTINCT c.ccrn FROM bundling b JOIN bundled c USING (bundling_id)"
        " WHERE b.trip_id = %s AND NOT EXISTS (SELECT 1 FROM bundling_end e"
        " WHERE e.bundling_id = b.bundling_id) ORDER BY 1",
        [trip],
    )
    return [str(ccrn) for (ccrn,) in await rows.fetchall()]


async def standing(tx: Transaction, ccrns: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Return of these references those that are bundled, or were sent back: vehicle and reason.

    The reason is None while one is bundled.
    """
    rows = await tx.execute(
        """
        SELECT DISTINCT ON (c.ccrn) c.ccrn, b.vehicle, e.reason
        FROM bundled c JOIN bundling b USING (bundling_id)
            LEFT JOIN bundling_end e USING (bundling_id)
        WHERE c.ccrn = ANY (%s) AND (e.reason IS NULL OR e.reason = 'sent back')
        ORDER BY c.ccrn, b.bundling_id DESC
        """,
        [list(ccrns)],
    )
    return {ccrn: (vehicle, reason) for ccrn, vehicle, reason in await rows.fetchall()}
