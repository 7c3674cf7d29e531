"""Kill processes of a running instance at random while clients file; then compare the ledgers.

Run: .venv/bin/python bench/kills.py [kills] [seed]   (200 kills take about eight minutes)
"""

import sys
import tempfile
import time  # noqa: TID251
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "durability"))

from killing import compare, kill_at_random, running

KILLS = 200
PAUSE_SECONDS = 1.0


def main() -> None:
    """Print what was killed, what was filed, and that both ledgers agree."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
    print(f"{kills} kills, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="waglan-kills-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        began = time.monotonic()
        with running(folder) as (up, quay):
            killed, filed = kill_at_random(up, quay, kills=kills, seed=seed, pause_s=PAUSE_SECONDS)
            for kind, count in killed.most_common():
                print(f"{count:6} times {kind}")
            print(f"{len(filed):6} manifests with {sum(filed.values())} bills were acknowledged")
            compare(quay, filed)
        took_s = time.monotonic() - began
        print(f"nothing is lost, nothing is there twice, the log verifies: {took_s:.0f} s")


if __name__ == "__main__":
    main()
