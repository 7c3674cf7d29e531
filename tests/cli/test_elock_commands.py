"""`waglan elock`, on a running instance: a trip from its file to its bundle."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from command_line import CommandLine
from running_instance import Instance

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_a_trip_goes_from_its_file_to_its_bundle(
    instance: Instance, waglan: CommandLine, tmp_path: Path
) -> None:
    haulier, customs, far = (
        instance.let_in(party, role).headers["authorization"]
        for party, role in (
            ("elock-haulier", "trucker"), ("demo-customs", "customs"),
            ("demo-far-customs", "customs"),
        )
    )  # fmt: skip
    waglan.operates(instance).signs_in(instance.operator.headers["authorization"])
    told = ("lock", "add", "elock-haulier", "013622220000", "--maker", "m", "--model", "G-360P")
    lock = waglan(*told).out.strip()
    waglan.signs_in(haulier)
    waglan("lock", "install", lock, "SAMPLE1", "--installer", "Sample Workshop")
    file = tmp_path / "trip.json"
    file.write_text(json.dumps({
        "vehicle": "SAMPLE1", "lock": lock, "origin": "HK-RTT", "destination": "GD-QH",
        "cargo": "own_export", "jurisdictions": ["demonstration", "demonstration_far"],
        "consignments": ["SYNB1"], "begins_at": AT.isoformat(),
    }))  # fmt: skip
    trip = waglan("elock", "trip", str(file)).out.strip()
    assert waglan("elock", "act", trip, "arm").out.strip() == "armed  1"
    assert waglan("elock", "act", trip, "seal", "--seal", "S1").out.strip() == "sealed  2"
    assert f"{trip}  SAMPLE1  HK-RTT-GD-QH  sealed  illustrative" in waglan("elock", "trips").out
    assert waglan("elock", "verdict", trip).status == 1, "it is not for hauliers"

    waglan.signs_in(customs)
    verdict = waglan("elock", "verdict", trip)
    assert (verdict.status, verdict.out.split()[0]) == (1, "UNPROVEN")
    assert "NOTHING_HEARD" in verdict.out
    check = waglan("elock", "check", "HK-SZB", "--lock", "013622220000")
    assert (check.status, check.out.split()[0]) == (3, "inspect")
    assert waglan("elock", "bundle", trip, "--folder", str(tmp_path)).status == 0
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify_trip.py"), str(tmp_path / "trip.json"),
         "--log", instance.log_key.text],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict    UNPROVEN" in done.stdout

    waglan.signs_in(far)
    key = tmp_path / "officer.key"
    assert waglan("desk", "key", str(key)).status == 0
    window = {"from_at": AT, "until_at": AT + timedelta(minutes=9)}
    said = [f"--set={name}={at.isoformat()}" for name, at in window.items()]
    place = "--set=place=" + json.dumps({"lat_e7": 225400000, "lon_e7": 1140600000, "radius_m": 9})
    act = ("elock", "act", trip, "open", "--key", str(key), "--set=lock=013622220000", place, *said)
    opened = waglan(*act)
    assert opened.out.strip() == "opened  3", opened.err
