"""Rows of cells read into a paper: bills by number, goods by description, boxes by their share."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from msgspec.structs import replace

from waglan.codes import container
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Package,
    Party,
    PartyRole,
)
from waglan.manifest.version import PREVIOUS
from waglan.messages.paper import Paper, PaperKind
from waglan.messages.sheet.cell import Row, Sheet, letters, place, shown
from waglan.messages.sheet.columns import Column, columns, key_of
from waglan.messages.sheet.told_rows import BILL, GOODS, UNIT, BillRows, GoodsRow, ToldRows
from waglan.messages.sheet.values import Read, value_of

FINDINGS_MAX: Final = 1_000  # of one sheet; the rest is counted
_PARTIES: Final = (
    ("consignor", PartyRole.CONSIGNOR, "CZ"),
    ("consignee", PartyRole.CONSIGNEE, "CN"),
    ("notify", PartyRole.NOTIFY, "NI"),
    ("forwarder", PartyRole.FORWARDER, "FW"),
)


def paper_of(sheet: Sheet) -> tuple[Paper | None, list[Finding]]:
    """Return what a sheet says, and all that is wrong with it, row by row.

    Without a paper the sheet can't be taken for one at all. With an ERROR among the findings the
    paper is not to be filed, however much of it could be read.
    """
    found = _Found([*sheet.findings])
    if any(finding.severity is Severity.ERROR for finding in found.findings) and not sheet.rows:
        return None, found.findings
    headings = _headings(sheet.rows[0] if sheet.rows else [], found)
    if headings is None:
        return None, found.findings
    reading = _Reading(found)
    _longer(sheet.rows, found)
    for number, row in enumerate(sheet.rows[1:], start=2):
        values = _values(row, number, headings, found)
        if values:
            reading.add(number, values)
    return reading.paper(), found.all()


class _Found:
    """Findings up to the limit, and how many are beyond it, as grave as the gravest of them."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        self.left_out = 0
        self._gravest = Severity.NOTE

    def add(self, finding: Finding) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)
        else:
            self.left_out += 1
            self._gravest = max(self._gravest, finding.severity, key=[*Severity].index)

    def all(self) -> list[Finding]:
        if not self.left_out:
            return self.findings
        return [
            *self.findings,
            Finding("SHEET-FINDINGS-MORE", self._gravest, Where("rows"), {"count": self.left_out}),
        ]


_OF_A_TABLE: Final = ("document", "bill", "description")  # one of these at least
# By place; None is a heading that nobody reads.
Headings: TypeAlias = Mapping[int, tuple[str, Column] | None]


def _headings(row: Row, found: _Found) -> Headings | None:
    """Return column by place; None where the sheet is none of ours."""
    known: dict[int, tuple[str, Column] | None] = {}
    keys: set[str] = set()
    for at, cell in enumerate(row):
        if cell is None:
            continue
        key = key_of(cell.text)
        known[at] = None
        if key is None:
            text = shown(cell.text)
            where = place(1, str(at + 1))
            found.add(Finding("SHEET-HEADING-UNKNOWN", Severity.WARNING, where, {"text": text}))
        elif key in keys:
            text = shown(cell.text)
            found.add(Finding("SHEET-HEADING-TWICE", Severity.ERROR, place(1, key), {"text": text}))
        else:
            keys.add(key)
            known[at] = (key, columns()[key])
    if not keys & {*_OF_A_TABLE}:
        wanted = ", ".join(columns()[key].heading for key in _OF_A_TABLE)
        found.add(Finding("SHEET-NOT-A-TABLE", Severity.ERROR, place(1), {"wanted": wanted}))
        return None
    for key, column in columns().items():
        if column.is_needed and key not in keys:
            name = column.heading
            found.add(Finding("SHEET-HEADING-MISSING", Severity.ERROR, place(1), {"name": name}))
    return known


def _longer(rows: Sequence[Row], found: _Found) -> None:
    """Ask about rows with more cells than the headings have, where those beyond are empty.

    A comma without quotes may have moved what stands in them; a row may also just end in one.
    """
    width = len(rows[0])
    longer = [
        number
        for number, row in enumerate(rows[1:], start=2)
        if len(row) > width and any(row) and not any(row[width:])
    ]
    if longer:
        where, cells = place(longer[0]), len(rows[longer[0] - 1])
        found.add(
            Finding(
                "SHEET-ROW-LONGER",
                Severity.WARNING,
                where,
                {"count": len(longer), "cells": cells, "columns": width},
            )
        )


def _values(row: Row, number: int, headings: Headings, found: _Found) -> dict[str, Read]:
    values: dict[str, Read] = {}
    unheaded, is_lost = list[int](), False
    for at, cell in enumerate(row):
        if cell is None:
            continue
        if at not in headings:
            unheaded.append(at)
            continue
        if (known := headings[at]) is None:
            continue
        key, column = known
        value, wrong = value_of(cell, column, place(number, key))
        for finding in wrong:
            found.add(finding)
        if value not in (None, "", ()):
            values[key] = value
        is_lost |= key == "bill" and value is None
    if unheaded:
        found.add(_unheaded(row, number, unheaded[0]))
    if is_lost:
        # Whose row it is was not read, and that is told: no other bill is given what it says.
        return {key: value for key, value in values.items() if columns()[key].level == "head"}
    return values


def _unheaded(row: Row, number: int, at: int) -> Finding:
    """Tell of a cell that stands under no heading: most often a comma has moved the row."""
    cell = row[at]
    text, column = shown(cell.text if cell else ""), letters(at)
    where = place(number, column)
    return Finding("SHEET-ROW-LONG", Severity.ERROR, where, {"text": text, "column": column})


class _Open:
    """A bill that rows are still told of."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.told: dict[str, Read] = {}
        self.told_at: dict[str, int] = {}
        self.goods: list[tuple[dict[str, Read], list[Package]]] = []
        self.goods_at: list[int] = []
        self.rows: dict[tuple[object, ...], int] = {}  # of goods and their shares, as they came


class _Reading:
    def __init__(self, found: _Found) -> None:
        self._found = found
        self._head: dict[str, Read] = {}
        self._head_at: dict[str, int] = {}
        self._bills: dict[tuple[str, str], _Open] = {}
        self._newest: dict[str, tuple[str, str]] = {}  # of each number
        self._units: dict[str, dict[str, Read]] = {}
        self._units_at: dict[str, dict[str, int]] = {}
        self._last: _Open | None = None

    def add(self, row: int, values: Mapping[str, Read]) -> None:
        """Take a row; what it does not repeat belongs to the bill of the row above."""
        by_level: dict[str, dict[str, Read]] = {}
        for key, value in values.items():
            by_level.setdefault(columns()[key].level, {})[key] = value
        self._alike((self._head, self._head_at), by_level.get("head", {}), row)
        bill = by_level.get("bill", {})
        open_ = self._bill(bill, row)
        if open_ is None:
            if by_level.keys() - {"head"}:
                where = place(row, "bill")
                self._found.add(Finding("SHEET-BILL-MISSING", Severity.ERROR, where, {}))
            return
        self._alike((open_.told, open_.told_at), bill, row)
        goods = by_level.get("goods", {})
        self._twice(open_, by_level, row)
        if goods:
            open_.goods.append((goods, []))
            open_.goods_at.append(row)
        self._share(open_, by_level, row)

    def paper(self) -> Paper:
        """Return all that the rows said."""
        head = self._head
        self._need()
        references = ((PREVIOUS, str(head["amends"])),) if "amends" in head else ()
        return Paper(
            PaperKind(head.get("kind") or "manifest"),
            _text(head, "recipient") or "",
            replace(
                Head(
                    _text(head, "document") or "",
                    function=Function(head.get("function") or "original"),
                    references=references,
                ),
                **{name: head[name] for name in _HEAD if name in head},
            ),
            tuple(self._built(key, open_) for key, open_ in self._bills.items()),
            tuple(_unit(number, told) for number, told in self._units.items()),
            booking=_text(head, "booking"),
            told_at=self._told_at(),
        )

    def _told_at(self) -> ToldRows:
        bills = {
            open_.row: BillRows(
                number,
                open_.row,
                open_.told_at,
                tuple(
                    GoodsRow(row, tuple(told))
                    for row, (told, _) in zip(open_.goods_at, open_.goods, strict=True)
                ),
            )
            for (_, number), open_ in self._bills.items()
        }
        return ToldRows(self._head_at, bills, self._units_at)

    def _need(self) -> None:
        for key, column in columns().items():
            if column.is_needed and key not in self._head:
                name = column.heading
                self._found.add(
                    Finding("SHEET-VALUE-MISSING", Severity.ERROR, place(2, key), {"name": name})
                )

    def _bill(self, told: Mapping[str, Read], row: int) -> _Open | None:
        if "bill" in told:
            key = (str(told.get("parent") or ""), str(told["bill"]))
            # A further row of a house need not name its master again.
            if "parent" not in told:
                key = self._newest.get(key[1], key)
            if key not in self._bills:
                self._bills[key] = _Open(row)
                self._newest[key[1]] = key
            self._last = self._bills[key]
        return self._last

    def _twice(self, open_: _Open, by_level: Mapping[str, dict[str, Read]], row: int) -> None:
        """Ask about a row that says of a bill's goods what a row above has said: both count."""
        goods, share = by_level.get("goods", {}), by_level.get("share", {})
        # A share alone belongs to the goods above it: those of other goods may be alike.
        said = (*goods.items(), None, *share.items(), 0 if goods else len(open_.goods))
        if (goods or share) and (before := open_.rows.setdefault(said, row)) != row:
            where = place(row)
            self._found.add(
                Finding("SHEET-ROW-TWICE", Severity.WARNING, where, {"row": row, "before": before})
            )

    def _alike(
        self, was: tuple[dict[str, Read], dict[str, int]], told: Mapping[str, Read], row: int
    ) -> None:
        known, known_at = was
        for key, value in told.items():
            known_at.setdefault(key, row)
            if known.setdefault(key, value) != value:
                self._found.add(
                    Finding(
                        "SHEET-DIFFERS",
                        Severity.ERROR,
                        place(row, key),
                        {"text": shown(_said(value)), "before": shown(_said(known[key]))},
                    )
                )

    def _share(self, open_: _Open, by_level: Mapping[str, dict[str, Read]], row: int) -> None:
        share, unit = by_level.get("share", {}), by_level.get("unit", {})
        number = container.unparted(str(share.get("container") or ""))
        if not number:
            if share or unit:
                where = place(row, "container")
                self._found.add(Finding("SHEET-CONTAINER-MISSING", Severity.ERROR, where, {}))
            return
        if number not in self._units:
            for finding in container.read(number, place(row, "container"))[1]:
                is_shape = finding.severity is Severity.ERROR
                self._found.add(
                    replace(finding, severity=Severity.WARNING) if is_shape else finding
                )
        at = self._units_at.setdefault(number, {"container": row})
        self._alike((self._units.setdefault(number, {}), at), unit, row)
        if open_.goods:
            open_.goods[-1][1].append(Package(number, _number(share, "container_packages")))
        elif share.get("container_packages") is not None:
            where = place(row, "container_packages")
            self._found.add(Finding("SHEET-GOODS-MISSING", Severity.ERROR, where, {}))

    def _built(self, key: tuple[str, str], open_: _Open) -> Bill:
        told = open_.told
        fields = {
            BILL.get(name, name): value for name, value in told.items() if name not in _NOT_OF_BILL
        }
        goods = tuple(_goods(n, item) for n, item in enumerate(open_.goods, start=1))
        return replace(
            Bill(key[1], Level.HOUSE if key[0] else Level.MASTER, key[0] or None),
            **fields,
            parties=_parties(told),
            goods=goods,
            segment=open_.row,
        )


_HEAD: Final = (
    "carrier", "agent", "vessel", "imo", "voyage", "mode", "customs_office", "port_of_call",
    "arrival", "departure",
)  # fmt: skip
_NOT_OF_BILL: Final = {"bill", "parent"} | {
    f"{who}_{what}" for who, _, _ in _PARTIES for what in ("name", "address", "code")
}


def _parties(told: Mapping[str, Read]) -> tuple[Party, ...]:
    return tuple(
        Party(
            role,
            _text(told, f"{who}_name") or "",
            _text(told, f"{who}_address") or "",
            _text(told, f"{who}_code"),
            qualifier,
        )
        for who, role, qualifier in _PARTIES
        if any(f"{who}_{what}" in told for what in ("name", "address", "code"))
    )


def _goods(number: int, item: tuple[dict[str, Read], list[Package]]) -> Goods:
    told, shares = item
    fields = {GOODS.get(name, name): value for name, value in told.items()}
    return replace(Goods(number, ""), **fields, stowed=tuple(shares))


def _unit(number: str, told: Mapping[str, Read]) -> Equipment:
    fields = {UNIT.get(name, name): value for name, value in told.items()}
    return replace(Equipment(number), **fields)


def _text(told: Mapping[str, Read], key: str) -> str | None:
    value = told.get(key)
    return value if isinstance(value, str) else None


def _number(told: Mapping[str, Read], key: str) -> int | None:
    value = told.get(key)
    return value if isinstance(value, int) else None


def _said(value: Read) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)
