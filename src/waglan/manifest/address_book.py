"""A firm's address book: parties it names again and again, in both scripts.

Duplicates are suggested, never merged: two entries with one folded name are worth a look.
"""

import csv
import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import TypeVar

import msgspec

from waglan.codes.chinese import Disguise, disguises, match_key, spelt_out
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft_field import read_value

T = TypeVar("T", bound=Hashable)
K = TypeVar("K", bound=Hashable)

COLUMNS = ("name", "name_zh", "address", "address_zh", "code", "note")
ROWS_MAX = 5_000
SHEET_BYTES_MAX = 4 << 20
NOTE_CHARACTERS_MAX = 500
NAME_SHOWN_MAX = 80  # characters of a text in a finding
ALIKE_SHOWN_MAX = 5  # entries of the book that one finding names
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # a spreadsheet may run what begins so, wide ones too
_RUNS = re.compile(rf"\s*[{_SIGNS}][{_SIGNS}\s]*[^{_SIGNS}\s]")
_AS = {
    "name": "bills/1/consignor/name",
    "name_zh": "bills/1/consignor/name",
    "address": "bills/1/consignor/address",
    "address_zh": "bills/1/consignor/address",
    "code": "bills/1/consignor/code",
}


class Entry(msgspec.Struct, frozen=True):
    """One party in the address book; "" is what nobody said."""

    name: str = ""
    name_zh: str = ""
    address: str = ""
    address_zh: str = ""
    code: str = ""
    note: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """What two entries of one party have in common: a name or a code, however written."""
        return frozenset(match_key(one) for one in (self.name, self.name_zh, self.code)) - {""}

    @property
    def text(self) -> str:
        """What the entry is looked up by."""
        return " ".join((self.name, self.name_zh, self.address, self.address_zh, self.code))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet of addresses held: entries with their rows, and what is wrong with others."""

    entries: tuple[tuple[int, Entry], ...]
    findings: tuple[Finding, ...]


def read_entry(told: Mapping[str, str], *, line: int | None = None) -> tuple[Entry, list[Finding]]:
    """Return an entry as somebody gave it, or what is wrong with it."""
    found: dict[str, str] = {}
    wrong: list[Finding] = []
    for column in COLUMNS:
        text = " ".join(told.get(column, "").split())
        if not text:
            continue
        if column == "note":
            is_wrong = len(text) > NOTE_CHARACTERS_MAX or not text.isprintable()
        else:
            is_wrong = bool(read_value(_AS[column], text)[1])
        if is_wrong:
            where = Where(f"addresses/{column}", line=line)
            wrong.append(Finding("ADDRESS-VALUE", Severity.ERROR, where, {"column": column}))
        found[column] = text
    if not (found.get("name") or found.get("name_zh")):
        where = Where("addresses/name", line=line)
        wrong.append(Finding("ADDRESS-NAMELESS", Severity.ERROR, where, {}))
    return Entry(**found), wrong


def read_sheet(text: str, separator: str = ",") -> Sheet:
    """Return what a CSV sheet of addresses holds, row by row; its first row names the columns."""
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        reason = str(error)
        return _refused(
            Finding("ADDRESS-SHEET-SHAPE", Severity.ERROR, Where("sheet"), {"reason": reason})
        )
    if not rows or not {"name", "name_zh"} & {cell.strip().lower() for cell in rows[0]}:
        columns = ", ".join(COLUMNS)
        where = Where("sheet", line=1)
        return _refused(Finding("ADDRESS-SHEET-HEAD", Severity.ERROR, where, {"columns": columns}))
    named = [name for cell in rows[0] if (name := cell.strip().lower()) in COLUMNS]
    if twice := next((name for n, name in enumerate(named) if name in named[:n]), ""):
        where = Where("sheet", line=1)
        return _refused(Finding("ADDRESS-COLUMN-TWICE", Severity.ERROR, where, {"column": twice}))
    if len(rows) - 1 > ROWS_MAX:
        where = Where("sheet", line=ROWS_MAX + 2)
        return _refused(Finding("ADDRESS-SHEET-ROWS", Severity.ERROR, where, {"max": ROWS_MAX}))
    return _rows(rows)


def _rows(rows: list[list[str]]) -> Sheet:
    head = [cell.strip().lower() for cell in rows[0]]
    found: list[tuple[int, Entry]] = []
    lines: dict[str, int] = {}
    wrong = [
        Finding("ADDRESS-COLUMN", Severity.NOTE, Where("sheet", line=1), {"column": name[:40]})
        for name in head
        if name and name not in COLUMNS
    ]
    wrong += _longer(rows)
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(head) :]):
            where, cells = Where("sheet", line=line), len(row)
            wrong.append(
                Finding(
                    "ADDRESS-ROW-LONG",
                    Severity.ERROR,
                    where,
                    {"cells": cells, "columns": len(head)},
                )
            )
            continue
        cells_by_name = dict(zip(head, row, strict=False))
        formulas = [*_formulas(cells_by_name, line)]
        told = {name: _unquoted(cell) for name, cell in cells_by_name.items()}
        entry, findings = read_entry(told, line=line)
        wrong += [*formulas, *findings]
        if not (formulas or findings):
            found.append((line, entry))
            wrong += disguised(entry, line)
            wrong += _again(entry, line, lines)
    return Sheet(tuple(found), tuple(wrong))


def _longer(rows: list[list[str]]) -> Iterator[Finding]:
    """Ask about rows whose cells beyond the headings are empty: a comma may have moved them."""
    columns = len(rows[0])
    longer = [
        line
        for line, row in enumerate(rows[1:], 2)
        if len(row) > columns
        and any(map(str.strip, row))
        and not any(map(str.strip, row[columns:]))
    ]
    if longer:
        where, cells = Where("sheet", line=longer[0]), len(rows[longer[0] - 1])
        yield Finding(
            "ADDRESS-ROW-LONGER",
            Severity.WARNING,
            where,
            {"count": len(longer), "cells": cells, "columns": columns},
        )


def _formulas(told: Mapping[str, str], line: int) -> Iterator[Finding]:
    """Tell of what a spreadsheet would run: it is not run here, and taken for nobody's name."""
    for column in COLUMNS:
        text = told.get(column, "")
        if _RUNS.match(text):
            where = Where(f"addresses/{column}", line=line)
            shown = " ".join(text.split())[:NAME_SHOWN_MAX]
            yield Finding(
                "ADDRESS-FORMULA", Severity.ERROR, where, {"column": column, "text": shown}
            )


def _again(entry: Entry, line: int, lines: dict[str, int]) -> list[Finding]:
    """Tell which row above looks like the same party; both are kept, for nobody guesses."""
    before = [lines[key] for key in entry.keys if key in lines]
    for key in entry.keys:
        lines.setdefault(key, line)
    if not before:
        return []
    where = Where("addresses/name", line=line)
    return [Finding("ADDRESS-ROW-TWICE", Severity.WARNING, where, {"row": min(before)})]


def in_book(line: int, alike: Collection[str]) -> Finding:
    """Tell that a row looks like these entries of the book; it is kept beside them."""
    shown, more = sorted(alike)[:ALIKE_SHOWN_MAX], len(alike) > ALIKE_SHOWN_MAX
    entries = ", ".join(shown) + (", ..." if more else "")
    where = Where("addresses/name", line=line)
    return Finding("ADDRESS-IN-BOOK", Severity.WARNING, where, {"entries": entries})


def disguised(entry: Entry, line: int | None = None) -> Iterator[Finding]:
    """Tell of what is not what it looks like; nothing is lost, so the entry is kept."""
    for column in ("name", "name_zh", "address", "address_zh", "code"):
        text = getattr(entry, column)
        if disguises(text) - {Disguise.WIDTH}:
            where = Where(f"addresses/{column}", line=line)
            yield Finding(
                "ADDRESS-LOOK-ALIKE",
                Severity.WARNING,
                where,
                {"column": column, "text": spelt_out(text)[:NAME_SHOWN_MAX]},
            )


def duplicates(known: Mapping[T, Collection[K]]) -> dict[T, frozenset[T]]:
    """Return for each entry, known by its keys, those that look like the same party."""
    by_key: dict[K, set[T]] = {}
    for id_, keys in known.items():
        for key in keys:
            by_key.setdefault(key, set()).add(id_)
    return {
        id_: alike
        for id_, keys in known.items()
        if (alike := frozenset(one for key in keys for one in by_key[key]) - {id_})
    }


def party_fields(entry: Entry, at: str, *, chinese: bool) -> dict[str, object]:
    """Return the fields of a party of a draft, at a place such as `bills/1/consignee`."""
    first, second = (entry.name_zh, entry.name) if chinese else (entry.name, entry.name_zh)
    where = (entry.address_zh, entry.address) if chinese else (entry.address, entry.address_zh)
    told = {"name": first or second, "address": where[0] or where[1], "code": entry.code}
    return {f"{at}/{name}": value for name, value in told.items() if value}


def _unquoted(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


_GUARDED = re.compile(f"'[{_SIGNS}]")


def _refused(finding: Finding) -> Sheet:
    return Sheet((), (finding,))
