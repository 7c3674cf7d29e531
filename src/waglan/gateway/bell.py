"""Wakes every open stream of this process when the log has grown."""

import asyncio

import structlog

from waglan.store import NoDatabase
from waglan.store.bell import rings

AGAIN_SECONDS = 1.0

logger = structlog.get_logger()


class Bell:
    """A bell that any number of streams wait for; each ring is a new event to wait on."""

    def __init__(self) -> None:
        """Begin silent."""
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Return what the next ring will set; take it before you look, so that no ring is lost."""
        return self._next

    def ring(self) -> None:
        """Wake all who wait."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def listen(self, conninfo: str) -> None:
        """Ring whenever the database does, until cancelled; a lost database is waited for."""
        while True:
            try:
                async for _ in rings(conninfo):
                    self.ring()
            except NoDatabase as error:
                logger.warning("bell: no database", error=str(error).strip())
            await asyncio.sleep(AGAIN_SECONDS)
