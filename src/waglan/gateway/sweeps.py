"""What is kept for a time only is deleted when its time is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waglan.parties.retention import in_force
from waglan.parties.sign_in import policy
from waglan.store import looks, tries
from waglan.store.connect import Pool, transaction

LOOK_FOR_LEFT_EVERY = timedelta(hours=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sweeps:
    """When one worker swept last."""

    tries_at: datetime = LONG_AGO
    looks_at: datetime = LONG_AGO

    async def tries(self, pool: Pool, now: datetime) -> int:
        """Forget tries to sign in that count no longer; return how many."""
        if now - self.tries_at < LOOK_FOR_LEFT_EVERY:
            return 0
        before = now - policy().tries.account.forgotten_after
        async with transaction(pool, None) as tx:
            gone = await tries.sweep(tx, before=before)
        self.tries_at = now if gone < tries.SWEPT_AT_ONCE else LONG_AGO
        return gone

    async def looks(self, pool: Pool, now: datetime) -> int:
        """Forget who looked at what when its retention is over; return how many looks."""
        period = in_force("look", on=now.date())
        if period is None or now - self.looks_at < LOOK_FOR_LEFT_EVERY:
            return 0
        async with transaction(pool, None) as tx:
            gone = await looks.sweep(tx, before=now - timedelta(days=period.days))
        self.looks_at = now if gone < looks.SWEPT_AT_ONCE else LONG_AGO
        return gone
