"""A message that fails over and over by our own fault comes to an end, and takes no other along."""

import json
from collections import Counter
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running_instance import ORIGIN
from structlog.testing import capture_logs
from test_manifest_at_hand import LINE, ORGANISATIONS, hand_in, paper

from waglan.cli.operating import given_up
from waglan.codes.finding import Finding, decode
from waglan.gateway import workers
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit, wall_clock
from waglan.gateway.message_order import TRIES_MAX
from waglan.gateway.patience import LAST_RETRY
from waglan.gateway.workers import Worker
from waglan.messages.manifest_json import FORM
from waglan.store import messages
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.messages import Outcome


@pytest.fixture(autouse=True)
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the worker logs, which is not written out: its locals are many."""
    with capture_logs() as logged:
        yield logged


FAULT = "MESSAGE-NOT-WORKED-OFF"
FILE = paper("F1") + paper("F2") + paper("F3")
BREAK = """
    create function break_down() returns trigger language plpgsql as $$ begin
        raise exception 'out of range' using errcode = 'numeric_value_out_of_range';
    end $$;
    create trigger break_down before insert on {table} for each row when ({when})
        execute function break_down();
"""
JSON = {
    "form": FORM,
    "document": "F2",
    "recipient": "CUSTOMS:ZZ",
    "voyage": "001E",
    "imo": "9811000",
    "arrival": "2026-12-23T09:00",
    "bills": [{"number": "B1"}],
}
# What breaks when, what is sent, and what then becomes of it: state, manifests, answers.
CASES: dict[str, tuple[str, str, bytes, tuple[str, list[str], dict[str, int]]]] = {
    "one message": (
        "manifest",
        "new.document = 'F2'",
        FILE,
        ("partly", ["F1", "F3"], {"CONTRL": 3, "CUSRES": 2, "APERAK": 1}),
    ),
    "one envelope": (
        "receipt",
        "new.source = 'interchange' and new.key like '%F2%'",
        FILE,
        ("partly", ["F1", "F3"], {"CONTRL": 3, "CUSRES": 2}),
    ),
    "the whole": ("outcome", "new.state = 'accepted'", FILE, ("refused", [], {"CONTRL": 1})),
    "a paper": (
        "manifest",
        "new.document = 'F2'",
        json.dumps(JSON).encode(),
        ("refused", [], {"RESULT": 1}),
    ),
}


@pytest.fixture(params=[{}, {"STEP_SECONDS": 0.0, "STEPS_IN_TURN": 1}], ids=["at once", "in steps"])
def pace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How many steps a message is worked off in."""
    for name, value in request.param.items():
        monkeypatch.setattr(workers, name, value)
    return dict(request.param)


@pytest.mark.parametrize("case", CASES)
async def test_what_fails_over_and_over_is_told_and_the_rest_is_done(
    database: Dsn,
    home: Path,
    log: list[MutableMapping[str, Any]],
    case: str,
    pace: dict[str, Any],
) -> None:
    table, when, file, (state, stand, wanted) = CASES[case]
    if case == "the whole" and pace:  # what its steps declared stands, and was answered
        state, stand, wanted = "partly", ["F1", "F2"], {"CONTRL": 3, "CUSRES": 2}
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
        conn.execute(BREAK.format(table=table, when=when).encode())
    clock = Clock()
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20, clock)
        await hand_in(kit, file)
        worker, outcome, tries = Worker(kit), None, 0
        while outcome is None:
            assert tries < 2 * TRIES_MAX, "it comes to an end"
            await worker.round()
            outcome = await told(kit)
            tries = max(tries, *(one.tries for one in worker.failed.values()), 0)
            clock.now += LAST_RETRY
        async with transaction(kit.pools.app, LINE) as tx:
            answers = Counter([one.kind for one in await messages.answers(tx, 1)])
        async with transaction(kit.pools.engine, None) as tx:
            [doctor] = await given_up(tx)
    given = [one["number"] for one in log if one["event"] == "worker: a message was given up"]
    assert given == [1]
    assert tries == TRIES_MAX - 1
    assert not worker.failed
    assert worker.reading is None
    faults = [f for f in decode(outcome.findings) if f.code == FAULT]
    assert (outcome.state, len(faults)) == (state, 1)
    assert answers == wanted
    assert (doctor.code, doctor.params["count"]) == ("CLI-MESSAGES-GIVEN-UP", 1)
    with psycopg.connect(database.admin or "") as conn:
        rows = conn.execute("select document from manifest order by 1").fetchall()
    assert [document for (document,) in rows] == stand
    placed(faults[0], case)


def placed(fault: Finding, case: str) -> None:
    """The sender is told which interchange and which message it is, where it is one of many."""
    where = fault.where
    if case == "one message":
        assert (where.interchange, where.message) == ("F2", "3")
    assert where.path == ("interchange" if case == "one envelope" else "message")


async def test_what_works_again_in_time_is_done_as_if_it_had_never_failed(
    database: Dsn, home: Path
) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
        conn.execute(BREAK.format(table="manifest", when="new.document = 'F2'").encode())
    clock = Clock()
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20, clock)
        await hand_in(kit, FILE)
        worker = Worker(kit)
        for _ in range(TRIES_MAX - 1):
            await worker.round()
            clock.now += LAST_RETRY
        assert await told(kit) is None
        with psycopg.connect(database.admin or "") as conn:
            conn.execute("drop trigger break_down on manifest")
        await worker.round()
        outcome = await told(kit)
        async with transaction(kit.pools.engine, None) as tx:
            assert await given_up(tx) == []
    assert outcome is not None
    assert outcome.state == "accepted"


class Clock:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        """Begin now: the doctor looks at the database's clock."""
        self.now = wall_clock()

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


async def told(kit: Kit) -> Outcome | None:
    async with transaction(kit.pools.app, LINE) as tx:
        return await messages.outcome(tx, kit.keys.vault, 1)
