"""Transactions in an organisation's name, over connections that many organisations share."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import psycopg
import pytest

from waglan.codes.finding import Severity
from waglan.store import bulk
from waglan.store.connect import Pool, Pools, durable, only_open, pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.migrate import Migration, prepare
from waglan.store.refused import Refused

# The shape that every tenant table has; the policy reads '' as nobody.
PARCELS = Migration(
    1,
    "parcel",
    """
    create table parcel (org bigint not null, number int not null, primary key (org, number));
    alter table parcel enable row level security;
    alter table parcel force row level security;
    create policy own on parcel to waglan_app
        using (org = nullif(current_setting('waglan.org', true), '')::bigint)
        with check (org = nullif(current_setting('waglan.org', true), '')::bigint);
    grant select, insert on parcel to waglan_app;
    """,
)
TENANTS = 50


@pytest.fixture
async def narrow(empty_database: Dsn) -> AsyncIterator[Pools]:
    """Pools of two connections, so that every organisation follows another on the same one."""
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database, size_max=2) as opened:
        yield opened


async def seen(narrow: Pools, org: int | None) -> list[int]:
    async with transaction(narrow.app, org) as tx:
        rows = await tx.execute("select org from parcel")
        return [int(row[0]) for row in await rows.fetchall()]


async def test_an_organisation_sees_its_own_rows_and_nobody_sees_none(narrow: Pools) -> None:
    for org in (1, 2):
        async with transaction(narrow.app, org) as tx:
            await tx.execute("insert into parcel values (%s, 7)", [org])
    assert await seen(narrow, 1) == [1]
    assert await seen(narrow, 2) == [2]
    assert await seen(narrow, 3) == []
    assert await seen(narrow, None) == []


async def test_a_row_in_another_organisations_name_is_refused(narrow: Pools) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with transaction(narrow.app, 1) as tx:
            await tx.execute("insert into parcel values (2, 7)")


async def test_fifty_tenants_over_two_connections_never_see_each_other(narrow: Pools) -> None:
    async def visit(org: int, number: int) -> None:
        async with transaction(narrow.app, org) as tx:
            await tx.execute("insert into parcel values (%s, %s)", [org, number])
            rows = await (await tx.execute("select distinct org from parcel")).fetchall()
            assert rows == [(org,)]
            if number == 1:
                raise ZeroDivisionError
            if number == 2:
                await tx.execute("select pg_sleep(60)")  # far longer than any machine stalls

    async def tenant(org: int) -> None:
        for number in range(4):
            task = asyncio.create_task(visit(org, number))
            if number == 2:
                await asyncio.sleep(0.005 * (org % 7))
                task.cancel()
            with suppress(ZeroDivisionError, asyncio.CancelledError):
                await task

    await asyncio.gather(*(tenant(org) for org in range(1, TENANTS + 1)))
    for org in range(1, TENANTS + 1):
        assert await seen(narrow, org) == [org, org]  # the failed and the cancelled left nothing
    assert await seen(narrow, None) == []


async def test_who_is_cancelled_just_as_he_gets_a_connection_gets_none(
    empty_database: Dsn,
) -> None:
    async def visit(pool: Pool) -> None:
        async with transaction(pool, 1):
            pass

    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database, size_max=1) as opened:
        for turns in range(30):  # of the loop, from the return of the connection to the end
            async with transaction(opened.app, None):
                waits = asyncio.create_task(visit(opened.app))
                await asyncio.sleep(0.01)
                assert not waits.done()
            for _ in range(turns):
                await asyncio.sleep(0)
            is_asked = waits.cancel()
            await asyncio.wait([waits])
            assert waits.cancelled() == is_asked


async def test_who_comes_next_gets_what_came_back_last(empty_database: Dsn) -> None:
    async def visit(pool: Pool, others: int = 0) -> int:
        async with transaction(pool, None) as tx:
            if others:
                await visit(pool, others - 1)
            pid = tx.info.backend_pid
        return pid

    async with pools(empty_database, size_max=4) as opened:
        await visit(opened.app, 3)
        last = set[int]()
        for _ in range(8):
            while opened.app.get_stats()["pool_available"] < 4:
                await asyncio.sleep(0.01)
            last.add(await visit(opened.app))
    assert len(last) == 1


async def test_nothing_of_one_request_is_left_for_the_next(empty_database: Dsn) -> None:
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database, size_max=1) as opened:
        for _ in range(8):  # more often than it takes psycopg to prepare a statement
            async with transaction(opened.app, 1) as tx:
                await tx.execute("create temporary table staged (number int)")
                await tx.execute("set statement_timeout = '7s'")
                await tx.execute("select pg_advisory_lock(7)")
                row = await (await tx.execute("select 1 where %s", [True])).fetchone()
                assert row == (1,)
            async with transaction(opened.app, None) as tx:
                row = await (
                    await tx.execute(
                        "select to_regclass('staged'), current_setting('waglan.org', true),"
                        " current_setting('statement_timeout'), (select count(*) from pg_locks"
                        " where locktype = 'advisory' and pid = pg_backend_pid())"
                    )
                ).fetchone()
                assert row is not None
                assert row[0] is None
                assert row[1] in {None, ""}
                assert row[2] == "0"
                assert row[3] == 0


async def test_each_pool_logs_in_as_its_own_role_without_any_way_to_another(narrow: Pools) -> None:
    for pool, role in (
        (narrow.app, "waglan_app"),
        (narrow.authority, "waglan_authority"),
        (narrow.engine, "waglan_engine"),
    ):
        async with transaction(pool, None) as tx:
            row = await (await tx.execute("select session_user, current_user")).fetchone()
            assert row == (role, role)
        for other in {"waglan_app", "waglan_authority", "waglan_engine", "waglan_owner"} - {role}:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with transaction(pool, None) as tx:
                    await tx.execute(f"set role {other}".encode())


async def test_a_client_that_falls_asleep_in_a_transaction_is_cut_off(narrow: Pools) -> None:
    for pool in (narrow.app, narrow.authority, narrow.engine):
        async with transaction(pool, None) as tx:
            row = await (await tx.execute("show idle_in_transaction_session_timeout")).fetchone()
            assert row == ("15s",)


async def test_the_embedded_server_keeps_what_it_acknowledges(narrow: Pools) -> None:
    async with transaction(narrow.engine, None) as tx:
        assert [f for f in await durable(tx) if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("value", "faults"),
    [("on", 0), ("remote_write", 0), ("remote_apply", 0), ("local", 1), ("off", 1)],
)
async def test_a_commit_that_does_not_wait_for_the_disk_is_found(
    narrow: Pools, value: str, faults: int
) -> None:
    async with transaction(narrow.engine, None) as tx:
        await tx.execute(f"set local synchronous_commit = {value}".encode())
        found = [f for f in await durable(tx) if f.severity is Severity.ERROR]
    assert [f.params["value"] for f in found] == [value] * faults
    assert {f.code for f in found} <= {"STORE-NOT-DURABLE"}


async def test_a_database_that_does_not_answer_is_said_when_the_pools_open(
    empty_database: Dsn,
) -> None:
    with pytest.raises(Refused) as refused:
        async with pools(replace(empty_database, app="host=/nonexistent dbname=x")):
            pass
    assert refused.value.finding.code == "STORE-UNREACHABLE"


HANGS_UP = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'waglan %'
"""


async def hang_up(pool: Pool, dsn: Dsn, way: str, held: int) -> None:
    """Have the server close connections that lie in a pool, with a last word or without."""
    async with AsyncExitStack() as stack:
        conns = [await stack.enter_async_context(transaction(pool, None)) for _ in range(held)]
    while pool.get_stats()["pool_available"] < held:  # each is tidied up before it lies there
        await asyncio.sleep(0.01)
    if way == "dies":
        for conn in conns:
            with socket.socket(fileno=os.dup(conn.pgconn.socket)) as wire:
                wire.shutdown(socket.SHUT_RDWR)
        return
    async with await psycopg.AsyncConnection.connect(dsn.admin or "", autocommit=True) as admin:
        await admin.execute(HANGS_UP.encode())
        while (await (await admin.execute(HANGS_UP.encode())).fetchall()) != []:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("way", ["dies", "ends"])
@pytest.mark.parametrize("role", ["app", "authority", "engine"])
async def test_whoever_comes_after_the_server_hung_up_is_served(
    empty_database: Dsn, role: str, way: str
) -> None:
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database) as opened:
        pool: Pool = getattr(opened, role)
        await hang_up(pool, empty_database, way, held=1)
        async with transaction(pool, 1) as tx:
            assert await (await tx.execute("select 7")).fetchone() == (7,)


async def test_once_it_is_ready_nobody_waits_for_closed_connections(empty_database: Dsn) -> None:
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database) as opened:
        await hang_up(opened.authority, empty_database, "dies", held=6)
        await only_open(opened)
        for _ in range(8):
            async with asyncio.timeout(0.9), transaction(opened.authority, 1) as tx:
                assert await (await tx.execute("select 7")).fetchone() == (7,)


async def test_statements_prepared_in_one_request_do_not_haunt_the_next(
    empty_database: Dsn,
) -> None:
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database, size_max=1) as opened:
        for _ in range(5):
            for number in range(12):  # more often than it takes psycopg to prepare a statement
                async with transaction(opened.app, 1) as tx:
                    for _ in range(number):
                        row = await (await tx.execute("select %s::int", [number])).fetchone()
                        assert row == (number,)


async def test_a_plan_that_is_kept_from_request_to_request_tells_organisations_apart(
    empty_database: Dsn,
) -> None:
    columns = (("org", "int8"), ("number", "int4"))
    await prepare(empty_database, (PARCELS,))
    async with pools(empty_database, size_max=1) as opened:
        for org in range(1, 10):  # more often than PostgreSQL plans anew
            async with transaction(opened.app, org) as tx:
                await bulk.insert(tx, "parcel", columns, [(org, 1), (org, 2)])
        async with transaction(opened.app, 9) as tx:
            found = await tx.execute(
                "select generic_plans > 0, (select array_agg(distinct org) from parcel)"
                " from pg_prepared_statements where statement like 'INSERT INTO parcel%'"
            )
            assert await found.fetchall() == [(True, [9])]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with transaction(opened.app, 10) as tx:
                await bulk.insert(tx, "parcel", columns, [(9, 3), (9, 4)])
