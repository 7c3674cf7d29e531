"""BAPLIE, the stowage plan: what stands in which slot of a ship.

One walk reads both forms of the SMDG. In D.95B masses and ports stand before the box, from D.13B
on behind it; in both everything up to the next LOC+147 is told of one slot.
"""

import re

from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.finding import Finding, Severity
from waglan.messages.edifact.content import PLAIN, Handlers, Place, Sent, short, with_colons
from waglan.messages.edifact.cuscar_head import place_of
from waglan.messages.edifact.quay import (
    ARRIVALS,
    DEPARTURES,
    REPORTED,
    Gathered,
    Quay,
    first,
)
from waglan.messages.edifact.tags import (
    BGM,
    CNT,
    DGS,
    DTM,
    EQD,
    LOC,
    MEA,
    NAD,
    RFF,
    SEL,
    TDT,
    TMP,
)  # fmt: skip

SLOT, PORT, NEXT_PORT = "147", "5", "61"  # 3227
CELL = re.compile("[0-9]{6,7}")  # ISO 9711: bay, row and tier; bays below 100 may have two figures


class Baplie(Quay):
    """One stowage plan on its way from segments to slots."""

    __slots__ = ("_boxes_of_slot", "_slot", "_slot_at", "_taken")

    def __init__(self, place: Place) -> None:
        """Begin with the head."""
        super().__init__(place)
        self.handlers = HEAD
        self._slot, self._slot_at = "", 0
        self._taken: dict[str, int] = {}
        self._boxes_of_slot = 0

    def end(self) -> None:
        """Close what is open."""
        self._end_slot()
        self.end_boxes()

    def contents(self, sent: Sent) -> Stowage:
        """Return the whole plan."""
        stowage = Stowage(
            document=self._document,
            function=self._function,
            conveyance=self.conveyance(),
            slots=tuple(item for item in self.items if isinstance(item, Slot)),
            planned_at=self._times.get(REPORTED),
            port=self._places.get(PORT),
            next_port=self._places.get(NEXT_PORT),
            arrival=first(self._times, ARRIVALS),
            departure=first(self._times, DEPARTURES),
            boxes=self._boxes_stated,
            references=tuple(self._references),
        )
        return with_colons(stowage) if self.has_marks else stowage

    def in_head(self, segment: LOC, index: int) -> None:
        """Take a place of the call, or begin the first slot."""
        if segment.qualifier == SLOT:
            self.enter_slot(segment, index)
        else:
            self.take_place(segment, index)

    def in_slot(self, segment: LOC, index: int) -> None:
        """Take a port of the box, or begin the next slot."""
        if segment.qualifier == SLOT:
            self.enter_slot(segment, index)
        else:
            self.locate(segment, index)

    def enter_slot(self, segment: LOC, index: int) -> None:
        """Close the slot before; what follows is told of this one."""
        self._end_slot()
        self.handlers = OF_SLOT
        self._slot, self._slot_at = place_of(segment.place), index + self.base
        self._boxes_of_slot = 0
        self.box = Gathered(segment=index + self.base)  # a slot may be empty

    def enter_box(self, segment: EQD, index: int) -> None:
        """Take the box of the slot; another one in the same slot stands beside it."""
        before = self.box
        if self._boxes_of_slot:
            self._end_slot()
            before = None
        box = self.begin_box(segment, index)
        self._boxes_of_slot += 1
        if before is not None:
            box.masses, box.places, box.segment = before.masses, before.places, before.segment
            box.set_point, box.dangerous = before.set_point, before.dangerous

    def box_outside(self, segment: EQD, index: int) -> None:
        """Find a box before any slot: whose slot is which can't be told from here on."""
        self.is_trusted = False
        where = self.place(index, "EQD", "slots", None, None)
        number = short(segment.number.partition(":")[0])
        self.find(Finding("QUAY-BOX-OUTSIDE-SLOT", Severity.ERROR, where, {"box": number}))
        self.check_equipment(segment, index)

    def _end_slot(self) -> None:
        gathered, self.box = self.box, None
        if gathered is None or not self._boxes_of_slot:
            return
        if not self.may_add(gathered.number, gathered.number, gathered.segment):
            return
        self._check_slot(gathered)
        slot = Slot(self._slot, gathered.box(), gathered.segment)
        self.items.append(with_colons(slot) if self.has_marks else slot)

    def _check_slot(self, box: Gathered) -> None:
        """Warn of a box in no place that a ship has, or in another's; it is kept all the same.

        Boxes told of under one LOC are bundled, and stand there together.
        """
        path = f"slots/{short(box.number)}"
        where = self.place_without_offset(self._slot_at, "LOC", path)
        slot, number = short(self._slot), short(box.number)
        if not CELL.fullmatch(self._slot):
            self.find(
                Finding("QUAY-SLOT-SHAPE", Severity.WARNING, where, {"slot": slot, "box": number})
            )
        elif self._taken.setdefault(self._slot, self._slot_at) != self._slot_at:
            self.find(
                Finding("QUAY-SLOT-TWICE", Severity.WARNING, where, {"slot": slot, "box": number})
            )


HEAD: Handlers = {
    **PLAIN,
    BGM: Baplie.begin,
    DTM: Baplie.take_time,
    RFF: Baplie.take_reference,
    NAD: Baplie.take_party,
    TDT: Baplie.take_transport,
    LOC: Baplie.in_head,
    CNT: Baplie.take_count,
    EQD: Baplie.box_outside,
}
OF_SLOT: Handlers = {
    **PLAIN,
    LOC: Baplie.in_slot,
    EQD: Baplie.enter_box,
    MEA: Baplie.measure,
    TMP: Baplie.chill,
    SEL: Baplie.seal,
    DGS: Baplie.endanger,
    NAD: Baplie.operate,
    CNT: Baplie.take_count,
}
