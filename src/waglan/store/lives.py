"""Verdicts of trips under way: what came in, what each authority has now, what it was told."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.errors import ObjectNotInPrerequisiteState

from waglan.codes.event import EventCode
from waglan.codes.party import PartyId
from waglan.store import Transaction, _binary, bulk
from waglan.store.lease import Fenced
from waglan.store.trips import Judging

NEWS_MAX = 20_000  # events of one look
IDLE_SECONDS_MAX = 2  # in a transaction; who is stopped in it for longer has lost it


@dataclass(frozen=True, slots=True)
class News:
    """An event that may change verdicts: its number, its transaction, its code and what it says."""

    event_id: int
    tx: int
    code: str
    about: str
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What is new since a horizon, and the next one; `is_all`: nothing more waits."""

    news: Sequence[News]
    horizon: str
    is_all: bool


async def since(
    tx: Transaction, horizon: str, codes: Sequence[EventCode], seen: Collection[int]
) -> Look:
    """Return what is committed and was not seen, of transactions from a horizon on.

    Nothing older can come any more than the horizon that is returned.
    """
    rows = await tx.execute(
        """
        SELECT b.oldest::text, e.event_id, e.tx::text, e.code, e.about, e.canonical
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS oldest) b LEFT JOIN LATERAL (
            SELECT event_id, tx, code, about, canonical FROM event
            WHERE tx >= %(horizon)s::xid8 AND code = ANY (%(codes)s)
              AND event_id <> ALL (%(seen)s)
            ORDER BY tx, event_id LIMIT %(limit)s) e ON true
        """,
        {
            "horizon": horizon,
            "codes": [code.value for code in codes],
            "seen": _binary.numbers(list(seen)),
            "limit": NEWS_MAX,
        },
    )
    found = await rows.fetchall()
    news = [
        News(n, int(at), code, about, bytes(said)) for _, n, at, code, about, said in found if n
    ]
    is_all = len(news) < NEWS_MAX
    oldest = str(found[0][0])
    return Look(news, oldest if is_all else str(min(int(oldest), news[-1].tx)), is_all)


async def now_at(tx: Transaction) -> str:
    """Return the horizon as of now: what was committed before it is in the tables already."""
    row = await (
        await tx.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    ).fetchone()
    return "0" if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that counts for a trip."""

    trip: UUID
    device_id: int
    frame_id: int


async def heard(tx: Transaction, frames: Sequence[int]) -> list[Heard]:
    """Return for which trips these frames count: by when they came, or what time they tell of."""
    rows = await tx.execute(
        """
        SELECT t.id, f.device_id, f.frame_id
        FROM frame f JOIN trip_device d ON d.device_id = f.device_id AND (
            f.recorded_at <@ tstzrange(d.from_at, d.until_at)
            OR to_timestamp(f.at_s) <@ tstzrange(d.from_at, d.until_at))
        JOIN trip t USING (trip_id)
        WHERE f.frame_id = ANY (%s) ORDER BY f.frame_id
        """,
        [_binary.numbers(list(frames))],
        prepare=True,
    )
    return [Heard(*row) for row in await rows.fetchall()]


async def under_way(tx: Transaction) -> list[UUID]:
    """Return the trips that were sealed and are not over."""
    rows = await tx.execute(
        """
        SELECT t.id FROM trip t WHERE EXISTS (
            SELECT 1 FROM trip_act a WHERE a.trip_id = t.trip_id AND a.act = 'seal')
          AND NOT EXISTS (SELECT 1 FROM trip_act a WHERE a.trip_id = t.trip_id AND a.act = 'close')
        """
    )
    return [one for (one,) in await rows.fetchall()]


async def due(tx: Transaction, partitions: Sequence[int]) -> list[tuple[UUID, datetime]]:
    """Return when which trips of these partitions are to be judged though nothing comes."""
    rows = await tx.execute(
        "SELECT t.id, min(l.due_at) FROM trip_live l JOIN trip t USING (trip_id)"
        " WHERE l.partition = ANY (%s) AND l.due_at IS NOT NULL GROUP BY t.id",
        [list(partitions)],
    )
    return [(one, at) for one, at in await rows.fetchall()]


async def policies(tx: Transaction, number: int) -> list[Judging]:
    """Return who judges a trip, and by which figures: for the engine alone."""
    rows = await tx.execute(
        "SELECT a.authority, o.party, a.jurisdiction, p.policy FROM trip_authority a"
        " JOIN trip_policy p USING (trip_id, authority)"
        " JOIN organisation o ON o.org = a.authority WHERE a.trip_id = %s ORDER BY a.authority",
        [number],
    )
    return [Judging(org, PartyId(party), j, bytes(p)) for org, party, j, p in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Told:
    """What an authority was told of a trip last."""

    outcome: str
    reasons: tuple[str, ...]


async def told(tx: Transaction, number: int) -> dict[int, Told]:
    """Return what each authority was told of a trip last."""
    rows = await tx.execute(
        "SELECT authority, outcome, reasons FROM trip_told WHERE trip_id = %s", [number]
    )
    return {org: Told(outcome, tuple(reasons)) for org, outcome, reasons in await rows.fetchall()}


@dataclass(frozen=True, slots=True)
class Live:
    """What one authority's policy makes of a trip as of a time."""

    trip_id: int
    authority: int
    partition: int
    fence: int
    outcome: str
    worst: str
    reasons: bytes
    red_from: datetime | None
    backfill_until: datetime | None
    frame_id: int
    acts: int
    as_of: datetime
    due_at: datetime | None


_LIVE = (
    ("trip_id", "int8"),
    ("authority", "int8"),
    ("partition", "int4"),
    ("fence", "int8"),
    ("outcome", "text"),
    ("worst", "text"),
    ("reasons", "bytea"),
    ("red_from", "timestamptz"),
    ("backfill_until", "timestamptz"),
    ("frame_id", "int8"),
    ("acts", "int4"),
    ("as_of", "timestamptz"),
    ("due_at", "timestamptz"),
)
_NAMES = ", ".join(name for name, _ in _LIVE)
_ANEW = ", ".join(f"{name} = excluded.{name}" for name, _ in _LIVE[2:])


@asynccontextmanager
async def fenced(tx: Transaction) -> AsyncIterator[None]:
    """Raise Fenced if the block's writes name a fence that is not the partition's any more."""
    await tx.execute(
        f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS_MAX}s'".encode()
    )
    try:
        yield
    except ObjectNotInPrerequisiteState as error:
        raise Fenced(str(error)) from error


async def keep(tx: Transaction, lives: Sequence[Live]) -> None:
    """Keep verdicts in the place of those before; a stale fence is refused by the database.

    Partitions are touched in order, so that two that touch several don't wait for each other.
    """
    rows = sorted(lives, key=lambda one: (one.partition, one.trip_id, one.authority))
    cells = [[getattr(one, name) for one in rows] for name, _ in _LIVE]
    async for given, said in bulk.pieces(_LIVE, cells):
        await tx.execute(
            f"INSERT INTO trip_live ({_NAMES}) SELECT {_NAMES} FROM {given}"
            f" ON CONFLICT (trip_id, authority) DO UPDATE SET {_ANEW}".encode(),
            said,
            prepare=True,
        )


async def keep_told(tx: Transaction, whose: tuple[int, int], told: Told, event_id: int) -> None:
    """Remember what was told; `whose` is the trip's number and the authority."""
    await tx.execute(
        "INSERT INTO trip_told (trip_id, authority, outcome, reasons, event_id)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (trip_id, authority) DO UPDATE SET"
        " outcome = excluded.outcome, reasons = excluded.reasons, event_id = excluded.event_id",
        [*whose, told.outcome, list(told.reasons), event_id],
    )


async def own(tx: Transaction, numbers: Sequence[int]) -> dict[int, Live]:
    """Return the live verdicts of the authority that asks, by the trips' numbers."""
    rows = await tx.execute(
        f"SELECT {_NAMES} FROM trip_live WHERE authority = current_org()"
        " AND trip_id = ANY (%s)".encode(),
        [list(numbers)],
    )
    return {row[0]: Live(*row) for row in await rows.fetchall()}
