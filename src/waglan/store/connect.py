"""Connections to the database: one pool per role, and a transaction in an organisation's name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction, version
from waglan.store.dsn import Dsn
from waglan.store.reach import reached

Pool = AsyncConnectionPool[Transaction]
SIZE_MIN = 1
SIZE_MAX = 10  # per role and process
WAIT_SECONDS_MAX = 10
WAITING_MAX = 500  # requests that queue for a connection; more are refused at once
CONNECT_SECONDS_MAX = 10
NEVER = 1 << 31  # uses after which a statement is prepared unasked: a kept plan suits not all
MUST_BE_ON = ("fsync", "full_page_writes")
# A server with a standby may promise more than `on`, never less.
COMMIT_DURABLE = frozenset({"on", "remote_write", "remote_apply"})

# DISCARD ALL, but for the statements that bear to be kept.
_FORGET = (
    b"close all; set session authorization default; reset all; unlisten *;"
    b" select pg_advisory_unlock_all(); discard temp; discard sequences"
)


@dataclass(frozen=True, slots=True)
class Pools:
    """Open connections as each role that logs in; nothing runs as the owner."""

    app: Pool
    authority: Pool
    engine: Pool


@asynccontextmanager
async def pools(dsn: Dsn, *, size_max: int = SIZE_MAX) -> AsyncIterator[Pools]:
    """Hold the three pools open inside the block; the database must answer when it begins."""
    opened = Pools(
        *(_pool(dsn, role, size_max) for role in ("app", "authority", "engine")),
    )
    every = (opened.app, opened.authority, opened.engine)
    try:
        async with reached(dsn.app, dsn.where):  # a pool would only say that it waited too long
            pass
        for pool in every:
            await pool.open(wait=True, timeout=CONNECT_SECONDS_MAX)
        yield opened
    finally:
        await asyncio.gather(*(pool.close() for pool in every))


async def only_open(opened: Pools) -> None:
    """Have every pool rid of connections that the server has closed, as when it died."""
    await asyncio.gather(*(pool.check() for pool in (opened.app, opened.authority, opened.engine)))


@asynccontextmanager
async def transaction(pool: Pool, org: int | None) -> AsyncIterator[Transaction]:
    """Begin a transaction in the name of an organisation; commit it unless the block raises.

    With None nobody's rows are seen. The name ends with the transaction.
    """
    async with _lent(pool) as conn, conn.transaction():
        if org is not None:
            await act_as(conn, org)
        yield conn


@asynccontextmanager
async def _lent(pool: Pool) -> AsyncIterator[Transaction]:
    """Borrow a connection inside the block; whoever is cancelled while he waits gets none.

    The pool waits with `asyncio.wait_for`, and that of Python 3.11 forgets a cancellation that
    meets what it waited for: a task that was to stop would go on.
    """
    task = asyncio.current_task()
    asked = task.cancelling() if task else 0
    async with pool.connection() as conn:
        if task and task.cancelling() > asked:
            raise asyncio.CancelledError
        yield conn


@asynccontextmanager
async def glance(pool: Pool) -> AsyncIterator[Transaction]:
    """Hold a connection for one statement that reads, in nobody's name; it is its own transaction.

    A transaction around it would ask the server three times as often: for what is asked all day.
    """
    async with _lent(pool) as conn:
        yield conn


async def visible(tx: Transaction) -> str:
    """Name what a statement would see now; while the name stays, nothing was committed."""
    row = await (await tx.execute("select pg_current_snapshot()::text", prepare=True)).fetchone()
    return "" if row is None else str(row[0])


@asynccontextmanager
async def unawaited(tx: Transaction) -> AsyncIterator[None]:
    """Send statements inside the block without waiting for each; who fetches rows waits for all.

    What goes wrong with one may be raised as late as at the end of the block. How many rows a
    statement touched is not known inside it.
    """
    async with tx.pipeline():
        yield


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[Transaction]:
    """Begin a transaction that sees the database as it is now, whatever is written meanwhile."""
    async with _lent(pool) as conn, conn.transaction():
        await conn.execute("set transaction isolation level repeatable read, read only")
        await conn.execute("set local idle_in_transaction_session_timeout = 0")
        yield conn


async def act_as(tx: Transaction, org: int | None) -> None:
    """Let the rest of the transaction run in the name of an organisation; None: in nobody's."""
    name = "" if org is None else str(org)
    await tx.execute("select set_config('waglan.org', %s, true)", [name], prepare=True)


async def durable(tx: Transaction) -> list[Finding]:
    """Say what keeps an acknowledgement from surviving a power cut; an empty list is a promise.

    A warning alone (an old minor release) is no reason to refuse.
    """
    settings = await _settings(tx, (*MUST_BE_ON, "synchronous_commit"))
    found = [
        _not_durable(name, value)
        for name, value in settings.items()
        if not (value == "on" or (name == "synchronous_commit" and value in COMMIT_DURABLE))
    ]
    return found + await version.findings(tx.info.server_version)


async def _settings(tx: Transaction, names: Sequence[str]) -> dict[str, str]:
    rows = await tx.execute(
        "select name, setting from pg_settings where name = any(%s) order by name", [list(names)]
    )
    return {str(name): str(setting) for name, setting in await rows.fetchall()}


def _pool(dsn: Dsn, role: str, size_max: int) -> Pool:
    conninfo = {"app": dsn.app, "authority": dsn.authority, "engine": dsn.engine}[role]
    return _Newest(
        conninfo,
        connection_class=psycopg.AsyncConnection[TupleRow],
        kwargs={
            "application_name": f"waglan {role}",
            "connect_timeout": CONNECT_SECONDS_MAX,
            "prepare_threshold": NEVER,
            "autocommit": True,  # a transaction is begun by its own words
        },
        min_size=SIZE_MIN,
        max_size=size_max,
        timeout=WAIT_SECONDS_MAX,
        max_waiting=WAITING_MAX,
        open=False,
        check=_is_open,
        reset=_forget,
        name=f"waglan-{role}",
    )


class _Newest(AsyncConnectionPool[Transaction]):
    """Lends what came back last: its plans are made, and what it touches is at hand."""

    async def _get_ready_connection(self, timeout: float | None) -> Transaction | None:
        self._pool.rotate()  # the newest comes to where the pool takes from, the oldest
        return await super()._get_ready_connection(timeout)


async def _is_open(conn: Transaction) -> None:
    """Raise if the server has closed a connection; it is not asked, what came is looked at."""
    for _ in range(2):  # its last word, and that nothing comes after it
        conn.pgconn.consume_input()
        conn.pgconn.notifies()


async def _forget(conn: Transaction) -> None:
    # Temporary tables, settings, locks and sequences of one organisation end with its request. What
    # stays are statements without their values, and plans that ask for the organisation each time.
    await conn.execute(_FORGET)


def _not_durable(name: str, value: str) -> Finding:
    return Finding(
        "STORE-NOT-DURABLE",
        Severity.ERROR,
        Where("database/settings"),
        {"setting": name, "value": value},
    )
