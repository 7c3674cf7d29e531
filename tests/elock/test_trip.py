"""The life of a trip: every pair of state and act, lawful or refused."""

from itertools import product

import pytest

from waglan.elock.trip import ENDED, NEXT, Act, Refused, State, after


@pytest.mark.parametrize(("state", "act"), [*product(State, Act)])
def test_an_act_that_is_not_in_the_table_is_refused_and_says_what_would_be_lawful(
    state: State, act: Act
) -> None:
    if (state, act) in NEXT:
        assert after(state, act) is NEXT[state, act]
        return
    with pytest.raises(Refused, match=f"a trip that is {state.value} takes "):
        after(state, act)


def test_every_state_is_reached_and_each_trip_can_come_to_an_end() -> None:
    reached, ends = {State.PLANNED}, set(ENDED)
    for _ in State:
        reached |= {to for (at, _), to in NEXT.items() if at in reached}
        ends |= {at for (at, _), to in NEXT.items() if to in ends}
    assert reached == set(State)
    assert ends == set(State)
    assert {State.CLOSED, State.CANCELLED} == ENDED


def test_what_is_under_seal_opens_by_an_order_or_at_its_end_alone() -> None:
    open_ = (State.OPENED, State.UNSEALED)
    opens = {act for (at, act), to in NEXT.items() if to in open_ and at is not to}
    assert opens == {Act.OPEN, Act.INSPECT, Act.CUT, Act.ABORT}
    assert (State.ALARMED, Act.OPEN) not in NEXT
    assert (State.ALARMED, Act.PASS) not in NEXT
