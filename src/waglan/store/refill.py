"""An empty database filled from a backup: in one transaction, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from psycopg import sql

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction, dump
from waglan.store.dsn import Dsn
from waglan.store.reach import reached
from waglan.store.refused import Refused
from waglan.store.roles import OWNER

HERE = Where("restore/database")
LEAVES = 50_000


@asynccontextmanager
async def refilling(dsn: Dsn) -> AsyncIterator[Transaction]:
    """Hold a transaction as the tables' owner, whom row security does not bind until its end.

    A database in which anything is kept is refused.
    """
    if dsn.admin is None:
        raise Refused(_no_administrator())
    async with reached(dsn.admin, dsn.where) as conn, conn.transaction():
        await conn.execute("set local idle_in_transaction_session_timeout = 0")
        await conn.execute("set local search_path = public")
        await conn.execute(f"set local role {OWNER}".encode())
        tables = await _forced(conn)
        await _force(conn, tables, "NO FORCE")
        await _refuse_unless_empty(conn)
        yield conn
        await _force(conn, tables, "FORCE")


async def _forced(tx: Transaction) -> list[str]:
    rows = await tx.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relforcerowsecurity ORDER BY relname"
    )
    return [name for (name,) in await rows.fetchall()]


async def _force(tx: Transaction, tables: list[str], how: str) -> None:
    for table in tables:
        statement = sql.SQL("ALTER TABLE {} " + how + " ROW LEVEL SECURITY")
        await tx.execute(statement.format(sql.Identifier(table)))


async def _refuse_unless_empty(tx: Transaction) -> None:
    for part in await dump.parts(tx):
        found = await tx.execute(
            sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(part.table))
        )
        if await found.fetchone() is not None:
            raise Refused(_not_empty(part.table))


async def make_months(tx: Transaction, months: list[str]) -> None:
    """Make the partitions that the backup's events lay in, before they come."""
    for month in months:
        await tx.execute("SELECT make_event_month(to_date(%s, 'YYYYMM'))", [month])


async def open_again(tx: Transaction, origin: str) -> None:
    """Let the log go on in this cluster, whose transactions are counted from another beginning.

    What has its number keeps it; what was still waiting has this very transaction's number, and
    the sequencer looks from there on.
    """
    await tx.execute(
        "UPDATE log_head SET origin = %s, horizon = pg_current_xact_id(), sequenced_at = NULL",
        [origin],
    )


@dataclass(frozen=True, slots=True)
class Altered:
    """How a restored log differs from itself: events changed, events missing."""

    changed: int
    missing: int


async def altered(tx: Transaction) -> Altered:
    """Count the events that are not those their leaves were made of."""
    row = await (
        await tx.execute(
            r"""
            SELECT count(*) FILTER (WHERE e.event_id IS NOT NULL AND l.leaf_hash <>
                       sha256('\x00'::bytea || sha256(e.salt || e.canonical))),
                   count(*) FILTER (WHERE e.event_id IS NULL AND x.event_id IS NULL)
            FROM log_leaf l LEFT JOIN event e ON e.month = l.month AND e.event_id = l.event_id
            LEFT JOIN event_erased x ON x.event_id = l.event_id
            """
        )
    ).fetchone()
    return Altered(*row) if row else Altered(0, 0)


async def leaf_hashes(tx: Transaction) -> AsyncIterator[list[bytes]]:
    """Yield all leaves in the log's order; raise LookupError where a number is missing."""
    first = 0
    while True:
        rows = await tx.execute(
            "SELECT seq, leaf_hash FROM log_leaf WHERE seq >= %s ORDER BY seq LIMIT %s",
            [first, LEAVES],
        )
        found = await rows.fetchall()
        if [seq for seq, _ in found] != list(range(first, first + len(found))):
            raise LookupError(f"a number is missing after {first}")
        if not found:
            return
        yield [bytes(leaf) for _, leaf in found]
        first += len(found)


def _no_administrator() -> Finding:
    return Finding("RESTORE-NO-ADMINISTRATOR", Severity.ERROR, HERE, {})


def _not_empty(table: str) -> Finding:
    return Finding("RESTORE-NOT-EMPTY", Severity.ERROR, HERE, {"table": table})
