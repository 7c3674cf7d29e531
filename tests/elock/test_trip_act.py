"""The bad days of a lock: lawful acts that explain it, and the same acts where they do not fit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from trips import BORDER, POLICY

from waglan.codes.finding import Severity
from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.elock.alarm import Alarm
from waglan.elock.entry import Entry, Said
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Plan, planned
from waglan.elock.reason import Outcome
from waglan.elock.route import compile_route
from waglan.elock.track import Fix
from waglan.elock.trip import Act
from waglan.elock.trip_act import (
    AHEAD_MAX,
    LATE_MAX,
    NEEDS,
    WINDOW_MAX,
    Acted,
    Spot,
    TripAct,
    act_entries,
    act_faults,
    read_trip_act,
)
from waglan.elock.verdict import Measure, judge

START = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
START_S = int(START.timestamp())
LOCK, TRIP = "L1", "0197f3c0-5a1e-7c34-9f0a-2d6b8e4c1f70"
PLAN: Plan = planned(
    compile_route([BORDER, Position(BORDER.lat_e7 + 3_000_000, BORDER.lon_e7 + 3_000_000)]), 200_000
)
AT = 20  # of the log: the fix at which something is done to the lock
NUMBERS = iter(range(1, 10_000))


def log() -> list[Entry]:
    """An honest drive of forty minutes."""
    truck = Truck(LOCK, START_S)
    drive = drives.driven(PLAN, truck, [Leg(2_400, 15_000)], Random(7))
    return [one for one in drive if isinstance(one.what, Fix)]


LOG = log()
THERE = LOG[AT].what
assert isinstance(THERE, Fix)
WHEN = datetime.fromtimestamp(THERE.at_s, UTC)
MINUTE = timedelta(minutes=1)
HERE = Spot(THERE.lat_e7, THERE.lon_e7, 500)
ELSEWHERE = Spot(THERE.lat_e7 + 100_000, THERE.lon_e7, 500)
WINDOW = {"from_at": WHEN - 2 * MINUTE, "until_at": WHEN + 2 * MINUTE}
ORDER: dict[str, Any] = {"lock": LOCK, "reason": "as the officer saw", "place": HERE, **WINDOW}


def act(kind: Act, at: datetime = WHEN - MINUTE, **said: Any) -> TripAct:
    n = next(NUMBERS)
    return TripAct("waglan/trip-act/v1", f"a{n}", TRIP, "sub_1", PartyId("sample-customs"), kind,
                   at, 0, **said)  # fmt: skip


SEALED = act(Act.SEAL, START, lock=LOCK, seal="SEAL-1")


def outcome(*done: TripAct, said: Said | None = None, as_of: datetime | None = None) -> Outcome:
    """What the drive comes to with these acts, and with what the lock says on the way."""
    end_s = LOG[-1].recorded_s
    entries = [*LOG]
    for n, one in enumerate((SEALED, *done)):
        entries += act_entries(Acted(n + 1, one, end_s, is_officer=True))
    if said is not None:
        when = LOG[AT]
        entries.append(replace(when, ref="said", what=said))
    at_s = end_s if as_of is None else int(as_of.timestamp())
    return judge(Measure(POLICY, PLAN, step), entries, as_of_s=at_s).outcome


OPENED = Said(LOCK, (Alarm.UNLOCKED,), HERE.place.centre, "card-7")
CUT = Said(LOCK, (Alarm.ROPE_CUT,), HERE.place.centre)
DAYS: dict[Act, Said] = {
    Act.INSPECT: OPENED,
    Act.CUT: CUT,
    Act.REPLACE_LOCK: OPENED,
    Act.TRANSLOAD: OPENED,
    Act.OPEN: OPENED,
    Act.ALLOW: OPENED,
}
MORE: dict[Act, dict[str, Any]] = {
    Act.REPLACE_LOCK: {"new_lock": "L2", "installation": TRIP, "seal": "SEAL-2"},
    Act.TRANSLOAD: {"vehicle": "SAMPLE 2", "packages": 40},
}


def ordered(kind: Act, **said: Any) -> TripAct:
    # A lock that is replaced is opened before the other one takes over.
    at = WHEN + MINUTE if kind is Act.REPLACE_LOCK else WHEN - MINUTE
    return act(kind, at, **{**ORDER, **MORE.get(kind, {}), "person": "card-7", **said})


def test_an_honest_drive_is_green_and_an_opening_or_a_cut_without_an_order_is_red() -> None:
    assert outcome() is Outcome.GREEN
    assert outcome(said=OPENED) is Outcome.RED
    assert outcome(said=CUT) is Outcome.RED


@pytest.mark.parametrize("kind", DAYS)
def test_each_order_explains_what_was_done_to_the_lock(kind: Act) -> None:
    one = ordered(kind)
    assert act_faults(one, now=WHEN) == []
    assert outcome(one, said=DAYS[kind]) is Outcome.GREEN


WRONG: dict[str, dict[str, Any]] = {
    "place": {"place": ELSEWHERE},
    "before": {"from_at": WHEN + MINUTE, "until_at": WHEN + 3 * MINUTE},
    "after": {"from_at": WHEN - 3 * MINUTE, "until_at": WHEN - MINUTE},
    "lock": {"lock": "L9"},
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", DAYS)
def test_none_does_where_place_time_or_lock_differ(kind: Act, wrong: str) -> None:
    assert outcome(ordered(kind, **WRONG[wrong]), said=DAYS[kind]) is Outcome.RED


@pytest.mark.parametrize("kind", [kind for kind, said in DAYS.items() if said.actor])
def test_none_does_where_somebody_else_opened(kind: Act) -> None:
    other = ordered(kind, person="card-8")
    assert outcome(other, said=DAYS[kind]) is Outcome.RED


def test_an_order_to_open_does_not_explain_a_cut() -> None:
    for kind in (Act.OPEN, Act.INSPECT, Act.ALLOW, Act.TRANSLOAD):
        assert outcome(ordered(kind), said=CUT) is Outcome.RED


def test_inspected_and_resealed_has_both_seals_in_its_verdict() -> None:
    done = [ordered(Act.INSPECT), act(Act.RESEAL, WHEN + MINUTE, lock=LOCK, seal="SEAL-2",
                                      reason="nothing found")]  # fmt: skip
    entries = [*LOG, replace(LOG[AT], ref="said", what=OPENED)]
    for n, one in enumerate((SEALED, *done)):
        entries += act_entries(Acted(n + 1, one, LOG[-1].recorded_s, is_officer=True))
    found = judge(Measure(POLICY, PLAN, step), entries, as_of_s=LOG[-1].recorded_s)
    assert found.outcome is Outcome.GREEN
    assert [(one.number, one.until_s is None) for one in found.seals] == [
        ("SEAL-1", False), ("SEAL-2", True)
    ]  # fmt: skip


def test_an_opening_on_a_list_is_awaited_until_the_list_is_back_and_then_red() -> None:
    back = WHEN + timedelta(hours=1)
    listed = ordered(Act.LIST, returned_by=back)
    assert outcome(listed, said=OPENED) is Outcome.AMBER
    assert outcome(listed, said=OPENED, as_of=back) is Outcome.RED
    used = ordered(Act.ALLOW)  # signed at the place, handed in when the network was back
    assert outcome(listed, used, said=OPENED) is Outcome.GREEN


def test_a_password_that_had_expired_is_no_abuse() -> None:
    assert outcome(said=Said(LOCK, (Alarm.PASSWORD_EXPIRED,))) is Outcome.GREEN
    assert outcome(said=Said(LOCK, (Alarm.PASSWORD_ABUSE,))) is Outcome.AMBER


def test_red_ends_by_a_clearance_of_what_it_names_alone() -> None:
    end = WHEN + 5 * MINUTE
    named = act(Act.CLEAR_ALARM, end, entries=("said",), reason="the sensor broke")
    assert outcome(named, said=CUT) is Outcome.GREEN
    other = act(Act.CLEAR_ALARM, end, entries=("other",), reason="the sensor broke")
    assert outcome(other, said=CUT) is Outcome.RED


def test_the_way_back_of_a_trip_that_was_called_off_is_no_turning_back() -> None:
    legs = [Leg(1_200, 15_000), Leg(600, -15_000)]
    drive = drives.driven(PLAN, Truck(LOCK, START_S), legs, Random(7))
    there = [one for one in drive if isinstance(one.what, Fix)]
    called_off = act(Act.ABORT, START + 20 * MINUTE, reason="the road is flooded")
    for done, wanted in (((), Outcome.AMBER), ((called_off,), Outcome.GREEN)):
        entries = [*there]
        for n, one in enumerate((SEALED, *done)):
            entries += act_entries(Acted(n + 1, one, there[-1].recorded_s, is_officer=True))
        found = judge(Measure(POLICY, PLAN, step), entries, as_of_s=there[-1].recorded_s)
        assert (found.outcome, found.worst) == (wanted, wanted)


FIELDS: dict[str, Any] = {
    **ORDER, "seal": "S", "new_lock": "L2", "installation": TRIP, "vehicle": "V", "packages": 1,
    "returned_by": WHEN, "site": "HK-SZB", "entries": ("e",), "receiver": "SAMPLE LTD",
}  # fmt: skip


def whole(kind: Act) -> TripAct:
    return act(kind, WHEN, **{name: FIELDS[name] for name in NEEDS[kind]})


@pytest.mark.parametrize("kind", Act)
def test_an_act_says_what_it_needs_and_nothing_else(kind: Act) -> None:
    one = whole(kind)
    assert read_trip_act(one.act_bytes()) == one
    assert act_faults(one, now=WHEN) == []
    for name in NEEDS[kind]:
        empty: Any = () if name == "entries" else "" if name == "reason" else None
        found = act_faults(replace(one, **{name: empty}), now=WHEN)
        assert [finding.params["field"] for finding in found] == [name]
    over = replace(one, receiver="SAMPLE LTD")
    found = act_faults(over, now=WHEN)
    assert bool(found) == (kind not in {Act.CLOSE, Act.HAND_OVER, Act.GATE_IN, Act.LOAD})
    assert all(finding.severity is Severity.ERROR for finding in found)


def test_an_act_is_taken_from_three_days_back_to_two_minutes_ahead() -> None:
    second = timedelta(seconds=1)
    takes: Callable[[datetime], bool] = lambda now: act_faults(whole(Act.PASS), now=now) == []  # noqa: E731
    assert takes(WHEN + LATE_MAX)
    assert not takes(WHEN + LATE_MAX + second)
    assert takes(WHEN - AHEAD_MAX)
    assert not takes(WHEN - AHEAD_MAX - second)


def test_an_order_holds_for_two_days_at_most() -> None:
    for lasts, is_good in ((WINDOW_MAX, True), (WINDOW_MAX + MINUTE, False), (0 * MINUTE, False)):
        one = act(Act.OPEN, **{**ORDER, "until_at": ORDER["from_at"] + lasts})
        assert (act_faults(one, now=WHEN) == []) == is_good


@pytest.mark.parametrize("kind", DAYS)
def test_nobody_allows_afterwards_what_had_no_order_in_its_time(kind: Act) -> None:
    on_the_spot = replace(ordered(kind), at=WHEN + MINUTE)
    assert outcome(on_the_spot, said=DAYS[kind]) is Outcome.GREEN
    afterwards = replace(on_the_spot, at=WHEN + 3 * MINUTE)
    assert outcome(afterwards, said=DAYS[kind]) is Outcome.RED
    codes = [[one.code for one in act_faults(order, now=order.at)] for order in
             (on_the_spot, afterwards)]  # fmt: skip
    assert codes == [[], ["TRIP-ACT-AFTERWARDS"]]


@pytest.mark.parametrize("bytes_", [b"", b"{}", b"[]", b'{"act":"arm"}', b"\xff"])
def test_other_bytes_are_no_act(bytes_: bytes) -> None:
    assert read_trip_act(bytes_) is None
    assert read_trip_act(SEALED.act_bytes() + b" ") is None
