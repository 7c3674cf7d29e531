"""CUSCAR, the customs cargo report, walked once into bills, goods and equipment.

Where a segment belongs is told by what came before it: the table of handlers changes at TDT, EQD,
CNI and GID. So one walk reads every directory from D.95B to D.24A, whose groups differ above the
consignment but whose order does not. Which segments may stand where is `structure`'s business.
"""

from waglan.codes.finding import Finding, Severity
from waglan.manifest.model import Bill, Equipment, Part, PartKey
from waglan.messages.edifact.consignment import Consignment
from waglan.messages.edifact.content import PLAIN, Content, Handlers, Place, Sent
from waglan.messages.edifact.tags import (
    BGM,
    CNI,
    CNT,
    CST,
    DGS,
    DTM,
    EQD,
    FTX,
    GEI,
    GID,
    GIS,
    LOC,
    MEA,
    NAD,
    PCI,
    RFF,
    SEL,
    SGP,
    TDT,
    TMP,
)  # fmt: skip
from waglan.messages.envelope import Address


class Cuscar(Consignment):
    """One CUSCAR on its way from segments to items."""

    __slots__ = ()

    def __init__(self, place: Place, part: int) -> None:
        """Begin with the head."""
        super().__init__(place, part)
        self.handlers = HEAD

    def end(self) -> None:
        """Close what is open."""
        self._close()
        self._close = _nothing

    def contents(self, sent: Sent) -> Part:
        """Return this part of a manifest."""
        header, interchange = sent.header, sent.interchange
        return Part(
            key=PartKey(
                sender=_named(interchange.sender) if interchange else "",
                recipient=_named(interchange.recipient) if interchange else "",
                message_type=header.type,
                access_reference=header.access_reference or header.reference,
            ),
            number=header.sequence or 1,
            is_final=header.sequence is None or header.first_last == "F",
            sha256=sent.sha256,
            head=self.told_head,
            bills=tuple(item for item in self.items if isinstance(item, Bill)),
            equipment=tuple(item for item in self.items if isinstance(item, Equipment)),
            totals=self.totals(),
        )

    def enter_bill(self, segment: CNI, index: int) -> None:
        """Close what came before; begin a transport document."""
        self._close()
        self._close = self._end_bill
        self.handlers = BILL
        self.begin_consignment(segment.document.partition(":")[0], index + self.base)

    def enter_goods(self, segment: GID, index: int) -> None:
        """Begin a goods item; what follows belongs to it."""
        self.handlers = GOODS
        self.begin_goods(segment, index)

    def enter_equipment(self, segment: EQD, index: int) -> None:
        """Take a container; what follows belongs to it."""
        self.begin_equipment(segment, index)
        self.handlers = EQUIPMENT

    def enter_transport(self, segment: TDT, index: int) -> None:
        """Take the conveyance; what follows belongs to its call."""
        self.handlers = TRANSPORT
        self.take_transport(segment, index)

    def _end_bill(self) -> None:
        bill = self._add(self.bill())
        if not bill.number:
            # The consignment began in bytes that may be gone by now, so no offset is told.
            where = self.place_without_offset(bill.segment or 0, "CNI", "bills/number")
            self.find(Finding("EDIFACT-BILL-NUMBER-MISSING", Severity.ERROR, where, {}))


def _named(address: Address) -> str:
    return f"{address.id}:{address.qualifier}" if address.qualifier else address.id


def _nothing() -> None:
    pass


HEAD: Handlers = {
    **PLAIN,
    BGM: Cuscar.begin,
    RFF: Cuscar.take_reference,
    NAD: Cuscar.take_party,
    LOC: Cuscar.take_place,
    CNT: Cuscar.take_total,
    TDT: Cuscar.enter_transport,
    EQD: Cuscar.enter_equipment,
    CNI: Cuscar.enter_bill,
}
TRANSPORT: Handlers = {**HEAD, DTM: Cuscar.take_time}
EQUIPMENT: Handlers = {
    **PLAIN,
    MEA: Cuscar.measure_equipment,
    SEL: Cuscar.seal,
    TMP: Cuscar.set_point,
    CNT: Cuscar.take_total,
    EQD: Cuscar.enter_equipment,
    CNI: Cuscar.enter_bill,
}
BILL: Handlers = {
    **PLAIN,
    RFF: Cuscar.name_bill,
    CNT: Cuscar.count_bill,
    LOC: Cuscar.place_bill,
    GIS: Cuscar.indicate,
    GEI: Cuscar.indicate,
    NAD: Cuscar.add_party,
    TMP: Cuscar.chill,
    GID: Cuscar.enter_goods,
    EQD: Cuscar.enter_equipment,
    CNI: Cuscar.enter_bill,
}
GOODS: Handlers = {
    **BILL,
    CNT: Cuscar.take_total,
    RFF: Cuscar.license_goods,
    LOC: Content.pass_over,
    FTX: Cuscar.describe,
    MEA: Cuscar.measure_goods,
    SGP: Cuscar.stow,
    PCI: Cuscar.mark,
    DGS: Cuscar.endanger,
    CST: Cuscar.classify,
}
