"""A telephone's place as JSON: read digit by digit, and what can't be read kept with its reason."""

import csv
import json
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.render import render
from waglan.elock.device import Crossing, Logout, Ping, Quarantined, Telegram, Unread
from waglan.messages.devices.owntracks import BODY_BYTES_MAX, REPORTS_MAX, read, write

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[3] / "../shared"))
FOLDER = SHARED / "conformance" / "owntracks"
HERE = FOLDER.is_dir()
FILE = FOLDER / "traccar_owntracks.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines())) if HERE else []
published = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")

PLACE = b'{"_type":"location","tid":"5t","lat":46.0681247,"lon":-11.1512805,"tst":1551874878}'


def telegram(body: bytes) -> Telegram:
    heard = read(body)
    assert isinstance(heard, Telegram)
    assert heard.raw == body
    return heard


def codes(body: bytes) -> list[str]:
    heard = read(body)
    found = heard.findings if isinstance(heard, Telegram) else (heard.finding,)
    for finding in found:
        assert render(finding, "zh-Hant-HK").problem
    return [finding.code for finding in found]


@published
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["line"])
def test_a_published_body_tells_its_place_to_the_last_digit(row: dict[str, str]) -> None:
    body = row["payload"].removeprefix("/").encode()
    [ping] = telegram(body).said
    told = json.loads(body, parse_float=str, parse_int=str)
    assert isinstance(ping, Ping)
    assert ping.at_s == int(told["tst"])
    assert ping.lat_e7 == round(float(told["lat"]) * 1e7)
    assert ping.lon_e7 == round(float(told["lon"]) * 1e7)
    for field, key, unit in (
        ("accuracy_m", "acc", 1),
        ("altitude_m", "alt", 1),
        ("speed_m_h", "vel", 1000),
        ("course_cdeg", "cog", 100),
        ("battery_percent", "batt", 1),
    ):
        assert getattr(ping, field) == (int(told[key]) * unit if key in told else None)
    assert telegram(body).device == told.get("topic", told["tid"])


@published
def test_the_folder_holds_what_its_readme_says() -> None:
    assert len(ROWS) == 6


@given(
    st.builds(
        Ping,
        at_s=st.integers(1, 4_102_444_799),
        lat_e7=st.integers(-900_000_000, 900_000_000),
        lon_e7=st.integers(-1_800_000_000, 1_800_000_000),
        altitude_m=st.none() | st.integers(-500, 9_000),
        accuracy_m=st.none() | st.integers(0, 100_000),
        speed_m_h=st.none() | st.integers(0, 200_000),
        course_cdeg=st.none() | st.integers(0, 36_000),
        battery_percent=st.none() | st.integers(0, 100),
    )
)
def test_a_place_that_was_written_is_read_back(ping: Ping) -> None:
    told = telegram(write(ping, "owntracks/driver/1"))
    assert told.said == (ping,)
    assert told.device == "owntracks/driver/1"
    assert told.findings == ()


def test_another_client_tells_metres_a_second_and_a_battery_from_nought_to_one() -> None:
    body = b"""{"location": {"timestamp": "2026-11-30T20:15:00.500+08:00", "coords": {
        "latitude": 22.503, "longitude": 113.945, "accuracy": 5, "speed": 20, "heading": -1,
        "altitude": 3.6}, "odometer": 12.4, "battery": {"level": 0.57, "is_charging": false}},
        "device_id": "48241179"}"""
    told = telegram(body)
    assert told.device == "48241179"
    assert told.said == (
        Ping(
            1_796_040_900,
            225_030_000,
            1_139_450_000,
            altitude_m=4,
            accuracy_m=5,
            speed_m_h=72_000,
            odometer_m=12,
            battery_percent=57,
            is_charging=False,
        ),
    )


def test_a_telephone_tells_borders_and_that_it_is_gone() -> None:
    border = b'{"_type":"transition","tst":9,"event":"leave","desc":"yard","lat":1.5,"lon":2}'
    assert telegram(border).said == (Crossing(9, False, "yard", 15_000_000, 20_000_000),)
    assert telegram(b'{"_type":"lwt","tst":9}').said == (Logout(9),)


def test_a_list_tells_each_report_and_one_bad_one_harms_no_other() -> None:
    bad = b'{"_type":"location","tid":"5t","lat":"north"}'
    told = telegram(b"[" + PLACE + b"," + bad + b"," + PLACE + b"]")
    assert [type(said) for said in told.said] == [Ping, Unread, Ping]
    assert told.said[1] == Unread(bad)
    assert [(f.code, f.where.path) for f in told.findings] == [("DEVICE-FORM", "1")]


def test_a_list_of_two_devices_tells_the_first_ones_reports_alone() -> None:
    told = telegram(b"[" + PLACE + b"," + PLACE.replace(b"5t", b"6t") + b"]")
    assert told.device == "5t"
    assert [type(said) for said in told.said] == [Ping, Unread]


@pytest.mark.parametrize("count", [REPORTS_MAX, REPORTS_MAX + 1])
def test_a_list_has_a_limit(count: int) -> None:
    body = b"[" + b",".join([PLACE] * count) + b"]"
    assert codes(body) == ([] if count == REPORTS_MAX else ["DEVICE-MANY"])


@pytest.mark.parametrize("size", [BODY_BYTES_MAX, BODY_BYTES_MAX + 1])
def test_a_body_has_a_limit(size: int) -> None:
    assert codes(PLACE.ljust(size)) == ([] if size == BODY_BYTES_MAX else ["DEVICE-LONG"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "DEVICE-FORM"),
        (b"{", "DEVICE-FORM"),
        (b"\xff", "DEVICE-FORM"),
        (b"7", "DEVICE-FORM"),
        (b"[" * 100_000, "JSON-TOO-DEEP"),
        (b'{"_type":"location","lat":1,"lat":2,"lon":3,"tst":4}', "JSON-KEY-TWICE"),
        (b'{"_type":"location","lat":1,"lon":3}', "DEVICE-FORM"),
        (b'{"_type":"waypoints"}', "DEVICE-KIND"),
        (b"{}", "DEVICE-KIND"),
        (b'{"_type":"encrypted","data":"x"}', "DEVICE-ENCRYPTED"),
        (b'{"_type":"transition","tst":9,"event":"stay"}', "DEVICE-FORM"),
        (
            b'{"location":{"timestamp":"2026-11-30T00:00:00","coords":{"latitude":1,"longitude":1}}}',
            "DEVICE-FORM",
        ),
    ],
)
def test_what_can_not_be_read_is_kept_with_the_reason(body: bytes, code: str) -> None:
    assert codes(body) == [code]


@pytest.mark.parametrize(
    "latitude", [b"90.0000001", b"1e999999999", b"-1e400", b'"NaN"', b'"sNaN"']
)
def test_a_place_that_is_none_is_unknown(latitude: bytes) -> None:
    body = PLACE.replace(b"46.0681247", latitude)
    assert codes(body) == ["DEVICE-PLACE"]
    [ping] = telegram(body).said
    assert isinstance(ping, Ping)
    assert ping.lat_e7 is ping.lon_e7 is None


@pytest.mark.parametrize("time", [b"0", b"-5", b"1551874878000", b"9" * 400])
def test_a_time_that_is_none_is_unknown(time: bytes) -> None:
    assert codes(PLACE.replace(b"1551874878", time)) == ["DEVICE-TIME"]


def test_ten_thousand_damaged_bodies_raise_nothing_and_are_kept_whole() -> None:
    random = Random(30)
    for _ in range(10_000):
        body = bytearray(random.choice([PLACE, b"[" + PLACE + b"," + PLACE + b"]"]))
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(body))
            body[at : at + random.randint(0, 3)] = bytes(random.choices(b'{}[]",:0e-.\\\xff', k=2))
        heard = read(bytes(body))
        assert isinstance(heard, Telegram | Quarantined)
        assert heard.raw == bytes(body)
        codes(bytes(body))
