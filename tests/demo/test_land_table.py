"""The trucks' table: both sides' verdicts, in both languages, and what they are worth."""

import io

import pytest
from rich.console import Console

from waglan.codes.render import Lang
from waglan.demo.answers import ReasonSeen, VerdictSeen
from waglan.demo.land import CASES, GOES_ON, Land, Truck
from waglan.demo.land_table import show_land
from waglan.demo.truck_days import Kind
from waglan.demo.words import words

LANGS: tuple[Lang, ...] = ("en", "zh-Hant-HK")
RED = VerdictSeen("RED", "RED", (ReasonSeen("CUT"),))
GREEN = VerdictSeen("GREEN", "AMBER")
LAND = Land(
    (
        Truck("SYN-GX1", "GX-DX", True, "cut", "alarmed", RED, GREEN, ("pass", "stop"), 1_234, "t1",
              0, 7),
        Truck("SYN-FJ1", "FJ-XMN", False, "jam", "sealed", GREEN, GREEN, (), 5, "t2", 0),
    )
)  # fmt: skip


def printed(lang: Lang) -> str:
    console = Console(file=io.StringIO(), width=180, record=True)
    show_land(console, LAND, lang)
    return console.export_text()


@pytest.mark.parametrize("lang", LANGS)
def test_both_sides_their_reasons_and_what_was_done_stand_in_the_table(lang: Lang) -> None:
    text, say = printed(lang), words(lang)
    for told in ("SYN-GX1 > GX-DX", "CUT", "RED", "1,239", " 7 ", say["checks"]["stop"]):
        assert told in text
    assert say["land"]["planned"] in text
    assert "GREEN " + say["land"]["worst"].format(worst="AMBER") in text


def test_the_table_says_that_all_is_synthetic_and_that_green_is_no_proof() -> None:
    text = printed("en")
    assert "Synthetic trucks" in text
    assert "no proof that the cargo is untouched" in text
    assert "並不證明貨物未被觸動" in printed("zh-Hant-HK")


def test_whatever_befalls_a_truck_of_the_day_has_its_words() -> None:
    kinds: set[Kind] = {case.kind for case in (*CASES, GOES_ON)}
    for lang in LANGS:
        assert words(lang)["befell"].keys() == {kind.name.lower() for kind in kinds}
