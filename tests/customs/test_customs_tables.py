"""Officers' tables: what may stand in one, what is refused, and that the answer never wavers."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
import zen
from clean_manifest import bill, goods, manifest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_model import Plain, model, row

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import render
from waglan.customs import table_cell, table_file
from waglan.customs.facts import (
    DESCRIPTION_CHARS_MAX,
    EXAMPLES,
    FACTS,
    Beyond,
    Facts,
    ManifestFacts,
    says_too_much,
)
from waglan.customs.party_name import pair_key
from waglan.customs.place import of_bill
from waglan.customs.status import GRAVITY
from waglan.customs.tables import BILLS_MAX, Hit, Table, read_table
from waglan.customs.word_groups import WordGroups
from waglan.demo.risk_table import ROWS, risk_table
from waglan.manifest.model import Manifest, Party, PartyRole

DEMO = read("demo/tables/risk.json").encode()


def read_model(told: Any) -> tuple[Table | None, list[Finding]]:
    return read_table(json.dumps(told).encode(), engine_version="2")


def table(*rows: dict[str, str], fields: Sequence[str | None] = ("gross_kg", None)) -> Table:
    read, found = read_model(model(*rows, fields=fields))
    assert found == []
    assert read is not None
    return read


def refused(told: Any) -> list[str]:
    read, found = read_model(told)
    assert read is None
    assert all(f.severity is Severity.ERROR and render(f, "zh-Hant-HK").remedy for f in found)
    return [f.code for f in found]


def demo() -> Table:
    read, found = read_table(DEMO, engine_version="2")
    assert read is not None, found
    return read


def hits(one: Manifest, of: Table, beyond: Beyond | None = None) -> list[Hit]:
    return of.evaluate(ManifestFacts(one, beyond or Beyond()))


def facts_told(one: Manifest, facts: Iterable[str], beyond: Beyond | None = None) -> list[Facts]:
    bills = ManifestFacts(one, beyond or Beyond())
    columns = {fact: bills.told(fact, range(len(bills))) for fact in facts}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_every_rule_that_fires_is_known_and_the_gravest_wish_wins() -> None:
    light = table(
        row("ASK", "documents-asked", i0="> 1"),
        row("LOOK", "inspect", i0="> 2"),
        row("HOLD", "detained", i1="packages > 1"),
    )
    [hit] = hits(manifest(), light)
    assert hit == Hit(CustomsStatus.INSPECT, ("ASK", "LOOK", "HOLD"), ("LOOK",))


def test_one_call_answers_for_each_bill_in_order() -> None:
    of = table(row(i0="> 100"))
    bills = [bill(f"B{n}", gross_mass_g=n * 1000) for n in range(99, 103)]
    assert [h.rules for h in hits(manifest(*bills), of)] == [(), (), ("R1",), ("R1",)]
    assert of.evaluate(Plain([])) == []


def test_a_table_answers_for_as_many_bills_as_a_manifest_may_have_and_no_more() -> None:
    of = table(row(i0="> 100"))
    assert len(of.evaluate(Plain([{"gross_kg": 1}] * 1000))) == 1000
    with pytest.raises(ValueError, match="at most"):
        of.evaluate(Plain([{}] * (BILLS_MAX + 1)))


@pytest.mark.parametrize("cell", ["> 5", "< 5", "[0..5]", "5", "> 1 and < 9"])
def test_what_nobody_said_fires_no_test(cell: str) -> None:
    unknown = manifest(bill(gross_mass_g=None, goods=()))
    assert hits(unknown, table(row(i0=cell))) == [Hit()]


@pytest.mark.parametrize("cell", ["gross_kg > 5", "not (gross_kg > 5)", "first_time", "not reefer"])
def test_what_nobody_said_fires_no_condition(cell: str) -> None:
    unknown = manifest(bill(gross_mass_g=None, goods=()))
    assert hits(unknown, table(row(i1=cell))) == [Hit()]


def test_a_table_may_ask_whether_something_is_unknown() -> None:
    unknown = manifest(bill(gross_mass_g=None, goods=()), bill())
    assert [h.rules for h in hits(unknown, table(row(i0="null")))] == [("R1",), ()]
    assert [h.rules for h in hits(unknown, table(row(i0="!= 18000")))] == [("R1",), ()]


def test_the_stamp_is_the_hash_of_the_very_bytes() -> None:
    one, other = demo(), read_table(DEMO + b"\n", engine_version="2")[0]
    assert other is not None
    assert one.stamp.engine_version == "2"
    assert one.stamp.table_sha256 != other.stamp.table_sha256


def spoil(change: Callable[[Any], None]) -> Any:
    told = model(row(i0="> 1"))
    change(told)
    return told


def content(told: Any) -> Any:
    return told["nodes"][1]["content"]


@pytest.mark.parametrize("kind", ["functionNode", "customNode", "expressionNode", "decisionNode"])
def test_a_model_that_brings_anything_but_a_table_is_refused(kind: str) -> None:
    node = {"id": "f", "type": kind, "name": "x", "content": {"source": "fetch('http://x')"}}
    assert refused(spoil(lambda told: told["nodes"].append(node))) == ["TABLE-NODE"]


def test_exactly_one_table_is_taken() -> None:
    assert refused(spoil(lambda told: told["nodes"].pop())) == ["TABLE-COUNT"]
    assert refused(spoil(lambda told: told["nodes"].append(told["nodes"][1]))) == ["TABLE-COUNT"]


def test_a_table_that_stops_at_the_first_rule_is_refused() -> None:
    told = spoil(lambda told: content(told).update(hitPolicy="first"))
    assert refused(told) == ["TABLE-HIT-POLICY"]


def test_a_table_has_the_three_outputs_and_no_other() -> None:
    extra = {"id": "z", "name": "z", "field": "score"}
    assert refused(spoil(lambda told: content(told)["outputs"].append(extra))) == ["TABLE-OUTPUTS"]
    assert refused(spoil(lambda told: content(told)["outputs"].pop())) == ["TABLE-OUTPUTS"]


def test_a_table_has_rows_up_to_the_limit() -> None:
    def rows(count: int) -> Any:
        return model(*[row(f"R{n}", i0="> 1") for n in range(count)])

    assert read_model(rows(table_file.ROWS_MAX))[0] is not None
    assert refused(rows(table_file.ROWS_MAX + 1)) == ["TABLE-ROWS"]
    assert refused(rows(0)) == ["TABLE-ROWS"]


def test_a_table_has_columns_up_to_the_limit() -> None:
    def columns(count: int) -> Any:
        return model(row(i0="> 1"), fields=["gross_kg"] * (count - 3))

    assert read_model(columns(table_file.COLUMNS_MAX))[0] is not None
    assert refused(columns(table_file.COLUMNS_MAX + 1)) == ["TABLE-COLUMNS"]
    twice = spoil(lambda told: content(told)["inputs"].append(content(told)["inputs"][0]))
    assert refused(twice) == ["TABLE-COLUMNS"]


def test_a_file_has_bytes_up_to_the_limit() -> None:
    whole = json.dumps(model(row(i0="> 1"))).encode()
    full = whole.ljust(table_file.TABLE_BYTES_MAX)
    assert read_table(full, engine_version="2")[0] is not None
    assert read_table(full + b" ", engine_version="2")[1][0].code == "TABLE-SIZE"


def test_a_key_twice_is_refused_for_the_engine_might_read_the_other() -> None:
    told = json.dumps(model(row(i0="> 1"))).replace('"i0": "> 1"', '"i0": "> 1", "i0": "> 9"')
    table, [found] = read_table(told.encode(), engine_version="2")
    assert (table, found.code, found.where.path) == (
        None, "JSON-KEY-TWICE", "table/nodes/1/content/rules/0/i0")  # fmt: skip


def test_a_cell_has_characters_up_to_the_limit() -> None:
    where, most = Where("table"), table_cell.CELL_CHARS_MAX
    full = f'"{"a" * (most - 2)}"'
    assert table_cell.check_cell(full, where, fact="description") == []
    codes = [f.code for f in table_cell.check_cell(full + " ", where, fact="description")]
    assert codes == ["TABLE-CELL-LONG"]


def test_brackets_are_nested_up_to_the_limit() -> None:
    def nested(depth: int) -> list[str]:
        cell = "(" * depth + "1" + ")" * depth + " == 1"
        return [f.code for f in table_cell.check_cell(cell, Where("table"), fact=None)]

    assert nested(table_cell.BRACKETS_DEEP_MAX) == []
    assert nested(table_cell.BRACKETS_DEEP_MAX + 1) == ["TABLE-CELL-UNREADABLE"]


@pytest.mark.parametrize(
    ("row_told", "code"),
    [
        (row("r1", i0="> 1"), "TABLE-RULE-ID"),
        (row(status="not-selected", i0="> 1"), "TABLE-STATUS"),
        (row(status="seized", i0="> 1"), "TABLE-STATUS"),
        (row(i0="> 1") | {"status": "gross_kg > 1 ? 'inspect' : 'detained'"}, "TABLE-STATUS"),
        (row(i0="> 1") | {"note": '"see Mr Chan"'}, "TABLE-NOTE"),
        (row(), "TABLE-ROW-OPEN"),
        (row(i0="> 1", _disabled="true"), "TABLE-ROW-EXTRA"),
        (row(i0="> "), "TABLE-CELL-UNREADABLE"),
        (row(i1="gross_kg >"), "TABLE-CELL-UNREADABLE"),
        (row(i1="`${gross_kg}` == 'x'"), "TABLE-CELL-UNREADABLE"),
        (row(i1="$nodes.a.b == 1"), "TABLE-FACT"),
        (row(i1="consignee_name == 'x'"), "TABLE-FACT"),
        (row(i1="rand(6) == 6"), "TABLE-CELL-CLOCK"),
        (row(i1='d() > d("2026-01-01")'), "TABLE-CELL-CLOCK"),
        (row(i1='date("now") > 1'), "TABLE-CELL-CLOCK"),
        (row(i0="> time('now')"), "TABLE-CELL-CLOCK"),
        (row(i1='not "wine" in words'), "TABLE-CELL-TYPE"),
        (row(i1="packages + 1"), "TABLE-CELL-TYPE"),
        (row(i1='packages > "1"'), "TABLE-CELL-TYPE"),
        (row(i1="to_order and packages"), "TABLE-CELL-TYPE"),
        (row(i1='matches(description, ".*")'), "TABLE-CELL-FUNCTION"),
        (row(i1="description.isToday()"), "TABLE-CELL-UNREADABLE"),
    ],
)
def test_a_row_that_could_mislead_is_refused_by_name(row_told: dict[str, str], code: str) -> None:
    assert code in refused(model(row_told))


def test_a_rule_id_stands_once() -> None:
    assert refused(model(row(i0="> 1"), row(i0="> 2"))) == ["TABLE-RULE-TWICE"]


def test_a_fact_that_nobody_knows_is_refused() -> None:
    assert refused(model(row(i0="1"), fields=["age_of_driver"])) == ["TABLE-FACT"]


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.integers(0, len(DEMO) - 2).map(lambda n: DEMO[:n]))
def test_no_file_of_bytes_does_more_than_be_refused(told: bytes) -> None:
    read, found = read_table(told, engine_version="2")
    assert read is None
    assert found


@settings(max_examples=150)
@given(st.text(max_size=40) | st.text("()[]$#<>=!.,?:+-*/%\"' adn019", max_size=30))
def test_no_cell_that_passes_fails_in_the_engine(cell: str) -> None:
    read, found = read_model(model(row(i0="> 1", i1=cell)))
    assert (read is None) == bool(found)
    if read is not None:
        assert len(hits(manifest(), read)) == 1


def test_a_table_is_given_only_the_facts_that_it_asks_for() -> None:
    plain = table(row(i0="> 1", i1="packages > 1"))
    assert plain.needs == {"gross_kg", "packages"}
    assert facts_told(manifest(), plain.needs) == [{"gross_kg": 18000, "packages": 40}]
    bills = Plain([{"gross_kg": 18000, "packages": 40}])
    assert [hit.rules for hit in plain.evaluate(bills)] == [("R1",)]
    assert bills.asked == {"gross_kg", "packages"}


def test_the_examples_know_every_fact_in_its_kind() -> None:
    known = bill(reefer=True, houses=2, place_of_delivery="NLRTM")
    [facts] = facts_told(manifest(known), FACTS, Beyond(pairs=frozenset()))
    for example in EXAMPLES:
        assert {n: type(v) for n, v in example.items()} == {n: type(v) for n, v in facts.items()}


def test_names_of_parties_leave_the_bill_only_as_keys_for_a_watch_list() -> None:
    names = {"consignor_key", "consignee_key", "consignor_keys", "consignee_keys"}
    [facts] = facts_told(manifest(), FACTS.keys() - names)
    assert "peak" not in json.dumps(facts).casefold()
    [keys] = facts_told(manifest(), names)
    assert keys == {
        "consignor_key": "shunfatceramics",
        "consignee_key": "peaktiles",
        "consignor_keys": ["shunfatceramics"],
        "consignee_keys": ["peaktiles"],
    }


def test_a_watch_list_finds_a_name_in_traditional_or_simplified_writing() -> None:
    names = ("順發陶瓷有限公司", "顺发陶瓷有限公司")
    for name in names:
        parties = (Party(PartyRole.CONSIGNOR, name, "1 Road"),)
        [facts] = facts_told(manifest(bill(parties=parties)), {"consignor_keys"})
        assert facts["consignor_keys"] == [name, "顺发陶瓷"]


@pytest.mark.parametrize(
    ("told", "fact", "value"),
    [
        ({"gross_mass_g": 1_500_000, "packages": 4}, "kg_per_package", 375),
        ({"packages": 0}, "kg_per_package", None),
        ({"volume_cm3": 9_000_000, "gross_mass_g": 18_000_000}, "kg_per_m3", 2000),
        ({"volume_cm3": 0}, "kg_per_m3", None),
        ({"packages": None}, "packages", 40),
        ({"packages": None, "goods": (goods(), goods(packages=None))}, "packages", None),
        ({"place_of_loading": "cnytn"}, "loading_country", "CN"),
        ({"place_of_loading": "YANTIAN"}, "loading_country", ""),
        ({"place_of_delivery": "NLRTM"}, "delivery_country", "NL"),
        ({"reefer": None}, "reefer", False),
        ({"reefer": True}, "reefer", True),
        ({"goods": (goods(stowed=()),)}, "reefer", None),
        ({"goods": (goods(stowed=()),)}, "shares_box", None),
        ({}, "shares_box", False),
        ({"parties": (Party(PartyRole.CONSIGNEE, "TO ORDER"),)}, "to_order", True),
        ({"parties": (Party(PartyRole.CONSIGNEE, "TO ORDER"),)}, "has_notify", False),
        ({"goods": (goods(description="A " * 4000),)}, "words", ["a"]),
        ({"licences": ("L1",), "goods": (goods(licences=("L2", "L3")),)}, "licences", 3),
        ({"licences": ("TBA", "LICENCE REQUIRED", "0", "許可證", "IL-1")}, "licences", 1),
        ({"goods": (goods(licences=("見附件", "申請中")),)}, "licences", 0),
    ],
)
def test_a_fact_says_what_the_bill_says(told: Any, fact: str, value: object) -> None:
    [facts] = facts_told(manifest(bill(**told)), {fact})
    assert facts == {fact: value}


def test_what_stands_far_down_among_many_goods_is_read_up_to_the_limit() -> None:
    filler = " ".join(f"{n}" for n in range(200))
    told = [f"{filler} " * 5, "PORK"]
    far = bill(goods=tuple(goods(n, description=text) for n, text in enumerate(told, 1)))
    assert not says_too_much(far)
    [facts] = facts_told(manifest(far), {"words", "description"})
    assert "pork" in str(facts["words"])
    assert "pork" in str(facts["description"])


@pytest.mark.parametrize("over", [False, True])
def test_an_order_does_not_decide_of_more_than_a_table_reads(over: bool) -> None:
    long = bill(goods=(goods(description="A" * (DESCRIPTION_CHARS_MAX + over)),))
    assert says_too_much(long) is over
    [facts] = facts_told(manifest(long), {"description"})
    assert facts["description"] == "a" * DESCRIPTION_CHARS_MAX


@pytest.mark.parametrize(
    "told",
    ["P0RK", "POR\u212a", "p\u200bork", "P\u041eRK", "\uff30\uff2f\uff32\uff2b", "PO\u0301RK",
     "P\xd6RK", "pork", "\u13e2ork", "FROZEN P0RK BELLY", "PO\xadRK", "\u1d18\u1d0f\u0280\u1d0b"],
)  # fmt: skip
def test_a_word_is_found_however_it_is_disguised(told: str) -> None:
    of = table(row("W", "inspect", i1='"pork" in words'))
    contains = table(row("C", "inspect", i1='contains(description, "pork")'))
    one = manifest(bill(goods=(goods(description=told),)))
    assert [hit.rules for hit in hits(one, of)] == [("W",)]
    assert [hit.rules for hit in hits(one, contains)] == [("C",)]


@pytest.mark.parametrize(
    "name", ["範例進ロ有限公司", "範例進ㅁ有限公司", "範例進ﾛ公司", "范例进囗有限公司"]
)
def test_a_watch_list_finds_a_chinese_name_behind_letters_that_pass_for_han(name: str) -> None:
    of = table(row("W", "inspect", i1='"範例進口有限公司" in consignee_keys'))
    one = manifest(bill(parties=(Party(PartyRole.CONSIGNEE, name),)))
    assert [hit.rules for hit in hits(one, of)] == [("W",)]


@pytest.mark.parametrize("told", ["電カ工具", "電ｶ工具", "ロ琴一批", "ㅁ琴", "人エカ電力"])
def test_a_chinese_word_is_found_behind_letters_that_pass_for_han(told: str) -> None:
    of = table(row("W", "inspect", i1='"口琴" in words or contains(description, "電力")'))
    one = manifest(bill(goods=(goods(description=told),)))
    assert [hit.rules for hit in hits(one, of)] == [("W",)]


@pytest.mark.parametrize("told", ["SPORK", "3M TAPE", "7UP", "PARTS 4 PORTS", "P 0 R K", "B2B"])
def test_a_plain_word_is_not_found_as_another(told: str) -> None:
    asks = '"pork" in words or "em" in words or "tup" in words or "bzb" in words'
    one = manifest(bill(goods=(goods(description=told),)))
    assert hits(one, table(row("W", "inspect", i1=asks))) == [Hit()]


def test_two_bills_in_one_box_share_it_and_a_house_does_not_share_with_its_master() -> None:
    two = manifest(bill("A"), bill("B"))
    assert [f["shares_box"] for f in facts_told(two, {"shares_box"})] == [True, True]
    tree = manifest(bill("A"), bill("H", parent="A"))
    assert [f["shares_box"] for f in facts_told(tree, {"shares_box"})] == [False, False]


def test_a_pair_of_traders_is_new_known_or_not_looked_for() -> None:
    def first_time(pairs: frozenset[str] | None) -> object:
        return facts_told(manifest(), {"first_time"}, Beyond(pairs=pairs))[0]["first_time"]

    assert first_time(None) is None
    assert first_time(frozenset()) is True
    known = pair_key("SHUN FAT CERAMICS LIMITED", "Peak Tiles Co., Ltd.")
    assert first_time(frozenset({known})) is False


def test_a_table_may_rest_on_what_the_rules_found() -> None:
    found = Finding("HK-MAN-012", Severity.HOLD, of_bill(bill("B"), "goods/1/description"), {})
    of = table(row(i1='"HK-MAN-012" in findings'))
    two = manifest(bill("A"), bill("B"))
    assert [h.rules for h in hits(two, of, Beyond(findings=[found]))] == [(), ("R1",)]


ATOMS = ('"a" in words', '"b" in words', '"zz" in words', "packages > 50", "to_order")
JOINS = (" or ", " and ", " or not(", " and not (", " or(", " and (")


@st.composite
def conditions(draw: st.DrawFn) -> str:
    cell, depth = draw(st.sampled_from(["", "(", "not ("])), 0
    depth = cell.count("(")
    cell += draw(st.sampled_from(ATOMS))
    for _ in range(draw(st.integers(0, 5))):
        if depth and draw(st.booleans()):
            cell, depth = cell + ")", depth - 1
        join = draw(st.sampled_from(JOINS))
        cell, depth = cell + join + draw(st.sampled_from(ATOMS)), depth + join.count("(")
    return cell + ")" * depth


@settings(max_examples=300)
@given(conditions(), st.lists(st.sampled_from("abc"), unique=True), st.integers(40, 60))
def test_asking_for_groups_of_words_gives_what_asking_for_each_word_gives(
    cell: str, words: list[str], packages: int
) -> None:
    of = table(row(i1=cell))
    facts: Facts = {"words": list(words), "packages": packages, "to_order": False, "gross_kg": 1}
    word_by_word = zen.evaluate_expression(cell, facts)
    assert [hit.rules for hit in of.evaluate(Plain([facts]))] == [("R1",) if word_by_word else ()]


@pytest.mark.parametrize(
    ("cell", "folded"),
    [
        ('"a" in words', "0 in said"),
        ('"a" in words or "b" in words', "0 in said"),
        (
            'not ("a" in words or "b" in words) and packages > 5',
            "not ( 0 in said ) and packages > 5",
        ),
        ('"a" in words or "b" in words and packages > 5', None),
        ('"a" in words or packages > 5', None),
        ("contains(description, '(\"a\" in words)')", None),
        ('some(words, # == "a")', None),
    ],
)
def test_a_group_of_words_is_folded_only_where_nothing_binds_tighter(
    cell: str, folded: str | None
) -> None:
    assert WordGroups().fold(cell) == (cell if folded is None else folded)


def test_the_demos_table_is_the_one_its_rows_say_and_is_labelled_synthetic() -> None:
    assert risk_table().encode() == DEMO
    assert len(ROWS) == 60
    assert demo().rules == tuple(row.rule for row in ROWS)
    assert "SYNTHETIC" in DEMO.decode()


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"description": "SCOTCH WHISKY"}, "LIC-SPIRITS"),
        ({"description": "FROZEN PORK RIBS"}, "COLD-MEAT"),
        ({"description": "LITHIUM BATTERIES"}, "DG-SILENT"),
        ({"description": "GOLD BARS", "volume_cm3": 900_000}, "WGT-LEAD"),
        ({"description": "CERAMIC TILES", "volume_cm3": 90_000_000}, "DEN-TILES-LIGHT"),
    ],
)
def test_the_demos_table_asks_about_odd_cargo(told: dict[str, Any], rule: str) -> None:
    volume = told.get("volume_cm3", 20_000_000)
    odd = bill(goods=(goods(**told),), volume_cm3=volume)
    assert rule in hits(manifest(odd), demo())[0].rules


def test_the_demos_table_leaves_a_clean_bill_alone() -> None:
    assert hits(manifest(), demo(), Beyond(pairs=frozenset())) == [Hit()]


def test_a_row_cannot_be_asked_twice_what_a_row_before_it_changed() -> None:
    of = demo()
    many = manifest(*[bill(f"B{n}", gross_mass_g=n * 10**6) for n in range(50)])
    facts = facts_told(many, of.needs, Beyond(pairs=frozenset()))
    assert of.evaluate(Plain(facts)) == [of.evaluate(Plain([one]))[0] for one in facts]
    assert of.evaluate(Plain(facts[::-1])) == of.evaluate(Plain(facts))[::-1]


def test_a_table_may_want_what_asks_and_never_that_a_bill_be_let_alone() -> None:
    wanted = {status for status in CustomsStatus if read_model(asking(status))[0] is not None}
    assert wanted == set(GRAVITY) - {CustomsStatus.NOT_SELECTED}


def asking(status: CustomsStatus) -> Any:
    return model(row(status=status.value, i0="> 1"))
