"""Alarms of a control room: the table of their lives, what debounces them, what persons may do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.jurisdiction import jurisdictions
from waglan.elock.measured import MEASURED_BY, figures_of
from waglan.elock.policy import Policy
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.verdict import Verdict, Why
from waglan.elock.watch import (
    NEXT,
    OF_PERSONS,
    OPEN,
    Debounce,
    FoundOut,
    Turn,
    Watch,
    WatchAct,
    Watched,
    WatchRefused,
    WatchState,
    due,
    watch,
    watch_after,
)
from waglan.elock.watch_act import WatchSheet, watch_faults

FIGURES = Watch()
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
RED = [reason for reason in Reason if WEIGHT[reason] is Outcome.RED]


def verdict(*reasons: Reason) -> Verdict:
    outcome = max((WEIGHT[one] for one in reasons), default=Outcome.GREEN)
    why = tuple(Why(one, (f"e-{one.name}",)) for one in reasons)
    return Verdict(outcome, why, outcome, None, None, (), (), 0, "v", 0)


class Room:
    """The alarms of one trip, as a store keeps them."""

    def __init__(self, figures: Watch = FIGURES) -> None:
        self.figures = figures
        self.alarms: list[Watched] = []
        self.told: list[tuple[int, Turn]] = []

    def notes(self, now_s: int, *reasons: Reason) -> tuple[Turn, ...]:
        turns = watch(self.figures, self.alarms, verdict(*reasons), now_s=now_s)
        for turn in turns:
            self.takes(turn, now_s)
        return turns

    def takes(self, turn: Turn, now_s: int) -> None:
        self.told.append((now_s, turn))
        if turn.id is None:
            new = Watched(len(self.alarms), turn.reason, turn.state, turn.times, turn.due_s)
            self.alarms.append(new)
            return
        before = self.alarms[turn.id]
        is_back = turn.act is not None and turn.act.value.startswith("return")
        ended_s = now_s if turn.act is WatchAct.END else None if is_back else before.ended_s
        self.alarms[turn.id] = msgspec.structs.replace(
            before, state=turn.state, times=turn.times, ended_s=ended_s,
            due_s=turn.due_s or before.due_s,
        )  # fmt: skip

    def does(self, id_: int, act: WatchAct) -> None:
        one = self.alarms[id_]
        self.alarms[id_] = msgspec.structs.replace(
            one, state=watch_after(one.state, act), is_seen=True,
            is_assigned=one.is_assigned or act is WatchAct.ASSIGN,
        )  # fmt: skip

    def shown(self) -> list[Reason]:
        return [one.reason for one in self.alarms if one.state in OPEN]


@pytest.mark.parametrize(("state", "act"), [*product(WatchState, WatchAct)])
def test_an_act_leads_where_the_table_says_and_whatever_is_missing_is_refused(
    state: WatchState, act: WatchAct
) -> None:
    if (state, act) in NEXT:
        assert watch_after(state, act) is NEXT[state, act]
        return
    with pytest.raises(WatchRefused, match=state.value):
        watch_after(state, act)


def test_nothing_leads_out_of_closed_and_only_what_was_shown_is_handled() -> None:
    assert {NEXT[at] for at in NEXT if at[0] is WatchState.CLOSED} == {WatchState.CLOSED}
    for state, act in NEXT:
        if act in OF_PERSONS:
            assert state in OPEN | {WatchState.ENDED}, (state, act)


@pytest.mark.parametrize("reason", RED)
def test_red_is_shown_at_once_under_any_figures(reason: Reason) -> None:
    slow = Watch(amber_hold_s=10**6, unproven_hold_s=10**6, return_s=10**6, often=10**6)
    room = Room(slow)
    [turn] = room.notes(1000, reason)
    assert (turn.state, turn.why) == (WatchState.RAISED, Debounce.AT_ONCE)
    room.notes(1001)
    [again] = room.notes(1002, reason)
    assert again.id is None, "RED is a new alarm each time"
    assert again.state is WatchState.RAISED


def test_amber_is_held_until_it_has_lasted_and_one_second_less_is_too_short() -> None:
    room = Room()
    [held] = room.notes(1000, Reason.STOPPED)
    assert (held.state, held.why, held.due_s) == (WatchState.HELD, Debounce.HELD, 1060)
    assert room.notes(1059, Reason.STOPPED) == ()
    assert due(room.alarms[0], now_s=1059) is None
    woken = due(room.alarms[0], now_s=1060)
    assert woken is not None
    [shown] = room.notes(1060, Reason.STOPPED)
    assert (shown.act, shown.state, shown.why) == (
        WatchAct.SHOW, WatchState.RAISED, Debounce.LASTED
    )  # fmt: skip
    assert woken == shown, "time alone does the same"
    other = Room()
    other.notes(1000, Reason.STOPPED)
    [over] = other.notes(1059)
    assert (over.state, over.why) == (WatchState.PASSED, Debounce.TOO_SHORT)


def test_what_comes_back_soon_is_the_same_alarm_and_later_another_one() -> None:
    for apart, is_same in ((600, True), (601, False)):
        room = Room()
        room.notes(1000, Reason.STOPPED)
        room.notes(1060, Reason.STOPPED)
        room.notes(2000)
        [back] = room.notes(2000 + apart, Reason.STOPPED)
        assert (back.id is not None) == is_same
        if is_same:
            assert (back.why, back.times) == (Debounce.CAME_BACK, 2)
            assert back.state is WatchState.RAISED


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ((), WatchState.RAISED),
        ((WatchAct.ACKNOWLEDGE,), WatchState.ACKNOWLEDGED),
        ((WatchAct.ASSIGN,), WatchState.ASSIGNED),
        ((WatchAct.ACKNOWLEDGE, WatchAct.ASSIGN), WatchState.ASSIGNED),
        ((WatchAct.MUTE,), WatchState.ACKNOWLEDGED),
    ],
)
def test_what_comes_back_is_with_whom_it_was(acts: Sequence[WatchAct], state: WatchState) -> None:
    room = Room()
    room.notes(1000, Reason.STOPPED)
    room.notes(1060, Reason.STOPPED)
    for act in acts:
        room.does(0, act)
    room.notes(1100)
    assert room.alarms[0].state is WatchState.ENDED
    [back] = room.notes(1130, Reason.STOPPED)
    assert back.state is state


def test_what_never_lasts_is_shown_once_it_came_too_often() -> None:
    room = Room()
    for n in range(FIGURES.often - 1):
        room.notes(1000 + 60 * n, Reason.OUTLIER)
        room.notes(1030 + 60 * n)
        assert room.shown() == []
    back, shown = room.notes(1200, Reason.OUTLIER)
    assert (back.state, back.times) == (WatchState.HELD, FIGURES.often)
    assert (shown.state, shown.why) == (WatchState.RAISED, Debounce.OFTEN)


def test_what_was_closed_while_it_stands_is_not_raised_again_before_it_ended() -> None:
    room = Room()
    room.notes(1000, Reason.STOPPED)
    room.notes(1060, Reason.STOPPED)
    room.does(0, WatchAct.CLOSE)
    assert room.notes(1100, Reason.STOPPED) == ()
    [over] = room.notes(1200)
    assert (over.state, over.act) == (WatchState.CLOSED, WatchAct.END)
    [anew] = room.notes(1230, Reason.STOPPED)
    assert anew.id is None


SOME = st.sets(st.sampled_from(list(Reason)), max_size=6)


@given(st.lists(st.tuples(st.integers(1, 400), SOME), max_size=30))
def test_whatever_verdicts_say_every_red_is_shown_and_nothing_twice(
    days: list[tuple[int, set[Reason]]],
) -> None:
    room, now_s = Room(), 1000
    for after_s, reasons in days:
        now_s += after_s
        room.notes(now_s, *reasons)
        standing = [one.reason for one in room.alarms if one.ended_s is None]
        assert sorted(standing, key=lambda one: one.value) == sorted(
            reasons, key=lambda one: one.value
        )
        shown = room.shown()
        assert {one for one in reasons if WEIGHT[one] is Outcome.RED} <= set(shown)
        assert set(shown) <= reasons
        assert room.notes(now_s, *reasons) == (), "the same verdict again changes nothing"
        for reason in reasons:
            [one] = [one for one in room.alarms if one.ended_s is None and one.reason is reason]
            if one.state is WatchState.HELD:
                assert now_s < one.due_s
    for at_s, turn in room.told:
        if turn.state is WatchState.RAISED and turn.act is None:
            assert WEIGHT[turn.reason] is Outcome.RED
        if turn.why is Debounce.LASTED:
            came = max(at for at, one in room.told if at <= at_s and one.reason is turn.reason
                       and one.state is WatchState.HELD)  # fmt: skip
            assert at_s - came >= FIGURES.hold_s(turn.reason)


def sheet(act: WatchAct, **said: object) -> WatchSheet:
    whole: dict[str, object] = {"words": "looked at", "assignee": "sub_1", "until": NOW + HOUR,
                                "found_out": FoundOut.EXPLAINED}  # fmt: skip
    return msgspec.structs.replace(WatchSheet("a", act, 1), **{**whole, **said})


HOUR = timedelta(hours=1)


def codes(one: Watched, said: WatchSheet, *, is_over: bool = False) -> list[str]:
    return [found.code for found in watch_faults(FIGURES, one, said, now=NOW, is_over=is_over)]


@pytest.mark.parametrize(("state", "act"), [*product(WatchState, WatchAct)])
def test_a_person_does_what_is_lawful_and_nothing_that_verdict_or_time_does(
    state: WatchState, act: WatchAct
) -> None:
    found = codes(Watched(1, Reason.STOPPED, state), sheet(act))
    is_lawful = (state, act) in NEXT and act in OF_PERSONS
    assert found == ([] if is_lawful else ["ALARM-NOT-LAWFUL"])


@pytest.mark.parametrize("reason", RED)
def test_red_is_never_muted_and_closed_only_after_its_end(reason: Reason) -> None:
    for state in OPEN:
        one = Watched(1, reason, state)
        assert "ALARM-RED-MUTED" in codes(one, sheet(WatchAct.MUTE))
        assert codes(one, sheet(WatchAct.CLOSE)) == ["ALARM-RED-STANDS"]
        assert codes(one, sheet(WatchAct.CLOSE), is_over=True) == []
    ended = Watched(1, reason, WatchState.ENDED, ended_s=5)
    assert codes(ended, sheet(WatchAct.CLOSE)) == []


def test_a_mute_has_an_end_and_words_and_is_no_longer_than_the_figure() -> None:
    one, most = Watched(1, Reason.STOPPED, WatchState.RAISED), FIGURES.mute_max_s
    for until, is_right in (
        (NOW, False), (NOW + timedelta(seconds=1), True),
        (NOW + timedelta(seconds=most), True), (NOW + timedelta(seconds=most + 1), False),
    ):  # fmt: skip
        found = codes(one, sheet(WatchAct.MUTE, until=until))
        assert found == ([] if is_right else ["ALARM-MUTE-UNTIL"])
    assert codes(one, sheet(WatchAct.MUTE, until=None)) == ["ALARM-ACT-NEEDS"]
    assert codes(one, sheet(WatchAct.MUTE, words="")) == ["ALARM-ACT-NEEDS"]
    assert codes(one, sheet(WatchAct.CLOSE, found_out=None, words="")) == ["ALARM-ACT-NEEDS"] * 2
    assert codes(one, sheet(WatchAct.ASSIGN, assignee=None)) == ["ALARM-ACT-NEEDS"]


def test_a_mute_that_is_over_shows_the_alarm_again() -> None:
    one = Watched(1, Reason.STOPPED, WatchState.MUTED, is_seen=True)
    assert due(one, now_s=99, muted_until_s=100) is None
    again = due(one, now_s=100, muted_until_s=100)
    assert again is not None
    assert (again.act, again.state) == (WatchAct.EXPIRE, WatchState.RAISED)


def test_every_rule_of_positions_names_its_figures_and_each_is_of_the_policy() -> None:
    names = set(Policy.__struct_fields__)
    for reason, some in MEASURED_BY.items():
        assert some, reason
        assert set(some) <= names, reason
    own = {reason for reason in Reason if reason.value < 20}
    assert own <= set(MEASURED_BY)
    policy = jurisdictions()["demonstration"].policy
    assert figures_of(policy, Reason.STOPPED) == {
        "stop_s": 600, "stop_mm": 60_000, "stop_apart_s": 300
    }  # fmt: skip
    assert figures_of(policy, Reason.CUT) == {}


def test_the_figures_of_a_control_room_are_data_of_its_jurisdiction() -> None:
    assert {one.watch for one in jurisdictions().values()} == {Watch()}
