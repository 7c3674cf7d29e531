"""Hears the sequencer ring: one listening connection per process, whatever the streams."""

from collections.abc import AsyncIterator

import psycopg

from waglan.store.log import BELL


async def rings(conninfo: str) -> AsyncIterator[None]:
    """Yield once at each ring, and once at the start: truth is read by cursor, a ring may be lost.

    The connection is direct, not from a pool. A lost database ends it with NoDatabase.
    """
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        await conn.execute(f"LISTEN {BELL}")
        yield
        async for _ in conn.notifies():
            yield
