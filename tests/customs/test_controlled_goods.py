"""Words that tell of controlled goods, tried on goods that merely sound alike."""

from pathlib import Path

import pytest
from clean_manifest import bill, goods, manifest

from waglan.codes.finding import Severity
from waglan.customs.rules import controlled_goods
from waglan.customs.rules.controlled_goods import kind_of
from waglan.demo import trade

INNOCUOUS = Path(__file__).parents[1] / "cases" / "innocuous_goods.txt"
CONTROLLED = {
    "WHISKY IN BOTTLES, 6 X 700 ML, OVER 30 PCT": "liquor",
    "SINGLE MALT WHISKIES": "liquor",
    "COGNAC VSOP, 12 BOTTLES PER CARTON": "liquor",
    "DISTILLED SPIRITS IN BULK": "liquor",
    "貴州茅台酒 53度": "liquor",
    "四川白酒": "liquor",
    "CIGARETTES, 10 CARTONS PER CASE": "tobacco",
    "FLUE-CURED TOBACCO LEAVES": "tobacco",
    "古巴雪茄": "tobacco",
    "ULTRA LOW SULPHUR DIESEL OIL": "oil",
    "KEROSENE IN DRUMS": "oil",
    "航空煤油": "oil",
    "METHYL ALCOHOL, 99.9 PCT": "methanol",
    "甲醇": "methanol",
    "NIGHT VISION GOGGLES": "strategic",
    "HUNTING RIFLES WITH AMMUNITION": "strategic",
    "STRATEGIC COMMODITIES AS PER LICENCE": "strategic",
    "METHYL BROMIDE IN CYLINDERS": "ozone",
    "REFRIGERANT R22": "ozone",
}


@pytest.mark.parametrize("description", INNOCUOUS.read_text(encoding="utf-8").splitlines())
def test_goods_that_only_sound_controlled_are_left_alone(description: str) -> None:
    assert kind_of(description) is None


@pytest.mark.parametrize(("description", "kind"), CONTROLLED.items())
def test_goods_that_are_controlled_are_told_by_their_kind(description: str, kind: str) -> None:
    assert kind_of(description) == kind


def test_of_all_the_goods_of_a_day_in_the_harbour_only_spirits_are_asked_about() -> None:
    told = {one.description: kind_of(one.description) for one in trade.goods().goods}
    assert {text for text, kind in told.items() if kind} == {
        "WHISKY IN BOTTLES, 6 X 700 ML, OVER 30 PCT"
    }
    assert len(told) > 40


def test_controlled_goods_in_transhipment_are_only_noted() -> None:
    spirits = (goods(description="WHISKY IN BOTTLES"),)
    for transhipment, severity in ((True, Severity.NOTE), (False, Severity.WARNING)):
        [found] = controlled_goods.check(manifest(bill(goods=spirits, transhipment=transhipment)))
        assert found.severity is severity
