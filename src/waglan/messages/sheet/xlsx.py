"""An XLSX workbook as a sheet. It is somebody else's archive: read it where it can do no harm.

What it says of itself is looked at before anything is unpacked, and its XML before cells are made:
a few kilobytes can claim gigabytes, and one cell far away a table of all that lies before it.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeAlias
from xml.parsers import expat

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.messages.sheet.cell import Cell, Kind, Row, Sheet, bounded, limits, shown

ZIP_ENTRIES_MAX: Final = 256
UNPACKED_BYTES_MAX: Final = 128 << 20
RATIO_MAX: Final = 200  # unpacked to packed, of anything over a mebibyte
RATIO_COUNTS_FROM_BYTES: Final = 1 << 20
NAME: Final = "manifest"  # of the sheet that is read; the first visible one where none has it
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


# What a broken or hostile archive makes its readers raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, CalamineError, OSError,
    EOFError, LookupError, ValueError, ArithmeticError, RuntimeError, NotImplementedError,
)  # fmt: skip


class _Unfit(Exception):
    """The workbook is not read; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def read_xlsx(data: bytes) -> Sheet:
    """Return the rows of a workbook's manifest sheet; it never raises on what the bytes are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _measure(archive, len(data))
            return _read(archive, data)
    except _Unfit as unfit:
        return Sheet([], (unfit.finding,))
    except _BROKEN:
        return Sheet([], (_bad("SHEET-XLSX"),))


def _measure(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    if len(entries) > ZIP_ENTRIES_MAX:
        raise _Unfit(
            Finding(
                "SHEET-ZIP-ENTRIES",
                Severity.ERROR,
                Where("file"),
                {"count": len(entries), "max": ZIP_ENTRIES_MAX},
            )
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_BYTES_MAX:
        raise _too_large(unpacked)
    if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > RATIO_MAX * packed:
        raise _Unfit(
            Finding(
                "SHEET-ZIP-RATIO",
                Severity.ERROR,
                Where("file"),
                {"ratio": unpacked // packed, "max": RATIO_MAX},
            )
        )


def _too_large(unpacked: int) -> _Unfit:
    mib_max = UNPACKED_BYTES_MAX >> 20
    return _Unfit(
        Finding(
            "SHEET-ZIP-SIZE",
            Severity.ERROR,
            Where("file"),
            {"mib": -(-unpacked >> 20), "max": mib_max},
        )
    )


def _read(archive: zipfile.ZipFile, data: bytes) -> Sheet:
    workbook = load_workbook(io.BytesIO(data))
    sheets = [
        sheet
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    if not sheets:
        raise _Unfit(_bad("SHEET-NO-SHEET"))
    chosen = next((s for s in sheets if s.name.strip().casefold() == NAME), sheets[0])
    scan = _Scan()
    scan.run(archive, _path_of(archive, chosen.name))
    rows: list[Row] = []
    found: list[Finding] = []
    told = workbook.get_sheet_by_name(chosen.name).to_python(skip_empty_area=False)
    for number, values in enumerate(told, start=1):
        cells = [_cell(value) for value in values]
        for column in scan.formulas.get(number, ()):
            cells += [None] * (column - len(cells))
            cells[column - 1] = Cell("", Kind.FORMULA)
        row, faults = bounded(cells, number)
        rows.append(row)
        found += faults
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(rows, tuple(found))


def _path_of(archive: zipfile.ZipFile, name: str) -> str:
    """Return the member that holds a sheet, by way of the workbook's own list."""
    wanted: list[str] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet" and attributes.get("name") == name:
            wanted.extend(v for k, v in attributes.items() if k.rpartition(":")[2] == "id")

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, "xl/workbook.xml", sheet)
    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    target = next((targets[key] for key in wanted if key in targets), "")
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    if path not in archive.namelist():
        raise _Unfit(_bad("SHEET-XLSX"))
    return path


class _Scan:
    """How far a sheet reaches and where its formulas are, told by its XML alone."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self.formulas: dict[int, list[int]] = {}
        self._row = self._column = 0

    def run(self, archive: zipfile.ZipFile, path: str) -> None:
        _parse(archive, path, self._start)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
        elif tag == "c":
            self._column, self._row = _cell_of(attributes.get("r", "")) or (
                self._column + 1,
                self._row,
            )
        elif tag in _FILLED:
            self._fill(is_formula=tag == "f")

    def _fill(self, *, is_formula: bool) -> None:
        # Cells that have a style alone may reach to the end of the sheet, and say nothing.
        self.rows = max(self.rows, self._row)
        self.columns = max(self.columns, self._column)
        too_much = limits(self.rows, self.columns)
        if too_much:
            raise _Unfit(too_much[0])
        if is_formula:
            self.formulas.setdefault(self._row, []).append(self._column)


_FILLED = frozenset({"v", "f", "is"})


def _cell_of(reference: str) -> tuple[int, int] | None:
    """Return column and row of `C9`, counted from 1."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(found[2])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else 0


Start: TypeAlias = Callable[[str, dict[str, str]], None]


def _parse(archive: zipfile.ZipFile, path: str, start: Start) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    # A document type can name entities that grow without end; no spreadsheet program writes one.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    unpacked = 0
    with archive.open(path) as member:
        while block := member.read(1 << 16):
            unpacked += len(block)
            if unpacked > UNPACKED_BYTES_MAX:
                raise _too_large(unpacked)
            parser.Parse(block)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise _Unfit(_bad("SHEET-XLSX"))


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


def _bad(code: str) -> Finding:
    if code == "SHEET-NO-SHEET":
        return Finding("SHEET-NO-SHEET", Severity.ERROR, Where("file"), {})
    return Finding("SHEET-XLSX", Severity.ERROR, Where("file"), {})
