"""The door for devices, on real sockets: who may speak, and what is kept of it."""

import psycopg
import pytest
from device_at_the_door import AT_S, device, kept, playing, provision, sessions
from running_instance import Instance

from waglan.elock.device import Authentication, Reply
from waglan.gateway.devices.listener import PortOf

PARTY = "synthetic-locks"
NUMBERS = iter(range(13_800_000_000, 13_900_000_000))


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return tuple(PortOf(protocol, "127.0.0.1", 0, "private") for protocol in ("jtt808", "jointech"))


@pytest.fixture(scope="module")
def haulier(instance: Instance) -> str:
    instance.let_in(PARTY, "lock-operator")
    return PARTY


@pytest.fixture
def terminal(instance: Instance, haulier: str) -> str:
    """A device that is provisioned, and that nobody has heard yet."""
    name = str(next(NUMBERS)).zfill(12)
    provision(instance, haulier, device(name))
    return name


def test_a_device_registers_proves_itself_and_its_position_is_kept_before_it_is_answered(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        (said,) = lock.register().said
        assert isinstance(said, Authentication)
        assert len(bytes.fromhex(said.code)) == 16
        assert lock.authenticate() == 0
        sent = lock.position()
        lock.send(sent)
        assert lock.answer().said == (Reply(lock.serial, 0x0200, 0),)
        found = kept(instance, terminal)
    assert [one.serial for one in found] == [0, 1, 2]
    assert [one.at_s for one in found] == [None, None, AT_S]
    assert found[2].raw == sent
    assert {one.channel for one in found} == {"private"}
    assert len(sessions(found)) == 1
    code = said.code.encode()
    assert all(code not in (one.raw or b"") for one in found)


def test_the_log_holds_one_event_for_each_batch(instance: Instance, terminal: str) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        lock.send(lock.position() + lock.position(AT_S + 30))
        assert [lock.result(), lock.result()] == [0, 0]
    with psycopg.connect(instance.dsn.admin or "") as conn:
        rows = conn.execute(
            "select canonical from event where code = 'device.batch' and about = %s order by 1",
            [terminal],
        ).fetchall()
    told = [bytes(row[0]) for row in rows]
    assert len(told) == 2
    assert any(b'"count":2' in one for one in told)
