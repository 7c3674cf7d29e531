"""In which datum kinds of devices tell their places, as one operator's own were found to do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.store import Transaction, trips
from waglan.store.trips import Kept, TripDevice


@dataclass(frozen=True, slots=True)
class LearnedDatum:
    """What was found of a model with a firmware, by which version, and the event that tells it."""

    model: str
    firmware: str
    datum: str
    ratio_milli: int
    fixes: int
    version: int
    event_id: int


@dataclass(frozen=True, slots=True)
class Drive:
    """A trip that is over, and a device that was heard for it."""

    trip: Kept
    device: TripDevice


async def last_drive(tx: Transaction, device: UUID) -> Drive | None:
    """Return the newest trip for which a device was heard, and is no more."""
    row = await (
        await tx.execute(
            "SELECT t.id, d.trip_device_id FROM trip_device d JOIN trip t USING (trip_id)"
            " JOIN device v USING (device_id)"
            " WHERE v.id = %s AND d.until_at IS NOT NULL ORDER BY d.trip_device_id DESC LIMIT 1",
            [device],
        )
    ).fetchone()
    kept = None if row is None else await trips.by_id(tx, row[0])
    if kept is None:
        return None
    heard = [one for one in await trips.heard(tx, kept.number) if one.id == device]
    return Drive(kept, heard[-1]) if heard else None


async def newest(tx: Transaction, org: int, model: str, firmware: str) -> tuple[str, int] | None:
    """Return the datum that was found last, and by which version."""
    row = await (
        await tx.execute(
            "SELECT datum, version FROM datum_learned WHERE org = %s AND model = %s"
            " AND firmware = %s ORDER BY learned_id DESC LIMIT 1",
            [org, model, firmware],
        )
    ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


async def add(tx: Transaction, org: int, new: LearnedDatum, *, now: datetime) -> None:
    """Keep what was found; from now on it holds."""
    await tx.execute(
        "INSERT INTO datum_learned (org, model, firmware, datum, ratio_milli, fixes, version,"
        " event_id, learned_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [org, new.model, new.firmware, new.datum, new.ratio_milli, new.fixes, new.version,
         new.event_id, now],
    )  # fmt: skip
