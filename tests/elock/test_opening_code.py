"""A code opens one lock, on one trip, where it was asked for, for ten minutes and once."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.position import Position
from waglan.elock.opening_code import (
    CELL_E7,
    TRIES_MAX,
    Bound,
    OpeningAsk,
    OpeningLock,
    Tried,
    bound,
    opening_code,
    read_opening_ask,
    until_s,
)

KEY, OTHER = bytes(range(32)), bytes(32)
TRIP = "0197f3c0-5a1e-7c34-9f0a-2d6b8e4c1f70"
AT = Position(225_400_000, 1_140_600_000)
NOW_S = 1_796_000_017


def lock(key: bytes = KEY, trip: str = TRIP, name: str = "013800001111") -> OpeningLock:
    return OpeningLock(key, name, trip)


def given_code(at: Position = AT, at_s: int = NOW_S) -> str:
    return opening_code(KEY, bound("013800001111", TRIP, at, at_s))


def test_it_opens_there_and_then_once() -> None:
    one, code = lock(), given_code()
    assert code.isdigit()
    assert len(code) == 8
    assert one.tried(code, AT, NOW_S) is Tried.OPENS
    assert one.tried(code, AT, NOW_S + 5) is Tried.WRONG, "each code opens it once"


@pytest.mark.parametrize(
    "other", [lock(key=OTHER), lock(trip=TRIP.replace("7", "8")), lock(name="013800001112")]
)
def test_it_opens_no_other_lock_nor_trip(other: OpeningLock) -> None:
    assert other.tried(given_code(), AT, NOW_S) is Tried.WRONG


def test_it_holds_for_ten_minutes_and_not_one_second_longer() -> None:
    what = bound("013800001111", TRIP, AT, NOW_S)
    assert 540 < until_s(what) - NOW_S <= 600
    assert lock().tried(given_code(), AT, until_s(what) - 1) is Tried.OPENS
    assert lock().tried(given_code(), AT, until_s(what)) is Tried.WRONG
    assert lock().tried(given_code(), AT, NOW_S - 60) is Tried.WRONG, "not before it was given"


def test_it_holds_where_the_lock_is_and_in_the_fields_around() -> None:
    near = Position(AT.lat_e7 + CELL_E7, AT.lon_e7 - CELL_E7)
    far = Position(AT.lat_e7 + 2 * CELL_E7, AT.lon_e7)
    assert lock().tried(given_code(), near, NOW_S) is Tried.OPENS
    assert lock().tried(given_code(), far, NOW_S) is Tried.WRONG


def test_after_five_wrong_ones_the_right_one_opens_nothing() -> None:
    four, five = lock(), lock()
    wrong = f"{(int(given_code()) + 1) % 10**8:08}"
    for n in range(TRIES_MAX):
        if n < TRIES_MAX - 1:
            assert four.tried(wrong, AT, NOW_S) is Tried.WRONG
        assert five.tried(wrong, AT, NOW_S) is Tried.WRONG
    assert four.tried(given_code(), AT, NOW_S) is Tried.OPENS
    assert five.tried(given_code(), AT, NOW_S) is Tried.SHUT


@given(
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
    st.integers(0, 1 << 40),
    st.integers(0, 539),
)
def test_wherever_and_whenever_it_is_given_it_opens_there(
    lat: int, lon: int, at_s: int, later_s: int
) -> None:
    at = Position(lat, lon)
    assert lock().tried(given_code(at, at_s), at, at_s + later_s) is Tried.OPENS


@given(st.integers(0, 1 << 60), st.integers(0, 1 << 60))
def test_what_differs_in_anything_has_a_code_of_its_own_but_for_chance(
    one: int, other: int
) -> None:
    what = bound("1", TRIP, AT, NOW_S)
    first, second = (msgspec.structs.replace(what, minute=n) for n in (one, other))
    assert (opening_code(KEY, first) == opening_code(KEY, second)) == (one == other)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_an_answer(typed: str) -> None:
    found = lock().tried(typed, AT, NOW_S)
    assert found is (Tried.OPENS if typed == given_code() else Tried.WRONG)


def test_an_ask_is_one_spelling_of_itself() -> None:
    ask = OpeningAsk("waglan/opening-ask/v1", TRIP, "D-017", datetime(2027, 5, 3, tzinfo=UTC))
    assert read_opening_ask(ask.ask_bytes()) == ask
    for other in (
        b" " + ask.ask_bytes(),
        ask.ask_bytes().replace(b"D-017", b"D 017"),
        ask.ask_bytes().replace(b"Z", b""),
        ask.ask_bytes().replace(b"v1", b"v2"),
        b"\xff",
        b"[" * 1_900,
        b"",
    ):
        assert read_opening_ask(other) is None


def test_bounds_are_told_apart_by_their_places() -> None:
    one = Bound("1", TRIP, bound("1", TRIP, AT, 0).cell, 0)
    assert one == bound("1", TRIP, AT, 59)
    assert one != bound("1", TRIP, AT, 60)
