"""An instance of several processes, any of which is killed at random while clients file."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event

import httpx
import psycopg
from answering import clients, configured
from quay import Quay, all_numbered, log_findings, open_quay, paper, persist, wait

from waglan.store.embedded.supervisor import Server, Settings, start, stop
from waglan.store.migrate import prepare

CLIENTS = 3
FILE_SECONDS_MAX = 300
RECOVERED_SECONDS_MAX = 60
DURING_RECOVERY = 0.25  # so many kills don't wait until the interface answers again
END_SECONDS_MAX = 30  # who waits for a database that has just died gives up after ten
LISTENER = "interface"


# What each client does until it is over: (quay, its number, whether it is over, what it did).
Keep = Callable[[Quay, int, Event, dict[str, int]], None]


@dataclass
class Running:
    """The interface's process, the database's server, and how both are started."""

    folder: Path
    settings: Settings
    server: Server
    process: subprocess.Popen[bytes]

    def again(self) -> None:
        """Start what is dead, as an operator's supervisor would."""
        if not is_alive(self.postmaster()):
            self.server = asyncio.run(start(self.settings))
        if self.process.poll() is not None:
            self.process = spawn(self.folder)

    def postmaster(self) -> int:
        try:
            text = (self.server.house.data / "postmaster.pid").read_text()
            return int(text.split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return 0

    def processes(self) -> dict[str, list[int]]:
        """The processes by what they are; a kind without a process is left out."""
        postmaster = self.postmaster()
        own = [p for p in children(self.process.pid) if b"resource_tracker" not in command(p)]
        kinds = {
            LISTENER: [self.process.pid],
            "worker or sequencer": own,
            "postmaster": [postmaster] if is_alive(postmaster) else [],
            "a process of PostgreSQL": children(postmaster) if postmaster else [],
        }
        return {kind: found for kind, found in kinds.items() if found}


def spawn(folder: Path) -> subprocess.Popen[bytes]:
    program = Path(__file__).with_name("serving.py")
    with (folder / "said").open("ab") as said:
        command_line = [sys.executable, str(program), str(folder / "config")]
        return subprocess.Popen(command_line, stdout=said, stderr=said)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def is_alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return pid > 0 and state not in ("Z", "X")
    return False


@contextmanager
def running(folder: Path) -> Iterator[tuple[Running, Quay]]:
    """Have an instance with its own PostgreSQL inside the block, and a quay in front of it."""
    settings = Settings(folder / "home")
    server = asyncio.run(start(settings))
    asyncio.run(prepare(server.dsn))
    port = configured(server.dsn, folder)
    up = Running(folder, settings, server, spawn(folder))
    try:
        with clients(port, seconds=30) as client:
            token = (folder / "operator.token").read_text().strip()
            yield up, open_quay(client, token, server.dsn, folder)
    finally:
        up.process.terminate()
        try:
            up.process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            up.process.kill()
            up.process.wait()
        asyncio.run(stop(up.server))


def kill_at_random(  # noqa: PLR0913
    up: Running, quay: Quay, *, kills: int, seed: int, pause_s: float, keep: Keep | None = None
) -> tuple[Counter[str], dict[str, int]]:
    """Kill so many processes while clients file; return what was killed, and the papers' bills.

    With `keep`, clients do that instead of filing.
    """
    random = Random(seed)
    over = Event()
    filed: dict[str, int] = {}
    with ThreadPoolExecutor(CLIENTS) as clients:
        work = keep or keep_filing
        working = [clients.submit(work, quay, n, over, filed) for n in range(CLIENTS)]
        killed: Counter[str] = Counter()
        try:
            for _ in range(kills):
                time.sleep(random.uniform(0.2, 1.8) * pause_s)
                kinds = up.processes()
                kind = min(kinds, key=lambda kind: (killed[kind], random.random()))
                orphans = kinds.get("worker or sequencer", []) if kind == LISTENER else []
                with suppress(ProcessLookupError):
                    os.kill(random.choice(kinds[kind]), signal.SIGKILL)
                killed[kind] += 1
                if kind == LISTENER:
                    up.process.wait()
                    gone(orphans)
                up.again()
                if random.random() >= DURING_RECOVERY:
                    recovered(up, quay)
        finally:
            over.set()
            # One that starts while PostgreSQL recovers gives up, and has to be started again.
            while wait_for(working, timeout=0.5).not_done:
                up.again()
    for one in working:
        one.result()
    wait(lambda: stands(up, quay), RECOVERED_SECONDS_MAX)  # the last one killed may be the database
    return killed, filed


def stands(up: Running, quay: Quay) -> bool | None:
    """Whether the database takes connections; None while it is started again."""
    up.again()
    try:
        psycopg.connect(quay.dsn.admin or "").close()
    except psycopg.OperationalError:
        return None
    return True


def recovered(up: Running, quay: Quay) -> None:
    """Wait until the interface answers; start again what gave up on a database not ready yet."""

    def look() -> bool | None:
        up.again()
        try:
            return quay.carrier.get("/healthz").is_success or None
        except httpx.TransportError:
            return None

    wait(look, RECOVERED_SECONDS_MAX)


def gone(pids: list[int]) -> None:
    """Wait until no process is left that would work in a dead interface's name."""
    wait(lambda: True if not any(map(is_alive, pids)) else None, END_SECONDS_MAX)


def keep_filing(quay: Quay, client: int, over: Event, filed: dict[str, int]) -> None:
    number = 0
    while not over.is_set():
        ref = f"C{client}{number:04}"
        filed[ref] = 1 + number % 7
        shown = quay.file(paper(ref, filed[ref]), seconds=FILE_SECONDS_MAX)
        assert shown["state"] == "accepted", shown["findings"]
        number += 1


def compare(quay: Quay, filed: dict[str, int]) -> None:
    """Compare the system with the clients' ledger: all of it is there, and all of it once."""
    papers, bills = len(filed), sum(filed.values())
    rows = wait(lambda: found if (found := quay.rows())["decision"] == bills else None)
    wait(lambda: all_numbered(quay.dsn))
    once = ("message", "outcome", "assembly", "manifest", "judgement")
    assert {table: rows[table] for table in once} == dict.fromkeys(once, papers)
    assert rows["receipt"] == 2 * papers  # the message's, and its interchange's
    assert rows["answer"] == 2 * papers
    assert rows["bill"] == rows["consignment"] == rows["bill_personal"] == bills
    events = {name: count for name, count in rows.items() if name.startswith("event ")}
    for code in ("message.received", "manifest.part-received", "manifest.declared"):
        assert events.pop(f"event {code}") == papers
    for code in ("bill.declared", "customs.status"):
        assert events.pop(f"event {code}") == bills
    entries = quay.ledger.entries()
    assert len(entries) == papers
    for message, sent in entries.items():
        assert persist(lambda m=message: quay.carrier.get(f"/v1/messages/{m}/raw")).content == sent  # type: ignore[misc]
    assert log_findings(quay.dsn) == []
