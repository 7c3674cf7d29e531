"""Frames as they are committed, late, doubled and out of order: live comes to what the log says."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from uuid import UUID

import msgspec
import pytest
from pure_door import AFTER_S, POLICY, PureDoor, device, telephone
from test_simulation import DAYS, PLAN, ROUGH, drawn

from waglan.codes.party import PartyId
from waglan.demo.lock import Dialect
from waglan.demo.rough_line import over
from waglan.demo.truck_days import Day, Kind
from waglan.elock.bundle import verdict_value
from waglan.elock.kernel.reference import step
from waglan.elock.trip import Act
from waglan.elock.trip_act import TripAct
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.logbook.canonical import canonical
from waglan.operations._hearing import heard_of, misread_of
from waglan.operations._trip_log import acts_log, explained, span_of
from waglan.operations.judge_live import Gathered, Watched, hear, watch
from waglan.operations.judge_live import judge as judge_now
from waglan.store.frames import KeptFrame
from waglan.store.trips import Judging, Kept, KeptAct, Trip

NEAR, ID = 7, UUID(int=5)
HAULIER = PartyId("trip-haulier")
LOCK, TELEPHONE = 2, 1  # by the devices' numbers


def kept() -> Kept:
    plan, at = msgspec.json.encode(PLAN), datetime(2026, 1, 1, tzinfo=UTC)
    trip = Trip(ID, "SYN1", "A", "B", "own_export", (), b"", "illustrative", plan,
                sha256(plan).digest(), at, at, UUID(int=1))  # fmt: skip
    return Kept(1, 2, HAULIER, trip)


def sealed(at_s: int, lock: str) -> KeptAct:
    at = datetime.fromtimestamp(at_s, UTC)
    sheet = TripAct("waglan/trip-act/v1", "seal-1", str(ID), "driver", HAULIER, Act.SEAL, at, 1,
                    lock=lock, seal="SEAL-1")  # fmt: skip
    return KeptAct(1, 2, HAULIER, "seal-1", "seal", "sealed", sheet.act_bytes(), None, at)


class Seen:
    """What is committed of a day so far."""

    def __init__(self, day: Day) -> None:
        self.day, self.frames = day, dict[int, list[KeptFrame]]()
        self.done = [sealed(day.fixes[0].at_s - 60, day.lock.terminal)]

    def take(self, some: Sequence[tuple[int, KeptFrame]]) -> None:
        for number, frame in some:
            known = self.frames.setdefault(number, [])
            if frame not in known:
                known.append(frame)
                known.sort(key=lambda one: one.frame_id)

    @property
    def gathered(self) -> Gathered:
        judging = [Judging(NEAR, POLICY.authority, "demonstration", msgspec.json.encode(POLICY))]
        heard = [
            (device(self.day, is_lock=number == LOCK), self.frames.get(number, []))
            for number in (LOCK, TELEPHONE)
        ]
        return Gathered(kept(), self.done, judging, {}, heard)

    def whole(self, as_of_s: int) -> Verdict:
        """As `judge_trip` has it."""
        log, span = acts_log(self.done, NEAR), span_of(self.done)
        for one, came in self.gathered.heard:
            log += [*misread_of(one), *heard_of(one, came, span)]
        return judge(Measure(POLICY, PLAN, step), explained(log), as_of_s=as_of_s)


async def rest() -> None:
    return None


def begun(seen: Seen) -> Watched:
    return asyncio.run(watch(seen.gathered, step, rest))


def coming(day: Day, door: PureDoor, dice: Random) -> list[list[tuple[int, KeptFrame]]]:
    """Both devices' frames as they are committed: some long after their number, some twice."""
    frames = [(LOCK, one) for one in door.kept]
    frames += [(TELEPHONE, one) for one in telephone(day.beside, 1 << 40)]
    late_s = dice.choice([0, 3, 90])

    def when(one: tuple[int, KeptFrame]) -> float:
        is_late = dice.random() < 0.1
        return one[1].recorded_at.timestamp() + (dice.randint(0, late_s) if is_late else 0)

    frames.sort(key=when)
    batches = list[list[tuple[int, KeptFrame]]]()
    while frames:
        size = dice.choice([1, 1, 1, 3, 20])
        some, frames = frames[:size], frames[size:]
        again = dice.sample(batches[-1], 1) if batches and dice.random() < 0.1 else []
        batches.append(sorted([*some, *again], key=lambda one: one[1].frame_id))
    return batches


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("kind", "dialect"), DAYS)
def test_what_is_told_live_is_what_the_whole_log_says(
    kind: Kind, dialect: Dialect, seed: int
) -> None:
    dice = Random(f"{kind} {dialect} {seed}")
    day, door = drawn(kind, dialect, seed), PureDoor(dialect)
    door.hears([*over(day.turns, ROUGH, dice).turns, *day.rival])
    seen = Seen(day)
    trip, anew = begun(seen), 0
    batches = coming(day, door, dice)
    for n, some in enumerate(batches):
        seen.take(some)
        if not hear(trip, some):
            trip, anew = begun(seen), anew + 1
        if n % 40 == 0 or n == len(batches) - 1:
            newest_s = max(int(one.recorded_at.timestamp()) for _, one in some)
            for as_of_s in (newest_s, newest_s + AFTER_S):
                now = datetime.fromtimestamp(as_of_s, UTC)
                [found] = judge_now(trip, (0, 1), now=now)
                assert found.verdict == seen.whole(as_of_s)
                assert hashed(found.verdict) == hashed(seen.whole(as_of_s))
                assert found.told.outcome == found.verdict.outcome.name
    assert anew < len(batches) / 4, "what was taken once is not read again and again"


def hashed(found: Verdict) -> str:
    return sha256(canonical({"verdict": verdict_value(found)})).hexdigest()
