"""What every message is read with: service segments are handed back, the rest is looked at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from waglan.codes import container
from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.service_characters import MARK, MARK_UTF8
from waglan.messages.edifact.tags import (
    ATT,
    BGM,
    CNI,
    CNT,
    COM,
    CST,
    CTA,
    DAM,
    DGS,
    DIM,
    DOC,
    DTM,
    EQA,
    EQD,
    FTX,
    GDS,
    GEI,
    GID,
    GIS,
    HAN,
    LOC,
    MEA,
    MOA,
    NAD,
    PCI,
    PIA,
    RFF,
    RNG,
    SEL,
    SGP,
    STS,
    TDT,
    TMD,
    TMP,
    TSR,
    UNS,
    Other,
    Segment,
)  # fmt: skip
from waglan.messages.envelope import Contents, Header, Interchange, Item, is_numbered_as_gln

TEXT_CHARACTERS_MAX = 35  # of offending text in a finding
FINDINGS_MAX = 1000  # of one message; the rest is counted
QUALIFIER_CHARACTERS_MAX = 3
ISSUERS = {"MS", "FR"}  # 3035: who issued or sends a message, by its own word
GS1 = "9"  # 3055: the party's code is a GLN

_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands around a message whose content is asked for."""

    header: Header
    interchange: Interchange | None
    sha256: bytes


Handlers: TypeAlias = dict[type[Segment], Callable[..., None]]
Place: TypeAlias = Callable[[int | None, str, str, int | None, int | None], Where]


class Content:
    """A message of a type that we know no fields of: what any message may get wrong is found."""

    # Whether its order is always held against its directory, and not only where somebody asks.
    is_judged: ClassVar[bool] = False

    __slots__ = (
        "base",
        "findings",
        "findings_left_out",
        "handlers",
        "has_marks",
        "is_trusted",
        "issuer",
        "items",
        "place",
    )

    def __init__(self, place: Place) -> None:
        """Take what tells where in the file the segment of an index stands."""
        self.place = place
        self.findings: list[Finding] = []
        self.findings_left_out = 0
        self.is_trusted = True  # whether the segments can be taken for what they say
        self.issuer = ""  # the GLN by which the message names its sender
        self.base = 0  # segment number in the message = index in the batch + base
        self.handlers = PLAIN
        self.items: list[Item] = []  # whole ones, in order; a caller may take them away
        self.has_marks = False  # whether a released component separator may stand in a text

    def run(self, items: Iterator[tuple[int, Segment]]) -> tuple[int, Segment] | None:
        """Read on to the next service segment or note and return it, or None at the end."""
        index, segment = 0, None
        try:
            for index, segment in items:
                self.handlers[type(segment)](self, segment, index)
        except KeyError:
            if segment is None or type(segment) in self.handlers:
                raise  # our own fault, not a segment to hand back
            return index, segment
        return None

    def end(self) -> None:
        """Close what is open."""

    def contents(self, sent: Sent) -> Contents | None:
        """Return what the message says, once it is at its end; None where nobody reads its type."""
        return None

    def find(self, finding: Finding) -> None:
        """Keep a finding, up to the limit."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)
        else:
            self.findings_left_out += 1

    def place_without_offset(self, segment: int, tag: str, path: str) -> Where:
        """Return the place of a segment whose bytes may be gone by now."""
        return replace(self.place(None, tag, path, None, None), segment=segment)

    def pass_over(self, segment: Segment, index: int) -> None:
        """Leave a segment unread."""

    def check_period(self, segment: DTM, index: int) -> None:
        """Find what is wrong with the form of a date."""
        qualifier, _, value = segment.period.partition(":")
        if segment.surplus:
            self._nested(segment.period, "DTM", index)
        elif not qualifier:
            self.qualifier_missing("DTM", segment.period, index)
        elif not value.partition(":")[0]:
            self.value_missing("DTM", segment.period, index)

    def check_reference(self, segment: RFF, index: int) -> None:
        """Find what is wrong with the form of a reference."""
        qualifier, _, value = segment.reference.partition(":")
        if segment.surplus:
            self._nested(segment.reference, "RFF", index)
        elif not qualifier:
            self.qualifier_missing("RFF", segment.reference, index)
        elif not value:
            self.value_missing("RFF", segment.reference, index)

    def check_equipment(self, segment: EQD, index: int) -> None:
        """Find a container number that can't be right; other equipment has other numbers."""
        number = segment.number.partition(":")[0]
        if segment.kind == "CN" and number and not container.is_right(container.unparted(number)):
            where = self.place(index, "EQD", f"equipment/{short(number)}/number", 3, 1)
            for finding in container.read(short(number), where)[1]:
                is_shape = finding.severity is Severity.ERROR
                self.find(replace(finding, severity=Severity.WARNING) if is_shape else finding)

    def qualifier_missing(self, tag: str, text: str, index: int) -> None:
        """Find a segment that doesn't say what its value means."""
        where = self.place(index, tag, f"{tag}/qualifier", 2, 1)
        self.find(
            Finding(
                "EDIFACT-QUALIFIER-MISSING",
                Severity.WARNING,
                where,
                {"tag": tag, "text": short(text)},
            )
        )

    def qualifier_unknown(self, tag: str, qualifier: str, index: int) -> None:
        """Find a qualifier that no code can be: none at all, or too long for one."""
        if not qualifier:
            self.qualifier_missing(tag, qualifier, index)
        elif len(qualifier) > QUALIFIER_CHARACTERS_MAX:
            where = self.place(index, tag, f"{tag}/qualifier", 2, 1)
            self.find(
                Finding(
                    "EDIFACT-QUALIFIER-LENGTH",
                    Severity.WARNING,
                    where,
                    {"tag": tag, "text": short(qualifier)},
                )
            )

    def contradicted(self, tag: str, path: str, said: tuple[str, str], index: int) -> None:
        """Find that a segment says something else than one before it; what counts comes first."""
        counted, other = map(short, said)
        where = self.place(index, tag, path, None, None)
        self.find(
            Finding(
                "EDIFACT-TWICE",
                Severity.WARNING,
                where,
                {"tag": tag, "counted": counted, "other": other},
            )
        )

    def once(
        self, tag: str, path: str, said: tuple[object | None, object | None], index: int
    ) -> None:
        """Find that a figure or word differs from the one before it; None was never said."""
        counted, other = said
        if counted is not None and other is not None and counted != other:
            self.contradicted(tag, path, (str(counted), str(other)), index)

    def value_missing(self, tag: str, text: str, index: int) -> None:
        """Find a qualifier with nothing to qualify."""
        where = self.place(index, tag, f"{tag}/value", 2, 2)
        self.find(
            Finding(
                "EDIFACT-VALUE-MISSING", Severity.NOTE, where, {"tag": tag, "text": short(text)}
            )
        )

    def measure_wrong(self, measure: str, units: Mapping[str, int | Decimal], index: int) -> None:
        """Find why a measurement could not be taken."""
        unit, _, number = measure.partition(":")
        if not number:
            self.value_missing("MEA", measure, index)
        elif unit not in units:
            self.unit_unknown("MEA", unit, index)
        else:
            self.number_wrong("MEA", number, index)

    def note_issuer(self, segment: NAD, _index: int) -> None:
        """Keep the GLN of who issued the message, if it names him by one.

        A number of which nobody said whose list it is from is one if its check digit fits.
        """
        code, _, agency, *_ = *segment.party.split(":"), "", "", ""
        is_gln = agency == GS1 or (not agency and is_numbered_as_gln(code))
        if segment.qualifier in ISSUERS and is_gln:
            self.issuer = self.issuer or code

    def unit_unknown(self, tag: str, unit: str, index: int) -> None:
        """Find a unit that nothing can be worked out with."""
        where = self.place(index, tag, f"{tag}/unit", None, None)
        self.find(
            Finding("EDIFACT-UNIT", Severity.WARNING, where, {"tag": tag, "unit": short(unit)})
        )

    def number_wrong(self, tag: str, text: str, index: int) -> None:
        """Find text that is no number, or none that can be right."""
        where = self.place(index, tag, f"{tag}/value", None, None)
        self.find(
            Finding("EDIFACT-NUMBER", Severity.ERROR, where, {"tag": tag, "text": short(text)})
        )

    def _nested(self, text: str, tag: str, index: int) -> None:
        # These segments have one element; a number before it is a nesting level.
        if text.isdecimal() and len(text) <= 2:
            self.refuse_nesting(tag, text, index)

    def refuse_nesting(self, tag: str, text: str, index: int) -> None:
        """Find an explicit nesting indicator, which shifts every element after it."""
        self.is_trusted = False
        where = self.place(index, tag, f"{tag}/nesting", 2, None)
        self.find(
            Finding("EDIFACT-NESTING", Severity.ERROR, where, {"tag": tag, "text": short(text)})
        )


def short(text: str) -> str:
    """Return text for a finding, cut to what CONTRL and a screen can hold."""
    return text.replace(MARK, ":")[:TEXT_CHARACTERS_MAX]


def with_colons(item: _T) -> _T:
    """Return an item with the colons that were released; rare, so that only one is taken apart."""
    json = msgspec.json.encode(item)
    if MARK_UTF8 not in json:
        return item
    return msgspec.json.decode(json.replace(MARK_UTF8, b":"), type=type(item))


PLAIN: Handlers = {
    kind: Content.pass_over
    for kind in (
        BGM, CNI, CNT, COM, CST, CTA, DGS, DIM, DOC, FTX, GEI, GID, GIS, HAN, LOC, MEA, MOA, NAD,
        PCI, PIA, SEL, SGP, TDT, TMP, TSR, TMD, EQA, DAM, STS, GDS, RNG, ATT, UNS, Other,
    )
}  # fmt: skip
PLAIN |= {DTM: Content.check_period, RFF: Content.check_reference, EQD: Content.check_equipment}


def unweighed(where: Where, container: str) -> Finding:
    """Return that a verified mass is told as zero: it is none."""
    return Finding(
        "EDIFACT-VERIFIED-MASS-ZERO", Severity.WARNING, where, {"container": short(container)}
    )
