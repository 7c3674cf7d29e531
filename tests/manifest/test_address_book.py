"""A firm's address book and the sheets it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.manifest.address_book import (
    COLUMNS,
    NOTE_CHARACTERS_MAX,
    ROWS_MAX,
    SHEET_BYTES_MAX,
    Entry,
    duplicates,
    party_fields,
    read_entry,
)
from waglan.manifest.draft_field import NAME_CHARACTERS_MAX, read_value
from waglan.messages.sheet.addresses import read_addresses
from waglan.messages.sheet.csv_file import escaped

HEAD = "name,name_zh,address,address_zh,code,note\n"
ROW = 'SAMPLE TRADING LTD,樣本貿易有限公司,"1 SAMPLE ROAD, HONG KONG",香港樣本路 1 號,C1,\n'


def codes(text: str) -> list[str]:
    return [finding.code for finding in read_addresses(text.encode()).findings]


def test_a_sheet_is_read_row_by_row_and_each_fault_has_its_line() -> None:
    sheet = read_addresses((HEAD + ROW + "\n" + ",,5 NAMELESS ROAD,,,\n" + ROW).encode("utf-8-sig"))
    assert [line for line, _ in sheet.entries] == [2, 5]
    assert sheet.entries[0][1].address == "1 SAMPLE ROAD, HONG KONG"
    told = [(finding.code, finding.where.line) for finding in sheet.findings]
    assert told == [("ADDRESS-NAMELESS", 4), ("ADDRESS-ROW-TWICE", 5)]


@pytest.mark.parametrize(
    "again", ["SAMPLE LTD,,X9", "Sample Ltd.,,", "OTHER LTD,样本公司,", "OTHER LTD,,c-1"]
)
def test_a_row_that_shares_a_name_or_code_with_another_is_kept_and_told(again: str) -> None:
    sheet = read_addresses(
        f"name,name_zh,code\nSAMPLE LTD,樣本公司,C1\nTHIRD LTD,,\n{again}\n".encode()
    )
    assert [line for line, _ in sheet.entries] == [2, 3, 4]
    [finding] = sheet.findings
    assert (finding.code, finding.severity) == ("ADDRESS-ROW-TWICE", Severity.WARNING)
    assert (finding.where.line, finding.params) == (4, {"row": 2})


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1:A9)",
        "+cmd",
        "-2+3",
        "  =1+1",
        "\uff1d1",
        "\uff0bcmd",
        "\uff20SUM(A1)",
        "=-1",
    ],
)
@pytest.mark.parametrize("column", ["name", "name_zh", "address", "code", "note"])
def test_what_a_spreadsheet_would_run_is_told_and_its_row_left_out(column: str, cell: str) -> None:
    told = {"name": "SAMPLE LTD", "name_zh": "樣本公司", column: cell}
    body = f"{','.join(told)}\n{','.join(told.values())}\nOTHER LTD,其他公司\n"
    sheet = read_addresses(body.encode())
    assert [entry.name for _, entry in sheet.entries] == ["OTHER LTD"]
    [finding] = sheet.findings
    assert (finding.code, finding.severity) == ("ADDRESS-FORMULA", Severity.ERROR)
    assert (finding.where.path, finding.where.line) == (f"addresses/{column}", 2)
    # What is meant as text is guarded as lists are that leave here, and comes back as it was.
    guarded = told | {column: escaped(cell.strip())}
    sheet = read_addresses(f"{','.join(guarded)}\n{','.join(guarded.values())}\n".encode())
    [(_, entry)] = sheet.entries
    assert (getattr(entry, column), sheet.findings) == (cell.strip(), ())


@pytest.mark.parametrize("cell", ["-", "--", "+", "A+B", "A = B", "x@example.com"])
def test_a_sign_that_runs_nothing_is_text(cell: str) -> None:
    sheet = read_addresses(f"name,note\nSAMPLE LTD,{cell}\n".encode())
    assert ([entry.note for _, entry in sheet.entries], sheet.findings) == ([cell], ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ADDRESS-SHEET-HEAD"),
        ("company,street\nA,B\n", "ADDRESS-SHEET-HEAD"),
        (HEAD + '"never closed', "ADDRESS-SHEET-SHAPE"),
        (HEAD + "A" * (NAME_CHARACTERS_MAX + 1) + "\n", "ADDRESS-VALUE"),
        (HEAD + "A\x1b[31mB\n", "ADDRESS-VALUE"),
        (HEAD + "A,,,,," + "n" * (NOTE_CHARACTERS_MAX + 1), "ADDRESS-VALUE"),
        ("name,fax\nA,1\n", "ADDRESS-COLUMN"),
        ("name,code, Name\nA,1,B\n", "ADDRESS-COLUMN-TWICE"),
        (HEAD + "A\n" * (ROWS_MAX + 1), "ADDRESS-SHEET-ROWS"),
        ("name\n" + "A" * SHEET_BYTES_MAX, "ADDRESS-SHEET-SIZE"),
    ],
)
def test_a_sheet_that_is_none_says_why(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_limits_hold_to_the_very_row_and_character() -> None:
    assert codes(HEAD + "".join(f"A{n}\n" for n in range(ROWS_MAX))) == []
    assert codes(HEAD + "A" * NAME_CHARACTERS_MAX + "\n") == []
    torn = read_addresses(b"name\n\xff\xff")
    assert [one.code for one in torn.findings] == ["ADDRESS-SHEET-TEXT"]
    assert torn.findings[0].where.offset == 5


@pytest.mark.parametrize("charset", ["big5hkscs", "gb18030", "utf-16", "utf-8-sig"])
def test_a_sheet_is_read_in_whatever_a_spreadsheet_saves_it_and_that_is_said(charset: str) -> None:
    text = "name;name_zh\nSAMPLE LTD;香港樣本貿易有限公司\n"
    sheet = read_addresses(text.encode(charset))
    assert [one.name_zh for _, one in sheet.entries] == ["香港樣本貿易有限公司"]
    told = [one.params["charset"] for one in sheet.findings]
    assert told == ([] if charset.startswith("utf") else [charset])


def test_a_row_with_a_cell_too_many_is_told_and_left_out_and_empty_cells_do_no_harm() -> None:
    sheet = read_addresses(b"name,address\nSAMPLE LTD,1 ROAD, HONG KONG\nOTHER LTD,2 ROAD,,\n")
    assert [one.name for _, one in sheet.entries] == ["OTHER LTD"]
    longer, finding = sheet.findings
    assert (finding.code, finding.where.line) == ("ADDRESS-ROW-LONG", 2)
    assert finding.params == {"cells": 3, "columns": 2}
    # A comma may have moved its cells, or the row just ends in separators: somebody is to look.
    assert (longer.code, longer.severity) == ("ADDRESS-ROW-LONGER", Severity.WARNING)
    assert (longer.where.line, longer.params) == (3, {"count": 1, "cells": 4, "columns": 2})
    assert codes("name,address,,\nSAMPLE LTD,1 ROAD,,\n,,,,,,\n") == []


def test_a_name_in_look_alike_letters_is_kept_and_told() -> None:
    sheet = read_addresses("name,code\nEX\u0410MPLE LTD,\u0415XLN\n樣本公司,C1\n".encode())
    assert len(sheet.entries) == 2
    [unseen] = read_addresses("name\nEXAM\u034fPLE LTD\n".encode()).findings
    assert unseen.code == "ADDRESS-LOOK-ALIKE"
    assert unseen.params["text"] == "EXAM<U+034F>PLE LTD"
    told = [(one.code, one.where.path, one.where.line) for one in sheet.findings]
    assert told == [
        ("ADDRESS-LOOK-ALIKE", "addresses/name", 2),
        ("ADDRESS-LOOK-ALIKE", "addresses/code", 2),
    ]


def test_a_cell_that_a_spreadsheet_guarded_against_running_is_read_plain() -> None:
    sheet = read_addresses(b"name\n'=SAMPLE LTD\n'+852 SAMPLE\n'QUOTED LTD\n")
    assert [e.name for _, e in sheet.entries] == ["=SAMPLE LTD", "+852 SAMPLE", "'QUOTED LTD"]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_the_reader_answers(body: bytes) -> None:
    sheet = read_addresses(body)
    assert sheet.entries or sheet.findings or b"name" in body


@given(st.binary(max_size=6), st.integers(0, 120))
def test_a_sheet_with_bytes_changed_is_read_or_refused(change: bytes, at: int) -> None:
    body = (HEAD + ROW + ROW).encode()
    sheet = read_addresses(body[:at] + change + body[at + len(change) :])
    for line, entry in sheet.entries:
        assert line >= 2
        assert entry.name or entry.name_zh


@given(st.fixed_dictionaries({}, optional={name: st.text(max_size=12) for name in COLUMNS}))
def test_an_entry_that_is_taken_fits_a_draft_and_is_read_the_same_again(
    told: dict[str, str],
) -> None:
    entry, wrong = read_entry(told)
    if wrong:
        return
    again = {name: getattr(entry, name) for name in COLUMNS}
    assert read_entry(again) == (entry, [])
    for chinese in (False, True):
        fields = party_fields(entry, "bills/1/consignee", chinese=chinese)
        assert fields
        for path, value in fields.items():
            assert read_value(path, value)[1] == []


def test_two_spellings_of_one_name_are_suggested_as_one_in_either_script() -> None:
    book = [
        ("1", Entry("Sample Trading Ltd.", "樣本貿易有限公司")),
        ("2", Entry("SAMPLE TRADING LTD")),
        ("3", Entry("OTHER LTD", "样本贸易有限公司")),
        ("4", Entry("FOURTH LTD")),
    ]
    assert duplicates({id_: entry.keys for id_, entry in book}) == {
        "1": frozenset({"2", "3"}), "2": frozenset({"1"}), "3": frozenset({"1"}),
    }  # fmt: skip


def test_the_wanted_script_is_taken_first_and_the_other_where_there_is_none() -> None:
    entry = Entry("SAMPLE LTD", "樣本公司", "1 ROAD")
    fields = party_fields(entry, "bills/1/consignee", chinese=True)
    assert fields == {"bills/1/consignee/name": "樣本公司", "bills/1/consignee/address": "1 ROAD"}
