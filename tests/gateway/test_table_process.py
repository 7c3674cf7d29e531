"""Officers' tables are asked in a process that ends itself, and whoever asked gets an answer."""

from collections.abc import Iterable, Iterator
from unittest.mock import patch

import pytest

from waglan.codes.data import read
from waglan.customs.facts import EXAMPLES
from waglan.customs.table_engine import DIRECT, NoAnswer
from waglan.customs.tables import Table, read_table
from waglan.gateway import table_process
from waglan.gateway.table_process import TableProcess, checked_apart

DEMO = read("demo/tables/risk.json").encode()
# The engine itself takes minutes over this; no table may hold it, so it is put past the checks.
ENDLESS = 'some(words, some(words, some(words, # == "b")))'
LONG = {**EXAMPLES[0], "words": ["a"] * 2_000}


class Told:
    """Some bills, fact by fact."""

    def __init__(self, bills: int) -> None:
        self.bills = [EXAMPLES[n % 2] for n in range(bills)]

    def __len__(self) -> int:
        return len(self.bills)

    def told(self, fact: str, places: "Iterable[int]") -> list[object]:
        return [self.bills[place][fact] for place in places]


@pytest.fixture
def engine() -> Iterator[TableProcess]:
    one = TableProcess()
    yield one
    one.end()


def read_by(engine: TableProcess) -> Table:
    table, findings = read_table(DEMO, engine_version="1", engine=engine)
    assert findings == []
    assert table is not None
    return table


def test_a_table_answers_alike_inside_and_outside(engine: TableProcess) -> None:
    beside, _ = read_table(DEMO, engine_version="1")
    assert beside is not None
    apart = read_by(engine)
    assert apart.evaluate(Told(50)) == beside.evaluate(Told(50))
    assert apart.evaluate(Told(0)) == []
    assert checked_apart(DEMO) == (60, [])


def test_what_takes_too_long_is_ended_and_the_next_question_answered(engine: TableProcess) -> None:
    table = read_by(engine)
    hits = table.evaluate(Told(3))
    engine.allow(0.5)
    with pytest.raises(NoAnswer):
        engine.may_hold([("", ENDLESS)], LONG)
    with pytest.raises(NoAnswer):
        engine.tried([("", "packages > 1")])  # no time is left of what was given
    engine.allow(10)
    assert table.evaluate(Told(3)) == hits  # the new process is told the models again


def test_what_takes_too_much_memory_is_ended(engine: TableProcess) -> None:
    engine.allow(20)
    with pytest.raises(NoAnswer):
        engine.tried([("", "sum(map([1..90000000], #)) > 1")])
    assert list(engine.tried([("", "packages > 1"), ("", "packages >")])) == ["", "unreadable"]


def test_a_model_on_which_the_engine_fails_is_no_answer(engine: TableProcess) -> None:
    for one in (engine, DIRECT):
        one.allow(10)
        with pytest.raises(NoAnswer):
            one.decided("{}", b'{"bills": []}')
        assert list(one.tried([("", "packages > 1")])) == [""]


def test_a_process_holds_models_up_to_the_limit(engine: TableProcess) -> None:
    engine.allow(20)
    with patch.object(table_process, "MODELS_HELD_MAX", 2):
        for _ in range(2):
            assert read_by(engine).evaluate(Told(4)) == read_by(engine).evaluate(Told(4))


def test_a_table_that_can_not_be_tried_out_in_time_is_refused() -> None:
    with patch.object(table_process, "CHECK_SECONDS_MAX", 0.0):
        rows, [found] = checked_apart(DEMO)
    assert (rows, found.code) == (0, "TABLE-SLOW")


def test_the_process_ends_with_whoever_asked() -> None:
    one = TableProcess()
    one.tried([("", "packages > 1")])
    process = one._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    one.end()
