"""A worker looks for work when something was written, and for what time brings once a second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from running_instance import ORIGIN
from test_manifest_at_hand import LINE, ORGANISATIONS, hand_in, paper

from waglan.gateway import workers
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.workers import BATCH, LOOK_FOR_RARE_EVERY, Worker
from waglan.store import Transaction, assemblies, customs, messages
from waglan.store.connect import pools, transaction, visible
from waglan.store.dsn import Dsn
from waglan.store.figures import all_figures

UNTOLD = """
    insert into serving (event_id, authority, manifest_id, served_at)
    select n, 2, (select manifest_id from manifest), now() from generate_series(1, %s) n
"""
FIRMS = """
    insert into organisation (party, name, roles, registered_at)
    select 'firm-' || n, 'Synthetic firm', '{carrier}', now() from generate_series(1, %s) n
"""


class Watched:
    """A worker, with what it looked for and a clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # noqa: TID251 -- tokens and papers hold now
        self.often = self.rarely = 0
        self.worker: Worker


@asynccontextmanager
async def watched(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watched]:
    waiting, overdue, one = messages.waiting, assemblies.overdue, Watched()

    async def often(
        tx: Transaction, *, at_most: int, now: datetime, tries_max: int
    ) -> list[tuple[int, int]]:
        one.often += 1
        return await waiting(tx, at_most=at_most, now=now, tries_max=tries_max)

    async def rarely(tx: Transaction, *, now: datetime, at_most: int) -> list[tuple[int, int]]:
        one.rarely += 1
        return await overdue(tx, now=now, at_most=at_most)

    monkeypatch.setattr(messages, "waiting", often)
    monkeypatch.setattr(assemblies, "overdue", rarely)
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20, clock=lambda: one.now)
        one.worker = Worker(kit)
        yield one


async def test_while_nothing_is_written_nothing_is_looked_for_but_what_time_brings(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, home, monkeypatch) as one:
        while await one.worker.round():
            pass
        looked = one.often, one.rarely
        for _ in range(5):
            assert await one.worker.round() == 0
        assert (one.often, one.rarely) == looked
        one.now += LOOK_FOR_RARE_EVERY
        assert await one.worker.round() == 0
        assert (one.often, one.rarely) == (looked[0] + 1, looked[1] + 1)


async def test_what_comes_in_is_found_at_the_next_round_and_its_follow_ups_in_the_same(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, home, monkeypatch) as one:
        while await one.worker.round():
            pass
        rarely = one.rarely
        await hand_in(one.worker.kit, paper("R1"))
        assert await one.worker.round() == 3  # filed, linked, judged
        assert one.rarely == rarely  # what an order tells has its own time, later
        while await one.worker.round():
            pass
        assert await waits(one) == 0


async def test_a_part_that_never_comes_is_told_of_though_nothing_is_written(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, home, monkeypatch) as one:
        first, second = paper("R2").split(b"UNH+2")[0], b"UNZ+1+R2'"
        await hand_in(one.worker.kit, first + second)
        while await one.worker.round():
            pass
        one.now += timedelta(days=30)
        assert await one.worker.round() == 1


async def test_what_fails_or_can_not_be_told_yet_takes_nobodys_place_and_is_tried_later(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, home, monkeypatch) as one:
        for n in range(BATCH):
            await hand_in(one.worker.kit, f"lost {n}".encode())
        with psycopg.connect(database.admin or "") as conn:
            conn.execute("delete from message_chunk")
            # Each another firm's, whose messages come before those of the one that can be read.
            conn.execute(FIRMS, [BATCH])
            conn.execute("update message set org = org + message_id + 1")
            conn.execute("update message_secret set org = org + message_id + 1")
        await hand_in(one.worker.kit, paper("R3"))
        assert await one.worker.round() == 0
        assert await one.worker.round() == 3, "filed, linked, judged"
        assert await waits(one) == BATCH
        with psycopg.connect(database.admin or "") as conn:
            # Of none of these is there a notice that its filer may read.
            conn.execute(UNTOLD, [BATCH + 1])
        assert await one.worker.round() == 0
        assert {number for kind, number in one.worker.failed if kind == "notice"} == set(
            range(1, BATCH + 1)
        )
        assert await one.worker.round() == 0
        assert ("notice", BATCH + 1) in one.worker.failed
        assert ("done", "notice") not in await counted(one)
        assert ("failed", "notice") not in await counted(one), "nothing is wrong with them"


async def test_what_a_transaction_shows_has_another_name_than_what_was_seen_before(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, home, monkeypatch) as one:
        opened = one.worker.kit.pools
        async with transaction(opened.engine, None) as look:
            await look.execute("set transaction isolation level read committed")
            before = await visible(look)
            assert await visible(look) == before
            async with transaction(opened.app, LINE) as tx:
                await tx.execute("select pg_current_xact_id()")
            assert await visible(look) != before


async def counted(one: Watched) -> set[tuple[str, str]]:
    async with transaction(one.worker.kit.pools.engine, None) as tx:
        return set(await all_figures(tx))


async def waits(one: Watched) -> int:
    async with transaction(one.worker.kit.pools.engine, None) as tx:
        far = one.now + timedelta(days=1)  # what failed and rests waits too
        return len(await messages.waiting(tx, at_most=100, now=far, tries_max=1))


async def test_judging_that_takes_long_lets_other_work_have_its_turn(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "TURN_SECONDS", 0.0)
    async with watched(database, home, monkeypatch) as one:
        for ref in ("R1", "R2", "R3"):
            await hand_in(one.worker.kit, paper(ref))
        for left in (2, 1, 0):
            looked = one.often
            assert await one.worker.round()
            assert one.often == looked + 1  # messages were looked for before the next was judged
            assert len(one.worker.at_hand) == left  # what was read is not read again
            async with transaction(one.worker.kit.pools.engine, None) as tx:
                assert len(await customs.unjudged(tx, at_most=3)) == left
