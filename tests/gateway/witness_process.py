"""A witness as its operator runs it: its own process, a real socket, a folder on disk."""

import subprocess
import sys
from pathlib import Path
from typing import Self

from waglan.logbook.note import VerifierKey, read_verifier_key

MAIN = [sys.executable, "-c", "from waglan.cli.app import main; main()", "witness"]


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, *words], capture_output=True, text=True, timeout=30, check=False)


class WitnessProcess:
    """Started, and killed without warning at the end."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [*MAIN, "run", str(folder), "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        key, _, self.url = said.strip().partition(" at ")
        self.key: VerifierKey = read_verifier_key(key)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
