"""Workbooks that mean harm, or are broken: each is answered, and none costs more than it may."""

import io
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import GOODS, HEAD, as_xlsx, table

from waglan.codes.finding import Severity
from waglan.messages.sheet.cell import COLUMNS_MAX, ROWS_MAX, Cell, Kind
from waglan.messages.sheet.xlsx import (
    OLD_WORKBOOK,
    RATIO_COUNTS_FROM_BYTES,
    RATIO_MAX,
    ZIP_ENTRIES_MAX,
    read_xlsx,
)

SAMPLE = as_xlsx(table(HEAD | GOODS))
SHEET = "xl/worksheets/sheet1.xml"


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in read_xlsx(data).findings]


def with_sheet(xml: str) -> bytes:
    head = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    return packed(members(SAMPLE) | {SHEET: f"{head}{xml}</sheetData></worksheet>".encode()})


def test_a_workbook_reads_the_same_when_packed_anew() -> None:
    assert read_xlsx(packed(members(SAMPLE))) == read_xlsx(SAMPLE)
    assert codes(SAMPLE) == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive", SAMPLE[:-30], SAMPLE[40:]])
def test_what_is_no_workbook_is_answered(data: bytes) -> None:
    assert codes(data) == ["SHEET-XLSX"]


def test_an_archive_without_a_workbook_is_answered() -> None:
    assert codes(packed({"hello.txt": b"x"})) == ["SHEET-XLSX"]
    assert codes(packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x"})) == [
        "SHEET-XLSX"
    ]


def test_entries_of_the_archive_have_a_limit() -> None:
    have = members(SAMPLE)
    for count, wanted in ((ZIP_ENTRIES_MAX, []), (ZIP_ENTRIES_MAX + 1, ["SHEET-ZIP-ENTRIES"])):
        more = {f"x/{n}": b"" for n in range(count - len(have))}
        assert codes(packed(have | more)) == wanted


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(members(SAMPLE) | {"xl/media/bomb": bytes(8 << 20)})
    assert len(bomb) * RATIO_MAX < 8 << 20
    assert codes(bomb) == ["SHEET-ZIP-RATIO"]
    below = packed(members(SAMPLE) | {"xl/media/x": bytes(RATIO_COUNTS_FROM_BYTES // 2)})
    assert codes(below) == []
    stored = packed(members(SAMPLE) | {"xl/media/x": bytes(129 << 20)}, zipfile.ZIP_STORED)
    assert codes(stored) == ["SHEET-ZIP-SIZE"]


def test_a_cell_far_away_does_not_make_a_table_of_all_before_it() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert codes(with_sheet(far)) == ["SHEET-ROWS"]
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    assert codes(with_sheet(wide)) == ["SHEET-COLUMNS"]


def test_rows_and_columns_count_as_far_as_they_are_filled() -> None:
    def cell(column: str, row: int) -> str:
        return f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'

    assert codes(with_sheet(cell("A", ROWS_MAX + 1))) == []
    assert codes(with_sheet(cell("A", ROWS_MAX + 2))) == ["SHEET-ROWS"]
    assert COLUMNS_MAX == 100
    assert codes(with_sheet(cell("CV", 1))) == []
    assert codes(with_sheet(cell("CW", 1))) == ["SHEET-COLUMNS"]
    empty = '<row r="900000"><c r="XFD900000" s="1"/></row>'
    assert codes(with_sheet(cell("A", 1) + empty)) == []


def test_a_document_type_is_refused_whatever_it_names() -> None:
    xml = members(SAMPLE)[SHEET].partition(b"?>")[2]
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + xml
    assert codes(packed(members(SAMPLE) | {SHEET: laughs})) == ["SHEET-XLSX"]


def test_formulas_are_found_where_cells_do_not_say_where_they_are() -> None:
    sheet = read_xlsx(with_sheet("<row><c><v>1</v></c><c><f>1+1</f><v>2</v></c></row>"))
    assert [cell and cell.kind for cell in sheet.rows[0]] == [Kind.NUMBER, Kind.FORMULA]


def test_the_sheet_named_manifest_is_read_and_hidden_ones_never() -> None:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, hidden in (("Cover", False), ("Secret", True), (" MANIFEST ", False)):
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, name)
        if hidden:
            sheet.hide()
    book.close()
    assert read_xlsx(data.getvalue()).rows[0][0] == read_xlsx(as_xlsx([["MANIFEST"]])).rows[0][0]
    assert read_xlsx(as_xlsx([["x"]], "Any name")).rows[0][0]


def test_a_fault_of_the_spreadsheet_is_no_value() -> None:
    sheet = read_xlsx(with_sheet('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'))
    assert [cell for row in sheet.rows for cell in row] == [Cell("#REF!", Kind.FAULT)]


def book(*sheets: tuple[str, list[list[str]], bool], hide: tuple[int, ...] = ()) -> bytes:
    """A workbook of (name, rows, whether it is hidden), with these rows hidden in each."""
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, rows, is_hidden in sheets:
        sheet = made.add_worksheet(name)
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
        for n in hide:
            sheet.set_row(n, None, None, {"hidden": True})
        if is_hidden:
            sheet.hide()
        else:
            sheet.activate()
    made.close()
    return data.getvalue()


ROWS = [["Bill number", "Document number", "Recipient"], ["B1", "D1", "HKCED:ZZ"]]


def test_a_second_sheet_of_ours_is_no_half_of_a_paper() -> None:
    two = read_xlsx(book(("Manifest", ROWS, False), ("Page 2", ROWS, False)))
    [found] = two.findings
    assert (found.code, found.severity) == ("SHEET-SECOND", Severity.ERROR)
    assert found.params == {"name": "Page 2", "read": "Manifest"}
    inline = with_sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    assert codes(inline) == []
    for other in (ROWS[:1], [["HS codes", "Description of goods"], ["6109", "SHIRTS"]], [["x"]]):
        assert codes(book(("Manifest", ROWS, False), ("Other", other, False))) == []


def test_a_second_sheet_is_known_by_texts_that_stand_in_its_cells() -> None:
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row><c t="inlineStr"><is><r><t>Bill </t></r><r><t>number</t></r></is></c>'
        '<c t="str"><v>Recipient</v></c></row><row><c t="e"><v>#N/A</v></c></row>'
        "</sheetData></worksheet>"
    )
    two = members(book(("Manifest", ROWS, False), ("Page 2", [["x"]], False)))
    assert codes(packed(two | {"xl/worksheets/sheet2.xml": xml.encode()})) == ["SHEET-SECOND"]


def test_what_is_hidden_is_told() -> None:
    hidden = read_xlsx(book(("Old", ROWS, True), ("Manifest", [*ROWS, ["B2"]], False), hide=(2,)))
    assert [(one.code, one.severity, one.where.path) for one in hidden.findings] == [
        ("SHEET-HIDDEN-SHEET", Severity.WARNING, "file"),
        ("SHEET-HIDDEN-ROWS", Severity.WARNING, "rows/3"),
    ]
    assert len(hidden.rows) == 3
    xml = members(SAMPLE)[SHEET].decode()
    for column, wanted in ((2, ["SHEET-HIDDEN-COLUMNS"]), (40, [])):
        cols = f'<cols><col min="{column}" max="{column}" width="9" hidden="1"/></cols><sheetData>'
        columns = xml.replace("<sheetData>", cols)
        assert codes(packed(members(SAMPLE) | {SHEET: columns.encode()})) == wanted


def test_an_old_workbook_or_one_with_a_password_is_named() -> None:
    assert codes(OLD_WORKBOOK + bytes(2000)) == ["SHEET-OLD-WORKBOOK"]


EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 60)), min_size=1, max_size=6
)


@given(EDITS)
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_answered(edits: list[tuple[float, bytes, int]]) -> None:
    raw = SAMPLE
    for place, put_in, taken_out in edits:
        at = int(place * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    read_xlsx(raw)


@given(EDITS, st.sampled_from([SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]))
@settings(max_examples=150, deadline=None)
def test_damaged_xml_in_a_whole_archive_is_answered(
    edits: list[tuple[float, bytes, int]], name: str
) -> None:
    files = members(SAMPLE)
    raw = files[name]
    for place, put_in, taken_out in edits:
        at = int(place * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    read_xlsx(packed(files | {name: raw}))
