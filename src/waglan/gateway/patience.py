"""How long is waited before a piece that failed is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=10)


@dataclass(slots=True)
class Patience:
    """When a piece that failed is tried again; later each time."""

    wait: timedelta = FIRST_RETRY
    until: datetime | None = None
    tries: int = 0

    def put_off(self, now: datetime) -> None:
        """Count a try that failed."""
        self.tries += 1
        self.until = now + self.wait
        self.wait = min(self.wait * 2, LAST_RETRY)

    def is_put_off(self, now: datetime) -> bool:
        """Whether the time of the next try has not come."""
        return self.until is not None and now < self.until
