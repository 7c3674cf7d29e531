"""A time on a terminal says whose clock it is by."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.calendar import HONG_KONG
from waglan.codes.moment import day, minute, second

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def test_a_time_is_told_by_hong_kongs_clock() -> None:
    assert second("2026-11-30T20:15:07.5Z") == "2026-12-01 04:15:07+08"
    assert minute("2026-12-01T04:15:07+08:00") == "2026-12-01 04:15+08"
    assert day("2026-11-30T20:15:07Z") == "2026-12-01"
    assert (second(None), minute(None), day(None)) == ("-", "-", "-")


@given(st.datetimes(timezones=ZONES))
def test_what_is_shown_is_the_moment_that_was_told(at: datetime) -> None:
    shown = datetime.fromisoformat(second(at.isoformat()))
    assert shown == at.replace(microsecond=0)
    if datetime(2, 1, 1, tzinfo=UTC) < at < datetime(9999, 1, 1, tzinfo=UTC):
        assert shown.utcoffset() == HONG_KONG.utcoffset(None)
        assert day(at.isoformat()) == at.astimezone(HONG_KONG).date().isoformat()
