"""A witness as its operator runs it: its own process, a real socket, a folder on disk."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.gateway.witness_folder import WitnessFolder, make_witness
from waglan.logbook.note import Algorithm, SignerKey, VerifierKey, read_verifier_key

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


@contextmanager
def two_witnesses(folder: Path, log_key: VerifierKey) -> Iterator[list[WitnessProcess]]:
    """Run the witnesses of a customs and of a bank, which trust this log."""
    with ExitStack() as running:
        started = []
        for name in ("customs", "bank"):
            own = Ed25519PrivateKey.generate()
            signer = SignerKey(f"{name}.test/witness", Algorithm.COSIGNATURE, own)
            make_witness(folder / name, signer)
            with WitnessFolder(folder / name) as witness:
                witness.trust(log_key.name, log_key)
            started.append(running.enter_context(WitnessProcess(folder / name)))
        yield started
