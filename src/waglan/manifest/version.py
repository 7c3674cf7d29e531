"""What a manifest becomes when its filer sends more: originals, replacements, changes, withdrawals.

A manifest is known by who files it, its document number and the vessel's call. An amendment names
the version it changes (RFF+ACW, UN/EDIFACT 1153: reference to the message before), so that nobody
changes what he has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.manifest import boxes
from waglan.manifest.model import Bill, Equipment, Function, Head, Manifest

PREVIOUS = "ACW"  # the qualifier of the reference that names the version to be changed

_OF_THE_CALL = (
    "carrier",
    "agent",
    "vessel",
    "mode",
    "customs_office",
    "port_of_call",
    "arrival",
    "departure",
)


class State(Enum):
    """What stands of a manifest. A filing that was refused leaves the state as it was."""

    ABSENT = "absent"
    DECLARED = "declared"
    CANCELLED = "cancelled"


NEXT: dict[tuple[State, Function], State] = {
    (State.ABSENT, Function.ORIGINAL): State.DECLARED,
    (State.DECLARED, Function.REPLACE): State.DECLARED,
    (State.DECLARED, Function.CHANGE): State.DECLARED,
    (State.DECLARED, Function.ADD): State.DECLARED,
    (State.DECLARED, Function.CANCEL): State.CANCELLED,
}  # a function missing here is refused: what is cancelled stays so, under a number used up


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two messages speak of one manifest."""

    filer: PartyId
    document: str
    call: Key


@dataclass(frozen=True, slots=True)
class Version:
    """One manifest as it stands after the filings that were accepted."""

    number: int = 0  # counted from 1; 0: nothing accepted yet
    state: State = State.ABSENT
    reference: str = ""  # the sender's own for the message that made it: access reference or UNH


def call_of(head: Head) -> Key | None:
    """Return the vessel's call as IMO number or name, and voyage; None when nobody said."""
    vessel = "".join((head.imo or "").split()) or " ".join((head.vessel or "").upper().split())
    voyage = "".join((head.voyage or "").upper().split())
    return Key(KeyKind.CALL, f"{vessel}/{voyage}") if vessel and voyage else None


def identity(filer: PartyId, head: Head) -> Identity | Finding:
    """Return what the manifest is known by, or what its head lacks for that."""
    call, document = call_of(head), head.document.strip()
    if call and document:
        return Identity(filer, document, call)
    return Finding("MANIFEST-WITHOUT-IDENTITY", Severity.ERROR, Where("head"), {})


def following(current: Version, head: Head, *, reference: str) -> tuple[Version, list[Finding]]:
    """Return the version after this message; with an ERROR among the findings, `current` stands."""
    then = NEXT.get((current.state, head.function))
    if then is None:
        return current, [_refused(current, head)]
    findings = [] if current.state is State.ABSENT else _names_version(current, head)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return current, findings
    return Version(current.number + 1, then, reference), findings


def amend(current: Manifest, change: Manifest) -> tuple[Manifest, list[Finding]]:
    """Return the manifest after a message about it; with an ERROR, `current` itself comes back.

    CHANGE gives bills already there anew, ADD gives further ones, REPLACE gives all, CANCEL none.
    Boxes come by number: one already listed is listed anew. `following` says whether it may be.
    """
    function = change.head.function
    if function is Function.ORIGINAL:
        return change, []
    if function is Function.REPLACE:
        findings = _by_nothing(current, change)
        return (current if findings else change), findings
    if function is Function.CANCEL:
        findings = _cancels_some(current, change)
        return (current if findings else replace(current, bills=(), equipment=())), findings
    findings = _unfit(current, change)
    if findings:
        return current, findings
    head = _head(current.head, change.head) if function is Function.CHANGE else current.head
    amended = Manifest(
        head,
        _bills(current.bills, change.bills),
        _equipment(current.equipment, change.equipment),
        current.parts,
    )
    findings = boxes.check(amended)
    is_refused = any(finding.severity is Severity.ERROR for finding in findings)
    return (current if is_refused else amended), findings


def _refused(current: Version, head: Head) -> Finding:
    where = Where("head/function")
    if current.state is State.ABSENT:
        return Finding(
            "MANIFEST-NOTHING-TO-AMEND",
            Severity.ERROR,
            where,
            {"document": head.document, "function": head.function.value},
        )
    if current.state is State.CANCELLED:
        return Finding(
            "MANIFEST-ALREADY-CANCELLED",
            Severity.ERROR,
            where,
            {"document": head.document, "version": current.number},
        )
    return Finding(
        "MANIFEST-ALREADY-DECLARED",
        Severity.ERROR,
        where,
        {"document": head.document, "version": current.number},
    )


def _names_version(current: Version, head: Head) -> list[Finding]:
    named = [number.strip() for qualifier, number in head.references if qualifier == PREVIOUS]
    if named and all(_is_named(current, name) for name in named):
        return []
    where = Where(f"head/references/{PREVIOUS}")
    if named:
        return [
            Finding(
                "MANIFEST-OLD-VERSION",
                Severity.ERROR,
                where,
                {"document": head.document, "named": named[0], "version": current.number},
            )
        ]
    # A change says how things were; a replacement and a withdrawal do not depend on it.
    is_partial = head.function in (Function.CHANGE, Function.ADD)
    return [
        Finding(
            "MANIFEST-VERSION-UNNAMED",
            Severity.ERROR if is_partial else Severity.WARNING,
            where,
            {"document": head.document, "version": current.number},
        )
    ]


def _is_named(current: Version, name: str) -> bool:
    # Many a sender's own reference is 1: what may be an older version's number is taken for that.
    is_older = name in map(str, range(1, current.number))
    return name == str(current.number) or (name == current.reference and not is_older)


def _by_nothing(current: Manifest, change: Manifest) -> list[Finding]:
    """An export that came out empty must not take every bill along."""
    if change.bills or not current.bills:
        return []
    where, left = Where("bills"), len(current.bills)
    return [Finding("MANIFEST-REPLACED-BY-NOTHING", Severity.ERROR, where, {"left": left})]


def _cancels_some(current: Manifest, change: Manifest) -> list[Finding]:
    left = {bill.number for bill in current.bills} - {bill.number for bill in change.bills}
    if not (change.bills and left):
        return []
    return [
        Finding(
            "MANIFEST-CANCELS-SOME",
            Severity.ERROR,
            Where("bills"),
            {"named": len(change.bills), "left": len(left)},
        )
    ]


def _unfit(current: Manifest, change: Manifest) -> list[Finding]:
    known = {bill.number for bill in current.bills}
    if change.head.function is Function.CHANGE:
        return [
            Finding(
                "MANIFEST-CHANGES-UNKNOWN-BILL",
                Severity.ERROR,
                Where(f"bills/{bill.number}", segment=bill.segment),
                {"bill": bill.number},
            )
            for bill in change.bills
            if bill.number not in known
        ]
    return [
        Finding(
            "MANIFEST-ADDS-KNOWN-BILL",
            Severity.ERROR,
            Where(f"bills/{bill.number}", segment=bill.segment),
            {"bill": bill.number},
        )
        for bill in change.bills
        if bill.number in known
    ]


def _head(current: Head, change: Head) -> Head:
    """What the change says of the call stands; document and function stay as first declared."""
    told = {name: value for name in _OF_THE_CALL if (value := getattr(change, name)) is not None}
    return replace(current, **told)


def _bills(current: Sequence[Bill], change: Sequence[Bill]) -> tuple[Bill, ...]:
    by_number = {bill.number: bill for bill in current} | {bill.number: bill for bill in change}
    return tuple(by_number.values())


def _equipment(current: Sequence[Equipment], change: Sequence[Equipment]) -> tuple[Equipment, ...]:
    by_number = {box.number.upper(): box for box in current}
    by_number |= {box.number.upper(): box for box in change}
    return tuple(by_number.values())
