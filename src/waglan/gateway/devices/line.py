"""One connection of a device: read no faster than it may speak, answered once it is kept.

What each protocol has of its own, how a device proves who it is and what it is answered, stands in
`dialects`.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence

import structlog

from waglan.elock.device import Heard, Lapsed, Quarantined, Telegram
from waglan.gateway.devices.door import Door
from waglan.gateway.devices.pace import Pace
from waglan.messages.devices.protocol import STREAMS
from waglan.operations.take_frames import Batch, aside, put_aside, raise_alarm, take_frames
from waglan.store import NoDatabase, Transaction
from waglan.store.devices import Named, Session
from waglan.store.frames import Aside, Connection

NAMES_MAX = 16  # devices that one connection may name before it is closed

logger = structlog.get_logger()


class Over(Exception):
    """This connection is to be closed."""


class Line(ABC):
    """One connection; a protocol's own is made of it."""

    def __init__(self, door: Door, sock: socket.socket, connection: Connection) -> None:
        """Begin unproved."""
        loop = asyncio.get_running_loop()
        self.door, self.connection = door, connection
        self.device: Named | None = None  # once it is proved
        self.terminal = ""
        self.session: Session | None = None
        self._sock, self._loop = sock, loop
        self._stream = STREAMS[connection.protocol]()
        self._begun = self._heard_at = loop.time()
        self._is_left = False
        self._pace = Pace(door.limits.frames_a_second)
        self._names: dict[str, Named | None] = {}
        self._alarmed = set[tuple[str, str]]()
        self._frames, self._asides = list[Telegram](), list[Aside]()
        self._task = asyncio.current_task()

    async def run(self) -> None:
        """Speak with a device until either side ends it."""
        try:
            while data := await self._read():
                self._heard_at = self._loop.time()
                await self._hear(self._stream.feed(data, int(self.door.kit.clock().timestamp())))
        except (Over, OSError, TimeoutError):
            pass  # it comes again
        except NoDatabase as error:
            logger.warning("devices: no database", error=str(error).strip())
        finally:
            self._sock.close()
            if self.device is not None:
                self.door.left(self.device, self)

    def leave(self) -> None:
        """End at once if nothing has come for long, else as soon as that is so."""
        self._is_left = True
        if self._loop.time() - self._heard_at >= self.door.limits.silent_seconds and self._task:
            self._task.cancel()

    # What a protocol says of its own.

    @abstractmethod
    async def admit(self, telegram: Telegram) -> bool:
        """Do what a message asks that proves its sender; False if it is none."""

    @abstractmethod
    def answers(self, telegrams: Sequence[Telegram]) -> bytes:
        """Return what is answered to frames that are kept."""

    # What is the same for all.

    async def send(self, data: bytes) -> None:
        """Send an answer; who does not take it is gone."""
        if data:
            async with asyncio.timeout(self.door.limits.send_seconds):
                await self._loop.sock_sendall(self._sock, data)

    async def named(self, terminal: str) -> Named | None:
        """Return whose device it is that names itself so; one connection asks of a few."""
        if terminal not in self._names:
            if len(self._names) >= NAMES_MAX:
                raise Over
            self._names[terminal] = await self.door.named(self.connection.protocol, terminal)
        return self._names[terminal]

    def prove(self, device: Named, terminal: str, session: Session) -> None:
        """Take this connection as the device's own from now on."""
        self.device, self.terminal, self.session = device, terminal, session
        self._pace = self.door.pace(device)
        self.door.enter(device, self)

    def put(self, heard: Telegram | Quarantined, reason: str) -> None:
        """Set something aside, with the next commit."""
        self._asides.append(aside(heard, reason, self.connection.protocol))

    async def alarm(self, terminal: str, reason: str) -> None:
        """Tell the operator once that this connection speaks as what it is not."""
        if (terminal, reason) in self._alarmed:
            return
        self._alarmed.add((terminal, reason))
        came = (self.door.operator, self.connection)

        async def tell(tx: Transaction) -> None:
            await raise_alarm(tx, came, terminal, reason, now=self.door.kit.clock())

        await self.door.commits.do(self.door.operator.org, tell)

    async def flush(self) -> None:
        """Make durable what was heard, and only then answer it."""
        frames, self._frames = self._frames, []
        asides, self._asides = self._asides, []
        kit, now = self.door.kit, self.door.kit.clock()
        if asides:
            whose = self.device or self.door.operator
            came = (whose, self.connection)
            await self.door.commits.do(
                whose.org, lambda tx: put_aside(tx, kit.keys.vault, came, asides, now=now)
            )
        if frames and self.device and self.session:
            batch = Batch(self.device, self.session, self.connection, frames)
            await self.door.commits.do(
                self.device.org, lambda tx: take_frames(tx, kit.keys.vault, batch, now=now)
            )
            await self.send(self.answers(frames))

    async def _read(self) -> bytes:
        """Return what comes next, no more than fits beside what is held; b"" is the end."""
        limits, until = self.door.limits, None
        if self.device is None:
            until = self._begun + limits.authenticate_seconds
        elif self._is_left:
            until = self._heard_at + limits.silent_seconds
        room = limits.buffer_bytes - len(self._stream.rest)
        async with asyncio.timeout_at(until):
            return await self._loop.sock_recv(self._sock, room)

    async def _hear(self, heard: Sequence[Heard]) -> None:
        at = 0
        while at < len(heard):
            count = await self._pace.take(len(heard) - at)
            for one in heard[at : at + count]:
                await self._take(one)
            await self.flush()
            at += count
            self._heard_at = self._loop.time()
            is_late = self._heard_at > self._begun + self.door.limits.authenticate_seconds
            if self.device is None and is_late:
                raise Over

    async def _take(self, heard: Heard) -> None:
        if isinstance(heard, Lapsed):
            return  # its fragments are kept, each as a frame
        if isinstance(heard, Quarantined):
            self.put(heard, heard.finding.code)
        elif await self.admit(heard):
            return
        elif self.device is not None and heard.device == self.terminal:
            self._frames.append(heard)
        else:
            await self._unproved(heard)

    async def _unproved(self, heard: Telegram) -> None:
        """Set aside what somebody says as a device that he did not prove to be."""
        await self.flush()
        known = await self.named(heard.device)
        reason = "DEVICE-UNKNOWN" if known is None else "DEVICE-UNPROVED"
        device, self.device = self.device, None  # it is the operator's to look at
        try:
            self.put(heard, reason)
            await self.flush()
        finally:
            self.device = device
        if known is not None:
            await self.alarm(heard.device, reason)
