"""Which clock counts."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

# Hong Kong has kept UTC+8 all year since 1979, so its law needs no table of time zones.
HONG_KONG = timezone(timedelta(hours=8), "HKT")

# What every clock in the world can show: at the calendar's ends a moment has no day in some zones.
FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)


def is_on_every_clock(at: datetime) -> bool:
    """Whether a moment with a zone can be told in any other one."""
    return FIRST <= at <= LAST
