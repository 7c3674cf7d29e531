"""Alarms of trips in a control room: how each stands, and the steps that it came there by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from waglan.codes.position import Position
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as its newest step left it; `number` is 0 while it is not kept yet."""

    number: int
    id: UUID
    trip: UUID
    reason: str
    severity: int
    at: Position | None
    first_at: datetime
    state: str
    version: int
    times: int
    why: str | None
    due_at: datetime
    entries: tuple[str, ...]
    shown_at: datetime | None = None
    seen_at: datetime | None = None
    ended_at: datetime | None = None
    assignee: str | None = None
    muted_until: datetime | None = None
    found_out: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmStep:
    """What became of an alarm, and by whom; `said` are canonical bytes."""

    n: int
    act: str
    state: str
    why: str | None
    recorded_at: datetime
    said: bytes = b"{}"
    act_id: str | None = None
    by: str | None = None
    event_id: int | None = None


_COLUMNS = """
    a.alarm_id, a.id, t.id, a.reason, a.severity, a.lat_e7, a.lon_e7, a.first_at, a.state,
    a.version, a.times, a.why, a.due_at, a.entries, a.shown_at, a.seen_at, a.ended_at, a.assignee,
    a.muted_until, a.found_out
"""
_ALARM = f"SELECT {_COLUMNS} FROM alarm a JOIN trip t USING (trip_id)"


def _alarm(row: Sequence[Any]) -> Alarm:
    number, id_, trip, reason, severity, lat, lon, *rest = row
    at = None if lat is None else Position(lat, lon)
    one = Alarm(number, id_, trip, reason, severity, at, *rest)
    return replace(one, entries=tuple(one.entries))


async def hold(tx: Transaction, trip: int, authority: int) -> None:
    """Let nobody else raise an authority's alarms of a trip before the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('alarms ' || %s || ' ' || %s, 0))",
        [str(trip), str(authority)],
    )


async def of_trip(
    tx: Transaction, trip: int, authority: int, *, ended_since: datetime
) -> list[Alarm]:
    """Return an authority's alarms of a trip that stand or ended lately, to be changed."""
    rows = await tx.execute(
        _ALARM + " WHERE a.trip_id = %s AND a.authority = %s"
        " AND (a.ended_at IS NULL OR a.ended_at >= %s) ORDER BY a.alarm_id FOR UPDATE OF a",
        [trip, authority, ended_since],
    )
    return [_alarm(row) for row in await rows.fetchall()]


async def add(tx: Transaction, trip: int, authority: int, new: Alarm) -> int:
    """Keep a new alarm; return its number."""
    row = await (
        await tx.execute(
            "INSERT INTO alarm (id, authority, trip_id, reason, severity, lat_e7, lon_e7,"
            " first_at, state, version, times, why, due_at, entries, shown_at) VALUES"
            " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING alarm_id",
            [new.id, authority, trip, new.reason, new.severity, new.at and new.at.lat_e7,
             new.at and new.at.lon_e7, new.first_at, new.state, new.version, new.times, new.why,
             new.due_at, list(new.entries), new.shown_at],
        )
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else 0


async def turn(tx: Transaction, one: Alarm) -> None:
    """Write down how an alarm stands now, by what the verdict or time made of it."""
    await tx.execute(
        "UPDATE alarm SET state = %s, version = %s, times = %s, why = %s, due_at = %s,"
        " entries = %s, shown_at = %s, ended_at = %s, muted_until = %s WHERE alarm_id = %s",
        [one.state, one.version, one.times, one.why, one.due_at, list(one.entries), one.shown_at,
         one.ended_at, one.muted_until, one.number],
    )  # fmt: skip


async def add_step(tx: Transaction, number: int, authority: int, new: AlarmStep) -> None:
    """Keep a step of an alarm."""
    await tx.execute(
        "INSERT INTO alarm_step (alarm_id, n, authority, act, act_id, by_person, state, why, said,"
        " event_id, recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [number, new.n, authority, new.act, new.act_id, new.by, new.state, new.why, new.said,
         new.event_id, new.recorded_at],
    )  # fmt: skip
