"""Whose turn it is to be told, of what, and what became of it: for the one sender there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from waglan.logbook.sealed import Vault
from waglan.store import Transaction
from waglan.store.events import Told

LOOKED_AT_MAX = 1_000  # lines of a feed, of which the first that is wanted is told
FOUND_MAX = 20
SWEPT_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Ready:
    """An endpoint that may be told something now."""

    number: int
    id: UUID
    org: int
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How far an endpoint was told, and what of it waits to be tried again: event, month, tries."""

    after: int
    due: tuple[int, date, int] | None
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one try; `next_at` None ends it."""

    told: tuple[int, int, date]  # event, its number in the log, its month
    after: int | None  # the cursor it was read at; None: it was tried before
    state: str
    now: datetime
    next_at: datetime | None = None
    status: int | None = None
    failure: str | None = None


async def ready(tx: Transaction, *, now: datetime, at_most: int) -> list[Ready]:
    """Return endpoints for which something waits, whose turn was longest ago first."""
    rows = await tx.execute(
        """
        SELECT w.webhook_id, w.id, w.org, w.wanted FROM webhook_cursor c JOIN webhook w USING (webhook_id)
        WHERE c.is_on AND coalesce(c.rests_until, '-infinity') <= %(now)s AND (
            EXISTS (SELECT 1 FROM feed f WHERE f.org = c.org AND f.seq > c.after_seq)
            OR EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = c.webhook_id
                       AND d.state = 'waiting' AND d.next_at <= %(now)s))
        ORDER BY c.turned_at LIMIT %(at_most)s
        """,  # noqa: E501
        {"now": now, "at_most": at_most},
    )
    return [
        Ready(number, id_, org, tuple(wanted)) for number, id_, org, wanted in await rows.fetchall()
    ]


async def place(tx: Transaction, vault: Vault, number: int, *, now: datetime) -> Place | None:
    """Return where an endpoint stands; None if it may not be told anything now."""
    row = await (
        await tx.execute(
            "SELECT c.after_seq, w.key_salt, w.sealed_url FROM webhook_cursor c"
            " JOIN webhook w USING (webhook_id) WHERE c.webhook_id = %s AND c.is_on"
            " AND coalesce(c.rests_until, '-infinity') <= %s",
            [number, now],
        )
    ).fetchone()
    if row is None:
        return None
    after, salt, sealed = row
    due = await (
        await tx.execute(
            "SELECT event_id, month, tries FROM webhook_delivery WHERE webhook_id = %s"
            " AND state = 'waiting' AND next_at <= %s ORDER BY seq LIMIT 1",
            [number, now],
        )
    ).fetchone()
    return Place(after, due, vault.open(salt, sealed).decode())


async def wanted(
    tx: Transaction, after: int, codes: Sequence[str], always: str
) -> tuple[list[tuple[Told, date]], int]:
    """Return the next events of these codes in the organisation's feed, and how far was looked.

    `always` is a code that is looked for in any case.
    """
    found = await tx.execute(
        "SELECT event_id, seq, month FROM feed WHERE org = current_org() AND seq > %s"
        " ORDER BY seq LIMIT %s",
        [after, LOOKED_AT_MAX],
    )
    looked = await found.fetchall()
    if not looked:
        return [], after
    exact, begins = _patterns(codes)
    ids, seqs, months = zip(*looked, strict=True)
    rows = await tx.execute(
        "SELECT e.event_id, f.seq, e.recorded_at, e.salt, e.canonical, e.consignment, e.month"
        " FROM unnest(%(ids)s::bigint[], %(seqs)s::bigint[]) AS f (event_id, seq)"
        " JOIN event e ON e.event_id = f.event_id AND e.month = ANY (%(months)s)"
        " WHERE EXISTS (SELECT 1 FROM unnest(%(begins)s::text[]) b WHERE starts_with(e.code, b))"
        " OR e.code = ANY (%(exact)s) ORDER BY f.seq LIMIT %(at_most)s",
        {
            "ids": list(ids),
            "seqs": list(seqs),
            "months": sorted(set(months)),
            "begins": begins,
            "exact": [*exact, always],
            "at_most": FOUND_MAX,
        },
    )
    told = [(Told(*row), month) for *row, month in await rows.fetchall()]
    if len(told) == FOUND_MAX:
        return told, told[-1][0].seq or after
    return told, int(seqs[-1])


async def still_seen(tx: Transaction, event_id: int, month: date) -> Told | None:
    """Return an event of the organisation's feed; None if it may not be seen there any more."""
    row = await (
        await tx.execute(
            "SELECT e.event_id, l.seq, e.recorded_at, e.salt, e.canonical, e.consignment"
            " FROM event e JOIN log_leaf l ON l.event_id = e.event_id"
            " JOIN feed f ON f.org = current_org() AND f.seq = l.seq"
            " WHERE e.event_id = %s AND e.month = %s",
            [event_id, month],
        )
    ).fetchone()
    return None if row is None else Told(*row)


async def withdraw(tx: Transaction, number: int, event_id: int, *, now: datetime) -> None:
    """Write down that an event is not told any more: its owner may not see it, or it is gone."""
    await tx.execute(
        "UPDATE webhook_delivery SET state = 'withdrawn', next_at = NULL, last_at = %s"
        " WHERE webhook_id = %s AND event_id = %s",
        [now, number, event_id],
    )


async def pass_over(tx: Transaction, number: int, after: int, looked: int) -> None:
    """Move a cursor over what is not wanted, unless its owner moved it meanwhile."""
    await tx.execute(
        "UPDATE webhook_cursor SET after_seq = %s WHERE webhook_id = %s AND after_seq = %s",
        [looked, number, after],
    )


async def hold(tx: Transaction, number: int) -> tuple[int, datetime | None] | None:
    """Hold an endpoint until the commit: failures in a row and since when; None if it is gone."""
    row = await (
        await tx.execute(
            "SELECT failures, failing_since FROM webhook_cursor WHERE webhook_id = %s FOR UPDATE",
            [number],
        )
    ).fetchone()
    return None if row is None else (int(row[0]), row[1])


async def end(tx: Transaction, endpoint: Ready, ended: Ended) -> None:
    """Write down what came of a try; an event of the feed moves the cursor behind it."""
    event_id, seq, month = ended.told
    await tx.execute(
        """
        INSERT INTO webhook_delivery AS d (webhook_id, event_id, org, month, seq, state, tries,
            first_at, last_at, next_at, status, failure)
        VALUES (%(number)s, %(event)s, %(org)s, %(month)s, %(seq)s, %(state)s, 1,
            %(now)s, %(now)s, %(next)s, %(status)s, %(failure)s)
        ON CONFLICT (webhook_id, event_id) DO UPDATE SET state = excluded.state, seq = excluded.seq,
            tries = d.tries + 1, last_at = excluded.last_at, next_at = excluded.next_at,
            status = excluded.status, failure = excluded.failure
        """,
        {
            "number": endpoint.number,
            "event": event_id,
            "org": endpoint.org,
            "month": month,
            "seq": seq,
            "state": ended.state,
            "now": ended.now,
            "next": ended.next_at,
            "status": ended.status,
            "failure": ended.failure,
        },
    )
    if ended.after is not None:
        await pass_over(tx, endpoint.number, ended.after, seq)


async def succeed(tx: Transaction, number: int) -> None:
    """Let an endpoint be told without rest."""
    await tx.execute(
        "UPDATE webhook_cursor SET failures = 0, failing_since = NULL, rests_until = NULL"
        " WHERE webhook_id = %s AND failures > 0",
        [number],
    )


async def fail(
    tx: Transaction, number: int, *, now: datetime, rests_until: datetime, stopped: str | None
) -> None:
    """Let an endpoint rest, or stop it for a reason of which its owner is told next."""
    await tx.execute(
        "UPDATE webhook_cursor SET failures = failures + 1,"
        " failing_since = coalesce(failing_since, %(now)s), rests_until = %(rests)s,"
        " is_on = is_on AND %(stopped)s::text IS NULL, stopped = coalesce(%(stopped)s, stopped),"
        " is_told = is_told AND %(stopped)s::text IS NULL WHERE webhook_id = %(number)s",
        {"now": now, "rests": rests_until, "stopped": stopped, "number": number},
    )


async def turned(tx: Transaction, number: int, *, now: datetime) -> None:
    """Write down that an endpoint has its turn."""
    await tx.execute(
        "UPDATE webhook_cursor SET turned_at = %s WHERE webhook_id = %s", [now, number]
    )


async def untold(tx: Transaction) -> list[tuple[int, int]]:
    """Return the stopped endpoints of which their owners' logs do not tell yet, and whose."""
    rows = await tx.execute("SELECT webhook_id, org FROM webhook_cursor WHERE NOT is_told LIMIT 20")
    return [(int(number), int(org)) for number, org in await rows.fetchall()]


async def tell(tx: Transaction, number: int) -> tuple[UUID, str] | None:
    """Take it on oneself to tell why an endpoint stopped; None if another has told it."""
    row = await (
        await tx.execute(
            "UPDATE webhook_cursor c SET is_told = true FROM webhook w WHERE c.webhook_id = %s"
            " AND w.webhook_id = c.webhook_id AND NOT c.is_told RETURNING w.id, c.stopped",
            [number],
        )
    ).fetchone()
    return None if row is None else (row[0], str(row[1]))


async def sweep(tx: Transaction, *, now: datetime, delivered: timedelta, dead: timedelta) -> int:
    """Forget what ended long ago, and secrets whose time is over; return how many lines went."""
    await tx.execute("DELETE FROM webhook_secret WHERE until_at <= %s", [now])
    gone = await tx.execute(
        "DELETE FROM webhook_delivery WHERE (webhook_id, event_id) IN ("
        " SELECT webhook_id, event_id FROM webhook_delivery WHERE state <> 'waiting'"
        " AND last_at < CASE state WHEN 'dead' THEN %s::timestamptz ELSE %s::timestamptz END"
        " LIMIT %s)",
        [now - dead, now - delivered, SWEPT_AT_ONCE],
    )
    return gone.rowcount


def _patterns(wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the codes that are named whole, and what codes begin with."""
    exact = [one for one in wanted if not one.endswith(".") and one != "*"]
    return exact, ["" if one == "*" else one for one in wanted if one not in exact]
