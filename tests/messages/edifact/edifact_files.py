"""Cargo reports made up for the tests, and the ways to read them."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.finding import Finding
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill, Equipment, Head, Part
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.messages.edifact import Profile, generic, read, stream
from waglan.messages.edifact.batch import Batch
from waglan.messages.edifact.charset import Ladder
from waglan.messages.edifact.opened import Options
from waglan.messages.edifact.read import events
from waglan.messages.edifact.service_characters import ServiceCharacters
from waglan.messages.envelope import Contents, InterchangeEnd, Item, Message

HEAD = (
    "BGM+85+MAN-7+9'DTM+137:202611220900:203'RFF+AAZ:CALL 12'NAD+CA+HLC:172:20'NAD+AG+++AGENT LTD'"
    "TDT+20+012E+1++XYZ:172:20+++IMO9321483:146::HARBOUR STAR'LOC+60+HKHKG:139:6'LOC+22+HKKWT'"
    "DTM+132:202611230600:203'DTM+133:20261124:102'CNT+10:2'CNT+16:1'CNT+7:30,5:TNE'CNT+8:120'"
    "EQD+CN+CSQU 3054383+22G1:102:5+++5'MEA+AAE+G+KGM:21000.5'MEA+AAE+T+KGM:2200'SEL+S1+CA'"
    "SEL+S2+CU'TMP+2+-18.5:CEL'"
)
MASTER = (
    "CNI+1+IGNORED'RFF+BM:HLCU1'RFF+IP:LIC-1'CNT+7:20000:KGM'CNT+8:100'CNT+15:12.5:MTQ'CNT+10:1'"
    "LOC+9+CNSHA'LOC+11+HKHKG'LOC+8+CNCAN'LOC+13+SGSIN'GIS+28'"
    "NAD+CZ+C1:100:ZZZ++ACME:LTD+12 STREET:FLOOR 3+SHANGHAI++200000+CN'"
    "NAD+CN++TO ORDER:BANK ROAD 1'NAD+ZZ+++SOMEBODY'"
    "GID+1+100:CT'FTX+AAA+++COTTON T-SHIRTS:OF MEN'FTX+AAA+++IN CARTONS'FTX+OSI+++NOT THIS'"
    "MEA+AAE+G+KGM:20000'MEA+AAE+AAW+MTQ:12,5'SGP+CSQU3054383+100'"
    "PCI+28+MARK 1:MARK 2'PCI+28+MARK 3'DGS+IMD+3+1993'CST+1+610910:122'TMP+2+5:CEL'GID+2+:BX'"
)
HOUSE = "CNI+2'RFF+BH:H-9'RFF+MB:HLCU1'GIS+23'LOC+7+MOMFM'LOC+8+CNCAN'"
AIR = "CNI+3'RFF+HWB:HWB5'RFF+AWB:160-11111111'"


def message(body: str, reference: str = "M1", kind: str = "CUSCAR:D:95B:UN", more: str = "") -> str:
    segments = body.count("'") - body.count("?'") + 2
    return f"UNH+{reference}+{kind}{more}'{body}UNT+{segments}+{reference}'"


def interchange(*messages: str, reference: str = "R1", syntax: str = "UNOC:3") -> bytes:
    unb = f"UNB+{syntax}+FORWARDER:ZZ:ROUTE+CUSTOMS+261122:0900+{reference}'"
    return (unb + "".join(messages) + f"UNZ+{len(messages)}+{reference}'").encode()


def one(raw: bytes) -> tuple[Message, InterchangeEnd]:
    first, end = read([raw])
    assert isinstance(first, Message)
    assert isinstance(end, InterchangeEnd)
    return first, end


def part(raw: bytes) -> Part:
    content = one(raw)[0].part
    assert content is not None
    return content


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def blocks(raw: bytes, size: int) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def read_slowly(pieces: Iterable[bytes], profile: Profile) -> list[Message | InterchangeEnd]:
    """Read by the total path alone."""

    def tokenise(raw: bytes, offset: int, service: ServiceCharacters, ladder: Ladder) -> Batch:
        return generic.tokenise(raw, offset, service, ladder)

    found = events(pieces, Options(profile), tokenise)
    return [event for event in found if isinstance(event, Message | InterchangeEnd)]


def read_streaming(pieces: Iterable[bytes], profile: Profile) -> list[Message | InterchangeEnd]:
    """Read in slices and put them together again."""
    whole: list[Message | InterchangeEnd] = []
    slices: list[Item] = []
    for event in stream(pieces, profile):
        if not isinstance(event, Message | InterchangeEnd):
            slices.append(event)
            continue
        if isinstance(event, Message):
            if event.content:
                event = replace(event, content=_put_together(event.content, slices))
            slices = []
        whole.append(event)
    return whole


def _put_together(part: Contents, slices: list[Item]) -> Contents:
    if isinstance(part, Instruction | VerifiedMassList):
        return part  # always whole
    if isinstance(part, MovementReport):
        assert not part.movements
        moves = tuple(item for item in slices if isinstance(item, Movement))
        return msgspec.structs.replace(part, movements=moves)
    if isinstance(part, Stowage):
        assert not part.slots
        slots = tuple(item for item in slices if isinstance(item, Slot))
        return msgspec.structs.replace(part, slots=slots)
    assert [item for item in slices if isinstance(item, Head)] == [part.head]
    assert not part.bills
    assert not part.equipment
    return msgspec.structs.replace(
        part,
        bills=tuple(item for item in slices if isinstance(item, Bill)),
        equipment=tuple(item for item in slices if isinstance(item, Equipment)),
    )
