"""A firm's messages are worked off in the order they came in, by however many workers."""

import asyncio
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running_instance import ORIGIN
from structlog.testing import capture_logs
from test_manifest_at_hand import ORGANISATIONS, hand_in, paper
from test_message_in_steps import EACH_ALONE, set_pace, told
from test_messages_given_up import BREAK, Clock

from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.message_order import TRIES_MAX
from waglan.gateway.patience import LAST_RETRY
from waglan.gateway.workers import Worker
from waglan.store.connect import pools
from waglan.store.dsn import Dsn

FILES = 4  # of the long file, before the interchange that a later message goes on from


@pytest.fixture(autouse=True)
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the workers log, which is not written out: its locals are many."""
    with capture_logs() as logged:
        yield logged


def amended(ref: str, told: str) -> bytes:
    """Return a replacement of the manifest O1, whose bill 2 has these marks."""
    text = paper(ref).replace(f"BGM+785+{ref}+9'".encode(), b"BGM+785+O1+5'")
    return text.replace(b"SAMPLE MARKS 2'", f"{told}'".encode())


def stands(database: Dsn) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.admin or "") as conn:
        return conn.execute(
            "select version, message_id from manifest where document = 'O1' order by version"
        ).fetchall()


@pytest.mark.parametrize("count", [1, 3], ids=["one worker", "three workers"])
@pytest.mark.parametrize("restarts", [False, True], ids=["they stay", "started anew each time"])
async def test_a_later_correction_never_begins_before_what_its_firm_sent_earlier(
    database: Dsn,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    *,
    restarts: bool,
) -> None:
    set_pace(monkeypatch, EACH_ALONE)
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    long = b"".join(paper(f"L{n}") for n in range(FILES)) + amended("A1", "THE OLDER ONE")
    async with pools(database, size_max=8) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        for file in (paper("O1"), long, amended("A2", "THE NEWER ONE")):
            await hand_in(kit, file)
        workers = [Worker(kit) for _ in range(count)]
        while await told(kit, 3) is None:
            workers = [Worker(kit) for _ in range(count)] if restarts else workers
            await asyncio.gather(*(worker.round() for worker in workers))
            assert "message" not in {kind for worker in workers for kind, _ in worker.failed}
            if await told(kit, 3) is not None:
                assert await told(kit, 2) is not None, "none begins before the one before ended"
        outcomes = [await told(kit, n) for n in (1, 2, 3)]
    assert [one and one.state for one in outcomes] == ["accepted"] * 3
    assert stands(database) == [(1, 1), (2, 2), (3, 3)]


async def test_what_is_given_up_holds_later_messages_up_no_longer_whoever_tried_it(
    database: Dsn, home: Path
) -> None:
    """Each try is another worker's: how often it failed outlives them."""
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
        conn.execute(BREAK.format(table="manifest", when="new.document = 'F2'").encode())
    clock, tries = Clock(), 0
    async with pools(database, size_max=4) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20, clock)
        for ref in ("F2", "F3"):
            await hand_in(kit, paper(ref))
        while await told(kit, 1) is None:
            tries += 1
            assert tries <= TRIES_MAX, "a restart forgets no try"
            assert await told(kit, 2) is None
            await Worker(kit).round()
            await asyncio.gather(*(Worker(kit).round() for _ in range(2)))  # within the wait
            clock.now += LAST_RETRY
        await Worker(kit).round()
        outcomes = [await told(kit, n) for n in (1, 2)]
    assert tries == TRIES_MAX
    assert [one and one.state for one in outcomes] == ["partly", "accepted"]


async def test_what_can_not_even_be_given_up_stops_nobody_for_ever_and_is_never_begun_again(
    database: Dsn, home: Path, log: list[MutableMapping[str, Any]]
) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
        conn.execute(BREAK.format(table="outcome", when="new.message_id = 1").encode())
    clock = Clock()
    async with pools(database, size_max=4) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20, clock)
        for file in (paper("O1"), paper("F3")):
            await hand_in(kit, file)
        for _ in range(TRIES_MAX + 1):
            await Worker(kit).round()
            clock.now += LAST_RETRY
        assert (await told(kit, 1), (await told(kit, 2)) is not None) == (None, True)
        assert "worker: a message can't be given up and waits" in {one["event"] for one in log}
        with psycopg.connect(database.admin or "") as conn:
            conn.execute("drop trigger break_down on outcome")
        clock.now += timedelta(days=1)
        await Worker(kit).round()
        outcome = await told(kit, 1)
    assert outcome is not None
    assert outcome.state == "refused", "later ones went before it, so nothing of it is done"
    assert stands(database) == []
