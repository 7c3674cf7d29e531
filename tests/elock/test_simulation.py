"""Made-up days of trucks, through codec, speaker and fold, on good lines and on rough ones."""

from collections.abc import Sequence
from random import Random

import pytest
from msgspec.structs import replace
from pure_door import CODE, PureDoor, verdict
from test_verdict import ROUTE

from waglan.demo.lock import Dialect, Lock, Sign
from waglan.demo.rough_line import Arrived, Roughness, over
from waglan.demo.speech import Do, Turn
from waglan.demo.truck_days import HONEST, Day, Drive, Kind, day, may_be
from waglan.elock.plan import planned
from waglan.elock.reason import Outcome
from waglan.elock.verdict import Verdict

START_S = 1_800_000_000
PLAN = planned(ROUTE, 200_000)
TERMINALS = {
    Dialect.JTT808_2013: "013800001111",
    Dialect.JTT808_2019: "00000000013800001111",
    Dialect.JOINTECH: "7010000001",
}
GREEN, AMBER, UNPROVEN, RED = Outcome.GREEN, Outcome.AMBER, Outcome.UNPROVEN, Outcome.RED
# How each day must end, how bad it may have been on the way, and for which reason.
ENDS: dict[Kind, tuple[Outcome, Outcome, str | None]] = {
    Kind.PLAIN: (GREEN, GREEN, None),
    Kind.STORED: (GREEN, GREEN, None),
    Kind.RETRY: (GREEN, GREEN, None),
    Kind.REBOOT: (GREEN, GREEN, None),
    Kind.HALF_OPEN: (GREEN, GREEN, None),
    Kind.OUTLIER: (GREEN, AMBER, None),
    Kind.JAM: (GREEN, AMBER, None),
    Kind.LOW_BATTERY: (GREEN, AMBER, None),
    Kind.FORGED: (GREEN, GREEN, None),
    Kind.AHEAD: (RED, RED, "CUT"),
    Kind.CUT: (RED, RED, "CUT"),
    Kind.CUT_UNSEEN: (RED, RED, "CUT"),
    Kind.OPENED: (RED, RED, "OPENED_UNDER_SEAL"),
    Kind.CLONE: (RED, RED, "CLONE"),
    Kind.COPY: (RED, RED, "CLONE"),
    Kind.DETOUR: (RED, RED, "OFF_CORRIDOR"),
    Kind.TRANSLOAD: (UNPROVEN, UNPROVEN, "PAIR_LOST"),
    Kind.JUMP: (RED, RED, "JUMPED"),
    Kind.REPLAY: (RED, RED, "REPLAYED"),
    Kind.FREEZE: (UNPROVEN, UNPROVEN, "FROZEN_LONG"),
    Kind.BREAKDOWN: (RED, RED, "OPENED_UNDER_SEAL"),  # for nobody ordered it here
    Kind.GAP: (UNPROVEN, UNPROVEN, "GAP_LONG"),
}
DAYS = [
    pytest.param(kind, dialect, id=f"{kind.value}, {dialect.value}")
    for kind in Kind
    for dialect in Dialect
    if may_be(kind, dialect)
]
ROUGH = Roughness(lost=25, doubled=60, late=60)


def drawn(kind: Kind, dialect: Dialect, seed: int) -> Day:
    lock = Lock(TERMINALS[dialect], dialect, CODE)
    return day(kind, PLAN, lock, Random(seed), drive=Drive(START_S))


def names(found: Verdict) -> set[str]:
    return {one.reason.name for one in found.reasons}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("kind", "dialect"), DAYS)
def test_each_day_ends_as_it_must(kind: Kind, dialect: Dialect, seed: int) -> None:
    one, door = drawn(kind, dialect, seed), PureDoor(dialect)
    door.hears([*one.turns, *one.rival])
    found = verdict(one, PLAN, door)
    outcome, worst, reason = ENDS[kind]
    assert (found.outcome, found.worst) == (outcome, worst), names(found)
    assert reason in names(found) if reason else not names(found)
    assert bool(door.aside) == (kind is Kind.FORGED)


def test_a_reboot_is_listed_as_a_new_epoch_and_a_retry_is_kept_once() -> None:
    for kind, epochs in ((Kind.REBOOT, 1), (Kind.RETRY, 0), (Kind.HALF_OPEN, 0)):
        one, door = drawn(kind, Dialect.JTT808_2013, 3), PureDoor(Dialect.JTT808_2013)
        door.hears(one.turns)
        assert len(verdict(one, PLAN, door).epochs) == epochs
        frames = [turn.frame for turn in one.turns if turn.do is Do.SAYS]
        assert len(door.kept) == len(set(frames))
        assert (len(frames) - len(set(frames))) == (2 if kind is Kind.RETRY else 0)


@pytest.mark.parametrize("dialect", Dialect)
def test_a_clock_hours_ahead_is_told_at_once_and_the_cut_behind_it_is_red_from_its_own_time(
    dialect: Dialect,
) -> None:
    one, door = drawn(Kind.AHEAD, dialect, 4), PureDoor(dialect)
    door.hears(one.turns)
    soon = verdict(one, PLAN, door, at_s=one.at_s + 10)
    assert (soon.outcome, names(soon)) == (AMBER, {"CLOCK_AHEAD"})
    [cut] = [turn for turn in one.turns if turn.sign is Sign.CUT]
    assert verdict(one, PLAN, door).red_from_s == cut.at_s - 1


def arrived_until(turns: Sequence[Turn], at_s: int) -> list[Turn]:
    return [turn for turn in turns if turn.do is Do.SAYS and turn.at_s <= at_s]


def wanting(one: Day, came: Arrived, at_s: int) -> bool:
    """Whether a frame is missing by then that a later one of its line tells of."""
    arrived = arrived_until(came.turns, at_s)
    here = {(turn.line, turn.frame) for turn in arrived}
    order = [turn for turn in one.turns if turn.do is Do.SAYS]
    last = {turn.line: n for n, turn in enumerate(order) if (turn.line, turn.frame) in here}
    return any(
        n < last.get(turn.line, -1) and (turn.line, turn.frame) not in here
        for n, turn in enumerate(order)
    )


@pytest.mark.parametrize("batch", range(20))
def test_on_a_rough_line_nothing_is_green_behind_a_cut_or_hole_and_nothing_honest_is_red(
    batch: int,
) -> None:
    for seed in range(batch * 10, batch * 10 + 10):
        dice = Random(seed)
        dialect, kind = dice.choice(list(Dialect)), dice.choice(list(Kind))
        if not may_be(kind, dialect):
            continue
        one, door = drawn(kind, dialect, seed), PureDoor(dialect)
        came = over(one.turns, ROUGH, dice)
        door.hears([*came.turns, *one.rival])
        ends_s = came.turns[-1].at_s
        for at_s in [*sorted(dice.sample(range(one.fixes[4].at_s, ends_s), 4)), ends_s + 60]:
            found = verdict(one, PLAN, door, at_s=at_s)
            told = f"seed {seed}: {kind.value}, {dialect.value}: {names(found)}"
            if kind in HONEST:
                assert found.worst < RED, told
            if any(
                turn.sign in (Sign.CUT, Sign.OPENED) for turn in arrived_until(came.turns, at_s)
            ):
                assert found.outcome is RED, told
            if wanting(one, came, at_s):
                assert found.outcome is not GREEN, told


def test_what_a_lock_tells_again_out_of_its_store_counts_once() -> None:
    one, door = drawn(Kind.CUT, Dialect.JTT808_2013, 5), PureDoor(Dialect.JTT808_2013)
    [cut] = [fix for fix in one.fixes if fix.at_s == one.at_s]
    end = one.turns[-1]
    [again] = one.lock.backfills([one.lock.ping(cut, Sign.CUT)])
    door.hears([*one.turns, replace(end, at_s=end.at_s + 9, frame=again)])
    [why] = verdict(one, PLAN, door).reasons
    assert (why.reason.name, len(why.entries)) == ("CUT", 1)
