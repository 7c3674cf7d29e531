"""The ports on which devices are heard."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from waglan.gateway.devices.dialects import DIALECTS
from waglan.gateway.devices.door import Door, Limits
from waglan.gateway.devices.ports import PortOf
from waglan.gateway.kit import Kit
from waglan.store.frames import Connection

FULL_SECONDS = 0.1  # before it is looked again whether there is room

logger = structlog.get_logger()


@asynccontextmanager
async def listening(
    kit: Kit, ports: Sequence[tuple[PortOf, socket.socket]], limits: Limits | None = None
) -> AsyncIterator[Door]:
    """Hear devices inside the block."""
    door = Door(kit, limits or Limits())
    await door.open()
    tasks = [asyncio.create_task(door.commits.run())]
    tasks += [asyncio.create_task(_accept(door, port, sock)) for port, sock in ports]
    try:
        yield door
    finally:
        every = [*tasks[1:], *door.connections, tasks[0]]
        for task in every:
            task.cancel()
        await asyncio.gather(*every, return_exceptions=True)


async def _accept(door: Door, port: PortOf, sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    sock.setblocking(False)
    while True:
        if len(door.connections) >= door.limits.connections:
            await asyncio.sleep(FULL_SECONDS)
            continue
        try:
            came, _ = await loop.sock_accept(sock)
        except OSError as error:
            logger.warning("devices: no connection taken", error=str(error))
            await asyncio.sleep(FULL_SECONDS)
            continue
        task = asyncio.create_task(_speak(door, port, came))
        door.connections.add(task)
        task.add_done_callback(door.connections.discard)


async def _speak(door: Door, port: PortOf, came: socket.socket) -> None:
    with came:
        came.setblocking(False)
        came.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        came.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(door.kit.new_id(), port.protocol, port.channel)
        with suppress(asyncio.CancelledError):
            try:
                await DIALECTS[port.protocol](door, came, connection).run()
            except Exception:
                logger.exception("devices: a connection failed", protocol=port.protocol)
