"""Rows that can't fire for a bill are left out; the answers are those of the whole table."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_model import Plain, model, row

from waglan.codes.data import read
from waglan.customs import tables
from waglan.customs.facts import FACTS, Facts, Told
from waglan.customs.narrowing import Narrowing
from waglan.customs.tables import Table, read_table

DEMO = read("demo/tables/risk.json").encode()
YES_NO_OR_UNKNOWN = st.none() | st.booleans()
COUNTS = st.none() | st.integers(0, 30_000)
WORDS = ["tiles", "shirts", "frozen", "beef", "lithium", "wine", "rosewood", "fresh", "books"]
SAYABLE: dict[str, st.SearchStrategy[Any]] = {
    "level": st.sampled_from(["master", "house"]),
    "loading_country": st.sampled_from(["", "CN", "US", "AE"]),
    "delivery_country": st.sampled_from(["", "HK", "AE", "MX"]),
    "delivery": st.sampled_from(["", "HKHKG", "AEDXB"]),
    "loading": st.sampled_from(["", "HKHKG", "CNSHA"]),
    "discharge": st.sampled_from(["", "HKHKG"]),
    "via": st.sampled_from(["", "HKHKG"]),
    "licences": st.integers(0, 2),
    "words": st.lists(st.sampled_from(WORDS), unique=True, max_size=4),
    "dangerous": st.lists(st.just("1263"), max_size=1),
    "findings": st.lists(st.sampled_from(["HK-MAN-012", "HK-MAN-021-MASS"]), max_size=2),
    "containers": st.integers(0, 12),
    "items": st.integers(0, 30),
    "houses": st.none() | st.integers(0, 2),
}
SAYABLE |= dict.fromkeys(
    ("first_time", "reefer", "transhipment", "to_order", "has_notify", "shares_box"),
    YES_NO_OR_UNKNOWN,
)
BILLS = st.fixed_dictionaries({fact: SAYABLE.get(fact, COUNTS) for fact in FACTS})


def demo() -> Table:
    table, findings = read_table(DEMO, engine_version="test")
    assert table is not None, findings
    return table


class EveryRow(Narrowing):
    """Leaves nothing out."""

    def shares(
        self, told: Told, said: Sequence[tuple[int, ...]]
    ) -> dict[tuple[int, ...], Sequence[int]]:
        return {tuple(range(len(self._wants))): range(len(told))}


@settings(max_examples=150, deadline=None)
@given(st.lists(BILLS, max_size=12))
def test_the_demos_table_answers_as_if_every_row_was_asked(bills: list[dict[str, Any]]) -> None:
    table = demo()
    facts: list[Facts] = [{name: bill[name] for name in table.needs} for bill in bills]
    whole = dataclasses.replace(table, _narrowing=EveryRow([frozenset()] * 60, []))
    assert table.evaluate(Plain(facts)) == whole.evaluate(Plain(facts))


# Comparisons alone, comparisons with more, and what holds of the unknown too.
TESTS = ["> 10", "<= 20", "10, 20", "[10..20]", "(10..20]", "!= 10", "not in [10, 20]", "12.5"]
TESTS += ["> 10 and < 20", "> 5 + 5"]
CONDITIONS = ["gross_kg > 10 and packages < 20", "gross_kg > packages", "gross_kg != 10"]
CONDITIONS += ["not (gross_kg > 10)", "gross_kg > 10 or packages > 20", "gross_kg == null"]
CONDITIONS += ["gross_kg * 2 > 20", "10 < gross_kg", "(gross_kg > 10) and packages != 20"]
NEAR = st.none() | st.integers(8, 22) | st.integers(0, 1 << 40)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", *TESTS]), st.sampled_from(["", *CONDITIONS])),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.fixed_dictionaries({"gross_kg": NEAR, "packages": NEAR}), max_size=8),
)
def test_numbers_rule_out_only_what_the_engine_would_not_fire(
    cells: list[tuple[str, str]], bills: list[Facts]
) -> None:
    lawful = [(test, condition) for test, condition in cells if test or condition]
    rows = [row(f"R{n}", i0=test, i1=when) for n, (test, when) in enumerate(lawful)]
    read_, findings = read_table(json.dumps(model(*rows)).encode(), engine_version="test")
    if read_ is None:
        assert findings
        return
    whole = dataclasses.replace(read_, _narrowing=EveryRow([frozenset()] * len(rows), []))
    assert read_.evaluate(Plain(bills)) == whole.evaluate(Plain(bills))


def test_a_bill_that_says_none_of_the_words_is_asked_few_rows() -> None:
    table = demo()
    facts: Facts = dict.fromkeys(table.needs)
    facts |= {"words": ["books"], "level": "master"}
    heavy = facts | {"kg_per_m3": 11_341}
    [(rows, places)] = table._narrowing.shares(Plain([facts, heavy]), [(), ()]).items()
    assert [table.rules[row] for row in rows] == ["WGT-LEAD"]
    assert list(places) == [1]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_when_too_many_choices_of_rows_are_held_the_rest_are_asked_all(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = demo()
    unknown: Facts = dict.fromkeys(table.needs)
    bills: list[Facts] = [
        {**unknown, "words": [word], "level": "house", "licences": 0} for word in WORDS
    ]
    expected = table.evaluate(Plain(bills))
    monkeypatch.setattr(tables, "DECISIONS_KEPT", kept)
    tables._read.cache_clear()
    fresh = demo()
    assert fresh.evaluate(Plain(bills)) == expected
    assert len(fresh._decisions._made) <= kept + 1
    tables._read.cache_clear()
