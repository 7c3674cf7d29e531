"""The template of a manifest as a sheet: headings in both languages, an example, and notes.

The example row is synthetic and says so. Every cell is written as text, so that no spreadsheet
program takes a code for a number, or a text for a formula.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import xlsxwriter

from waglan.messages.sheet.cell import ROWS_MAX
from waglan.messages.sheet.columns import Column, columns
from waglan.messages.sheet.csv_file import escaped

SHEET: Final = "Manifest"
NOTES: Final = "Notes 說明"
LEVELS: Final = {
    "head": "Once in the first row, or alike in all 只填首行或各行相同",
    "bill": "Once for each bill, or alike 每份提單只填一次或各行相同",
    "goods": "For each item 每項貨物",
    "share": "For each container of the item 每項貨物的每個貨櫃",
    "unit": "Once for each container, or alike 每個貨櫃只填一次或各行相同",
}
EXAMPLE: Final = {
    "document": "SYNTHETIC-1",
    "recipient": "HKCED:ZZ",
    "vessel": "SAMPLE STAR 樣本之星",
    "imo": "9074729",
    "voyage": "012E",
    "mode": "1",
    "port_of_call": "HKHKG",
    "arrival": "2026-11-23 06:00",
    "bill": "SAMPLE0001",
    "place_of_loading": "CNSZX",
    "port_of_discharge": "HKHKG",
    "transhipment": "no",
    "consignor_name": "SAMPLE TRADING LTD 樣本貿易有限公司",
    "consignor_address": "1 Sample Road, Shenzhen",
    "consignee_name": "SAMPLE IMPORTS 樣本進口",
    "consignee_address": "2 Sample Street, Hong Kong",
    "description": "Cotton T-shirts for men 男裝棉質汗衫",
    "packages": "100",
    "package_kind": "CT",
    "marks": "SAMPLE 1-100",
    "gross_mass_kg": "1250.5",
    "volume_m3": "8.4",
    "container": "CSQU3054383",
    "container_packages": "100",
    "size_type": "22G1",
    "full": "yes",
    "seals": "SL0001",
}
# Workbooks carry when they were made; a template is the same on every day.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 (the format has no zone)


def csv_template() -> bytes:
    """Return the template as CSV, in UTF-8 with the mark that Excel needs to see it."""
    keys = columns()
    return csv_of([[column.heading for column in keys.values()], [_example(key) for key in keys]])


def csv_of(rows: Iterable[Iterable[str]], *, is_raw: bool = False) -> bytes:
    """Return rows as CSV: UTF-8 with a mark, and no cell that could be a formula unless raw."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(rows if is_raw else ([escaped(cell) for cell in row] for row in rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_template() -> bytes:
    """Return the template as a workbook: the sheet to fill in, and a sheet of notes."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.set_properties({"title": "Waglan manifest 艙單", "created": _MADE})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    # "@" is Excel's format for text: what is typed stays as it is typed.
    text = book.add_format({"num_format": "@"})
    needed = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"}
    )
    sheet, notes = book.add_worksheet(SHEET), book.add_worksheet(NOTES)
    for at, (key, column) in enumerate(columns().items()):
        sheet.set_column(at, at, 22, text)
        sheet.write_string(0, at, column.heading, needed if column.is_needed else bold)
        if example := _example(key):
            sheet.write_string(1, at, example, text)
        if choices := _choices(column):
            sheet.data_validation(1, at, ROWS_MAX, at, {"validate": "list", "source": [*choices]})
    sheet.freeze_panes(1, 0)
    headings = ("Column 欄", "How to fill it in", "填寫方法", "Written 填寫次數")
    for at, heading in enumerate(headings):
        notes.write_string(0, at, heading, bold)
    notes.set_column(0, 3, 45)
    for row, column in enumerate(columns().values(), start=1):
        cells = (column.heading, column.note_en, column.note_zh, LEVELS[column.level])
        for at, cell in enumerate(cells):
            notes.write_string(row, at, cell)
    book.close()
    return data.getvalue()


def _example(key: str) -> str:
    return EXAMPLE.get(key, "")


def _choices(column: Column) -> tuple[str, ...]:
    return ("yes", "no") if column.value == "truth" else column.choices
