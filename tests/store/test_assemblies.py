"""Assemblies of parts: one at a time under a key, and none awaited that has ended."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg

from waglan.manifest.model import PartKey
from waglan.store import Transaction, assemblies
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn

LINE = 1
KEY = PartKey("LINE:ZZ", "CUSTOMS:ZZ", "CUSCAR", "REF1")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def let_in(database: Dsn) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute("insert into organisation (party, name, roles, registered_at) values"
                     " ('synthetic-line', 'Synthetic line', '{carrier}', now())")  # fmt: skip


async def begin(tx: Transaction) -> assemblies.Opened:
    return await assemblies.open_assembly(tx, LINE, KEY, now=NOW, due_at=NOW)


async def test_a_part_that_comes_while_its_assembly_ends_begins_the_next(database: Dsn) -> None:
    let_in(database)
    async with pools(database, size_max=3) as opened:
        async with transaction(opened.app, LINE) as tx:
            first = await begin(tx)
        assert first.round == 1

        async def another() -> assemblies.Opened:
            async with transaction(opened.app, LINE) as tx:
                return await begin(tx)

        async with transaction(opened.app, LINE) as tx:
            assert await begin(tx) == first
            waiting = [asyncio.create_task(another()) for _ in range(2)]
            await asyncio.sleep(0.3)
            assert not any(one.done() for one in waiting)
            await assemblies.end(tx, LINE, first.assembly_id, now=NOW)
        next_ones = await asyncio.gather(*waiting)
        assert {one.round for one in next_ones} == {2}
        assert len({one.assembly_id for one in next_ones}) == 1


async def test_nobody_looks_for_the_parts_of_an_assembly_that_ended(database: Dsn) -> None:
    let_in(database)
    async with pools(database, size_max=1) as opened:
        async with transaction(opened.app, LINE) as tx:
            first = await begin(tx)
        later = NOW + timedelta(days=1)
        async with transaction(opened.engine, None) as tx:
            due = await assemblies.overdue(tx, now=later, at_most=9)
        assert due == [(first.assembly_id, LINE)]
        async with transaction(opened.app, LINE) as tx:
            await assemblies.end(tx, LINE, first.assembly_id, now=NOW)
        async with transaction(opened.engine, None) as tx:
            assert await assemblies.overdue(tx, now=later, at_most=9) == []
