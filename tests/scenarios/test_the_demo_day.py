"""`waglan demo --fast --exit`, as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

WAGLAN = Path(sys.executable).with_name("waglan")


def test_the_demo_day_ends_by_itself_with_every_bill_decided_before_arrival(home: Path) -> None:
    settings = {"XDG_DATA_HOME": str(home), "WAGLAN_LANG": "en", "COLUMNS": "120"}
    day = subprocess.run(
        [WAGLAN, "demo", "--fast", "--exit"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert day.returncode == 0, day.stdout[-2000:] + day.stderr[-2000:]
    cells = [line.strip("│ ").split("│") for line in day.stdout.splitlines() if "│" in line]
    rows = {row[0].strip(): row[1].strip() for row in cells if len(row) == 2}
    assert int(rows["Bills filed"].replace(",", "")) == 4_600
    assert rows["Decided before arrival (our own step)"] == rows["Bills filed"]
    assert "proven" in rows["One event proven"]
    assert "Traceback" not in day.stdout + day.stderr
    # Everything ended with the command: the database too.
    [rooms] = home.glob("waglan-demo/postgres/data")
    assert not (rooms / "postmaster.pid").exists()
