"""IFTSTA, the status report: what carriers, railways and truckers tell of boxes on their way.

Each partner has status codes of his own, so code, words and whose list it is are kept as they were
sent, and every one of them is told as a status: none is taken for a discharge or a gate move.
"""

from waglan.cargo.movement import Box, Movement, MovementReport
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.messages.edifact.content import PLAIN, Content, Handlers, Place, Sent, with_colons
from waglan.messages.edifact.cuscar_head import place_of
from waglan.messages.edifact.cuscar_units import unit_number
from waglan.messages.edifact.quay import (
    ARRIVALS,
    DEPARTURES,
    DISCHARGE,
    LOADING,
    REPORTED,
    Gathered,
    Quay,
    first,
)
from waglan.messages.edifact.tags import (
    BGM,
    CNI,
    CNT,
    DGS,
    DTM,
    EQD,
    LOC,
    MEA,
    NAD,
    RFF,
    SEL,
    STS,
    TDT,
    TMP,
)  # fmt: skip

HAPPENED = ("334", "203", "7", "178", "186")  # 2005: when the status came about, better ones first
WHERE = ("175", "165", "14", "1")  # 3227: 175 read in messages in use, the others not verified
BILLS, BOOKING, BOX = {"BM", "BH"}, "BN", "EQ"  # 1153


class StatusReport(Quay):
    """One status report on its way from segments to movements."""

    __slots__ = (
        "_bills",
        "_booking",
        "_happened",
        "_head_bills",
        "_head_booking",
        "_head_boxes",
        "_is_open",
        "_is_under_consignment",
        "_mode",
        "_named",
        "_of_box",
        "_segment",
        "_status",
        "_status_list",
        "_status_text",
        "_told",
        "_where",
    )

    def __init__(self, place: Place) -> None:
        """Begin with the head."""
        super().__init__(place)
        self.handlers = HEAD
        self._head_bills: list[str] = []
        self._head_booking: str | None = None
        self._head_boxes: list[str] = []
        self._is_open = self._is_under_consignment = False
        self._of_box: Gathered | None = None  # that statuses hang on, where they hang on boxes
        self._told: list[Gathered] = []

    def end(self) -> None:
        """Close what is open."""
        self._end_status()
        self.end_boxes()

    def contents(self, sent: Sent) -> MovementReport:
        """Return the whole report."""
        report = MovementReport(
            document=self._document,
            document_name=self._document_name,
            function=self._function,
            conveyance=self.conveyance(),
            movements=tuple(item for item in self.items if isinstance(item, Movement)),
            reported_at=self._times.get(REPORTED),
            place=first(self._places, (*WHERE, *DISCHARGE, *LOADING)),
            arrival=first(self._times, ARRIVALS),
            departure=first(self._times, DEPARTURES),
            boxes=self._boxes_stated,
            references=tuple(self._references),
        )
        return with_colons(report) if self.has_marks else report

    def refer_head(self, segment: RFF, index: int) -> None:
        """Take bills, booking and boxes that the whole report is about."""
        self.take_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        number = rest.partition(":")[0]
        if qualifier in BILLS and number:
            self._head_bills.append(number)
        elif qualifier == BOOKING and number:
            self._head_booking = number
        elif qualifier == BOX and number:
            self._head_boxes.append(unit_number(number))

    def enter_consignment(self, segment: CNI, index: int) -> None:
        """Close the status before; from here on boxes stand under their status."""
        self._end_status()
        self._is_under_consignment = True
        self._of_box = None
        self.handlers = HEAD

    def enter_status(self, segment: STS, index: int) -> None:
        """Close the status before; begin one, to which belongs what follows."""
        self._end_status()
        self._is_open = True
        self.handlers = STATUS
        code, code_list, agency, words, *_ = *segment.status.split(":"), "", "", ""
        self._status = code or segment.category.partition(":")[0] or None
        self._status_text = words or None
        self._status_list = f"{code_list}:{agency}" if code_list or agency else None
        self._segment = index + self.base
        self._happened: dict[str, str] = {}
        self._where: dict[str, str] = {}
        self._bills: list[str] = []
        self._booking: str | None = None
        self._named: list[str] = []
        self._mode: str | None = None
        self._told = []

    def refer(self, segment: RFF, index: int) -> None:
        """Take bills, booking and boxes that the status is about."""
        self.check_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        number = rest.partition(":")[0]
        if qualifier in BILLS and number:
            self._bills.append(number)
        elif qualifier == BOOKING and number:
            self._booking = number
        elif qualifier == BOX and number:
            self._named.append(unit_number(number))

    def date(self, segment: DTM, index: int) -> None:
        """Take when the status came about."""
        qualifier, time = self.time(segment, index)
        if time:
            self._happened.setdefault(qualifier, time)

    def put(self, segment: LOC, index: int) -> None:
        """Take where the status came about."""
        if place := place_of(segment.place):
            self._where.setdefault(segment.qualifier, place)
        self.qualifier_unknown("LOC", segment.qualifier, index)

    def go_on(self, segment: TDT, index: int) -> None:
        """Take by what it goes, and ship and voyage where the head named none."""
        self._mode = segment.mode.partition(":")[0] or None
        if segment.stage == "20" and not self._conveyance.voyage:
            self.take_transport(segment, index)
        self.handlers = LEG

    def enter_box(self, segment: EQD, index: int) -> None:
        """Take a box of the status, or one whose statuses follow."""
        if self._is_under_consignment:
            self._told.append(self.begin_box(segment, index))
            self.handlers = STATUS
        else:
            self._end_status()
            self._of_box = self.begin_box(segment, index)
            self.handlers = HEAD

    def _end_status(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self.box = None
        of_box = [self._of_box] if self._of_box else []
        gathered = [g for g in (*self._told, *of_box) if g.number]
        numbers = dict.fromkeys(self._named) if not gathered else {}
        if not gathered and not numbers:
            numbers = dict.fromkeys(self._head_boxes)
        boxes = [g.box() for g in gathered] + [Box(number) for number in numbers]
        if not boxes:
            where = self.place_without_offset(self._segment, "STS", "statuses/box")
            self.find(Finding("QUAY-STATUS-WITHOUT-BOX", Severity.WARNING, where, {}))
        for box in boxes:
            self._tell(box)

    def _tell(self, box: Box) -> None:
        happened_at = first(self._happened, HAPPENED)
        same = (box.number, self._status, happened_at)
        if not self.may_add(box.number, same, self._segment):
            return
        movement = Movement(
            EventCode.EQUIPMENT_STATUS,
            box,
            happened_at=happened_at,
            place=first(self._where, WHERE) or first(self._places, WHERE),
            bills=tuple(dict.fromkeys(self._bills or self._head_bills)),
            booking=self._booking or self._head_booking,
            status=self._status,
            status_text=self._status_text,
            status_list=self._status_list,
            mode=self._mode,
            segment=self._segment,
        )
        self.items.append(with_colons(movement) if self.has_marks else movement)


HEAD: Handlers = {
    **PLAIN,
    BGM: StatusReport.begin,
    DTM: StatusReport.take_time,
    RFF: StatusReport.refer_head,
    NAD: StatusReport.take_party,
    TDT: StatusReport.take_transport,
    LOC: StatusReport.take_place,
    CNT: StatusReport.take_count,
    MEA: StatusReport.measure,
    SEL: StatusReport.seal,
    TMP: StatusReport.chill,
    DGS: StatusReport.endanger,
    CNI: StatusReport.enter_consignment,
    STS: StatusReport.enter_status,
    EQD: StatusReport.enter_box,
}
STATUS: Handlers = {
    **PLAIN,
    RFF: StatusReport.refer,
    DTM: StatusReport.date,
    LOC: StatusReport.put,
    MEA: StatusReport.measure,
    SEL: StatusReport.seal,
    TMP: StatusReport.chill,
    DGS: StatusReport.endanger,
    TDT: StatusReport.go_on,
    CNI: StatusReport.enter_consignment,
    STS: StatusReport.enter_status,
    EQD: StatusReport.enter_box,
}
LEG: Handlers = {
    **STATUS,
    LOC: Content.pass_over,
    DTM: Content.check_period,
    RFF: Content.check_reference,
}
