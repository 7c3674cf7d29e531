"""Whatever condition is taken is answered in time, for the longest bill that there can be."""

import json
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from clean_manifest import manifest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_model import Plain, model, row

from waglan.codes.data import read
from waglan.codes.finding import Where
from waglan.customs import table_work, tables
from waglan.customs.facts import DESCRIPTION_CHARS_MAX, EXAMPLES, LIST_ITEMS_MAX, Facts
from waglan.customs.table_cell import FUNCTIONS, check_cell, tokens
from waglan.customs.table_work import steps_of
from waglan.customs.tables import Asked, Hit, ask_table, read_table
from waglan.gateway.table_process import TableProcess

# The longest bill that there can be: all its words are different, and none is the one asked for.
LISTS = (
    *("package_kinds", "dangerous", "hs_chapters", "findings"),
    *("consignor_keys", "consignee_keys"),
)
LONGEST: Facts = {
    **EXAMPLES[0],
    "words": [f"w{n}" for n in range(2_500)],
    "description": "ab " * DESCRIPTION_CHARS_MAX,
    **{name: [f"{n}".ljust(300, "x") for n in range(LIST_ITEMS_MAX)] for name in LISTS},
}
DEMO = read("demo/tables/risk.json").encode()
SECONDS_MAX = 0.5  # of one condition for that bill, on a slow machine that does other things too


@pytest.fixture(scope="module")
def engine() -> Iterator[TableProcess]:
    one = TableProcess()
    yield one
    one.end()


def refused(cell: str, fact: str | None = None) -> list[str]:
    found = check_cell(cell, Where("table/rows/1"), fact=fact)
    return [one.code for one in found]


def asked(engine: TableProcess, cell: str, fact: str | None) -> None:
    """Have it answered: what takes longer raises, for the process is ended."""
    engine.allow(SECONDS_MAX)
    engine.may_hold([(fact or "", cell)], LONGEST)


@pytest.mark.parametrize(
    ("cell", "fact"),
    [("[0..999999999]", "gross_kg"), ("gross_kg not in ]5..999999999]", None)],
)
def test_a_range_that_is_taken_is_not_counted_out(
    engine: TableProcess, cell: str, fact: str | None
) -> None:
    assert refused(cell, fact) == []
    asked(engine, cell, fact)


PARTS = st.sampled_from(
    [
        *("packages", "gross_kg", "5", "-5", "0.5", "null", "true", "reefer", '"a"', "#"),
        *("description", "words", "dangerous", "findings", "consignor_keys", "carrier"),
        *("[1..99999999]", "(1..99999999]", "[1..items]", '["a", "b", 1]'),
    ]
)
JOINS = st.sampled_from(
    [
        *(" + ", " - ", " * ", " / ", " % ", " > ", " == ", " != ", " in ", " not in "),
        *(" and ", " or ", " ?? ", ", "),
    ]
)
CALLS = st.sampled_from(sorted(FUNCTIONS))
GROWN = st.recursive(
    PARTS,
    lambda part: st.one_of(
        st.tuples(part, JOINS, part).map("".join),
        st.tuples(CALLS, part).map(lambda made: f"{made[0]}({made[1]})"),
        st.tuples(CALLS, part, part).map(lambda made: f"{made[0]}({made[1]}, {made[2]})"),
        part.map(lambda made: f"({made})"),
        part.map(lambda made: f"[{made}]"),
        st.tuples(part, part, part).map(lambda made: f"{made[0]} ? {made[1]} : {made[2]}"),
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(GROWN, st.sampled_from([None, "words", "description", "gross_kg"]))
def test_whatever_is_taken_is_answered_in_time_for_the_longest_bill(
    engine: TableProcess, cell: str, fact: str | None
) -> None:
    if refused(cell, fact) not in ([], ["TABLE-CELL-TYPE"]):
        return
    asked(engine, cell, fact)


@pytest.mark.parametrize(
    "cell",
    [
        " or ".join([f'# == "w{n}"' for n in range(30)]).join(("some(words, ", ")")),
        " or ".join([f'contains(#, "{n}z")' for n in range(22)]).join(("some(words, ", ")")),
        " and ".join([f'contains(description, "z{n}z") != true' for n in range(11)]),
        "len(" + " + ".join(["description"] * 30) + ") > 1",
        "len(map(words, # + #)) > 1",
    ],
)
def test_the_most_that_is_taken_is_answered_in_time(engine: TableProcess, cell: str) -> None:
    assert refused(cell) == []
    asked(engine, cell, None)


def test_a_whole_table_of_the_most_work_is_answered_in_time(engine: TableProcess) -> None:
    asks = " or ".join([f'# == "q{n}"' for n in range(30)]).join(("some(words, ", ")"))
    most = table_work.TABLE_STEPS_MAX // steps_of([*tokens(asks)], "")
    rows = [row(f"R{n}", i1=asks) for n in range(most)]
    table, findings = read_table(
        json.dumps(model(*rows)).encode(), engine_version="1", engine=engine
    )
    assert findings == []
    assert table is not None
    engine.allow(5)
    assert not table.evaluate(Plain([LONGEST]))[0].rules


def test_a_published_table_that_gives_no_answer_wants_nothing_and_says_so() -> None:
    engine = TableProcess()
    with patch.object(tables, "SECONDS", 0.0), patch.object(tables, "BILLS_A_SECOND", 1e9):
        slow = ask_table(engine, DEMO, manifest(), [])
    assert (slow.has_answered, [*slow.hits]) == (False, [Hit()])
    asked = ask_table(engine, DEMO, manifest(), [])
    assert (asked.has_answered, asked.table is None) == (True, False)
    assert ask_table(engine, b"{}", manifest(), []) == Asked(None, [Hit()])
    assert ask_table(engine, None, manifest(), []) == Asked(None, [Hit()])
    engine.end()
