"""A process that judges trips, and is killed or stopped at a named point of telling a RED."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from waglan.gateway import trip_judge
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.trip_judge import TripJudge, run
from waglan.store.connect import pools
from waglan.store.dsn import Dsn

# Before its transaction begins to write, or when all is written and not yet committed.
BEFORE_WRITING, BEFORE_COMMIT, NEVER = "before writing", "before the commit", "never"


def main(dsn: Dsn, home: Path, origin: str, point: str, signal_: int) -> None:
    """Judge trips; at the first RED, end or stop at this point, once."""
    if point != NEVER:
        _arm(point, signal_)
    asyncio.run(_judge(dsn, home, origin))


async def _judge(dsn: Dsn, home: Path, origin: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with pools(dsn, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", origin), 1 << 20)
        await run(TripJudge(kit), stop)


def _arm(point: str, signal_: int) -> None:
    keep, left = vars(trip_judge)["judge_live"], [True]

    def fire(found: Any) -> None:
        if left and any(one.verdict.outcome.name == "RED" for one in found):
            left.clear()
            os.kill(os.getpid(), signal_)

    async def kept(tx: Any, found: Any, **said: Any) -> None:
        if point == BEFORE_WRITING:
            fire(found)
        await keep(tx, found, **said)
        if point == BEFORE_COMMIT:
            fire(found)

    vars(trip_judge)["judge_live"] = kept
