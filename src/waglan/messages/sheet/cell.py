"""A sheet before anybody knows what it means: rows of cells, each with what its writer made it."""

from enum import Enum
from typing import TypeAlias

import msgspec

from waglan.codes.finding import Finding, Severity, Where

ROWS_MAX = 20_000  # below the headings
COLUMNS_MAX = 100
CELL_CHARACTERS_MAX = 4_000
SHOWN_CHARACTERS_MAX = 35  # of a cell in a finding


class Kind(Enum):
    """What a cell is; a text file knows texts and formulas only."""

    TEXT = "t"
    NUMBER = "n"  # written out in full, with a point
    TIME = "d"  # ISO 8601, without a zone
    TRUTH = "b"  # true or false
    FORMULA = "f"  # never run, its value never taken
    FAULT = "e"  # #REF!, #N/A and the like


class Cell(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One cell that is not empty."""

    text: str
    kind: Kind = Kind.TEXT


Row: TypeAlias = "list[Cell | None]"


class Sheet(msgspec.Struct, frozen=True):
    """All rows of one sheet, the headings first; and what was found wrong in reading it."""

    rows: list[Row]
    findings: tuple[Finding, ...] = ()


def place(row: int, column: str = "") -> Where:
    """Return the place of a cell: its row counted from 1, headings included, and its column."""
    return Where(f"rows/{row}/{column}" if column else f"rows/{row}", line=row)


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0: `A` to `Z`, then `AA`."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def shown(text: str) -> str:
    """Return text for a finding, cut to what a screen can hold."""
    return text[:SHOWN_CHARACTERS_MAX]


def limits(rows: int, columns: int) -> list[Finding]:
    """Return what is too much of a sheet with so many rows (headings included) and columns."""
    found = []
    if rows > ROWS_MAX + 1:
        found.append(
            Finding(
                "SHEET-ROWS", Severity.ERROR, Where("rows"), {"count": rows - 1, "max": ROWS_MAX}
            )
        )
    if columns > COLUMNS_MAX:
        found.append(
            Finding(
                "SHEET-COLUMNS",
                Severity.ERROR,
                Where("rows/1"),
                {"count": columns, "max": COLUMNS_MAX},
            )
        )
    return found


def bounded(row: Row, number: int) -> tuple[Row, list[Finding]]:
    """Return a row without what is longer than a cell may be, and what was left out."""
    found = []
    for column, cell in enumerate(row):
        if cell is not None and len(cell.text) > CELL_CHARACTERS_MAX:
            row[column] = None
            found.append(
                Finding(
                    "SHEET-CELL-LENGTH",
                    Severity.ERROR,
                    place(number, letters(column)),
                    {"count": len(cell.text), "max": CELL_CHARACTERS_MAX},
                )
            )
    return row, found
