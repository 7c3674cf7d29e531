"""`waglan demo --fast --exit`, as a newcomer runs it."""

import os
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

WAGLAN = Path(sys.executable).with_name("waglan")


def test_the_demo_day_ends_by_itself_with_every_bill_decided_before_arrival(home: Path) -> None:
    settings = {"XDG_DATA_HOME": str(home), "WAGLAN_LANG": "en", "COLUMNS": "160"}
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
    assert rows["Stopped by a check before it was sent"].startswith("HK-MAN-020")
    assert "(shipping instruction) was taken" in rows["two sources differ"]
    assert rows["filed, approved by a second person"] == "accepted"
    notice = rows["Notice on the detained bill"]
    assert notice.startswith("DN-")
    assert notice.endswith("answered, 1 document(s) with customs")
    assert "but was reported with" in day.stdout
    assert rows["Examined"].endswith("another quantity than declared")
    assert rows["its status, signed, checked offline"].startswith("conditionally cleared")
    trucks = {row[0].split(">")[0].strip(): row[2].strip() for row in cells if len(row) == 7}
    assert (trucks["SYN-GD2"], trucks["SYN-GX1"]) == ("RED", "GREEN")
    assert "Traceback" not in day.stdout + day.stderr
    # Everything ended with the command: the database too.
    [rooms] = home.glob("waglan-demo/postgres/data")
    assert not (rooms / "postmaster.pid").exists()


def test_after_the_day_one_looks_around_with_the_lines_it_prints_and_leaves_with_ctrl_c(
    home: Path,
) -> None:
    settings = {"XDG_DATA_HOME": str(home), "WAGLAN_LANG": "en", "COLUMNS": "80"}
    settings["PATH"] = "/usr/bin:/bin"  # as for whoever typed `make demo`
    with subprocess.Popen(
        [WAGLAN, "demo", "--fast", "--seed", "3"],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as day:
        assert day.stdout is not None
        try:
            said = [*takewhile(lambda line: "until Ctrl-C" not in line, day.stdout)]
            lines = [day.stdout.readline() for _ in range(9)]
            assert "waglan track" in "".join(lines), "".join(said)[-4000:]
            look = subprocess.run(
                ["bash", "-e", "-c", "".join(lines)],
                env=os.environ | settings,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert look.returncode == 0, "".join(lines) + look.stdout[-2000:] + look.stderr[-2000:]
            assert "customs status: detained" in look.stdout
            assert "stands as it was signed" in look.stdout
        finally:
            day.send_signal(signal.SIGINT)
            rest = day.communicate(timeout=60)[0]
    assert day.returncode == 0, "".join(said)[-2000:] + rest
