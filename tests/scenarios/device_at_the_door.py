"""A device of JT/T 808 or Jointech on a real socket, for tests of the door."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from running_instance import ORIGIN, Instance

from waglan.codes.party import PartyId
from waglan.elock.device import Authentication, Fix, Ping, Registration, Reply, Telegram
from waglan.gateway.keys import keys
from waglan.messages.devices.jtt808 import writing
from waglan.messages.devices.jtt808.frame import Header
from waglan.messages.devices.jtt808.stream import Stream
from waglan.operations.provision_device import provision_device
from waglan.store import devices, frames, parties
from waglan.store.connect import pools, transaction
from waglan.store.devices import Device
from waglan.store.frames import KeptFrame

AT_S = 1_796_000_000
HEADER = Header(0, "013800001111", 0)
ASKED = Registration("WAGLN", "G-360P", "0000001", "粵B12345", 1, 44, 300, 2013)


def ping(at_s: int = AT_S) -> Ping:
    return Ping(at_s, 22_540_000_0, 114_060_000_0, Fix.GNSS, 10, None, 36_000, 9_000)


@dataclass
class Player:
    """One device on one connection; `serial` is its own count."""

    at: tuple[str, int]
    terminal: str = HEADER.terminal
    serial: int = -1
    code: str = ""
    sock: socket.socket = field(init=False)
    stream: Stream = field(init=False)
    heard: list[Telegram] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.sock = socket.create_connection(self.at, timeout=20)
        self.stream = Stream()

    def header(self) -> Header:
        self.serial = (self.serial + 1) % 0x10000
        return Header(0, self.terminal, self.serial)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, seconds: float = 20) -> Telegram:
        """The platform's next answer."""
        self.sock.settimeout(seconds)
        while not self.heard:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self.heard += [one for one in self.stream.feed(data, 0) if isinstance(one, Telegram)]
        return self.heard.pop(0)

    def silent(self, seconds: float) -> bool:
        """Whether nothing is answered for so long."""
        try:
            self.answer(seconds)
        except TimeoutError:
            return True
        return False

    def is_closed(self, seconds: float = 20) -> bool:
        """Whether the platform hangs up within so long."""
        self.sock.settimeout(seconds)
        try:
            while self.sock.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    def register(self) -> Telegram:
        self.send(writing.registration(self.header(), ASKED))
        answer = self.answer()
        for said in answer.said:
            if isinstance(said, Authentication):
                self.code = said.code
        return answer

    def authenticate(self, code: str | None = None) -> int:
        """Show a code; return what comes of it."""
        shown = self.code if code is None else code
        self.send(writing.authentication(self.header(), Authentication(shown)))
        return self.result()

    def result(self) -> int:
        (said,) = self.answer().said
        assert isinstance(said, Reply)
        return said.result

    def enter(self) -> None:
        self.register()
        assert self.authenticate() == 0

    def position(self, at_s: int = AT_S) -> bytes:
        return writing.location(self.header(), ping(at_s))


@contextlib.contextmanager
def playing(up: Instance, terminal: str, protocol: str = "jtt808") -> Iterator[Player]:
    player = Player(up.devices[protocol], terminal)
    try:
        yield player
    finally:
        player.sock.close()


def device(terminal: str, protocol: str = "jtt808") -> Device:
    return Device(
        uuid4(),
        protocol,
        terminal,
        "Sample Locks",
        "G-360P",
        "1.0",
        65_536 if protocol == "jtt808" else 256,
        None,
        datetime.now(UTC),
    )


def provision(up: Instance, party: str, new: Device) -> None:
    """Enter a device, as the operator does."""

    async def main() -> None:
        async with pools(up.dsn, size_max=1) as opened:
            async with transaction(opened.app, None) as tx:
                operator, org = await devices.operator(tx), await parties.org_of(tx, PartyId(party))
            assert operator is not None
            assert org is not None
            async with transaction(opened.app, operator.org) as tx:
                await provision_device(tx, (org, PartyId(party)), new, now=datetime.now(UTC))

    asyncio.run(main())


def kept(up: Instance, terminal: str, protocol: str = "jtt808") -> list[KeptFrame]:
    """All frames of a device that lie in the store."""

    async def main() -> list[KeptFrame]:
        vault = keys(up.home / "keys", ORIGIN).vault
        async with pools(up.dsn, size_max=1) as opened:
            async with transaction(opened.app, None) as tx:
                named = await devices.named(tx, protocol, terminal)
            assert named is not None
            async with transaction(opened.app, named.org) as tx:
                return await frames.of_device(tx, vault, named.device_id)

    return asyncio.run(main())


def sessions(found: Sequence[KeptFrame]) -> list[UUID]:
    """The sessions of these frames, in their order, each once."""
    return list(dict.fromkeys(one.session for one in found))


def sql(up: Instance, statement: str, *told: object) -> list[tuple[Any, ...]]:
    """Ask the database as its owner of everything."""
    with psycopg.connect(up.dsn.admin or "", autocommit=True) as conn:
        done = conn.execute(statement.encode(), told)
        return [] if done.description is None else done.fetchall()


def seal(up: Instance, terminal: str) -> None:
    """Begin a seal period, as a trip will."""
    sql(
        up,
        "insert into seal_period (org, device_id, number, began_at)"
        " select org, device_id, 'S1', now() from device where terminal = %s",
        terminal,
    )


def asides(up: Instance, terminal: str) -> list[str]:
    """Why what names this device was set aside, in order."""
    found = sql(
        up, "select reason from frame_aside where terminal = %s order by aside_id", terminal
    )
    return [str(reason) for (reason,) in found]


def alarms(up: Instance, terminal: str) -> list[str]:
    """The security alarms about a device, and who is told of them."""
    found = sql(
        up,
        "select o.party from event e join audience a using (event_id) join organisation o"
        " on o.org = a.org where code = 'device.alarm' and about = %s",
        terminal,
    )
    return [str(party) for (party,) in found]
