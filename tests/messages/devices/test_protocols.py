"""What every protocol of devices keeps to, whichever it is: a new one is asked the same."""

from random import Random

import pytest
from device_frames import AT_S, check_kept, fed, telegrams
from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.device import Fix, Ping
from waglan.messages.devices.jtt808.frame import Header
from waglan.messages.devices.jtt808.writing import location
from waglan.messages.devices.model import models
from waglan.messages.devices.protocol import PAYLOADS, STREAMS

NAMES = sorted(STREAMS)
HELD_BYTES_MAX = 5_000
SIGNS = st.lists(
    st.sampled_from(b"\x7e\x7d\x01\x02$(),=*\r\n0123456789GPRMCUW \x00\xff"), max_size=400
)
BYTES = st.binary(max_size=400) | SIGNS.map(bytes)
CUTS = st.lists(st.integers(0, 1 << 16), max_size=8)


@pytest.mark.parametrize("name", NAMES)
@given(data=BYTES, cuts=CUTS)
def test_no_bytes_raise_and_none_is_lost_in_whatever_pieces_they_come(
    name: str, data: bytes, cuts: list[int]
) -> None:
    whole, pieces = STREAMS[name](), STREAMS[name]()
    at_once = fed(whole, data)
    check_kept(data, at_once, whole.rest)
    assert fed(pieces, data, cuts) == at_once
    assert pieces.rest == whole.rest


@pytest.mark.parametrize("name", NAMES)
def test_a_megabyte_of_anything_is_held_in_a_few_kilobytes(name: str) -> None:
    random = Random(name)
    stream = STREAMS[name]()
    for _ in range(1_000):
        stream.feed(random.randbytes(random.randint(0, 2_000)), AT_S)
        assert len(stream.rest) <= HELD_BYTES_MAX


@pytest.mark.parametrize("name", NAMES)
def test_a_byte_at_a_time_is_read_as_all_at_once(name: str) -> None:
    data = Random(name).randbytes(6_000)
    whole, single = STREAMS[name](), STREAMS[name]()
    at_once = fed(whole, data)
    assert [one for byte in data for one in single.feed(bytes((byte,)), AT_S)] == at_once
    assert single.rest == whole.rest


def test_the_same_payload_under_another_serial_is_known_again() -> None:
    ping = Ping(AT_S, 225_030_000, 1_139_450_000, Fix.GNSS)
    one, other = (
        telegrams(fed(STREAMS["jtt808"](), location(Header(0x0200, "1" * 12, serial), ping)))[0]
        for serial in (7, 0x7E7D)
    )
    assert one.span.sha256 != other.span.sha256
    assert PAYLOADS["jtt808"](one) == PAYLOADS["jtt808"](other)
    assert PAYLOADS.keys() == STREAMS.keys()


def test_every_model_speaks_a_protocol_that_is_read() -> None:
    assert {model.protocol for model in models().values()} <= set(STREAMS)
