"""A paper that comes without an envelope: what sheets and JSON say, whatever their form."""

import re
from enum import Enum

import msgspec
from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.call import time_of
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Equipment, Head, Level, Part, PartKey
from waglan.messages.envelope import Address, Header, Interchange, Message
from waglan.messages.place import in_sheet
from waglan.messages.row_places import RowPlaces

REFERENCE = "1"  # of the one message that a paper makes


class PaperKind(Enum):
    """Which paper it is; only a manifest declares anything."""

    MANIFEST = "manifest"
    HOUSE_LIST = "house-list"
    SHIPPING_INSTRUCTION = "shipping-instruction"
    BOOKING = "booking"


class Paper(msgspec.Struct, frozen=True, gc=False):
    """One manifest, list of houses, instruction or booking, in the words of the manifest."""

    kind: PaperKind
    recipient: str  # an address with its qualifier after a colon, as UNB 0010 has it
    head: Head
    bills: tuple[Bill, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    booking: str | None = None
    reference: str = ""  # the sender's own of this paper, which an amendment may name
    told_at: RowPlaces | None = None  # of a sheet: its rows


class Sent(msgspec.Struct, frozen=True):
    """Who sent the bytes of a paper, and what they were."""

    sender: str
    sha256: bytes
    form: str  # JSON, CSV, XLSX
    charset: str = "utf-8"


def message_of(paper: Paper, sent: Sent, findings: tuple[Finding, ...]) -> Message:
    """Return a paper as the message that the same content makes in EDIFACT."""
    recipient, _, qualifier = paper.recipient.partition(":")
    interchange = Interchange(
        Address(sent.sender),
        Address(recipient, qualifier),
        paper.reference or paper.head.document,
        syntax_id="",
        syntax_version="",
        charset=sent.charset,
    )
    content: Part | Instruction | None = None
    wrong: list[Finding] = []
    if paper.kind is PaperKind.MANIFEST:
        content = _part(paper, sent)
    else:
        content, wrong = _instruction(paper)
        if any(one.severity is Severity.ERROR and _is_of_bills(one, paper) for one in findings):
            wrong = []  # what could not be read of them is told, and why
    wrong += [*_times(paper), *_controls(paper)]
    return Message(
        interchange,
        Header(REFERENCE, paper.kind.value),
        1,
        0,
        sent.sha256,
        0,
        content,
        (*findings, *(in_sheet(one, paper.told_at) for one in wrong)),
        told_at=paper.told_at,
    )


def _is_of_bills(finding: Finding, paper: Paper) -> bool:
    kind = finding.where.path.partition("/")[0]
    return kind == "bills" or (kind == "rows" and not paper.bills)


def _part(paper: Paper, sent: Sent) -> Part:
    key = PartKey(
        sent.sender, paper.recipient, paper.kind.value, paper.reference or paper.head.document
    )
    return Part(key, 1, True, sent.sha256, paper.head, paper.bills, paper.equipment)


def _instruction(paper: Paper) -> tuple[Instruction | None, list[Finding]]:
    kind = InstructionKind(paper.kind.value)
    if kind is InstructionKind.HOUSE_LIST:
        master, houses, wrong = _master(paper.bills)
    else:
        houses = ()
        master, wrong = (paper.bills[0], []) if len(paper.bills) == 1 else (None, [_one(paper)])
    if master is None:
        return None, wrong
    return (
        Instruction(
            kind,
            paper.head,
            master,
            paper.equipment,
            houses,
            booking=paper.booking,
            carrier=paper.head.carrier,
        ),
        wrong,
    )


def _master(bills: tuple[Bill, ...]) -> tuple[Bill | None, tuple[Bill, ...], list[Finding]]:
    """Return the master that all houses name, as listed or by its number alone, and the houses."""
    houses = tuple(bill for bill in bills if bill.parent)
    masters = [bill for bill in bills if not bill.parent]
    numbers = {bill.number for bill in masters} | {bill.parent for bill in houses if bill.parent}
    if len(numbers) == 1 and len(masters) <= 1:
        number = numbers.pop()
        return (masters[0] if masters else Bill(number, Level.MASTER)), houses, []
    if houses and _is_tree(houses, masters):
        return masters[0], houses, []
    where = Where("bills")
    return None, (), [Finding("PAPER-ONE-MASTER", Severity.ERROR, where, {"count": len(numbers)})]


def _is_tree(houses: tuple[Bill, ...], masters: list[Bill]) -> bool:
    """Whether every house hangs on the one master or on another house (a co-loader's)."""
    known = {bill.number for bill in (*houses, *masters)}
    return len(masters) == 1 and all(bill.parent in known for bill in houses)


def _times(paper: Paper) -> list[Finding]:
    """Find times that the calendar has not, or of years that no paper is about."""
    told = (("arrival", paper.head.arrival), ("departure", paper.head.departure))
    return [
        Finding("PAPER-TIME", Severity.WARNING, Where(f"head/{name}"), {"text": text})
        for name, text in told
        if text and time_of(text, zone=HONG_KONG) is None
    ]


def _controls(paper: Paper) -> list[Finding]:
    """Find control characters, which no text of the trade has and no database keeps."""
    if not _CONTROL.search(_encode(replace(paper, told_at=None))):
        return []
    places = {f"bills/{bill.number}": bill for bill in paper.bills}
    hit = next((path for path, bill in places.items() if _CONTROL.search(_encode(bill))), "paper")
    where = Where("bills" if _CONTROL.search(_encode(hit)) else hit)
    return [Finding("PAPER-CONTROL-CHARACTER", Severity.ERROR, where, {})]


# As JSON escapes them; an even number of backslashes before is text. Line ends and tabs are kept.
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\(?:u00(?:0[0-9a-f]|1[0-9a-f])|[bf])")
_encode = msgspec.json.Encoder().encode


def _one(paper: Paper) -> Finding:
    return Finding(
        "PAPER-ONE-BILL",
        Severity.ERROR,
        Where("bills"),
        {"kind": paper.kind.value, "count": len(paper.bills)},
    )
