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


# How an alarm stands now: what has lasted is shown, and a mute that is over hides nothing.
_STANDS = """
    CASE WHEN a.state = 'muted' AND a.muted_until <= %(now)s THEN 'raised'
         WHEN a.state = 'held' AND a.due_at <= %(now)s THEN 'raised' ELSE a.state END
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms of one's own are asked for, as of when; None leaves none out."""

    now: datetime
    states: Sequence[str]
    severity: int | None = None
    trip: UUID | None = None
    assignee: str | None = None
    but: Sequence[UUID] = ()  # those that are shown otherwise


async def by_id(tx: Transaction, alarm: UUID, *, to_change: bool = False) -> Alarm | None:
    """Return an alarm of whoever asks."""
    lock = " FOR UPDATE OF a" if to_change else ""
    row = await (await tx.execute(f"{_ALARM} WHERE a.id = %s{lock}".encode(), [alarm])).fetchone()
    return None if row is None else _alarm(row)


async def listed(
    tx: Transaction, wanted: Wanted, *, after: tuple[int, int] | None, at_most: int
) -> list[Alarm]:
    """Return alarms, the gravest first and of those the oldest; `after`: severity and number."""
    severity, number = after or (None, None)
    asked = f"""
        {_ALARM}
        WHERE a.authority = current_org() AND a.state = ANY (%(stored)s)
          AND {_STANDS} = ANY (%(states)s)
          AND (%(severity)s::int IS NULL OR a.severity = %(severity)s)
          AND (%(trip)s::uuid IS NULL OR t.id = %(trip)s)
          AND (%(assignee)s::text IS NULL OR a.assignee = %(assignee)s)
          AND a.id <> ALL (%(but)s::uuid[])
          AND (%(after)s::int IS NULL OR a.severity < %(after)s
               OR (a.severity = %(after)s AND a.alarm_id > %(number)s))
        ORDER BY a.severity DESC, a.alarm_id LIMIT %(at_most)s
    """
    told = {
        "now": wanted.now, "states": list(wanted.states), "stored": _stored(wanted.states),
        "severity": wanted.severity, "trip": wanted.trip, "assignee": wanted.assignee,
        "but": list(wanted.but), "after": severity, "number": number, "at_most": at_most,
    }  # fmt: skip
    rows = await tx.execute(asked.encode(), told)
    return [_alarm(row) for row in await rows.fetchall()]


def _stored(states: Sequence[str]) -> list[str]:
    """In which states what stands so may be kept: for what time has done is written down later."""
    more = ("muted", "held") if "raised" in states else ()
    return [*states, *more]


async def steps(tx: Transaction, number: int) -> list[AlarmStep]:
    """Return what became of an alarm, in order."""
    rows = await tx.execute(
        "SELECT n, act, state, why, recorded_at, said, act_id, by_person, event_id FROM alarm_step"
        " WHERE alarm_id = %s ORDER BY n",
        [number],
    )
    return [
        AlarmStep(n, act, state, why, at, bytes(said), act_id, by, event_id)
        for n, act, state, why, at, said, act_id, by, event_id in await rows.fetchall()
    ]


async def act(tx: Transaction, one: Alarm) -> None:
    """Write down how an alarm stands now, by what a person did about it."""
    await tx.execute(
        "UPDATE alarm SET state = %s, version = %s, seen_at = %s, assignee = %s, muted_until = %s,"
        " shown_at = %s, found_out = %s WHERE alarm_id = %s",
        [one.state, one.version, one.seen_at, one.assignee, one.muted_until, one.shown_at,
         one.found_out, one.number],
    )  # fmt: skip


async def due(tx: Transaction, *, now: datetime, at_most: int) -> list[tuple[int, int]]:
    """Return alarms that time changes: those that have lasted, and those no longer muted.

    Each with its authority.
    """
    rows = await tx.execute(
        "SELECT alarm_id, authority FROM alarm WHERE (state = 'held' AND due_at <= %(now)s)"
        " UNION ALL SELECT alarm_id, authority FROM alarm WHERE state = 'muted'"
        " AND muted_until <= %(now)s LIMIT %(n)s",
        {"now": now, "n": at_most},
    )
    return [(int(number), int(org)) for number, org in await rows.fetchall()]


async def by_number(tx: Transaction, number: int) -> Alarm | None:
    """Return an alarm by its number inside the store, to be changed."""
    row = await (
        await tx.execute(_ALARM + " WHERE a.alarm_id = %s FOR UPDATE OF a", [number])
    ).fetchone()
    return None if row is None else _alarm(row)


@dataclass(frozen=True, slots=True)
class WatchCount:
    """How a control room fares with its alarms, from one time to another."""

    open: Sequence[tuple[int, int]]  # by severity: now
    shown: int
    never_shown: int
    seen: int
    seen_median_s: int | None
    seen_p90_s: int | None
    found_out: Sequence[tuple[str, int]]  # of those shown in that time


async def count(tx: Transaction, since: datetime, until: datetime, *, now: datetime) -> WatchCount:
    """Count an authority's own alarms: those open now, and those that were shown in a time."""
    told = {"since": since, "until": until, "now": now}
    standing = f"""
        SELECT a.severity, count(*) FROM alarm a
        WHERE a.authority = current_org() AND a.state <> ALL ('{{passed,ended,closed}}')
          AND {_STANDS} = ANY ('{{raised,acknowledged,assigned,muted}}')
        GROUP BY a.severity ORDER BY a.severity DESC
    """
    opened = await (await tx.execute(standing.encode(), told)).fetchall()
    row = await (
        await tx.execute(
            """
            SELECT count(*), count(seen_at),
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY took)::int,
                   percentile_disc(0.9) WITHIN GROUP (ORDER BY took)::int
            FROM (SELECT seen_at, floor(extract(epoch FROM seen_at - shown_at)) AS took FROM alarm
                  WHERE authority = current_org() AND shown_at >= %(since)s
                    AND shown_at < %(until)s) s
            """,
            told,
        )
    ).fetchone()
    never = await (
        await tx.execute(
            "SELECT count(*) FROM alarm WHERE authority = current_org() AND state = 'passed'"
            " AND first_at >= %(since)s AND first_at < %(until)s AND shown_at IS NULL",
            told,
        )
    ).fetchone()
    found = await tx.execute(
        "SELECT found_out, count(*) FROM alarm WHERE authority = current_org()"
        " AND shown_at >= %(since)s AND shown_at < %(until)s AND found_out IS NOT NULL"
        " GROUP BY found_out ORDER BY found_out",
        told,
    )
    shown, seen, median, p90 = row or (0, 0, None, None)
    return WatchCount(
        opened, shown, never[0] if never else 0, seen, median, p90, await found.fetchall()
    )
