"""Data sheets that a person keys in elsewhere: a draft's fields as CSV and as a workbook.

Which columns there are is data, each with what of it was read where. Every cell is text, none can
be a formula, and the same draft makes the same bytes.
"""

import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec
import xlsxwriter

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft import Draft
from waglan.manifest.draft_field import Scalar, ValueKind, kind_of, patterns
from waglan.manifest.draft_values import DraftValues
from waglan.manifest.model import Function
from waglan.messages.bridge.file import BridgeFile, BridgeFiles
from waglan.messages.sheet.csv_file import escaped
from waglan.messages.sheet.template import csv_of

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DIRECTIONS = ("import", "export")
HKHS_DIGITS = 8
ROWS_MAX = 2_000
# Workbooks carry when they were made; one of the same draft is the same on every day.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 (the format has no zone)
_PO_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST OFFICE BOX\b|郵政信箱", re.IGNORECASE)

Rule = Literal["no-po-box", "hkhs", "thousandths", "hong-kong-dollars", ""]


class SheetColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column: its headings, from where it is filled, and for which directions it was read."""

    en: str
    zh: str
    import_: str = msgspec.field(name="import")
    export: str
    read: tuple[Literal["import", "export"], ...] = ()
    rule: Rule = ""
    is_optional: bool = False

    @property
    def heading(self) -> str:
        """What stands above the column."""
        return f"{self.en} {self.zh}"

    def place(self, direction: str) -> str:
        """Return the field it is filled from."""
        return self.export if direction == "export" else self.import_


class SheetRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole sheet, with its source."""

    title_en: str
    title_zh: str
    source: str
    checked_on: date
    by_direction: bool
    columns: tuple[SheetColumn, ...]


@cache
def sheet_rules(name: str) -> SheetRules:
    """Return the packaged rules of a sheet; a column of no field that there is stops the start."""
    found = msgspec.convert(tomllib.loads(read(f"messages/bridge/{name}.toml")), SheetRules)
    for column in found.columns:
        for place in (column.import_, column.export):
            if not place.startswith("=") and place not in patterns():
                raise ValueError(f"{name}.toml: {place} is no field of a draft")
    return found


def sheet_files(name: str, draft: Draft) -> BridgeFiles:
    """Return the sheet of a draft as CSV and XLSX; with an ERROR among the findings, neither."""
    rules, filling = sheet_rules(name), _Filling(draft)
    direction = str(draft.facts.get("direction", ""))
    if direction not in DIRECTIONS:
        where = Where("setup/facts/direction")
        filling.findings.append(Finding("BRIDGE-DIRECTION", Severity.ERROR, where, {}))
        return BridgeFiles((), tuple(filling.findings))
    rows = list(filling.rows(rules, direction))
    if len(rows) > ROWS_MAX:
        filling.findings.append(
            Finding(
                "BRIDGE-ITEMS",
                Severity.ERROR,
                Where("fields"),
                {"count": len(rows), "max": ROWS_MAX},
            )
        )
    found = BridgeFiles((), tuple(filling.findings))
    if found.is_refused:
        return found
    table = [[column.heading for column in rules.columns], *rows]
    files = (
        BridgeFile(f"{name}.csv", CSV, csv_of(table)),
        BridgeFile(f"{name}.xlsx", XLSX, _workbook(rules, table)),
    )
    return BridgeFiles(files, found.findings)


@dataclass(slots=True)
class _Filling:
    draft: Draft
    findings: list[Finding] = field(default_factory=list)

    def rows(self, rules: SheetRules, direction: str) -> Iterator[list[str]]:
        """Yield a row for each goods item; what is withdrawn has one row that says so."""
        life = self.draft.life
        if life.function is not Function.ORIGINAL and not self.draft.number:
            where = Where("reply/number")
            self.findings.append(Finding("BRIDGE-NUMBER", Severity.ERROR, where, {}))
        told: dict[str, str] = {
            "=function": life.function.value,
            "=number": self.draft.number,
            "=direction": direction,
            "=mode": self.draft.mode or "",
        }
        if life.function is Function.CANCEL:
            yield [
                self._written(told.get(place, ""), "reply/number" if place == "=number" else place)
                for place in (column.place(direction) for column in rules.columns)
            ]
            return
        sheet = DraftValues(self.draft.values)
        for bill in sheet.keys("bills"):
            for n, item in enumerate(sheet.keys(f"bills/{bill}/goods") or ("1",), 1):
                told |= {"=bill": bill, "=item": str(n)}
                yield [
                    self._cell(column, direction, (bill, item), told) for column in rules.columns
                ]

    def _cell(
        self, column: SheetColumn, direction: str, at: tuple[str, str], told: Mapping[str, str]
    ) -> str:
        pattern = column.place(direction)
        if pattern.startswith("="):
            of_bill = f"fields/bills/{at[0]}"
            return self._written(told[pattern], "reply/number" if pattern == "=number" else of_bill)
        bill, item = at
        path = pattern.replace("*", bill, 1).replace("*", item, 1)
        value = self.draft.values.get(path)
        text = "" if value is None else _text(path, value)
        if not text:
            self._lacks(column, direction, path)
        else:
            self.findings += _by_rule(column.rule, text, path)
            self._written(text, f"fields/{path}")
        return f"{Decimal(text) / 1000:f}" if text and column.rule == "thousandths" else text

    def _written(self, text: str, place: str) -> str:
        """Return a text as it is; tell once if the CSV has it otherwise, lest it be run."""
        written = escaped(text)
        if written != text:
            found = Finding(
                "BRIDGE-ESCAPED",
                Severity.NOTE,
                Where(place),
                {"told": text[:200], "written": written[:200]},
            )
            if found not in self.findings:
                self.findings.append(found)
        return text

    def _lacks(self, column: SheetColumn, direction: str, path: str) -> None:
        if column.is_optional:
            return
        severity = Severity.ERROR if direction in column.read else Severity.WARNING
        where = Where(f"fields/{path}")
        if not any(one.where == where for one in self.findings):
            self.findings.append(
                Finding("BRIDGE-LACKS", severity, where, {"item": column.en, "item_zh": column.zh})
            )


def _by_rule(rule: Rule, text: str, path: str) -> list[Finding]:
    where = Where(f"fields/{path}")
    if rule == "hkhs" and not re.fullmatch(rf"[0-9]{{{HKHS_DIGITS}}}", text):
        return [Finding("BRIDGE-HKHS", Severity.ERROR, where, {"text": text[:80]})]
    if rule == "no-po-box" and _PO_BOX.search(text):
        return [Finding("BRIDGE-PO-BOX", Severity.ERROR, where, {"text": text[:80]})]
    if rule == "hong-kong-dollars" and text != "HKD":
        return [Finding("BRIDGE-CURRENCY", Severity.WARNING, where, {"text": text})]
    return []


def _text(path: str, value: Scalar) -> str:
    """Return a value as it is written; masses in kg, volumes in m³, money in whole units."""
    kind = kind_of(path)
    holds = None if kind is None else kind.holds
    if isinstance(value, tuple):
        codes = value if path.rsplit("/", 1)[-1] != "hs_codes" else [_digits(c) for c in value]
        return "; ".join(codes)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        scale = (
            {ValueKind.MASS: 3, ValueKind.VOLUME: 6, ValueKind.AMOUNT: 2}.get(holds, 0)
            if holds
            else 0
        )
        return f"{Decimal(value).scaleb(-scale):f}"
    return value


def _digits(code: str) -> str:
    return "".join(char for char in code if char not in " .")


def _workbook(rules: SheetRules, table: list[list[str]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": rules.title_en, "created": _MADE})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    sheet, notes = book.add_worksheet("Data 資料"), book.add_worksheet("Notes 說明")
    sheet.set_column(0, len(rules.columns) - 1, 22, text)
    for at, row in enumerate(table):
        for across, cell in enumerate(row):
            sheet.write_string(at, across, cell, bold if at == 0 else text)
    sheet.freeze_panes(1, 0)
    notes.set_column(0, 1, 60)
    lines = (rules.title_en, rules.title_zh, rules.source, str(rules.checked_on))
    for at, line in enumerate(lines):
        notes.write_string(at, 0, line)
    for at, column in enumerate(rules.columns, len(lines) + 1):
        notes.write_string(at, 0, column.heading)
        notes.write_string(at, 1, ", ".join(column.read) or "-")
    book.close()
    return data.getvalue()
