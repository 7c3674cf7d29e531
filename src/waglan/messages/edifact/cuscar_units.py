"""The containers and other units that a CUSCAR lists."""

from collections.abc import Callable
from typing import TypeVar

from waglan.codes.container import is_right, unparted
from waglan.codes.finding import Finding, Severity
from waglan.manifest.model import Bill, Equipment, Head
from waglan.messages.edifact.amount import GRAMS, grams, millidegrees
from waglan.messages.edifact.content import Place, with_colons
from waglan.messages.edifact.cuscar_head import CuscarHead
from waglan.messages.edifact.tags import EQD, MEA, SEL, TMP

MEASURED = {"AAE", "WT", "VOL"}  # 6311
GROSS = {"G", "AAB", "VGM", ""}  # 6313
TARE = "T"
EMPTY_OR_FULL = {"4": False, "5": True}  # 8169
SET_POINT = "2"  # 6245

_T = TypeVar("_T", Head, Bill, Equipment)


class CuscarUnits(CuscarHead):
    """Equipment, gathered segment by segment; and the items that are whole."""

    __slots__ = (
        "_close",
        "_part",
        "_seals",
        "_unit_full",
        "_unit_gross_by",
        "_unit_gross_g",
        "_unit_kind",
        "_unit_number",
        "_unit_segment",
        "_unit_set_point",
        "_unit_size",
        "_unit_tare_g",
        "told_head",
    )

    def __init__(self, place: Place, part: int) -> None:
        """Begin with nothing whole."""
        super().__init__(place)
        self._part = part
        self._close: Callable[[], None] = self._end_head

    def begin_equipment(self, segment: EQD, index: int) -> None:
        """Close what came before; begin a container or other unit."""
        self._close()
        self._close = self._end_equipment
        self.open_unit(segment, index)

    def open_unit(self, segment: EQD, index: int) -> None:
        """Begin a container or other unit."""
        if not is_right(segment.number):
            self.check_equipment(segment, index)
        self._unit_kind = segment.kind
        self._unit_number = unit_number(segment.number)
        self._unit_size = segment.size_type.partition(":")[0] or None
        self._unit_full = EMPTY_OR_FULL.get(segment.full)
        self._unit_gross_g: int | None = None
        self._unit_gross_by: str | None = None
        self._unit_tare_g: int | None = None
        self._unit_set_point: int | None = None
        self._seals: list[str] = []
        self._unit_segment = index + self.base
        if not self._unit_number:
            where = self.place(index, "EQD", "equipment/number", 3, 1)
            self.find(Finding("EDIFACT-EQUIPMENT-NUMBER-MISSING", Severity.ERROR, where, {}))

    def measure_equipment(self, segment: MEA, index: int) -> None:
        """Take gross mass or tare."""
        if segment.purpose not in MEASURED:
            return
        dimension = segment.dimension
        if ":" in dimension:
            dimension = dimension.partition(":")[0]
        if dimension in GROSS:
            before, self._unit_gross_g = self._unit_gross_g, grams(segment.value)
            mass_g, by, self._unit_gross_by = self._unit_gross_g, self._unit_gross_by, dimension
            is_again = by == dimension  # the verified mass is another one than the cargo's
        elif dimension == TARE:
            before, self._unit_tare_g = self._unit_tare_g, grams(segment.value)
            mass_g, is_again = self._unit_tare_g, True
        else:
            return
        if is_again and before is not None:
            self.once("MEA", "equipment/mass", (mass_g, before), index)
        if mass_g is None:
            self.measure_wrong(segment.value, GRAMS, index)

    def seal(self, segment: SEL, index: int) -> None:
        """Take a seal's number."""
        if segment.number:
            self._seals.append(segment.number.partition(":")[0])

    def set_point(self, segment: TMP, index: int) -> None:
        """Take a reefer's temperature."""
        if segment.qualifier != SET_POINT:
            return
        text, _, unit = segment.value.partition(":")
        before, self._unit_set_point = self._unit_set_point, millidegrees(text, unit)
        if self._unit_set_point is None:
            self.number_wrong("TMP", segment.value, index)
        elif before is not None:
            self.once("TMP", "equipment/set_point", (self._unit_set_point, before), index)

    def unit(self) -> Equipment | None:
        """Return the unit as far as it was said; None without a number."""
        if not self._unit_number:
            return None
        return Equipment(
            self._unit_number,
            self._unit_kind,
            self._unit_size,
            self._unit_full,
            self._unit_gross_g,
            self._unit_tare_g,
            tuple(self._seals),
            self._unit_set_point,
            self._unit_segment,
            self._part,
        )

    def _end_equipment(self) -> None:
        if (unit := self.unit()) is not None:
            self._add(unit)

    def _end_head(self) -> None:
        self.end_head()
        self.told_head = self._add(self.head())

    def _add(self, item: _T) -> _T:
        item = with_colons(item) if self.has_marks else item
        self.items.append(item)
        return item


def unit_number(equipment: str) -> str:
    """Return the number of a container or other unit, without what parts it."""
    if equipment.isalnum() and equipment.isascii() and equipment.isupper():
        return equipment
    return unparted(equipment.partition(":")[0])
