"""A file of many interchanges is worked off step by step, and comes to the same as in one."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running_instance import ORIGIN
from test_manifest_at_hand import LINE, ORGANISATIONS, PARTS, hand_in, paper

from waglan.cli.operating import left_waiting
from waglan.codes.event import EventCode
from waglan.codes.finding import decode
from waglan.gateway import workers
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.message_order import TRIES_MAX
from waglan.gateway.sequencer import Sequencer
from waglan.gateway.workers import Worker
from waglan.messages.form import PaperRead, read_paper
from waglan.messages.manifest_json import FORM
from waglan.messages.sheet.template import csv_template, xlsx_template
from waglan.operations.work_off_message import Reading, read_interchanges
from waglan.store import Transaction, erasure, log, messages
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.erasure import RequestRow
from waglan.store.messages import Outcome

WRONG = paper("F2").replace(b"UNZ+3+", b"UNZ+4+")  # says more messages than there are
# Two whole ones with a wrong one between, and the first one's reference for other bytes.
FILE = paper("F1") + WRONG + paper("F3") + paper("F1").replace(b"MARKS 2", b"MARKS 9")
OPERATOR = 9
LET_IN = """
    insert into organisation (org, party, name, roles, registered_at) overriding system value
    values (%s, 'operator', 'Synthetic operator', '{operator}', now())
"""
EACH_ALONE = {"STEP_SECONDS": 0.0, "STEPS_IN_TURN": 1}
LONG = {"STEP_SECONDS": 0.0, "READ_AHEAD_BYTES": 0}  # as if every file were a long one


# Four envelopes and the six messages of the two that are believed are ten things to do.
PACES = pytest.mark.parametrize(
    "pace",
    [({}, 1), ({"STEP_SECONDS": 0.0}, 4), (EACH_ALONE, 10), (LONG, 4)],
    ids=["at once", "three steps a turn", "one step a turn", "read ahead"],
)


@PACES
@pytest.mark.parametrize("is_new_each_time", [False, True], ids=["one worker", "killed each time"])
async def test_what_is_done_in_steps_is_done_once_and_answered_as_in_one_transaction(
    database: Dsn,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    pace: tuple[dict[str, float], int],
    *,
    is_new_each_time: bool,
) -> None:
    settings, turns = pace
    set_pace(monkeypatch, settings)
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        await hand_in(kit, FILE)
        worker, taken, outcome = Worker(kit), 0, None
        while outcome is None:
            worker = Worker(kit) if is_new_each_time else worker
            await worker.round()
            assert not worker.failed
            taken, outcome = taken + 1, await told(kit, 1)
        assert taken == turns
        async with transaction(kit.pools.app, LINE) as tx:
            answers = Counter([one.kind for one in await messages.answers(tx, 1)])
    assert outcome.state == "partly"
    assert Counter([f.code for f in decode(outcome.findings) if f.where.tag in {"UNB", "UNZ"}]) == {
        "MESSAGE-REFERENCE-TAKEN": 1,
        "EDIFACT-UNZ-COUNT": 1,
    }
    assert answers == {"CONTRL": 4, "CUSRES": 2}
    with psycopg.connect(database.admin or "") as conn:
        assert conn.execute("select document, bills from manifest order by 1").fetchall() == [
            ("F1", 6),
            ("F3", 6),
        ]
        told_of = conn.execute("select code, count(*) from event group by code").fetchall()
        assert (EventCode.BILL_DECLARED.value, 12) in told_of
        assert (EventCode.PART_RECEIVED.value, 6) in told_of


async def test_others_have_their_turn_and_the_log_goes_on_while_a_long_file_is_worked_off(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pace(monkeypatch, EACH_ALONE)
    organise(database)
    with psycopg.connect(database.admin or "") as conn:
        conn.execute("insert into organisation (party, name, roles, registered_at) values"
                     " ('other-line', 'Other synthetic line', '{carrier}', now())")  # fmt: skip
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        async with transaction(kit.pools.engine, None) as tx:
            await log.open_log(tx, ORIGIN)
        sequencer = Sequencer(opened.engine, kit.keys, kit.clock)
        await hand_in(kit, FILE)
        await hand_in(kit, b"nothing that can be read")
        with psycopg.connect(database.admin or "") as conn:
            for table, key in (("message", "message_id"), ("message_secret", "message_id")):
                conn.execute(f"update {table} set org = 3 where {key} = 2".encode())
            conn.execute("update message_chunk set org = 3 where id in"
                         " (select id from message where org = 3)")  # fmt: skip
        worker, sizes = Worker(kit), list[int]()
        await worker.round()
        assert await told(kit, 1) is None
        async with transaction(kit.pools.app, 3) as tx:
            short = await messages.outcome(tx, kit.keys.vault, 2)
        assert short is not None, "another firm's short one did not wait for the long one"
        while await told(kit, 1) is None:
            await worker.round()
            await sequencer.tick()
            async with transaction(kit.pools.app, None) as tx:
                sizes.append((await log.head(tx)).size)
        assert len(set(sizes)) > 3, "numbers were given between the steps"


async def test_anothers_short_message_comes_before_a_long_one_and_ones_own_keep_their_order(
    database: Dsn, home: Path
) -> None:
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        for n in range(4):
            await hand_in(kit, b"nothing that can be read %d" % n)
        with psycopg.connect(database.admin or "") as conn:
            conn.execute("update message set size = 2 << 20 where message_id = 1")
            conn.execute("update message set org = 2 where message_id > 2")
        async with transaction(kit.pools.engine, None) as tx:
            assert await waiting(kit, tx, at_most=9) == [(3, 2), (1, 1), (2, 1), (4, 2)]
            assert await waiting(kit, tx, at_most=1) == [(1, 1)], "it does not wait for ever"


async def test_no_transaction_is_open_while_a_long_file_is_read_and_the_next_long_one_waits(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pace(monkeypatch, LONG)
    organise(database)
    open_then, order = list[int](), list[int]()

    def looked_at(message_id: int, *given: Any) -> Reading:
        with psycopg.connect(database.admin or "") as conn:
            row = conn.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and state = 'idle in transaction'"
            ).fetchone()
        open_then.extend(row or ())
        order.append(message_id)
        return read_interchanges(message_id, *given)

    monkeypatch.setattr(workers, "read_interchanges", looked_at)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        for file in (FILE, paper("F5") + paper("F6")):
            await hand_in(kit, file)
        worker = Worker(kit)
        while await told(kit, 2) is None:
            await worker.round()
            assert not worker.failed
        assert await told(kit, 1) is not None
    assert (order, set(open_then)) == ([1, 2], {0})


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
async def test_no_transaction_is_open_while_a_long_sheet_is_read(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    set_pace(monkeypatch, LONG)
    organise(database)
    open_then = list[int]()

    def looked_at(*given: Any) -> PaperRead:
        with psycopg.connect(database.admin or "") as conn:
            row = conn.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and state = 'idle in transaction'"
            ).fetchone()
        open_then.extend(row or ())
        return read_paper(*given)

    monkeypatch.setattr(workers, "read_paper", looked_at)
    least = {"form": FORM, "document": "M1", "recipient": "CUSTOMS:ZZ"}
    sent = {
        "csv": csv_template().replace(b"HKCED:ZZ", b"CUSTOMS:ZZ"),
        "json": json.dumps(least | {"bills": [{"number": "B1"}]}).encode(),
        "xlsx": xlsx_template(),  # is for nobody here
    }
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        await hand_in(kit, sent[form])
        worker = Worker(kit)
        await worker.round()
        assert not worker.failed
        outcome = await told(kit, 1)
    assert outcome is not None
    assert open_then == [0]
    codes = [one.code for one in decode(outcome.findings) if one.code == "PARTY-RECIPIENT"]
    assert codes == (["PARTY-RECIPIENT"] if form == "xlsx" else [])


async def test_the_doctor_tells_of_messages_that_wait_long(database: Dsn, home: Path) -> None:
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        await hand_in(kit, paper("F1"))
        async with transaction(kit.pools.engine, None) as tx:
            assert await left_waiting(tx) == []
            count, since = await messages.waiting_long(tx, timedelta(0))
            assert (count, since is not None) == (1, True)
            [finding] = await left_waiting(tx, timedelta(0))
            assert (finding.code, finding.params["count"]) == ("CLI-MESSAGES-WAIT", 1)
        await Worker(kit).round()
        async with transaction(kit.pools.engine, None) as tx:
            assert await left_waiting(tx, timedelta(0)) == []


async def test_a_long_file_that_nobody_goes_on_with_lets_the_next_one_begin(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pace(monkeypatch, {**LONG, "STEPS_IN_TURN": 1, "READING_RESTS_MAX_SECONDS": 0.0})
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        await hand_in(kit, FILE)
        worker = Worker(kit)
        await worker.round()
        assert worker.reading is not None
        rest = worker.reading = replace(worker.reading, message_id=99)  # another's by now, say
        await hand_in(kit, paper("F5"))
        while await told(kit, 2) is None:
            await worker.round()
        assert worker.reading is not rest


@pytest.mark.parametrize(
    "case",
    [(paper("F1") + paper("F3"), "partly", ["F1"]), (WRONG + paper("F1"), "refused", [])],
)
async def test_what_is_erased_in_the_middle_of_its_steps_says_what_of_it_stands(
    database: Dsn,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[bytes, str, list[str]],
) -> None:
    sent, became, declared = case
    set_pace(monkeypatch, EACH_ALONE)
    monkeypatch.setattr(workers, "LOOK_FOR_RARE_EVERY", timedelta(0))
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        async with transaction(kit.pools.engine, None) as tx:
            await log.open_log(tx, ORIGIN)
        await hand_in(kit, sent)
        worker = Worker(kit)
        for _ in range(PARTS + 1 if declared else 1):  # an envelope, and what is in it
            await worker.round()
        with psycopg.connect(database.admin or "") as conn:
            assert [row[0] for row in conn.execute("select document from manifest")] == declared
            conn.execute(LET_IN, [OPERATOR])
        await erase(kit)
        await worker.round()
        outcome = await told(kit, 1)
        assert outcome is not None
        assert outcome.state == became
        assert [f.code for f in decode(outcome.findings)] == ["MESSAGE-ERASED"]
        await erase(kit)
        await worker.round()
        assert await told(kit, 1) == outcome, "who asks again takes nothing, and the reason stays"


async def erase(kit: Kit) -> None:
    """Ask that the first message be erased."""
    async with transaction(kit.pools.app, LINE) as tx:
        kept = await messages.by_number(tx, 1)
        assert kept is not None
    row = RequestRow(kit.new_id(), OPERATOR, "operator", "message", "PDPO s.26", kit.clock())
    salt = await messages.new_salt()
    async with transaction(kit.pools.app, OPERATOR) as tx:
        await erasure.ask(tx, row, salt, kit.keys.vault.seal(salt, str(kept.id).encode()))


async def test_the_log_says_how_long_an_event_waits_behind_a_transaction_that_still_runs(
    database: Dsn, home: Path
) -> None:
    organise(database)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        async with transaction(kit.pools.engine, None) as tx:
            await log.open_log(tx, ORIGIN)
        sequencer = Sequencer(opened.engine, kit.keys, kit.clock)
        await sequencer.tick()
        with psycopg.connect(database.admin or "") as straggler:
            straggler.execute("select pg_current_xact_id()")
            await hand_in(kit, paper("S1"))
            waits_since = kit.clock()
            for _ in range(3):
                await asyncio.sleep(0.05)
                await sequencer.tick()
            async with transaction(kit.pools.app, None) as tx:
                head = await log.head(tx)
            assert head.size == 0
            assert head.sequenced_at is not None
            assert head.sequenced_at <= waits_since
        while not await sequencer.tick():
            pass
        async with transaction(kit.pools.app, None) as tx:
            head = await log.head(tx)
        assert head.size > 0
        assert head.sequenced_at is not None
        assert head.sequenced_at > waits_since


def set_pace(monkeypatch: pytest.MonkeyPatch, pace: dict[str, float]) -> None:
    """Say how much of a message is done in one transaction, and how many of them in a turn."""
    for name, value in pace.items():
        monkeypatch.setattr(workers, name, value)


def organise(database: Dsn) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)


async def waiting(kit: Kit, tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    return await messages.waiting(tx, at_most=at_most, now=kit.clock(), tries_max=TRIES_MAX)


async def told(kit: Kit, message: int) -> Outcome | None:
    async with transaction(kit.pools.app, LINE) as tx:
        return await messages.outcome(tx, kit.keys.vault, message)
