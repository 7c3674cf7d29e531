"""An authority judges a trip by its whole log, anew each time it asks, under its own policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from waglan.elock.bundle import Bundled, trip_bundle
from waglan.elock.entry import Entry
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.trip import ENDED, State
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.logbook.sealed import Unreadable, Vault
from waglan.operations._hearing import heard_of, misread_of
from waglan.operations._trip_log import UnreadableAct, acts_log, explained, span_of
from waglan.operations.do_trip_act import state_of
from waglan.store import Transaction, frames, trips
from waglan.store.frames import KeptFrame
from waglan.store.trips import Kept, KeptAct, TripDevice

FRAMES_MAX: Final = 100_000  # of one device on one trip
_plan = msgspec.json.Decoder(Plan).decode
_policy = msgspec.json.Decoder(Policy).decode


class Cause(Enum):
    """Why a trip can't be judged anew."""

    ERASED = "erased"  # frames or acts that it was judged by
    TOO_LONG = "too-long"
    UNREADABLE = "unreadable"  # something that was kept does not open, or was altered


class NotJudged(Exception):
    """A trip can't be judged anew: the last state that was signed is all that there is."""

    def __init__(self, cause: Cause) -> None:
        """Say why."""
        super().__init__(cause.value)
        self.cause = cause

    @property
    def is_erased(self) -> bool:
        """Whether what it was judged by is gone for good."""
        return self.cause is Cause.ERASED


@dataclass(frozen=True, slots=True)
class Judged:
    """A trip as one authority's policy sees it, with all that it was judged by."""

    kept: Kept
    state: State
    verdict: Verdict
    bundle: bytes
    lock: str
    seal: str
    bundled: Bundled
    as_of: datetime
    came: tuple[tuple[TripDevice, tuple[KeptFrame, ...]], ...]  # by device, all that was heard

    @property
    def sha256(self) -> bytes:
        """What a pass names: the hash of policy, plan, log and verdict."""
        return sha256(self.bundle).digest()


async def judge_trip(
    tx: Transaction, vault: Vault, org: int, trip: UUID, *, now: datetime
) -> Judged | None:
    """Judge a trip in the name of the authority that asks; None if it is on no such trip."""
    kept = await trips.by_id(tx, trip)
    return None if kept is None else await judge_kept(tx, vault, org, kept, now=now)


async def judge_kept(
    tx: Transaction, vault: Vault, org: int, kept: Kept, *, now: datetime
) -> Judged | None:
    """Judge a trip that was found; raise NotJudged where that can't be done."""
    written = await trips.own_policy(tx, kept.number)
    if written is None:
        return None
    policy, plan = _policy(written), _plan(kept.trip.plan)
    done = await trips.acts(tx, kept.number)
    if not all(act.body for act in done):
        raise NotJudged(Cause.ERASED)
    came = await heard_for(tx, vault, kept, now=now)
    if any(frame.raw is None for _, heard in came for frame in heard):
        raise NotJudged(Cause.ERASED)
    log = _log(org, done, came)
    lock = next((one.terminal for one, _ in reversed(came) if one.is_lock), "")
    state = state_of(done)
    as_of = done[-1].recorded_at if state in ENDED else now
    verdict = judge(Measure(policy, plan, step), log, as_of_s=int(as_of.timestamp()))
    bundled = Bundled(str(kept.trip.id), (written, kept.trip.plan), tuple(log), verdict)
    seal = verdict.seals[-1].number if verdict.seals else ""
    return Judged(kept, state, verdict, trip_bundle(bundled), lock, seal, bundled, as_of, came)


async def heard_for(
    tx: Transaction, vault: Vault, kept: Kept, *, now: datetime
) -> tuple[tuple[TripDevice, tuple[KeptFrame, ...]], ...]:
    """Return the devices of a trip, each with all that was heard of it during the trip.

    Raise NotJudged where that is more than anybody judges, or does not open.
    """
    found = list[tuple[TripDevice, tuple[KeptFrame, ...]]]()
    seen = set[int]()  # a device that is heard a second time may tell of its first time then
    for device in await trips.heard(tx, kept.number):
        time = (device.from_at or now, device.until_at)
        try:
            came = await frames.of_time(tx, vault, device.device_id, time, at_most=FRAMES_MAX + 1)
        except Unreadable:
            raise NotJudged(Cause.UNREADABLE) from None
        if len(came) > FRAMES_MAX:
            raise NotJudged(Cause.TOO_LONG)
        found.append((device, tuple(one for one in came if one.frame_id not in seen)))
        seen |= {one.frame_id for one in came}
    return tuple(found)


def _log(
    org: int, done: Sequence[KeptAct], came: Sequence[tuple[TripDevice, Sequence[KeptFrame]]]
) -> list[Entry]:
    try:
        log, span = acts_log(done, org), span_of(done)
    except UnreadableAct:
        raise NotJudged(Cause.UNREADABLE) from None
    for device, heard in came:
        log += [*misread_of(device), *heard_of(device, heard, span)]
    return explained(log)
