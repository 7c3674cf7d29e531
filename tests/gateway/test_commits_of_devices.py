"""One commit for many connections: what can't be kept is one's own trouble, and no other's."""

import asyncio

import pytest

from waglan.gateway.devices.commits import Commits
from waglan.store import Transaction
from waglan.store.connect import pools
from waglan.store.dsn import Dsn


@pytest.mark.anyio
async def test_works_share_a_commit_and_one_that_fails_fails_alone(database: Dsn) -> None:
    seen = list[tuple[str, str]]()

    def work(name: str):  # type: ignore[no-untyped-def]
        async def do(tx: Transaction) -> None:
            row = await (
                await tx.execute("select pg_current_xact_id()::text, current_org()")
            ).fetchone()
            assert row is not None
            seen.append((row[0], str(row[1])))
            if name == "bad":
                await tx.execute("select 1 / 0")

        return do

    async with pools(database, size_max=1) as opened:
        commits = Commits(opened.app, window_seconds=0.1)
        running = asyncio.create_task(commits.run())
        await asyncio.gather(*(commits.do(n, work("good")) for n in range(5)))
        assert len({tx for tx, _ in seen}) == 1
        assert [org for _, org in seen] == ["0", "1", "2", "3", "4"]
        came = await asyncio.gather(
            commits.do(1, work("good")), commits.do(2, work("bad")), commits.do(3, work("good")),
            return_exceptions=True,
        )  # fmt: skip
        running.cancel()
    assert [type(one).__name__ for one in came] == ["NoneType", "DivisionByZero", "NoneType"]
