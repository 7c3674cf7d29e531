"""How long what names people is kept."""

from datetime import date

from waglan.parties.retention import in_force, kept_from

TODAY = date(2026, 11, 22)


def test_a_period_counts_from_its_day_on_and_not_before() -> None:
    period = in_force("raw-message", on=TODAY)
    assert period is not None
    assert in_force("raw-message", on=period.in_force_from) == period
    assert in_force("raw-message", on=date(2025, 12, 31)) is None


def test_what_came_on_the_last_day_is_still_kept_and_the_day_before_is_due() -> None:
    period = in_force("raw-message", on=TODAY)
    assert period is not None
    assert kept_from(period, on=TODAY) == date(2019, 11, 22)


def test_a_class_that_nobody_wrote_down_has_no_period() -> None:
    assert in_force("bills", on=TODAY) is None
