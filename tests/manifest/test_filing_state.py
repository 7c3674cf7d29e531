"""What a draft may become, step by step."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.manifest.filing_state import (
    BEGINS,
    NEXT,
    FilingAct,
    FilingState,
    Life,
    Step,
    acts_into,
    after_step,
    life,
)
from waglan.manifest.model import Function

AT = datetime(2026, 11, 20, tzinfo=UTC)
A, S = FilingAct, FilingState
FILED = (A.CHANGE, A.CHECK, A.SUBMIT, A.APPROVE, A.HAND_OVER)
OPEN = {S.DRAFT, S.CHECKED, S.AWAITING_APPROVAL, S.REFUSED}


def after(*acts: FilingAct) -> Life:
    return life(Step(n, act, f"person {n}", AT) for n, act in enumerate(acts, 1))


def refused(*acts: FilingAct) -> bool:
    before = after(*acts[:-1])
    return isinstance(after_step(before, Step(before.n + 1, acts[-1], "x", AT)), Finding)


def test_nothing_is_handed_over_that_nobody_approved() -> None:
    assert after(*FILED).state is S.HANDED_OVER
    for n in range(1, len(FILED)):
        assert refused(*FILED[:n], A.HAND_OVER) == (n != len(FILED) - 1)


@given(st.lists(st.sampled_from(FilingAct), max_size=40), st.integers(0, 2))
def test_how_a_draft_stands_is_narrowed_down_by_what_was_done_last(
    acts: list[FilingAct], rounds: int
) -> None:
    begun = [*FILED, A.ACCEPT, A.AMEND, *FILED[1:]] * rounds
    found, last = Life(), None
    for act in (*begun, *acts):
        then = after_step(found, Step(found.n + 1, act, "x", AT))
        if not isinstance(then, Finding):
            found, last = then, act
    told = [state for state in FilingState if last in acts_into(state)]
    assert found.state in told or last is None
    assert len(told) <= 3


def test_a_change_takes_check_submission_and_approval_away() -> None:
    for n in range(1, 4):
        assert after(*FILED[:n], A.CHANGE).state is S.DRAFT
    assert refused(*FILED[:4], A.CHANGE)
    assert refused(*FILED, A.CHANGE)


def test_what_was_accepted_is_amended_replaced_or_cancelled_and_stands_meanwhile() -> None:
    for act, function in BEGINS.items():
        begun = after(*FILED, A.ACCEPT, act)
        assert (begun.state, begun.function) == (S.DRAFT, function)
        assert begun.stands is not None
        done = after(*FILED, A.ACCEPT, act, A.CHECK, A.SUBMIT, A.APPROVE, A.HAND_OVER, A.ACCEPT)
        wanted = S.CANCELLED if function is Function.CANCEL else S.AMENDED
        assert (done.state, len(done.filed)) == (wanted, 2)
        assert (done.stands is None) == (function is Function.CANCEL)
    assert refused(*FILED, A.ACCEPT, A.CANCEL, A.CHANGE)
    assert refused(*FILED, A.AMEND)


def test_an_amendment_is_begun_anew_while_it_is_open_and_keeps_its_preparers() -> None:
    again = after(*FILED, A.ACCEPT, A.AMEND, A.CHANGE, A.CHECK, A.SUBMIT, A.CANCEL, A.REPLACE)
    assert (again.state, again.function) == (S.DRAFT, Function.REPLACE)
    assert again.prepared_by == {f"person {n}" for n in (7, 8, 10, 11, 12)}
    assert again.changes == (1, 8)
    for act in BEGINS:
        assert refused(A.CHANGE, act)
        assert refused(*FILED, A.REFUSE, act)


def test_everybody_prepared_it_who_made_changed_or_submitted_it() -> None:
    assert after(*FILED).prepared_by == {"person 1", "person 3"}
    mended = after(*FILED[:3], A.CHANGE, A.CHANGE, A.CHECK, A.SUBMIT)
    assert mended.prepared_by == {"person 1", "person 3", "person 4", "person 5", "person 7"}
    sent_back = after(*FILED[:3], A.SEND_BACK, A.CHECK, A.SUBMIT)
    assert sent_back.prepared_by == {"person 1", "person 3", "person 6"}


def test_a_refused_filing_keeps_its_preparers_and_an_amendment_has_its_own() -> None:
    refusal = after(*FILED, A.REFUSE, A.CHANGE, A.CHECK, A.SUBMIT)
    assert refusal.prepared_by == {"person 1", "person 3", "person 7", "person 9"}
    for act in BEGINS:
        begun = after(*FILED, A.ACCEPT, act, A.CHECK, A.SUBMIT)
        assert begun.prepared_by == {"person 7", "person 9"}
        given_up = after(*FILED, A.ACCEPT, act, A.CHECK, A.LET_STAND, act)
        assert given_up.prepared_by == {"person 10"}


def test_a_refused_amendment_leaves_what_was_accepted_standing() -> None:
    again = (A.REPLACE, A.CHANGE, A.CHECK, A.SUBMIT, A.APPROVE, A.HAND_OVER, A.REFUSE)
    found = after(*FILED, A.ACCEPT, *again)
    assert (found.state, found.stands and found.stands.version) == (S.REFUSED, 1)
    stands = after(*FILED, A.ACCEPT, *again, A.LET_STAND)
    assert (stands.state, stands.function, stands.changes) == (S.ACCEPTED, Function.ORIGINAL, (1,))


def test_what_was_filed_is_not_dropped_and_what_was_not_has_nothing_to_let_stand() -> None:
    assert after(A.CHANGE, A.DROP).state is S.DROPPED
    assert refused(A.CHANGE, A.LET_STAND)
    assert refused(*FILED, A.ACCEPT, A.AMEND, A.DROP)
    assert after(*FILED, A.REFUSE, A.DROP).state is S.DROPPED
    for act in A:
        assert refused(A.CHANGE, A.DROP, act)


def test_every_act_has_its_event_and_every_pair_not_in_the_table_is_refused() -> None:
    for act in A:
        assert EventCode(f"draft.{act.value}")
    for state, act in product(S, A):
        if (state, act) not in NEXT:
            found = after_step(Life(state), Step(1, act, "x", AT))
            assert isinstance(found, Finding)
            assert found.code == "DRAFT-NOT-NOW"


@given(st.lists(st.sampled_from(A), max_size=30))
def test_whatever_is_tried_what_left_the_firm_was_approved_and_is_never_lost(
    acts: list[FilingAct],
) -> None:
    now = Life()
    approvals = handed = 0
    for n, act in enumerate(acts, 1):
        then = after_step(now, Step(n, act, "x", AT))
        if isinstance(then, Finding):
            continue
        approvals += act is A.APPROVE
        handed += act is A.HAND_OVER
        assert len(then.filed) == handed <= approvals
        assert then.filed[: len(now.filed) - 1] == now.filed[: len(now.filed) - 1]
        assert then.state is not S.ABSENT
        if then.state in OPEN:
            assert then.version > 0
        now = then


def test_steps_that_could_not_follow_are_a_fault_of_the_record() -> None:
    with pytest.raises(ValueError, match="can't follow"):
        after(A.CHECK)
