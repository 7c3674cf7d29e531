"""The segments that are read into fields: as many elements of each as somebody uses.

Every field is text, for operational files carry `007956` where a number is meant. Composites
stay whole: most are never looked into.
"""

from typing import TypeAlias, Union, get_args

import msgspec


class Segment(msgspec.Struct, array_like=True, tag_field="_tag", tag=True, gc=False):
    """One segment; missing elements are empty, surplus ones are left out."""


class UNB(Segment):
    """Interchange header."""

    syntax: str = ""
    sender: str = ""
    recipient: str = ""
    prepared: str = ""
    reference: str = ""
    password: str = ""
    application: str = ""
    priority: str = ""
    acknowledge: str = ""
    agreement: str = ""
    test: str = ""


class UNG(Segment):
    """Group header."""

    type: str = ""
    sender: str = ""
    recipient: str = ""
    prepared: str = ""
    reference: str = ""


class UNH(Segment):
    """Message header."""

    reference: str = ""
    type: str = ""
    access_reference: str = ""
    transfer: str = ""


class UNT(Segment):
    """Message trailer."""

    count: str = ""
    reference: str = ""


class UNE(Segment):
    """Group trailer."""

    count: str = ""
    reference: str = ""


class UNZ(Segment):
    """Interchange trailer."""

    count: str = ""
    reference: str = ""


class BGM(Segment):
    """Beginning of message."""

    name: str = ""
    document: str = ""
    function: str = ""


class DTM(Segment):
    """Date, time, period."""

    period: str = ""
    surplus: str = ""


class RFF(Segment):
    """Reference."""

    reference: str = ""
    surplus: str = ""


class NAD(Segment):
    """Name and address."""

    qualifier: str = ""
    party: str = ""
    block: str = ""
    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


class TDT(Segment):
    """Transport."""

    stage: str = ""
    voyage: str = ""
    mode: str = ""
    means: str = ""
    carrier: str = ""
    direction: str = ""
    excess: str = ""
    vessel: str = ""


class LOC(Segment):
    """Place."""

    qualifier: str = ""
    place: str = ""
    related: str = ""


class GIS(Segment):
    """General indicator."""

    indicator: str = ""


class GEI(Segment):
    """Processing information, which later directories have for GIS."""

    kind: str = ""
    indicator: str = ""


class EQD(Segment):
    """Equipment."""

    kind: str = ""
    number: str = ""
    size_type: str = ""
    supplier: str = ""
    status: str = ""
    full: str = ""


class SEL(Segment):
    """Seal."""

    number: str = ""


class MEA(Segment):
    """Measurement."""

    purpose: str = ""
    dimension: str = ""
    value: str = ""


class TMP(Segment):
    """Temperature."""

    qualifier: str = ""
    value: str = ""


class CNI(Segment):
    """Consignment."""

    number: str = ""
    document: str = ""


class CNT(Segment):
    """Control total."""

    total: str = ""


class GID(Segment):
    """Goods item."""

    number: str = ""
    packages: str = ""


class FTX(Segment):
    """Free text."""

    subject: str = ""
    function: str = ""
    reference: str = ""
    text: str = ""


class SGP(Segment):
    """Where goods are stowed."""

    equipment: str = ""
    packages: str = ""


class PCI(Segment):
    """Marks."""

    instruction: str = ""
    marks: str = ""


class DGS(Segment):
    """Dangerous goods."""

    regulation: str = ""
    hazard: str = ""
    number: str = ""


class CST(Segment):
    """Customs status of goods."""

    number: str = ""
    code: str = ""
    code_2: str = ""
    code_3: str = ""
    code_4: str = ""
    code_5: str = ""


class HAN(Segment):
    """Handling instructions; not looked into."""


class CTA(Segment):
    """Contact."""

    function: str = ""
    contact: str = ""


class PIA(Segment):
    """Numbers of a product."""

    function: str = ""
    item: str = ""
    item_2: str = ""
    item_3: str = ""
    item_4: str = ""
    item_5: str = ""


class DOC(Segment):
    """A document."""

    name: str = ""
    document: str = ""


class COM(Segment):
    """Communication; not looked into."""


class MOA(Segment):
    """Amount of money; not looked into."""


class DIM(Segment):
    """Dimensions; not looked into."""


class TSR(Segment):
    """Transport service; not looked into."""


class TMD(Segment):
    """Transport movement; not looked into."""


class EQA(Segment):
    """Attached equipment; not looked into."""


class DAM(Segment):
    """Damage."""

    qualifier: str = ""
    kind: str = ""
    area: str = ""
    severity: str = ""


class STS(Segment):
    """Status."""

    category: str = ""
    status: str = ""
    reason: str = ""


class GDS(Segment):
    """Nature of cargo; not looked into."""


class RNG(Segment):
    """Range; not looked into."""


class ATT(Segment):
    """Attribute; not looked into."""


class UNS(Segment):
    """Section control; not looked into."""


class Other(Segment, tag="?"):
    """A segment with any other tag."""

    name: str = ""


Read: TypeAlias = Union[  # noqa: UP007  (a union of this length reads better so)
    UNB, UNG, UNH, UNT, UNE, UNZ, BGM, DTM, RFF, NAD, TDT, LOC, GIS, GEI, EQD, SEL, MEA, TMP, CNI,
    CNT, GID, FTX, SGP, PCI, DGS, CST, HAN, CTA, COM, MOA, DIM, TSR,
    PIA, DOC,
    TMD, EQA, DAM, STS, GDS, RNG, ATT, UNS,
]  # fmt: skip

KINDS: dict[str, tuple[type[Segment], int]] = {
    kind.__name__: (kind, len(kind.__struct_fields__)) for kind in get_args(Read)
}


def of_elements(elements: list[str]) -> Segment:
    """Return the segment that a tag and its elements make."""
    tag = elements[0]
    known = KINDS.get(tag)
    if known is None:
        return Other(tag)
    kind, fields = known
    return kind(*elements[1 : fields + 1])
