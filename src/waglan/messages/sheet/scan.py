"""The XML of a workbook, looked at before any cell is made, and for what its reader leaves out.

A cell of a fault (#N/A) reaches nobody through the reader of cells, nor what is hidden, nor what
stands on the other sheets.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.parsers import expat

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.sheet.cell import limits, shown

UNPACKED_BYTES_MAX: Final = 128 << 20
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_FILLED = frozenset({"v", "f", "is"})
_YES = frozenset({"1", "true"})

Attributes: TypeAlias = "dict[str, str]"
Start: TypeAlias = Callable[[str, Attributes], None]


class SheetRefused(Exception):
    """The workbook is not read; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        """Keep what is told of it."""
        super().__init__(finding.code)
        self.finding = finding


def not_whole() -> SheetRefused:
    """Return that the file is no workbook, or not all of one."""
    return SheetRefused(Finding("SHEET-XLSX", Severity.ERROR, Where("file"), {}))


def too_large(unpacked: int) -> SheetRefused:
    """Return that so many bytes are more than is unpacked."""
    mib_max = UNPACKED_BYTES_MAX >> 20
    return SheetRefused(
        Finding(
            "SHEET-ZIP-SIZE",
            Severity.ERROR,
            Where("file"),
            {"mib": -(-unpacked >> 20), "max": mib_max},
        )
    )


@dataclass(frozen=True, slots=True)
class SheetPlaces:
    """Which member of the archive holds each sheet, by its name, and which the shared texts."""

    sheets: Mapping[str, str]
    texts: str


def members_of(archive: zipfile.ZipFile) -> SheetPlaces:
    """Return the members that the workbook's own list names, of those that are there."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}
    texts: list[str] = []

    def sheet(tag: str, attributes: Attributes) -> None:
        if _bare(tag) == "sheet":
            for key, value in attributes.items():
                if _bare(key) == "id":
                    ids.setdefault(attributes.get("name", ""), value)

    def relation(tag: str, attributes: Attributes) -> None:
        if _bare(tag) == "Relationship":
            target = attributes.get("Target", "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = path
            if attributes.get("Type", "").endswith("/sharedStrings"):
                texts.append(path)

    _parse(archive, "xl/workbook.xml", sheet)
    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    there = {*archive.namelist()}
    paths = {name: targets.get(key, "") for name, key in ids.items()}
    return SheetPlaces(
        {name: path for name, path in paths.items() if path in there},
        next((path for path in texts if path in there), ""),
    )


class Scan:
    """How far a sheet reaches, where its formulas and faults are, and what of it is hidden."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.rows = self.columns = 0
        self.formulas: dict[int, list[int]] = {}
        self.faults: dict[int, dict[int, str]] = {}
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self._spans: list[tuple[int, int]] = []
        self._row = self._column = 0
        self._is_hidden = self._is_fault = False
        self._parser: expat.XMLParserType | None = None

    def run(self, archive: zipfile.ZipFile, path: str) -> None:
        """Look at a sheet; more than is ever read raises SheetRefused."""
        _parse(archive, path, self._start, self._begin)

    def _begin(self, parser: expat.XMLParserType) -> None:
        self._parser = parser

    def _start(self, tag: str, attributes: Attributes) -> None:
        tag = _bare(tag)
        if tag == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
            self._is_hidden = attributes.get("hidden", "") in _YES
        elif tag == "c":
            self._column, self._row = _cell_of(attributes.get("r", "")) or (
                self._column + 1,
                self._row,
            )
            self._is_fault = attributes.get("t") == "e"
        elif tag in _FILLED:
            self._fill(tag)
        elif tag == "col" and attributes.get("hidden", "") in _YES:
            self._spans.append(
                (_number(attributes.get("min", "")), _number(attributes.get("max", "")))
            )

    def _fill(self, tag: str) -> None:
        # Cells that have a style alone may reach to the end of the sheet, and say nothing.
        self.rows = max(self.rows, self._row)
        self.columns = max(self.columns, self._column)
        too_much = limits(self.rows, self.columns)
        if too_much:
            raise SheetRefused(too_much[0])
        if tag == "f":
            self.formulas.setdefault(self._row, []).append(self._column)
        elif tag == "v" and self._is_fault and self._parser:
            self.faults.setdefault(self._row, {})[self._column] = ""
            self._parser.CharacterDataHandler = self._fault
            self._parser.EndElementHandler = self._end_of_fault
        if self._is_hidden and self.hidden_rows[-1:] != [self._row]:
            self.hidden_rows.append(self._row)
        if self._row > 1 and any(low <= self._column <= high for low, high in self._spans):
            self.hidden_columns.add(self._column)

    def _fault(self, text: str) -> None:
        known = self.faults[self._row]
        known[self._column] = shown(known[self._column] + text)

    def _end_of_fault(self, tag: str) -> None:
        if self._parser:
            self._parser.CharacterDataHandler = self._parser.EndElementHandler = None


@dataclass(slots=True)
class SheetHead:
    """The first row of a sheet, as far as it holds texts, and whether anything stands below."""

    texts: list[str] = field(default_factory=list)
    has_more: bool = False


def top_of(archive: zipfile.ZipFile, members: SheetPlaces, name: str) -> SheetHead:
    """Return the top of a sheet, without reading what lies below."""
    path = members.sheets.get(name)
    if path is None:
        return SheetHead()
    look = _Look()
    with suppress(_Enough):
        _parse(archive, path, look.start, look.begin)
    wanted = {int(text) for text in look.shared if text.isascii() and text.isdecimal()}
    shared = _shared(archive, members.texts, wanted) if members.texts and wanted else []
    return SheetHead([*look.texts, *shared], look.has_more)


class _Enough(Exception):
    """All that was asked for has been seen."""


class _Look:
    """Collects the texts of the first row: those in it, and the numbers of those shared."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.shared: list[str] = []
        self.has_more = False
        self._row = 0
        self._into = self.texts
        self._parser: expat.XMLParserType | None = None

    def begin(self, parser: expat.XMLParserType) -> None:
        self._parser = parser

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = _bare(tag)
        if tag == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
        elif tag == "c":
            told = _cell_of(attributes.get("r", ""))
            self._row = told[1] if told else self._row
            self._into = self.shared if attributes.get("t") == "s" else self.texts
        elif tag in _FILLED and self._row > 1:
            self.has_more = True
            raise _Enough
        elif tag in {"v", "is"} and self._parser:
            self._into.append("")
            self._parser.CharacterDataHandler = self._text
            self._parser.EndElementHandler = self._end

    def _text(self, text: str) -> None:
        self._into[-1] += text if len(self._into[-1]) < _HEADING_CHARACTERS_MAX else ""

    def _end(self, tag: str) -> None:
        if _bare(tag) in {"v", "is"} and self._parser:
            self._parser.CharacterDataHandler = self._parser.EndElementHandler = None


_HEADING_CHARACTERS_MAX = 500


def _shared(archive: zipfile.ZipFile, path: str, wanted: set[int]) -> list[str]:
    """Return those of the texts that all sheets share which have these numbers."""
    found: dict[int, str] = {}
    at, last = -1, max(wanted)
    parsers: list[expat.XMLParserType] = []

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal at
        if _bare(tag) == "si":
            at += 1
            if at > last:
                raise _Enough
            parsers[0].CharacterDataHandler = text if at in wanted else None

    def text(part: str) -> None:
        before = found.get(at, "")
        found[at] = before + part if len(before) < _HEADING_CHARACTERS_MAX else before

    with suppress(_Enough):
        _parse(archive, path, start, parsers.append)
    return [*found.values()]


def _parse(
    archive: zipfile.ZipFile,
    path: str,
    start: Start,
    begin: Callable[[expat.XMLParserType], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if begin:
        begin(parser)
    # A document type can name entities that grow without end; no spreadsheet program writes one.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    unpacked = 0
    with archive.open(path) as member:
        while block := member.read(1 << 16):
            unpacked += len(block)
            if unpacked > UNPACKED_BYTES_MAX:
                raise too_large(unpacked)
            parser.Parse(block)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise not_whole()


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


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
