"""The projections made again from what they are projections of, or compared with it."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from waglan.store import Transaction, partitions, standings

TABLES = ("standing", "feed", "reader", "trip_told")
_AGAIN = "again_{}"

# Who filed a bill and with whom he filed it see it whole, for as long as it is kept. Whoever sees
# it by a link or a grant is worked out by an act of its own.
_MADE_OF = {
    "feed": """
        SELECT a.org, l.seq, a.event_id, a.month, a.until
        FROM audience a JOIN log_leaf l ON l.event_id = a.event_id
    """,
    "reader": """
        SELECT b.org, b.consignment, 'full', '9999-12-31T00:00:00Z'::timestamptz, false FROM bill b
        UNION
        SELECT m.filed_with, b.consignment, 'full', '9999-12-31T00:00:00Z'::timestamptz, false
        FROM bill b JOIN manifest m USING (manifest_id)
    """,
    "trip_told": """
        SELECT DISTINCT ON (t.trip_id, e.org) t.trip_id, e.org, s.body ->> 'outcome',
               array(SELECT r.one ->> 'reason' FROM jsonb_array_elements(s.body -> 'reasons')
                     WITH ORDINALITY AS r (one, n) ORDER BY r.n), e.event_id
        FROM event e JOIN trip t ON t.id::text = e.about
        CROSS JOIN LATERAL (SELECT convert_from(e.canonical, 'UTF8')::jsonb -> 'body') s (body)
        WHERE e.code = 'trip.judged' ORDER BY t.trip_id, e.org, e.recorded_at DESC, e.event_id DESC
    """,
}
_ONLY = {"standing": "true", "feed": "true", "reader": "NOT is_shown", "trip_told": "true"}


@dataclass(frozen=True, slots=True)
class Difference:
    """How one projection differs from what it is made of."""

    table: str
    missing: int  # rows that should be there
    surplus: int  # rows that should not


async def renew(tx: Transaction) -> list[Difference]:
    """Make every projection again, put right what differs, and return what did.

    Whoever writes projections waits until the commit.
    """
    await partitions.begin_anew(tx)  # first, as whoever judges trips takes them in this order
    names = sql.SQL(", ").join(map(sql.Identifier, TABLES))
    await tx.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names))
    await _aside(tx)
    found = [await _difference(tx, table) for table in TABLES]
    for difference in found:
        if difference.missing or difference.surplus:
            await _replace(tx, difference.table)
    return found


async def _aside(tx: Transaction) -> None:
    for table in TABLES:
        aside = sql.Identifier(_AGAIN.format(table))
        await tx.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING GENERATED"
                " INCLUDING INDEXES) ON COMMIT DROP"
            ).format(aside, sql.Identifier(table))
        )
    cursor = await standings.cursor(tx)
    for first in range(0, cursor, standings.BATCH_EVENTS):
        end = min(cursor, first + standings.BATCH_EVENTS)
        await standings.fold(tx, _AGAIN.format("standing"), first=first, end=end)
    for table, query in _MADE_OF.items():
        aside = sql.Identifier(_AGAIN.format(table))
        await tx.execute(sql.SQL("INSERT INTO {} " + query).format(aside))


async def _difference(tx: Transaction, table: str) -> Difference:
    kept, aside = sql.Identifier(table), sql.Identifier(_AGAIN.format(table))
    counts = []
    for one, other in ((aside, kept), (kept, aside)):
        statement = sql.SQL(
            "SELECT count(*) FROM (SELECT * FROM {one} WHERE {only}"
            " EXCEPT SELECT * FROM {other} WHERE {only}) d"
        ).format(one=one, other=other, only=sql.SQL(_ONLY[table]))
        row = await (await tx.execute(statement)).fetchone()
        counts.append(int(row[0]) if row else 0)
    return Difference(table, *counts)


async def _replace(tx: Transaction, table: str) -> None:
    kept, aside = sql.Identifier(table), sql.Identifier(_AGAIN.format(table))
    await tx.execute(sql.SQL("DELETE FROM {} WHERE {}").format(kept, sql.SQL(_ONLY[table])))
    rows = await tx.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    names = sql.SQL(", ").join([sql.Identifier(name) for (name,) in await rows.fetchall()])
    await tx.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(kept, names, names, aside)
    )


async def consignments(tx: Transaction, *, after: int, at_most: int) -> list[int]:
    """Return the next consignments beyond a cursor."""
    rows = await tx.execute(
        "SELECT consignment FROM consignment WHERE consignment > %s ORDER BY consignment LIMIT %s",
        [after, at_most],
    )
    return [int(consignment) for (consignment,) in await rows.fetchall()]


async def drop_expired(tx: Transaction, now: datetime) -> None:
    """Delete sights whose time is over; they show nothing, and are no difference."""
    await tx.execute("DELETE FROM reader WHERE is_shown AND until <= %s", [now])
