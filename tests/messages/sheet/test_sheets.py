"""Manifests that come as CSV or XLSX: what a row says, and what it may not say."""

from collections.abc import Callable
from datetime import datetime
from time import process_time  # noqa: TID251
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import GOODS, HEAD, Cell, as_csv, as_xlsx, from_csv, from_xlsx, table, told

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import Bill, Equipment, Function, Level, Package, PartyRole
from waglan.messages.paper import Paper, PaperKind, Sent, message_of
from waglan.messages.sheet.cell import CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX, Kind, place
from waglan.messages.sheet.cell import Cell as Made
from waglan.messages.sheet.columns import columns, key_of
from waglan.messages.sheet.csv_file import escaped, read_csv, unescaped
from waglan.messages.sheet.rows import FINDINGS_MAX, paper_of
from waglan.messages.sheet.template import csv_template, xlsx_template
from waglan.messages.sheet.values import value_of
from waglan.messages.sheet.xlsx import read_xlsx

From: TypeAlias = "Callable[..., tuple[Paper, list[Finding]]]"
both = pytest.mark.parametrize("read", [from_csv, from_xlsx])


@both
@pytest.mark.parametrize("blank", [" ", "\u3000", "\u00a0", "\u200b", "\ufeff\u2060", "\u3164"])
def test_a_cell_that_shows_nothing_is_empty(read: From, blank: str) -> None:
    names = ("parent", "vessel", "voyage", "carrier", "consignee_name", "container", "seals")
    paper, findings = read(HEAD | GOODS | {name: blank for name in names})
    [bill] = paper.bills
    assert (bill.level, bill.parent, bill.parties, paper.equipment) == (Level.MASTER, None, (), ())
    assert (paper.head.vessel, paper.head.voyage, paper.head.carrier) == (None, None, None)
    _, findings = read(HEAD | GOODS | {"bill": blank})
    assert [one.code for one in findings] == ["SHEET-BILL-MISSING"]
    _, findings = read(HEAD | GOODS | {"document": blank})
    assert "SHEET-VALUE-MISSING" in [one.code for one in findings]


@both
def test_one_row_is_one_item_of_one_bill(read: From) -> None:
    paper, findings = read(
        HEAD
        | GOODS
        | {
            "consignee_name": "黃大文 & CO",
            "consignee_address": "1 Sample Road",
            "container": "CSQU3054383",
            "container_packages": "100",
            "size_type": "22G1",
            "full": "yes",
            "seals": "S1; S2",
            "transhipment": "no",
            "gross_mass_kg": "20000.5",
            "volume_m3": "12.25",
        }
    )
    assert findings == []
    assert (paper.kind, paper.recipient) == (PaperKind.MANIFEST, "HKCED:ZZ")
    assert (paper.head.document, paper.head.imo, paper.head.arrival) == (
        "MAN-7",
        "9321483",
        "2026-11-23T06:00",
    )
    [bill] = paper.bills
    assert (bill.number, bill.level, bill.transhipment, bill.segment) == (
        "HLCU1",
        Level.MASTER,
        False,
        2,
    )
    [party] = bill.parties
    assert (party.role, party.name) == (PartyRole.CONSIGNEE, "黃大文 & CO")
    [goods] = bill.goods
    assert (goods.packages, goods.gross_mass_g, goods.volume_cm3) == (100, 20_000_500, 12_250_000)
    assert goods.stowed == (Package("CSQU3054383", 100),)
    assert paper.equipment == (
        Equipment("CSQU3054383", size_type="22G1", full=True, seals=("S1", "S2")),
    )


@both
def test_what_a_cell_does_not_say_is_unknown(read: From) -> None:
    paper, findings = read(HEAD | {"bill": "HLCU1"})
    assert findings == []
    assert paper.bills == (Bill("HLCU1", Level.MASTER, segment=2),)


@both
def test_rows_go_on_with_the_bill_the_item_and_the_box_above(read: From) -> None:
    paper, findings = read(
        HEAD | GOODS | {"container": "CSQU3054383", "container_packages": "60"},
        {"container": "TOLU4734787", "container_packages": "40"},
        {"description": "TOYS", "packages": "5", "container": "CSQU3054383"},
        {"bill": "H-1", "parent": "HLCU1", "description": "SHOES"},
        {"bill": "H-1", "description": "SOCKS"},
    )
    assert findings == []
    first, house = paper.bills
    assert [goods.description for goods in first.goods] == ["COTTON T-SHIRTS", "TOYS"]
    assert first.goods[0].stowed == (Package("CSQU3054383", 60), Package("TOLU4734787", 40))
    assert (house.level, house.parent) == (Level.HOUSE, "HLCU1")
    assert [goods.number for goods in house.goods] == [1, 2]
    assert [box.number for box in paper.equipment] == ["CSQU3054383", "TOLU4734787"]


@both
def test_what_rules_find_leads_back_to_row_and_column(read: From) -> None:
    paper, _ = read(
        HEAD | GOODS | {"container": "CSQU3054383", "container_packages": "60"},
        {"container": "TOLU4734787", "container_packages": "40", "full": "yes"},
        {"description": "TOYS", "packages": "5", "container": "CSQU3054383", "seals": "S1"},
        {"bill": "H/1", "parent": "HLCU1", "description": "SHOES", "gross_mass_kg": "7"},
        {"bill": "H/1", "parent": "HLCU1", "consignee_name": "黃大文", "bill_packages": "9"},
    )
    assert paper.told_at is not None
    for path, segment, row in (
        ("bills/HLCU1/goods/2/description", 2, "rows/4/description"),
        ("bills/HLCU1/goods/2/volume_cm3", 2, "rows/4/volume_m3"),
        ("bills/HLCU1/goods/1/stowed", 2, "rows/2"),
        ("bills/HLCU1/goods/9/description", 2, "rows/2"),
        ("bills/HLCU1", 2, "rows/2"),
        ("bills/HLCU1", None, "rows/2"),
        ("bills/HLCU1/parties/consignor", 2, "rows/2/consignor_name"),
        ("bills/H~11/parties/consignee/name", 5, "rows/6/consignee_name"),
        ("bills/H/1/packages", 5, "rows/6/bill_packages"),
        ("bills/H~11/gross_mass_g", 5, "rows/5/gross_mass_kg"),
        ("bills/H~11/number", 5, "rows/5/bill"),
        ("equipment/TOLU4734787", None, "rows/3/container"),
        ("equipment/TOLU4734787/full", None, "rows/3/full"),
        ("equipment/CSQU3054383/seals", None, "rows/4/seals"),
        ("equipment/CSQU3054383/tare_g", None, "rows/2/tare_kg"),
        ("head/arrival", None, "rows/2/arrival"),
        ("interchange/recipient", None, "rows/2/recipient"),
    ):
        assert paper.told_at.place(Where(path, segment=segment)) == place(
            int(row.split("/")[1]), "/".join(row.split("/")[2:])
        ), path
    # What stands in an earlier version, or in no sheet at all, is no row of this one.
    for path, segment in (("bills/HLCU1", 4), ("bills/B9", 2), ("equipment/X", None), ("bills", 1)):
        assert paper.told_at.place(Where(path, segment=segment)) == Where(path, segment=segment)


def test_two_forwarders_may_number_their_houses_alike() -> None:
    paper, findings = from_csv(
        HEAD | {"bill": "001", "parent": "M1"}, {"bill": "001", "parent": "M2"}
    )
    assert findings == []
    assert [(bill.parent, bill.number) for bill in paper.bills] == [("M1", "001"), ("M2", "001")]


@both
def test_what_is_said_differently_in_two_rows_is_named_with_both(read: From) -> None:
    _, findings = read(
        HEAD | GOODS | {"consignee_name": "ACME", "container": "CSQU3054383", "full": "yes"},
        {"bill": "HLCU1", "consignee_name": "OTHER", "container": "CSQU3054383", "full": "no"},
        {"document": "MAN-8"},
    )
    assert told(findings) == [
        ("SHEET-DIFFERS", "rows/3/consignee_name"),
        ("SHEET-DIFFERS", "rows/3/full"),
        ("SHEET-DIFFERS", "rows/4/document"),
    ]
    assert findings[0].params == {"text": "OTHER", "before": "ACME"}


@both
def test_an_amendment_names_the_version_it_changes(read: From) -> None:
    paper, _ = read(HEAD | GOODS | {"function": "replace", "amends": "1"})
    assert paper.head.function is Function.REPLACE
    assert paper.head.references == (("ACW", "1"),)


@both
def test_a_formula_is_found_and_its_value_never_taken(read: From) -> None:
    paper, findings = read(HEAD | GOODS | {"gross_mass_kg": "=1+6", "marks": '=cmd|"/c calc"!A1'})
    assert told(findings) == [
        ("SHEET-FORMULA", "rows/2/marks"),
        ("SHEET-FORMULA", "rows/2/gross_mass_kg"),
    ]
    assert (paper.bills[0].goods[0].gross_mass_g, paper.bills[0].goods[0].marks) == (None, "")


def test_a_number_in_place_of_a_code_is_taken_and_asked_about() -> None:
    paper, findings = from_xlsx(HEAD | GOODS | {"bill": 7, "hs_codes": 610910.0})
    assert told(findings) == [
        ("SHEET-NUMBER-AS-TEXT", "rows/2/bill"),
        ("SHEET-NUMBER-AS-TEXT", "rows/2/hs_codes"),
    ]
    assert {finding.severity for finding in findings} == {Severity.WARNING}
    assert (paper.bills[0].number, paper.bills[0].goods[0].hs_codes) == ("7", ("610910",))


def test_a_number_that_a_spreadsheet_has_rounded_is_no_code() -> None:
    for number, code in ((10**15 - 1, "SHEET-NUMBER-AS-TEXT"), (10**15, "SHEET-NUMBER-LOST")):
        paper, findings = from_xlsx(HEAD | GOODS | {"hs_codes": number})
        assert told(findings) == [(code, "rows/2/hs_codes")]
    assert findings[0].severity is Severity.ERROR
    assert paper.bills[0].goods[0].hs_codes == ()
    _, findings = from_csv(HEAD | GOODS | {"bill": "1.23457E+17"})
    assert ("SHEET-NUMBER-LOST", "rows/2/bill") in told(findings)
    _, findings = from_csv(HEAD | GOODS | {"bill": "12E7", "marks": "A1E+05"})
    assert findings == []


def test_a_date_or_a_truth_in_place_of_a_code_is_not_taken() -> None:
    day = datetime(2026, 3, 1)  # noqa: DTZ001
    _, findings = from_xlsx(HEAD | GOODS | {"voyage": day, "licences": day, "marks": True})
    assert sorted(told(findings)) == [
        ("SHEET-DATE-AS-TEXT", "rows/2/licences"),
        ("SHEET-DATE-AS-TEXT", "rows/2/voyage"),
        ("SHEET-VALUE", "rows/2/marks"),
    ]
    assert {finding.severity for finding in findings} == {Severity.ERROR}


def test_a_bill_whose_number_can_not_be_taken_is_told_once_and_gives_its_row_to_no_other() -> None:
    day = datetime(2026, 3, 1)  # noqa: DTZ001
    booking: dict[str, Cell] = {**HEAD, **GOODS, "kind": "booking", "bill": day}
    paper, findings = from_xlsx(booking)
    sent = Sent("forwarder", b"", "XLSX")
    told_all = message_of(paper, sent, tuple(findings)).findings
    assert told(told_all) == [("SHEET-DATE-AS-TEXT", "rows/2/bill")]
    paper, _ = from_xlsx(HEAD | GOODS, {"bill": day, "description": "TOYS"})
    assert [item.description for bill in paper.bills for item in bill.goods] == ["COTTON T-SHIRTS"]


# Rows that a comma has moved

REEFER = b"bill,document,recipient,container,tare_kg,temperature_c\n"


def test_a_cell_under_no_heading_refuses_its_row() -> None:
    data = REEFER + b'B1,D,R,CSQU3054383,"4800,5",-18\nB2,D,R,TOLU4734787,4800,5,-18\n'
    _, [finding] = paper_of(read_csv(data))
    assert (finding.code, finding.severity) == ("SHEET-ROW-LONG", Severity.ERROR)
    assert (finding.where.path, finding.where.line) == ("rows/3/G", 3)
    assert finding.params == {"text": "-18", "column": "G"}
    _, findings = paper_of(read_csv(b"bill,,document,recipient\nB1,x,D,R\n"))
    assert told(findings) == [("SHEET-ROW-LONG", "rows/2/B")]
    _, findings = paper_of(read_xlsx(as_xlsx([["bill", "document", "recipient"], [*"BDRx"]])))
    assert told(findings) == [("SHEET-ROW-LONG", "rows/2/D")]


def test_empty_cells_beyond_the_headings_are_asked_about_and_refuse_nothing() -> None:
    moved = b"B1,D,R,CSQU3054383,4800,5,\n"
    _, [finding] = paper_of(read_csv(REEFER + b"B0,D,R,,,\n" + moved + b",,,,,,,,\n"))
    assert (finding.code, finding.severity) == ("SHEET-ROW-LONGER", Severity.WARNING)
    assert (finding.where.line, finding.params) == (3, {"count": 1, "cells": 7, "columns": 6})
    padded = REEFER.replace(b"\n", b",,\n") + b"B1,D,R,,,,,\n"
    assert paper_of(read_csv(padded))[1] == []


@both
def test_a_row_that_stands_there_twice_is_asked_about(read: From) -> None:
    one = HEAD | GOODS | {"container": "CSQU3054383", "container_packages": "60"}
    paper, [finding] = read(one, one)
    assert (finding.code, finding.severity) == ("SHEET-ROW-TWICE", Severity.WARNING)
    assert (finding.where.line, finding.params) == (3, {"row": 3, "before": 2})
    assert len(paper.bills[0].goods) == 2
    share = {"container": "TOLU4734787", "container_packages": "40"}
    _, findings = read(one, share, {"description": "TOYS"}, share)
    assert findings == []
    _, findings = read(one, share, share)
    assert [one.code for one in findings] == ["SHEET-ROW-TWICE"]
    _, findings = read(one, one | {"bill": "HLCU2"})
    assert findings == []


def test_bills_of_many_rows_are_read_in_a_time_that_grows_with_them_alone() -> None:
    def seconds(rows: int) -> float:
        text = "document,recipient,bill,description\n" + "".join(
            f"D,R,B{n},X\n" for n in range(rows)
        )
        sheet, began = read_csv(text.encode()), process_time()
        assert paper_of(sheet)[1] == []
        return process_time() - began

    seconds(100)
    assert seconds(16_000) < 24 * max(seconds(2_000), 0.01)


def test_zeros_in_front_of_a_text_are_kept() -> None:
    for read in (from_csv, from_xlsx):
        paper, findings = read(HEAD | GOODS | {"bill": "000123"})
        assert (findings, paper.bills[0].number) == ([], "000123")


def test_numbers_times_and_truths_of_a_workbook_need_no_text() -> None:
    paper, findings = from_xlsx(
        HEAD
        | GOODS
        | {
            "arrival": datetime(2026, 11, 23, 6, 30),  # noqa: DTZ001
            "gross_mass_kg": 20000.5,
            "packages": 12.0,
            "transhipment": True,
        }
    )
    assert findings == []
    assert paper.head.arrival == "2026-11-23T06:30"
    assert paper.bills[0].transhipment is True
    goods = paper.bills[0].goods[0]
    assert (goods.gross_mass_g, goods.packages) == (20_000_500, 12)


KG, DAY = columns()["gross_mass_kg"], columns()["arrival"]
TRUTH, COLD = columns()["full"], columns()["temperature_c"]
HERE = place(2, "x")


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("20", 20_000), ("20.5", 20_500), ("20,5", 20_500), ("0,125", 125), ("1,234.5", 1_234_500),
        ("1.234,5", 1_234_500), ("1,234,567", 1_234_567_000), ("1.234.567", 1_234_567_000),
        ("1.234", 1_234), ("12,3456", 12_346), (".5", 500), ("1 234.5", 1_234_500), ("0", 0),
        ("0.0005", 1), ("0.00049", 0),
    ],
)  # fmt: skip
def test_a_mass_is_read_exactly_with_a_point_or_a_comma(text: str, grams: int) -> None:
    assert value_of(Made(text), KG, HERE) == (grams, [])


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1e5", "1,23,4", "1..2", "1,2,3", "٣", "12kg", "9" * 41, "1" * 19]
)
def test_what_is_no_mass_is_found(text: str) -> None:
    value, [finding] = value_of(Made(text), KG, HERE)
    assert (value, finding.code) == (None, "SHEET-VALUE")


def test_a_comma_before_three_digits_is_never_guessed_at() -> None:
    value, [finding] = value_of(Made("1,234"), KG, HERE)
    assert (value, finding.code) == (None, "SHEET-NUMBER-UNCLEAR")
    assert value_of(Made("1234", Kind.NUMBER), KG, HERE) == (1_234_000, [])


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-23", "2026-11-23"), ("2026/1/3 6:05", "2026-01-03T06:05"),
        ("2026-11-23T06:00:30", "2026-11-23T06:00:30"), ("23/11/2026 06:00", "2026-11-23T06:00"),
        ("11/23/2026", "2026-11-23"), ("5/5/2026", "2026-05-05"), ("29.02.2028", "2028-02-29"),
        ("2026-11-23T06:00+08:00", "2026-11-23T06:00+08:00"),
        ("2026-11-23 06:00+0800", "2026-11-23T06:00+08:00"),
        ("2026-11-23T06:00Z", "2026-11-23T06:00Z"),
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_usually_written(text: str, time: str) -> None:
    assert value_of(Made(text), DAY, HERE) == (time, [])


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-13-01", "2026-02-29", "2026-11-23 25:00", "2026-11-23 06:00 pm", "1"]
)
def test_what_is_no_time_is_found(text: str) -> None:
    value, [finding] = value_of(Made(text), DAY, HERE)
    assert (value, finding.code) == (None, "SHEET-VALUE")


def test_a_day_that_may_be_a_month_is_never_guessed_at() -> None:
    value, [finding] = value_of(Made("11/12/2026"), DAY, HERE)
    assert (value, finding.code) == (None, "SHEET-DAY-UNCLEAR")


@pytest.mark.parametrize(
    ("text", "said"), [("Yes", True), ("是", True), ("NO", False), ("否", False)]
)
def test_yes_and_no_are_read_in_both_languages(text: str, said: bool) -> None:
    assert value_of(Made(text), TRUTH, HERE) == (said, [])


@pytest.mark.parametrize(
    ("text", "millidegrees"),
    [("-18", -18_000), ("\N{MINUS SIGN}18,5", -18_500), ("+4", 4_000), ("200", 200_000)],
)
def test_a_temperature_may_be_below_zero(text: str, millidegrees: int) -> None:
    assert value_of(Made(text), COLD, HERE) == (millidegrees, [])
    assert value_of(Made("200.1"), COLD, HERE)[0] is None


def test_headings_are_known_in_either_language_in_any_width_and_case() -> None:
    for key, column in columns().items():
        for name in (key, column.en, column.zh, column.heading, f"  {column.en.upper()} "):
            assert key_of(name) == key
    assert key_of("\N{FULLWIDTH LATIN CAPITAL LETTER B}ill number") == "bill"
    assert key_of("My own remarks") is None


def test_a_column_that_nobody_reads_is_named_and_a_double_one_refused() -> None:
    rows = [["bill", "document", "recipient", "Remarks", "Bill number"], ["B1", "D", "R", "x", "y"]]
    paper, findings = paper_of(read_csv(as_csv(rows)))
    assert told(findings) == [
        ("SHEET-HEADING-UNKNOWN", "rows/1/4"),
        ("SHEET-HEADING-TWICE", "rows/1/bill"),
    ]
    assert paper is not None
    assert paper.bills[0].number == "B1"


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"a,b\n1,2\n", b"\xef\xbb\xbf", b"x\0y", b'"', b"\xff\xfe\x00"]
)
def test_what_is_no_table_is_answered(data: bytes) -> None:
    paper, findings = paper_of(read_csv(data))
    assert paper is None
    assert findings[-1].severity is Severity.ERROR


def test_a_quote_too_many_or_too_few_loses_no_bill_in_silence() -> None:
    goods = GOODS | {"description": 'COTTON, "DYED", T-SHIRTS', "marks": "X"}
    rows = [HEAD | goods | {"bill": f"HLCU{n}"} for n in range(3)]
    whole = as_csv(table(*rows)).removeprefix(b"\xef\xbb\xbf")
    quotes = [at for at, sign in enumerate(whole) if sign == ord('"')]
    assert quotes
    lost = [whole[:at] + whole[at + 1 :] for at in quotes]
    for data in [*lost, *(whole[:at] + b'"' + whole[at:] for at in range(len(whole)))]:
        paper, findings = paper_of(read_csv(data))
        is_refused = any(found.severity is Severity.ERROR for found in findings)
        bills = paper.bills if paper else ()
        assert is_refused or len(bills) == 3, data.decode()


def test_a_sheet_without_its_document_or_its_recipient_is_told_which_is_missing() -> None:
    _, findings = from_csv({"bill": "B1"})
    assert told(findings) == [
        ("SHEET-HEADING-MISSING", "rows/1"),
        ("SHEET-HEADING-MISSING", "rows/1"),
        ("SHEET-VALUE-MISSING", "rows/2/document"),
        ("SHEET-VALUE-MISSING", "rows/2/recipient"),
    ]


@both
def test_rows_that_belong_to_nothing_are_found(read: From) -> None:
    _, findings = read(HEAD | {"description": "TOYS"}, {"bill": "B1", "container_packages": "5"})
    assert told(findings) == [
        ("SHEET-BILL-MISSING", "rows/2/bill"),
        ("SHEET-CONTAINER-MISSING", "rows/3/container"),
    ]
    _, findings = read(HEAD | {"bill": "B1", "container": "CSQU3054383", "container_packages": "5"})
    assert told(findings) == [("SHEET-GOODS-MISSING", "rows/2/container_packages")]


def test_a_wrong_check_digit_is_a_note_once_a_container_and_no_number_at_all_a_warning() -> None:
    _, findings = from_csv(
        HEAD | GOODS | {"container": "CSQU3054384"}, {"container": "CSQU 305438 4"}
    )
    assert [(f.code, f.severity) for f in findings] == [("CONTAINER-CHECK-DIGIT", Severity.NOTE)]
    _, findings = from_csv(HEAD | GOODS | {"container": "NO BOX"})
    assert [(f.code, f.severity) for f in findings] == [("CONTAINER-SHAPE", Severity.WARNING)]


# Characters and separators


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_usual_separator_is_seen(separator: str) -> None:
    text = 'bill,document,recipient,description\r\nB1,D,R,"COTTON; T-SHIRTS"\r\n'
    text = text.replace(",", separator).replace("COTTON; T", f"COTTON{separator} T")
    paper, findings = paper_of(read_csv(text.encode()))
    assert findings == []
    assert paper is not None
    assert paper.bills[0].goods[0].description == f"COTTON{separator} T-SHIRTS"
    assert paper_of(read_csv(f"sep={separator}\n{text}".encode()))[0] == paper


@pytest.mark.parametrize(
    ("codec", "said"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("big5hkscs", "big5hkscs"),
     ("gb18030", "gb18030")],
)  # fmt: skip
def test_the_code_page_that_excel_saved_in_is_found_out_and_said(
    codec: str, said: str | None
) -> None:
    rows = table(HEAD | GOODS | {"consignee_name": "黃大文樣本有限公司"})
    data = as_csv(rows).decode("utf-8-sig").encode(codec)
    paper, findings = paper_of(read_csv(data))
    assert [f.params["charset"] for f in findings if f.code == "SHEET-CHARSET"] == (
        [said] if said else []
    )
    assert paper is not None
    assert paper.bills[0].parties[0].name == "黃大文樣本有限公司"


def test_english_headings_leave_the_partners_own_code_page_to_decide() -> None:
    rows = f"bill,document,recipient,consignee_name\nB1,D,R,{'香港貿易'}\n"
    for codec in ("big5hkscs", "gb18030"):
        paper, _ = paper_of(read_csv(rows.encode(codec), codec))
        assert paper is not None
        assert paper.bills[0].parties[0].name == "香港貿易"


def test_bytes_that_belie_their_own_mark_are_refused() -> None:
    _, findings = paper_of(read_csv(b"\xef\xbb\xbf" + b"bill,document\nB\xff,D\n"))
    assert findings[0].code == "SHEET-CHARSET-BROKEN"
    assert findings[0].severity is Severity.ERROR


@given(st.text(max_size=20))
def test_text_made_safe_for_spreadsheets_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


# Limits, at each and one past it


def test_rows_columns_and_cells_have_limits() -> None:
    for count, code in ((ROWS_MAX, None), (ROWS_MAX + 1, "SHEET-ROWS")):
        data = b"bill,document,recipient\n" + b"B,D,R\n" * count
        assert [f.code for f in read_csv(data).findings] == ([code] if code else [])
    for count, code in ((COLUMNS_MAX, None), (COLUMNS_MAX + 1, "SHEET-COLUMNS")):
        data = ",".join(["bill"] * count).encode() + b"\n"
        assert [f.code for f in read_csv(data).findings] == ([code] if code else [])
    most = CELL_CHARACTERS_MAX
    for count, code in ((most, None), (most + 1, "SHEET-CELL-LENGTH")):
        for read, data in (
            (read_csv, as_csv([["bill"], ["x" * count]])),
            (read_xlsx, as_xlsx([["bill"], ["x" * count]])),
        ):
            assert [f.code for f in read(data).findings] == ([code] if code else [])


def test_findings_are_listed_up_to_the_limit_and_counted_beyond() -> None:
    for count in (FINDINGS_MAX, FINDINGS_MAX + 1, FINDINGS_MAX + 7):
        head = "bill,document,recipient,full\nB,D,R,\n" + "B,,,maybe\n" * count
        _, findings = paper_of(read_csv(head.encode()))
        assert findings[-1].severity is Severity.ERROR
        left_out = [f.params["count"] for f in findings if f.code == "SHEET-FINDINGS-MORE"]
        assert left_out == ([count - FINDINGS_MAX] if count > FINDINGS_MAX else [])


def test_warnings_beyond_the_limit_refuse_nothing() -> None:
    rows: list[list[Cell]] = [["bill", "document", "recipient", "hs_codes"]]
    rows += [[f"B{n}", "D", "R", 610910] for n in range(FINDINGS_MAX + 1)]
    _, findings = paper_of(read_xlsx(as_xlsx(rows)))
    assert (findings[-1].code, findings[-1].severity) == ("SHEET-FINDINGS-MORE", Severity.WARNING)


def test_a_character_of_no_value_is_told_with_its_line() -> None:
    paper, [finding] = paper_of(read_csv(b"bill,document,recipient\nB1,D\0,R\n"))
    assert (paper, finding.code, finding.where.line) == (None, "SHEET-NUL", 2)


def test_a_table_without_our_headings_is_told_which_are_looked_for() -> None:
    _, [*_, finding] = paper_of(read_csv(b"a,b\n1,2\n"))
    assert finding.code == "SHEET-NOT-A-TABLE"
    for key in ("document", "bill"):
        assert columns()[key].heading in str(finding.params["wanted"])


# The template


@pytest.mark.parametrize("sheet", [read_csv(csv_template()), read_xlsx(xlsx_template())])
def test_the_template_is_a_paper_that_reads_without_a_finding(sheet: object) -> None:
    paper, findings = paper_of(sheet)  # type: ignore[arg-type]
    assert findings == []
    assert paper is not None
    assert paper.head.document == "SYNTHETIC-1"
    assert paper.bills[0].goods[0].gross_mass_g == 1_250_500


def test_the_template_is_the_same_every_day() -> None:
    assert xlsx_template() == xlsx_template()


# Whatever the bytes are

SAMPLE = as_csv(table(HEAD | GOODS | {"consignee_name": "黃大文"}))
SNIPPETS = [b",", b'"', b"\n", b";", b"\x00", b"\xff", b"=", b"\xa4\xa4", b"sep=;\n", b"bill", b"'"]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(SNIPPETS), st.integers(0, 40)), max_size=6),
    st.sampled_from([SAMPLE, SAMPLE.decode("utf-8-sig").encode("big5hkscs")]),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_csv_file_is_answered(edits: list[tuple[float, bytes, int]], raw: bytes) -> None:
    for at_, put_in, taken_out in edits:
        at = int(at_ * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    paper, findings = paper_of(read_csv(raw))
    assert paper is not None or findings


@given(st.binary(max_size=200))
def test_any_bytes_as_csv_are_answered(raw: bytes) -> None:
    paper, findings = paper_of(read_csv(raw))
    assert paper is not None or findings


CELLS: st.SearchStrategy[Cell] = st.none() | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=12
)


@given(st.lists(st.dictionaries(st.sampled_from([*columns()]), CELLS, max_size=12), max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_cells_in_any_columns_are_answered_row_by_row(rows: list[dict[str, Cell]]) -> None:
    data = as_csv([[columns()[key].heading for key in columns()],
                   *([row.get(key) for key in columns()] for row in rows)])  # fmt: skip
    paper, findings = paper_of(read_csv(data))
    assert paper is not None
    assert all(f.where.path.startswith("rows/") or f.code == "SHEET-CHARSET" for f in findings)
