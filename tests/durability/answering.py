"""What an instance that is to die has in common with others: its port, and who speaks to it."""

import pickle
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from quay import persist

from waglan.gateway.instance import Config
from waglan.store.dsn import Dsn

LOG = "waglan.test/log"
MESSAGE_BYTES_MAX = 8 << 20

Client = Callable[[str], httpx.Client]  # for a token


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def configured(dsn: Dsn, folder: Path) -> int:
    """Leave in the folder how an instance is to be run, and return its port."""
    port = free_port()
    config = Config(dsn, folder, LOG, "127.0.0.1", port, MESSAGE_BYTES_MAX)
    (folder / "config").write_bytes(pickle.dumps(config))
    return port


@contextmanager
def clients(port: int, *, seconds: int) -> Iterator[Client]:
    """Wait until an instance answers; what makes clients for it, each of which is closed after."""
    with ExitStack() as opened:

        def client(token: str) -> httpx.Client:
            headers = {"Authorization": f"Bearer {token}"}
            address = f"http://127.0.0.1:{port}"
            return opened.enter_context(
                httpx.Client(base_url=address, headers=headers, timeout=seconds)
            )

        persist(lambda: client("none").get("/healthz"))
        yield client
