"""Locks without a code: known by their number, and the line says what that is worth."""

import socket
from collections.abc import Iterator

import pytest
from device_at_the_door import AT_S, asides, device, kept, ping, provision, sessions
from msgspec import structs
from running_instance import Instance

from waglan.elock.device import Item
from waglan.gateway.devices.ports import PortOf
from waglan.messages.devices.jointech.binary import (
    CELL,
    REST,
    SPEED,
    VEHICLE,
    Binary,
    write_long,
)

PARTY = "synthetic-locks"
NUMBERS = iter(range(7_000_000_000, 7_100_000_000))
ASKS = 1 << 5  # of the status: an answer
ITEMS = (Item(SPEED, b"\x42"), Item(VEHICLE, bytes(4)), Item(CELL, bytes(4)), Item(REST, bytes(3)))


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jointech", "127.0.0.1", 0, "plain"),)


@pytest.fixture(scope="module")
def haulier(instance: Instance) -> str:
    instance.let_in(PARTY, "lock-operator")
    return PARTY


@pytest.fixture
def lock(instance: Instance, haulier: str) -> str:
    name = str(next(NUMBERS))
    provision(instance, haulier, device(name, "jointech"))
    return name


@pytest.fixture
def sock(instance: Instance) -> Iterator[socket.socket]:
    with socket.create_connection(instance.devices["jointech"], timeout=20) as opened:
        yield opened


def position(lock: str, serial: int, at_s: int = AT_S, protocol: int = 0x19) -> bytes:
    asking = structs.replace(
        ping(at_s), status_bits=ASKS, satellites=8, battery_percent=90, items=ITEMS
    )
    return write_long(Binary(lock, protocol, 1, serial, (asking,)))


def test_a_lock_is_answered_once_its_position_is_kept_with_its_channel(
    instance: Instance, lock: str, sock: socket.socket
) -> None:
    sent = position(lock, 7)
    sock.sendall(sent)
    assert sock.recv(100) == b"(P69,0,7)"
    sock.sendall(position(lock, 8, AT_S + 30, protocol=0x17))
    assert sock.recv(100) == b"(P35)"
    found = kept(instance, lock, "jointech")
    assert [(one.serial, one.channel) for one in found] == [(7, "plain"), (8, "plain")]
    assert found[0].raw == sent


def test_a_position_that_comes_again_on_another_connection_is_kept_once(
    instance: Instance, lock: str, sock: socket.socket
) -> None:
    sock.sendall(position(lock, 7))
    assert sock.recv(100) == b"(P69,0,7)"
    sock.close()
    with socket.create_connection(instance.devices["jointech"], timeout=20) as again:
        again.sendall(position(lock, 7) + position(lock, 8, AT_S + 1))
        assert again.recv(100) == b"(P69,0,7)(P69,0,8)"
    found = kept(instance, lock, "jointech")
    assert [one.serial for one in found] == [7, 8]
    assert len(sessions(found)) == 2  # one for each connection


def test_an_unknown_lock_is_hung_up_on_and_its_frame_set_aside(
    instance: Instance, haulier: str, sock: socket.socket
) -> None:
    del haulier
    name = str(next(NUMBERS))
    sock.sendall(position(name, 1))
    assert sock.recv(100) == b""
    assert asides(instance, name) == ["DEVICE-UNKNOWN"]


def test_another_locks_frame_on_its_connection_is_set_aside(
    instance: Instance, lock: str, haulier: str, sock: socket.socket
) -> None:
    other = str(next(NUMBERS))
    provision(instance, haulier, device(other, "jointech"))
    sock.sendall(position(lock, 1) + position(other, 2) + position(lock, 3, AT_S + 1))
    got = b""
    while got.count(b")") < 2:
        got += sock.recv(100)
    assert got == b"(P69,0,1)(P69,0,3)"
    assert kept(instance, other, "jointech") == []
    assert asides(instance, other) == ["DEVICE-UNPROVED"]
