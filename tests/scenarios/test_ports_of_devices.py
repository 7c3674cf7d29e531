"""How fast, how much and how long: each limit of the door, at it and one past it."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from device_at_the_door import AT_S, asides, device, kept, playing, provision
from running_instance import ORIGIN, Instance

from waglan.gateway.devices.door import Limits
from waglan.gateway.devices.listener import listening
from waglan.gateway.devices.pace import Pace
from waglan.gateway.devices.ports import BadPort, PortOf, read_ports
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.store.connect import pools

PARTY = "synthetic-locks"
NUMBERS = iter(range(13_700_000_000, 13_800_000_000))
NARROW = Limits(authenticate_seconds=1.0, silent_seconds=1.0)


@contextlib.contextmanager
def heard(up: Instance, limits: Limits) -> Iterator[Instance]:
    """Have a door of the test's own beside the instance, with limits of its own."""
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    sock = socket.create_server(("127.0.0.1", 0))

    async def main() -> None:
        async with pools(up.dsn, size_max=4) as opened:
            kit = Kit(opened, keys(up.home / "keys", ORIGIN), 1 << 20)
            port = PortOf("jtt808", "127.0.0.1", 0, "plain")
            async with listening(kit, [(port, sock)], limits):
                ready.set()
                await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[main()])
    thread.start()
    assert ready.wait(30)
    try:
        yield replace(up, devices={"jtt808": sock.getsockname()[:2]})
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
        sock.close()


@pytest.fixture(scope="module")
def narrow(instance: Instance) -> Iterator[Instance]:
    instance.let_in(PARTY, "lock-operator")
    with heard(instance, NARROW) as up:
        yield up


@pytest.fixture
def terminal(narrow: Instance) -> str:
    name = str(next(NUMBERS)).zfill(12)
    provision(narrow, PARTY, device(name))
    return name


def test_who_proves_himself_in_time_stays_and_who_does_not_is_hung_up_on(
    narrow: Instance, terminal: str
) -> None:
    with playing(narrow, terminal) as late, playing(narrow, terminal) as lock:
        lock.register()
        time.sleep(0.5)
        assert lock.authenticate() == 0
        begun = time.monotonic()
        assert late.is_closed(5)
        assert time.monotonic() - begun < 3
        time.sleep(1)
        lock.send(lock.position())  # once proved, it may be silent for longer
        assert lock.result() == 0
    assert {one.channel for one in kept(narrow, terminal)} == {"plain"}


def test_a_trickle_of_noise_does_not_stay_the_hanging_up(narrow: Instance, terminal: str) -> None:
    with playing(narrow, terminal) as slow:
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 4:
                slow.send(b"x")
                time.sleep(0.05)
        assert slow.is_closed(1)


def test_a_half_open_connection_is_closed_by_the_next_one_and_nothing_is_raised(
    narrow: Instance, terminal: str
) -> None:
    with playing(narrow, terminal) as dead:
        dead.enter()
        time.sleep(1.2)  # silent for as long as it may be
        with playing(narrow, terminal) as lock:
            assert lock.authenticate(dead.code) == 0
            assert dead.is_closed(0.5)
            lock.serial = 5
            lock.send(lock.position())
            assert lock.result() == 0
    assert asides(narrow, terminal) == []


def test_one_that_falls_silent_after_the_next_one_came_is_closed_then(
    narrow: Instance, terminal: str
) -> None:
    with playing(narrow, terminal) as old:
        old.enter()
        with playing(narrow, terminal) as lock:
            assert lock.authenticate(old.code) == 0
            old.send(old.position())
            assert old.result() == 0
            assert old.is_closed(5)
            lock.serial = 9
            lock.send(lock.position(AT_S + 5))
            assert lock.result() == 0


@pytest.mark.parametrize("over", [0, 1])
def test_what_comes_without_an_end_is_held_in_one_buffer_at_most(
    narrow: Instance, terminal: str, over: int
) -> None:
    with playing(narrow, terminal) as lock:
        lock.enter()
        lock.send(b"\x7e" + b"a" * (NARROW.buffer_bytes - 1 + over))
        lock.send(lock.position())
        # All of it is set aside, at a device's pace, and what follows is read.
        lock.sock.settimeout(30)
        assert lock.result() == 0
    assert kept(narrow, terminal)[-1].at_s == AT_S


def test_a_pace_grants_five_at_once_and_one_more_each_fifth_of_a_second() -> None:
    now = [0.0]
    pace = Pace(5, lambda: now[0])
    assert (pace.grant(5), pace.grant(1)) == (5, 0)
    now[0] = 0.199
    assert pace.grant(1) == 0
    now[0] = 0.2
    assert (pace.grant(1), pace.grant(1)) == (1, 0)
    now[0] = 100.0
    assert pace.grant(6) == 5  # no more is saved up than a second's


def test_a_public_address_is_opened_only_if_it_is_called_plain() -> None:
    assert read_ports("jtt808 7611, jointech 10.1.2.3:7711 mtls") == (
        PortOf("jtt808", "127.0.0.1", 7611, "private"),
        PortOf("jointech", "10.1.2.3", 7711, "mtls"),
    )
    assert read_ports("jtt808 [::1]:0")[0].host == "::1"
    assert read_ports("jtt808 0.0.0.0:7611 plain")[0].channel == "plain"
    for bad in ("jtt808 0.0.0.0:7611", "jtt808 8.8.8.8:1", "x 1", "jtt808 65536", "jtt808",
                "jtt808 1 tls", "jtt808 1, jtt808 2"):  # fmt: skip
        with pytest.raises(BadPort):
            read_ports(bad)
