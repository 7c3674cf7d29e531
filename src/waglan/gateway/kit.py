"""What every edge of the gateway holds: pools, keys, the clock, and ids."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from waglan.codes.uuid7 import RANDOM_BYTES, uuid7
from waglan.gateway.bell import Bell
from waglan.gateway.keys import Keys
from waglan.gateway.outbox import Outbox
from waglan.gateway.outward.address import NOTHING, Allowed
from waglan.gateway.passwords import Passwords
from waglan.gateway.turns import Turns
from waglan.parties.sign_in import policy
from waglan.store.connect import Pools


def wall_clock() -> datetime:
    """Return the time; the one place of the gateway that reads the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Kit:
    """Pools, keys and limits of one running instance."""

    pools: Pools
    keys: Keys
    message_bytes_max: int
    clock: Callable[[], datetime] = wall_clock
    bell: Bell = field(default_factory=Bell)
    passwords: Passwords = field(default_factory=lambda: Passwords(policy().argon2id))
    turns: Turns = field(default_factory=Turns)
    outbox: Outbox | None = None  # None: this platform sends no mail
    outward: Allowed = NOTHING  # what may be called besides public addresses

    def new_id(self) -> UUID:
        """Return a fresh time-ordered id."""
        return uuid7(self.clock(), os.urandom(RANDOM_BYTES))
