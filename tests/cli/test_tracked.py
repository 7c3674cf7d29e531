"""What `waglan track` prints of customs' word."""

from typing import Any, get_args
from unicodedata import normalize

import pytest

from waglan.cargo.status_code import meanings
from waglan.cli.named import named_lines
from waglan.cli.tracked import show, show_answers, show_listed, show_messages
from waglan.cli.wording import words
from waglan.codes.render import Lang


def answer(code: str, **body: object) -> dict[str, Any]:
    event = {
        "seq": 7, "code": code, "said_by": "sample-customs", "body": body,
        "happened_at": "2026-11-29T08:00:00+00:00",
    }  # fmt: skip
    found: dict[str, Any] = {
        "kind": "bill", "key": "B1", "declaration": "declared", "declared": None, "customs": None,
        "particulars": {}, "named": [], "parts": None, "moved": None,
        "is_served": True, "cleared": [], "answered": None, "events": [event], "has_older": False,
    }  # fmt: skip
    return {"key": "B1", "found": [found], "has_more": False}


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["To do: Keep it closed.", "Documents asked for: invoice, packing list",
                "By: 2026-12-01 16:00:00+08", "On condition: Seal it."]),
        ("zh-Hant-HK", ["須辦:Keep it closed.", "要求提交的文件:invoice, packing list",
                        "期限:2026-12-01 16:00:00+08", "附帶條件:Seal it."]),
    ],
)  # fmt: skip
def test_an_instruction_documents_and_conditions_are_printed_below_their_event(
    lang: Lang, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = {
        "instruction": "Keep it closed.", "documents": ["invoice", "packing list"],
        "due": "2026-12-01T08:00:00+00:00", "conditions": ["Seal it."],
    }  # fmt: skip
    show(answer("customs.notice-served", **told), lang)
    printed = [line.strip() for line in normalize("NFKC", capsys.readouterr().out).splitlines()]
    at = next(
        n
        for n, line in enumerate(printed)
        if {"customs.notice-served", "已發出通知"} & set(line.split())
    )
    assert printed[at + 1 : at + 5] == lines
    # What others count under the same word is no request.
    show(answer("filing.letter-recorded", documents=3, instruction="xyz"), lang)
    out = capsys.readouterr().out
    assert words("event", lang).get("filing.letter-recorded", "filing.letter-recorded") in out
    assert "xyz" not in out


def test_where_a_box_was_last_is_told_in_the_readers_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = answer("equipment.gate-in")
    told["found"][0]["moved"] = {
        "what": "equipment.gate-in", "said_by": "sample-terminal",
        "happened_at": "2026-11-29T08:00:00+00:00",
    }  # fmt: skip
    show(told, "zh-Hant-HK")
    out = capsys.readouterr().out
    assert out.count("貨櫃已入閘") == 2
    assert "equipment." not in out
    listed = {"listed": 1, "manifests": [], "told": {"equipment.loaded": 2}, "differences": []}
    show_listed({**listed, "left_out": 0}, "zh-Hant-HK")
    out = capsys.readouterr().out
    assert "已裝上貨櫃" in out
    assert "equipment." not in out


@pytest.mark.parametrize(
    ("lang", "whole", "bare", "box"),
    [
        ("en", "cleared part: goods item 1, container CSQU3054383, 4 packages",
         "cleared part: container CSQU3054402", "cleared: something in container CSQU3054383;"),
        ("zh-Hant-HK", "海關已清關的部分:第 1 項貨物, 貨櫃 CSQU3054383, 4 件",
         "海關已清關的部分:貨櫃 CSQU3054402", "海關已就貨櫃 CSQU3054383 內的部分貨物清關"),
    ],
)  # fmt: skip
def test_a_partly_cleared_bill_says_which_part_as_far_as_it_was_told(
    lang: Lang, whole: str, bare: str, box: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [
        {"goods": 1, "container": "CSQU3054383", "packages": 4},
        {"goods": None, "container": "CSQU3054402", "packages": None},
    ]
    told = answer("customs.notice-served", status="partly-cleared", parts=parts)
    customs = {"what": "partly-cleared", "happened_at": "2026-11-29T08:00:00+00:00"}
    told["found"][0] |= {"customs": customs, "cleared": parts}
    show(told, lang)
    printed = [line.strip() for line in normalize("NFKC", capsys.readouterr().out).splitlines()]
    for line in (whole, bare):
        assert printed.count(line) == 2  # how it stands, and by which notice
    told["found"][0]["is_served"] = False
    show(told, lang)
    printed_now = " ".join(capsys.readouterr().out.split())
    assert {"en": "and not told yet", "zh-Hant-HK": "尚未告知"}[lang] in printed_now
    show(answer("customs.notice-released-in-part", boxes=["CSQU3054383"]), lang)
    assert box in normalize("NFKC", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "refused (12, 39)"), ("zh-Hant-HK", "拒絕 (12, 39)")]
)
def test_a_partners_answer_is_printed_below_our_own(
    lang: Lang, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"made_at": "2026-11-29T08:00:00Z", "kind": "CONTRL", "href": "/v1/messages/M/answers/1"}
    said = {
        "told_at": "2026-11-29T09:00:00Z", "kind": "APERAK", "about": "SI-1",
        "said_by": "sample-line", "verdict": "refused", "codes": ["12", "39"],
    }  # fmt: skip
    show_answers([own], [said, {**said, "codes": [], "verdict": "accepted"}], lang)
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.endswith("CONTRL  /v1/messages/M/answers/1")
    assert second == f"2026-11-29 17:00:00+08  APERAK  SI-1  sample-line: {word}"
    assert third.count("(") == 0


def test_a_status_is_printed_with_its_list_and_its_meaning_or_that_none_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    body = {"status": "P", "status_list": ":HS", "status_text": "Rail Departed"}
    show(answer("equipment.status", **body), "en")
    said = "status P [:HS] (Rail Departed): what it means is unknown here"
    assert said in capsys.readouterr().out
    show(answer("equipment.status", status="24", status_meaning="departed"), "zh-Hant-HK")
    assert "狀況代碼 24:已離開" in normalize("NFKC", capsys.readouterr().out)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_meaning_of_a_status_has_its_word(lang: Lang) -> None:
    assert set(words("meaning", lang)) == set(meanings("rec24").values())


@pytest.mark.parametrize(
    ("kind", "en", "zh"),
    [
        ("container", "container B1", "貨櫃 B1"),
        ("call", "call B1", "靠泊航次 B1"),
        ("bill", "bill B1  you are shown no declaration of it", "提單 B1  閣下未獲示其申報"),
    ],
)
def test_what_was_told_of_a_thing_never_stands_below_untold(
    kind: str, en: str, zh: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, line in zip(get_args(Lang), (en, zh), strict=True):
        told = answer("equipment.discharged")
        told["found"][0] |= {"kind": kind, "declaration": "untold"}
        show(told, lang)
        assert capsys.readouterr().out.splitlines()[0] == line
        told["found"][0]["events"] = []
        show(told, lang)
        assert words("declaration", lang)["untold"] in capsys.readouterr().out


def test_marks_of_several_lines_are_printed_as_one() -> None:
    marks = [{"goods": 1, "marks": "SAMPLE 02\nHONG KONG\r\nC/NO. 1-865"}]
    [line] = named_lines({"parties": [], "marks": marks, "erased": False}, "en")
    assert line.endswith(": SAMPLE 02 / HONG KONG / C/NO. 1-865")


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "    accepted in part (partly); 239,946 bytes, answers: 1"),
        ("zh-Hant-HK", "    部分接納 (partly); 239,946 位元組\uff0c1 份回覆"),
    ],
)
def test_a_message_in_a_list_fits_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], lang: Lang, told: str
) -> None:
    id_ = "01a2289d-757e-7519-9bf1-8c93466ff07f"
    one = {"id": id_, "received_at": "2026-11-29T18:42:17Z", "state": "partly"}
    show_messages([{**one, "size": 239_946, "answers": 1}], lang)
    assert capsys.readouterr().out.splitlines() == [f"2026-11-30 02:42:17+08  {id_}", told]
