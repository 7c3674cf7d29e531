"""Small cargo reports in EDIFACT, for tests that file as several organisations."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from waglan.codes.calendar import HONG_KONG

HEAD = (
    "UNA:+.? 'UNB+UNOC:3+{sender}:ZZZ+{customs}:ZZZ+261122:0900+{ref}'"
    "UNH+{ref}+CUSCAR:D:95B:UN'BGM+785+{doc}+9'DTM+137:202611220900:203'NAD+CA+{carrier}:172:20'"
    "TDT+20+001E+1++{carrier}:172:20+++9811000:146::SYNTHETIC STAR'LOC+60+HKHKG:139:6'"
    "DTM+132:{arrival}:203'{boxes}"
)
BILL = (
    "CNI+{n}+{number}'{level}CNT+7:120:KGM'CNT+8:10'LOC+9+CNSHA:139:6'LOC+11+HKHKG:139:6'"
    "GIS+23'NAD+CZ+++SAMPLE TRADING {n} LTD+1 SAMPLE ROAD+SHANGHAI+++CN'{above}"
    "NAD+CN+++SAMPLE IMPORTS {n} LTD+2 SAMPLE STREET+HONG KONG+++HK'{forwarder}GID+1+10:CT'"
    "FTX+AAA+++COTTON T-SHIRTS'MEA+AAE+G+KGM:120'MEA+AAE+AAW+MTQ:2.5'SGP+{box}+10'"
    "PCI+24+SAMPLE MARKS {n}'"
)


@dataclass(frozen=True)
class Paper:
    """One bill of a manifest; with a parent it is a house."""

    number: str
    parent: str | None = None
    box: str = "CSQU3054383"
    forwarder: str | None = None


@dataclass(frozen=True)
class Call:
    """Who files with whom, under which reference; `carrier` is the code that the head names."""

    sender: str
    customs: str
    ref: str
    carrier: str = "SYNL"


def manifest(call: Call, *bills: Paper) -> bytes:
    """Return a cargo report of these bills, its document named after its reference."""
    boxes = "".join(f"EQD+CN+{box}+22G1:102:5++3+5'" for box in sorted({b.box for b in bills}))
    given = {
        "sender": call.sender, "customs": call.customs, "ref": call.ref, "carrier": call.carrier,
        "doc": f"DOC-{call.ref}",
        "arrival": (datetime.now(HONG_KONG) + timedelta(days=1)).strftime("%Y%m%d%H%M"),
    }  # fmt: skip
    text = HEAD.format(**given, boxes=boxes)
    inside = "".join(_bill(n, bill) for n, bill in enumerate(bills, 1))
    count = (text + inside).count("'") - 2 + 1  # without UNA and UNB, with UNT
    return f"{text}{inside}UNT+{count}+{call.ref}'UNZ+1+{call.ref}'".encode()


def _bill(n: int, bill: Paper) -> str:
    return BILL.format(
        n=n,
        number=bill.number,
        level=f"RFF+{'BH' if bill.parent else 'BM'}:{bill.number}'",
        above=f"RFF+MB:{bill.parent}'" if bill.parent else "",
        forwarder=f"NAD+FW+{bill.forwarder}++SAMPLE FORWARDER'" if bill.forwarder else "",
        box=bill.box,
    )
