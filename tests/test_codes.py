"""Container numbers, positions, days, and the words of findings."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.container import ContainerNo, read, unparted
from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.codes.position import Position
from waglan.codes.raw import BadCode, Raw
from waglan.codes.render import Lang, render, templates
from waglan.codes.worded import KILOGRAMS, TIMES

SRC = Path(__file__).parents[1] / "src"
HERE = Where("lines/1/container", segment=12, element=3)
LANGS: tuple[Lang, ...] = get_args(Lang)


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n", "\u3000", "\u00a0 ", "\u200b\ufeff", "\u3164\u2800"]
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["-", "0", " A", "陳", "\u200b1", "\ufffd", "\ue000", "\U0001f6a2"]
)
def test_what_shows_something_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    "text", ["CSQU3054383", "csqu 305438 3", "\tCSQU\u3000305 4383\n", "CSQU-305438-3"]
)
def test_a_container_number_is_read_with_whatever_parts_it(text: str) -> None:
    assert read(text, HERE) == (ContainerNo("CSQU3054383"), [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CSQU305438",
        "CSQU30543833",
        "CSQU-305438",
        "CSQU\u0663\u0660\u0665\u0664\u0663\u0668\u0663",
    ],
)
def test_text_without_the_shape_stays_as_it_was_sent(text: str) -> None:
    number, [finding] = read(text, HERE)
    assert number == Raw(text)
    assert finding == Finding("CONTAINER-SHAPE", Severity.ERROR, HERE, {"text": text})
    with pytest.raises(BadCode):
        ContainerNo(text)


WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in "CSQU3054383")  # full width


@pytest.mark.parametrize(
    "text",
    ["CSQU305438-3", "CSQU 305438/3", "CSQU-305438.3", WIDE, " CSQU3054383", "csqu3054383"],
)
def test_what_parts_a_container_number_or_makes_it_small_is_no_part_of_it(text: str) -> None:
    assert unparted(text) == "CSQU3054383"


@given(st.text(max_size=20))
def test_what_is_no_container_number_loses_its_blanks_alone(text: str) -> None:
    plain = unparted(text)
    assert unparted(plain) == plain
    if not re.fullmatch(r"[A-Za-z]{4}[0-9]{7}", plain):
        assert plain == "".join(text.split())


def test_a_wrong_check_digit_is_a_note_and_still_a_container() -> None:
    number, [finding] = read("CSQU3054384", HERE)
    assert number == ContainerNo("CSQU3054384")
    assert (finding.severity, finding.params["expected"]) == (Severity.NOTE, 3)


@given(st.from_regex(r"[A-Z]{4}[0-9]{6}", fullmatch=True), st.integers(4, 9), st.integers(1, 9))
def test_one_wrong_digit_is_caught_unless_remainders_ten_and_zero_meet(
    bare: str, place: int, shift: int
) -> None:
    digit = (int(bare[place]) + shift) % 10
    right = ContainerNo(f"{bare}{ContainerNo(bare + '0').check_digit}")
    wrong = ContainerNo(right.text[:place] + str(digit) + right.text[place + 1 :])
    assert right.check_digit_ok
    assert not wrong.check_digit_ok or right.check_digit == wrong.check_digit == 0


def test_a_position_is_kept_in_integers() -> None:
    place = Position.of_degrees(Decimal("22.3193039"), Decimal("114.1693611"))
    assert place == Position(223_193_039, 1_141_693_611)
    with pytest.raises(BadCode):
        Position.of_degrees(Decimal("114.2"), Decimal("22.3"))


def test_a_finding_is_read_in_the_readers_language() -> None:
    _, [finding] = read("CSQU3054384", HERE)
    assert render(finding, "en").problem == "Container number CSQU3054384 should end in 3."
    assert render(finding, "zh-Hant-HK").problem == "貨櫃號碼 CSQU3054384 的最後一個數字應為 3。"


def used() -> Iterator[tuple[str, frozenset[str]]]:
    """Every code given to a Finding in src, with the names of its parameters."""
    for path in sorted(SRC.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Finding")):
                continue
            given = dict(zip(FIELDS, call.args, strict=False))
            given |= {word.arg: word.value for word in call.keywords if word.arg}
            code, params = given["code"], given["params"]
            if isinstance(code, ast.Name):
                code = constants[code.id]
            assert isinstance(params, ast.Dict), f"{path}: write the parameters out as a dict"
            names = (ast.literal_eval(key) for key in params.keys if key)
            yield ast.literal_eval(code), frozenset(names)


FIELDS = Finding.__struct_fields__
USED = list(used())


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("code", "params"), USED)
def test_every_code_has_its_words_and_every_placeholder_its_parameter(
    code: str, params: frozenset[str], lang: Lang
) -> None:
    advice = templates(lang)[code]
    assert advice.problem.strip()
    assert advice.remedy.strip()
    assert placeholders(advice.problem) | placeholders(advice.remedy) <= params


@pytest.mark.parametrize("lang", LANGS)
def test_every_word_that_a_template_asks_for_is_of_a_group_that_there_is(lang: Lang) -> None:
    """A group that is not there would stop the answer that tells the finding."""
    groups = {*tomllib.loads(load("codes/words")[lang]), *TIMES, KILOGRAMS}
    for code, advice in templates(lang).items():
        told = string.Formatter().parse(advice.problem + advice.remedy)
        asked = {group for _, name, group, _ in told if name is not None and group}
        assert asked <= groups, code
        assert advice.is_worded == bool(asked), code


@pytest.mark.parametrize("lang", LANGS)
def test_a_time_in_a_finding_looks_as_times_do_in_lists(lang: Lang) -> None:
    at = {"rule": "HK-X", "at": "2026-11-30T20:15:00+00:00"}
    late = Finding("FILING-LATE", Severity.WARNING, HERE, at)
    assert "2026-12-01 04:15+08" in render(late, lang).problem
    stale = Finding("ACT-STALE", Severity.ERROR, HERE, {"at": at["at"], "minutes": 5})
    assert "2026-12-01 04:15:00+08" in render(stale, lang).problem


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("grams", "shown"), [(0, "0"), (1, "0.001"), (18_360_000, "18,360"), (1_250_500, "1,250.5")]
)
def test_masses_are_told_in_kilograms(grams: int, shown: str, lang: Lang) -> None:
    params: dict[str, str | int] = {"bill": "B1", "told_g": grams, "sum_g": 7_000, "tolerance_g": 0}
    finding = Finding("HK-MAN-021-MASS", Severity.WARNING, HERE, params)
    assert f" {shown} " in render(finding, lang).problem


@pytest.mark.parametrize("lang", LANGS)
def test_no_words_are_kept_for_a_code_that_nobody_uses(lang: Lang) -> None:
    assert set(templates(lang)) == {code for code, _ in USED}


def test_english_words_fit_the_character_set_of_an_edifact_answer() -> None:
    for code, advice in templates("en").items():
        assert f"{advice.problem}{advice.remedy}".isascii(), code


# What Hong Kong's trade does not write, or the glossary calls otherwise, and what it writes.
NOT_SAID = {
    "信息": "訊息",
    "密鑰": "密碼匙",
    "常行指令": "常設指令",
    "存取憑證": "權杖",
    "答覆": "回覆",
    "報文": "訊息",
    "電文": "訊息",
    "元素": "資料元",
    "交換(?!檔)": "交換檔",
}


CHINESE = [
    *sorted(SRC.rglob("zh-Hant-HK*/*.toml")),
    *sorted(SRC.rglob("zh-Hant-HK.toml")),
    SRC / "waglan/messages/edifact/contrl.py",  # where its answers name a place
]


@pytest.mark.parametrize("file", CHINESE, ids=str)
def test_chinese_says_one_thing_by_one_word(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert {word: better for word, better in NOT_SAID.items() if re.search(word, text)} == {}
