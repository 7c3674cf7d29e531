"""Jointech's locks: frames and lines read, what is damaged set aside, no byte lost."""

from random import Random

import pytest
from device_frames import AT_S, check_kept, codes, fed, mutated, telegrams
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.elock.alarm import Alarm, evidence
from waglan.elock.device import Fix, Item, Opening, Ping, Unread
from waglan.messages.devices.digits import degrees_e7
from waglan.messages.devices.jointech.binary import (
    CELL,
    FRAME_BYTES_MAX,
    REST,
    SPEED,
    VEHICLE,
    Binary,
    write_long,
)
from waglan.messages.devices.jointech.lines import LINE_BYTES_MAX, escaped
from waglan.messages.devices.jointech.stream import NOISE_BYTES_MAX, Stream, answer
from waglan.messages.devices.model import models

CLOSED = 0b0010_0000_1100_0000
HERE = Ping(
    1_796_000_000,
    degrees_e7(22, 301_800),
    degrees_e7(113, 567_000),
    Fix.GNSS,
    None,
    None,
    None,
    9_000,
    108_000,
    7,
    29,
    100,
    None,
    None,
    CLOSED,
    None,
    (
        Item(SPEED, b"\x42"),
        Item(VEHICLE, bytes(4)),
        Item(CELL, b"\x1e\xa0\x67\x1d"),
        Item(REST, b"\x0f\x0f\x0f"),
    ),
)
LOCK = Binary("8041300978", 0x19, 0x11, 110, (HERE,))
FRAME = write_long(LOCK)
LINE = b"(7560405553,U01,040812,185302,T,22.564025,N,113.242329,E,5.21,152,9,32%,0011,7)"

# Made up after the published ones: one record, 22 degrees 56.4025 minutes north.
SHORT = bytes.fromhex(
    "24 4081118888 21 001b 090609080453 22564025 113242329f 05 98 000001003f0000002d00 ab"
)

PLACES = st.tuples(
    st.integers(0, 89), st.integers(0, 599_999), st.integers(0, 179), st.integers(0, 599_999)
)
PINGS = st.builds(
    lambda place, signs, **told: Ping(
        lat_e7=(degrees_e7(place[0], place[1]) or 0) * signs[0],
        lon_e7=(degrees_e7(place[2], place[3]) or 0) * signs[1],
        **told,
    ),
    PLACES,
    st.tuples(st.sampled_from([1, -1]), st.sampled_from([1, -1])),
    at_s=st.integers(946_684_800, 4_102_444_799),
    fix=st.sampled_from([Fix.GNSS, Fix.NONE]),
    course_cdeg=st.integers(0, 180).map(lambda half: half * 200),
    odometer_m=st.integers(0, 0xFFFFFFFF).map(lambda km: km * 1000),
    satellites=st.integers(0, 255),
    signal=st.integers(0, 255),
    battery_percent=st.integers(0, 100),
    status_bits=st.integers(0, 0x7FFF).map(lambda bits: bits << 1),
    items=st.tuples(
        st.builds(Item, st.just(SPEED), st.binary(min_size=1, max_size=1)),
        st.builds(Item, st.just(VEHICLE), st.binary(min_size=4, max_size=4)),
        st.builds(Item, st.just(CELL), st.binary(min_size=4, max_size=4)),
        st.builds(Item, st.just(REST), st.binary(min_size=0, max_size=20)),
    ),
)
LOCKS = st.builds(
    Binary,
    st.text("0123456789", min_size=10, max_size=10),
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 255),
    PINGS.map(lambda ping: (placed(ping),)),
)
CUTS = st.lists(st.integers(0, 1 << 16), max_size=8)


def placed(ping: Ping) -> Ping:
    if ping.fix is Fix.NONE and ping.lat_e7 == ping.lon_e7 == 0:
        return replace(ping, lat_e7=None, lon_e7=None)
    return ping


@given(LOCKS)
def test_a_locks_position_that_was_written_is_read_back(lock: Binary) -> None:
    [telegram] = telegrams(fed(Stream(), write_long(lock)))
    assert telegram.said == lock.pings
    told = (telegram.device, telegram.version, telegram.message, telegram.serial)
    assert told == (lock.device, lock.protocol, lock.kind, lock.serial)


@given(st.lists(LOCKS.map(write_long) | st.just(LINE), max_size=5), st.binary(max_size=40), CUTS)
def test_frames_are_the_same_in_whatever_pieces_they_come(
    sent: list[bytes], noise: bytes, cuts: list[int]
) -> None:
    data = noise + b"".join(sent) + noise
    whole, pieces = Stream(), Stream()
    at_once, bit_by_bit = fed(whole, data), fed(pieces, data, cuts)
    assert at_once == bit_by_bit
    assert whole.rest == pieces.rest
    check_kept(data, at_once, whole.rest)
    if not {*b"$("} & {*noise}:
        assert [t.raw for t in telegrams(at_once)] == sent


def test_a_lock_that_is_charged_says_so_and_tells_no_percentage() -> None:
    frame = bytearray(FRAME)
    frame[10 + 28] = 0xFF
    [telegram] = telegrams(fed(Stream(), bytes(frame)))
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    assert (ping.battery_percent, ping.is_charging) == (None, True)
    charged = replace(HERE, battery_percent=None, is_charging=True)
    assert write_long(replace(LOCK, pings=(charged,))) == bytes(frame)


def test_a_place_from_masts_is_not_taken_for_one_from_satellites() -> None:
    frame = write_long(replace(LOCK, pings=(replace(HERE, status_bits=CLOSED | 1),)))
    [telegram] = telegrams(fed(Stream(), frame))
    assert isinstance(telegram.said[0], Ping)
    assert telegram.said[0].fix is Fix.CELLS


# Nobody published a frame of a lock that was cut or opened: this one is made up.
def test_a_cut_rope_comes_through_as_such() -> None:
    cut = replace(HERE, status_bits=CLOSED & ~(1 << 6) | 1 << 3 | 1 << 5)
    [telegram] = telegrams(fed(Stream(), write_long(replace(LOCK, pings=(cut,)))))
    assert isinstance(telegram.said[0], Ping)
    said = {signal.alarm for signal in evidence(telegram.said[0], models()["JT701"]).signals}
    assert {Alarm.ROPE_CUT, Alarm.ROPE_OUT, Alarm.ASKS_ANSWER} <= said


@pytest.mark.parametrize(
    ("protocol", "status", "answered"),
    [
        (0x19, CLOSED | 1 << 5, b"(P69,0,110)"),
        (0x18, CLOSED | 1 << 5, b"(P35)"),
        (0x19, CLOSED, None),
        (0x17, CLOSED, None),
    ],
)
def test_a_lock_is_answered_if_it_asks_in_the_words_of_its_protocol(
    protocol: int, status: int, answered: bytes | None
) -> None:
    lock = replace(LOCK, protocol=protocol, pings=(replace(HERE, status_bits=status),))
    [telegram] = telegrams(fed(Stream(), write_long(lock)))
    assert answer(telegram) == answered


def test_lines_tell_a_place_and_keep_every_other_word() -> None:
    [telegram] = telegrams(fed(Stream(), LINE))
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    assert (telegram.device, ping.lat_e7, ping.lon_e7) == (
        "7560405553",
        225_640_250,
        1_132_423_290,
    )
    assert (ping.fix, ping.battery_percent, ping.speed_m_h) == (Fix.GNSS, 32, None)
    assert [item.value for item in ping.items] == [b"5.21", b"152", b"9", b"32%", b"0011", b"7"]


def test_an_opening_record_is_kept_word_by_word_since_nobody_published_what_it_means() -> None:
    line = b"(2050018634,P45,051124,204046,9.861502,N,83.950336,W,A,1,0,1,1,0012260888,0,0,0)"
    [telegram] = telegrams(fed(Stream(), line))
    told = ("1", "0", "1", "1", "0012260888", "0", "0", "0")
    at_s = 1_730_839_246  # 2024-11-05 20:40:46 UTC
    place = (98_615_020, -839_503_360)
    assert telegram.said == (Opening(at_s, *place, Fix.GNSS, None, None, told),)


@given(st.binary(min_size=17, max_size=40))
def test_bytes_in_a_line_hold_no_bracket(tail: bytes) -> None:
    told = bytes.fromhex("280225085953251692880573279409") + tail
    assert not {*b"$(),"} & {*escaped(told)}
    [telegram] = telegrams(fed(Stream(), b"(8005420197,1,168,WLNET,5,2," + escaped(told) + b")"))
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    assert ping.items == (Item(SPEED, told[15:16]), Item(REST, told[17:]))
    assert ping.fix is Fix.GNSS


@pytest.mark.parametrize(
    "line",
    [
        b"(7560405553,U01,040812,185302,T,22.564025,N,113.242329)",
        b"(7560405553,U01,040812,185302,X,22.564025,N,113.242329,E,5)",
        b"(7560405553,U01,040812,185302,T,92.564025,N,113.242329,E,5)",
        b"(7560405553,U01,04081,185302,T,22.564025,N,113.242329,E,5)",
        b"(7560405553,W01,11404.6204,E,2299.9961,N,A,040511,063736,4)",
        b"(7560405553,P45,051124)",
        b"(8005420197,1,168,WLNET,5,2,short)",
    ],
)
def test_a_line_that_is_not_as_its_kind_is_stays_unread_with_the_reason(line: bytes) -> None:
    heard = fed(Stream(), line)
    assert codes(heard) == ["DEVICE-TEXT"]
    assert telegrams(heard)[0].said == (Unread(line[1:-1]),)


def test_a_clock_that_tells_no_day_leaves_the_time_unknown() -> None:
    [telegram] = telegrams(fed(Stream(), LINE.replace(b"040812,1853", b"310212,1853")))
    assert isinstance(telegram.said[0], Ping)
    assert telegram.said[0].at_s is None


# Made up: a lock that is cut while its receiver tells nonsense.
def test_a_cut_rope_is_not_kept_back_because_time_and_place_are_damaged() -> None:
    damaged = bytearray(FRAME)
    damaged[10], damaged[17], damaged[37] = 0x99, 0xAB, 0xC8
    heard = fed(stream := Stream(), data := bytes(damaged) + FRAME + LINE)
    check_kept(data, heard, stream.rest)
    assert codes(heard) == ["DEVICE-TIME", "DEVICE-PLACE"]
    cut, *others = telegrams(heard)
    [ping] = cut.said
    assert isinstance(ping, Ping)
    assert ping.at_s is ping.lat_e7 is ping.lon_e7 is None
    assert Alarm.ROPE_CUT in {s.alarm for s in evidence(ping, models()["JT701"]).signals}
    assert [t.raw for t in others] == [FRAME, LINE]


def test_records_that_end_in_the_middle_are_read_as_far_as_they_go() -> None:
    frame = bytearray(SHORT[:-1] + b"\x01\x02" + SHORT[-1:])
    frame[8] += 2
    heard = fed(Stream(), bytes(frame))
    assert codes(heard) == ["DEVICE-ITEMS"]
    ping, rest = telegrams(heard)[0].said
    assert isinstance(ping, Ping)
    assert (ping.lat_e7, ping.lon_e7) == (229_400_417, 1_134_038_817)
    assert rest == Unread(b"\x01\x02")


@pytest.mark.parametrize("length", [34, 35])
def test_a_length_that_can_not_be_makes_no_frame_one_byte_below_the_least(length: int) -> None:
    frame = FRAME[:8] + length.to_bytes(2) + FRAME[10 : 9 + length] + b"\x01"
    heard = fed(stream := Stream(), data := frame + LINE)
    check_kept(data, heard, stream.rest)
    assert len(telegrams(heard)) == (1 if length < 35 else 2)


@pytest.mark.parametrize("count", [LINE_BYTES_MAX - 1, LINE_BYTES_MAX])
def test_a_line_without_an_end_is_noise_at_the_limit(count: int) -> None:
    begun = b"(7560405553," + b"A" * (count - 12)
    heard = fed(stream := Stream(), begun, [3, 500])
    assert (stream.rest == begun) == (count < LINE_BYTES_MAX)
    check_kept(begun, heard, stream.rest)


@pytest.mark.parametrize(
    "filling", [b"(", b"$", b"A", b"(123", b"$1234512345\xff\xff", b"(1234567890,AAAA"]
)
def test_a_flood_never_makes_it_hold_more_than_a_frame_and_a_piece_of_noise(filling: bytes) -> None:
    stream = Stream()
    for _ in range(100):
        stream.feed(filling * (1 + 900 // len(filling)), AT_S)
        assert len(stream.rest) <= FRAME_BYTES_MAX + LINE_BYTES_MAX + NOISE_BYTES_MAX


def test_ten_thousand_damaged_frames_raise_nothing_and_lose_no_byte() -> None:
    random = Random(701)
    wlnet = b"(8005420197,1,168,WLNET,5,2," + escaped(FRAME[10:30]) + b")"
    good = [FRAME, LINE, SHORT, wlnet, b"(3460311327,@JT)"]
    for _ in range(10_000):
        data = mutated(random, b"".join(random.choices(good, k=random.randint(1, 4))), b"$(),=%.0")
        heard = fed(stream := Stream(), data, [random.randrange(1 << 16)])
        check_kept(data, heard, stream.rest)
