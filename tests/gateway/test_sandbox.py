"""Workbooks are read in a process that can do nothing else, and that may die without harm."""

import subprocess
import sys
from unittest.mock import patch

from waglan.gateway import sandbox
from waglan.messages.sheet.template import xlsx_template
from waglan.messages.sheet.xlsx import read_xlsx

# What a reader that was taken over might try, behind the very door that it works behind.
TRIES = """
import os, socket, sys
from waglan.gateway import sandboxed
from waglan.gateway.sandbox import limit
files = [fd for fd in range(3, 200) if os.path.exists(f"/proc/self/fd/{fd}")]
limit()
shut = sandboxed._no_files(), sandboxed._nobody()
said = [f"files={files}", f"environment={sorted(os.environ)}"]
for name, act in {
    "read": lambda: open("/etc/hostname").read(),
    "write": lambda: open("/tmp/waglan-sandbox-probe", "w").write("x"),
    "memory": lambda: len(bytearray(4 << 30)),
}.items():
    try:
        act()
        said.append(f"{name}=done")
    except (OSError, MemoryError) as error:
        said.append(f"{name}={type(error).__name__}")
print(shut, *said)
"""


def test_a_workbook_reads_alike_inside_and_outside() -> None:
    data = xlsx_template()
    assert sandbox.read_xlsx(data) == read_xlsx(data)


def test_the_process_has_no_files_no_environment_and_limits() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", TRIES],
        env={}, cwd="/", capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    level = sandbox.level()
    assert level is not None
    assert "files=[]" in done.stdout
    # Python itself may add the locale that it found.
    assert "environment=[]" in done.stdout or "environment=['LC_CTYPE']" in done.stdout
    assert "memory=MemoryError" in done.stdout
    if level.landlock:
        assert "read=PermissionError" in done.stdout
        assert "write=PermissionError" in done.stdout


def test_the_level_is_told_in_words() -> None:
    assert sandbox.Level(landlock=False, other_user=False).words == "limits"
    assert sandbox.Level(landlock=True, other_user=True).words == "limits, Landlock, another user"


def test_a_reader_that_dies_or_never_ends_is_answered_for() -> None:
    with patch.object(sandbox, "WALL_SECONDS_MAX", 0.01):
        assert [f.code for f in sandbox.read_xlsx(xlsx_template()).findings] == [
            "SHEET-TOO-MUCH-WORK"
        ]
    with patch.object(sandbox, "ANSWER_BYTES_MAX", 10):
        assert [f.code for f in sandbox.read_xlsx(xlsx_template()).findings] == [
            "SHEET-TOO-MUCH-WORK"
        ]
    with patch.object(sys, "executable", "/bin/false"):
        assert sandbox.level() is None
