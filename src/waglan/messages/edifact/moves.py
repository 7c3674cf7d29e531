"""COARRI and CODECO: boxes discharged and loaded at the quay, and in and out of the gate."""

from msgspec.structs import replace

from waglan.cargo.movement import Movement, MovementReport
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.messages.edifact.content import PLAIN, Handlers, Place, Sent, short, with_colons
from waglan.messages.edifact.cuscar_head import place_of
from waglan.messages.edifact.quay import (
    ARRIVALS,
    DELIVERY,
    DEPARTURES,
    DISCHARGE,
    LOADING,
    OPERATOR,
    REPORTED,
    Quay,
    first,
)
from waglan.messages.edifact.tags import (
    BGM,
    CNT,
    DAM,
    DGS,
    DTM,
    EQD,
    FTX,
    LOC,
    MEA,
    NAD,
    RFF,
    SEL,
    TDT,
    TMP,
)  # fmt: skip

# 1001: read in COARRI and CODECO in use, and in the SMDG's guides; not in a UN code list.
HAPPENED = {
    "COARRI": {"44": EventCode.EQUIPMENT_DISCHARGED, "46": EventCode.EQUIPMENT_LOADED},
    "CODECO": {"34": EventCode.EQUIPMENT_GATE_IN, "36": EventCode.EQUIPMENT_GATE_OUT},
}
EXECUTED = ("203", "7", "334", "178", "186", "181")  # 2005: when it was done, better ones first
SLOT, GATE = "147", "165"  # 3227
BILLS, BOOKING = {"BM", "BH"}, "BN"  # 1153
TERMINAL_OPERATOR = "TR"  # 3035
DAMAGE = {"DAR", "DAM"}  # 4451: damage remarks


class Moves(Quay):
    """One report on its way from segments to movements."""

    __slots__ = ("_bills", "_booking", "_code", "_damage", "_happened", "_kind", "_mode", "_said")

    def __init__(self, place: Place, kind: str) -> None:
        """Begin with the head of a COARRI or a CODECO."""
        super().__init__(place)
        self.handlers = HEAD
        self._kind = kind
        self._code: EventCode | None = None

    def end(self) -> None:
        """Close what is open."""
        self._end_box()
        if self._code is None:
            self._end_head(None)
        self.end_boxes()

    def contents(self, sent: Sent) -> MovementReport:
        """Return the whole report."""
        port = self._port()
        report = MovementReport(
            document=self._document,
            document_name=self._document_name,
            function=self._function,
            conveyance=self.conveyance(),
            movements=tuple(item for item in self.items if isinstance(item, Movement)),
            reported_at=self._times.get(REPORTED),
            place=first(self._places, port),
            terminal=self._terminal(port),
            arrival=first(self._times, ARRIVALS),
            departure=first(self._times, DEPARTURES),
            boxes=self._boxes_stated,
            references=tuple(self._references),
        )
        return with_colons(report) if self.has_marks else report

    def enter_box(self, segment: EQD, index: int) -> None:
        """Close what came before; begin a box, to which belongs what follows."""
        if self._code is None:
            self._end_head(index)
        self._end_box()
        self.begin_box(segment, index)
        self.handlers = BOX
        self._happened: dict[str, str] = {}
        self._bills: list[str] = []
        self._booking: str | None = None
        self._damage: list[str] = []
        self._mode: str | None = None
        self._said: dict[str, str] = {}

    def date(self, segment: DTM, index: int) -> None:
        """Take when it happened."""
        qualifier, time = self.time(segment, index)
        if time:
            self._happened.setdefault(qualifier, time)

    def refer(self, segment: RFF, index: int) -> None:
        """Take the bills and the booking of the box."""
        self.check_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        number = rest.partition(":")[0]
        if qualifier in BILLS and number:
            self._bills.append(number)
        elif qualifier == BOOKING and number:
            self._booking = number

    def put(self, segment: LOC, index: int) -> None:
        """Take where it stood on the ship, or a place of its carriage."""
        if segment.qualifier in (SLOT, GATE):
            self._said.setdefault(segment.qualifier, place_of(segment.place))
            self._said.setdefault(f"{segment.qualifier}/terminal", place_of(segment.related))
        else:
            self.locate(segment, index)

    def remark(self, segment: FTX, index: int) -> None:
        """Take what was said of damage."""
        if segment.subject in DAMAGE:
            self._damage += _words(segment.reference.partition(":")[0], segment.text)

    def damage(self, segment: DAM, index: int) -> None:
        """Take a damage with its area and severity."""
        self._damage += _words(_name(segment.kind), _name(segment.area), _name(segment.severity))

    def go_on(self, segment: TDT, index: int) -> None:
        """Take by what it came or goes on; what follows belongs to that leg."""
        self._mode = segment.mode.partition(":")[0] or self._mode
        self.handlers = LEG

    def head_for(self, segment: LOC, index: int) -> None:
        """Take from an onward leg where the box goes, and nothing else."""
        if segment.qualifier in DELIVERY:
            self.locate(segment, index)

    def _end_head(self, index: int | None) -> None:
        """Settle what the report says has happened to every box of it."""
        self._code = HAPPENED[self._kind].get(self._document_name) or self._by_place()
        if self._code is not None:
            return
        where = (
            self.place_without_offset(1, "BGM", "report/name")
            if index is None
            else self.place(index, "BGM", "report/name", 2, 1)
        )
        self._code = EventCode.EQUIPMENT_STATUS
        self.find(
            Finding(
                "QUAY-REPORT-KIND",
                Severity.ERROR,
                where,
                {"text": short(self._document_name), "type": self._kind},
            )
        )

    def _by_place(self) -> EventCode | None:
        if self._kind != "COARRI":
            return None
        is_in, is_out = first(self._places, DISCHARGE), first(self._places, LOADING)
        if bool(is_in) == bool(is_out):
            return None
        return EventCode.EQUIPMENT_DISCHARGED if is_in else EventCode.EQUIPMENT_LOADED

    def _port(self) -> tuple[str, ...]:
        if self._code is EventCode.EQUIPMENT_DISCHARGED:
            return DISCHARGE
        return LOADING if self._code is EventCode.EQUIPMENT_LOADED else (GATE, *DISCHARGE, *LOADING)

    def _terminal(self, port: tuple[str, ...]) -> str | None:
        return first(self._terminals, port) or self._parties.get(TERMINAL_OPERATOR)

    def _end_box(self) -> None:
        gathered, self.box = self.box, None
        if gathered is None or self._code is None:
            return
        box = gathered.box()
        if box.operator is None and box.kind == "CN":  # who is named at the head runs them all
            box = replace(box, operator=self._parties.get(OPERATOR))
        if not self.may_add(box.number, box.number, gathered.segment):
            return
        port = self._port()
        movement = Movement(
            self._code,
            box,
            happened_at=first(self._happened, EXECUTED),
            place=self._said.get(GATE) or first(self._places, port),
            terminal=self._said.get(f"{GATE}/terminal") or self._terminal(port),
            slot=self._said.get(SLOT) or None,
            bills=tuple(self._bills),
            booking=self._booking,
            damage=tuple(self._damage),
            mode=self._mode,
            segment=gathered.segment,
        )
        self.items.append(with_colons(movement) if self.has_marks else movement)


def _name(composite: str) -> str:
    """Return the words of a coded composite, else its code."""
    parts = [*composite.split(":"), "", "", ""]
    return parts[3] or parts[0]


def _words(*texts: str) -> list[str]:
    said = " ".join(part for text in texts for part in text.split(":") if part)
    return [said] if said else []


HEAD: Handlers = {
    **PLAIN,
    BGM: Moves.begin,
    RFF: Moves.take_reference,
    NAD: Moves.take_party,
    TDT: Moves.take_transport,
    LOC: Moves.take_place,
    DTM: Moves.take_time,
    CNT: Moves.take_count,
    EQD: Moves.enter_box,
}
BOX: Handlers = {
    **PLAIN,
    DTM: Moves.date,
    RFF: Moves.refer,
    LOC: Moves.put,
    MEA: Moves.measure,
    SEL: Moves.seal,
    TMP: Moves.chill,
    DGS: Moves.endanger,
    FTX: Moves.remark,
    DAM: Moves.damage,
    NAD: Moves.operate,
    TDT: Moves.go_on,
    CNT: Moves.take_count,
    EQD: Moves.enter_box,
}
LEG: Handlers = {**BOX, LOC: Moves.head_for, DTM: Moves.check_period, RFF: Moves.check_reference}
