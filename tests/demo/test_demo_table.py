"""The closing table and the sentences before it: plain, in both languages, honest."""

import ast
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.render import Lang
from waglan.customs.outcome import results as outcomes
from waglan.demo import day, land
from waglan.demo.answers import DifferenceSeen, FindingSeen, ListedSeen
from waglan.demo.day import Step
from waglan.demo.hand import ByHand, Conflict
from waglan.demo.notice import Answered
from waglan.demo.proof import Proof, Stated
from waglan.demo.results import Ashore, Desks, Filed, Results, Told
from waglan.demo.table import show
from waglan.demo.watch import sentence, watching
from waglan.demo.words import words
from waglan.logbook.evidence import Standing
from waglan.manifest.prefill import SourceKind

LANGS: tuple[Lang, ...] = ("en", "zh-Hant-HK")
RESULTS = Results(
    call="1234567/007E",
    arrives_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    bills=4_600,
    by_status=(("not-selected", 4_493), ("inspect", 7)),
    decided_before_arrival=4_499,
    undecided=100,
    served=4_500,
    filed=Filed(accepted=30, partly=0, refused=2, replayed=1),
    findings=(Told(FindingSeen("HK-MAN-012", "hold", "'[PARTS]' does not say.", "Say."), 35),),
    answers=(("CONTRL", 32), ("CUSRES", 60)),
    seconds_to_decision=(0.84, 2.46),
    proof=Proof(5_012, "q83vEg==", 77, Standing.SIGNED),
    bill="ZZZLSGN0100001",
    detained="SF01SIN0100002",
    box="ZZZU1234565",
    desks=Desks(
        (FindingSeen("HK-MAN-020", "error", "Twice."),),
        ByHand(
            3,
            5,
            91,
            4,
            (Conflict("bills/X/gross_mass_g", 1_341_400, "instruction", 1_180_000, "house-data"),),
            (FindingSeen("LACKS", "error", "Lacks X."), FindingSeen("LACKS", "error", "Lacks Y.")),
            "accepted",
        ),
        Answered("DN-00000-00000", "answered", 1),
        Ashore(
            "1234579/007W",
            ListedSeen(24, {}, (DifferenceSeen("B", FindingSeen("D", "note", "Differs.")),)),
            "ZZZLSIN9890007",
            "quantity-differs",
            Stated(281, "conditionally-cleared"),
        ),
    ),
)


def printed(results: Results, lang: Lang) -> str:
    console = Console(file=io.StringIO(), width=160, record=True)
    show(console, results, lang)
    return console.export_text()


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_shows_every_figure(lang: Lang) -> None:
    text = printed(RESULTS, lang)
    for figure in ("1234567/007E", "4,600", "4,493", "4,499", "4,500", "100", "0.8", "2.5"):
        assert figure in text
    for figure in ("5,012", "q83vEg==", "HK-MAN-012", "35", "[PARTS]", "2026-11-23 10:00 HKT"):
        assert figure in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_desks_show_both_sides_of_what_differs_and_what_a_check_found(lang: Lang) -> None:
    text = printed(RESULTS, lang)
    for told in ("1,341.4 kg", "1,180 kg", "HK-MAN-020: Twice.", "Lacks X.", "Differs."):
        assert told in text
    answered = words(lang)["notice_states"]["answered"]
    for told in (
        "DN-00000-00000",
        answered,
        "ZZZLSIN9890007",
        words(lang)["results"]["quantity-differs"],
        "281",
    ):
        assert told in text
    assert words(lang)["statuses"]["conditionally-cleared"] in text


def test_a_status_that_was_not_proven_is_called_so() -> None:
    ashore = replace(RESULTS.desks.ashore, stated=Stated(281, None))
    text = printed(replace(RESULTS, desks=replace(RESULTS.desks, ashore=ashore)), "en")
    assert "not proven (281" in text


def test_the_table_says_that_it_is_synthetic_and_not_connected_to_any_authority() -> None:
    text = printed(RESULTS, "en")
    assert "synthetic" in text
    assert "not connected to any authority's system" in text
    assert "not a release" in text
    assert "模擬資料" in printed(RESULTS, "zh-Hant-HK")
    assert "並無連接" in printed(RESULTS, "zh-Hant-HK")


def test_nothing_decided_and_nothing_found_is_said_and_not_shown_as_zero_seconds() -> None:
    none = replace(
        RESULTS,
        seconds_to_decision=None,
        findings=(),
        arrives_at=None,
    )
    text = printed(none, "en")
    assert "nothing was decided" in text
    assert "Findings told to filers: none" in text
    assert "nobody said" in text


def test_an_unchecked_proof_is_called_unchecked() -> None:
    unchecked = replace(RESULTS, proof=replace(RESULTS.proof, standing=None))
    assert "not checked" in printed(unchecked, "en")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    english, chinese = words("en"), words("zh-Hant-HK")
    assert english.keys() == chinese.keys()
    for kind, named in english.items():
        assert named.keys() == chinese[kind].keys()
        for name, text in named.items():
            assert placeholders(text) == placeholders(chinese[kind][name])


def test_every_step_of_the_day_has_its_sentence_and_no_sentence_is_idle() -> None:
    files = (day.__file__, land.__file__)
    trees = [ast.parse(Path(file).read_text(encoding="utf-8")) for file in files]
    named = {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Step"
        and isinstance(node.args[0], ast.Constant)
    }
    assert named == words("en")["steps"].keys()


def test_every_customs_status_has_its_words() -> None:
    for lang in LANGS:
        assert words(lang)["results"].keys() == outcomes().keys()
        assert words(lang)["sources"].keys() == {kind.value for kind in SourceKind}
        assert words(lang)["statuses"].keys() == {status.value for status in CustomsStatus}
        assert words(lang)["standings"].keys() == {s.value for s in Standing} | {"unchecked"}


def test_a_sentence_is_said_in_the_readers_language() -> None:
    step = Step("resent", {"party": "synthetic-forwarder-03", "state": "accepted"})
    assert sentence(step, "en").endswith("→ accepted.")
    assert sentence(step, "zh-Hant-HK").endswith("→ 接納。")


def test_the_terminal_shows_sentences_and_survives_brackets_in_them() -> None:
    console = Console(file=io.StringIO(), width=110, record=True, force_terminal=False)
    with watching(console, "en") as report:
        report(Step("house_filed", done=10, total=20))
        report(Step("refused", {"party": "x", "code": "C", "problem": "'[/dim]' is not goods."}))
        report(Step("house_filed", done=20, total=20))
    assert "'[/dim]' is not goods." in console.export_text()
