"""Sheets made up for the tests, as CSV and as workbooks."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter

from waglan.codes.finding import Finding
from waglan.messages.paper import Paper
from waglan.messages.sheet.columns import columns
from waglan.messages.sheet.csv_file import read_csv
from waglan.messages.sheet.rows import paper_of
from waglan.messages.sheet.template import csv_of
from waglan.messages.sheet.xlsx import read_xlsx

HEAD = {
    "document": "MAN-7",
    "recipient": "HKCED:ZZ",
    "vessel": "HARBOUR STAR",
    "imo": "9321483",
    "voyage": "012E",
    "arrival": "2026-11-23 06:00",
}
GOODS = {
    "bill": "HLCU1",
    "description": "COTTON T-SHIRTS",
    "packages": "100",
    "gross_mass_kg": "20",
}
Cell = str | int | float | bool | datetime | None


def table(*rows: Mapping[str, Cell]) -> list[list[Cell]]:
    """Headings of all columns that a row has, in the template's order, and the rows below."""
    used = [key for key in columns() if any(key in row for row in rows)]
    return [
        [columns()[key].heading for key in used],
        *([row.get(key) for key in used] for row in rows),
    ]


def as_csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    return csv_of([["" if cell is None else str(cell) for cell in row] for row in rows])


def unsafe_csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """As a program writes it that knows nothing of formulas."""
    return as_csv(rows).replace(b"'=", b"=")


def as_xlsx(rows: Sequence[Sequence[Cell]], name: str = "Manifest") -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(name)
    for n, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                if cell.startswith("="):
                    sheet.write_formula(n, at, cell, None, 7)
                else:
                    sheet.write_string(n, at, cell)
            elif isinstance(cell, bool):
                sheet.write_boolean(n, at, cell)
            elif isinstance(cell, datetime):
                sheet.write_datetime(n, at, cell, day)
            elif cell is not None:
                sheet.write_number(n, at, cell)
    book.close()
    return data.getvalue()


def from_csv(*rows: Mapping[str, Cell]) -> tuple[Paper, list[Finding]]:
    return _read(read_csv(unsafe_csv(table(*rows))))


def from_xlsx(*rows: Mapping[str, Cell]) -> tuple[Paper, list[Finding]]:
    return _read(read_xlsx(as_xlsx(table(*rows))))


def _read(sheet: object) -> tuple[Paper, list[Finding]]:
    paper, findings = paper_of(sheet)  # type: ignore[arg-type]
    assert paper is not None
    return paper, findings


def told(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.where.path) for finding in findings]
