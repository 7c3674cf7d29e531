"""A lock that tells its places in GCJ-02: converted when they come, and never again."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from device_at_the_door import sql
from running_instance import Instance
from trip_under_lock import Port, let_in, trip

from waglan.cli.alone import script
from waglan.elock.datum import to_gcj02
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf

MINUTE = timedelta(minutes=1)
SHIFTED = {"datum": "GCJ-02", "territory": "CN"}


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def names(found: dict[str, Any]) -> set[str]:
    return {one["reason"] for one in found["reasons"]}


def told_by(bundle: httpx.Response) -> dict[str, Any]:
    """What a bundle says in its first line; the second one signs it."""
    return dict(json.loads(bundle.text.splitlines()[0]))


def test_a_lock_of_gcj02_is_read_as_it_means_and_its_raw_places_stay(port: Port) -> None:
    with trip(port, "GCJ1", devices=SHIFTED) as one:
        one.sends = to_gcj02
        one.seals()
        one.drives()
        verdict = one.verdict(port.near)
        assert verdict["outcome"] == "GREEN", verdict
        bundle = told_by(port.near.desk.get(f"/v1/trips/{one.id}/bundle"))
        fixes = [entry["what"] for entry in bundle["log"] if entry["kind"] == "fix"]
        true = {(fix.lat_e7, fix.lon_e7) for fix in one.driven}
        # JT/T 808 counts millionths of a degree: what comes back lies within one of them.
        for fix in fixes:
            assert any(
                abs(fix["lat_e7"] - lat) <= 12 and abs(fix["lon_e7"] - lon) <= 12
                for lat, lon in true
            )
        [(count, transform)] = sql(
            port.instance, "SELECT count(*), min(transform) FROM frame_place"
        )
        assert count > 0
        assert transform == 1


def test_a_lock_that_says_wgs84_and_tells_gcj02_is_found_out_when_it_is_armed_again(
    port: Port, tmp_path: Path
) -> None:
    with trip(port, "GCJ2", devices={"datum": "WGS-84", "territory": "CN"}) as one:
        one.sends, one.start = to_gcj02, one.start - 60 * MINUTE
        one.seals()
        one.drives()
        assert "DATUM" not in names(one.verdict(port.near)), "never in mid-trip"
        at = one.end
        opened = one.signs(port.far, Act.OPEN, lock=one.lock, place=one.there, at=at,
                           from_at=at, until_at=at + 30 * MINUTE)  # fmt: skip
        assert opened.status_code == 201, opened.text
        assert one.step(Act.CLOSE).status_code == 201
        ids = {lock["terminal"]: lock["id"] for lock in port.haulier.get("/v1/locks").json()}
        again = port.plans("GCJ2", *[ids[player.terminal] for player in one.players])
        assert again.status_code == 201, again.text
        second = replace(one, id=again.json()["id"], start=at + 10 * MINUTE)
        second.seals()
        second.drives()
        assert "DATUM" in names(second.verdict(port.near))
        assert "DATUM" in names(second.verdict(port.far))
        bundle = port.near.desk.get(f"/v1/trips/{second.id}/bundle")
        (tmp_path / "trip.json").write_bytes(bundle.content)
        log = told_by(bundle)["log"]
        said = {one["what"]["learned_as"] for one in log if one["kind"] == "misread"}
        assert said == {"GCJ-02"}
        (tmp_path / "verify_trip.py").write_text(script())
        done = subprocess.run(
            [sys.executable, "-I", "verify_trip.py", "trip.json", "--log",
             port.instance.log_key.text], cwd=tmp_path,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_bd09_and_a_shift_in_hong_kong_are_refused(port: Port) -> None:
    new = {"party": "trip-haulier", "protocol": "jtt808", "terminal": "013900000001",
           "maker": "Sample Locks", "model": "G-360P"}  # fmt: skip
    for said, code in (
        ({"datum": "BD-09", "territory": "CN"}, "DEVICE-DATUM"),
        ({"datum": "GCJ-02", "territory": "HK"}, "DEVICE-DATUM-HERE"),
        ({"datum": "GCJ-02"}, "DEVICE-DATUM-HERE"),
    ):
        answer = port.instance.operator.post("/v1/locks", json=new | said)
        assert answer.status_code == 422
        assert answer.json()["findings"][0]["code"] == code
