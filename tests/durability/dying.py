"""An instance that dies at a named place when a test asks for it, and is back a moment after."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from answering import Client, clients, configured

from waglan.store.dsn import Dsn


@dataclass(frozen=True)
class Dying:
    """The instance, who speaks to it, and the folder in which it is told where to die."""

    folder: Path
    client: Client
    operator: str

    def arm(self, point: str) -> None:
        """Have it die once, when it next comes to this place."""
        draft = self.folder / "draft"
        draft.write_text(point)
        (self.folder / "fired").unlink(missing_ok=True)
        draft.rename(self.folder / "armed")

    def died(self) -> bool | None:
        return (self.folder / "fired").exists() or None


@contextmanager
def dying(dsn: Dsn, folder: Path) -> Iterator[Dying]:
    """Have such an instance answer inside the block, with this database and these keys."""
    port = configured(dsn, folder)
    program = Path(__file__).with_name("crashing.py")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([sys.executable, program, folder], stdout=said, stderr=said)
    try:
        with clients(port, seconds=20) as client:
            yield Dying(folder, client, (folder / "operator.token").read_text().strip())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
