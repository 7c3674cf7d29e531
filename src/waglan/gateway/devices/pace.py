"""How fast a device may speak: who is over it is read more slowly, and nothing is dropped."""

import asyncio
from collections.abc import Callable

FRAMES_A_SECOND = 5


class Pace:
    """So many frames a second, and so many at once after a second's silence."""

    def __init__(
        self, rate: int = FRAMES_A_SECOND, clock: Callable[[], float] | None = None
    ) -> None:
        """Begin with a second's worth."""
        self._rate, self._clock = rate, clock or asyncio.get_running_loop().time
        self._left, self._at = float(rate), self._clock()

    def grant(self, wanted: int) -> int:
        """Return how many of these may be taken now, and count them as taken."""
        now = self._clock()
        self._left = min(float(self._rate), self._left + (now - self._at) * self._rate)
        self._at = now
        granted = min(wanted, int(self._left + 1e-9))
        self._left -= granted
        return granted

    @property
    def wait_seconds(self) -> float:
        """How long until one more may be taken."""
        return max(0.0, (1 - self._left) / self._rate)

    async def take(self, wanted: int) -> int:
        """Return how many of these may be taken, one at least; wait until that is so."""
        while not (granted := self.grant(wanted)):
            await asyncio.sleep(self.wait_seconds)
        return granted
