"""Frames of Jointech's that others published, read beside the project, never copied into it.

None of them shows a lock that is open: what was cut or opened is made up in the other tests.
"""

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from device_frames import check_kept, fed, telegrams

from waglan.elock.alarm import evidence
from waglan.elock.device import Fix, Item, Opening, Ping, Telegram
from waglan.messages.devices.jointech.binary import SPEED, VEHICLE
from waglan.messages.devices.jointech.stream import Stream
from waglan.messages.devices.model import models

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[3] / "../shared"))
FOLDER = SHARED / "conformance" / "jointech"
HERE = FOLDER.is_dir()
pytestmark = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")
FILE = FOLDER / "traccar_jt600_jointech.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines())) if HERE else []
# How the reference calls what our table calls otherwise.
NAMES = {
    "lbs": "by_cells",
    "need_ack": "asks_answer",
    "rope_inserted": "rope_in",
    "motor_locked": "locked",
}


def number(row: dict[str, str]) -> str:
    return f"{row['encoding']}-{row['line']}"


def told(row: dict[str, str]) -> bytes:
    return row["payload"].encode() if row["encoding"] == "buffer" else bytes.fromhex(row["payload"])


def read(row: dict[str, str]) -> list[Telegram]:
    data = told(row)
    heard = fed(stream := Stream(), data)
    check_kept(data, heard, stream.rest)
    assert heard == telegrams(heard)
    assert stream.rest == b""
    return telegrams(heard)


def test_the_folder_holds_what_its_readme_says() -> None:
    assert len(ROWS) == 52
    assert sum(bool(row["expected"]) for row in ROWS) == 17


@pytest.mark.parametrize("row", ROWS, ids=number)
def test_every_payload_is_framed_and_tells_a_position_where_it_has_one(row: dict[str, str]) -> None:
    heard = read(row)
    said = [one for telegram in heard for one in telegram.said]
    match row["verify"]:
        case "verifyFrame":
            # What a framer gives has its escapes undone: ours undoes them when it reads.
            out = bytes.fromhex(row["expected"].removeprefix("frame_out="))
            assert heard[0].said == fed_once(out)
        case "verifyNull":
            assert not any(isinstance(one, Ping | Opening) for one in said)
        case _:
            assert any(isinstance(one, Ping | Opening) for one in said)


def fed_once(data: bytes) -> tuple[object, ...]:
    [telegram] = telegrams(fed(Stream(), data))
    return telegram.said


@pytest.mark.parametrize("row", [r for r in ROWS if "lat=" in r["expected"]], ids=number)
def test_an_expected_position_is_the_one_that_is_read(row: dict[str, str]) -> None:
    expected = dict(part.split("=") for part in row["expected"].split(";"))
    [telegram] = read(row)
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    at = datetime.fromisoformat(expected["time_utc"]).replace(tzinfo=UTC)
    assert ping.at_s == at.timestamp()
    assert (ping.fix is Fix.GNSS) == (expected["valid"] == "true")
    assert ping.lat_e7 == pytest.approx(float(expected["lat"]) * 1e7, abs=100)
    assert ping.lon_e7 == pytest.approx(float(expected["lon"]) * 1e7, abs=100)


@pytest.mark.parametrize("row", [r for r in ROWS if r["reference_decode"]], ids=number)
def test_a_binary_frame_reads_as_the_reference_says(row: dict[str, str]) -> None:
    reference = json.loads(row["reference_decode"])
    telegram = read(row)[0]
    ping = telegram.said[0]
    assert isinstance(ping, Ping)
    assert telegram.device == reference["device"]
    assert (telegram.version is not None) == reference["long"]
    assert (telegram.message or 0) >> 4 == reference["version"]
    at = datetime.fromisoformat(reference["time_utc"]).replace(tzinfo=UTC)
    assert ping.at_s == at.timestamp()
    if reference["lat"] == reference["lon"] == 0:
        assert ping.lat_e7 is ping.lon_e7 is None  # no fix: the device has no place
    else:
        assert ping.lat_e7 == pytest.approx(reference["lat"] * 1e7, abs=6)
        assert ping.lon_e7 == pytest.approx(reference["lon"] * 1e7, abs=6)
    assert ping.course_cdeg == reference["course"] * 100
    items = {item.number: item for item in ping.items}
    assert items[SPEED] == Item(SPEED, bytes.fromhex(f"{reference['speed']:02}"))
    if reference["long"]:
        check_lock(ping, reference)


def check_lock(ping: Ping, reference: dict[str, object]) -> None:
    assert ping.odometer_m == int(str(reference["odometer_km"])) * 1000
    assert (ping.satellites, ping.status_bits) == (reference["sats"], reference["status"])
    assert bytes.fromhex(str(reference["vehicle_id"])) in [
        item.value for item in ping.items if item.number == VEHICLE
    ]
    if reference["battery"] == 255:
        assert (ping.battery_percent, ping.is_charging) == (None, True)
    else:
        assert ping.battery_percent == reference["battery"]
    said = {signal.alarm.value for signal in evidence(ping, models()["JT701"]).signals}
    bits = reference["bits"]
    assert isinstance(bits, list)
    bits = {NAMES.get(bit, bit) for bit in bits}
    # A cover that is open is told by a bit that is not set, of which the reference says nothing.
    assert said - {"back_cover_open"} == bits
    assert ("back_cover_open" in said) == ("back_cover_closed" not in bits)
