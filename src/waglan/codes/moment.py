"""How a time looks to a person: by Hong Kong's clock, with its distance from UTC beside it."""

from datetime import datetime

from waglan.codes.calendar import HONG_KONG


def second(at: str | None) -> str:
    """Return a time of the interface's (RFC 3339) as `2026-12-01 08:00:05+08`; a dash for none."""
    return _shown(at, "seconds")


def minute(at: str | None) -> str:
    """Return a time of the interface's (RFC 3339) as `2026-12-01 08:00+08`; a dash for none."""
    return _shown(at, "minutes")


def day(at: str | None) -> str:
    """Return the day of a time of the interface's in Hong Kong; a dash for none."""
    return "-" if at is None else _there(at).date().isoformat()


def _shown(at: str | None, precise_to: str) -> str:
    # ISO 8601 lets the minutes of a full hour go, and a line of a list is short of room.
    return "-" if at is None else _there(at).isoformat(" ", precise_to).removesuffix(":00")


def _there(at: str) -> datetime:
    told = datetime.fromisoformat(at)
    try:
        return told.astimezone(HONG_KONG)
    except OverflowError:  # at the calendar's end
        return told
