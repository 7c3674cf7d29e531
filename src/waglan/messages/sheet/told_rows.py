"""In which row of a sheet each thing was told, so that what a rule finds names row and column."""

from collections.abc import Mapping
from typing import Final

import msgspec

from waglan.codes.finding import Where
from waglan.messages.sheet.cell import place
from waglan.messages.sheet.columns import columns

# Columns whose names in the model are others.
BILL: Final = {
    "bill_packages": "packages",
    "bill_gross_mass_kg": "gross_mass_g",
    "bill_volume_m3": "volume_cm3",
    "bill_licences": "licences",
}
GOODS: Final = {"gross_mass_kg": "gross_mass_g", "volume_m3": "volume_cm3"}
UNIT: Final = {
    "container_gross_mass_kg": "gross_mass_g",
    "tare_kg": "tare_g",
    "temperature_c": "set_point_mdegc",
}
_OF_BILL: Final = {name: key for key, name in BILL.items()} | {"number": "bill"}
_OF_GOODS: Final = {name: key for key, name in GOODS.items()}
_OF_UNIT: Final = {name: key for key, name in UNIT.items()}
_HEAD_ROW: Final = 2  # where a value of the head that is missing belongs
_RECIPIENT: Final = "interchange/recipient"


class GoodsRow(msgspec.Struct, frozen=True, gc=False):
    """The row of one goods item, and which columns it fills."""

    row: int
    told: tuple[str, ...]


class BillRows(msgspec.Struct, frozen=True, gc=False):
    """The rows of one bill: its first, those of its columns by key, and those of its goods."""

    number: str
    row: int
    told: Mapping[str, int]
    goods: tuple[GoodsRow, ...]


class ToldRows(msgspec.Struct, frozen=True, gc=False):
    """The rows of a paper: of its head and its containers by column, of its bills by first row."""

    head: Mapping[str, int]
    bills: Mapping[int, BillRows]
    units: Mapping[str, Mapping[str, int]]

    def place(self, where: Where) -> Where:
        """Return the row of what a finding is about, with its column if it is one field.

        A place that is none of the sheet's is returned as it is.
        """
        kind, _, rest = where.path.partition("/")
        if kind == "bills":
            return self._in_bill(where, rest)
        if kind == "equipment":
            number, _, name = rest.partition("/")
            rows = self.units.get(number)
            return where if rows is None else _of_unit(rows, name)
        if kind == "head":
            key = "amends" if rest.startswith("references/") else rest
            return self._in_head(where, key)
        return self._in_head(where, "recipient") if where.path == _RECIPIENT else where

    def _in_head(self, where: Where, key: str) -> Where:
        if not _is_column(key, "head"):
            return where
        return place(self.head.get(key, _HEAD_ROW), key)

    def _in_bill(self, where: Where, rest: str) -> Where:
        if where.segment is None:
            named = [bill for bill in self.bills.values() if _below(bill, rest) is not None]
            found = named[0] if len(named) == 1 else None
        else:
            found = self.bills.get(where.segment)
        below = None if found is None else _below(found, rest)
        return where if found is None or below is None else _of_bill(found, below)


def _below(bill: BillRows, rest: str) -> str | None:
    """Return what follows the bill's number in a place; None if that is another bill's."""
    for number in (bill.number.replace("~", "~0").replace("/", "~1"), bill.number):
        if rest == number:
            return ""
        if rest.startswith(f"{number}/"):
            return rest[len(number) + 1 :]
    return None


def _of_bill(bill: BillRows, below: str) -> Where:
    steps = below.split("/")
    if steps[0] == "goods":
        if steps[1:] and steps[1].isdecimal() and 0 < int(steps[1]) <= len(bill.goods):
            return _of_goods(bill.goods[int(steps[1]) - 1], "/".join(steps[2:]))
        return place(bill.row)
    if steps[0] == "parties":
        who, what = [*steps[1:], "name"][:2]
        key = f"{who}_{what}"
    else:
        key = _OF_BILL.get(below, below)
    if not _is_column(key, "bill"):
        return place(bill.row)
    # A total that was not told is that of the goods; of one item, it stands in that item's row.
    if key in BILL and key not in bill.told and len(bill.goods) == 1:
        name = key.removeprefix("bill_")
        if name in bill.goods[0].told:
            return place(bill.goods[0].row, name)
    return place(bill.told.get(key, bill.row), key)


def _of_goods(item: GoodsRow, name: str) -> Where:
    key = _OF_GOODS.get(name, name)
    return place(item.row, key) if _is_column(key, "goods") else place(item.row)


def _of_unit(rows: Mapping[str, int], name: str) -> Where:
    key = _OF_UNIT.get(name, name) or "container"
    if key not in columns():
        return place(rows["container"])
    return place(rows.get(key, rows["container"]), key)


def _is_column(key: str, level: str) -> bool:
    return key in columns() and columns()[key].level == level
