"""The door for devices, on real sockets: who may speak, and what is kept of it."""

import time

import pytest
from device_at_the_door import (
    ASKED,
    AT_S,
    alarms,
    asides,
    device,
    kept,
    ping,
    playing,
    provision,
    seal,
    sessions,
    sql,
)
from running_instance import Instance

from waglan.elock.device import Authentication, Reply
from waglan.gateway.devices.ports import PortOf
from waglan.messages.devices.jtt808 import writing

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
    told = sql(
        instance,
        "select convert_from(canonical, 'utf8') from event"
        " where code = 'device.batch' and about = %s order by event_id",
        terminal,
    )
    assert len(told) == 2
    assert '"count":2' in told[1][0]


def test_a_frame_that_comes_again_is_answered_again_and_kept_once(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        sent = lock.position()
        for _ in range(2):
            lock.send(sent)
            assert lock.answer().said == (Reply(lock.serial, 0x0200, 0),)
        beat = writing.heartbeat(lock.header())
        lock.send(beat + beat)
        assert [lock.result(), lock.result()] == [0, 0]
        code = lock.code
    with playing(instance, terminal) as lock:  # on another connection of the same session
        assert lock.authenticate(code) == 0
        lock.send(sent)
        assert lock.result() == 0
    found = kept(instance, terminal)
    assert [one.serial for one in found] == [0, 1, 2, 3, 0]
    assert len(sessions(found)) == 1


def test_an_unknown_device_is_refused_and_its_frames_are_set_aside(
    instance: Instance, haulier: str
) -> None:
    name = str(next(NUMBERS)).zfill(12)
    with playing(instance, name) as lock:
        (said,) = lock.register().said
        assert isinstance(said, Reply)
        assert said.result == writing.Registered.NO_SUCH_TERMINAL
        lock.send(lock.position())
        assert lock.authenticate("0" * 32) == 1
    assert asides(instance, name) == ["DEVICE-UNKNOWN"] * 3
    assert alarms(instance, name) == []


def test_a_forged_frame_of_who_did_not_prove_himself_is_set_aside_with_one_alarm(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        before = kept(instance, terminal)
        with playing(instance, terminal) as rival:
            rival.send(rival.position() + rival.position(AT_S + 1))
            assert rival.silent(1)
        assert kept(instance, terminal) == before
        lock.send(lock.position())
        assert lock.result() == 0
    assert asides(instance, terminal) == ["DEVICE-UNPROVED"] * 2
    assert alarms(instance, terminal) == ["operator"]


def test_a_device_that_proved_itself_can_not_speak_as_another(
    instance: Instance, terminal: str, haulier: str
) -> None:
    other = str(next(NUMBERS)).zfill(12)
    provision(instance, haulier, device(other))
    with playing(instance, terminal) as lock:
        lock.enter()
        lock.terminal = other
        lock.send(lock.position())
        assert lock.silent(0.5)
        lock.terminal = terminal
        lock.send(lock.position())
        assert lock.result() == 0
    assert kept(instance, other) == []
    assert asides(instance, other) == ["DEVICE-UNPROVED"]
    assert alarms(instance, other) == ["operator"]


def test_a_wrong_code_is_refused_and_the_third_ends_the_connection(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.register()
        assert lock.authenticate("guess-one-not-to-be-kept") == 1
        assert lock.authenticate() == 0  # two wrong ones are borne
    with playing(instance, terminal) as lock:
        assert [lock.authenticate("no" * 16) for _ in range(3)] == [1, 1, 1]
        assert lock.is_closed()
    assert asides(instance, terminal) == ["DEVICE-CODE"] * 4
    assert alarms(instance, terminal) == ["operator"] * 2


def test_under_a_seal_no_code_is_given_and_the_one_it_holds_goes_on(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        lock.send(lock.position())
        assert lock.result() == 0
        code = lock.code
    codes = sql(instance, "select count(*) from device_code where device_id = "
                "(select device_id from device where terminal = %s)", terminal)  # fmt: skip
    seal(instance, terminal)
    with playing(instance, terminal) as lock:
        (said,) = lock.register().said
        assert isinstance(said, Reply)
        assert said.result == writing.Registered.TERMINAL_ALREADY
        assert lock.authenticate(code) == 0
        lock.send(lock.position(AT_S + 60))
        assert lock.result() == 0
    assert codes == sql(instance, "select count(*) from device_code where device_id = "
                        "(select device_id from device where terminal = %s)", terminal)  # fmt: skip
    # It began anew, so its serials say nothing across the seam.
    found = kept(instance, terminal)
    assert [one.serial for one in found] == [0, 1, 2, 0, 1, 2]
    assert len(sessions(found)) == 2


def test_a_rival_who_registers_under_a_seal_neither_gets_a_code_nor_ends_the_session(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        seal(instance, terminal)
        with playing(instance, terminal) as rival:
            (said,) = rival.register().said
            assert isinstance(said, Reply)
        lock.send(lock.position())
        assert lock.result() == 0
    assert len(sessions(kept(instance, terminal))) == 1


def test_the_database_itself_refuses_another_code_under_a_seal(
    instance: Instance, terminal: str
) -> None:
    seal(instance, terminal)
    with pytest.raises(Exception, match="row-level security"):
        sql(
            instance,
            "set role waglan_app; select set_config('waglan.org', org::text, false) from"
            " organisation where party = 'synthetic-locks'; insert into device_code (org,"
            " device_id, code_sha256, from_at) select org, device_id, sha256('x'), now() from"
            f" device where terminal = '{terminal}'",
        )


def test_glued_split_and_broken_frames_are_told_apart_and_no_byte_is_lost(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        one, two = lock.position(), lock.position(AT_S + 1)
        broken = bytearray(lock.position(AT_S + 2))
        broken[20] ^= 1
        whole = b"noise" + one + bytes(broken) + two
        for at in range(0, len(whole), 7):
            lock.send(whole[at : at + 7])
            time.sleep(0.005)
        answered = [lock.answer().said for _ in range(2)]
        assert answered == [(Reply(2, 0x0200, 0),), (Reply(3, 0x0200, 0),)]
        lock.send(lock.position()[:20])  # cut off in its middle
    found = kept(instance, terminal)
    assert [each.serial for each in found] == [0, 1, 2, 3]
    rows = sql(
        instance,
        "select reason from frame_aside join device using (device_id)"
        " where device.terminal = %s order by aside_id",
        terminal,
    )
    assert rows == [("DEVICE-SHORT",), ("DEVICE-CHECKSUM",)]  # between two marks


def test_what_is_no_frame_before_anybody_proved_himself_holds_no_code(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.register()
        shown = writing.authentication(lock.header(), Authentication(lock.code))
        damaged = bytearray(shown)
        damaged[-2] ^= 1
        lock.send(bytes(damaged))
        lock.send(shown)
        assert lock.result() == 0
        code = lock.code.encode()
    rows = sql(instance, "select reason from frame_aside where terminal = %s", terminal)
    assert rows == [("DEVICE-CHECKSUM",)]
    assert all(code not in (one.raw or b"") for one in kept(instance, terminal))


def test_five_frames_a_second_are_taken_at_once_and_the_sixth_waits(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        time.sleep(1.1)
        lock.send(b"".join(lock.position(AT_S + n) for n in range(5)))
        begun = time.monotonic()
        assert [lock.result() for _ in range(5)] == [0] * 5
        at_once = time.monotonic() - begun
        time.sleep(1.1)
        lock.send(b"".join(lock.position(AT_S + n) for n in range(5, 16)))
        begun = time.monotonic()
        assert [lock.result() for _ in range(11)] == [0] * 11  # nothing is dropped
        slowed = time.monotonic() - begun
    assert slowed >= 1.0 > at_once
    assert len(kept(instance, terminal)) == 2 + 16


def test_whoever_connects_anew_may_not_speak_faster_for_it(
    instance: Instance, terminal: str
) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        lock.send(b"".join(lock.position(AT_S + n) for n in range(5)))
        assert [lock.result() for _ in range(5)] == [0] * 5
        code = lock.code
    begun = time.monotonic()
    for n in range(2):
        with playing(instance, terminal) as lock:
            lock.serial = 10 + 10 * n
            assert lock.authenticate(code) == 0
            lock.send(b"".join(lock.position(AT_S + 100 + 10 * n + i) for i in range(5)))
            assert [lock.result() for _ in range(5)] == [0] * 5
    assert time.monotonic() - begun >= 1.0


def test_a_new_connection_does_not_end_one_that_speaks(instance: Instance, terminal: str) -> None:
    with playing(instance, terminal) as lock, playing(instance, terminal) as again:
        lock.enter()
        assert again.authenticate(lock.code) == 0
        lock.send(lock.position())
        assert lock.result() == 0
        again.serial = lock.serial
        again.send(again.position(AT_S + 9))
        assert again.result() == 0


def test_two_live_registrations_stand_as_two_sessions(instance: Instance, terminal: str) -> None:
    with playing(instance, terminal) as lock, playing(instance, terminal) as clone:
        lock.enter()
        clone.enter()
        for n in range(2):
            for one in (lock, clone):
                one.send(one.position(AT_S + n))
                assert one.result() == 0
    found = kept(instance, terminal)
    told = [one.session for one in found if one.at_s is not None]
    assert told[0] == told[2] != told[1] == told[3]


def test_a_plate_in_chinese_is_sealed_with_its_frame(instance: Instance, terminal: str) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
    (raw,) = [one.raw for one in kept(instance, terminal) if one.serial == 0]
    assert raw is not None
    assert ASKED.plate.encode("gbk") in raw
    sealed = sql(instance, "select sealed from frame_raw join frame using (frame_id)")
    assert all(ASKED.plate.encode("gbk") not in bytes(one[0]) for one in sealed)


def test_a_batch_of_positions_is_one_frame(instance: Instance, terminal: str) -> None:
    with playing(instance, terminal) as lock:
        lock.enter()
        many = [ping(AT_S + n) for n in range(20)]
        lock.send(writing.batch(lock.header(), many, is_backfill=True))
        assert lock.result() == 0
    assert [one.serial for one in kept(instance, terminal)] == [0, 1, 2]
