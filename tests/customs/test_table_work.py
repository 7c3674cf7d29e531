"""What a condition may ask is bounded, whatever it is made of, before it is ever run."""

import json

import pytest
from table_model import model, row

from waglan.codes.finding import Where
from waglan.codes.render import render
from waglan.customs import table_work
from waglan.customs.table_cell import check_cell, tokens
from waglan.customs.table_engine import DIRECT, OwnEngine
from waglan.customs.table_work import steps_of
from waglan.customs.tables import check_table, read_table


def refused(cell: str, fact: str | None = None) -> list[str]:
    found = check_cell(cell, Where("table/rows/1"), fact=fact)
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("cell", "fact"),
    [
        ("sum(map([1..10000000], #)) > 1", None),
        ("some([1..9], # > 5)", None),
        ("some(([1..9]), # > 5)", None),
        ("some((1..9], # > 5)", None),
        ("some(true ? [1..9] : [2], # > 5)", None),
        ("some([[1..9]], # == 5)", None),
        ("sum([1..9]) > packages", None),
        ("len([1..9]) == 9", None),
        ("contains([1..9], packages)", None),
        ("[1..9] == packages", None),
        ("packages in [1..9][0]", None),
        ("packages in [1..sum(map([1..99999], #))]", None),
        ("sum(map([1..10000000], #)) > 1", "gross_kg"),
        ("1, sum([1..9])", "gross_kg"),
        ("max([0, [1..9]])", "gross_kg"),
        ("== [1..9]", "gross_kg"),
        ("some([1..99999], # == gross_kg)", "gross_kg"),
    ],
)
def test_a_range_that_the_engine_would_count_out_is_refused(cell: str, fact: str | None) -> None:
    assert refused(cell, fact) == ["TABLE-CELL-RANGE"]


@pytest.mark.parametrize(
    ("cell", "fact"),
    [
        ("[0..5]", "gross_kg"),
        ("(0..999999999)", "gross_kg"),
        ("]0..999999999[", "gross_kg"),
        ("[-5..5], [10..999999999]", "gross_kg"),
        ("[1..999999999] or > 99", "gross_kg"),
        ("gross_kg in [5..999999999]", None),
        ("gross_kg not in (5..999999999]", None),
        ("(packages in [1..items]) or packages > 5", None),
        ("some(words, len(#) in [5..999999999])", None),
        ("packages in [1..9] ? reefer : to_order", None),
    ],
)
def test_a_range_that_is_only_compared_with_is_taken(cell: str, fact: str | None) -> None:
    assert refused(cell, fact) == []


@pytest.mark.parametrize(
    "cell",
    [
        'some(words, some(words, # == "b"))',
        'count(words, len(filter(words, # == "b")) > 1) > 1',
        'none(map(words, all(words, # != "b")), #)',
        "some(dangerous, (1 + count(words, true)) > 3)",
    ],
)
def test_a_list_within_a_list_is_refused_with_row_column_and_remedy(cell: str) -> None:
    told = json.dumps(model(row(i0="> 1"), row("R2", i1=cell))).encode()
    rows, [found] = check_table(told, DIRECT)
    assert (rows, found.code, found.where.line) == (0, "TABLE-CELL-NESTED", 2)
    for lang in ("en", "zh-Hant-HK"):
        words = render(found, lang)
        assert "2" in words.problem
        assert "i1" in words.problem
        assert words.remedy


def test_lists_beside_each_other_are_taken() -> None:
    assert refused('some(words, # == "a") and none(dangerous, # == "b")') == []
    assert refused('count(filter(words, # == "a"), # == "b") > 1') == []


def test_a_condition_takes_steps_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = 'some(words, # == "a")'
    steps = steps_of([*tokens(cell)], "")
    assert 2_500 < steps < table_work.CELL_STEPS_MAX
    for most, codes in ((steps, []), (steps - 1, ["TABLE-CELL-WORK"])):
        monkeypatch.setattr("waglan.customs.table_cell.CELL_STEPS_MAX", most)
        assert refused(cell) == codes
    assert refused("some(words, contains(description, #))") == ["TABLE-CELL-WORK"]


def test_all_rows_together_take_steps_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = 'some(words, # == "a")'
    steps = 2 * steps_of([*tokens(cell)], "")
    told = json.dumps(model(row(i1=cell), row("R2", i1=cell))).encode()
    for most, codes in ((steps, []), (steps - 1, ["TABLE-WORK"])):
        monkeypatch.setattr("waglan.customs.tables.TABLE_STEPS_MAX", most)
        assert [one.code for one in check_table(told, DIRECT)[1]] == codes
        # What was published before is read by the same rule.
        assert (read_table(told, engine_version="1", engine=OwnEngine())[0] is None) == bool(codes)


@pytest.mark.parametrize("word", ["wine", "\u9999\u70df"])
def test_a_table_full_of_words_is_taken(word: str) -> None:
    many = " or ".join([f'"{word}{n}" in words' for n in range(20)])
    rows = [row(f"R{n}", i1=many) for n in range(500)]
    assert check_table(json.dumps(model(*rows)).encode(), DIRECT) == (500, [])
