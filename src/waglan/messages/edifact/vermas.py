"""VERMAS, the verified gross mass of packed containers, as SMDG 1.0 (D.16A) uses it."""

from waglan.codes.finding import Finding, Severity
from waglan.codes.function import Function
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList, WeighingMethod
from waglan.messages.edifact.amount import GRAMS, grams, iso_8601
from waglan.messages.edifact.content import (
    PLAIN,
    Content,
    Handlers,
    Place,
    Sent,
    short,
    unweighed,
    with_colons,
)
from waglan.messages.edifact.cuscar_head import FUNCTIONS
from waglan.messages.edifact.cuscar_units import unit_number
from waglan.messages.edifact.tags import BGM, CTA, DOC, DTM, EQD, MEA, NAD, RFF, SEL

VERIFIED = "VGM"  # 6313
WEIGHED = "798"  # 2005: when the mass was found
ISSUED = "137"
RESPONSIBLE = "SPC"  # 3035: who answers for the mass, the shipper by SOLAS
BOOKING, BILLS = "BN", {"BM", "BH"}
METHODS = {method.value: method for method in WeighingMethod}


class Vermas(Content):
    """One VERMAS on its way from segments to masses."""

    __slots__ = (
        "_bills",
        "_booking",
        "_certificate",
        "_container",
        "_document",
        "_function",
        "_issued_at",
        "_masses",
        "_method",
        "_responsible",
        "_seals",
        "_segment",
        "_verified_g",
        "_weighed_at",
    )

    def __init__(self, place: Place) -> None:
        """Begin with the head."""
        super().__init__(place)
        self.handlers = HEAD
        self._document = ""
        self._function = Function.ORIGINAL
        self._issued_at: str | None = None
        self._masses: list[VerifiedMass] = []
        self._container = ""

    def contents(self, sent: Sent) -> VerifiedMassList:
        """Return what is said of each container."""
        told = VerifiedMassList(
            self._document, self._function, tuple(self._masses), self._issued_at
        )
        return with_colons(told) if self.has_marks else told

    def end(self) -> None:
        """Close what is open, and find what no message of masses can do without."""
        self._close()
        if not self._document:
            where = self.place_without_offset(1, "UNH", "document")
            self.find(Finding("EDIFACT-DOCUMENT-MISSING", Severity.ERROR, where, {}))

    def begin(self, segment: BGM, index: int) -> None:
        """Take number and function of the document."""
        self._document = segment.document.partition(":")[0]
        function = FUNCTIONS.get(segment.function)
        if function is None:
            where = self.place(index, "BGM", "function", 4, None)
            severity = Severity.ERROR if segment.function else Severity.WARNING
            text = short(segment.function)
            self.find(Finding("EDIFACT-FUNCTION", severity, where, {"text": text}))
        self._function = function or Function.ORIGINAL

    def issue(self, segment: DTM, index: int) -> None:
        """Take when the message was made."""
        self._issued_at = self._time(segment, index, ISSUED) or self._issued_at

    def enter_container(self, segment: EQD, index: int) -> None:
        """Close the container before; what follows is said of this one."""
        self._close()
        self.handlers = CONTAINER
        self.check_equipment(segment, index)
        self._container = unit_number(segment.number)
        self._segment = index + self.base
        self._verified_g: int | None = None
        self._method: WeighingMethod | None = None
        self._weighed_at: str | None = None
        self._booking = self._responsible = self._certificate = ""
        self._bills: list[str] = []
        self._seals: list[str] = []
        if not self._container:
            where = self.place(index, "EQD", "equipment/number", 3, 1)
            self.find(Finding("EDIFACT-EQUIPMENT-NUMBER-MISSING", Severity.ERROR, where, {}))

    def name(self, segment: RFF, index: int) -> None:
        """Take the booking's and the bills' numbers."""
        self.check_reference(segment, index)
        qualifier, _, rest = segment.reference.partition(":")
        number = rest.partition(":")[0]
        if qualifier == BOOKING:
            self._booking = number
        elif qualifier in BILLS and number:
            self._bills.append(number)

    def seal(self, segment: SEL, index: int) -> None:
        """Take a seal's number."""
        if segment.number:
            self._seals.append(segment.number.partition(":")[0])

    def verify(self, segment: MEA, index: int) -> None:
        """Take the verified mass; what is measured otherwise is not verified."""
        if segment.dimension.partition(":")[0] != VERIFIED:
            return
        self._verified_g = grams(segment.value)
        if self._verified_g is None:
            self.measure_wrong(segment.value, GRAMS, index)
        elif self._verified_g == 0:
            self._verified_g = None
            path = f"equipment/{short(self._container)}/gross_mass_g"
            self.find(unweighed(self.place(index, "MEA", path, 3, None), self._container))

    def weigh(self, segment: DTM, index: int) -> None:
        """Take when the mass was found."""
        self._weighed_at = self._time(segment, index, WEIGHED) or self._weighed_at

    def certify(self, segment: DOC, index: int) -> None:
        """Take by which method it was found, and the number of the paper that says so."""
        code = segment.name.partition(":")[0]
        self._method = METHODS.get(code, self._method)
        if code in METHODS:
            self._certificate = segment.document.partition(":")[0]

    def answer_for(self, segment: NAD, index: int) -> None:
        """Take who answers for the mass."""
        self.handlers = CONTAINER
        if segment.qualifier == RESPONSIBLE:
            self.handlers = PERSON
            name = segment.name or segment.block
            told = " ".join(filter(None, name.split(":"))) or segment.party.partition(":")[0]
            self._responsible = told

    def sign(self, segment: CTA, index: int) -> None:
        """Take the person where no firm was named."""
        code, _, name = segment.contact.partition(":")
        self._responsible = self._responsible or name.partition(":")[0] or code

    def _time(self, segment: DTM, index: int, wanted: str) -> str | None:
        self.check_period(segment, index)
        qualifier, text, form, *_ = *segment.period.split(":"), "", ""
        if qualifier != wanted or not text:
            return None
        time = iso_8601(text, form)
        if time is None:
            where = self.place(index, "DTM", "time", 2, 2)
            self.find(
                Finding(
                    "EDIFACT-TIME",
                    Severity.WARNING,
                    where,
                    {"text": short(text), "format": short(form)},
                )
            )
        return time or text

    def _close(self) -> None:
        if not self._container:
            return
        if self._verified_g is None:
            path = f"equipment/{short(self._container)}/gross_mass_g"
            where = self.place_without_offset(self._segment, "EQD", path)
            self.find(
                Finding(
                    "EDIFACT-VERIFIED-MASS-MISSING",
                    Severity.WARNING,
                    where,
                    {"container": short(self._container)},
                )
            )
        self._masses.append(
            VerifiedMass(
                self._container,
                self._verified_g,
                self._method,
                self._weighed_at,
                self._responsible or None,
                self._booking or None,
                tuple(self._bills),
                tuple(self._seals),
                self._certificate or None,
                self._segment,
            )
        )
        self._container = ""


HEAD: Handlers = {
    **PLAIN,
    BGM: Vermas.begin,
    DTM: Vermas.issue,
    NAD: Vermas.note_issuer,
    EQD: Vermas.enter_container,
}
CONTAINER: Handlers = {
    **PLAIN,
    RFF: Vermas.name,
    SEL: Vermas.seal,
    MEA: Vermas.verify,
    DTM: Vermas.weigh,
    DOC: Vermas.certify,
    NAD: Vermas.answer_for,
    EQD: Vermas.enter_container,
}
PERSON: Handlers = {**CONTAINER, CTA: Vermas.sign}
