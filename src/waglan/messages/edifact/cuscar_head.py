"""What a CUSCAR says of itself, of the conveyance and of her call."""

import re
from functools import lru_cache

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity
from waglan.manifest.call import time_of
from waglan.manifest.model import Function, Head, Totals
from waglan.messages.edifact import amount
from waglan.messages.edifact.content import Content, Place, short
from waglan.messages.edifact.tags import BGM, CNT, DTM, LOC, NAD, RFF, TDT

FUNCTIONS = {  # 1225
    "9": Function.ORIGINAL,
    "5": Function.REPLACE,
    "4": Function.CHANGE,
    "1": Function.CANCEL,
    "2": Function.ADD,
}
MAIN_CARRIAGE = "20"
PORTS_OF_CALL = ("60", "11")  # the better one first
CUSTOMS_OFFICE = "22"
ARRIVALS = ("132", "178", "232")  # estimated, actual, then as some customs name it
DEPARTURES = ("133", "136")
CARRIERS, AGENTS = {"CA"}, {"AG", "CG"}

_UNITS = {"gross_mass_g": amount.GRAMS, "volume_cm3": amount.CUBIC_CENTIMETRES}
_IMO = re.compile("(?:IMO)? ?([0-9]{7})")


class CuscarHead(Content):
    """The head, gathered segment by segment."""

    __slots__ = (
        "_agent",
        "_carrier",
        "_document",
        "_document_name",
        "_function",
        "_imo",
        "_is_main",
        "_means_carrier",
        "_mode",
        "_places",
        "_references",
        "_times",
        "_told_function",
        "_totals",
        "_vessel",
        "_voyage",
    )

    def __init__(self, place: Place) -> None:
        """Begin with nothing said."""
        super().__init__(place)
        self._document = self._document_name = self._told_function = ""
        self._function: Function | None = None
        self._carrier = self._means_carrier = self._agent = ""
        self._vessel = self._imo = self._voyage = self._mode = ""
        self._places: dict[str, str] = {}
        self._times: dict[str, str] = {}
        self._references: list[tuple[str, str]] = []
        self._is_main = False
        self._totals: dict[str, int] = {}

    def head(self) -> Head:
        """Return the head as far as it was said."""
        return Head(
            document=self._document,
            document_name=self._document_name,
            function=self._function or Function.ORIGINAL,
            carrier=self._carrier or self._means_carrier or None,
            agent=self._agent or None,
            vessel=self._vessel or None,
            imo=self._imo or None,
            voyage=self._voyage or None,
            mode=self._mode or None,
            customs_office=self._places.get(CUSTOMS_OFFICE),
            port_of_call=_first(self._places, PORTS_OF_CALL),
            arrival=_first(self._times, ARRIVALS),
            departure=_first(self._times, DEPARTURES),
            references=tuple(self._references),
        )

    def totals(self) -> Totals:
        """Return what the message counts of itself."""
        return Totals(**self._totals)

    def end_head(self) -> None:
        """Find what no manifest can do without."""
        if not self._document:
            where = self.place_without_offset(1, "UNH", "head/document")
            self.find(Finding("EDIFACT-DOCUMENT-MISSING", Severity.ERROR, where, {}))

    def begin(self, segment: BGM, index: int) -> None:
        """Take name, number and function of the document."""
        self._document_name = segment.name.partition(":")[0]
        document = segment.document.partition(":")[0]
        if self._document:
            self.once("BGM", "head/document", (document, self._document), index)
            self.once("BGM", "head/function", (segment.function, self._told_function), index)
        self._document, self._told_function = document, segment.function
        self._function = FUNCTIONS.get(segment.function)
        if self._function is None:
            where = self.place(index, "BGM", "head/function", 4, None)
            self.find(
                Finding(
                    "EDIFACT-FUNCTION",
                    Severity.ERROR if segment.function else Severity.WARNING,
                    where,
                    {"text": short(segment.function)},
                )
            )

    def take_reference(self, segment: RFF, index: int) -> None:
        """Keep a reference with its qualifier."""
        self.check_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        self._references.append((qualifier, rest.partition(":")[0]))

    def take_party(self, segment: NAD, index: int) -> None:
        """Take carrier and agent, by code where one is given."""
        self.note_issuer(segment, index)
        told = _code(segment.party) or " ".join(_parts(segment.name) or _parts(segment.block))
        if segment.qualifier in CARRIERS:
            self._carrier = self._carrier or told
            self.once("NAD", "head/carrier", (self._carrier or None, told or None), index)
        elif segment.qualifier in AGENTS:
            self._agent = self._agent or told
        else:
            self.qualifier_unknown("NAD", segment.qualifier, index)

    def take_transport(self, segment: TDT, index: int) -> None:
        """Take voyage, carrier and ship of the main carriage; other stages are passed over."""
        self._is_main = segment.stage in {MAIN_CARRIAGE, ""}
        if not segment.stage:
            self.qualifier_missing("TDT", segment.voyage, index)
        if not self._is_main:
            return
        if self._voyage and segment.voyage != self._voyage:
            self.contradicted("TDT", "head/voyage", (segment.voyage, self._voyage), index)
        self._voyage = segment.voyage
        self._mode = segment.mode.partition(":")[0]
        carrier = [*segment.carrier.split(":"), "", "", ""]
        self._means_carrier = carrier[0] or carrier[3]
        identity, _, rest = segment.vessel.partition(":")
        vessel = (rest + ":::").split(":")[2]
        if self._vessel and vessel != self._vessel:
            self.contradicted("TDT", "head/vessel", (vessel, self._vessel), index)
        self._vessel = vessel
        if found := _IMO.fullmatch(identity):
            before, self._imo = self._imo, found[1]
            self.once("TDT", "head/imo", (self._imo, before or None), index)
        elif identity:
            self._references.append(("TDT-8213", identity))

    def take_place(self, segment: LOC, index: int) -> None:
        """Take a place of the call: the first of each kind."""
        if segment.qualifier in {CUSTOMS_OFFICE, *PORTS_OF_CALL}:
            place = place_of(segment.place)
            first = self._places.setdefault(segment.qualifier, place)
            if first != place:
                self.contradicted("LOC", "head/place", (first, place), index)
        else:
            self.qualifier_unknown("LOC", segment.qualifier, index)

    def take_time(self, segment: DTM, index: int) -> None:
        """Take arrival or departure; a time that can't be read stays as it was sent."""
        self.check_period(segment, index)
        qualifier, text, form, *_ = *segment.period.split(":"), "", ""
        if not self._is_main or not text or qualifier not in {*ARRIVALS, *DEPARTURES}:
            return
        time = amount.iso_8601(text, form)
        if time_of(time, zone=HONG_KONG) is None:
            where = self.place(index, "DTM", "head/time", 2, 2)
            self.find(
                Finding(
                    "EDIFACT-TIME",
                    Severity.WARNING,
                    where,
                    {"text": short(text), "format": short(form)},
                )
            )
        first = self._times.setdefault(qualifier, time or text)
        if first != (time or text):
            self.contradicted("DTM", "head/time", (first, time or text), index)

    def take_total(self, segment: CNT, index: int) -> None:
        """Take a control total of the whole message."""
        name, value = amount.total(segment.total)
        if value is None:
            self.total_wrong(segment.total, index)
        elif name in Totals.__struct_fields__:
            first = self._totals.setdefault(name, value)
            self.once("CNT", f"totals/{name}", (first, value), index)

    def total_wrong(self, control: str, index: int) -> None:
        """Find why a control total could not be taken."""
        qualifier, number, unit, *_ = *control.split(":"), "", ""
        name = amount.TOTALS.get(qualifier, "")
        if not name:
            self.qualifier_unknown("CNT", qualifier, index)
        elif not number:
            self.value_missing("CNT", control, index)
        elif unit and unit not in _UNITS.get(name, {unit: 1}):
            self.unit_unknown("CNT", unit, index)
        else:
            self.number_wrong("CNT", number, index)


@lru_cache(maxsize=4096)
def place_of(place: str) -> str:
    """Return the code of a place, or its name where it has none."""
    code, _, rest = place.partition(":")
    return code or (rest + ":::").split(":")[2]


def _code(party: str) -> str:
    return party.partition(":")[0]


def _parts(composite: str) -> list[str]:
    return [part for part in composite.split(":") if part]


def _first(found: dict[str, str], order: tuple[str, ...]) -> str | None:
    return next((found[name] for name in order if found.get(name)), None)
