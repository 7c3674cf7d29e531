"""What the messages from quay, gate and planner have alike: their head, and boxes.

One bad figure must not keep a thousand boxes from being told, so what is wrong with one box warns
and leaves that figure unknown. What is wrong with the head, without which no box can be believed,
refuses the message.
"""

import re
from dataclasses import dataclass, field

from waglan.cargo.movement import Box, Conveyance
from waglan.codes.container import is_right
from waglan.codes.finding import Finding, Severity
from waglan.codes.function import Function
from waglan.messages.edifact import amount
from waglan.messages.edifact.amount import GRAMS, grams, millidegrees
from waglan.messages.edifact.content import Content, Place, short, unweighed
from waglan.messages.edifact.cuscar_head import FUNCTIONS, MAIN_CARRIAGE, place_of
from waglan.messages.edifact.cuscar_units import EMPTY_OR_FULL, SET_POINT, unit_number
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

BOXES_MAX = 100_000  # of one message: no ship carries a third of that
MEASURED = {"AAE", "WT", "VGM"}  # 6311
GROSS = {"G", "AAB", "EGW", "AET", ""}  # 6313; EGW and AET from messages in use, not verified
VERIFIED, TARE = "VGM", "T"
LOADING, DISCHARGE, DELIVERY = ("9", "6"), ("11", "12"), ("7", "83", "8")  # 3227, better ones first
CONTAINERS = "16"  # 6069
ARRIVALS, DEPARTURES, REPORTED = ("132", "178", "232"), ("133", "136", "186"), "137"  # 2005
OPERATOR, CARRIERS = "CF", ("CA", "CF")  # 3035: who runs a container; who runs the ship
CALL_SIGN, IMO = "103", "146"  # 1131
IMO_NUMBER = re.compile("(?:IMO)? ?([0-9]{7})")


@dataclass(slots=True)
class Gathered:
    """A box whose segments are still coming."""

    number: str = ""
    kind: str = "CN"
    size_type: str | None = None
    full: bool | None = None
    direction: str | None = None
    operator: str | None = None
    masses: dict[str, int] = field(default_factory=dict)
    seals: list[str] = field(default_factory=list)
    set_point: int | None = None
    dangerous: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    segment: int = 0

    def box(self) -> Box:
        """Return it as it is told."""
        return Box(
            self.number,
            self.kind,
            self.size_type,
            self.full,
            self.direction,
            self.operator,
            self.masses.get("gross"),
            self.masses.get("verified"),
            self.masses.get("tare"),
            tuple(self.seals),
            self.set_point,
            tuple(self.dangerous),
            first(self.places, LOADING),
            first(self.places, DISCHARGE),
            first(self.places, DELIVERY),
        )


class Quay(Content):
    """The head of such a message, and the box that is being gathered."""

    is_judged = True  # terminals' systems deviate, and nobody else tells them so

    __slots__ = (
        "_boxes",
        "_boxes_stated",
        "_conveyance",
        "_document",
        "_document_name",
        "_function",
        "_is_main",
        "_numbers",
        "_parties",
        "_places",
        "_references",
        "_terminals",
        "_times",
        "box",
    )

    def __init__(self, place: Place) -> None:
        """Begin with nothing said."""
        super().__init__(place)
        self._document = self._document_name = ""
        self._function = Function.ORIGINAL
        self._conveyance = Conveyance()
        self._places: dict[str, str] = {}
        self._terminals: dict[str, str] = {}
        self._times: dict[str, str] = {}
        self._references: list[tuple[str, str]] = []
        self._parties: dict[str, str] = {}
        self._is_main = True
        self._boxes = 0
        self._boxes_stated: int | None = None
        self._numbers: set[object] = set()
        self.box: Gathered | None = None

    # The head

    def begin(self, segment: BGM, index: int) -> None:
        """Take name, number and function of the document."""
        self._document_name = segment.name.partition(":")[0]
        self._document = segment.document.partition(":")[0]
        function = FUNCTIONS.get(segment.function)
        if function is None:
            where = self.place(index, "BGM", "report/function", 4, None)
            self.find(
                Finding(
                    "EDIFACT-FUNCTION",
                    Severity.ERROR if segment.function else Severity.WARNING,
                    where,
                    {"text": short(segment.function)},
                )
            )
        self._function = function or Function.ORIGINAL

    def take_reference(self, segment: RFF, index: int) -> None:
        """Keep a reference of the whole message."""
        self.check_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        if number := rest.partition(":")[0]:
            self._references.append((qualifier, number))

    def take_party(self, segment: NAD, index: int) -> None:
        """Take who runs ship, boxes or terminal, by code."""
        self.note_issuer(segment, index)
        if code := segment.party.partition(":")[0]:
            self._parties.setdefault(segment.qualifier, code)
        if not segment.qualifier:
            self.qualifier_missing("NAD", segment.party, index)

    def take_transport(self, segment: TDT, index: int) -> None:
        """Take ship and voyage of the main carriage; other stages are passed over."""
        self._is_main = segment.stage in {MAIN_CARRIAGE, ""}
        if not self._is_main:
            return
        identity, kind, _, name, *_ = *segment.vessel.split(":"), "", "", "", ""
        carrier = segment.carrier.partition(":")[0]
        found = IMO_NUMBER.fullmatch(identity) if kind != CALL_SIGN else None
        if kind == IMO and identity and found is None:
            self._references.append(("TDT-8213", identity))
            identity = ""
        self._conveyance = Conveyance(
            vessel=name or None,
            imo=found[1] if found else None,
            call_sign=None if found else identity or None,
            voyage=segment.voyage or None,
            carrier=carrier or None,
            mode=segment.mode.partition(":")[0] or None,
        )

    def take_place(self, segment: LOC, index: int) -> None:
        """Take a place of the call: the first of each kind, and the terminal there."""
        place = place_of(segment.place)
        if place:
            self._places.setdefault(segment.qualifier, place)
        if terminal := place_of(segment.related):
            self._terminals.setdefault(segment.qualifier, terminal)
        self.qualifier_unknown("LOC", segment.qualifier, index)

    def take_time(self, segment: DTM, index: int) -> None:
        """Take when she comes and goes, and when the report was made."""
        qualifier, time = self.time(segment, index)
        if time:
            self._times.setdefault(qualifier, time)

    def take_count(self, segment: CNT, index: int) -> None:
        """Take how many boxes the sender counted."""
        qualifier, _, rest = segment.total.partition(":")
        if qualifier == CONTAINERS:
            self._boxes_stated = amount.count(rest.partition(":")[0])
            if self._boxes_stated is None:
                self.number_wrong("CNT", rest, index)

    def time(self, segment: DTM, index: int) -> tuple[str, str | None]:
        """Return what a time is of, and the time; as sent, with a finding, if it can't be read."""
        self.check_period(segment, index)
        qualifier, text, form, *_ = *segment.period.split(":"), "", ""
        if not text:
            return qualifier, None
        time = amount.iso_8601(text, form)
        if time is None:
            where = self.place(index, "DTM", "report/time", 2, 2)
            self.find(
                Finding(
                    "EDIFACT-TIME",
                    Severity.WARNING,
                    where,
                    {"text": short(text), "format": short(form)},
                )
            )
        return qualifier, time or text

    # A box

    def begin_box(self, segment: EQD, index: int) -> Gathered:
        """Begin a container or other unit."""
        if not is_right(segment.number):
            self.check_equipment(segment, index)
        size, _, rest = segment.size_type.partition(":")
        self.box = Gathered(
            number=unit_number(segment.number),
            kind=segment.kind or "CN",
            size_type=size or (rest + "::").split(":")[2] or None,
            full=EMPTY_OR_FULL.get(segment.full),
            direction=segment.status.partition(":")[0] or None,
            segment=index + self.base,
        )
        if not self.box.number:
            where = self.place(index, "EQD", "boxes/number", 3, 1)
            self.find(Finding("QUAY-BOX-WITHOUT-NUMBER", Severity.WARNING, where, {}))
        return self.box

    def measure(self, segment: MEA, index: int) -> None:
        """Take gross mass, verified gross mass or tare."""
        box, purpose = self.box, segment.purpose
        if box is None or purpose not in MEASURED:
            return
        dimension = segment.dimension.partition(":")[0]
        if VERIFIED in (purpose, dimension):
            name = "verified"
        elif dimension in GROSS:
            name = "gross"
        elif dimension == TARE:
            name = "tare"
        else:
            return
        mass_g = grams(segment.value)
        if mass_g is None:
            self.measure_wrong(segment.value, GRAMS, index)
        elif name == "verified" and mass_g == 0:
            self.find(unweighed(self.place(index, "MEA", "boxes", 3, None), box.number))
        else:
            box.masses[name] = mass_g

    def seal(self, segment: SEL, index: int) -> None:
        """Take a seal's number."""
        if self.box and (number := segment.number.partition(":")[0]):
            self.box.seals.append(number)

    def chill(self, segment: TMP, index: int) -> None:
        """Take a reefer's set point."""
        if self.box is None or segment.qualifier != SET_POINT:
            return
        text, _, unit = segment.value.partition(":")
        self.box.set_point = millidegrees(text, unit)
        if self.box.set_point is None:
            self.number_wrong("TMP", segment.value, index)

    def endanger(self, segment: DGS, index: int) -> None:
        """Take the number of dangerous goods."""
        if self.box and (number := segment.number.partition(":")[0]):
            self.box.dangerous.append(number)

    def locate(self, segment: LOC, index: int) -> None:
        """Take a place of the box's carriage."""
        if self.box and (place := place_of(segment.place)):
            self.box.places.setdefault(segment.qualifier, place)
        self.qualifier_unknown("LOC", segment.qualifier, index)

    def operate(self, segment: NAD, index: int) -> None:
        """Take who runs the container."""
        if self.box and segment.qualifier in CARRIERS:
            self.box.operator = segment.party.partition(":")[0] or self.box.operator

    def number_wrong(self, tag: str, text: str, index: int) -> None:
        """Find text that is no number; what it was to say stays unknown."""
        where = self.place(index, tag, f"{tag}/value", None, None)
        self.find(
            Finding("QUAY-NUMBER", Severity.WARNING, where, {"tag": tag, "text": short(text)})
        )

    def may_add(self, number: str, same: object, segment: int) -> bool:
        """Whether a box may be told: it has a number, and there are not too many of them."""
        if not number:
            return False
        self._boxes += 1
        where = self.place_without_offset(segment, "EQD", f"boxes/{short(number)}")
        if self._boxes > BOXES_MAX:
            if self._boxes == BOXES_MAX + 1:
                self.find(Finding("QUAY-BOXES-MAX", Severity.ERROR, where, {"count": BOXES_MAX}))
            return False
        if same in self._numbers:
            self.find(Finding("QUAY-BOX-TWICE", Severity.WARNING, where, {"box": short(number)}))
        self._numbers.add(same)
        return True

    def end_boxes(self) -> None:
        """Compare the sender's count with what came, and miss the document's number."""
        if not self._document:
            where = self.place_without_offset(1, "UNH", "report/document")
            self.find(Finding("QUAY-DOCUMENT-MISSING", Severity.WARNING, where, {}))
        stated = self._boxes_stated
        if stated is not None and stated != self._boxes:
            where = self.place_without_offset(1, "CNT", "report/boxes")
            self.find(
                Finding(
                    "QUAY-BOX-COUNT",
                    Severity.WARNING,
                    where,
                    {"stated": stated, "counted": self._boxes},
                )
            )

    def conveyance(self) -> Conveyance:
        """Return ship and voyage; the carrier from the parties where TDT names none."""
        if self._conveyance.carrier or not (named := first(self._parties, CARRIERS)):
            return self._conveyance
        said = self._conveyance
        return Conveyance(said.vessel, said.imo, said.call_sign, said.voyage, named, said.mode)


def first(found: dict[str, str], order: tuple[str, ...]) -> str | None:
    """Return what was told under the best of some qualifiers."""
    return next((found[name] for name in order if found.get(name)), None)
