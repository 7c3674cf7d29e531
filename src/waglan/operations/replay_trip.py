"""An authority tries a file out on a past trip: how it would be judged, and whether it may go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Severity
from waglan.elock.atlas import Atlas, Way, plan_of
from waglan.elock.eligibility import Accreditation, TripRequest, eligible
from waglan.elock.ground import as_on
from waglan.elock.jurisdiction import CargoKind, Jurisdiction
from waglan.elock.kernel.reference import step
from waglan.elock.plan import NoPlan, Plan
from waglan.elock.policy import Policy
from waglan.elock.route import NoRoute
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.logbook.sealed import Vault
from waglan.operations.arm_trip import granted
from waglan.operations.judge_trip import Judged, NotJudged, judge_kept
from waglan.store import Transaction, trips
from waglan.store.trips import Kept

_registers = msgspec.json.Decoder(tuple[Accreditation, ...]).decode
_policy = msgspec.json.Decoder(Policy).decode
_plan = msgspec.json.Decoder(Plan).decode


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried out: the ground as it is, as it would be, and the day whose rules hold then."""

    now: Atlas
    then: Atlas
    current: Mapping[str, Jurisdiction]  # by id, as they are in force
    proposed: Jurisdiction | None  # and as one would be; None: all stay
    day: date


@dataclass(frozen=True, slots=True)
class Side:
    """A trip as it is, or as it would be: judged, refused for what, and by which way."""

    outcome: str | None  # None: it would not go
    worst: str | None
    reasons: tuple[str, ...]
    refused: tuple[str, ...]  # findings' codes
    way: tuple[str, ...]  # corridors
    quality: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One trip on both grounds."""

    kept: Kept
    state: str
    before: Side
    after: Side
    is_way_changed: bool

    @property
    def is_changed(self) -> bool:
        """Whether anything would be otherwise."""
        return self.is_way_changed or self.before != self.after


async def replay_trip(
    tx: Transaction, vault: Vault, whose: tuple[int, Kept], tried: Tried, *, now: datetime
) -> Replayed | None:
    """Judge a trip as it was and as it would be; None if the file says nothing of it.

    None too if it can't be judged anew, as where something of it was erased.

    Nothing is written. The log is the same for both.
    """
    org, kept = whose
    try:
        judged = await judge_kept(tx, vault, org, kept, now=now)
    except NotJudged:
        return None
    if judged is None:
        return None
    on = kept.trip.planned_at.astimezone(HONG_KONG).date()
    ends = kept.trip.origin, kept.trip.destination
    ways = tried.now.way(*ends, on=on), tried.then.way(*ends, on=tried.day)
    trip = _asked(judged)
    mine = [one for one in await trips.judging(tx, kept.number) if one.org == org]
    current = proposed = tried.current.get(mine[0].jurisdiction) if mine else None
    if tried.proposed is not None:
        if not mine or mine[0].jurisdiction != tried.proposed.id:
            return None
        proposed = tried.proposed
    refused = [
        () if rules is None else _refused(trip, way, rules, on)
        for way, rules in (
            (ways[0], current),
            (ways[1], None if proposed is None else as_on(proposed, tried.day)),
        )
    ]
    plan = _plan_then(kept, tried, ways)
    before = _side(judged.verdict, refused[0], ways[0], kept.trip.quality)
    verdict = None if plan is None else _again(judged, tried, plan)
    quality = None if ways[1] is None else ways[1].quality.value
    after = _side(verdict, refused[1], ways[1], quality)
    is_same = plan is not None and plan == _plan(kept.trip.plan)
    return Replayed(kept, judged.state.value, before, after, not is_same)


def _asked(judged: Judged) -> TripRequest:
    trip, devices = judged.kept.trip, [device for device, _ in judged.came]
    return TripRequest(
        trip.origin,
        trip.destination,
        None,
        CargoKind(trip.cargo),
        frozenset(trip.schemes),
        trip.vehicle,
        _registers(trip.registers),
        tuple(one for each in devices if each.is_lock for one in granted(each)),
        tuple(one for each in devices if not each.is_lock for one in granted(each)),
    )


def _refused(trip: TripRequest, way: Way | None, rules: Jurisdiction, on: date) -> tuple[str, ...]:
    asked = msgspec.structs.replace(trip, way=way)
    found = eligible(asked, rules, on=on)
    return tuple(sorted({one.code for one in found if one.severity is Severity.ERROR}))


def _plan_then(kept: Kept, tried: Tried, ways: tuple[Way | None, Way | None]) -> Plan | None:
    """Return what the trip would be measured against: its own plan where its way stays."""
    if ways[1] is None:
        return None
    marks = {mark.site for mark in _plan(kept.trip.plan).marks} | {kept.trip.origin}
    is_there = all(tried.now.sites.get(one) == tried.then.sites.get(one) for one in marks)
    if ways[0] == ways[1] and is_there:
        return _plan(kept.trip.plan)
    try:
        return plan_of(ways[1], tried.then.sites, begins_s=[int(kept.trip.begins_at.timestamp())])
    except (NoPlan, NoRoute):
        return None


def _again(judged: Judged, tried: Tried, plan: Plan) -> Verdict:
    written, _ = judged.bundled.measure
    policy = _policy(written) if tried.proposed is None else tried.proposed.policy
    return judge(Measure(policy, plan, step), judged.bundled.log, as_of_s=judged.verdict.as_of_s)


def _side(
    verdict: Verdict | None, refused: tuple[str, ...], way: Way | None, quality: str | None
) -> Side:
    corridors = () if way is None else tuple(leg.corridor.id for leg in way.legs)
    if verdict is None:
        return Side(None, None, (), refused, corridors, quality)
    reasons = tuple(one.reason.name for one in verdict.reasons)
    return Side(verdict.outcome.name, verdict.worst.name, reasons, refused, corridors, quality)
