"""Times and places as devices write them: two digits to a byte."""

from datetime import date
from functools import lru_cache
from typing import Final

# What a byte of two decimal digits counts; -1 where it is none.
BCD: Final = tuple(
    high * 10 + low if high < 10 and low < 10 else -1 for high in range(16) for low in range(16)
)
HOURS_8_S: Final = 8 * 3600
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def day_s(year: int, month: int, day: int) -> int | None:
    """Return when a day of this century begins in UTC, in seconds since 1970; None for no day."""
    try:
        return (date(2000 + year, month, day).toordinal() - _EPOCH_DAY) * 86_400
    except ValueError:
        return None


def clock_s(hour: int, minute: int, second: int) -> int | None:
    """Return the seconds since midnight, or None if no clock shows that."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    return (hour * 60 + minute) * 60 + second


def year_first_s(told: bytes) -> int | None:
    """Return what `YYMMDDhhmmss` tells, in seconds since 1970, as if it were UTC."""
    year, month, day, hour, minute, second = told
    began = day_s(BCD[year], BCD[month], BCD[day])
    clock = clock_s(BCD[hour], BCD[minute], BCD[second])
    if began is None or clock is None or BCD[year] < 0:
        return None
    return began + clock


def day_first_s(told: bytes) -> int | None:
    """Return what `DDMMYYhhmmss` tells, in seconds since 1970 UTC."""
    return year_first_s(told[2::-1] + told[3:])


def year_first(at_s: int) -> bytes:
    """Return a time as `YYMMDDhhmmss`, two digits to a byte; ValueError outside this century."""
    days, clock = divmod(at_s, 86_400)
    that_day = date.fromordinal(days + _EPOCH_DAY)
    if not 2000 <= that_day.year <= 2099:
        raise ValueError(f"{that_day.year} does not fit two digits")
    hour, rest = divmod(clock, 3600)
    minute, second = divmod(rest, 60)
    return bytes.fromhex(
        f"{that_day.year % 100:02}{that_day.month:02}{that_day.day:02}"
        f"{hour:02}{minute:02}{second:02}"
    )


def day_first(at_s: int) -> bytes:
    """Return a time as `DDMMYYhhmmss`, two digits to a byte; ValueError outside this century."""
    told = year_first(at_s)
    return told[2::-1] + told[3:]


def degrees_e7(degrees: int, minutes_e4: int) -> int | None:
    """Return degrees and ten-thousandths of minutes as ten-millionths of a degree, rounded."""
    if minutes_e4 >= 600_000:
        return None
    # A ten-thousandth of a minute is 100/6 ten-millionths of a degree.
    return degrees * 10_000_000 + (minutes_e4 * 100 + 3) // 6
