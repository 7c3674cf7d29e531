"""Reports from the quay for the scenarios, as a terminal's system would send them."""

from collections.abc import Sequence
from dataclasses import dataclass

SHIP = "TDT+20+001E+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'"


@dataclass(frozen=True)
class Told:
    """One box as a report tells of it."""

    box: str
    full: str = "5"
    kilograms: int = 2400
    at: str = "202611230815"
    more: str = ""
    stays_for: str = ""  # of a plan: the port that it goes on to


@dataclass(frozen=True)
class Sheet:
    """Who tells whom, under which reference and document."""

    sender: str
    recipient: str
    ref: str
    document: str = ""
    function: str = "9"
    ship: str = SHIP


def coarri(sheet: Sheet, boxes: Sequence[Told], name: str = "44") -> bytes:
    """A discharge (44) or loading (46) report."""
    place = "11" if name == "44" else "9"
    body = f"{sheet.ship}LOC+{place}+HKHKG:139:6+SYNT1:TER:ZZZ'NAD+CF+SYNL:160:20'" + "".join(
        f"EQD+CN+{one.box}+22G1:102:5++3+{one.full}'{one.more}DTM+203:{one.at}:203'"
        f"LOC+147+0380886::5'MEA+AAE+G+KGM:{one.kilograms}'SEL+SEAL1+CA'"
        for one in boxes
    )
    return _sent(sheet, "COARRI:D:95B:UN", name, body)


def codeco(sheet: Sheet, boxes: Sequence[Told], name: str = "36") -> bytes:
    """A gate report: in (34) or out (36)."""
    body = f"{sheet.ship}NAD+MS+SYNT1'" + "".join(
        f"EQD+CN+{one.box}+22G1:102:5++3+{one.full}'{one.more}DTM+7:{one.at}:203'" for one in boxes
    )
    return _sent(sheet, "CODECO:D:95B:UN", name, body)


def baplie(sheet: Sheet, boxes: Sequence[Told], discharge: str = "HKHKG") -> bytes:
    """A stowage plan on arrival."""
    body = (
        f"DTM+137:202611220900:203'{sheet.ship}LOC+5+CNSHA'LOC+61+HKHKG'DTM+132:202611230600:203'"
    )
    body += "".join(
        f"LOC+147+00{n:05}::5'MEA+WT++KGM:{one.kilograms}'"
        f"LOC+9+CNSHA'LOC+11+{one.stays_for or discharge}'RFF+BM:1'"
        f"EQD+CN+{one.box}+22G1+++{one.full}'NAD+CA+SYNL'"
        for n, one in enumerate(boxes)
    )
    return _sent(sheet, "BAPLIE:D:95B:UN", "", body)


def iftsta(sheet: Sheet, boxes: Sequence[Told]) -> bytes:
    """A carrier's statuses."""
    body = "".join(
        f"CNI+{n}'STS+1+AR:::ARRIVED AT RAMP'{one.more}DTM+334:{one.at}:203'LOC+175+CNCAN'"
        f"{sheet.ship}EQD+CN+{one.box}'"
        for n, one in enumerate(boxes, 1)
    )
    return _sent(sheet, "IFTSTA:D:00B:UN", "23", body)


def _sent(sheet: Sheet, kind: str, name: str, body: str) -> bytes:
    document = sheet.document or f"DOC-{sheet.ref}"
    inside = f"UNH+{sheet.ref}+{kind}'BGM+{name}+{document}+{sheet.function}'{body}"
    count = inside.count("'") + 1
    return (
        f"UNA:+.? 'UNB+UNOC:3+{sheet.sender}:ZZZ+{sheet.recipient}:ZZZ+261123:0900+{sheet.ref}'"
        f"{inside}UNT+{count}+{sheet.ref}'UNZ+1+{sheet.ref}'"
    ).encode()
