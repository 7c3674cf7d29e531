"""Manifests as JSON: the form, what is wrong with one, and the same content in every form."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.codes.plain import is_blank
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Package,
    Part,
    Party,
    PartyRole,
)
from waglan.messages.form import Form, form_of, read_paper
from waglan.messages.manifest_json import BILLS_MAX, FORM, read_json, schema, write_json
from waglan.messages.paper import Paper, PaperKind, Sent, message_of
from waglan.messages.sheet.cell import Sheet
from waglan.messages.sheet.template import csv_template, xlsx_template
from waglan.messages.sheet.xlsx import OLD_WORKBOOK

LEAST = {"form": FORM, "document": "M1", "recipient": "HKCED:ZZ"}
# A text that shows nothing is as good as none, and not kept.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(
    lambda text: text == "" or not is_blank(text)
)
CODES = st.text("ABC019", min_size=1, max_size=11)
AMOUNTS = st.none() | st.integers(0, 10**15)


def some(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=3).map(tuple)


BILLS = st.builds(
    Bill,
    number=CODES,
    level=st.just(Level.HOUSE),
    parent=CODES,
    place_of_loading=st.none() | TEXTS,
    transhipment=st.none() | st.booleans(),
    reefer=st.none() | st.booleans(),
    packages=AMOUNTS,
    gross_mass_g=AMOUNTS,
    volume_cm3=AMOUNTS,
    licences=some(CODES),
    houses=AMOUNTS,
    parties=some(st.builds(Party, st.sampled_from(PartyRole), TEXTS, TEXTS, st.none() | CODES)),
    goods=st.lists(
        st.builds(
            Goods,
            number=st.just(0),
            description=TEXTS,
            packages=AMOUNTS,
            marks=TEXTS,
            gross_mass_g=AMOUNTS,
            stowed=some(st.builds(Package, CODES, AMOUNTS)),
            hs_codes=some(CODES),
        ),
        max_size=3,
    ).map(
        lambda goods: tuple(
            Goods(n, *[getattr(g, f) for f in Goods.__struct_fields__[1:]])
            for n, g in enumerate(goods, start=1)
        )
    ),
)
PAPERS = st.builds(
    Paper,
    kind=st.sampled_from(PaperKind),
    recipient=CODES,
    head=st.builds(
        Head,
        document=CODES,
        function=st.sampled_from(Function),
        vessel=st.none() | TEXTS,
        voyage=st.none() | CODES,
        arrival=st.none() | st.just("2026-11-23T06:00+08:00"),
        references=st.just(()) | st.just((("ACW", "2"),)),
    ),
    bills=some(BILLS),
    equipment=some(
        st.builds(Equipment, CODES, gross_mass_g=AMOUNTS, full=st.none() | st.booleans())
    ),
    booking=st.none() | CODES,
    reference=CODES,
)


@given(PAPERS)
@settings(max_examples=60, deadline=None)
def test_a_paper_comes_back_as_it_was_written(made: Paper) -> None:
    assert read_json(write_json(made)) == (made, [])


def test_the_least_paper_says_nothing_more_than_it_must() -> None:
    paper, findings = read_json(json.dumps(LEAST).encode())
    assert findings == []
    assert paper == Paper(PaperKind.MANIFEST, "HKCED:ZZ", Head("M1"))


def test_each_bill_that_does_not_keep_to_the_form_has_its_own_finding() -> None:
    bills = [{"number": "1"}, {"nummer": "2"}, {"number": "3", "goods": [{"packages": 1}]}, 4]
    paper, findings = read_json(json.dumps(LEAST | {"bills": bills}).encode())
    assert [(f.code, f.where.path) for f in findings] == [
        ("JSON-FORM", "bills/1/nummer"),
        ("JSON-FORM", "bills/2/goods/0"),
        ("JSON-FORM", "bills/3"),
    ]
    assert "nummer" in str(findings[0].params["reason"])
    assert paper is not None
    assert [bill.number for bill in paper.bills] == ["1"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"form": "waglan/paper/v2"}, "form"),
        ({"document": ""}, "document"),
        ({"arrival": "tomorrow"}, "arrival"),
        ({"vessel": 7}, "vessel"),
        ({"function": "destroy"}, "function"),
        ({"unknown": 1}, "unknown"),
        ({"equipment": [{"number": "1"}, {"number": "2", "seal": 1}]}, "equipment/1/seal"),
        ({"bills": [{"number": "1", "parties": [{"rolle": 1}]}]}, "bills/0/parties/0/rolle"),
        (
            {"bills": [{"number": "1", "goods": [{"containers": [{"a b": 1}]}]}]},
            "bills/0/goods/0/containers/0/a b",
        ),
        ({"x" * 500: 1}, "x" * 80),
        ({"bills": {}}, "bills"),
    ],
)
def test_a_field_out_of_form_is_named(change: dict[str, object], path: str) -> None:
    _, findings = read_json(json.dumps(LEAST | change).encode())
    assert [(f.code, f.where.path) for f in findings] == [("JSON-FORM", path)]


BLANKS = (" ", "   ", "\u3000", "\u00a0", "\u200b", "\ufeff \u2060", "\u3164", "\t")


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("ascii_", [True, False])
def test_a_blank_names_nothing(blank: str, ascii_: bool) -> None:
    told = {
        name: blank for name in ("carrier", "vessel", "imo", "voyage", "port_of_call", "amends")
    }
    party = {"role": "consignee", "name": blank, "address": blank, "code": blank}
    goods = [{"description": blank, "marks": blank, "hs_codes": [blank, "610910"]}]
    bill = {"number": "B1", "parent": blank, "place_of_loading": blank, "parties": [party]}
    unit = {"number": "CSQU3054383", "size_type": blank, "seals": [blank]}
    whole = LEAST | told | {"bills": [bill | {"goods": goods}], "equipment": [unit]}
    paper, findings = read_json(json.dumps(whole, ensure_ascii=ascii_).encode())
    assert findings == []
    assert paper is not None
    assert paper.head == Head("M1")
    [made], [box] = paper.bills, paper.equipment
    assert (made.level, made.parent, made.place_of_loading) == (Level.MASTER, None, None)
    assert made.parties == (Party(PartyRole.CONSIGNEE, ""),)
    assert (made.goods[0].marks, made.goods[0].hs_codes) == ("", ("610910",))
    assert (box.size_type, box.seals) == (None, ())


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"document": "?"}, "document"),
        ({"recipient": "?"}, "document"),
        ({"bills": [{"number": "?"}]}, "bills/0"),
        ({"equipment": [{"number": "?"}]}, "equipment/0"),
        (
            {
                "bills": [
                    {
                        "number": "1",
                        "goods": [{"description": "X", "containers": [{"container": "?"}]}],
                    }
                ]
            },
            "bills/0/goods/0/containers/0",
        ),
    ],
)
def test_what_must_be_told_is_not_told_by_a_blank(
    change: dict[str, object], path: str, blank: str
) -> None:
    raw = json.dumps(LEAST | change).replace("?", json.dumps(blank)[1:-1])
    _, findings = read_json(raw.encode())
    assert [(f.code, f.where.path) for f in findings] == [("JSON-FORM", path)]
    assert "missing required field" in str(findings[0].params["reason"])


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"1", b'"x"', b"\xff", b'{"a":' * 9_000, b"[" * 9_000, b'{"\xff":1}']
)
def test_what_is_no_paper_is_answered(raw: bytes) -> None:
    paper, [finding] = read_json(raw)
    assert (paper, finding.severity) == (None, Severity.ERROR)


def test_a_key_twice_in_one_object_is_named_and_nothing_of_the_paper_is_taken() -> None:
    raw = json.dumps(LEAST | {"bills": [{"number": "1"}, {"number": "2", "packages": 1}]})
    raw = raw.replace('"packages": 1', '"packages": 1, "packages": 9')
    paper, [found] = read_json(raw.encode())
    assert paper is None
    assert (found.code, found.where.path) == ("JSON-KEY-TWICE", "bills/1/packages")
    assert found.params == {"key": "packages"}
    _, [head] = read_json(b'{"document": "M0", ' + json.dumps(LEAST).encode()[1:])
    assert (head.code, head.where.path) == ("JSON-KEY-TWICE", "document")


def test_bills_have_a_limit() -> None:
    for count, wanted in ((BILLS_MAX, []), (BILLS_MAX + 1, ["JSON-TOO-MANY"])):
        raw = json.dumps(LEAST | {"bills": [{"number": "1"}] * count}).encode()
        assert [f.code for f in read_json(raw)[1]] == wanted


@given(st.binary(max_size=6), st.floats(0, 1), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_a_damaged_document_is_answered(put_in: bytes, place: float, taken_out: int) -> None:
    raw = json.dumps(LEAST | {"bills": [{"number": "1", "goods": [{"description": "T"}]}]}).encode()
    at = int(place * len(raw))
    paper, findings = read_json(raw[:at] + put_in + raw[at + taken_out :])
    assert paper is not None or findings


def test_the_schema_describes_every_field() -> None:
    described = schema()
    assert described["$ref"] == "#/$defs/PaperForm"
    assert set(described["$defs"]["PaperForm"]["required"]) == {"form", "document", "recipient"}
    assert "#/components" not in json.dumps(described)


# Which form it is


@pytest.mark.parametrize(
    ("head", "content_type", "name", "form"),
    [
        (b"UNA:+.? 'UNB+", "", "", Form.EDIFACT),
        (b"\r\n unb+UNOC", "text/csv", "x.csv", Form.EDIFACT),
        (b"junk UNB+UNOC:3", "", "", Form.EDIFACT),
        (b"", "application/json", "", Form.EDIFACT),
        (b"nothing at all", "", "", Form.EDIFACT),
        (b"\xef\xbb\xbf {", "", "", Form.JSON),
        (b"x", "application/json; charset=utf-8", "", Form.JSON),
        (b"Bill number,x\n", "application/octet-stream", "", Form.CSV),
        ("提單號碼;x\n".encode("big5hkscs"), "", "", Form.CSV),
        (b"\xff\xfeB\0", "", "", Form.CSV),
        ("UNB+UNOC:3".encode("utf-16"), "", "x.csv", Form.EDIFACT),
        (b"a,b\n", "text/csv", "", Form.CSV),
        (b"a,b\n", "", "MANIFEST.CSV", Form.CSV),
        (b"a", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", Form.XLSX),
        (OLD_WORKBOOK + bytes(9), "text/csv", "", Form.XLSX),
        ('{"form": 1}'.encode("utf-16"), "", "", Form.JSON),
        (b"ref,ship,kg\r\n1,STAR,5\r\n", "", "x.txt", Form.CSV),
        (b"1,2,3,4,5,6", "", "", Form.CSV),
        (b"ref,ship,kg\r\n1,STAR,5\r\n", "application/edifact", "", Form.EDIFACT),
        (b"one, two\nthree, four\n", "", "", Form.EDIFACT),
        (b"RFF+BM:1,2,3,4,5,6'", "", "", Form.EDIFACT),
    ],
)
def test_bytes_tell_the_form_and_names_only_where_they_do_not(
    head: bytes, content_type: str, name: str, form: Form
) -> None:
    assert form_of(head, content_type, name) is form


def test_json_in_utf_16_is_told_what_it_is() -> None:
    data = json.dumps(LEAST).encode("utf-16")
    paper, [finding] = read_paper(form_of(data), data, None, lambda _: Sheet([]))
    assert (paper, finding.code, finding.params) == (None, "JSON-CHARSET", {"charset": "utf-16"})


def test_a_bill_that_could_not_be_read_is_not_missed_too() -> None:
    for kind in ("shipping-instruction", "house-list"):
        told = LEAST | {"kind": kind, "bills": [{"number": "B1", "gross_mass_g": -5}]}
        paper, found = read_json(json.dumps(told).encode())
        assert paper is not None
        assert [one.code for one in message_of(paper, SENT, tuple(found)).findings] == ["JSON-FORM"]


def test_templates_are_known_by_their_bytes() -> None:
    assert form_of(csv_template()) is Form.CSV
    assert form_of(xlsx_template()) is Form.XLSX


def test_a_workbook_is_read_only_where_the_caller_says() -> None:
    asked: list[bytes] = []

    def reader(data: bytes) -> Sheet:
        asked.append(data)
        return Sheet([])

    read_paper(Form.CSV, b"", None, reader)
    read_paper(Form.JSON, b"{}", None, reader)
    assert asked == []
    read_paper(Form.XLSX, b"PK", None, reader)
    assert asked == [b"PK"]


# What a paper makes

SENT = Sent("forwarder", b"\0" * 32, "JSON")
HOUSES = (Bill("H1", Level.HOUSE, "M1"), Bill("H2", Level.HOUSE, "M1"))


def content(kind: PaperKind, *bills: Bill) -> tuple[Part | Instruction | None, list[str]]:
    message = message_of(Paper(kind, "LINE:ZZ", Head("D1"), bills), SENT, ())
    told = message.content
    assert told is None or isinstance(told, Part | Instruction)
    return told, [finding.code for finding in message.findings]


def test_a_manifest_as_json_is_one_whole_part() -> None:
    told, findings = content(PaperKind.MANIFEST, *HOUSES)
    assert findings == []
    assert isinstance(told, Part)
    assert (told.is_final, told.bills, told.key.recipient) == (True, HOUSES, "LINE:ZZ")


def test_a_list_of_houses_hangs_on_one_master_named_or_listed() -> None:
    told, findings = content(PaperKind.HOUSE_LIST, *HOUSES)
    assert findings == []
    assert isinstance(told, Instruction)
    assert (told.kind, told.bill, told.houses) == (
        InstructionKind.HOUSE_LIST,
        Bill("M1", Level.MASTER),
        HOUSES,
    )
    master = Bill("M1", Level.MASTER, packages=9)
    told, _ = content(PaperKind.HOUSE_LIST, *HOUSES, master)
    assert isinstance(told, Instruction)
    assert told.bill == master
    deeper = Bill("H9", Level.HOUSE, "H1")
    told, findings = content(PaperKind.HOUSE_LIST, *HOUSES, master, deeper)
    assert findings == []
    other = Bill("H3", Level.HOUSE, "M2")
    assert content(PaperKind.HOUSE_LIST, *HOUSES, other) == (None, ["PAPER-ONE-MASTER"])
    assert content(PaperKind.HOUSE_LIST) == (None, ["PAPER-ONE-MASTER"])


def test_an_instruction_is_about_one_bill() -> None:
    for kind in (PaperKind.BOOKING, PaperKind.SHIPPING_INSTRUCTION):
        told, findings = content(kind, HOUSES[0])
        assert findings == []
        assert isinstance(told, Instruction)
        assert (told.kind.value, told.bill) == (kind.value, HOUSES[0])
        assert content(kind, *HOUSES) == (None, ["PAPER-ONE-BILL"])


@pytest.mark.parametrize("control", ["\0", "\x01", "\x1f", "\b"])
def test_a_control_character_is_found_wherever_it_stands(control: str) -> None:
    for paper, path in (
        (Paper(PaperKind.MANIFEST, "A", Head("D", vessel=f"A{control}")), "paper"),
        (
            Paper(PaperKind.MANIFEST, "A", Head("D"), (Bill("B", Level.MASTER, f"\\{control}"),)),
            "bills/B",
        ),
        (Paper(PaperKind.MANIFEST, "A", Head("D"), (Bill(f"B{control}", Level.MASTER),)), "bills"),
    ):
        [finding] = message_of(paper, SENT, ()).findings
        assert (finding.code, finding.where.path) == ("PAPER-CONTROL-CHARACTER", path)


def test_line_ends_tabs_and_backslashes_are_text() -> None:
    bill = Bill("B", Level.MASTER, "A\nB\tC\\u0001")
    assert message_of(Paper(PaperKind.MANIFEST, "A", Head("D"), (bill,)), SENT, ()).findings == ()
