"""What a later report does to an earlier one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.cargo.correction import Correction, Standing, correct, same_of
from waglan.cargo.movement import Box, Movement
from waglan.codes.event import EventCode
from waglan.codes.finding import Severity
from waglan.codes.function import Function

CODES = st.sampled_from([EventCode.EQUIPMENT_DISCHARGED, EventCode.EQUIPMENT_STATUS])
MOVES = st.builds(
    Movement,
    CODES,
    st.sampled_from("abc").map(Box),
    status=st.sampled_from([None, "AR", "DE"]),
)
STANDS = st.lists(MOVES, max_size=4).map(
    lambda moves: [Standing(n, same_of(move)) for n, move in enumerate(moves)]
)


def move(box: str) -> Movement:
    return Movement(EventCode.EQUIPMENT_DISCHARGED, Box(box))


def stands(*boxes: str) -> list[Standing]:
    return [Standing(n, same_of(move(box))) for n, box in enumerate(boxes, 1)]


def codes(done: Correction) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in done.findings]


def test_an_original_tells_all_and_takes_nothing_back() -> None:
    assert correct(Function.ORIGINAL, "D", [], [move("A")]) == Correction((), (move("A"),))


def test_a_second_original_under_a_number_that_stands_is_refused() -> None:
    done = correct(Function.ORIGINAL, "D", stands("A"), [move("B")])
    assert codes(done) == [("QUAY-DOCUMENT-TAKEN", Severity.ERROR)]
    assert (done.withdrawn, done.told) == ((), ())


def test_a_report_without_a_number_can_clash_with_none() -> None:
    assert correct(Function.ORIGINAL, "", stands("A"), [move("B")]).findings == ()


def test_a_replacement_takes_all_back_and_tells_anew() -> None:
    done = correct(Function.REPLACE, "D", stands("A", "B"), [move("C")])
    assert done == Correction((1, 2), (move("C"),))
    new = correct(Function.REPLACE, "D", [], [move("C")])
    assert codes(new) == [("QUAY-NOTHING-TO-REPLACE", Severity.NOTE)]
    assert new.told == (move("C"),)


def test_a_change_takes_back_only_what_it_tells_anew() -> None:
    done = correct(Function.CHANGE, "D", stands("A", "B"), [move("b"), move("C")])
    assert (done.withdrawn, len(done.told)) == ((2,), 2)
    assert codes(done) == [("QUAY-CHANGES-UNTOLD", Severity.WARNING)]


@pytest.mark.parametrize(("named", "gone"), [((), (1, 2)), (("b",), (2,))])
def test_a_cancellation_takes_back_all_or_the_boxes_that_it_names(
    named: tuple[str, ...], gone: tuple[int, ...]
) -> None:
    done = correct(Function.CANCEL, "D", stands("A", "B"), [move(box) for box in named])
    assert done == Correction(gone)


def test_what_does_not_stand_can_not_be_cancelled() -> None:
    for told in ([], [move("Z")]):
        done = correct(Function.CANCEL, "D", stands("A") if told else [], told)
        assert codes(done) == [("QUAY-NOTHING-TO-CANCEL", Severity.ERROR)]


@given(st.sampled_from(Function), st.sampled_from(["", "D"]), STANDS, st.lists(MOVES, max_size=4))
def test_nothing_is_taken_back_that_does_not_stand_and_an_error_does_neither(
    function: Function, document: str, standing: list[Standing], told: list[Movement]
) -> None:
    done = correct(function, document, standing, told)
    assert set(done.withdrawn) <= {one.number for one in standing}
    assert set(done.told) <= set(told)
    if any(finding.severity is Severity.ERROR for finding in done.findings):
        assert not done.withdrawn
        assert not done.told
