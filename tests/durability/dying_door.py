"""A door of devices that dies by SIGKILL at a named point, as a machine without power does."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Any

from waglan.gateway.devices import line
from waglan.gateway.devices.listener import listening
from waglan.gateway.devices.ports import PortOf
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.messages.devices.jtt808.stream import Stream
from waglan.store import frames
from waglan.store.connect import pools
from waglan.store.dsn import Dsn

# When it dies: while a position is being written, or once it is kept and before it is answered.
BEFORE_COMMIT, BEFORE_ANSWER, NEVER = "before the commit", "before the answer", "never"
POSITION = 0x0200


def run(dsn: Dsn, home: Path, origin: str, sock: socket.socket, dies: str) -> None:
    """Hear devices until death, which comes at the first position."""
    if dies == BEFORE_COMMIT:
        _die_in_the_middle()
    if dies == BEFORE_ANSWER:
        _die_before_the_answer()
    asyncio.run(_hear(dsn, home, origin, sock))


async def _hear(dsn: Dsn, home: Path, origin: str, sock: socket.socket) -> None:
    async with pools(dsn, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", origin), 1 << 20)
        async with listening(kit, [(PortOf("jtt808", "127.0.0.1", 0, "private"), sock)]):
            await asyncio.Event().wait()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_in_the_middle() -> None:
    keep = frames.keep

    async def kept(*args: Any) -> None:
        await keep(*args)
        if any(one.message == POSITION for one in args[-1]):
            _die()

    frames.keep = kept  # type: ignore[assignment]


def _die_before_the_answer() -> None:
    send = line.Line.send

    async def sent(self: line.Line, data: bytes) -> None:
        for told in Stream().feed(data, 0):
            replies = [getattr(said, "message", None) for said in getattr(told, "said", ())]
            if POSITION in replies:
                _die()
        await send(self, data)

    line.Line.send = sent  # type: ignore[method-assign]
