"""Listed against discharged and loaded: what a manifest says of its boxes, and what the quay tells.

Reports and plans carry neither parties nor goods: they serve for boxes, masses and stow alone. What
nobody told yet is unknown, and no difference: as long as no discharge of the call was reported, no
box is missed. What differs is shown with both sources; nobody's word is put in place of another's.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import msgspec

from waglan.cargo.movement import Box
from waglan.codes.data import read
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The project's own tolerance, with its version."""

    version: str
    tolerance_permille: int
    tolerance_min_g: int
    tare_max_g: int


@cache
def policy() -> Policy:
    """Return the packaged policy; a figure missing from the file stops the start."""
    data = tomllib.loads(read("manifest/listed.toml"))
    return msgspec.convert({"version": data["version"], **data["mass"]}, Policy)


class Bound(Enum):
    """What is to become of a listed box at the port of the call."""

    DISCHARGE = "discharge"
    LOADING = "loading"
    STAYS = "stays"  # it is on board for another port
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """Who said it, in which paper, and where in it."""

    said_by: str
    paper: str  # the manifest's or message's id
    document: str
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One box as a manifest lists it."""

    number: str
    bound: Bound
    source: Source
    full: bool | None = None
    gross_mass_g: int | None = None
    tare_g: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What was told of one box and was not taken back."""

    code: EventCode
    box: Box
    source: Source
    is_for_here: bool = True  # of a stowed box: whether the plan has it discharged at this port


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which list and quay differ, with the sources of both sides."""

    box: str
    finding: Finding
    listed: Source | None
    told: Source | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How list and quay stand to each other; `told` counts boxes by what happened to them."""

    listed: int
    told: Mapping[EventCode, int]
    differences: tuple[Difference, ...]


def bound(
    ports: Iterable[tuple[str | None, str | None]], port_of_call: str | None, *, is_outward: bool
) -> Bound:
    """Return what becomes of a box here, by (loading, discharge) of its bills; empties by the way.

    A box without bills goes the way of its manifest: inward is discharged, outward is loaded.
    """
    told = list(ports)
    if not told:
        return Bound.LOADING if is_outward else Bound.DISCHARGE
    if port_of_call is None:
        return Bound.UNKNOWN
    here = _bare(port_of_call)
    if any(_bare(discharge) == here for _, discharge in told if discharge):
        return Bound.DISCHARGE
    if any(_bare(loading) == here for loading, _ in told if loading):
        return Bound.LOADING
    return Bound.STAYS if all(discharge for _, discharge in told) else Bound.UNKNOWN


def compare(
    listed: Iterable[Listed],
    told: Iterable[Reported],
    allowed: Policy | None = None,
    *,
    is_declared: bool = False,
) -> Comparison:
    """Return every difference, box by box.

    Where the reader sees no list, nothing is over, unless `is_declared` says that he sees manifests
    of the call, empty or withdrawn: what was moved then is on none of them.

    Give what was told in the order of the quay: of two reports alike the last one counts. Of two
    manifests that list one box the one whose id is first is compared.
    """
    allowed = allowed or policy()
    lists: dict[str, Listed] = {}
    for one in sorted(listed, key=lambda one: (one.number, one.source.paper)):
        lists.setdefault(_bare(one.number), one)
    by_code: dict[EventCode, dict[str, Reported]] = {}
    for report in told:
        by_code.setdefault(report.code, {})[_bare(report.box.number)] = report
    discharged = by_code.get(EventCode.EQUIPMENT_DISCHARGED, {})
    loaded = by_code.get(EventCode.EQUIPMENT_LOADED, {})
    found = [
        *_missed(lists, discharged, Bound.DISCHARGE),
        *_missed(lists, loaded, Bound.LOADING),
        *(_over(lists, discharged, Bound.DISCHARGE) if lists or is_declared else ()),
        *(_over(lists, loaded, Bound.LOADING) if lists or is_declared else ()),
        *_aboard(lists, by_code.get(EventCode.EQUIPMENT_STOWED)),
        *_looks(lists, by_code, allowed),
    ]
    found.sort(key=lambda one: (one.box, one.finding.code))
    counts = {code: len(boxes) for code, boxes in by_code.items()}
    return Comparison(len(lists), counts, tuple(found))


def _missed(
    lists: Mapping[str, Listed], moved: Mapping[str, Reported], way: Bound
) -> Iterator[Difference]:
    """Find who is missing, once the first move of this way was told."""
    for number, one in lists.items() if moved else ():
        if one.bound is way and number not in moved:
            yield Difference(one.number, _missing(one, way), one.source, None)


def _over(
    lists: Mapping[str, Listed], moved: Mapping[str, Reported], way: Bound
) -> Iterator[Difference]:
    for number, report in moved.items():
        if number not in lists:
            yield Difference(report.box.number, _undeclared(report, way), None, report.source)


def _missing(one: Listed, way: Bound) -> Finding:
    where = Where(f"equipment/{one.number}", segment=one.source.segment)
    if way is Bound.DISCHARGE:
        return Finding("LISTED-NOT-DISCHARGED", Severity.NOTE, where, {"box": one.number})
    return Finding("LISTED-NOT-LOADED", Severity.NOTE, where, {"box": one.number})


def _undeclared(report: Reported, way: Bound) -> Finding:
    box = report.box.number
    where = Where(f"boxes/{box}", segment=report.source.segment)
    if way is Bound.DISCHARGE:
        return Finding("LISTED-DISCHARGED-OVER", Severity.WARNING, where, {"box": box})
    return Finding("LISTED-LOADED-OVER", Severity.WARNING, where, {"box": box})


def _aboard(
    lists: Mapping[str, Listed], stowed: Mapping[str, Reported] | None
) -> Iterator[Difference]:
    """Hold the list of what comes in against the plan of what is on board."""
    if not stowed or not lists:
        return
    for number, one in lists.items():
        if one.bound is Bound.DISCHARGE and number not in stowed:
            where = Where(f"equipment/{one.number}", segment=one.source.segment)
            found = Finding("LISTED-NOT-ABOARD", Severity.WARNING, where, {"box": one.number})
            yield Difference(one.number, found, one.source, None)
    for number, report in stowed.items():
        if number not in lists and report.is_for_here:
            box = report.box.number
            where = Where(f"slots/{box}", segment=report.source.segment)
            found = Finding("LISTED-ABOARD-OVER", Severity.WARNING, where, {"box": box})
            yield Difference(box, found, None, report.source)


# What was handled at this quay is looked at before what was only planned or passed a gate.
_BEST: Sequence[EventCode] = (
    EventCode.EQUIPMENT_DISCHARGED,
    EventCode.EQUIPMENT_LOADED,
    EventCode.EQUIPMENT_GATE_IN,
    EventCode.EQUIPMENT_GATE_OUT,
    EventCode.EQUIPMENT_STOWED,
)


def _looks(
    lists: Mapping[str, Listed],
    by_code: Mapping[EventCode, Mapping[str, Reported]],
    allowed: Policy,
) -> Iterator[Difference]:
    for number, one in lists.items():
        told = [boxes[number] for code in _BEST if (boxes := by_code.get(code)) and number in boxes]
        yield from _fullness(one, told)
        yield from _mass(one, told, allowed)


def _fullness(one: Listed, told: Sequence[Reported]) -> Iterator[Difference]:
    report = next((report for report in told if report.box.full is not None), None)
    if report is None or one.full is None or report.box.full == one.full:
        return
    found = Finding(
        "LISTED-FULL-DIFFERS",
        Severity.WARNING,
        Where(f"equipment/{one.number}/full", segment=one.source.segment),
        {
            "box": one.number,
            "listed": "full" if one.full else "empty",
            "told": "full" if report.box.full else "empty",
        },
    )
    yield Difference(one.number, found, one.source, report.source)


def _mass(one: Listed, told: Sequence[Reported], allowed: Policy) -> Iterator[Difference]:
    report = next((report for report in told if _weighed(report.box) is not None), None)
    if report is None or one.gross_mass_g is None:
        return
    weighed = _weighed(report.box) or 0
    nearest = _nearest(weighed, one, report.box, allowed)
    most = max(allowed.tolerance_min_g, nearest * allowed.tolerance_permille // 1000)
    if abs(weighed - nearest) <= most:
        return
    found = Finding(
        "LISTED-MASS-DIFFERS",
        Severity.WARNING,
        Where(f"equipment/{one.number}/gross_mass_g", segment=one.source.segment),
        {
            "box": one.number,
            "listed_kg": one.gross_mass_g // 1000,
            "told_kg": weighed // 1000,
            "tolerance_kg": most // 1000,
        },
    )
    yield Difference(one.number, found, one.source, report.source)


def _nearest(weighed: int, one: Listed, box: Box, allowed: Policy) -> int:
    """What the list may mean that is nearest: goods alone, or with the tare, known or not."""
    goods = one.gross_mass_g or 0
    tare = box.tare_g if one.tare_g is None else one.tare_g
    if tare is None:  # any tare that a box can have
        return min(max(weighed, goods), goods + allowed.tare_max_g)
    return min((goods, goods + tare), key=lambda mass: abs(weighed - mass))


def _weighed(box: Box) -> int | None:
    """A verified mass is worth more than one that was only stated."""
    return box.gross_mass_g if box.verified_mass_g is None else box.verified_mass_g


def _bare(text: str | None) -> str:
    return "".join((text or "").upper().split())
