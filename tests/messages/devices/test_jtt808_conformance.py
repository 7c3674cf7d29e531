"""Frames that others published, read from the folder beside the project, never copied into it."""

import csv
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from device_frames import check_kept, codes, fed, quarantined, telegrams

from waglan.elock.device import Fix, Ping, Registration, Telegram
from waglan.messages.devices.jtt808.frame import Frame, read_frame, write_frame
from waglan.messages.devices.jtt808.items import named
from waglan.messages.devices.jtt808.location import ping_of, read_location
from waglan.messages.devices.jtt808.stream import Stream

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[3] / "../shared"))
FOLDER = SHARED / "conformance" / "jtt808"
HERE = FOLDER.is_dir()
pytestmark = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")
FILE = FOLDER / "smallchi_jt808.csv"
csv.field_size_limit(sys.maxsize)
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines())) if HERE else []
FRAMES = [row for row in ROWS if row["kind"] == "frame"]
GOOD = [row for row in FRAMES if row["ref_checksum_len_ok"] == "1"]
BAD = [row for row in FRAMES if row["ref_checksum_len_ok"] == "0"]
# Its reference takes these for broken. Unescaped as the standard tells, serial 00 7E and fuel 00 7D
# come out, the length is right and so is the checksum, and the source's own test says 126.
WHOLE = (
    "7E02000026123456789012007D02000000010000000200BA7F0E07E4F11C0028003C0000"
    "1810151010100104000000640202007D01137E"
)


def number(row: dict[str, str]) -> str:
    return f"{row['source_path'].rpartition('/')[2]}-{row['test']}"


def test_the_folder_holds_what_its_readme_says() -> None:
    assert (len(ROWS), len(FRAMES), len(GOOD), len(BAD)) == (456, 175, 127, 48)


@pytest.mark.parametrize("row", GOOD, ids=number)
def test_a_good_frame_reads_as_the_reference_says_and_is_written_back(row: dict[str, str]) -> None:
    data, told = bytes.fromhex(row["payload_hex"]), json.loads(row["reference_decode"])
    heard = fed(stream := Stream(), data)
    check_kept(data, heard, stream.rest)
    [telegram] = telegrams(heard)
    assert heard == [telegram]
    assert f"0x{telegram.message:04x}" == told["msg"]
    assert (telegram.version is not None) == (told["ver"] == 2019)
    assert (telegram.device, telegram.serial) == (told["phone"], told["sn"])
    frame = read_frame(data[1:-1])
    assert isinstance(frame, Frame)
    assert frame.header.encryption == told["enc"]
    fragment = frame.header.total and [frame.header.total, frame.header.index]
    assert fragment == told["frag"]
    assert write_frame(frame) == data
    pings = [said for said in telegram.said if isinstance(said, Ping)]
    if "alarm" in told:
        check_position(pings[0], told)
    if "first" in told:
        assert len(pings) == told["decoded"] == told["batch"]
        check_position(pings[0], told["first"])
        assert pings[0].is_backfill is bool(told["kind"])
    assert ("DEVICE-ITEMS" in codes(heard)) == told.get("items", {}).pop("_trunc", False)


def check_position(ping: Ping, told: dict[str, object]) -> None:
    at = datetime.fromisoformat(str(told["time_cst"])).replace(tzinfo=UTC) - timedelta(hours=8)
    assert ping.at_s == at.timestamp()
    assert (ping.alarm_bits, ping.status_bits) == (told["alarm"], told["status"])
    assert ping.status_bits is not None
    assert ping.status_bits & 1 == told["acc"]
    assert (ping.fix is Fix.GNSS) == bool(told["fix"])
    assert ping.lat_e7 == round(float(str(told["lat"])) * 10**7)
    assert ping.lon_e7 == round(float(str(told["lon"])) * 10**7)
    assert ping.altitude_m == told["alt"]
    assert ping.speed_m_h == round(float(str(told["speed_kmh"])) * 1000)
    assert ping.course_cdeg == told["course"] * 100 if isinstance(told["course"], int) else False
    items = {str(item.number): item.value.hex() for item in ping.items}
    reference = told["items"]
    assert isinstance(reference, dict)
    assert items == {number: value for number, value in reference.items() if number != "_trunc"}


@pytest.mark.parametrize("row", [r for r in BAD if r["payload_hex"] != WHOLE], ids=number)
def test_a_broken_frame_is_set_aside_with_every_byte_and_a_reason(row: dict[str, str]) -> None:
    data = bytes.fromhex(row["payload_hex"])
    heard = fed(stream := Stream(), data)
    check_kept(data, heard, stream.rest)
    assert telegrams(heard) == []
    assert quarantined(heard)


def test_all_frames_of_the_folder_in_one_connection_are_each_found() -> None:
    frames = [bytes.fromhex(row["payload_hex"]) for row in FRAMES]
    heard = fed(stream := Stream(), data := b"".join(frames))
    check_kept(data, heard, stream.rest)
    assert len(telegrams(heard)) == len(GOOD) + 3


def test_a_frame_whose_every_escape_is_right_is_whole_though_its_reference_doubts_it() -> None:
    assert sum(row["payload_hex"] == WHOLE for row in BAD) == 3
    [telegram] = fed(Stream(), bytes.fromhex(WHOLE))
    assert isinstance(telegram, Telegram)
    assert telegram.serial == 126


def asserted(row: dict[str, str], name: str) -> str | None:
    """What the source's own test expects of a field, of the pairs `expected, actual`."""
    found = re.search(rf"(?:^|\| )([^|]*), [^|]*\.{name}(?: \||$)", row["csharp_asserts"])
    return found and found[1].strip()


PLACED = [r for r in ROWS if "0x0200Test" in r["source_path"] and asserted(r, "Lat")]


@pytest.mark.parametrize("row", PLACED, ids=number)
def test_a_place_with_its_sign_twice_counts_where_both_agree(row: dict[str, str]) -> None:
    data = bytes.fromhex(row["payload_hex"])
    location = read_location(data if row["kind"] == "body" else data[13:-2])
    assert location is not None
    ping, found = ping_of(location, 0)
    north, east = int(asserted(row, "Lat") or 0), int(asserted(row, "Lng") or 0)
    if (bool(location.status & 4), bool(location.status & 8)) != (north < 0, east < 0):
        # It writes minus and does not say south: who is right nobody can tell.
        assert ping.lat_e7 is ping.lon_e7 is None
        assert [finding.code for finding in found] == ["DEVICE-PLACE"]
    else:
        assert (ping.lat_e7, ping.lon_e7) == (north * 10, east * 10)


def test_the_standards_own_items_are_named() -> None:
    [row] = [r for r in GOOD if r["test"] == "Test_all_attcahids"]
    [telegram] = telegrams(fed(Stream(), bytes.fromhex(row["payload_hex"])))
    [ping] = telegram.said
    assert isinstance(ping, Ping)
    told = {name: value for item in ping.items for name, value in named(item).items()}
    assert told == {
        "odometer_hm": 100,
        "fuel_dl": 55,
        "recorder_speed_hm_h": 56,
        "alarm_event": 1,
        "overspeed_place_kind": 1,
        "overspeed_place": 1,
        "crossed_kind": 1,
        "crossed": 1,
        "crossed_outwards": 1,
        "road": 2,
        "road_s": 34,
        "road_too_long": 1,
        "vehicle_signals": 23,
        "io_status": 244,
        "analogue_1": 0,
        "analogue_0": 242,
        "signal": 2,
        "satellites": 5,
    }
    assert (ping.odometer_m, ping.signal, ping.satellites) == (10_000, 2, 5)


REGISTERED = [r for r in GOOD if asserted(r, "PlateNo")]


@pytest.mark.parametrize("row", REGISTERED, ids=number)
def test_a_registration_reads_as_the_source_says(row: dict[str, str]) -> None:
    [telegram] = telegrams(fed(Stream(), bytes.fromhex(row["payload_hex"])))
    [said] = telegram.said
    assert isinstance(said, Registration)
    assert f'"{said.plate}"' == asserted(row, "PlateNo")
    for field, name in (("plate_colour", "PlateColor"), ("county", "CityOrCountyId")):
        assert str(getattr(said, field)) == asserted(row, name)


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] == "body"], ids=number)
def test_a_body_that_others_published_raises_nothing_in_any_message(row: dict[str, str]) -> None:
    data = bytes.fromhex(row["payload_hex"])
    heard = fed(stream := Stream(), b"\x7e" + data + b"\x7e")
    check_kept(b"\x7e" + data + b"\x7e", heard, stream.rest)
