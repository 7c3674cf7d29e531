"""Trips under way are judged as they drive: what comes in changes each authority's verdict at once.

A live verdict is a hint. Whoever asks for one to act on has it made anew from the whole log.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.position import Position
from waglan.elock.entry import Entry
from waglan.elock.live import Fold
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.reason import WEIGHT
from waglan.elock.trip import ENDED, Act, State
from waglan.elock.verdict import Measure, Step, Verdict
from waglan.logbook.canonical import Value, canonical
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations._hearing import Hearing, Span, misread_of
from waglan.operations._trip_log import acts_log, explained, sheet_of, span_of
from waglan.operations.do_trip_act import CODES
from waglan.operations.judge_trip import Cause, NotJudged, heard_for
from waglan.operations.note_verdict import Noted, note_verdict
from waglan.store import Transaction, events, lives, trips
from waglan.store.frames import KeptFrame
from waglan.store.lives import Live, Told
from waglan.store.trips import Judging, Kept, KeptAct, TripDevice

FRAMES_AT_ONCE: Final = 1_000  # of a trip that is read anew, before others have their turn
RECENT_MAX: Final = 256  # frames of a device that are known not to be heard twice
# What changes which devices count, from when to when, or what an entry means.
_ANEW: Final = frozenset(
    {Act.ARM, Act.DISARM, Act.CANCEL, Act.SEAL, Act.REPLACE_LOCK, Act.TRANSLOAD, Act.OPEN,
     Act.CLOSE, Act.EXPLAIN}
)  # fmt: skip
NEWS: Final = (EventCode.DEVICE_BATCH, *CODES.values())
_plan = msgspec.json.Decoder(Plan).decode
_policy = msgspec.json.Decoder(Policy).decode


@dataclass(slots=True)
class _Device:
    """A device of a trip as it is heard; `recent` are the frames that were heard last."""

    hearing: Hearing
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))

    def take(self, frame: KeptFrame, span: Span) -> list[Entry]:
        self.recent.append(frame.frame_id)
        return self.hearing.take(frame, span)


@dataclass(slots=True)
class Watched:
    """A trip in memory: its log folded under the policy of each authority on it."""

    kept: Kept
    done: list[KeptAct]
    span: Span
    devices: dict[int, _Device]
    folds: dict[int, Fold]
    judging: dict[int, Judging]
    told: dict[int, Told]
    frame_id: int = 0

    @property
    def ended_at(self) -> datetime | None:
        """When it was over; None while it is under way."""
        last = self.done[-1]
        return last.recorded_at if State(last.state) in ENDED else None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a trip is judged by, as it was read."""

    kept: Kept
    done: list[KeptAct]
    judging: list[Judging]
    told: dict[int, Told]
    heard: Sequence[tuple[TripDevice, Sequence[KeptFrame]]]


@dataclass(frozen=True, slots=True)
class Found:
    """What an authority's policy makes of a trip now; `is_new` if it was told otherwise before."""

    live: Live
    trip: Kept
    authority: Judging
    verdict: Verdict
    at: Position | None  # where the truck was last
    before: Told | None
    is_new: bool

    @property
    def told(self) -> Told:
        """What there is to tell."""
        return Told(self.verdict.outcome.name, _names(self.verdict))


async def gather(tx: Transaction, vault: Vault, trip: UUID, *, now: datetime) -> Gathered | None:
    """Read all that a trip is judged by; None if there is none, or its lock was not sealed yet.

    Raise NotJudged where something of it was erased, or can't be read.
    """
    kept = await trips.by_id(tx, trip)
    if kept is None:
        return None
    done = await trips.acts(tx, kept.number)
    if not any(act.act == Act.SEAL.value for act in done):
        return None
    came = await heard_for(tx, vault, kept, now=now)
    if not all(one.body for one in done) or any(one.raw is None for _, of in came for one in of):
        raise NotJudged(Cause.ERASED)
    told = await lives.told(tx, kept.number)
    return Gathered(kept, done, await lives.policies(tx, kept.number), told, came)


async def watch(gathered: Gathered, step: Step, rest: Callable[[], Awaitable[None]]) -> Watched:
    """Fold a trip's whole log; `rest` is awaited now and then, for it may be long."""
    kept, span = gathered.kept, span_of(gathered.done)
    heard, devices, newest = list[Entry](), dict[int, _Device](), 0
    often = set[int]()
    for device, came in gathered.heard:
        one = _Device(Hearing(device))
        heard += misread_of(device)
        for at in range(0, len(came), FRAMES_AT_ONCE):
            for frame in came[at : at + FRAMES_AT_ONCE]:
                heard += one.take(frame, span)
            await rest()
        newest = max(newest, one.hearing.last)
        if device.device_id in devices:
            often.add(device.device_id)
        devices[device.device_id] = one
    for (
        device_id
    ) in often:  # it was taken off and came back: only the whole log tells which is when
        del devices[device_id]
    plan = _plan(kept.trip.plan)
    folds = dict[int, Fold]()
    for judge in gathered.judging:
        log = explained([*acts_log(gathered.done, judge.org), *heard])
        folds[judge.org] = Fold(Measure(_policy(judge.policy), plan, step), log)
        await rest()
    judging = {judge.org: judge for judge in gathered.judging}
    told = dict(gathered.told)
    return Watched(kept, gathered.done, span, devices, folds, judging, told, newest)


def hear(trip: Watched, came: Iterable[tuple[int, KeptFrame]]) -> bool:
    """Take frames of devices, by their numbers, in order; False: the trip is to be read anew."""
    entries = list[Entry]()
    for device_id, frame in came:
        device = trip.devices.get(device_id)
        if device is None:
            return False
        if frame.frame_id in device.recent:
            continue
        if frame.frame_id < device.hearing.last:
            return False  # its device's frames are counted in the order of their numbers
        entries += device.take(frame, trip.span)
        trip.frame_id = max(trip.frame_id, frame.frame_id)
    return all([fold.take(entries) for fold in trip.folds.values()])


def act(trip: Watched, done: Sequence[KeptAct]) -> bool:
    """Take what was done since; False: the trip is to be read anew."""
    new = done[len(trip.done) :]
    if any(sheet_of(one).act in _ANEW for one in new):
        return False
    trip.done = [*trip.done, *new]
    return all([fold.take(acts_log(new, org)) for org, fold in trip.folds.items()])


def judge(trip: Watched, lease: tuple[int, int], *, now: datetime) -> list[Found]:
    """Return each authority's verdict as of now; `lease` is the trip's partition and its fence."""
    as_of = trip.ended_at or now
    as_of_s = int(as_of.timestamp())
    return [_found(trip, org, lease, as_of, as_of_s) for org in trip.folds]


def _found(trip: Watched, org: int, lease: tuple[int, int], as_of: datetime, as_of_s: int) -> Found:
    fold = trip.folds[org]
    verdict = fold.verdict(as_of_s=as_of_s)
    due_s = None if trip.ended_at else fold.due_s(as_of_s=as_of_s)
    live = Live(
        trip.kept.number, org, *lease, verdict.outcome.name, verdict.worst.name,
        canonical({"reasons": _reasons(verdict)}), _moment(verdict.red_from_s),
        _moment(verdict.backfill_until_s), trip.frame_id, len(trip.done), as_of, _moment(due_s),
    )  # fmt: skip
    before = trip.told.get(org)
    is_new = before != Told(verdict.outcome.name, _names(verdict))
    is_new = is_new and not fold.is_awaited(as_of_s=as_of_s)
    return Found(live, trip.kept, trip.judging[org], verdict, fold.place, before, is_new)


async def judge_live(
    tx: Transaction, found: Sequence[Found], *, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Keep verdicts, and tell each authority alone what changed of its own.

    Fenced is raised if another worker has one of the partitions by now: nothing is kept.
    """
    async with lives.fenced(tx):
        await lives.keep(tx, [one.live for one in found])
    new = [one for one in found if one.is_new]
    ids = await events.append(tx, [_event(one, now) for one in new])
    for one, event_id in zip(new, ids, strict=True):
        await lives.keep_told(tx, (one.trip.number, one.live.authority), one.told, event_id)
        noted = Noted(one.authority, one.verdict, one.at)
        await note_verdict(tx, one.trip, noted, now=now, new_id=new_id)


def _event(found: Found, now: datetime) -> Event:
    verdict = found.verdict
    body: dict[str, Value] = {
        "outcome": verdict.outcome.name,
        "worst": verdict.worst.name,
        "before": found.before.outcome if found.before else None,
        "reasons": _reasons(verdict),
        "red_from_s": verdict.red_from_s,
        "as_of_s": verdict.as_of_s,
        "policy": verdict.policy,
        "quality": found.trip.trip.quality,
    }
    # No readers beside: what a policy makes of a trip is for the authority whose policy it is.
    key = Key(KeyKind.TRIP, str(found.trip.trip.id))
    return Event(EventCode.TRIP_JUDGED, key, found.authority.party, found.live.as_of, now, body)


def _reasons(verdict: Verdict) -> list[Value]:
    return [
        {
            "reason": why.reason.name,
            "outcome": WEIGHT[why.reason].name,
            "entries": list(why.entries),
        }
        for why in verdict.reasons
    ]


def _names(verdict: Verdict) -> tuple[str, ...]:
    return tuple(why.reason.name for why in verdict.reasons)


def _moment(at_s: int | None) -> datetime | None:
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC)
