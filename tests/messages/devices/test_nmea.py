"""RMC sentences from trackers, in the three ways in which they come."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from device_frames import AT_S, check_kept, codes, fed, mutated, telegrams
from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.device import Authentication, Fix, Ping, Quarantined, Telegram, Unread
from waglan.messages.devices.nmea import LINE_BYTES_MAX, Stream, read_request, write_rmc

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[3] / "../shared"))
FOLDER = SHARED / "conformance" / "nmea"
HERE = FOLDER.is_dir()
FILE = FOLDER / "traccar_nmea_gprmc.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines())) if HERE else []
published = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")
# Nobody asked for these yet, and no manual of theirs was at hand.
NOT_READ = ("Gps103", "Tk103", "Tr20")
READ = [row for row in ROWS if not any(name in row["source_path"] for name in NOT_READ)]
# Its checksum is wrong: 2E is told, and what stands there comes to another.
DAMAGED = (
    "/?id=999000000000003&gprmc="
    "$GPRMC,082202.0,A,5006.747329,N,01416.512315,E,0.0,,131018,1.2,E,A*2E"
)

LINE = b"$GPRMC,154403.000,A,6311.64120,N,01438.02740,E,10.5,90.5,270707,,*0A\r\n"


def checked(words: str) -> bytes:
    total = 0
    for byte in words.encode():
        total ^= byte
    return f"${words}*{total:02X}\r\n".encode()


def heard(row: dict[str, str]) -> Telegram | Quarantined:
    if row["encoding"] == "request":
        return read_request(row["payload"].encode())
    [one] = fed(Stream(), row["payload"].encode() + b"\r\n")
    assert isinstance(one, Telegram | Quarantined)
    return one


@published
def test_the_folder_holds_what_its_readme_says_and_these_are_read_of_it() -> None:
    assert (len(ROWS), sum(bool(row["expected"]) for row in ROWS), len(READ)) == (176, 45, 15)


@published
@pytest.mark.parametrize("name", NOT_READ)
def test_no_place_is_made_up_of_a_line_that_has_no_reader(name: str) -> None:
    rows = [row for row in ROWS if name in row["source_path"] and row["encoding"] != "request"]
    assert rows
    for row in rows:
        said = [
            one
            for heard in fed(Stream(), row["payload"].encode() + b"\r\n")
            if isinstance(heard, Telegram)
            for one in heard.said
        ]
        assert said == [], row["payload"]


@published
@pytest.mark.parametrize("row", READ, ids=lambda row: f"{row['encoding']}-{row['line']}")
def test_a_published_line_tells_its_place(row: dict[str, str]) -> None:
    one = heard(row)
    if row["payload"] == DAMAGED:
        assert codes([one]) == ["DEVICE-CHECKSUM"]
        return
    assert isinstance(one, Telegram)
    assert one.findings == ()
    [said] = one.said
    if row["verify"] == "verifyNull":
        assert not isinstance(said, Ping)
        return
    assert isinstance(said, Ping)
    assert said.at_s is not None
    if row["expected"]:
        expected = dict(part.split("=") for part in row["expected"].split(";"))
        at = datetime.fromisoformat(expected["time_utc"]).replace(tzinfo=UTC)
        assert said.at_s == int(at.timestamp())
        assert (said.fix is Fix.GNSS) == (expected["valid"] == "true")
        assert said.lat_e7 == pytest.approx(float(expected["lat"]) * 1e7, abs=100)
        assert said.lon_e7 == pytest.approx(float(expected["lon"]) * 1e7, abs=100)


@given(
    st.builds(
        Ping,
        at_s=st.integers(946_684_800, 4_102_444_799),
        lat_e7=st.integers(-900_000_000, 900_000_000),
        lon_e7=st.integers(-1_800_000_000, 1_800_000_000),
        fix=st.sampled_from([Fix.GNSS, Fix.NONE]),
        speed_m_h=st.none() | st.integers(0, 500_000),
        course_cdeg=st.none() | st.integers(0, 36_000),
    )
)
def test_a_place_that_was_written_is_read_back(ping: Ping) -> None:
    [telegram] = telegrams(fed(Stream(), write_rmc(ping)))
    assert telegram.said == (ping,)


def test_a_void_fix_is_kept_and_marked_as_such() -> None:
    line = checked("GPRMC,154403,V,6311.6412,N,01438.0274,E,,,270707,,")
    [telegram] = telegrams(fed(Stream(), line))
    assert isinstance(telegram.said[0], Ping)
    assert telegram.said[0].fix is Fix.NONE
    assert telegram.said[0].lat_e7 == 631_940_200
    empty = checked("GPRMC,154403,V,,,,,,,270707,,")
    [telegram] = telegrams(fed(Stream(), empty))
    assert telegram.said == (Ping(1_185_551_043, fix=Fix.NONE),)


def test_who_a_sentence_is_from_the_line_before_it_says() -> None:
    data = checked("FRLIN,,user1,8IVHF") + checked("GPRMC,154403,V,,,,,,,270707,,")
    login, place = telegrams(fed(Stream(), data))
    assert (login.device, login.said) == ("user1", (Authentication("8IVHF"),))
    assert place.device == "user1"


def test_a_sentence_that_was_changed_on_the_way_is_set_aside() -> None:
    stream = Stream()
    one = fed(stream, data := LINE + b"nonsense\r\n" + b"\r\n" + checked("GPXXX,1"))
    check_kept(data, one, stream.rest)
    assert codes(one) == ["DEVICE-CHECKSUM", "DEVICE-TEXT"]
    assert telegrams(one)[0].said == (Unread(b"GPXXX,1"),)


@pytest.mark.parametrize(
    "words",
    [
        "GPRMC,154403,A,6311.6412,N",
        "GPRMC,154403,X,6311.6412,N,01438.0274,E,,,270707",
        "GPRMC,154403,A,6360.0000,N,01438.0274,E,,,270707",
        "GPRMC,154403,A,9011.6412,N,01438.0274,E,,,270707",
        "GPRMC,154403,A,6311.6412,Q,01438.0274,E,,,270707",
        "FRCMD",
        "FRLIN,a",
    ],
)
def test_words_that_are_not_as_their_kind_has_them_stay_unread(words: str) -> None:
    one = fed(Stream(), checked(words))
    assert codes(one) == ["DEVICE-TEXT"]
    assert telegrams(one)[0].said == (Unread(words.encode()),)


def test_a_request_may_have_its_signs_in_code() -> None:
    sentence = checked("GPRMC,154403,V,,,,,,,270707,,").strip().decode()
    coded = sentence.replace("$", "%24").replace(",", "%2C").replace("*", "%2a")
    one = read_request(f"/?id=77&gprmc={coded}".encode())
    assert isinstance(one, Telegram)
    assert (one.device, one.said) == ("77", (Ping(1_185_551_043, fix=Fix.NONE),))
    for nothing in (b"", b"/?id=7", b"/?gprmc=x", b"/" * (LINE_BYTES_MAX + 1)):
        assert isinstance(read_request(nothing), Quarantined)


def test_blank_lines_that_keep_a_line_open_make_no_work() -> None:
    blank = b"\r\n" * 400
    one = fed(stream := Stream(), data := blank + checked("GPXXX,1") + blank * 3, [5, 801, 900])
    check_kept(data, one, stream.rest)
    assert codes(one) == ["DEVICE-NOISE"] * 2
    assert len(one) == 3


@pytest.mark.parametrize("count", [LINE_BYTES_MAX - 1, LINE_BYTES_MAX])
def test_a_line_without_an_end_is_set_aside_at_the_limit(count: int) -> None:
    one = fed(stream := Stream(), data := b"A" * count, [7])
    check_kept(data, one, stream.rest)
    assert codes(one) == ([] if count < LINE_BYTES_MAX else ["DEVICE-LONG"])


def test_ten_thousand_damaged_lines_raise_nothing_and_lose_no_byte() -> None:
    random = Random(183)
    good = [LINE, checked("FRLIN,,user1,8IVHF"), checked("GPRMC,154403,V,,,,,,,270707,,")]
    for _ in range(10_000):
        data = mutated(
            random, b"".join(random.choices(good, k=random.randint(1, 4))), b"$*,\r\n.A0"
        )
        one = fed(stream := Stream(), data, [random.randrange(1 << 16)])
        check_kept(data, one, stream.rest)
        whole = fed(Stream(), data)
        assert one == whole
        read_request(b"/?id=1&gprmc=" + data)
    assert AT_S
