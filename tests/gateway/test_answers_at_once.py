"""Every answer to a message is kept, however many workers answer it at once."""

import asyncio
from pathlib import Path

import psycopg
from running_instance import ORIGIN
from test_manifest_at_hand import LINE, ORGANISATIONS, hand_in, paper

from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.store import messages
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.messages import NewAnswer

EVENT = 7


async def test_two_answers_made_at_once_are_both_kept_and_one_cause_is_answered_once(
    database: Dsn, home: Path
) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    async with pools(database, size_max=4) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        await hand_in(kit, paper("A1"))

        async def answers(kind: str, cause: int | None) -> bool:
            async with transaction(kit.pools.app, LINE) as tx:
                kept = await messages.by_number(tx, 1)
                assert kept is not None
                new = NewAnswer(kind, kind.encode(), cause, kit.clock())
                return await messages.add_answer(tx, kit.keys.vault, kept, new)

        async with transaction(kit.pools.app, LINE) as tx:
            kept = await messages.by_number(tx, 1)
            assert kept is not None
            first = NewAnswer("CUSRES", b"first", EVENT, kit.clock())
            assert await messages.add_answer(tx, kit.keys.vault, kept, first)
            others = [
                asyncio.create_task(answers(kind, cause))
                for kind, cause in (("CONTRL", None), ("CONTRL", None), ("CUSRES", EVENT))
            ]
            await all_wait(database, len(others))
        assert await asyncio.gather(*others) == [True, True, False]
        async with transaction(kit.pools.app, LINE) as tx:
            kept_now = [(one.n, one.kind) for one in await messages.answers(tx, 1)]
            assert kept_now == [(1, "CUSRES"), (2, "CONTRL"), (3, "CONTRL")]
            assert await messages.answer(tx, kit.keys.vault, 1, 3) == ("CONTRL", b"CONTRL")


async def all_wait(database: Dsn, count: int) -> None:
    """Come back when so many wait for what another transaction holds."""
    with psycopg.connect(database.admin or "", autocommit=True) as conn:
        for _ in range(600):
            row = conn.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and wait_event_type = 'Lock'"
            ).fetchone()
            if row == (count,):
                return
            await asyncio.sleep(0.05)
    raise AssertionError("they did not wait")
