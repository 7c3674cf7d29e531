"""The logbook in PostgreSQL: rows are added, never changed."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from waglan.codes.key import Key
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import event_bytes
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
_AUDIENCE = (("org", "int8"), ("event_id", "int8"), ("month", "date"))
_KEY_EVENT = (("kind", "text"), ("key", "text"), ("event_id", "int8"), ("month", "date"))


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
    orgs = await _orgs(tx, {e.said_by for e in events}.union(*(e.readers for e in events)))
    first = await _block(tx)
    salts = os.urandom(SALT_BYTES * len(events))
    inside = consignments or [None] * len(events)
    month = _month(events[0].recorded_at)
    await bulk.insert(
        tx,
        "event",
        _EVENT,
        [
            (
                first + i,
                month,
                orgs[e.said_by],
                e.code.value,
                e.about.kind.value,
                e.about.text,
                inside[i],
                e.happened_at,
                e.recorded_at,
                salts[SALT_BYTES * i : SALT_BYTES * (i + 1)],
                event_bytes(e),
            )
            for i, e in enumerate(events)
        ],
    )
    await bulk.insert(tx, "audience", _AUDIENCE, _audience(events, orgs, first, month))
    await bulk.insert(
        tx,
        "key_event",
        _KEY_EVENT,
        [
            (key.kind.value, key.text, first + i, month)
            for i, e in enumerate(events)
            for key in {e.about, *e.also}
        ],
    )
    return list(range(first, first + len(events)))


def _audience(
    events: Sequence[Event], orgs: Mapping[PartyId, int], first: int, month: date
) -> list[tuple[int, int, date]]:
    # Thousands of bills share one set of readers: it is looked up once.
    known: dict[tuple[PartyId, frozenset[PartyId]], tuple[int, ...]] = {}
    rows: list[tuple[int, int, date]] = []
    for i, event in enumerate(events):
        who = (event.said_by, event.readers)
        if who not in known:
            known[who] = tuple({orgs[party] for party in event.readers | {event.said_by}})
        rows.extend((org, first + i, month) for org in known[who])
    return rows


async def _orgs(tx: Transaction, parties: set[PartyId]) -> dict[PartyId, int]:
    found = await tx.execute(
        "SELECT party, org FROM organisation WHERE party = ANY (%s)", [list(parties)]
    )
    orgs = {PartyId(party): org for party, org in await found.fetchall()}
    if parties - orgs.keys():
        raise LookupError(f"no such organisation: {', '.join(sorted(parties - orgs.keys()))}")
    return orgs


async def _block(tx: Transaction) -> int:
    """Return the first number of a block of a million that no other transaction has."""
    row = await (await tx.execute("SELECT nextval('event_block') << 20")).fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL gave no event block")
    return int(row[0])


def _month(recorded_at: datetime) -> date:
    return recorded_at.astimezone(UTC).date().replace(day=1)


_BY_KEY = """
    SELECT e.event_id, l.seq, e.recorded_at, e.salt, e.canonical
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
    located = await found.fetchall()
    if not located:
        return []
    # The months are named so that the planner reads their partitions and no others.
    rows = await tx.execute(
        _BY_KEY,
        {"ids": [i for i, _ in located], "months": list({month for _, month in located})},
    )
    return [Told(*row) for row in await rows.fetchall()]


async def feed(tx: Transaction, *, after: int, at_most: int) -> list[Told]:
    """Return what the organisation may see beyond a cursor, in the log's order."""
    rows = await tx.execute(
        """
        SELECT e.event_id, f.seq, e.recorded_at, e.salt, e.canonical
        FROM (SELECT * FROM feed WHERE org = current_org() AND seq > %s ORDER BY seq LIMIT %s) f
        JOIN event e ON e.month = f.month AND e.event_id = f.event_id
        ORDER BY f.seq
        """,
        [after, at_most],
    )
    return [Told(*row) for row in await rows.fetchall()]


async def make_months(tx: Transaction, now: datetime, ahead: int) -> None:
    """Have a partition ready for this month and the next ones; the default takes the rest."""
    first = _month(now)
    for _ in range(ahead + 1):
        await tx.execute("SELECT make_event_month(%s)", [first])
        first = (first + timedelta(days=31)).replace(day=1)
