"""An acknowledgement leaves after the disk has what it acknowledges, as the system calls show."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from answering import free_port
from killing import children
from quay import Quay, open_quay, paper, persist
from running_instance import ORIGIN

from waglan.gateway.instance import Config
from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server

CALLS = "fdatasync,fsync,pwrite64,pwritev,sendto,sendmsg,write,writev"
BYTES_SHOWN = 4 << 20  # a page of the WAL is 8 KiB, and hundreds are written at once
ATTACHED_SECONDS_MAX = 20
FLUSHED = re.compile(
    r"(fdatasync|fsync)\(\d+<[^>]*/pg_wal/|<\.\.\. (fdatasync|fsync) resumed>.*= 0"
)


@pytest.fixture(scope="module")
def served(
    module_database: Dsn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Quay, int]]:
    """A quay before an interface in a process of its own, and that process's number."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    config = Config(module_database, folder, ORIGIN, "127.0.0.1", port, 8 << 20)
    (folder / "config").write_bytes(pickle.dumps(config))
    program = Path(__file__).with_name("serving.py")
    process = subprocess.Popen([sys.executable, str(program), str(folder / "config")])
    clients: list[httpx.Client] = []

    def client(token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async"}
        address = f"http://127.0.0.1:{port}"
        clients.append(httpx.Client(base_url=address, headers=headers, timeout=30))
        return clients[-1]

    try:
        persist(lambda: client("none").get("/healthz"))
        token = (folder / "operator.token").read_text().strip()
        yield open_quay(client, token, module_database, folder), process.pid
    finally:
        for one in clients:
            one.close()
        process.terminate()
        process.wait(20)


@contextmanager
def traced(pids: list[int], log: Path) -> Iterator[None]:
    """Have every write and flush of these processes written down, in the order they happened."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: the order of system calls is not checked")
    words = [strace, "-f", "-y", "-s", str(BYTES_SHOWN), "-e", f"trace={CALLS}", "-o", str(log)]
    words += [word for pid in pids for word in ("-p", str(pid))]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + ATTACHED_SECONDS_MAX
        while not all(map(is_traced, pids)):
            if process.poll() is not None:
                said = process.stderr.read() if process.stderr else ""
                pytest.skip(f"tracing is not permitted here: {said.strip()[:200]}")
            assert time.monotonic() < until, "strace did not attach"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def is_traced(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return "TracerPid:\t0\n" not in status


@contextmanager
def flushed_by_commits_alone(dsn: Dsn) -> Iterator[None]:
    """Keep the server's own writer from flushing the WAL just before the answer, by chance."""
    with psycopg.connect(dsn.admin or "", autocommit=True) as conn:
        conn.execute("alter system set wal_writer_delay = '10s'")
        conn.execute("select pg_reload_conf()")
        time.sleep(0.5)  # its last turn at the old pace
        try:
            yield
        finally:
            conn.execute("alter system reset wal_writer_delay")
            conn.execute("select pg_reload_conf()")


def calls_around_a_post(
    served: tuple[Quay, int], server: Server, log: Path, mark: str
) -> list[str]:
    quay, interface = served
    text = (server.house.data / "postmaster.pid").read_text()
    postmaster = int(text.split()[0])
    with (
        flushed_by_commits_alone(quay.dsn),
        traced([interface, postmaster, *children(postmaster)], log),
    ):
        kind = {"Content-Type": f"application/{mark}"}
        answer = quay.carrier.post("/v1/messages", content=paper(mark[-6:]), headers=kind)
        assert answer.status_code in (201, 202), answer.text
        time.sleep(0.3)
    return log.read_text(errors="replace").splitlines()


def test_an_acknowledgement_is_preceded_by_the_flush_of_the_receipt_it_acknowledges(
    served: tuple[Quay, int], server: Server, tmp_path: Path
) -> None:
    # The content type stands in the receipt's row, and so in the very bytes of the WAL.
    mark = f"x-mark-{os.getpid():06}"
    lines = calls_around_a_post(served, server, tmp_path / "calls", mark)
    [acknowledged] = [n for n, line in enumerate(lines) if '"HTTP/1.1 20' in line]
    written = [n for n, line in enumerate(lines) if "/pg_wal/" in line and mark in line]
    assert written, "the receipt was not seen on its way into the WAL"
    assert written[0] < acknowledged
    flushes = [n for n in range(written[0] + 1, acknowledged) if is_flushed(lines, n, written[0])]
    assert flushes, "acknowledged before its WAL was flushed"


def is_flushed(lines: list[str], at: int, after: int) -> bool:
    """Whether a flush of the WAL that began after the write is over in this line."""
    line = lines[at]
    if not FLUSHED.search(line):
        return False
    if "resumed>" not in line:
        return line.rstrip().endswith("= 0")
    pid = line.split()[0]
    began = max(
        (n for n in range(at) if lines[n].split()[0] == pid and "<unfinished" in lines[n]),
        default=-1,
    )
    return began > after and "/pg_wal/" in lines[began]


def test_what_is_acknowledged_is_committed_when_the_answer_comes(
    served: tuple[Quay, int],
) -> None:
    quay, _ = served
    for n in range(5):
        answer = quay.carrier.post("/v1/messages", content=paper(f"OD{n}"))
        with psycopg.connect(quay.dsn.admin or "") as conn:
            found = conn.execute(
                # A worker takes the interchange's reference beside it, as soon as it has read it.
                "select count(*) from message m join receipt r using (message_id, source)"
                " where m.id = %s",
                [answer.json()["id"]],
            ).fetchone()
        assert found == (1,)
