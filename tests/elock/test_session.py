"""A device's own count: holes are found and filled, and no wrap is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.session import HOLES_MAX, REMEMBERED_MAX, Hole, Session, Step

RANGES = (1 << 8, 1 << 16)


def payload(count: int) -> bytes:
    return count.to_bytes(8)


def take(session: Session, count: int) -> Step:
    """The frame that has this number when nothing wraps; each says something of its own."""
    return session.take(count % session.range, 1_000 + count, payload(count), 2_000 + count)


@pytest.mark.parametrize("range_", RANGES)
def test_a_count_that_wraps_goes_on_without_a_hole(range_: int) -> None:
    session = Session(range_)
    assert take(session, range_ - 2) is Step.FIRST
    assert [take(session, range_ - 1 + n) for n in range(4)] == [Step.NEXT] * 4
    assert session.holes == []


@pytest.mark.parametrize("range_", RANGES)
def test_half_the_range_is_forward_and_one_more_is_backward(range_: int) -> None:
    session = Session(range_)
    take(session, 0)
    assert take(session, range_ // 2) is Step.HOLE
    assert session.holes == [Hole(1, range_ // 2 - 1, 2_000, 2_000 + range_ // 2)]
    session = Session(range_)
    take(session, range_)
    assert session.take(range_ // 2 + 1, 1, b"x", 1) is Step.BACKWARD


# Frames that come in order with some missing, and of those some later.
@given(
    st.sampled_from(RANGES),
    st.integers(0, 70_000),
    st.lists(st.integers(1, 100), min_size=1, max_size=60),
)
def test_what_is_missing_is_what_did_not_come(range_: int, begins: int, steps: list[int]) -> None:
    session, count, came = Session(range_), begins, {begins}
    take(session, begins)
    for step in steps:
        count += step
        assert take(session, count) is (Step.NEXT if step == 1 else Step.HOLE)
        came.add(count)
        missing = {*range(max(begins, count - range_ // 2 + 1), count)} - came
        if missing:
            late = min(missing) if len(steps) % 2 else max(missing)
            assert take(session, late) is Step.FILLED
            came.add(late)
    told = {n + begins for hole in session.holes for n in range(hole.first, hole.last + 1)}
    assert told == {*range(begins, count + 1)} - came
    assert session.unlisted == 0


def test_the_very_same_frame_again_counts_once() -> None:
    session = Session(1 << 16)
    assert [take(session, 5) for _ in range(3)] == [Step.FIRST, Step.REPEAT, Step.REPEAT]
    assert take(session, 6) is Step.NEXT
    assert take(session, 5) is Step.REPEAT


def test_the_same_words_under_another_number_are_a_clone_and_move_nothing() -> None:
    session = Session(1 << 16)
    take(session, 5)
    assert session.take(9, 1_005, payload(5), 1) is Step.CLONE
    assert take(session, 6) is Step.NEXT
    assert session.holes == []


def test_a_heartbeat_says_the_same_each_time_and_is_no_clone() -> None:
    session = Session(1 << 16)
    steps = [session.take(n, None, b"", n) for n in range(4)]
    assert steps == [Step.FIRST, Step.NEXT, Step.NEXT, Step.NEXT]


def test_another_frame_under_a_number_that_was_used_is_a_step_backward() -> None:
    session = Session(1 << 16)
    take(session, 5)
    take(session, 6)
    assert session.take(6, 1, b"other", 1) is Step.BACKWARD
    assert session.take(5, 1, b"another", 1) is Step.BACKWARD
    assert take(session, 7) is Step.NEXT


@pytest.mark.parametrize("holes", [HOLES_MAX, HOLES_MAX + 1])
def test_holes_beyond_the_limit_are_counted_and_not_forgotten(holes: int) -> None:
    session = Session(1 << 16)
    for n in range(holes + 1):
        take(session, 2 * n)
    assert (len(session.holes), session.unlisted) == (HOLES_MAX, holes - HOLES_MAX)


def test_what_is_remembered_of_frames_has_a_limit() -> None:
    session = Session(1 << 16)
    for n in range(REMEMBERED_MAX):
        take(session, n)
    assert take(session, 0) is Step.REPEAT
    take(session, REMEMBERED_MAX)
    assert take(session, 0) is Step.BACKWARD
    assert take(session, 1) is not Step.FILLED


@pytest.mark.parametrize("serial", [-1, 256])
def test_a_number_outside_the_range_is_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="no count below"):
        Session(256).take(serial, None, b"", 0)
    with pytest.raises(ValueError, match="tells nothing"):
        Session(1)
