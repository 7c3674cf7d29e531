"""The verdict on a trip: its log folded, entry by entry, under one authority's policy.

Nothing here knows what time it is: `as_of` is given. Who judges twice gets the same.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import singledispatch
from typing import Final, NamedTuple, TypeAlias

import msgspec

from waglan.codes.position import Position
from waglan.elock.alarm import Alarm
from waglan.elock.entry import (
    Channel,
    Clearance,
    Entry,
    Filled,
    Heard,
    Identity,
    Misread,
    Missing,
    Order,
    OrderKind,
    Passed,
    Said,
    Seal,
    Unseal,
    in_order,
)
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.reason import RED, WEIGHT, Outcome, Reason, bits, reasons_in
from waglan.elock.track import NONE, Fix, Source, Track

Step: TypeAlias = Callable[[Policy, Plan, Track, Fix], int]

# What a lock says that is evidence of itself, whatever it weighs.
CUTTING: Final = frozenset({Alarm.ROPE_CUT, Alarm.REMOVED, Alarm.SHELL_TAMPERED})
OPENING: Final = frozenset(
    {Alarm.UNSEALED, Alarm.UNLOCKED, Alarm.MOTOR_RELEASED, Alarm.SHACKLE_OPENED, Alarm.ROPE_OUT}
    | {Alarm.OPENED_UNDER_SEAL}
)
COVER: Final = frozenset({Alarm.BACK_COVER, Alarm.BACK_COVER_OPEN})
WARNING: Final[dict[Alarm, Reason]] = {
    Alarm.LOW_BATTERY: Reason.LOW_BATTERY,
    Alarm.VIBRATION: Reason.VIBRATION,
    Alarm.PASSWORD_ABUSE: Reason.WRONG_PASSWORD,
    Alarm.MOTOR_STUCK: Reason.MOTOR_STUCK,
}
_WARNED: Final = bits(*WARNING.values(), Reason.BACK_COVER, Reason.CARD_REFUSED)
_GAPS: Final = bits(Reason.GAP, Reason.GAP_LONG, Reason.UNSEEN_STOP)
_BACK: Final = bits(Reason.TURNED_BACK)
_OF_FIX: Final = (1 << 20) - 1
_COVERS: Final[dict[OrderKind, frozenset[Reason]]] = {
    OrderKind.CUT: frozenset({Reason.CUT, Reason.OPENED_UNDER_SEAL, Reason.BACK_COVER_UNDER_SEAL}),
    OrderKind.OPEN: frozenset({Reason.OPENED_UNDER_SEAL}),
    OrderKind.INSPECT: frozenset({Reason.OPENED_UNDER_SEAL}),
    OrderKind.REPLACE: frozenset({Reason.OPENED_UNDER_SEAL, Reason.BACK_COVER_UNDER_SEAL}),
    OrderKind.TRANSLOAD: frozenset({Reason.OPENED_UNDER_SEAL}),
    OrderKind.LIST: frozenset({Reason.OPENED_UNDER_SEAL}),
    OrderKind.ABORT: frozenset(),
}


class Told(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence: why, from when, and by which entry."""

    reason: Reason
    at_s: int
    ref: str


class Gap(msgspec.Struct, frozen=True, gc=False):
    """A time without a fix, judged when its backfill is no longer waited for."""

    mask: int
    from_s: int
    to_s: int
    due_s: int
    ref: str


class Period(msgspec.Struct, frozen=True, gc=False):
    """Under one seal: from when, until when, and its number."""

    lock: str
    number: str
    from_s: int
    until_s: int | None = None


class Case(msgspec.Struct):
    """All that a trip's log says so far; it is changed by `take` alone."""

    track: Track = msgspec.field(default_factory=Track)
    told: list[Told] = msgspec.field(default_factory=list)
    cleared: set[str] = msgspec.field(default_factory=set)
    orders: list[Order] = msgspec.field(default_factory=list)
    openings: list[tuple[Told, Said]] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)
    holes: dict[str, Told] = msgspec.field(default_factory=dict)
    filled: set[str] = msgspec.field(default_factory=set)
    periods: list[Period] = msgspec.field(default_factory=list)
    epochs: list[str] = msgspec.field(default_factory=list)
    warned: int = 0
    seen: int = 0
    passed: int = 0
    heard_s: int | None = None  # of the lock, the newest that came
    is_plain: bool = False
    beside_s: int | None = None
    is_returning: bool = False  # called off: the way back is no turning back


class Why(msgspec.Struct, frozen=True, gc=False):
    """A reason with the entries that say so; there may be more of them than are named."""

    reason: Reason
    entries: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What one authority's policy makes of a trip as of a time, and its worst outcome so far."""

    outcome: Outcome
    reasons: tuple[Why, ...]
    worst: Outcome
    red_from_s: int | None
    backfill_until_s: int | None  # a gap is not judged yet
    seals: tuple[Period, ...]
    epochs: tuple[str, ...]
    blind_s: int
    policy: str
    as_of_s: int


ENTRIES_MAX: Final = 20  # named for each reason


class Measure(NamedTuple):
    """By what a trip is measured, and which kernel follows its fixes."""

    policy: Policy
    plan: Plan
    step: Step


def judge(measure: Measure, log: Iterable[Entry], *, as_of_s: int) -> Verdict:
    """Judge a trip by its whole log, as of a time; in which order it came makes no difference."""
    case = Case()
    for entry in sorted(log, key=in_order):
        take(measure, case, entry)
    return verdict(measure.policy, case, as_of_s=as_of_s)


def take(measure: Measure, case: Case, entry: Entry) -> None:
    """Take the next entry into a case."""
    _take(entry.what, measure, case, entry)


@singledispatch
def _take(what: object, measure: Measure, case: Case, entry: Entry) -> None:
    """Take what is of a kind of its own; a kind without a way is a fault of ours."""
    raise TypeError(f"nothing takes {type(what).__name__}")


@_take.register
def _take_order(what: Order, measure: Measure, case: Case, entry: Entry) -> None:
    if entry.at_s <= what.until_s:  # nobody allows afterwards what had no order in its time
        case.orders.append(what)
    case.is_returning |= what.kind is OrderKind.ABORT


@_take.register
def _take_seal(what: Seal, measure: Measure, case: Case, entry: Entry) -> None:
    _end_period(case, entry.at_s)
    case.periods.append(Period(what.lock, what.number, entry.at_s))


@_take.register
def _take_unseal(what: Unseal, measure: Measure, case: Case, entry: Entry) -> None:
    _end_period(case, entry.at_s)


@_take.register
def _take_missing(what: Missing, measure: Measure, case: Case, entry: Entry) -> None:
    if what.name not in case.filled:
        case.holes[what.name] = Told(Reason.HOLE, entry.at_s, entry.ref)


@_take.register
def _take_filled(what: Filled, measure: Measure, case: Case, entry: Entry) -> None:
    case.filled.add(what.hole)  # which may have come before the hole was told
    case.holes.pop(what.hole, None)


def _end_period(case: Case, at_s: int) -> None:
    if case.periods and case.periods[-1].until_s is None:
        case.periods[-1] = msgspec.structs.replace(case.periods[-1], until_s=at_s)


@_take.register
def _take_fix(what: Fix, measure: Measure, case: Case, entry: Entry) -> None:
    fix, track = what, case.track
    before_s, seen = track.last_s, track.seen
    raised = measure.step(measure.policy, measure.plan, track, fix)
    if case.is_returning:
        raised, track.now = raised & ~_BACK, track.now & ~_BACK
        track.seen = track.seen & ~_BACK | seen & _BACK
    if fix.source is Source.BESIDE:
        case.beside_s = max(case.beside_s or fix.at_s, fix.at_s)
        return
    case.heard_s = max(case.heard_s or entry.recorded_s, entry.recorded_s)
    case.is_plain |= entry.channel is Channel.PLAIN
    for reason in reasons_in(raised & RED):
        case.told.append(Told(reason, track.red_from_s, entry.ref))
    for reason in reasons_in(raised & ~RED & ~_GAPS):
        case.told.append(Told(reason, fix.at_s, entry.ref))
    if gap := raised & _GAPS:
        due_s = entry.recorded_s + measure.policy.gap_grace_s
        case.gaps.append(Gap(gap, before_s, fix.at_s, due_s, entry.ref))


@_take.register
def _take_said(what: Said, measure: Measure, case: Case, entry: Entry) -> None:
    said = what
    case.heard_s = max(case.heard_s or entry.recorded_s, entry.recorded_s)
    case.is_plain |= entry.channel is Channel.PLAIN
    alarms, is_sealed = set(said.alarms), _is_sealed(case, said.lock)
    found = set[Reason]()
    if not said.is_known:
        found.add(Reason.MODEL_UNKNOWN)
    if said.is_encrypted:
        found.add(Reason.ENCRYPTED)
    if alarms & CUTTING:
        found.add(Reason.CUT)
    if alarms & OPENING and (is_sealed or Alarm.OPENED_UNDER_SEAL in alarms):
        found.add(Reason.OPENED_UNDER_SEAL)
    if alarms & COVER:
        found.add(Reason.BACK_COVER_UNDER_SEAL if is_sealed else Reason.BACK_COVER)
    if Alarm.ILLEGAL_CARD in alarms:
        is_opened = bool(alarms & OPENING)
        found.add(Reason.CARD_ILLEGAL if is_opened else Reason.CARD_REFUSED)
    found |= {reason for alarm, reason in WARNING.items() if alarm in alarms}
    case.warned = bits(*found) & _WARNED  # they end with what the lock says next
    for reason in sorted(found, key=lambda one: one.value):
        told = Told(reason, entry.at_s, entry.ref)
        if WEIGHT[reason] is Outcome.RED:
            place = said if said.at else msgspec.structs.replace(said, at=_last_place(case, entry))
            case.openings.append((told, place))
        else:
            case.seen |= bits(reason)
            case.told.append(told)


def _last_place(case: Case, entry: Entry) -> Position | None:
    """Where the truck was last, if that was just before."""
    track = case.track
    if track.last_s == NONE or entry.at_s - track.last_s > 300:
        return None
    return Position(track.lat_e7, track.lon_e7)


def _is_sealed(case: Case, lock: str) -> bool:
    return any(one.lock == lock and one.until_s is None for one in case.periods[-1:])


@_take.register
def _take_clearance(what: Clearance, measure: Measure, case: Case, entry: Entry) -> None:
    """End what these entries told, if they had come before; a track's red goes with its entry."""
    case.cleared.update(what.entries)
    red = bits(*[one.reason for one in case.told if one.ref in case.cleared]) & RED
    case.track.now &= ~red
    if not case.track.now & RED:
        case.track.red_from_s = NONE
    case.seen |= bits(*[one.reason for one in case.told if one.ref in what.entries])


@_take.register
def _take_heard(what: Heard, measure: Measure, case: Case, entry: Entry) -> None:
    if what.identity is Identity.EPOCH:
        case.epochs.append(entry.ref)
        return
    reason = Reason.CLONE if what.identity is Identity.CLONE else Reason.SERIAL_BACK
    case.seen |= bits(reason)
    case.told.append(Told(reason, entry.at_s, entry.ref))


@_take.register
def _take_passed(what: Passed, measure: Measure, case: Case, entry: Entry) -> None:
    sites = [mark.site for mark in measure.plan.marks]
    at = sites.index(what.site) if what.site in sites else NONE
    if at != case.passed:
        case.seen |= bits(Reason.CHECKPOINT_ORDER)
        case.told.append(Told(Reason.CHECKPOINT_ORDER, entry.at_s, entry.ref))
    case.passed = max(case.passed, at + 1)


@_take.register
def _take_misread(what: Misread, measure: Measure, case: Case, entry: Entry) -> None:
    case.seen |= bits(Reason.DATUM)
    case.told.append(Told(Reason.DATUM, entry.at_s, entry.ref))


def verdict(policy: Policy, case: Case, *, as_of_s: int) -> Verdict:
    """Return what a case comes to as of a time; the case is not changed."""
    told = [one for one in case.told if _stands(case, one)]
    cleared = list[Told]()
    for one, said in case.openings:
        # What an order allows never was anything: only what needed a clearance was red before it.
        held = cleared if one.ref in case.cleared else told
        held += _opening(case, one, said, as_of_s=as_of_s)
    waited = [gap.due_s for gap in case.gaps if as_of_s < gap.due_s]
    told += [
        Told(reason, gap.to_s, gap.ref)
        for gap in case.gaps
        if as_of_s >= gap.due_s
        for reason in reasons_in(gap.mask)
    ]
    told += case.holes.values()
    told += _unproven(policy, case, as_of_s=as_of_s)
    reasons = _why(told)
    outcome = max((WEIGHT[one.reason] for one in reasons), default=Outcome.GREEN)
    ever = {one.reason for one in reasons} | {one.reason for one in cleared}
    ever |= set(reasons_in(case.seen | case.track.seen))
    red = [one.at_s for one in told if WEIGHT[one.reason] is Outcome.RED]
    return Verdict(
        outcome,
        reasons,
        max((WEIGHT[reason] for reason in ever), default=Outcome.GREEN),
        min(red, default=None),
        max(waited, default=None),
        tuple(case.periods),
        tuple(case.epochs),
        case.track.blind_s,
        policy.version,
        as_of_s,
    )


def _stands(case: Case, one: Told) -> bool:
    """Whether what was told still holds: a warning ends with its cause, red by a clearance."""
    if one.ref in case.cleared:
        return False
    bit = 1 << one.reason.value
    if bit & _OF_FIX and WEIGHT[one.reason] is not Outcome.RED:
        return bool(case.track.now & bit)
    return not bit & _WARNED or bool(case.warned & bit)


def _opening(case: Case, one: Told, said: Said, *, as_of_s: int) -> list[Told]:
    """Return what an opening comes to by the orders that are known: nothing, awaited, or red."""
    if any(_allows(order, one, said) for order in case.orders if order.kind is not OrderKind.LIST):
        return []
    lists = [order for order in case.orders if order.kind is OrderKind.LIST]
    if any(
        _allows(order, one, said) and as_of_s < (order.returned_by_s or order.until_s)
        for order in lists
    ):
        return [Told(Reason.ORDER_AWAITED, one.at_s, one.ref)]
    return [one]


def _allows(order: Order, one: Told, said: Said) -> bool:
    if one.reason not in _COVERS[order.kind] or order.lock != said.lock:
        return False
    if not order.from_s <= one.at_s <= order.until_s:
        return False
    if order.actor and said.actor and order.actor != said.actor:
        return False
    return order.place is None or (said.at is not None and order.place.holds(said.at))


def _unproven(policy: Policy, case: Case, *, as_of_s: int) -> list[Told]:
    heard_s = case.heard_s
    if heard_s is None or as_of_s - heard_s > policy.silent_s:
        yield_s = as_of_s if heard_s is None else heard_s
        return [Told(Reason.NOTHING_HEARD, yield_s, "")]
    is_alone = case.beside_s is None or as_of_s - case.beside_s > policy.silent_s
    if policy.needs_second_source and case.is_plain and is_alone:
        return [Told(Reason.OPEN_LINE, heard_s, "")]
    return []


def _why(told: Sequence[Told]) -> tuple[Why, ...]:
    by_reason: dict[Reason, list[str]] = {}
    for one in told:
        by_reason.setdefault(one.reason, []).append(one.ref)
    return tuple(
        Why(reason, tuple(ref for ref in by_reason[reason] if ref)[-ENTRIES_MAX:])
        for reason in sorted(by_reason, key=_number)
    )


def _number(reason: Reason) -> int:
    return int(reason.value)
