"""One manifest from several messages: which parts are there, and what they say together.

UN/EDIFACT ends a message at 9,999 bills, so a big ship's manifest comes as several messages that
share an access reference. Parts come in any order, late and twice; nothing is declared before all
are there, and then the whole is judged as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest import boxes, figures, totals
from waglan.manifest.model import Bill, Equipment, Function, Head, Manifest, Part, PartKey

PARTS_MAX = 99  # UN/EDIFACT 0070 has two digits
BILLS_MAX = 100_000  # ours: five times the biggest manifest we plan for
EQUIPMENT_MAX = 100_000  # ours, likewise
OPEN_MAX = timedelta(hours=24)  # how long parts may be awaited where no filing deadline is nearer

# The document and the call are the identity of a manifest: its parts may not differ in them.
AGREED = (
    "document",
    "document_name",
    "function",
    "voyage",
    "imo",
    "carrier",
    "customs_office",
    "port_of_call",
    "arrival",  # when filers are told of what customs decide hangs on it
)
_FILLED = ("agent", "vessel", "mode", "departure")


@dataclass(frozen=True, slots=True)
class Assembly:
    """Which parts of a manifest have come; the parts themselves lie with the store."""

    key: PartKey
    parts: Mapping[int, bytes] = field(default_factory=dict)  # SHA-256 by number
    final: int | None = None  # number of the last part; None until that one has come

    @property
    def is_complete(self) -> bool:
        """Whether the last part and all before it are there."""
        return self.final is not None and len(self.parts) == self.final

    def missing(self) -> tuple[int, ...]:
        """Return the numbers still awaited, as far as the parts that came tell of them."""
        last = self.final if self.final is not None else max(self.parts, default=0)
        return tuple(number for number in range(1, last + 1) if number not in self.parts)


@dataclass(frozen=True, slots=True)
class Taken:
    """The part is new and belongs to the manifest; `assembly` counts it in."""

    assembly: Assembly


@dataclass(frozen=True, slots=True)
class Replayed:
    """The very same part came before: give the old answer again and change nothing."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The part contradicts what came before; the assembly stays as it was, open if it was open."""

    finding: Finding


Offer: TypeAlias = Taken | Replayed | Refused


class NotWhole(ValueError):
    """The parts are not those of one complete manifest: the caller joined too early."""


def offer(assembly: Assembly, number: int, sha256: bytes, *, is_final: bool) -> Offer:
    """Say what becomes of a part; parts that agree give the same assembly in whatever order."""
    if number in assembly.parts:
        return Replayed() if assembly.parts[number] == sha256 else _changed(number)
    where = Where(f"parts/{number}")
    if not 1 <= number <= PARTS_MAX:
        return Refused(
            Finding(
                "MANIFEST-PART-NUMBER",
                Severity.ERROR,
                where,
                {"part": number, "max": PARTS_MAX},
            )
        )
    if is_final and assembly.final is not None:
        return Refused(
            Finding(
                "MANIFEST-PART-SECOND-LAST",
                Severity.ERROR,
                where,
                {"part": number, "last": assembly.final},
            )
        )
    last = number if is_final else assembly.final
    highest = max(number, *assembly.parts) if assembly.parts else number
    if last is not None and highest > last:
        return Refused(
            Finding(
                "MANIFEST-PART-BEYOND-LAST",
                Severity.ERROR,
                where,
                {"part": number, "beyond": highest, "last": last},
            )
        )
    return Taken(replace(assembly, parts={**assembly.parts, number: sha256}, final=last))


def _changed(number: int) -> Refused:
    where = Where(f"parts/{number}")
    return Refused(Finding("MANIFEST-PART-CHANGED", Severity.ERROR, where, {"part": number}))


def overdue(
    assembly: Assembly, opened_at: datetime, filing_deadline: datetime | None, *, as_of: datetime
) -> Finding | None:
    """Return what to tell the sender of an assembly still open at its deadline; it stays open."""
    due = opened_at + OPEN_MAX
    if filing_deadline is not None:
        due = min(due, filing_deadline)
    if assembly.is_complete or as_of < due:
        return None
    return Finding(
        "MANIFEST-PARTS-MISSING",
        Severity.WARNING,
        Where(f"assemblies/{assembly.key.access_reference}"),
        {
            "reference": assembly.key.access_reference,
            "came": len(assembly.parts),
            "of": assembly.final or "?",
            "missing": _named(assembly.missing()),
        },
    )


def begun_again(assembly: Assembly) -> Finding:
    """Return what to tell the sender of parts of a manifest that was refused as a whole before."""
    return Finding(
        "MANIFEST-BEGUN-AGAIN",
        Severity.WARNING,
        Where(f"assemblies/{assembly.key.access_reference}"),
        {
            "reference": assembly.key.access_reference,
            "came": len(assembly.parts),
            "of": assembly.final or "?",
            "missing": _named(assembly.missing()),
        },
    )


def _named(missing: Sequence[int]) -> str:
    return ", ".join(map(str, missing)) or "?"


def join(parts: Sequence[Part]) -> tuple[Manifest, list[Finding]]:
    """Return the whole manifest and what its parts contradict, whatever order they are given in.

    Bills keep the sender's order. Raise NotWhole unless the parts are 1 to n of one assembly.
    """
    ordered = _whole(parts)
    head, findings = _one_head(ordered)
    bills = tuple(
        bill if bill.part == part.number else msgspec.structs.replace(bill, part=part.number)
        for part in ordered
        for bill in part.bills
    )
    equipment, differing = boxes.merge(_listed(ordered))
    manifest = Manifest(head, bills, equipment, len(ordered))
    findings += [*_too_many(manifest), *_in_two_parts(bills), *differing]
    if not bills and head.function is Function.ORIGINAL:
        findings.append(Finding("MANIFEST-NO-BILL", Severity.WARNING, Where("bills"), {}))
    if head.function in (Function.ORIGINAL, Function.REPLACE):
        # An amendment may name boxes that only the version before it lists.
        findings += boxes.check(manifest)
    if wrong := figures.check(bills):
        return manifest, findings + wrong  # what they add up to is nothing to compare
    return manifest, findings + totals.check(ordered, manifest)


def _whole(parts: Sequence[Part]) -> list[Part]:
    ordered = sorted(parts, key=lambda part: part.number)
    if not ordered or [part.number for part in ordered] != list(range(1, len(ordered) + 1)):
        raise NotWhole(f"parts {[part.number for part in ordered]}")
    if any(part.key != ordered[0].key for part in ordered):
        raise NotWhole("the parts belong to different manifests")
    if [part.is_final for part in ordered] != [False] * (len(ordered) - 1) + [True]:
        raise NotWhole("the last part, and only that, must be the final one")
    return ordered


def _listed(parts: Sequence[Part]) -> list[Equipment]:
    return [
        box if box.part == part.number else msgspec.structs.replace(box, part=part.number)
        for part in parts
        for box in part.equipment
    ]


def _one_head(parts: Sequence[Part]) -> tuple[Head, list[Finding]]:
    told: dict[str, tuple[int, object]] = {}
    findings = []
    for part in parts:
        for name in (*AGREED, *_FILLED):
            value = getattr(part.head, name)
            if value in (None, ""):
                continue
            first, before = told.setdefault(name, (part.number, value))
            if _contradict(name, _bare(value), _bare(before)):
                said = (first, before), (part.number, value)
                findings.append(_differs(name, said) if name in AGREED else _unlike(name, said))
    references = dict.fromkeys(pair for part in parts for pair in part.head.references)
    filled = {name: value for name, (_, value) in told.items()}
    head = msgspec.structs.replace(parts[0].head, references=tuple(references), **filled)
    return head, findings


def _contradict(name: str, one: str, other: str) -> bool:
    """Whether two parts say otherwise; who gives the day alone agrees with any hour of it."""
    if name in ("arrival", "departure"):
        return not (one.startswith(other) or other.startswith(one))
    return one != other


_Said: TypeAlias = "tuple[tuple[int, object], tuple[int, object]]"  # by which parts


def _differs(name: str, said: _Said) -> Finding:
    (first, before), (second, value) = said
    return Finding(
        "MANIFEST-HEAD-DIFFERS",
        Severity.ERROR,
        Where(f"parts/{second}/head/{name}"),
        {
            "field": name,
            "first": first,
            "first_value": _shown(before),
            "second": second,
            "second_value": _shown(value),
        },
    )


def _unlike(name: str, said: _Said) -> Finding:
    (first, before), (second, value) = said
    return Finding(
        "MANIFEST-HEAD-UNLIKE",
        Severity.WARNING,
        Where(f"parts/{second}/head/{name}"),
        {
            "field": name,
            "first": first,
            "first_value": _shown(before),
            "second": second,
            "second_value": _shown(value),
        },
    )


def _shown(value: object) -> str:
    return value.value if isinstance(value, Function) else str(value)


def _bare(value: object) -> str:
    return " ".join(_shown(value).split()).casefold()


def _too_many(manifest: Manifest) -> list[Finding]:
    findings = []
    if len(manifest.bills) > BILLS_MAX:
        findings.append(
            Finding(
                "MANIFEST-TOO-MANY-BILLS",
                Severity.ERROR,
                Where("bills"),
                {"count": len(manifest.bills), "max": BILLS_MAX},
            )
        )
    if len(manifest.equipment) > EQUIPMENT_MAX:
        findings.append(
            Finding(
                "MANIFEST-TOO-MANY-BOXES",
                Severity.ERROR,
                Where("equipment"),
                {"count": len(manifest.equipment), "max": EQUIPMENT_MAX},
            )
        )
    return findings


def _in_two_parts(bills: Sequence[Bill]) -> list[Finding]:
    # CNI 1490 restarts in every part, so the number of the paper is all that tells bills apart.
    # A bill twice in one part is a rule's business: no part of the assembly is wrong.
    first = {bill.number: bill.part for bill in reversed(bills)}
    if len(first) == len(bills):
        return []
    return [
        Finding(
            "MANIFEST-BILL-IN-TWO-PARTS",
            Severity.ERROR,
            Where(f"bills/{bill.number}", segment=bill.segment),
            {"bill": bill.number, "first": first[bill.number], "second": bill.part},
        )
        for bill in bills
        if bill.part != first[bill.number]
    ]
