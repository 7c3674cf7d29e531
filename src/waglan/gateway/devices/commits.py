"""One commit for what many connections heard within some hundredths of a second."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from waglan.store import Transaction
from waglan.store.connect import Pool, act_as, transaction

WINDOW_SECONDS = 0.02
WORKS_MAX = 256  # of one commit

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    org: int
    do: Callable[[Transaction], Awaitable[object]]
    done: asyncio.Future[None]


class Commits:
    """Work that waits to be committed; each piece runs in its own organisation's name."""

    def __init__(self, pool: Pool, window_seconds: float = WINDOW_SECONDS) -> None:
        """Begin with nothing."""
        self._pool, self._window = pool, window_seconds
        self._queue = asyncio.Queue[_Work]()

    async def do(self, org: int, do: Callable[[Transaction], Awaitable[object]]) -> None:
        """Have this done in an organisation's name; return once it is durable, or raise."""
        done = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Work(org, do, done))
        await done

    async def run(self) -> None:
        """Commit what comes, until cancelled."""
        while True:
            works = [await self._queue.get()]
            await asyncio.sleep(self._window)
            while len(works) < WORKS_MAX and not self._queue.empty():
                works.append(self._queue.get_nowait())
            if not await self._commit(works):
                # What can't be kept is one connection's trouble, and no other's.
                for work in works:
                    await self._commit([work], is_last=True)

    async def _commit(self, works: Sequence[_Work], *, is_last: bool = False) -> bool:
        try:
            async with transaction(self._pool, None) as tx:
                for work in works:
                    await act_as(tx, work.org)
                    await work.do(tx)
        except Exception as error:
            logger.warning("devices: not kept", works=len(works), error=repr(error))
            if is_last:
                _settle(works, error)
            return False
        _settle(works, None)
        return True


def _settle(works: Sequence[_Work], error: Exception | None) -> None:
    for work in works:
        if work.done.done():  # its connection ended meanwhile
            continue
        if error is None:
            work.done.set_result(None)
        else:
            work.done.set_exception(error)
