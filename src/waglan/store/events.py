"""The logbook in PostgreSQL: rows are added, never changed."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.members import values
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import events_bytes
from waglan.store import Transaction, bulk

SALT_BYTES = 16
EVENTS_MAX = 1 << 20  # of one transaction: the places that one event block has

_EVENT = (
    ("event_id", "int8"),
    ("month", "date"),
    ("org", "int8"),
    ("code", "text"),
    ("about_kind", "text"),
    ("about", "text"),
    ("consignment", "int8"),
    ("happened_at", "timestamptz"),
    ("recorded_at", "timestamptz"),
    ("salt", "bytea"),
    ("canonical", "bytea"),
)
_KEY_EVENT = (("event_id", "int8"), ("kind", "text"), ("key", "text"), ("month", "date"))
# Who may see an event, by the audience's number.
_SEEN_BY = (("event_id", "int8"), ("month", "date"), ("seen_by", "int4"))
_SHOW = """
    INSERT INTO audience (org, event_id, month)
    SELECT a.org, given.event_id, given.month
    FROM {} JOIN unnest(%s::int4[], %s::int8[]) AS a (seen_by, org) USING (seen_by)
"""

_Seen: TypeAlias = "tuple[int, int]"  # (number of the audience, organisation)


class TooManyEvents(ValueError):
    """One transaction tells more than a block of event numbers holds."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it stands in the logbook; `seq` is None until the sequencer has numbered it."""

    event_id: int
    seq: int | None
    recorded_at: datetime
    salt: bytes
    canonical: bytes
    consignment: int | None = None  # of which it tells


async def append(
    tx: Transaction,
    events: Sequence[Event],
    *,
    consignments: Sequence[int | None] | None = None,
) -> list[int]:
    """Write down what happened, in the transaction of the act that made it happen.

    `consignments` names, event by event, the bill's number inside the store. The event numbers
    come back in the same order; they order nothing, the sequencer does.
    """
    if not events:
        return []
    if len(events) > EVENTS_MAX:
        raise TooManyEvents(f"{len(events)} events in one transaction; at most {EVENTS_MAX}")
    orgs, first = await _numbers(
        tx, {e.said_by for e in events}.union(*{e.readers for e in events})
    )
    audiences: dict[tuple[PartyId, frozenset[PartyId]], int] = {}
    cells = _cells(events, first, consignments or [None] * len(events), orgs)
    await bulk.insert_columns(tx, "event", _EVENT, cells)
    ids, months = cells[:2]
    seen_by = [audiences.setdefault((e.said_by, e.readers), len(audiences)) for e in events]
    seen = [
        (n, orgs[party])
        for (said_by, readers), n in audiences.items()
        for party in {said_by, *readers}
    ]
    async for given, told in bulk.pieces(_SEEN_BY, (ids, months, seen_by)):
        named = [n for n, _ in seen], [org for _, org in seen]
        await tx.execute(_SHOW.format(given).encode(), [*told, *named], prepare=True)
    await bulk.insert_columns(tx, "key_event", _KEY_EVENT, _keys(events, first, months))
    return list(range(first, first + len(events)))


def _cells(
    events: Sequence[Event],
    first: int,
    consignments: Sequence[int | None],
    orgs: Mapping[PartyId, int],
) -> list[Sequence[bulk.Cell]]:
    salts = os.urandom(SALT_BYTES * len(events))
    return [
        range(first, first + len(events)),
        [_month(events[0].recorded_at)] * len(events),
        [orgs[e.said_by] for e in events],
        values([e.code for e in events]),
        values([e.about.kind for e in events]),
        [e.about.text for e in events],
        consignments,
        [e.happened_at for e in events],
        [e.recorded_at for e in events],
        [salts[at : at + SALT_BYTES] for at in range(0, len(salts), SALT_BYTES)],
        events_bytes(events),
    ]


def _keys(
    events: Sequence[Event], first: int, months: Sequence[bulk.Cell]
) -> tuple[Sequence[bulk.Cell], ...]:
    """Return what finds each event: what it is about, and what else."""
    also = [
        (first + i, key)
        for i, event in enumerate(events)
        for key in (event.also if len(event.also) < 2 else dict.fromkeys(event.also))
        if key != event.about
    ]
    keys = [*[event.about for event in events], *[key for _, key in also]]
    return (
        [*range(first, first + len(events)), *[event_id for event_id, _ in also]],
        values([key.kind for key in keys]),
        [key.text for key in keys],
        [months[0]] * len(keys),
    )


async def _numbers(tx: Transaction, parties: set[PartyId]) -> tuple[dict[PartyId, int], int]:
    """Return the organisations' numbers, and the first of a million numbers that are ours alone."""
    found = await tx.execute(
        "SELECT party, org, (SELECT nextval('event_block') << 20) FROM organisation"
        " WHERE party = ANY (%s)",
        [list(parties)],
    )
    rows = await found.fetchall()
    orgs = {PartyId(party): int(org) for party, org, _ in rows}
    if parties - orgs.keys():
        raise LookupError(f"no such organisation: {', '.join(sorted(parties - orgs.keys()))}")
    return orgs, int(rows[0][2])


def _month(recorded_at: datetime) -> date:
    return recorded_at.astimezone(UTC).date().replace(day=1)


_BY_KEY = """
    SELECT e.event_id, l.seq, e.recorded_at, e.salt, e.canonical, e.consignment
    FROM event e LEFT JOIN log_leaf l ON l.event_id = e.event_id
    WHERE e.event_id = ANY (%(ids)s) AND e.month = ANY (%(months)s)
    ORDER BY e.happened_at, e.recorded_at, e.event_id
"""


async def about(tx: Transaction, key: Key, *, at_most: int = 1_000) -> list[Told]:
    """Return the newest events that name a key and that the reader may see, oldest first."""
    found = await tx.execute(
        "SELECT event_id, month FROM key_event WHERE kind = %s AND key = %s"
        " ORDER BY event_id DESC LIMIT %s",
        [key.kind.value, key.text, at_most],
    )
    return await located(tx, await found.fetchall())


async def of_things(tx: Transaction, things: Sequence[Key], *, each: int) -> dict[Key, list[Told]]:
    """Return the newest events that name each of these, of those the reader may see, oldest first.

    A thing of which he may see nothing is missing.
    """
    found = await tx.execute(
        """
        SELECT t.n, k.event_id, k.month
        FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS t (kind, key, n)
        CROSS JOIN LATERAL (
            SELECT event_id, month FROM key_event WHERE kind = t.kind AND key = t.key
            ORDER BY event_id DESC LIMIT %s) k
        """,
        [[thing.kind.value for thing in things], [thing.text for thing in things], each],
    )
    rows = await found.fetchall()
    places = {event_id: month for _, event_id, month in rows}
    names: dict[int, list[Key]] = {}
    for n, event_id, _ in rows:
        names.setdefault(event_id, []).append(things[n - 1])
    told: dict[Key, list[Told]] = {}
    for one in await located(tx, list(places.items())):
        for thing in names[one.event_id]:
            told.setdefault(thing, []).append(one)
    return told


async def located(tx: Transaction, places: Sequence[tuple[int, date]]) -> list[Told]:
    """Return the events of these numbers and months that the reader may see, oldest first."""
    if not places:
        return []
    # The months are named so that the planner reads their partitions and no others.
    rows = await tx.execute(
        _BY_KEY,
        {"ids": [i for i, _ in places], "months": list({month for _, month in places})},
    )
    return [Told(*row) for row in await rows.fetchall()]


async def feed(tx: Transaction, *, after: int, at_most: int) -> list[Told]:
    """Return what the organisation may see beyond a cursor, in the log's order."""
    found = await tx.execute(
        "SELECT event_id, seq, month FROM feed WHERE org = current_org() AND seq > %s"
        " ORDER BY seq LIMIT %s",
        [after, at_most],
    )
    located = await found.fetchall()
    # As above: the months are named, so that no other partition is looked into.
    rows = await tx.execute(
        "SELECT event_id, recorded_at, salt, canonical, consignment FROM event"
        " WHERE event_id = ANY (%s) AND month = ANY (%s)",
        [[i for i, _, _ in located], list({month for _, _, month in located})],
    )
    seqs = {event_id: seq for event_id, seq, _ in located}
    told = [Told(event_id, seqs[event_id], *row) for event_id, *row in await rows.fetchall()]
    return sorted(told, key=lambda one: seqs[one.event_id])


LOOKED_AT_MAX = 10_000  # lines of a feed, of which those asked for are picked


@dataclass(frozen=True, slots=True)
class Sought:
    """Which events of a feed are asked for; None leaves none out. Times are those of recording."""

    code: EventCode | None = None
    kind: KeyKind | None = None
    since: datetime | None = None
    until: datetime | None = None


async def search(
    tx: Transaction, sought: Sought, *, after: int, at_most: int
) -> tuple[list[Told], int]:
    """Return what is asked for of the feed, and the cursor to go on with: how far was looked."""
    since, until = sought.since, sought.until
    found = await tx.execute(
        "SELECT event_id, seq, month FROM feed WHERE org = current_org() AND seq > %s"
        " AND month >= coalesce(%s::date, month) AND month <= coalesce(%s::date, month)"
        " ORDER BY seq LIMIT %s",
        [after, since and _month(since), until and _month(until), LOOKED_AT_MAX],
    )
    looked = await found.fetchall()
    ids, seqs, months = zip(*looked, strict=True) if looked else ((), (), ())
    # As above: the months are named, so that no other partition is looked into.
    rows = await tx.execute(
        "SELECT e.event_id, f.seq, e.recorded_at, e.salt, e.canonical, e.consignment"
        " FROM unnest(%(ids)s::bigint[], %(seqs)s::bigint[]) AS f (event_id, seq)"
        " JOIN event e ON e.event_id = f.event_id AND e.month = ANY (%(months)s)"
        " WHERE e.code = coalesce(%(code)s, e.code)"
        " AND e.about_kind = coalesce(%(kind)s, e.about_kind)"
        " AND e.recorded_at >= coalesce(%(since)s, e.recorded_at)"
        " AND (%(until)s::timestamptz IS NULL OR e.recorded_at < %(until)s)"
        " ORDER BY f.seq LIMIT %(at_most)s",
        {
            "ids": list(ids),
            "seqs": list(seqs),
            "months": sorted(set(months)),
            "code": sought.code.value if sought.code else None,
            "kind": sought.kind.value if sought.kind else None,
            "since": since,
            "until": until,
            "at_most": at_most,
        },
    )
    told = [Told(*row) for row in await rows.fetchall()]
    if len(told) == at_most:
        return told, told[-1].seq or after
    return told, seqs[-1] if seqs else after


async def make_months(tx: Transaction, now: datetime, ahead: int) -> None:
    """Have a partition ready for this month and the next ones; the default takes the rest."""
    first = _month(now)
    for _ in range(ahead + 1):
        await tx.execute("SELECT make_event_month(%s)", [first])
        first = (first + timedelta(days=31)).replace(day=1)
