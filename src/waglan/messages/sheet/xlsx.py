"""An XLSX workbook as a sheet. It is somebody else's archive: read it where it can do no harm.

What it says of itself is looked at before anything is unpacked, and its XML before cells are made:
a few kilobytes can claim gigabytes, and one cell far away a table of all that lies before it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.messages.sheet.cell import Cell, Kind, Row, Sheet, bounded, letters, place, shown
from waglan.messages.sheet.columns import key_of
from waglan.messages.sheet.scan import (
    UNPACKED_BYTES_MAX,
    Scan,
    SheetPlaces,
    SheetRefused,
    members_of,
    not_whole,
    too_large,
    top_of,
)

# How old workbooks (.xls) begin, and those with a password.
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_ENTRIES_MAX: Final = 256
RATIO_MAX: Final = 200  # unpacked to packed, of anything over a mebibyte
RATIO_COUNTS_FROM_BYTES: Final = 1 << 20
NAME: Final = "manifest"  # of the sheet that is read; the first visible one where none has it
HIDDEN_SHOWN_MAX: Final = 20  # columns that one finding names


# What a broken or hostile archive makes its readers raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, CalamineError, OSError,
    EOFError, LookupError, ValueError, ArithmeticError, RuntimeError, NotImplementedError,
)  # fmt: skip


def read_xlsx(data: bytes) -> Sheet:
    """Return the rows of a workbook's manifest sheet; it never raises on what the bytes are."""
    if data.startswith(OLD_WORKBOOK):
        return Sheet([], (Finding("SHEET-OLD-WORKBOOK", Severity.ERROR, Where("file"), {}),))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _measure(archive, len(data))
            return _read(archive, data)
    except SheetRefused as unfit:
        return Sheet([], (unfit.finding,))
    except _BROKEN:
        return Sheet([], (not_whole().finding,))


def _measure(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    if len(entries) > ZIP_ENTRIES_MAX:
        raise SheetRefused(
            Finding(
                "SHEET-ZIP-ENTRIES",
                Severity.ERROR,
                Where("file"),
                {"count": len(entries), "max": ZIP_ENTRIES_MAX},
            )
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_BYTES_MAX:
        raise too_large(unpacked)
    if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > RATIO_MAX * packed:
        raise SheetRefused(
            Finding(
                "SHEET-ZIP-RATIO",
                Severity.ERROR,
                Where("file"),
                {"ratio": unpacked // packed, "max": RATIO_MAX},
            )
        )


def _read(archive: zipfile.ZipFile, data: bytes) -> Sheet:
    workbook = load_workbook(io.BytesIO(data))
    sheets = [one for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    seen = [one for one in sheets if one.visible is SheetVisibleEnum.Visible]
    if not seen:
        raise SheetRefused(Finding("SHEET-NO-SHEET", Severity.ERROR, Where("file"), {}))
    chosen = next((one for one in seen if one.name.strip().casefold() == NAME), seen[0])
    members, scan = members_of(archive), Scan()
    if chosen.name not in members.sheets:
        raise not_whole()
    scan.run(archive, members.sheets[chosen.name])
    found = [*_others(archive, members, sheets, chosen), *_hidden(scan)]
    rows: list[Row] = []
    told = workbook.get_sheet_by_name(chosen.name).to_python(skip_empty_area=False)
    for number in range(1, max(len(told), scan.rows) + 1):
        cells = [_cell(value) for value in told[number - 1]] if number <= len(told) else []
        for column, text in scan.faults.get(number, {}).items():
            _put(cells, column, Cell(text or "#", Kind.FAULT))
        for column in scan.formulas.get(number, ()):
            _put(cells, column, Cell("", Kind.FORMULA))
        row, faults = bounded(cells, number)
        rows.append(row)
        found += faults
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(rows, tuple(found))


def _put(cells: Row, column: int, cell: Cell) -> None:
    cells += [None] * (column - len(cells))
    cells[column - 1] = cell


def _others(
    archive: zipfile.ZipFile,
    members: SheetPlaces,
    sheets: Sequence[SheetMetadata],
    chosen: SheetMetadata,
) -> Iterator[Finding]:
    """Tell of each other sheet that has our headings and rows below: it is not read."""
    for other in sheets:
        if other.name == chosen.name:
            continue
        top = top_of(archive, members, other.name)
        if not (top.has_more and _is_ours(top.texts)):
            continue
        where, name, read = Where("file"), shown(other.name), shown(chosen.name)
        if other.visible is SheetVisibleEnum.Visible:
            yield Finding("SHEET-SECOND", Severity.ERROR, where, {"name": name, "read": read})
        else:
            yield Finding("SHEET-HIDDEN-SHEET", Severity.WARNING, where, {"name": name})


def _is_ours(headings: Sequence[str]) -> bool:
    keys = {key_of(text) for text in headings} - {None}
    # A list of codes beside the table may have a description too.
    return "bill" in keys and len(keys) > 1


def _hidden(scan: Scan) -> Iterator[Finding]:
    """Tell of what is read and nobody sees who has the workbook before him."""
    if scan.hidden_rows:
        where, count = place(scan.hidden_rows[0]), len(scan.hidden_rows)
        yield Finding("SHEET-HIDDEN-ROWS", Severity.WARNING, where, {"count": count})
    if scan.hidden_columns:
        columns = [letters(column - 1) for column in sorted(scan.hidden_columns)]
        named = ", ".join(columns[:HIDDEN_SHOWN_MAX])
        where = place(1)
        yield Finding("SHEET-HIDDEN-COLUMNS", Severity.WARNING, where, {"columns": named})


def _cell(value: object) -> Cell | None:
    if isinstance(value, str):
        if value.startswith("#") and value in _FAULTS:
            return Cell(value, Kind.FAULT)
        return None if is_blank(value) else Cell(value.strip(" "))
    if isinstance(value, bool):
        return Cell("true" if value else "false", Kind.TRUTH)
    if isinstance(value, int | float):
        return Cell(format(Decimal(repr(value)).normalize(), "f"), Kind.NUMBER)
    if isinstance(value, datetime):
        return Cell(value.replace(microsecond=0).isoformat(), Kind.TIME)
    if isinstance(value, date):
        return Cell(value.isoformat(), Kind.TIME)
    if isinstance(value, time | timedelta):
        return Cell(shown(str(value)), Kind.FAULT)
    return None


_FAULTS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
