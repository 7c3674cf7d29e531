"""IFTMIN, the instruction message: a booking or a shipping instruction, for one consignment.

Its bill, parties and goods are read as those of a cargo report are. What segments below a party, a
box or a dangerous good say of those is passed over: a manifest has no place for it. The codes of
1001 that make it a booking are from general knowledge of the code list, not verified.
"""

from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Equipment
from waglan.messages.edifact.amount import iso_8601
from waglan.messages.edifact.consignment import ABOVE, HOUSES, LICENCES, MASTERS, Consignment
from waglan.messages.edifact.content import PLAIN, Content, Handlers, Place, Sent, with_colons
from waglan.messages.edifact.cuscar_head import AGENTS, CARRIERS
from waglan.messages.edifact.tags import (
    BGM,
    CNT,
    DGS,
    DTM,
    EQD,
    FTX,
    GID,
    LOC,
    MEA,
    NAD,
    PCI,
    PIA,
    RFF,
    SEL,
    SGP,
    TDT,
    TMP,
)  # fmt: skip

BOOKINGS = {"335", "770"}  # 1001: booking request, booking confirmation
ISSUED = "137"
BOOKING = "BN"
COMMODITY = "HS"  # 7143
NAMES = MASTERS | HOUSES | ABOVE | LICENCES


class Iftmin(Consignment):
    """One IFTMIN on its way from segments to an instruction."""

    __slots__ = ("_booking", "_issued_at", "_units")

    def __init__(self, place: Place) -> None:
        """Begin with nothing said."""
        super().__init__(place, 1)
        self.handlers = HEAD
        self._booking = ""
        self._issued_at: str | None = None
        self._units: list[Equipment] = []

    def contents(self, sent: Sent) -> Instruction:
        """Return the instruction; it is one consignment, so it never comes in slices."""
        is_booking = self._document_name in BOOKINGS
        told = Instruction(
            InstructionKind.BOOKING if is_booking else InstructionKind.SHIPPING_INSTRUCTION,
            self.head(),
            self.bill(),
            tuple(self._units),
            booking=self._booking or None,
            carrier=self.head().carrier,
            issued_at=self._issued_at,
        )
        return with_colons(told) if self.has_marks else told

    def end(self) -> None:
        """Close what is open."""
        self.close_unit()
        self.end_head()

    def issue(self, segment: DTM, index: int) -> None:
        """Take when the paper was made; other times of the whole message have no place."""
        self.check_period(segment, index)
        qualifier, text, form, *_ = *segment.period.split(":"), "", ""
        if qualifier == ISSUED and text:
            self._issued_at = iso_8601(text, form) or text

    def name_consignment(self, segment: RFF, index: int) -> None:
        """Take the booking's number, the bill's, licences; keep every other reference."""
        qualifier, _, number = segment.reference.partition(":")
        if qualifier == BOOKING:
            self._booking = number.partition(":")[0]
            self.check_reference(segment, index)
        elif qualifier in NAMES:
            self.name_bill(segment, index)
        else:
            self.take_reference(segment, index)

    def enter_party(self, segment: NAD, index: int) -> None:
        """Take carrier and agent to the head, everybody else to the bill."""
        self.handlers = PARTY
        self.note_issuer(segment, index)
        if segment.qualifier in CARRIERS | AGENTS:
            self.take_party(segment, index)
        else:
            self.add_party(segment, index)

    def enter_transport(self, segment: TDT, index: int) -> None:
        """Take the conveyance; what follows belongs to it."""
        self.handlers = TRANSPORT
        self.take_transport(segment, index)

    def enter_goods(self, segment: GID, index: int) -> None:
        """Begin a goods item; what follows belongs to it."""
        self.handlers = GOODS
        self.begin_goods(segment, index)

    def enter_stowed(self, segment: SGP, index: int) -> None:
        """Take where the goods are stowed; a measure that follows is of that share alone."""
        self.handlers = SHARE
        self.stow(segment, index)

    def enter_danger(self, segment: DGS, index: int) -> None:
        """Take a dangerous good; texts and measures that follow are of its danger."""
        self.handlers = SHARE
        self.endanger(segment, index)

    def identify(self, segment: PIA, index: int) -> None:
        """Take the commodity codes among a product's numbers."""
        items = (segment.item, segment.item_2, segment.item_3, segment.item_4, segment.item_5)
        for item in items:
            code, _, kind = item.partition(":")
            if code and kind.partition(":")[0] == COMMODITY:
                self._hs_codes.append(code)

    def enter_equipment(self, segment: EQD, index: int) -> None:
        """Take a container; what follows belongs to it."""
        self.close_unit()
        self.handlers = EQUIPMENT
        self.open_unit(segment, index)

    def close_unit(self) -> None:
        """Keep the container that is open, if one is."""
        if self.handlers is EQUIPMENT and (unit := self.unit()) is not None:
            self._units.append(unit)


HEAD: Handlers = {
    **PLAIN,
    BGM: Iftmin.begin,
    DTM: Iftmin.issue,
    CNT: Iftmin.count_bill,
    LOC: Iftmin.place_bill,
    RFF: Iftmin.name_consignment,
    TDT: Iftmin.enter_transport,
    NAD: Iftmin.enter_party,
    GID: Iftmin.enter_goods,
    EQD: Iftmin.enter_equipment,
}
TRANSPORT: Handlers = {**HEAD, DTM: Iftmin.take_time}
PARTY: Handlers = {
    **HEAD,
    LOC: Content.pass_over,
    DTM: Content.check_period,
    RFF: Content.check_reference,
}
GOODS: Handlers = {
    **PLAIN,
    TMP: Iftmin.chill,
    PIA: Iftmin.identify,
    FTX: Iftmin.describe,
    MEA: Iftmin.measure_goods,
    RFF: Iftmin.license_goods,
    PCI: Iftmin.mark,
    SGP: Iftmin.enter_stowed,
    DGS: Iftmin.enter_danger,
    GID: Iftmin.enter_goods,
    EQD: Iftmin.enter_equipment,
}
SHARE: Handlers = {**GOODS, FTX: Content.pass_over, MEA: Content.pass_over}
EQUIPMENT: Handlers = {
    **PLAIN,
    MEA: Iftmin.measure_equipment,
    SEL: Iftmin.seal,
    TMP: Iftmin.set_point,
    EQD: Iftmin.enter_equipment,
}
