"""What a process says of its failures may be read by whoever runs the machine."""

import subprocess
import sys

PROGRAM = """
import structlog
from waglan.gateway.journal import speak_plainly

def work(cargo):
    raise LookupError("chunk 3 is gone")

speak_plainly()
try:
    work("SAMPLE TRADING LTD")
except LookupError:
    structlog.get_logger().exception("worker: a piece failed and waits", number=7)
"""


def test_a_traceback_names_the_line_that_failed_and_nothing_that_it_held() -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    assert "chunk 3 is gone" in said
    assert "in work" in said
    assert "worker: a piece failed and waits" in said
    assert "SAMPLE TRADING" not in said
