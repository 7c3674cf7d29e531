"""Events in batches over HTTP, against raw COPY and against a plain ORM endpoint. Ratios count.

Run with `.venv/bin/python bench/batches.py [rounds [copy]]`; `copy` leaves out the ORM. Four
clients on loopback, each with a connection of its own, send batches of 1,000 events to an instance
started by `waglan up`, with its own PostgreSQL, sequencer and worker running, as its application
role with row-level security on.
Time is wall time from the first byte sent to the last answer.

Raw COPY writes *the same rows into identical tables*: another database of the same server with the
same migrations (indexes, foreign keys, partitions), filled by `COPY … FROM STDIN (FORMAT BINARY)`
as the superuser, whom row-level security does not bind, from bytes that were made beforehand: one
transaction a batch, four clients, the same durability. The rows are what our endpoint wrote in the
requests' transactions: of each batch its message, secret, chunks, receipt, report, outcome, answer
and `message.received`, and of each event its id, its movement, the event in the log, its audience
and two keys that find it. They are read back from our database, so none can be left out.

The ORM's endpoint is FastAPI, pydantic and SQLAlchemy's ORM as their guides have it (`add_all`,
`commit`), as the superuser too: once with the same six rows an event in the same tables, hashes and
canonical bytes as one would write them, and once with a single table of events and nothing else,
which is no record that anybody could prove. SQLAlchemy is fetched into bench/.peers.
"""

import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time  # noqa: TID251 -- it measures
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4  # noqa: TID251 -- a client makes its keys

import httpx
import peers
import psycopg
from postgres_cpu import by_role, cpu_s, postmaster
from psycopg.conninfo import make_conninfo
from small_port import embedded, processors

from waglan.codes.container import ContainerNo
from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server
from waglan.store.migrate import prepare

CLIENTS = 4
EVENTS = 1_000  # of one batch
BATCHES = 5  # of each client in a round
ROUNDS = 3
PATH = "/v1/equipment-events"
TARGET_COPY, TARGET_ORM = 0.4, 4.0
# In the order of their foreign keys; `event.tx` is the transaction's own.
EVENT = (
    "event_id, month, org, code, about_kind, about, consignment, happened_at, recorded_at, salt,"
    " canonical"
)
OF_MESSAGE = ("message", "message_secret", "receipt", "report", "outcome", "answer")
TABLES = (
    "message", "message_secret", "message_chunk", "receipt", "report", "movement", "event",
    "audience", "key_event", "event_id", "outcome", "answer",
)  # fmt: skip
ORMS = {"ORM, same tables": "/same", "ORM, one table": "/one"}
START_LOOKS_MAX = 600


@dataclass(frozen=True, slots=True)
class Ours:
    """A running instance: where it answers, a terminal's token, its interface's process."""

    port: int
    token: str
    pid: int


def main() -> None:
    """Print each round's times, then the medians of the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    asyncio.run(_main(rounds, {} if sys.argv[2:] == ["copy"] else ORMS))


async def _main(rounds: int, kinds: Mapping[str, str]) -> None:
    async with embedded() as server:
        theirs = tuple(identical(server, name) for name in ("bench_copy", "bench_orm"))
        for one in theirs:
            await prepare(one)
        # Nothing else runs in this process's loop; all below waits for other processes.
        await asyncio.to_thread(measure, server, theirs, (rounds, kinds))


def measure(server: Server, theirs: Sequence[Dsn], asked: tuple[int, Mapping[str, str]]) -> None:
    """Let every side write the same events in turns."""
    rounds, kinds = asked
    count = CLIENTS * BATCHES * EVENTS
    print(f"{count} events a round: {CLIENTS} clients, {EVENTS} a batch; {processors()} processors")
    ratios: dict[str, list[float]] = {"COPY": [], **{kind: [] for kind in kinds}}
    with (
        tempfile.TemporaryDirectory(prefix="waglan-bench-", dir="/tmp") as folder,
        instance(server, Path(folder)) as one,
    ):
        port, token = one.port, one.token
        for dsn in theirs:
            organisations(server.dsn, dsn)
        for n in range(rounds):
            bodies = [[batch(n, c, b) for b in range(BATCHES)] for c in range(CLIENTS)]
            before = used(server, one.pid)
            answers, ours_s = timed(port, PATH, bodies, token)
            settled(server.dsn)
            ours = used(server, one.pid) - before
            taken = rows(server.dsn, answers)
            before = used(server, one.pid)
            copy_s = copying(theirs[0], taken)
            copy = used(server, one.pid) - before
            ratios["COPY"].append(copy_s / ours_s)
            print(f"{copy_s / ours_s:.2f}", end="  ", flush=True)
            line = f"ours {ours_s:6.2f} s ({count / ours_s:7,.0f}/s), COPY {copy_s:6.2f} s"
            with orm(theirs[1]) as peer:
                for kind, path in kinds.items():
                    _, orm_s = timed(peer, path, bodies, "")
                    ratios[kind].append(orm_s / ours_s)
                    line += f", {kind} {orm_s:6.2f} s"
            print(line, flush=True)
            for name, of in (("ours", ours), ("COPY", copy)):
                print(f"  {name}, processor time an event: {spent(of, count)}", flush=True)
    print(f"of raw COPY's speed: {spread(ratios['COPY'])} (target {TARGET_COPY})")
    for kind in kinds:
        print(f"times as fast as {kind}: {spread(ratios[kind])} (target {TARGET_ORM:.0f})")


def used(server: Server, interface: int) -> Counter[str]:
    """Return the seconds of a processor that each part had so far."""
    found = Counter({"clients": time.process_time(), "interface": cpu_s(interface, alone=True)})
    found["sequencer, worker"] = cpu_s(interface) - found["interface"]
    of = by_role(postmaster(server.house.data))
    found["PostgreSQL for the interface"] = of.pop("waglan_app", 0)
    found["PostgreSQL for the engine"] = of.pop("waglan_engine", 0)
    found["PostgreSQL otherwise"] = sum(of.values())
    return found


def spent(of: Counter[str], events: int) -> str:
    """Return what each part took of a processor for one event."""
    each = ", ".join(f"{name} {s / events * 1e6:.0f}" for name, s in of.items())
    return f"{sum(of.values()) / events * 1e6:.0f} µs: {each}"


def spread(found: Sequence[float]) -> str:
    """Return the median of the rounds, and their range."""
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def batch(n: int, client: int, b: int) -> bytes:
    """Return one batch in the plain form, as a gate's program would send it."""
    return json.dumps([event(f"R{n}C{client}B{b:03}", i) for i in range(EVENTS)]).encode()


def event(prefix: str, i: int) -> dict[str, object]:
    """Return one event of a gate."""
    bare = f"BENU{hash((prefix, i)) % 1_000_000:06}"
    return {
        "id": f"{prefix}-{i:05}",
        "code": "gate-in" if i % 2 else "gate-out",
        "box": f"{bare}{ContainerNo(bare + '0').check_digit}",
        "at": f"2026-11-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:00+08:00",
        "place": "HKHKG",
        "terminal": "BENCH1",
        "mode": "3",
        "size_type": "22G1",
        "full": i % 3 > 0,
        "direction": "export" if i % 2 else "import",
        "gross_mass_g": 12_000_000 + i,
        "seals": [f"SEAL{i:06}"],
    }


def timed(
    port: int, path: str, bodies: Sequence[Sequence[bytes]], token: str
) -> tuple[list[dict[str, object]], float]:
    """Send every client's batches, one after the other each; return the answers and the time."""

    def client(mine: Sequence[bytes]) -> list[bytes]:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        got = []
        for body in mine:
            line.request("POST", path, body, {**headers, "Idempotency-Key": uuid4().hex})
            answer = line.getresponse()
            got.append(answer.read())
            if answer.status not in (200, 201):
                raise SystemExit(f"{answer.status}: {got[-1][:500].decode()}")
        return got

    with ThreadPoolExecutor(CLIENTS) as clients:
        began = time.monotonic()
        sent = list(clients.map(client, bodies))
        took_s = time.monotonic() - began
    return [json.loads(one) for mine in sent for one in mine], took_s


def settled(ours: Dsn) -> None:
    """Wait until the sequencer and the worker are idle: what they do would burden a peer."""
    waiting = (
        "SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM log_leaf)"
        " + (SELECT count(*) FROM report) - (SELECT count(*) FROM report_linked)"
    )
    with psycopg.connect(ours.admin or "", autocommit=True) as conn:
        while conn.execute(waiting.encode()).fetchone() != (0,):
            time.sleep(0.2)
        conn.execute("CHECKPOINT")


def identical(server: Server, name: str) -> Dsn:
    """Make an empty database of its own; return how it is reached."""
    with psycopg.connect(server.dsn.admin or "", autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}".encode())
    ways = ("app", "authority", "engine", "admin")
    return replace(
        server.dsn, **{way: make_conninfo(getattr(server.dsn, way), dbname=name) for way in ways}
    )


def rows(ours: Dsn, answers: Sequence[dict[str, object]]) -> list[dict[str, bytes]]:
    """Return the rows that our endpoint wrote, batch by batch."""
    with psycopg.connect(ours.admin or "", autocommit=True) as conn:
        return [rows_of(conn, str(answer["batch"])) for answer in answers]


def copying(theirs: Dsn, taken: Sequence[dict[str, bytes]]) -> float:
    """Write rows into the identical tables by COPY alone; return the time."""
    turns = [taken[n * BATCHES : (n + 1) * BATCHES] for n in range(CLIENTS)]

    def client(mine: Sequence[dict[str, bytes]]) -> None:
        with psycopg.connect(theirs.admin or "") as conn:
            for tables in mine:
                with conn.transaction(), conn.cursor() as cursor:
                    for table, rows in tables.items():
                        columns = f" ({EVENT})" if table == "event" else ""
                        into = f"COPY {table}{columns} FROM STDIN (FORMAT BINARY)"
                        with cursor.copy(into.encode()) as copy:
                            copy.write(rows)

    with ThreadPoolExecutor(CLIENTS) as clients:
        began = time.monotonic()
        list(clients.map(client, turns))
        return time.monotonic() - began


def rows_of(conn: psycopg.Connection[Any], batch: str) -> dict[str, bytes]:
    """Return the rows that our endpoint wrote for a batch, table by table, as COPY reads them."""
    found = conn.execute(
        "SELECT m.message_id, min(v.movement_id), max(v.movement_id), min(v.event_id) >> 20 << 20,"
        " max(v.event_id) | ((1 << 20) - 1) FROM message m JOIN movement v ON v.message = m.id"
        " WHERE m.id = %s GROUP BY 1",
        [batch],
    ).fetchone()
    if found is None:
        raise SystemExit(f"nothing was kept of {batch}")
    m, low, high, first, last = found
    told = conn.execute(
        "SELECT event_id FROM event WHERE code = 'message.received' AND about = %s", [batch]
    ).fetchone()
    events = f"(event_id BETWEEN {first} AND {last} OR event_id = {told[0] if told else 0})"
    where = {
        **dict.fromkeys(OF_MESSAGE, f"message_id = {m}"),
        "message_chunk": f"id = '{batch}'",
        "movement": f"message = '{batch}'",
        "event_id": f"movement_id BETWEEN {low} AND {high}",
        **dict.fromkeys(("event", "audience", "key_event"), events),
    }
    return {table: out(conn, table, where[table]) for table in TABLES}


def out(conn: psycopg.Connection[Any], table: str, where: str) -> bytes:
    """Return rows of a table as binary COPY has them."""
    columns = EVENT if table == "event" else "*"
    order = {"event": "event_id", "movement": "movement_id", "event_id": "movement_id"}
    by = f" ORDER BY {order[table]}" if table in order else ""
    statement = f"COPY (SELECT {columns} FROM {table} WHERE {where}{by}) TO STDOUT (FORMAT BINARY)"
    with conn.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        return b"".join(bytes(piece) for piece in copy)


def organisations(ours: Dsn, theirs: Dsn) -> None:
    """Let the identical tables have the organisations that rows refer to."""
    with (
        psycopg.connect(ours.admin or "") as one,
        psycopg.connect(theirs.admin or "") as other,
        other.cursor() as cursor,
        cursor.copy(b"COPY organisation FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(out(one, "organisation", "true"))


@contextmanager
def instance(server: Server, folder: Path) -> Iterator[Ours]:
    """Have `waglan up` answer inside the block, and a terminal let in."""
    port, program = free_port(), Path(sys.executable).with_name("waglan")
    settings = {
        "WAGLAN_HOME": str(folder / "instance"),
        "WAGLAN_DSN": server.dsn.admin or "",
        "WAGLAN_PORT": str(port),
        "WAGLAN_CLIENT_REQUESTS": "100000",  # the limit is not what is measured
    }
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [program, "up"], env=os.environ | settings, stdout=said, stderr=said
        )
        try:
            url = f"http://127.0.0.1:{port}"
            answering(f"{url}/readyz", process)
            token = (folder / "instance" / "operator.token").read_text().strip()
            new = {"party": "bench-terminal", "name": "Bench Terminal", "roles": ["terminal"]}
            answer = httpx.post(
                f"{url}/v1/organisations",
                json={**new, "person": "Bench Person"},
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            )
            yield Ours(port, answer.json()["secret"], process.pid)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def orm(theirs: Dsn) -> Iterator[int]:
    """Have the ORM's endpoint answer inside the block."""
    port, home = free_port(), peers.sqlalchemy()
    settings = {"PYTHONPATH": str(home), "BENCH_DSN": theirs.admin or ""}
    app = Path(__file__).with_name("orm_peer.py")
    command = [sys.executable, str(app), str(port)]
    process = subprocess.Popen(command, env=os.environ | settings)
    try:
        answering(f"http://127.0.0.1:{port}/docs", process)
        yield port
    finally:
        process.terminate()
        process.wait()


def answering(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an address answers."""
    for _ in range(START_LOOKS_MAX):
        if process.poll() is not None:
            raise SystemExit(f"{url} did not start")
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    main()
