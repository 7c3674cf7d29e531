"""Trips, honest and tampered with: what each comes to, and that the order of coming is nothing."""

from random import Random

import msgspec
import pytest

from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.elock.entry import (
    Channel,
    Clearance,
    Entry,
    Order,
    OrderKind,
    circle,
)
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Cover, Mark, Plan, Stretch, planned
from waglan.elock.policy import Policy
from waglan.elock.reason import Outcome, Reason
from waglan.elock.route import compile_route
from waglan.elock.track import Fix
from waglan.elock.verdict import Measure, Verdict, judge

START_S = 1_800_000_000
POLICY = Policy(PartyId("sample-customs"), "test-1")
# Made up: from Shenzhen Bay some sixty kilometres north-west, with turns.
POINTS = [
    Position(225_030_000, 1_139_450_000),
    Position(225_900_000, 1_139_300_000),
    Position(226_700_000, 1_138_400_000),
    Position(228_000_000, 1_137_900_000),
    Position(229_500_000, 1_136_800_000),
]
ROUTE = compile_route(POINTS)
TUNNEL = Stretch(Cover.TUNNEL, 20_000_000, 28_000_000)
PLAN = planned(ROUTE, 200_000, [Mark("SZB", 0), Mark("NORTH", 50_000_000)])
TRUCK = Truck("L1", START_S)


def honest(seed: int = 1, plan: Plan = PLAN, truck: Truck = TRUCK) -> list[Entry]:
    dice = Random(seed)
    return drives.driven(plan, truck, drives.honest_legs(plan, dice), dice)


def verdict(log: list[Entry], *, plan: Plan = PLAN, policy: Policy = POLICY) -> Verdict:
    """The verdict ten minutes after the last of it, when no backfill is waited for any more."""
    last_s = max(entry.recorded_s for entry in log)
    late = msgspec.structs.replace(policy, gap_grace_s=60)
    return judge(Measure(late, plan, step), log, as_of_s=last_s + 600)


def names(found: Verdict) -> set[str]:
    return {one.reason.name for one in found.reasons}


def fixes(log: list[Entry]) -> list[int]:
    return [n for n, entry in enumerate(log) if isinstance(entry.what, Fix)]


@pytest.mark.parametrize("seed", range(30))
def test_an_honest_trip_is_green_and_was_nothing_worse(seed: int) -> None:
    found = verdict(honest(seed))
    assert (found.outcome, found.worst, names(found)) == (Outcome.GREEN, Outcome.GREEN, set())
    assert found.blind_s == 0


def test_a_tunnel_that_is_declared_hides_nothing() -> None:
    plan = planned(ROUTE, 200_000, [], [TUNNEL])
    found = verdict(honest(2, plan), plan=plan)
    assert (found.outcome, found.blind_s) == (Outcome.GREEN, 0)
    bare = verdict(honest(2, plan))  # the same fixes, with nothing declared
    assert bare.outcome is not Outcome.GREEN
    assert bare.blind_s > 200


def test_a_cut_is_red_from_its_own_time_until_an_officer_clears_that_very_entry() -> None:
    log = honest(3)
    at = fixes(log)[20]
    cut = drives.cut(log, at, TRUCK)
    found = verdict(cut)
    assert (found.outcome, names(found)) == (Outcome.RED, {"CUT"})
    assert found.red_from_s == log[at].at_s
    [why] = found.reasons
    assert why.entries == (f"{log[at].ref}-cut",)
    cleared = Clearance("officer", why.entries, "the rope was changed before me")
    after = Entry("act", log[at].at_s + 900, log[at].at_s + 901, 9_000, cleared)
    found = verdict([*cut, after])
    assert (found.outcome, found.worst) == (Outcome.GREEN, Outcome.RED)
    again = drives.cut(cut, at + 30, TRUCK)
    found = verdict([*again, after])
    assert (found.outcome, names(found)) == (Outcome.RED, {"CUT"})


ATTACKS = {
    "cut": ("CUT", Outcome.RED),
    "unlock": ("OPENED_UNDER_SEAL", Outcome.RED),
    "clone": ("CLONE", Outcome.RED),
    "teleport": ("JUMPED", Outcome.RED),
    "replay": ("REPLAYED", Outcome.RED),
    "frozen": ("FROZEN_LONG", Outcome.UNPROVEN),
    "gap of 20 minutes": ("GAP_LONG", Outcome.UNPROVEN),
    "pair parts": ("PAIR_LOST", Outcome.UNPROVEN),
}


def attacked(kind: str, seed: int) -> list[Entry]:
    dice = Random(seed)
    log = honest(seed)
    own = fixes(log)
    at = own[dice.randint(20, len(own) - 50)]
    if kind == "cut":
        return drives.cut(log, at, TRUCK)
    if kind == "unlock":
        return drives.opened(log, at, TRUCK)
    if kind == "clone":
        return drives.cloned(log, at)
    if kind == "teleport":
        return drives.teleported(log, at, PLAN, 40_000_000)
    if kind == "replay":
        return drives.replayed(log, at - 12, at)
    if kind == "frozen":
        return drives.frozen(log, at, at + 9)
    if kind == "gap of 20 minutes":
        return drives.silent(log, at, at + 40)
    return drives.beside(log, dice, away_mm=2_000_000)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ATTACKS)
def test_an_attack_is_found_for_the_reason_that_belongs_to_it(kind: str, seed: int) -> None:
    reason, outcome = ATTACKS[kind]
    found = verdict(attacked(kind, seed))
    assert reason in {Reason[name].name for name in names(found)}
    assert found.outcome is outcome


@pytest.mark.parametrize("seed", range(8))
def test_a_detour_of_three_minutes_is_red(seed: int) -> None:
    dice = Random(seed)
    ways = [Leg(900, 19_000), Leg(210, 19_000, beside_mm=894_000), Leg(900, 19_000)]
    found = verdict(drives.driven(PLAN, TRUCK, ways, dice))
    assert found.outcome is Outcome.RED
    assert "OFF_CORRIDOR" in names(found)


@pytest.mark.parametrize("away_mm", [640_000, 3_000_000, 40_000_000])
@pytest.mark.parametrize("at", [1, 2, 25, -1])
def test_one_outlier_is_never_red_and_ends_with_what_follows(away_mm: int, at: int) -> None:
    log = honest(4)
    one = fixes(log)[at]
    found = verdict(drives.outlier(log, one, PLAN, away_mm))
    assert found.worst < Outcome.RED
    if at != -1:
        assert found.outcome is Outcome.GREEN


def test_a_stop_of_twenty_minutes_is_amber_while_it_lasts_and_never_more() -> None:
    dice = Random(5)
    stop = [Leg(900, 19_000), Leg(1_200, 0)]
    found = verdict(drives.driven(PLAN, TRUCK, stop, dice))
    assert (found.outcome, names(found)) == (Outcome.AMBER, {"STOPPED"})
    found = verdict(drives.driven(PLAN, TRUCK, [*stop, Leg(600, 19_000)], dice))
    assert (found.outcome, found.worst) == (Outcome.GREEN, Outcome.AMBER)
    zone = planned(ROUTE, 200_000, [], [Stretch(Cover.STOP_ZONE, 16_000_000, 18_500_000)])
    found = verdict(drives.driven(zone, TRUCK, stop, dice), plan=zone)
    assert found.outcome is Outcome.GREEN


def test_an_opening_is_judged_by_the_order_that_is_valid_for_place_time_and_actor() -> None:
    log = honest(6)
    at = fixes(log)[30]
    when = log[at]
    assert isinstance(when.what, Fix)
    opened = drives.opened(log, at, TRUCK, actor="driver-7")
    here = circle(when.what.place, 500_000)
    good = Order(
        OrderKind.OPEN, "officer", "L1", when.at_s - 60, when.at_s + 60, "a look", here, "driver-7"
    )
    replace = msgspec.structs.replace
    far = circle(ROUTE.place_at(0), 500_000)
    wrong = [
        replace(good, lock="L2"),
        replace(good, until_s=when.at_s - 1),
        replace(good, place=far),
        replace(good, actor="driver-8"),
        replace(good, kind=OrderKind.ABORT),
    ]
    for order, outcome in [(good, Outcome.GREEN), *[(one, Outcome.RED) for one in wrong]]:
        for signed_s in (when.at_s - 90, when.at_s + 60):  # on the spot, at the latest
            act = Entry("order", signed_s, signed_s, 5_000, order)
            found = verdict([*opened, act])
            assert (found.outcome, found.worst) == (outcome, outcome)
    awaited = replace(good, kind=OrderKind.LIST, returned_by_s=when.at_s + 36_000)
    act = Entry("order", when.at_s - 90, when.at_s - 90, 5_000, awaited)
    found = verdict([*opened, act])
    assert (found.outcome, names(found)) == (Outcome.AMBER, {"ORDER_AWAITED"})
    returned = replace(awaited, returned_by_s=when.at_s + 100)
    act = Entry("order", when.at_s - 90, when.at_s - 90, 5_000, returned)
    assert verdict([*opened, act]).outcome is Outcome.RED


def test_a_frame_from_the_future_moves_no_clock_and_hides_no_cut() -> None:
    log = honest(7)
    at = fixes(log)[20]
    ahead = log[at]
    assert isinstance(ahead.what, Fix)
    later_s = ahead.at_s + 7_200
    future = msgspec.structs.replace(
        ahead, ref="future", at_s=later_s, what=msgspec.structs.replace(ahead.what, at_s=later_s)
    )
    found = verdict([*log, future])
    assert (found.outcome, found.worst) == (Outcome.GREEN, Outcome.AMBER)
    cut = drives.cut(log, at + 4, TRUCK)
    found = verdict([*cut, future])
    assert (found.outcome, found.red_from_s) == (Outcome.RED, log[at + 4].at_s)


@pytest.mark.parametrize("kind", ATTACKS)
def test_in_which_order_the_log_came_makes_no_difference(kind: str) -> None:
    log = attacked(kind, 9)
    as_it_was = verdict(log)
    for seed in range(5):
        mixed = list(log)
        Random(seed).shuffle(mixed)
        assert verdict(mixed) == as_it_was


def test_an_open_line_proves_nothing_without_a_second_source() -> None:
    truck = msgspec.structs.replace(TRUCK, channel=Channel.PLAIN)
    log = honest(8, truck=truck)
    assert names(verdict(log)) == {"OPEN_LINE"}
    assert verdict(drives.beside(log, Random(8))).outcome is Outcome.GREEN
    free = msgspec.structs.replace(POLICY, needs_second_source=False)
    assert verdict(log, policy=free).outcome is Outcome.GREEN


def test_silence_is_unproven_and_a_gap_waits_for_its_backfill() -> None:
    log = honest(10)
    own = fixes(log)
    measure = Measure(POLICY, PLAN, step)
    last_s = log[-1].recorded_s
    assert judge(measure, log, as_of_s=last_s + 900).outcome is Outcome.GREEN
    silent = judge(measure, log, as_of_s=last_s + 901)
    assert (silent.outcome, names(silent)) == (Outcome.UNPROVEN, {"NOTHING_HEARD"})
    assert judge(measure, [], as_of_s=START_S).outcome is Outcome.UNPROVEN
    gone = drives.silent(log, own[20], own[60])
    after_s = log[own[61]].recorded_s
    waited = judge(measure, gone[: own[21]], as_of_s=after_s + 899)
    assert waited.backfill_until_s == after_s + 900
    assert waited.outcome is Outcome.GREEN
    due = judge(measure, gone[: own[21]], as_of_s=after_s + 900)
    assert due.outcome is Outcome.UNPROVEN
    assert judge(measure, log, as_of_s=last_s + 600).outcome is Outcome.GREEN
