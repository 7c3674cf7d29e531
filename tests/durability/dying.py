"""An instance that dies at a named place when a test asks for it, and is back a moment after."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from killing import free_port
from quay import persist

from waglan.gateway.instance import Config
from waglan.store.dsn import Dsn


@dataclass(frozen=True)
class Dying:
    """The instance, who speaks to it, and the folder in which it is told where to die."""

    folder: Path
    client: Callable[[str], httpx.Client]
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
    port = free_port()
    config = Config(dsn, folder, "waglan.test/log", "127.0.0.1", port, 8 << 20)
    (folder / "config").write_bytes(pickle.dumps(config))
    program = Path(__file__).with_name("crashing.py")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([sys.executable, program, folder], stdout=said, stderr=said)
    clients: list[httpx.Client] = []

    def client(token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        address = f"http://127.0.0.1:{port}"
        clients.append(httpx.Client(base_url=address, headers=headers, timeout=20))
        return clients[-1]

    try:
        persist(lambda: client("none").get("/healthz"))
        yield Dying(folder, client, (folder / "operator.token").read_text().strip())
    finally:
        for one in clients:
            one.close()
        process.send_signal(signal.SIGTERM)
        process.wait(10)
