"""Missing parts are told of after a day, or when the filing is due."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from papers import HEAD

from waglan.manifest.awaited import awaited_until

OPENED = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arrival", "mode", "after"),
    [
        ("2026-11-30T19:00", "1", timedelta(hours=3)),  # by Hong Kong's clock
        ("2026-11-30T19:00", "8", timedelta(hours=3)),
        ("2026-11-30T19:00", "4", timedelta(hours=24)),  # no fixed hour is stated by air
        ("2026-12-03T09:00", "1", timedelta(hours=24)),
        ("2026-11-30T15:00", "1", timedelta(hours=24)),  # over already
        ("2026-11-30T19:00", None, timedelta(hours=24)),
        (None, "1", timedelta(hours=24)),
        ("soon", "1", timedelta(hours=24)),
    ],
)
def test_parts_are_awaited_for_a_day_or_until_the_filing_is_due(
    arrival: str | None, mode: str | None, after: timedelta
) -> None:
    head = msgspec.structs.replace(HEAD, arrival=arrival, mode=mode)
    assert awaited_until(head, opened_at=OPENED) == OPENED + after
