"""The projections made again from what they are projections of, or compared with it."""

from dataclasses import dataclass

from psycopg import sql

from waglan.store import Transaction, standings

TABLES = ("standing", "feed", "reader")
_AGAIN = "again_{}"

_FEED = """
    SELECT a.org, l.seq, a.event_id, a.month
    FROM audience a JOIN log_leaf l ON l.event_id = a.event_id
"""
# Who filed a bill and with whom he filed it see it whole, for as long as it is kept; besides them,
# whoever was given leave and not refused it since.
_READER = """
    SELECT DISTINCT ON (org, consignment) org, consignment, view, until FROM (
        SELECT b.org, b.consignment, 'full' AS view, {forever} AS until FROM bill b
        UNION ALL
        SELECT m.filed_with, b.consignment, 'full', {forever}
        FROM bill b JOIN manifest m USING (manifest_id)
        UNION ALL
        SELECT g.receiver, g.consignment, g.view, g.until FROM consignment_grant g
        WHERE NOT EXISTS (SELECT 1 FROM grant_revocation r WHERE r.grant_id = g.grant_id)
    ) may
    ORDER BY org, consignment, until DESC, view = 'full' DESC, view = 'equipment' DESC
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one projection differs from what it is made of."""

    table: str
    missing: int  # rows that should be there
    surplus: int  # rows that should not


async def compare(tx: Transaction) -> list[Difference]:
    """Make every projection again aside and count the rows in which it differs; change nothing.

    The transaction is REPEATABLE READ, or what happens meanwhile would show as a difference.
    """
    await _aside(tx)
    return [await _difference(tx, table) for table in TABLES]


async def again(tx: Transaction) -> list[Difference]:
    """Make every projection again, put right what differs, and return what did.

    Whoever writes projections waits until the commit.
    """
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
            sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {} INCLUDING INDEXES) ON COMMIT DROP").format(
                aside, sql.Identifier(table)
            )
        )
    cursor = await standings.cursor(tx)
    for first in range(0, cursor, standings.BATCH_EVENTS):
        end = min(cursor, first + standings.BATCH_EVENTS)
        await standings.fold(tx, _AGAIN.format("standing"), first=first, end=end)
    forever = sql.SQL("'9999-12-31T00:00:00Z'::timestamptz")
    await _fill(tx, "feed", sql.SQL(_FEED))
    await _fill(tx, "reader", sql.SQL(_READER).format(forever=forever))


async def _fill(tx: Transaction, table: str, query: sql.SQL | sql.Composed) -> None:
    aside = sql.Identifier(_AGAIN.format(table))
    await tx.execute(sql.SQL("INSERT INTO {} ").format(aside) + query)


async def _difference(tx: Transaction, table: str) -> Difference:
    kept, aside = sql.Identifier(table), sql.Identifier(_AGAIN.format(table))
    counts = []
    for one, other in ((aside, kept), (kept, aside)):
        statement = sql.SQL("SELECT count(*) FROM (SELECT * FROM {} EXCEPT SELECT * FROM {}) d")
        row = await (await tx.execute(statement.format(one, other))).fetchone()
        counts.append(int(row[0]) if row else 0)
    return Difference(table, *counts)


async def _replace(tx: Transaction, table: str) -> None:
    kept, aside = sql.Identifier(table), sql.Identifier(_AGAIN.format(table))
    await tx.execute(sql.SQL("DELETE FROM {}").format(kept))
    await tx.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(kept, aside))
