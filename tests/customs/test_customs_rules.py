"""What the customs rules find, by the cases an officer can read, and what no rule may do."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from clean_manifest import bill, goods, manifest, spoilt
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.chinese import simplified
from waglan.codes.finding import Finding, Severity
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.codes.unlocode import Place, Places, packaged
from waglan.customs.judge import judge
from waglan.customs.place import bill_place, of_bill, read_bill_place
from waglan.customs.rule import Beside, Declared, Discharge, Kind, Rule, Twin, WiderRule
from waglan.customs.rules import EVERY_RULE, RULES, WIDER_RULES, vague_description
from waglan.manifest.model import Bill, Goods, Head, Level, Manifest, Party, PartyRole


def packaged_rows() -> list[Place]:
    return [place for places in packaged().by_code.values() for place in places]


CASES = Path(__file__).parents[1] / "cases" / "rules"
LIST = Places.of(
    [*packaged_rows(), Place("KRPUS", "Busan"), Place("XXOLD", "Old Haven", is_going=True)],
    "synthetic",
    as_of=None,
    is_whole=True,
)
TODAY = date(2026, 12, 1)


def cases() -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{rule.CODE}: {case['name']}")
        for rule in RULES
        for case in yaml.safe_load((CASES / f"{rule.CODE}.yaml").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("rule", "case"), cases())
def test_a_rule_finds_what_its_cases_say(rule: Rule, case: dict[str, Any]) -> None:
    found = rule.check(spoilt(case))
    assert Counter(f.code for f in found) == Counter(case["finds"])
    assert all(render(f, "en") != render(f, "zh-Hant-HK") for f in found)


def wider_cases() -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{rule.CODE}: {case['name']}")
        for rule in WIDER_RULES
        for case in yaml.safe_load((CASES / f"{rule.CODE}.yaml").read_text(encoding="utf-8"))
    ]


def version(told: dict[str, str | None]) -> Declared:
    filed_at = datetime.fromisoformat(str(told["filed_at"]))
    return Declared(
        Head("DOC", arrival=told.get("arrival"), departure=told.get("departure")), filed_at
    )


def beside(case: dict[str, Any]) -> Beside:
    told = case.get("beside", {})
    twins = told.get("twins")
    return Beside(
        filed_at=datetime.fromisoformat(told["filed_at"]) if "filed_at" in told else None,
        call=told.get("call"),
        twins=None if twins is None else {("", bill): Twin(*twin) for bill, twin in twins.items()},
        declared=None if (before := told.get("declared")) is None else tuple(map(version, before)),
        discharge=None
        if (came := told.get("discharge")) is None
        else Discharge(datetime.fromisoformat(came), PartyId("sample-terminal")),
        places=LIST if told.get("places") else None,
    )


@pytest.mark.parametrize(("rule", "case"), wider_cases())
def test_a_wider_rule_finds_what_its_cases_say_or_says_what_it_lacks(
    rule: WiderRule, case: dict[str, Any]
) -> None:
    paper, known = spoilt(case), beside(case)
    lacking = rule.lacks(paper, known)
    assert (lacking.code if lacking else None) == case.get("lacks")
    found = [] if lacking else rule.check_beside(paper, known)
    assert Counter(f.code for f in found) == Counter(case["finds"])
    # It stops no bill: what officers decide by can be repeated from the manifest alone.
    assert {f.severity for f in found} <= {Severity.NOTE, Severity.WARNING}
    assert all(render(f, "en") != render(f, "zh-Hant-HK") for f in found)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.CODE)
def test_each_rule_has_a_source_and_cases_of_all_three_sorts(rule: Rule | WiderRule) -> None:
    listed = yaml.safe_load((CASES / f"{rule.CODE}.yaml").read_text(encoding="utf-8"))
    assert {case["sort"] for case in listed} == {"pass", "fail", "borderline"}
    assert rule.SOURCE.strip()
    assert rule.IN_FORCE_FROM <= rule.CHECKED_ON
    assert rule.KIND is not Kind.LAW or "https://" in rule.SOURCE
    assert all(code.startswith(rule.CODE) for case in listed for code in case["finds"])


def test_every_case_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == {rule.CODE for rule in EVERY_RULE}


def test_only_a_law_or_a_practice_may_hold_a_bill_for_its_words() -> None:
    unlikely = {r.CODE for r in RULES if r.KIND is Kind.PLAUSIBILITY} - {"HK-MAN-020"}
    for rule, case in (param.values for param in cases()):
        if rule.CODE in unlikely:
            assert {f.severity for f in rule.check(spoilt(case))} <= {
                Severity.NOTE,
                Severity.WARNING,
            }


def test_a_clean_manifest_is_found_clean() -> None:
    assert judge(manifest(), on=TODAY) == []


def test_a_filing_is_judged_by_the_rules_of_its_day() -> None:
    vague = spoilt({"bills": [{"transhipment": None, "goods": [{"description": "PARTS"}]}]})
    joined = next(rule for rule in RULES if rule.CODE == "HK-MAN-012").IN_FORCE_FROM
    assert {f.code for f in judge(vague, on=joined)} == {"HK-60C-TRANSHIPMENT", "HK-MAN-012"}
    assert {f.code for f in judge(vague, on=joined - timedelta(days=1))} == {"HK-60C-TRANSHIPMENT"}
    assert judge(vague, on=date(1983, 12, 31)) == []


def test_a_finding_names_the_goods_item_and_the_segment() -> None:
    [found] = judge(
        manifest(bill("A/B", goods=(goods(7, description="PARTS"),), segment=31)), on=TODAY
    )
    assert found.where.path == "bills/A~1B/goods/7/description"
    assert found.where.segment == 31


@given(
    st.text("/~01A", max_size=9) | st.text(max_size=9),
    st.none() | st.integers(1, 9),
    st.sampled_from(["", "goods/1/x"]),
)
def test_every_place_in_a_bill_leads_back_to_the_bill(
    number: str, segment: int | None, below: str
) -> None:
    one = bill(number, segment=segment)
    assert read_bill_place(of_bill(one, below)) == bill_place(one)


def amounts() -> st.SearchStrategy[int | None]:
    return st.none() | st.sampled_from([0, 1, 40, 10**9])


def parties() -> st.SearchStrategy[Party]:
    names = st.sampled_from(["", "TBA", "TO ORDER", "Peak Tiles Ltd", "SAME AS CONSIGNEE"])
    return st.builds(Party, st.sampled_from(PartyRole), names, st.sampled_from(["", "1 Road"]))


def items() -> st.SearchStrategy[Goods]:
    return st.builds(
        goods,
        st.integers(1, 9),
        description=st.sampled_from(["", "PARTS", "CERAMIC TILES"]),
        packages=amounts(),
        gross_mass_g=amounts(),
        volume_cm3=amounts(),
    )


def bills() -> st.SearchStrategy[Bill]:
    numbers = st.sampled_from(["", "A", "B", "C", "D"])
    return st.builds(
        bill,
        numbers,
        level=st.sampled_from(Level),
        parent=st.none() | numbers,
        houses=st.none() | st.integers(0, 3),
        transhipment=st.none() | st.booleans(),
        place_of_loading=st.sampled_from([None, "CNYTN", "HKHKG"]),
        packages=amounts(),
        gross_mass_g=amounts(),
        volume_cm3=amounts(),
        parties=st.lists(parties(), max_size=3).map(tuple),
        goods=st.lists(items(), max_size=2).map(tuple),
        segment=st.none() | st.integers(1, 99),
    )


def manifests() -> st.SearchStrategy[Manifest]:
    return st.lists(bills(), min_size=1, max_size=5).map(lambda some: manifest(*some))


def as_set(found: list[Finding]) -> Counter[tuple[Any, ...]]:
    return Counter((f.code, f.severity, f.where, tuple(sorted(f.params.items()))) for f in found)


@settings(max_examples=60)
@given(manifests(), st.randoms(use_true_random=False))
def test_the_order_of_the_bills_changes_no_finding(one: Manifest, shuffle: Any) -> None:
    other = list(one.bills)
    shuffle.shuffle(other)
    found = judge(one, on=TODAY)
    assert found == judge(one, on=TODAY)
    assert as_set(found) == as_set(
        judge(msgspec.structs.replace(one, bills=tuple(other)), on=TODAY)
    )


@settings(max_examples=60)
@given(manifests())
def test_every_finding_has_words_in_both_languages_and_a_place(one: Manifest) -> None:
    for found in judge(one, on=TODAY):
        assert render(found, "en").problem
        assert render(found, "zh-Hant-HK").remedy
        assert found.where.path


PHRASES = ["general cargo", "spare parts", "普通貨物", "機械配件", "tools"]
COUNTS = st.sampled_from(["", "100 ctns", "5箱", "12 PALLETS"])


@given(st.sampled_from(PHRASES), COUNTS, COUNTS, st.booleans(), st.booleans())
def test_a_vague_phrase_is_held_in_any_dress_and_quoted_as_it_was_sent(
    phrase: str, before: str, behind: str, wide: bool, is_simplified: bool
) -> None:
    text = simplified(phrase) if is_simplified else phrase.upper()
    text = " ".join(filter(None, (before, text, behind)))
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    described = spoilt({"bills": [{"goods": [{"description": text}]}]})
    [found] = vague_description.check(described)
    assert found.params["description"] == text


@given(st.text(max_size=200))
def test_any_text_is_held_or_says_a_word(text: str) -> None:
    found = vague_description.check(spoilt({"bills": [{"goods": [{"description": text}]}]}))
    if not any(char.isalpha() for char in text):
        assert bool(found) == bool(text.strip())


def test_a_density_below_one_is_told_with_its_decimals() -> None:
    light = msgspec.structs.replace(manifest().bills[0], gross_mass_g=480, volume_cm3=1_000_000)
    [found] = [f for f in judge(manifest(light), on=TODAY) if f.code == "HK-MAN-023"]
    assert (found.params["mass_kg"], found.params["density"]) == ("0.48", "0.48")
    assert "0.48 kg in a cubic metre" in render(found, "en").problem
