"""JT/T 808: frames cut, read and written, and what is broken set aside."""

from random import Random

import pytest
from device_frames import (
    AT_S,
    check_kept,
    codes,
    fed,
    findings,
    mutated,
    quarantined,
    telegrams,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.elock.device import (
    Authentication,
    Card,
    Fix,
    Fragment,
    Heartbeat,
    Item,
    Lapsed,
    Logout,
    Ping,
    Registration,
    Reply,
    Unread,
)
from waglan.messages.devices.jtt808 import writing
from waglan.messages.devices.jtt808.fragments import (
    FRAGMENTS_MAX,
    HELD_BYTES_MAX,
    HELD_MESSAGES_MAX,
    WAIT_S,
    Fragments,
)
from waglan.messages.devices.jtt808.frame import (
    BODY_BYTES_MAX,
    FRAME_BYTES_MAX,
    Broken,
    Frame,
    Header,
    checksum,
    read_frame,
    write_frame,
)
from waglan.messages.devices.jtt808.location import read_location, write_location
from waglan.messages.devices.jtt808.stream import NOISE_BYTES_MAX, Stream
from waglan.messages.devices.jtt808.writing import Registered, Result

LOCK = Header(0x0200, "013912345678", 7)
LOCK_2019 = Header(0x0200, "00000000013912345678", 7, 1)
HERE = Ping(
    1_796_000_000,
    225_030_000,
    1_139_450_000,
    Fix.GNSS,
    12,
    None,
    80_000,
    9_000,
    123_400,
    9,
    21,
    None,
    None,
    0,
    0b11,
    None,
    (Item(0x01, (1234).to_bytes(4)), Item(0x30, b"\x15"), Item(0x31, b"\x09")),
)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


WORDS = st.integers(0, 0xFFFF)
BODIES = st.binary(max_size=BODY_BYTES_MAX) | st.lists(
    st.sampled_from([0x7D, 0x7E, 0x01, 0x02]), max_size=BODY_BYTES_MAX
).map(bytes)
OLD = st.builds(Header, WORDS, digits(12), WORDS, st.none(), st.integers(0, 7))
NEW = st.builds(Header, WORDS, digits(20), WORDS, st.integers(0, 255), st.integers(0, 7))
CUTS = st.lists(st.integers(0, 1 << 16), max_size=8)
NAMES = st.text("ABCXYZ0189粤港車", max_size=3)


@given(st.binary(max_size=300))
def test_a_checksum_is_the_xor_of_all_bytes(plain: bytes) -> None:
    one_by_one = 0
    for byte in plain:
        one_by_one ^= byte
    assert checksum(plain) == one_by_one


@given(OLD | NEW, BODIES)
def test_a_frame_that_was_written_is_read_back(header: Header, body: bytes) -> None:
    sent = write_frame(Frame(header, body))
    assert sent[0] == sent[-1] == 0x7E
    assert 0x7E not in sent[1:-1]
    assert len(sent) <= FRAME_BYTES_MAX + 2
    assert read_frame(sent[1:-1]) == Frame(header, body)


@given(st.lists(st.tuples(OLD | NEW, BODIES), max_size=5), st.binary(max_size=40), CUTS)
def test_frames_are_the_same_in_whatever_pieces_they_come(
    sent: list[tuple[Header, bytes]], noise: bytes, cuts: list[int]
) -> None:
    data = noise + b"".join(write_frame(Frame(header, body)) for header, body in sent) + noise
    whole, pieces = Stream(), Stream()
    at_once, bit_by_bit = fed(whole, data), fed(pieces, data, cuts)
    assert at_once == bit_by_bit
    assert whole.rest == pieces.rest
    check_kept(data, at_once, whole.rest)
    if 0x7E not in noise:
        assert [(t.message, t.serial) for t in telegrams(at_once)] == [
            (header.message, header.serial) for header, _ in sent
        ]


def test_one_mark_may_end_a_frame_and_begin_the_next() -> None:
    one, other = writing.heartbeat(LOCK), writing.location(LOCK, HERE)
    heard = fed(stream := Stream(), data := one + other[1:])
    check_kept(data, heard, stream.rest)
    assert [t.said for t in telegrams(heard)] == [(Heartbeat(),), (HERE,)]


def test_a_frame_sent_again_has_the_same_hash_whatever_stands_around_it() -> None:
    frame = writing.location(LOCK, HERE)
    first, again = telegrams(fed(Stream(), b"noise" + frame + frame[1:]))
    assert first.span.sha256 == again.span.sha256


def test_noise_before_a_frame_is_set_aside_and_counted() -> None:
    heard = fed(Stream(), b"GET / HTTP/1.1\r\n" + writing.heartbeat(LOCK))
    assert codes(heard) == ["DEVICE-NOISE"]
    assert quarantined(heard)[0].finding.params == {"bytes": 16}
    assert [t.said for t in telegrams(heard)] == [(Heartbeat(),)]


@pytest.mark.parametrize("count", [FRAME_BYTES_MAX, FRAME_BYTES_MAX + 1])
def test_a_frame_without_an_end_is_set_aside_one_byte_past_the_limit(count: int) -> None:
    heard = fed(stream := Stream(), data := b"\x7e" + b"A" * count, [5, 700, 1500])
    check_kept(data, heard, stream.rest)
    assert codes(heard) == ([] if count <= FRAME_BYTES_MAX else ["DEVICE-LONG"])
    heard = fed(stream, writing.heartbeat(LOCK))
    assert [t.said for t in telegrams(heard)] == [(Heartbeat(),)]


@pytest.mark.parametrize("filling", [b"A", b"\x7e", b"\x7d", b"\x7e\x7d", b"\x7e" + b"A" * 3_000])
def test_a_flood_never_makes_it_hold_more_than_a_frame_and_a_piece_of_noise(filling: bytes) -> None:
    stream = Stream()
    for _ in range(200):
        stream.feed(filling * (1 + 900 // len(filling)), AT_S)
        assert len(stream.rest) <= FRAME_BYTES_MAX + NOISE_BYTES_MAX + 1


def test_marks_that_fill_a_silent_line_do_not_hinder_the_frame_behind_them() -> None:
    heard = fed(Stream(), b"\x7e" * 9 + writing.heartbeat(LOCK) + b"\x7e" * 3)
    assert codes(heard) == []
    assert [t.said for t in telegrams(heard)] == [(Heartbeat(),)]


def broken(frame: bytes, at: int, byte: int) -> bytes:
    return frame[:at] + bytes((byte,)) + frame[at + 1 :]


def test_what_is_broken_is_set_aside_with_its_reason_and_what_follows_is_read() -> None:
    good = writing.location(LOCK, HERE)
    plain = good[1:-1]
    shorter = plain[:-6] + b"\0"
    shorter = shorter[:-1] + checksum(shorter).to_bytes(1)
    cases = {
        "DEVICE-CHECKSUM": broken(good, 20, good[20] ^ 1),
        "DEVICE-LENGTH": b"\x7e" + shorter + b"\x7e",
        "DEVICE-ESCAPE": broken(good, 6, 0x7D),
        "DEVICE-SHORT": b"\x7e\x01\x02\x7e",
        "DEVICE-NUMBER": broken(good, 6, 0xAB),
    }
    for code, frame in cases.items():
        heard = fed(stream := Stream(), data := frame + good)
        check_kept(data, heard, stream.rest)
        assert codes(heard) == [code]
        assert [t.said for t in telegrams(heard)] == [(HERE,)]
    [bad] = quarantined(fed(Stream(), cases["DEVICE-CHECKSUM"]))
    assert (bad.device, bad.serial) == (LOCK.terminal, LOCK.serial)  # it may explain a hole


# What can be said in this protocol's words: millionths, tenths of km/h, whole degrees.
PINGS = st.builds(
    lambda **told: Ping(**told),
    at_s=st.integers(946_684_800, 4_102_415_999),
    lat_e7=st.integers(-90_000_000, 90_000_000).map(lambda e6: e6 * 10),
    lon_e7=st.integers(-180_000_000, 180_000_000).map(lambda e6: e6 * 10),
    fix=st.sampled_from([Fix.GNSS, Fix.NONE]),
    altitude_m=WORDS,
    speed_m_h=WORDS.map(lambda speed: speed * 100),
    course_cdeg=st.integers(0, 360).map(lambda course: course * 100),
    alarm_bits=st.integers(0, 0xFFFFFFFF),
    status_bits=st.integers(0, 0xFFFFFFFF),
    items=st.lists(
        st.builds(Item, st.integers(0x32, 0xFF), st.binary(max_size=20)), max_size=5
    ).map(tuple),
)


def consistent(ping: Ping) -> Ping:
    """The ping with the bits that its own place and fix ask for."""
    north, east = ping.lat_e7 or 0, ping.lon_e7 or 0
    bits = (ping.status_bits or 0) & ~0b1110
    bits |= (ping.fix is Fix.GNSS) << 1 | (north < 0) << 2 | (east < 0) << 3
    if ping.fix is Fix.NONE and north == east == 0:
        ping = replace(ping, lat_e7=None, lon_e7=None)
    return replace(ping, status_bits=bits)


@given(PINGS.map(consistent), st.sampled_from([LOCK, LOCK_2019]))
def test_a_position_that_was_written_is_read_back(ping: Ping, header: Header) -> None:
    [telegram] = telegrams(fed(Stream(), writing.location(header, ping)))
    assert telegram.said == (ping,)
    assert telegram.findings == ()
    assert (telegram.device, telegram.serial, telegram.version) == (
        header.terminal,
        header.serial,
        header.version,
    )


@given(st.lists(PINGS.map(consistent), min_size=1, max_size=5), st.booleans())
def test_a_batch_that_was_written_is_read_back(pings: list[Ping], backfill: bool) -> None:
    [telegram] = telegrams(fed(Stream(), writing.batch(LOCK, pings, is_backfill=backfill)))
    told = [replace(ping, is_backfill=backfill) for ping in pings]
    assert list(telegram.said) == told


@given(st.binary(min_size=28, max_size=200))
def test_a_positions_words_are_written_as_they_were_read(body: bytes) -> None:
    location = read_location(body)
    assert location is not None
    assert write_location(location) == body


@given(
    st.builds(
        Registration,
        st.text("ABC0189", max_size=5),
        st.text("ABC0189", max_size=8),
        st.text("ABC0189", max_size=7),
        NAMES,
        st.integers(0, 255),
        WORDS,
        WORDS,
        st.sampled_from([2011, 2013, 2019]),
    )
)
def test_a_registration_is_read_back_in_each_edition(told: Registration) -> None:
    header = LOCK_2019 if told.edition == 2019 else LOCK
    [telegram] = telegrams(fed(Stream(), writing.registration(header, told)))
    assert telegram.said == (told,)


@given(NAMES, st.none() | digits(15), st.none() | NAMES)
def test_an_authentication_is_read_back(code: str, imei: str | None, software: str | None) -> None:
    told = Authentication(code, imei, software)
    [telegram] = telegrams(fed(Stream(), writing.authentication(LOCK_2019, told)))
    both = imei is not None or software is not None
    assert telegram.said == (Authentication(code, imei or "", software or "") if both else told,)
    [telegram] = telegrams(fed(Stream(), writing.authentication(LOCK, told)))
    assert telegram.said == (Authentication(code),)


@given(st.builds(Reply, WORDS, WORDS, st.integers(0, 255)))
def test_a_reply_is_read_back(told: Reply) -> None:
    [telegram] = telegrams(fed(Stream(), writing.reply(LOCK, told)))
    assert telegram.said == (told,)


@given(
    st.builds(
        Card,
        st.integers(946_684_800, 4_102_415_999),
        st.booleans(),
        st.integers(0, 4),
        NAMES,
        NAMES,
        NAMES,
        digits(8),
        digits(20),
    )
)
def test_a_card_is_read_back(told: Card) -> None:
    [telegram] = telegrams(fed(Stream(), writing.card(LOCK, told)))
    assert telegram.said == (told,)
    bare = Card(told.at_s, False)
    assert telegrams(fed(Stream(), writing.card(LOCK, bare)))[0].said == (bare,)


def test_the_platform_answers_under_the_number_and_in_the_edition_it_was_spoken_to() -> None:
    for device in (LOCK, LOCK_2019):
        [position] = telegrams(fed(Stream(), writing.location(device, HERE)))
        assert writing.header_of(position) == device
        [told] = telegrams(fed(Stream(), writing.answer(device, 3, Result.DONE)))
        assert told.said == (Reply(7, 0x0200, 0),)
        assert (told.message, told.serial, told.version) == (0x8001, 3, device.version)
        code = writing.registration_answer(device, 4, Registered.DONE, "abc")
        assert telegrams(fed(Stream(), code))[0].said == (Authentication("abc"),)
        refused = writing.registration_answer(device, 5, Registered.NO_SUCH_TERMINAL)
        assert telegrams(fed(Stream(), refused))[0].said == (Reply(7, 0x0100, 4),)


def test_a_code_is_never_given_with_a_registration_that_is_refused() -> None:
    with pytest.raises(ValueError, match="a code goes with"):
        writing.registration_answer(LOCK, 1, Registered.TERMINAL_ALREADY, "abc")
    with pytest.raises(ValueError, match="a code goes with"):
        writing.registration_answer(LOCK, 1, Registered.DONE)


def test_a_logout_and_a_message_that_nobody_reads_are_told_as_such() -> None:
    assert telegrams(fed(Stream(), writing.logout(LOCK)))[0].said == (Logout(),)
    vendor = write_frame(Frame(Header(0x5501, LOCK.terminal, 1), b"\xe7secret"))
    assert telegrams(fed(Stream(), vendor))[0].said == (Unread(b"\xe7secret"),)


def test_an_encrypted_message_is_kept_and_said_to_be_so() -> None:
    frame = write_frame(Frame(Header(0x0200, LOCK.terminal, 1, encryption=1), b"x" * 40))
    heard = fed(Stream(), frame)
    assert codes(heard) == ["DEVICE-ENCRYPTED"]
    assert telegrams(heard)[0].said == (Unread(b"x" * 40, True),)


def test_a_clock_that_tells_no_time_and_a_place_off_the_globe_are_unknown_not_nought() -> None:
    location = read_location(telegrams(fed(Stream(), writing.location(LOCK, HERE)))[0].raw[13:-2])
    assert location is not None
    body = bytearray(write_location(location))
    body[8:12] = (90_000_001).to_bytes(4)
    body[22:28] = bytes.fromhex("261340250000")
    heard = fed(Stream(), write_frame(Frame(LOCK, bytes(body))))
    [telegram] = telegrams(heard)
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    assert (ping.at_s, ping.lat_e7, ping.lon_e7) == (None, None, None)
    assert ping.alarm_bits == HERE.alarm_bits
    assert codes(heard) == ["DEVICE-TIME", "DEVICE-PLACE"]


def test_items_that_end_in_the_middle_are_read_as_far_as_they_go() -> None:
    location = read_location(telegrams(fed(Stream(), writing.location(LOCK, HERE)))[0].raw[13:-2])
    assert location is not None
    body = write_location(location) + b"\x56\x09\x01"
    heard = fed(Stream(), write_frame(Frame(LOCK, body)))
    assert codes(heard) == ["DEVICE-ITEMS"]
    assert telegrams(heard)[0].said == (HERE,)


def test_a_batch_that_lies_about_its_count_gives_what_it_holds() -> None:
    sent = writing.batch(LOCK, [HERE, HERE], is_backfill=True)
    body = bytearray(sent[13:-2])
    body[1] = 9
    heard = fed(Stream(), write_frame(Frame(Header(0x0704, LOCK.terminal, 7), bytes(body))))
    assert codes(heard) == ["DEVICE-COUNT"]
    [telegram] = telegrams(heard)
    assert len(telegram.said) == 2


LONG = Header(0x0704, LOCK.terminal, 0xFFFE)


def test_a_message_in_fragments_is_told_with_its_last_one_in_whatever_order_they_come() -> None:
    pings = [HERE] * 40
    body = writing.batch(LOCK, pings[:1], is_backfill=False)[13:-2]
    body = (40).to_bytes(2) + b"\0" + body[3:] * 40
    parts = writing.fragments(LONG, body, 300)  # the serial wraps on the way
    assert len(parts) > 2
    heard = fed(Stream(), b"".join(reversed(parts)))
    said = [t.said for t in telegrams(heard)]
    assert said[0] == (Fragment(len(parts), len(parts)),)
    assert said[-1][0] == Fragment(len(parts), 1)
    assert len(said[-1]) == 41
    assert codes(heard) == []


def test_a_message_whose_rest_does_not_come_lapses_and_is_told_once() -> None:
    parts = writing.fragments(LONG, b"\0" * 900, 300)
    stream = Stream()
    stream.feed(parts[0], AT_S)
    assert stream.feed(b"", AT_S + WAIT_S) == []
    [lapsed] = stream.feed(b"", AT_S + WAIT_S + 1)
    assert isinstance(lapsed, Lapsed)
    assert (lapsed.device, lapsed.message, lapsed.first_serial) == (LONG.terminal, 0x0704, 0xFFFE)
    assert findings(lapsed)[0].params == {"device": LONG.terminal, "count": 1, "total": 3}
    assert stream.feed(b"", AT_S + WAIT_S + 9) == []


@pytest.mark.parametrize(("total", "index"), [(0, 0), (3, 0), (3, 4), (FRAGMENTS_MAX + 1, 1)])
def test_a_fragment_that_belongs_nowhere_is_kept_and_not_held(total: int, index: int) -> None:
    header = Header(0x0704, LOCK.terminal, 1, None, 0, total, index)
    heard = fed(Stream(), write_frame(Frame(header, b"x")))
    assert codes(heard) == ["DEVICE-FRAGMENT"]
    assert telegrams(heard)[0].said == (Fragment(total, index),)


def test_what_is_held_of_fragments_has_a_limit_in_bytes_and_in_messages() -> None:
    held, gone = Fragments(), []
    for serial in range(2_000):
        header = Header(0x0704, LOCK.terminal, serial * 300 % 0x10000, None, 0, 256, 1)
        gone += held.take(header, bytes(BODY_BYTES_MAX), AT_S)[1]
        assert held.held <= HELD_BYTES_MAX
    assert len(gone) >= 2_000 - HELD_MESSAGES_MAX - 300
    held = Fragments()
    for index in range(1, 256):
        header = Header(0x0704, LOCK.terminal, index, None, 0, 256, index)
        held.take(header, bytes(BODY_BYTES_MAX), AT_S)
        assert held.held <= HELD_BYTES_MAX


def test_ten_thousand_broken_frames_raise_nothing_and_lose_no_byte() -> None:
    random = Random(808)
    good = [
        writing.location(LOCK, HERE),
        writing.batch(LOCK_2019, [HERE, HERE], is_backfill=True),
        writing.registration(
            LOCK, Registration("ABCDE", "MODEL", "1234567", "粤A12345", 1, 44, 305, 2013)
        ),
        writing.authentication(LOCK_2019, Authentication("code", "1" * 15, "v1")),
        writing.card(LOCK, Card(AT_S, True, 0, "A", "B", "C", "20300101", "D")),
        writing.heartbeat(LOCK),
        *writing.fragments(LONG, bytes(700), 300),
    ]
    marks = b"\x7e\x7d\x01\x02\x00\xff"
    for _ in range(10_000):
        data = mutated(random, b"".join(random.choices(good, k=random.randint(1, 3))), marks)
        stream = Stream()
        heard = fed(stream, data, [random.randrange(1 << 16) for _ in range(random.randint(0, 3))])
        check_kept(data, heard, stream.rest)


def test_a_broken_frame_with_a_right_checksum_raises_nothing_either() -> None:
    random = Random(2019)
    kinds = [0x0001, 0x0100, 0x0102, 0x0200, 0x0201, 0x0500, 0x0702, 0x0704, 0x8001, 0x8100]
    for _ in range(10_000):
        version = random.choice([None, 1])
        terminal = "1" * (12 if version is None else 20)
        header = Header(random.choice(kinds), terminal, 1, version)
        frame = write_frame(Frame(header, random.randbytes(random.randint(0, 90))))
        heard = fed(stream := Stream(), frame)
        check_kept(frame, heard, stream.rest)
        assert len(telegrams(heard)) == 1


def test_a_frame_that_can_not_be_written_is_refused() -> None:
    for frame in (
        Frame(LOCK, bytes(BODY_BYTES_MAX + 1)),
        Frame(Header(1, "1" * 13, 1), b""),
        Frame(Header(1, "12x", 1), b""),
    ):
        with pytest.raises(ValueError, match=r"at most|of digits"):
            write_frame(frame)
    assert isinstance(read_frame(b""), Broken)
