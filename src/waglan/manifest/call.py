"""When a vessel calls, as her papers say it."""

from datetime import UTC, datetime, timedelta, timezone


def time_of(text: str | None, *, zone: timezone) -> datetime | None:
    """Return a time as sent, taken in `zone` where it names none; None if it is not to be read."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def is_before(
    at: datetime, arrival: datetime | None, *, lead: timedelta = timedelta()
) -> bool | None:
    """Whether something was done before arrival by at least `lead`; None if nobody said when."""
    return None if arrival is None else at <= arrival - lead
