"""A table's words find goods, places and parties however either of them was typed."""

import dataclasses
import json
from typing import Any

import pytest
from clean_manifest import bill, goods, manifest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from table_model import model, row
from test_narrowing import EveryRow

from waglan.codes.chinese import plainly, simplified
from waglan.codes.data import read
from waglan.codes.finding import Where
from waglan.customs.facts import Beyond, ManifestFacts
from waglan.customs.table_cell import check_cell
from waglan.customs.table_engine import DIRECT
from waglan.customs.table_literal import contained, folded, never_said
from waglan.customs.tables import Table, check_table, read_table
from waglan.manifest.model import Bill, Party, PartyRole


def table(*rows: dict[str, str], field: str = "words") -> Table:
    told = json.dumps(model(*rows, fields=[field, None])).encode()
    found, findings = read_table(told, engine_version="test")
    assert found is not None, findings
    return found


def fires(cell: str, one: Bill) -> bool:
    [hit] = table(row(i1=cell)).evaluate(ManifestFacts(manifest(one), Beyond()))
    return bool(hit.rules)


def described(text: str) -> Bill:
    return bill(goods=(goods(description=text),))


@pytest.mark.parametrize(
    ("cell", "description"),
    [
        ('"香煙" in words', "香烟"),
        ('"香烟" in words', "香煙"),
        ('"香煙" in words', "進口香煙一批"),
        ('"香煙" in words', "进口香烟一批 100 CTNS"),
        ('"香煙" in words and packages > 1', "进口香烟一批"),
        ('packages > 1 and ("煙花" in words or "香煙" in words)', "进口烟花"),
        ('("cigars" in words or "煙花" in words) and packages > 1', "进口烟花"),
        ('not ("煙花" not in words)', "进口烟花"),
        ('contains(words, "煙花")', "进口烟花"),
        ('"T恤" in words', "棉質\uff34恤"),
        ('contains(description, "龍蝦")', "冷冻龙虾尾"),
        ('startsWith(description, "龍蝦")', "龍蝦尾"),
        ('startsWith(description, "龍蝦")', "龙虾尾"),
        ('contains(upper(description), "龍蝦")', "冷冻龙虾尾"),
        ('contains(upper(description), "CIGAR")', "Cigars"),
        ('some(words, # == "wine" or upper(#) == "CIGARS")', "Cigars"),
        ('some(words, startsWith(#, "Cig"))', "CIGARS"),
        ('"Cigars" in words', "cuban cigars"),
        ('"\uff23\uff29\uff27\uff21\uff32\uff33" in words', "cuban cigars"),
        ('"Café" in words', "CAFE"),
        ("'Rosé' in words", "ROSE WINE"),
        ('"C1GARETTES" in words', "C1GARETTES"),
        ('"cigarettes" in words', "C1GARETTES"),
        ('contains(description, "nails 5\uff02")', "NAILS 5\uff02"),
    ],
)
def test_a_word_finds_the_goods_in_whatever_script_width_and_case(
    cell: str, description: str
) -> None:
    assert fires(cell, described(description))


@pytest.mark.parametrize(
    ("cell", "description"),
    [
        ('"wine" in words', "swine"),
        ('"香煙" in words', "香皂 烟花"),
        ('"香煙" not in words', "进口香烟一批"),
        ('none(words, # == "香煙")', "香烟"),
        ('contains(description, "龍蝦")', "冷冻虾"),
    ],
)
def test_what_is_not_said_is_not_found(cell: str, description: str) -> None:
    assert not fires(cell, described(description))


@pytest.mark.parametrize(
    "cell", ['"龍蝦" in $', 'contains($, "龍蝦")', 'some($, # == "Beef")', '"Beef" in $']
)
def test_a_column_of_words_is_folded_as_a_condition_is(cell: str) -> None:
    of = table(row(i0=cell))
    said = manifest(described("BEEF 冷冻龙虾尾"), described("COTTON"))
    assert [hit.rules for hit in of.evaluate(ManifestFacts(said, Beyond()))] == [("R1",), ()]


@pytest.mark.parametrize(
    "place",
    [
        "cnsha",
        "\u0421NSHA",
        "\uff23NSHA",
        "C\u200bNSHA",
        "CN SHA",
        "CN-SHA",
        "\u13dfNSHA",
        "C\u0144SHA",
    ],
)
def test_a_place_is_found_however_its_code_is_typed(place: str) -> None:
    one = bill(place_of_loading=place, place_of_delivery=place)
    assert fires('loading_country == "CN" and delivery_country == "CN"', one)
    assert fires(f'loading == "{place}" and loading == "CNSHA"', one)
    assert not fires('loading_country == "JP"', one)


def test_codes_of_the_head_the_goods_and_the_boxes_are_found_however_they_are_typed() -> None:
    item = goods(package_kind="\u0420X", dangerous=("\uff11203",), hs_codes=("\uff12\uff14.02",))
    paper = manifest(bill(goods=(item,), reefer=None))
    head = replace(paper.head, carrier="\u0415XLN", mode="\uff11")
    box = replace(paper.equipment[0], size_type="22\uff321")
    paper = replace(paper, head=head, equipment=(box,))
    cells = ('carrier == "exln"', 'mode == "1"', '"px" in package_kinds', '"1203" in dangerous')
    for cell in (*cells, '"24" in hs_chapters', "reefer", 'contains(carrier, "XL")'):
        [hit] = table(row(i1=cell)).evaluate(ManifestFacts(paper, Beyond()))
        assert hit.rules, cell


def test_a_part_of_a_places_name_keeps_its_blank() -> None:
    one = bill(place_of_loading="Port Al Ain, AE")
    assert fires('contains(loading, "al ain")', one)
    assert fires('endsWith(lower(loading), "ain, ae")', one)


def test_places_and_parties_are_found_however_the_row_writes_them() -> None:
    one = bill(
        place_of_loading="CNYTN",
        parties=(Party(PartyRole.CONSIGNOR, "顺发陶瓷有限公司", "1 Road"),),
    )
    assert fires('loading == "cnytn"', one)
    assert fires('loading_country in ["us", "cn"]', one)
    assert fires('lower(loading) == "cnytn"', one)
    assert fires('"順發陶瓷有限公司" in consignor_keys', one)
    assert fires('"順發陶瓷" in consignor_keys', one)
    assert not fires('"順豐陶瓷" in consignor_keys', one)


@pytest.mark.parametrize("name", ["顺发陶瓷有限公司", "順發陶瓷有限公司", "順發陶瓷"])
def test_one_key_of_a_party_is_compared_as_its_keys_are(name: str) -> None:
    one = bill(parties=(Party(PartyRole.CONSIGNOR, name, "1 Road"),))
    assert fires('consignor_key == "順發陶瓷有限公司"', one)
    assert fires('consignor_key == "顺发陶瓷"', one)
    assert fires('consignor_key in ["Peak Tiles Ltd", "順發陶瓷"]', one)
    assert fires('contains(consignor_key, "順發")', one)
    assert not fires('consignor_key == "順豐陶瓷"', one)
    [hit] = table(row(i0='"順發陶瓷"'), field="consignor_key").evaluate(
        ManifestFacts(manifest(one), Beyond())
    )
    assert hit.rules == ("R1",)


def test_a_name_that_has_no_key_is_not_that_of_a_bill_without_a_name() -> None:
    assert not fires('consignor_key == "---"', bill(parties=()))
    assert fires('consignor_key == ""', bill(parties=()))
    latin = bill(parties=(Party(PartyRole.CONSIGNOR, "P\u0435ak Tiles Ltd", "1 Road"),))
    assert fires('consignor_key == "PEAK TILES"', latin)


@pytest.mark.parametrize(
    ("cell", "fact", "never"),
    [
        ('"lobster tail" in words', None, ["lobster tail"]),
        ('"T-shirt" in words or "beef" in words', None, ["T-shirt"]),
        ('"香煙 煙花" not in words', None, ["香煙 煙花"]),
        ('"" in words', None, [""]),
        ('some(words, contains(#, "-"))', None, ["-"]),
        ('"---" in consignee_keys', None, ["---"]),
        ('"beef"', "words", ["beef"]),
        ('"beef", "wine"', "words", ["beef", "wine"]),
        ('"Beef" in words', None, []),
        ('"Peak Tiles Ltd" in consignee_keys', None, []),
        ('contains(description, "lobster tail")', None, []),
        ('level == "no word" and "beef" in words', None, []),
        ('"CN", "US"', "loading_country", []),
    ],
)
def test_a_word_that_no_bill_can_say_is_told(cell: str, fact: str | None, never: list[str]) -> None:
    assert check_cell(cell, Where("row"), fact=fact) == []
    assert never_said(cell, fact) == never


def test_a_table_that_asks_for_what_nobody_says_is_told_by_row_and_word() -> None:
    told = json.dumps(model(row(i0="> 1"), row("R2", i1='"lobster tail" in words'))).encode()
    rows, [found] = check_table(told, DIRECT)
    assert rows == 2
    assert (found.code, found.where) == ("TABLE-CELL-NEVER", Where("table/rows/2", line=2))
    assert found.params == {"cell": '"lobster tail" in words', "word": "lobster tail"}
    # One that was published before goes on.
    assert read_table(told, engine_version="test")[0] is not None
    assert check_table(read("demo/tables/risk.json").encode(), DIRECT) == (60, [])


SYLLABLES = "香煙烟花酒龍龙蝦虾"
CHINESE = st.text(SYLLABLES, min_size=1, max_size=3)
LATIN = st.sampled_from(["wine", "Beef", "TILES", "café", "\uff37\uff49\uff4e\uff45", "be", "t恤"])
WORDS = st.lists(CHINESE | LATIN, min_size=1, max_size=3)
TEXTS = st.lists(st.text(SYLLABLES, max_size=6) | LATIN, max_size=4).map(" ".join)


def is_said(word: str, text: str) -> bool:
    word, said = plainly(word), plainly(text).split()
    return word in said if word.isascii() else any(word in one for one in said)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(TEXTS, min_size=1, max_size=5))
def test_words_looked_up_in_groups_answer_as_the_engine_does_for_every_row(
    rows: list[list[str]], texts: list[str]
) -> None:
    asked = [" or ".join(f'"{word}" in words' for word in words) for words in rows]
    told = [row(f"G{n}", i1=cell) for n, cell in enumerate(asked)]
    # Without brackets around it no group is looked up: the engine answers.
    alone = [f"packages >= 0 and {words[0]!r} in words" for words in rows]
    told += [row(f"E{n}", i1=cell) for n, cell in enumerate(alone)]
    of = table(*told)
    facts = ManifestFacts(manifest(*map(described, texts)), Beyond())
    hits = of.evaluate(facts)
    whole = dataclasses.replace(of, _narrowing=EveryRow([frozenset()] * len(told), []))
    assert hits == whole.evaluate(facts)
    for hit, text in zip(hits, texts, strict=True):
        groups = [f"G{n}" for n, ws in enumerate(rows) if any(is_said(w, text) for w in ws)]
        singles = [f"E{n}" for n, words in enumerate(rows) if is_said(words[0], text)]
        assert list(hit.rules) == groups + singles


PIECES = [
    '"香煙"',
    "'Cigars'",
    '"\uff15\uff02"',
    '"a b"',
    "words",
    "description",
    "loading",
    "packages",
]
PIECES += ["in", "not in", "and", "or", "not", "(", ")", ",", "[", "]", "==", "1", "contains("]
PIECES += ["some(", "upper(", "#", "consignor_keys", "?", ":", '"ﷺ"', "'men\"s'"]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join) | st.text(max_size=30))
def test_a_lawful_cell_stays_lawful_and_is_folded_once(cell: str) -> None:
    if check_cell(cell, Where("row"), fact=None):
        return
    once = folded(cell, None)
    assert check_cell(once, Where("row"), fact=None) == []
    assert folded(once, None) == once
    assert check_cell(contained(once, None), Where("row"), fact=None) == []
    never_said(cell, None)


@given(st.text(SYLLABLES, min_size=1, max_size=4), st.text(SYLLABLES, max_size=4))
def test_either_form_of_chinese_in_the_row_finds_either_in_the_goods(a: str, more: str) -> None:
    for cell in (f'"{a}" in words', f'"{simplified(a)}" in words'):
        for text in (more + a, simplified(more + a)):
            assert fires(cell, described(text))


def test_no_row_of_the_demos_table_is_changed_by_folding() -> None:
    nodes: Any = json.loads(read("demo/tables/risk.json"))["nodes"]
    [content] = [node["content"] for node in nodes if node["type"] == "decisionTableNode"]
    cells = [cell for one in content["rules"] for cell in one.values() if "words" in cell]
    assert cells
    assert [folded(cell, None) for cell in cells] == cells
