"""Two do it at once, or one comes late: the order, the lease and the receipts hold."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from quay import ACKNOWLEDGED, Quay, all_numbered, log_findings, open_quay, paper, persist, wait
from running_instance import ORIGIN, Instance

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.gateway.instance import Config
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit, wall_clock
from waglan.gateway.sequencer import LEASE, MONTHS_AHEAD, ROLE, Sequencer
from waglan.gateway.workers import Worker
from waglan.logbook.event import Event
from waglan.store import Transaction, events, lease, log, standings
from waglan.store.connect import Pools, act_as, pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.lease import Fenced
from waglan.store.log import Numbered

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LINE = PartyId("synthetic-line")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def said(number: int) -> Event:
    return Event(EventCode.MESSAGE_RECEIVED, Key(KeyKind.MESSAGE, f"M{number}"), LINE, NOW, NOW)


@pytest.fixture
async def opened(database: Dsn) -> AsyncIterator[Pools]:
    """Pools over a database with one organisation, number 1, and a log that has begun."""
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(
            "insert into organisation (party, name, roles, registered_at)"
            " values ('synthetic-line', 'Synthetic line', '{carrier}', now())"
        )
    async with pools(database) as found:
        async with transaction(found.engine, None) as tx:
            await log.open_log(tx, ORIGIN)
            await events.make_months(
                tx, NOW, MONTHS_AHEAD
            )  # else the first tick would wait for a writer
        yield found


@asynccontextmanager
async def uncommitted(dsn: Dsn) -> AsyncIterator[Transaction]:
    async with await psycopg.AsyncConnection.connect(dsn.app) as conn:
        await act_as(conn, 1)
        yield conn


async def seen_after(found: Pools, cursor: int) -> list[tuple[int | None, int]]:
    async with transaction(found.app, 1) as tx:
        return [(t.seq, t.event_id) for t in await events.feed(tx, after=cursor, at_most=100)]


def sequencer(found: Pools, folder: Path, clock: Clock) -> Sequencer:
    return Sequencer(found.engine, keys(folder / "keys", ORIGIN), clock)


async def test_an_earlier_writer_who_commits_later_is_passed_by_no_number(
    opened: Pools, database: Dsn, tmp_path: Path
) -> None:
    clock = Clock()
    role = sequencer(opened, tmp_path, clock)
    async with uncommitted(database) as earlier:
        [first] = await events.append(earlier, [said(1)])
        async with transaction(opened.app, 1) as later:
            [second] = await events.append(later, [said(2)])
        clock.now += timedelta(seconds=2)
        assert await role.tick() == 0
        assert await seen_after(opened, -1) == []
        await earlier.commit()
    clock.now += timedelta(seconds=2)
    assert await role.tick() == 2
    assert await seen_after(opened, -1) == [(0, first), (1, second)]


async def test_a_reader_between_two_commits_misses_neither(
    opened: Pools, database: Dsn, tmp_path: Path
) -> None:
    role, cursor, read = sequencer(opened, tmp_path, Clock()), -1, []
    numbers: list[int] = []
    for _ in range(5):
        async with uncommitted(database) as earlier:
            numbers += await events.append(earlier, [said(1)])
            async with transaction(opened.app, 1) as later:
                numbers += await events.append(later, [said(2)])
            for _ in range(2):
                await role.tick()
                for seq, event_id in await seen_after(opened, cursor):
                    assert seq is not None
                    cursor = seq
                    read.append(event_id)
                await earlier.commit()
    await role.tick()
    read += [event_id for _, event_id in await seen_after(opened, cursor)]
    assert sorted(read) == sorted(numbers)


async def test_a_writer_who_gives_up_holds_nobody_back(
    opened: Pools, database: Dsn, tmp_path: Path
) -> None:
    role = sequencer(opened, tmp_path, Clock())
    async with uncommitted(database) as earlier:
        await events.append(earlier, [said(1)])
        async with transaction(opened.app, 1) as later:
            [second] = await events.append(later, [said(2)])
        await earlier.rollback()
    assert await role.tick() == 1
    assert await seen_after(opened, -1) == [(0, second)]


async def test_the_standings_pass_events_of_no_bill_at_once_unless_they_lag(
    opened: Pools, tmp_path: Path
) -> None:
    async def told() -> None:
        async with transaction(opened.app, 1) as tx:
            await events.append(tx, [said(1)])

    async def numbered() -> tuple[Numbered, int]:
        async with transaction(opened.engine, None) as tx:
            return await log.sequence(tx, now=NOW), await standings.cursor(tx)

    role = sequencer(opened, tmp_path, Clock())
    await told()
    assert await role.tick() == 1
    await told()
    assert await numbered() == (Numbered(1, is_folded=True), 2)
    async with transaction(opened.engine, None) as tx:
        await tx.execute("UPDATE projection SET seq = 1")
    await told()
    assert await numbered() == (Numbered(1, is_folded=False), 1)
    await role.tick()
    assert await numbered() == (Numbered(0, is_folded=False), 3)


async def test_a_holder_whose_time_is_up_is_fenced_before_he_writes(
    opened: Pools, tmp_path: Path
) -> None:
    clock = Clock()
    stopped, other = (sequencer(opened, tmp_path, clock) for _ in range(2))
    await stopped.tick()
    assert stopped.epoch == 1
    async with transaction(opened.app, 1) as tx:
        await events.append(tx, [said(1)])
    assert await other.tick() == 0  # not his yet
    clock.now += LEASE
    assert await other.tick() == 1
    with pytest.raises(Fenced):  # he wakes after he had looked at his lease, and before he writes
        async with transaction(opened.engine, None) as tx:
            await lease.guard(tx, ROLE, stopped.holder, 1)
    assert await stopped.tick() == 0
    assert stopped.epoch is None


async def test_a_holder_who_took_his_own_role_again_after_its_time_has_a_new_epoch(
    opened: Pools,
) -> None:
    async with transaction(opened.engine, None) as tx:
        first = await lease.take(tx, ROLE, "a", now=NOW, until=NOW + LEASE)
        renewed = await lease.take(tx, ROLE, "a", now=NOW, until=NOW + 2 * LEASE)
        late = await lease.take(tx, ROLE, "a", now=NOW + 2 * LEASE, until=NOW + 3 * LEASE)
    assert (first, renewed, late) == (1, 1, 2)


HOLDER = """
import pickle, sys
from pathlib import Path
from waglan.gateway.instance import sequence
sequence(pickle.loads(Path(sys.argv[1]).read_bytes()))
"""


@pytest.fixture(scope="module")
def quay(instance: Instance) -> Quay:
    token = (instance.home / "operator.token").read_text().strip()
    return open_quay(instance.client, token, instance.dsn, instance.home)


def holder(dsn: Dsn) -> str | None:
    with psycopg.connect(dsn.admin or "") as conn:
        row = conn.execute("select holder from lease where name = %s", [ROLE]).fetchone()
        return str(row[0]) if row else None


def holding(dsn: Dsn) -> int:
    """The process that holds the sequencer's role."""
    return int((holder(dsn) or "::").split(":")[1])


@pytest.fixture
def second(instance: Instance, tmp_path: Path) -> Iterator[int]:
    """A second process that waits for the sequencer's role, as on a second machine."""
    wait(lambda: holder(instance.dsn))  # the instance's own comes first
    config = Config(instance.dsn, instance.home, ORIGIN, "127.0.0.1", 0, 8 << 20)
    (tmp_path / "config").write_bytes(pickle.dumps(config))
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "config")])
    yield process.pid
    process.terminate()
    assert process.wait(10) == 0


def test_a_stopped_sequencer_loses_its_role_and_forks_nothing_when_it_wakes(
    instance: Instance, quay: Quay, second: int
) -> None:
    before = holding(instance.dsn)
    os.kill(before, signal.SIGSTOP)
    try:
        quay.file(paper("S1"))
        wait(lambda: True if holding(instance.dsn) == second else None)
        wait(lambda: all_numbered(instance.dsn))
    finally:
        os.kill(before, signal.SIGCONT)
    quay.file(paper("S2"))
    wait(lambda: all_numbered(instance.dsn))
    assert holding(instance.dsn) == second
    assert log_findings(instance.dsn) == []


def at_once(asks: int, quay: Quay, *sent: bytes, key: str | None = None) -> list[httpx.Response]:
    headers = {"Idempotency-Key": key} if key else {}
    with ThreadPoolExecutor(asks) as pool:
        return list(
            pool.map(
                lambda n: quay.carrier.post(
                    "/v1/messages", content=sent[n % len(sent)], headers=headers
                ),
                range(asks),
            )
        )


def test_two_identical_posts_at_once_are_one_message_and_one_replay(quay: Quay) -> None:
    for round_ in range(5):
        before = quay.rows()
        answers = at_once(2, quay, paper(f"T{round_}"))
        assert sum(answer.status_code == 200 for answer in answers) == 1
        assert {answer.status_code for answer in answers} <= ACKNOWLEDGED
        wait(lambda: True if not waiting(quay) else None)
        assert len({answer.json()["id"] for answer in answers}) == 1
        grown = quay.rows() - before
        # One receipt is the message's, the other its interchange's.
        assert (grown["message"], grown["receipt"], grown["manifest"]) == (1, 2, 1)
        [replay] = [answer for answer in answers if answer.status_code == 200]
        assert replay.headers["Waglan-Replayed"] == "true"


def test_the_same_key_with_other_bytes_at_once_is_one_message_and_one_refusal(quay: Quay) -> None:
    for round_ in range(5):
        papers = paper(f"U{round_}"), paper(f"V{round_}")
        before = quay.rows()
        answers = at_once(4, quay, *papers, key=f"key-{round_}")
        by_bytes = [{a.status_code for a in answers[n::2]} for n in range(2)]
        taken, refused = sorted(by_bytes, key=sorted)
        assert 200 in taken <= ACKNOWLEDGED
        assert refused == {409}
        wait(lambda: True if not waiting(quay) else None)
        grown = quay.rows() - before
        assert (grown["manifest"], grown["bill"]) == (1, 1)
        assert grown["message"] == grown["outcome"] == 2


def test_two_officers_who_serve_at_once_tell_the_filer_once(quay: Quay) -> None:
    shown = quay.file(paper("N1", 30))
    call = "/v1/customs/calls/9811000/N1E"
    wait(lambda: quay.customs.get(f"{call}/summary").json()["decided"] == 30 or None)
    with ThreadPoolExecutor(4) as pool:
        served = list(pool.map(lambda _: quay.serve("9811000/N1E"), range(4)))
    assert sorted(served) == [0, 0, 0, 30]
    assert [kind for kind, _ in quay.answers(shown["id"], 3)] == ["CONTRL", "CUSRES", "CUSRES"]


def waiting(quay: Quay) -> int:
    rows = quay.rows()
    return rows["message"] - rows["outcome"]


def test_two_workers_take_one_message_and_it_has_one_outcome(
    quay: Quay, instance: Instance, tmp_path: Path
) -> None:
    """Three more workers than the instance's own, all looking at the same moment."""

    async def work() -> None:
        async with pools(instance.dsn) as opened:
            kit = Kit(opened, keys(instance.home / "keys", ORIGIN), 8 << 20, wall_clock)
            workers = [Worker(kit) for _ in range(3)]
            until = time.monotonic() + 2
            while time.monotonic() < until:
                await asyncio.gather(*(worker.round() for worker in workers))
            failed.extend(key for worker in workers for key in worker.failed)

    failed: list[tuple[str, int]] = []
    before = quay.rows()
    with ThreadPoolExecutor(2) as pool:
        working = pool.submit(asyncio.run, work())
        shown = [quay.file(paper(f"W{n}", 3)) for n in range(12)]
        working.result(30)
    assert {one["state"] for one in shown} == {"accepted"}
    persist(lambda: quay.carrier.get("/v1/whoami"))
    wait(lambda: (quay.rows() - before)["decision"] == 36 or None)
    grown = quay.rows() - before
    once = ("message", "outcome", "manifest", "judgement")
    assert {table: grown[table] for table in once} == dict.fromkeys(once, 12)
    assert (grown["bill"], grown["answer"]) == (36, 24)
    assert grown["event bill.declared"] == grown["event customs.status"] == 36
    assert failed == [], "a worker that comes second has nothing to complain of"
