"""A trip's log folded as it comes in comes to what the whole log comes to, however it came."""

from hashlib import sha256
from random import Random

import msgspec
import pytest
import trips
from msgspec.structs import replace

from waglan.demo import drives
from waglan.demo.drives import Truck
from waglan.elock.alarm import Alarm
from waglan.elock.bundle import verdict_value
from waglan.elock.entry import (
    Channel,
    Clearance,
    Entry,
    Filled,
    Missing,
    Order,
    OrderKind,
    Said,
    Unseal,
    in_order,
)
from waglan.elock.kernel.reference import step
from waglan.elock.live import TAIL_MAX, Fold
from waglan.elock.plan import Plan
from waglan.elock.reason import Outcome
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.logbook.canonical import canonical

LOCK = "L"
END_S = 20_000


def told(dice: Random, plan: Plan) -> list[Entry]:
    """A drive with what locks and officers say of it, tampered with in several ways."""
    truck = Truck(LOCK, trips.START_S, dice.choice([Channel.MTLS, Channel.PLAIN]))
    log = drives.driven(plan, truck, drives.honest_legs(plan, dice), dice)
    for _ in range(dice.randint(0, 3)):
        log = trips.tampered(log, dice.randrange(1, max(2, len(log) - 12)), plan, dice)
    last_s = max(entry.at_s for entry in log)
    for n in range(dice.randint(0, 12)):
        at_s = dice.randint(trips.START_S, last_s)
        log.append(Entry(f"more-{n}", at_s, at_s + dice.randint(0, 300), 10_000 + n,
                         something(dice, log, at_s), "s1", 10_000 + n, Channel.MTLS))  # fmt: skip
    return log


def something(dice: Random, log: list[Entry], at_s: int):  # type: ignore[no-untyped-def]
    hole = Missing("L", "s1", 3, 4, at_s - 60, at_s)
    return dice.choice([
        Said(LOCK, (dice.choice([Alarm.ROPE_CUT, Alarm.UNLOCKED, Alarm.LOW_BATTERY]),)),
        Said(LOCK, ()),
        Order(OrderKind.CUT, "officer", LOCK, at_s - 600, at_s + 600, "ordered"),
        Order(OrderKind.LIST, "officer", LOCK, at_s - 600, at_s + 600, "out",
              returned_by_s=at_s + 900),
        Clearance("officer", (dice.choice(log).ref, "more-0", "more-1"), "seen"),
        Unseal(LOCK, "officer"),
        hole,
        Filled(hole.name),
    ])  # fmt: skip


def hashed(found: Verdict) -> str:
    return sha256(canonical({"verdict": verdict_value(found)})).hexdigest()


@pytest.mark.parametrize("seed", range(60))
def test_whatever_comes_late_or_in_another_order_comes_to_the_same(seed: int) -> None:
    dice = Random(seed)
    plan = trips.plan(dice)
    measure = Measure(dice.choice([trips.POLICY, trips.STRICT]), plan, step)
    log = told(dice, plan)
    late_s = dice.choice([0, 40, 400, 100_000])
    coming = sorted(log, key=lambda entry: entry.recorded_s + dice.randint(0, late_s))
    fold, came, anew = Fold(measure), list[Entry](), 0
    while coming:
        size = dice.choice([1, 1, 2, 7, 90])
        some, coming = coming[:size], coming[size:]
        came += some
        if not fold.take(some):
            fold, anew = Fold(measure, came), anew + 1
        if dice.random() < 0.2 or not coming:
            as_of_s = max(entry.recorded_s for entry in came) + dice.choice([0, 60, 1_000])
            whole = judge(measure, came, as_of_s=as_of_s)
            assert fold.verdict(as_of_s=as_of_s) == whole
            assert hashed(fold.verdict(as_of_s=as_of_s)) == hashed(whole)
    assert anew == 0 or late_s > 40, "what is a little late is put in its place"


def test_a_late_cut_is_red_though_it_came_after_places_that_are_newer() -> None:
    dice = Random(3)
    plan = trips.plan(dice)
    measure = Measure(trips.POLICY, plan, step)
    log = told(Random(40), plan)[:40]
    cut = Entry("cut", log[5].at_s, log[-1].recorded_s, 99_999, Said(LOCK, (Alarm.ROPE_CUT,)), "s1")
    fold = Fold(measure, log)
    assert fold.take([cut])
    found = fold.verdict(as_of_s=log[-1].recorded_s)
    assert (found.outcome, found.red_from_s) == (Outcome.RED, log[5].at_s)


def test_what_comes_before_all_that_is_kept_has_the_log_folded_anew() -> None:
    plan = trips.plan(Random(1))
    measure = Measure(trips.POLICY, plan, step)
    log = sorted(drives.driven(plan, Truck(LOCK, trips.START_S), [drives.Leg(6_000, 9_000)],
                               Random(1)), key=in_order)  # fmt: skip
    assert len(log) > 2 * TAIL_MAX
    first = replace(log[1], ref="late")
    within = replace(log[-TAIL_MAX // 2 + 1], ref="within")
    fold = Fold(measure)
    for entry in log:
        assert fold.take([entry])
    assert fold.take([within])
    assert not fold.take([first])
    assert fold.take([])


@pytest.mark.parametrize("seed", range(40))
def test_between_two_times_that_are_due_nothing_changes(seed: int) -> None:
    dice = Random(seed)
    plan = trips.plan(dice)
    policy = dice.choice([trips.POLICY, trips.STRICT])
    measure, log = Measure(policy, plan, step), told(dice, plan)
    fold = Fold(measure, log)
    as_of_s = max(entry.recorded_s for entry in log) - dice.randint(0, 600)

    def said(at_s: int) -> tuple[object, ...]:
        found = fold.verdict(as_of_s=at_s)
        return found.outcome, found.reasons, found.backfill_until_s

    turns = 0
    while (due_s := fold.due_s(as_of_s=as_of_s)) is not None:
        before = said(as_of_s)
        assert before[:2] == said(due_s - 1)[:2]
        as_of_s, turns = due_s, turns + 1
        assert turns < 2_000
    assert said(as_of_s)[:2] == said(as_of_s + END_S)[:2]


def test_a_lock_that_was_sealed_just_now_is_given_time_to_speak() -> None:
    plan = trips.plan(Random(2))
    measure = Measure(trips.POLICY, plan, step)
    seal, first, *_ = drives.driven(plan, Truck(LOCK, trips.START_S), [drives.Leg(60, 9_000)],
                                    Random(1))  # fmt: skip
    fold = Fold(measure, [seal])
    silent_s = trips.POLICY.silent_s
    assert fold.is_awaited(as_of_s=seal.at_s + silent_s)
    assert fold.due_s(as_of_s=seal.at_s) == seal.at_s + silent_s + 1
    assert not fold.is_awaited(as_of_s=seal.at_s + silent_s + 1)
    assert fold.take([first])
    assert not fold.is_awaited(as_of_s=first.recorded_s)
    assert msgspec.structs.asdict(fold.verdict(as_of_s=first.recorded_s))["seals"]
