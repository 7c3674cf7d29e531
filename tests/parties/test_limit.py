"""Limits make one wait, and never for ever; time is made up here."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.parties.limit import NO_WAIT, Bucket, Delay, Tries, place_of

T0 = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DELAY = Delay(3, 2 * SECOND, 60 * SECOND, timedelta(hours=24))
BUCKET = Bucket(5, 10 * SECOND)
STEPS = st.lists(st.integers(-100, 100_000).map(lambda n: n * SECOND), max_size=80)


def test_a_wait_doubles_after_the_free_tries_and_has_an_end() -> None:
    tries, waits = None, []
    for _ in range(12):
        tries = DELAY.failed(tries, at=T0)
        waits.append(DELAY.wait(tries, at=T0) // SECOND)
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    later = T0 + 60 * SECOND
    assert DELAY.wait(tries, at=later) == NO_WAIT
    assert DELAY.wait(tries, at=later - SECOND) == SECOND
    assert DELAY.failed(tries, at=later + timedelta(hours=24)).count == 1
    assert DELAY.failed(tries, at=later + timedelta(hours=24) - SECOND).count == 13


@given(STEPS)
def test_no_stranger_makes_anybody_wait_longer_than_the_longest(steps: list[timedelta]) -> None:
    tries, now = None, T0
    for step in steps:  # clocks may be set back
        now += step
        tries = DELAY.failed(tries, at=now)
        assert NO_WAIT <= DELAY.wait(tries, at=now) <= DELAY.longest
    assert DELAY.wait(tries, at=now + DELAY.longest) == NO_WAIT


@given(st.lists(st.integers(0, 40).map(lambda n: n * SECOND), max_size=120))
def test_a_bucket_gives_so_many_at_once_and_one_each_so_often(steps: list[timedelta]) -> None:
    tries, now, given = None, T0, 0
    for step in steps:
        now += step
        if BUCKET.wait(tries, at=now) == NO_WAIT:
            tries, given = BUCKET.taken(tries, at=now), given + 1
        assert BUCKET.wait(tries, at=now) <= BUCKET.each
    assert given <= BUCKET.times + (now - T0) // BUCKET.each
    assert given >= min(len(steps), BUCKET.times)
    assert BUCKET.wait(tries, at=now + BUCKET.each) == NO_WAIT


def test_a_right_try_counts_for_nothing() -> None:
    tries = None
    for _ in range(100):
        assert BUCKET.wait(tries, at=T0) == NO_WAIT
        tries = BUCKET.given_back(BUCKET.taken(tries, at=T0))


@given(STEPS, st.integers(0, 10_000))
def test_whatever_was_kept_a_bucket_is_open_again_in_the_end(
    steps: list[timedelta], ahead: int
) -> None:
    kept = Tries(0, T0 + ahead * SECOND)  # by a clock that was ahead
    now = T0
    for step in steps:
        now += step
        wait = BUCKET.wait(kept, at=now)
        assert NO_WAIT <= wait <= BUCKET.each * BUCKET.times
        kept = BUCKET.taken(kept, at=now)
    caught_up = max(now, T0 + ahead * SECOND) + BUCKET.each * (BUCKET.times + 1)
    assert BUCKET.wait(kept, at=caught_up) == NO_WAIT


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_is_counted_as_one(host: str, place: str) -> None:
    assert place_of(host) == place


@given(st.text(max_size=60))
def test_whatever_a_proxy_says_is_counted_somewhere(host: str) -> None:
    assert isinstance(place_of(host), str)
