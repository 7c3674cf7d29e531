"""What all connections of devices share: limits, commits, who speaks, and how fast."""

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from waglan.gateway.devices.commits import WINDOW_SECONDS, Commits
from waglan.gateway.devices.pace import FRAMES_A_SECOND, Pace
from waglan.gateway.kit import Kit
from waglan.operations.report_lost import report_lost
from waglan.operations.rotate_code import rotate_code
from waglan.store import devices
from waglan.store.connect import transaction
from waglan.store.devices import Named, Session
from waglan.store.frames import Connection

CODE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection, one device and the whole door may have."""

    frames_a_second: int = FRAMES_A_SECOND  # of a device
    authenticate_seconds: float = 10
    buffer_bytes: int = 64 << 10
    silent_seconds: float = 30  # after which a connection whose device speaks elsewhere is closed
    send_seconds: float = 10
    connections: int = 20_000
    window_seconds: float = WINDOW_SECONDS


class Line(Protocol):
    """A connection, as its device's next one sees it."""

    def leave(self) -> None:
        """Let another connection of this device take its place: it ends once it is silent."""


@dataclass(slots=True)
class Door:
    """The door of one process."""

    kit: Kit
    limits: Limits
    commits: Commits = field(init=False)
    operator: Named = field(init=False)
    lines: dict[int, Line] = field(default_factory=dict)
    paces: dict[int, Pace] = field(default_factory=dict)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with nobody."""
        self.commits = Commits(self.kit.pools.app, self.limits.window_seconds)

    async def open(self) -> None:
        """Find out to whom belongs what nobody knows."""
        async with transaction(self.kit.pools.app, None) as tx:
            found = await devices.operator(tx)
        if found is None:
            raise LookupError("this platform has no operator")
        self.operator = found

    async def named(self, protocol: str, terminal: str) -> Named | None:
        """Return whose device it is that names itself so."""
        if "\0" in terminal:
            return None
        async with transaction(self.kit.pools.app, None) as tx:
            return await devices.named(tx, protocol, terminal)

    async def register(self, device: Named, terminal: str) -> str | None:
        """Return a new code for a device, from now on the only one; None under an active seal."""
        code = secrets.token_hex(CODE_BYTES)
        async with transaction(self.kit.pools.app, device.org) as tx:
            done = await rotate_code(tx, device, terminal, code, now=self.kit.clock())
        return code if done else None

    async def proves(self, device: Named, code: str) -> bool:
        """Whether this is the device's code."""
        shown = sha256(code.encode("utf-8", "replace")).digest()
        async with transaction(self.kit.pools.app, device.org) as tx:
            held = (await devices.standing(tx, device.device_id)).code_sha256
        return held is not None and hmac.compare_digest(held, shown)

    async def session(
        self, device: Named, connection: Connection, *, is_new: bool, is_registered: bool
    ) -> Session:
        """Return the device's session: a new one, or the one that goes on."""
        async with transaction(self.kit.pools.app, device.org) as tx:
            await devices.hold(tx, device.device_id)
            await report_lost(tx, device, connection.channel, now=self.kit.clock())
            found = (await devices.standing(tx, device.device_id)).session
            if found is not None and not is_new:
                return found
            begun = Session(0, self.kit.new_id(), is_registered)
            return await devices.add_session(
                tx, device, begun, connection.channel, now=self.kit.clock()
            )

    def pace(self, device: Named) -> Pace:
        """Return how fast this device may speak, over all its connections one after the other."""
        return self.paces.setdefault(device.device_id, Pace(self.limits.frames_a_second))

    def enter(self, device: Named, line: Line) -> None:
        """Let a connection speak for a device; the one before ends once it is silent."""
        before = self.lines.get(device.device_id)
        self.lines[device.device_id] = line
        if before is not None and before is not line:
            before.leave()

    def left(self, device: Named, line: Line) -> None:
        """Forget a connection that has ended."""
        if self.lines.get(device.device_id) is line:
            del self.lines[device.device_id]
