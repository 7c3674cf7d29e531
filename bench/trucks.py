"""Ten thousand made-up trucks on one process that hears locks: from a frame to its alarm.

Run it with `.venv/bin/python bench/trucks.py [trucks] [seconds] [trips]`, shorter with fewer. An
instance is started of its own; every truck's lock registers, shows its code and tells a place each
30 seconds over a connection of its own on loopback. So many of them are on a trip under seal, which
two authorities judge; during the run one in twenty of these tells that its lock was cut, once.
Measured is from when such a frame is sent until its alarm stands in the first authority's stream,
and from each frame to its answer, which comes once it is kept. Clients and servers share the
machine's processors, and the clients' share is told.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time  # noqa: TID251 -- it measures
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import httpx
from postgres_cpu import children

from waglan.demo.lock import Dialect, Lock, Sign
from waglan.demo.organisations import FAR, HAULIER, NEAR, Organisation
from waglan.elock.atlas import packaged, plan_of
from waglan.elock.device import Authentication, Telegram
from waglan.elock.plan import Plan
from waglan.elock.track import Fix
from waglan.messages.devices.jtt808.stream import Stream

TRUCKS, SECONDS, TRIPS = 10_000, 120, 1_000
EVERY_S = 30
CUT_OF = 20  # one trip in so many
SPARE_FILES = 500  # besides one for each truck
AT_ONCE = 24
ENTER_S = 600
SETTLE_S = 20  # behind the last frame, for alarms that are late
TARGET_S = 1.0
ORIGIN, DESTINATION = "HK-RTT", "GD-BJ"
WAGLAN = Path(sys.executable).with_name("waglan")


def main() -> None:
    """Print what came of it."""
    numbers = [int(one) for one in sys.argv[1:]]
    trucks, seconds, trips = (numbers + [TRUCKS, SECONDS, TRIPS][len(numbers) :])[:3]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"open files: {soft:,}, of which {hard:,} may be had; each truck takes one on both sides")
    if trucks + SPARE_FILES > hard:
        trucks = hard - SPARE_FILES
        print(f"so {trucks:,} trucks; more need `ulimit -Hn` of {SPARE_FILES:,} more than they are")
    asyncio.run(_measured(trucks, seconds, min(trips, trucks)))


@dataclass(slots=True)
class Truck:
    """One lock on one connection; `trip` is none where it is on no trip."""

    lock: Lock
    trip: str = ""
    is_cut: bool = False
    reader: asyncio.StreamReader = field(init=False)
    writer: asyncio.StreamWriter = field(init=False)
    stream: Stream = field(default_factory=Stream)

    async def enters(self, at: tuple[str, int]) -> None:
        """Register and show the code."""
        self.reader, self.writer = await asyncio.open_connection(*at)
        answered = await self.asks(self.lock.registration())
        for said in answered.said:
            if isinstance(said, Authentication):
                self.lock.code = said.code
        await self.asks(self.lock.shows())

    async def asks(self, frame: bytes) -> Telegram:
        """Send a frame and return its answer."""
        self.writer.write(frame)
        while data := await self.reader.read(4_096):
            for one in self.stream.feed(data, 0):
                if isinstance(one, Telegram):
                    return one
        raise ConnectionError(self.lock.terminal)


@dataclass(slots=True)
class Ledger:
    """What was seen: seconds from frame to answer, and when cuts were sent and told of."""

    answered_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)  # a truck that was not sent for in its time
    sent: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)


async def _measured(count: int, seconds: int, trips: int) -> None:
    with tempfile.TemporaryDirectory(prefix="waglan-trucks-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        async with (
            _instance(folder) as (process, address, ports),
            httpx.AsyncClient(base_url=address, timeout=120) as http,
        ):
            people = await _people(http, folder)
            trucks = await _trucks(people, ports, count, trips)
            ledger = Ledger()
            cpu_before = _processes(process.pid)
            watching = asyncio.create_task(_watch(people["near"], ledger))
            began, own_s = time.monotonic(), time.process_time()
            await _drive(trucks, seconds, ledger)
            took_s, own_s = time.monotonic() - began, time.process_time() - own_s
            await _until_told(ledger)
            watching.cancel()
            _print(ledger, (took_s, own_s), (cpu_before, _processes(process.pid)))


@asynccontextmanager
async def _instance(
    folder: Path,
) -> AsyncIterator[tuple[subprocess.Popen[str], str, tuple[str, int]]]:
    settings = {
        "WAGLAN_HOME": str(folder / "home"), "WAGLAN_PORT": "0", "WAGLAN_LANG": "en",
        "WAGLAN_DEVICES": "jtt808 127.0.0.1:0", "WAGLAN_CLIENT_REQUESTS": "100000",
        "WAGLAN_NETWORK_REQUESTS": "100000",
    }  # fmt: skip
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [WAGLAN, "up"], env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=said,
            text=True,
        )  # fmt: skip
    try:
        address, port = await asyncio.to_thread(_answers, folder / "said", process)
        yield process, address, ("127.0.0.1", port)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder / "home", ignore_errors=True)


def _answers(said: Path, process: subprocess.Popen[str]) -> tuple[str, int]:
    """Return where the instance answers, and where it hears JT/T 808."""
    while process.poll() is None:
        words = said.read_text().split()
        address = next((one.rstrip(".,;") for one in words if one.startswith("http://")), None)
        port = next((b.rstrip(".") for a, b in pairwise(words) if a == "port"), None)
        if address and port:
            return address, int(port)
        time.sleep(0.2)
    raise RuntimeError(said.read_text())


class Party:
    """One party at the interface."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        """Sign in with a token."""
        self.http, self.headers = http, {"Authorization": f"Bearer {token}"}

    async def posts(self, path: str, said: dict[str, object]) -> dict[str, str]:
        """Post, and return the answer."""
        answer = await self.http.post(path, json=said, headers=self.headers)
        if answer.status_code >= 400:
            raise RuntimeError(answer.text)
        return dict(answer.json())


async def _people(http: httpx.AsyncClient, folder: Path) -> dict[str, Party]:
    operator = Party(http, (folder / "home" / "operator.token").read_text().strip())
    people = {"operator": operator}
    names: dict[str, Organisation] = {"haulier": HAULIER, "near": NEAR, "far": FAR}
    for name, who in names.items():
        new = {"party": who.party, "name": who.name, "roles": [one.value for one in who.roles],
               "addresses": [], "person": "Sample Person"}  # fmt: skip
        people[name] = Party(http, (await operator.posts("/v1/organisations", new))["secret"])
    return people


async def _trucks(
    people: dict[str, Party], at: tuple[str, int], count: int, trips: int
) -> list[Truck]:
    began = time.monotonic()
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Truck:
        async with turn:
            truck = Truck(Lock(str(13_000_000_000 + number).zfill(12), Dialect.JTT808_2013))
            new: dict[str, object] = {
                "party": HAULIER.party, "protocol": "jtt808", "terminal": truck.lock.terminal,
                "maker": "Synthetic Locks", "model": "G-360P", "datum": "WGS-84",
            }  # fmt: skip
            lock = (await people["operator"].posts("/v1/locks", new))["id"]
            await truck.enters(at)
            if number < trips:
                truck.trip = await _sealed(people["haulier"], lock, f"SYN{number}")
                truck.is_cut = number % CUT_OF == 0
            return truck

    trucks = [*await asyncio.gather(*map(one, range(count)))]
    print(f"{count:,} locks entered, registered and proved, {trips:,} of them sealed on a trip:"
          f" {time.monotonic() - began:.0f} s")  # fmt: skip
    return trucks


async def _sealed(haulier: Party, lock: str, vehicle: str) -> str:
    since = (_now() - timedelta(days=9)).isoformat()
    put = {"vehicle": vehicle, "installer": "Synthetic Workshop", "since": since}
    await haulier.posts(f"/v1/locks/{lock}/installations", put)
    new: dict[str, object] = {
        "vehicle": vehicle, "lock": lock, "origin": ORIGIN, "destination": DESTINATION,
        "cargo": "own_export", "jurisdictions": ["demonstration", "demonstration_far"],
        "consignments": [f"B{vehicle}"], "begins_at": _now().isoformat(),
    }  # fmt: skip
    trip = (await haulier.posts("/v1/trips", new))["id"]
    for version, act in enumerate(("arm", "seal")):
        said: dict[str, object] = {"id": f"s-{act}", "act": act, "version": version}
        await haulier.posts(f"/v1/trips/{trip}/steps", said | ({"seal": "S1"} if version else {}))
    return trip


async def _drive(trucks: Sequence[Truck], seconds: int, ledger: Ledger) -> None:
    """Have each truck tell its place in its turn of the thirty seconds."""
    way = packaged().way(ORIGIN, DESTINATION, on=_now().date())
    if way is None:
        raise LookupError(DESTINATION)
    plan = plan_of(way, packaged().sites)
    dice, begins = Random(7), time.monotonic() + 1
    slots = [dice.uniform(0, EVERY_S) for _ in trucks]
    beats = max(2, seconds // EVERY_S)

    async def one(truck: Truck, slot: float) -> None:
        cut_at = dice.randrange(1, beats) if truck.is_cut else -1
        for beat in range(beats):
            due = begins + slot + beat * EVERY_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            frame = _place(truck.lock, plan, beat, Sign.CUT if beat == cut_at else Sign.CLOSED)
            sent = time.monotonic()
            ledger.late_s.append(sent - due)
            if beat == cut_at:
                ledger.sent[truck.trip] = sent
            await truck.asks(frame)
            ledger.answered_s.append(time.monotonic() - sent)

    await asyncio.gather(*[one(*each) for each in zip(trucks, slots, strict=True)])


def _place(lock: Lock, plan: Plan, beat: int, sign: Sign) -> bytes:
    at = plan.route.place_at(beat * EVERY_S * 19_000)
    now_s = int(time.time())
    return lock.tells(lock.ping(Fix(now_s, now_s, at.lat_e7, at.lon_e7, 68_000), sign))


async def _watch(near: Party, ledger: Ledger) -> None:
    """Follow an authority's stream, and note when each trip's first cut alarm stands there."""
    path, timeout = "/stream", httpx.Timeout(60, read=None)
    async with near.http.stream("GET", path, headers=near.headers, timeout=timeout) as lines:
        async for line in lines.aiter_lines():
            if not line.startswith("data:"):
                continue
            event = json.loads(line.removeprefix("data:"))
            if event["code"] == "alarm.raised" and event["body"].get("reason") == "CUT":
                ledger.told.setdefault(event["about"]["key"], time.monotonic())


async def _until_told(ledger: Ledger) -> None:
    for _ in range(SETTLE_S * 10):
        if ledger.sent.keys() <= ledger.told.keys():
            return
        await asyncio.sleep(0.1)


def _processes(parent: int) -> dict[int, tuple[float, int, int]]:
    """Return processor seconds, memory in MiB and open sockets of each process of the instance."""
    found = dict[int, tuple[float, int, int]]()
    for pid in (parent, *children(parent)):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            mib = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") >> 20
            found[pid] = cpu_s, mib, len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            continue  # it has ended
    return found


def _print(
    ledger: Ledger,
    took: tuple[float, float],
    processes: tuple[dict[int, tuple[float, int, int]], dict[int, tuple[float, int, int]]],
) -> None:
    took_s, own_s = took
    frames = len(ledger.answered_s)
    print(f"{frames:,} frames sent and answered in {took_s:.0f} s: {frames / took_s:,.0f} a second")
    print(f"frame to its answer: {_quantiles(ledger.answered_s)}")
    print(f"sent behind its time by: {_quantiles(ledger.late_s)}")
    alarms = [ledger.told[trip] - sent for trip, sent in ledger.sent.items() if trip in ledger.told]
    print(f"{len(ledger.sent)} cuts, {len(alarms)} of them in the authority's stream")
    if alarms:
        print(f"frame to alarm in the stream: {_quantiles(alarms)}; target 99 % below {TARGET_S} s")
    before, after = processes
    door = max(after, key=lambda pid: after[pid][2])
    for pid, (cpu_s, mib, files) in after.items():
        used = (cpu_s - before.get(pid, (0.0, 0, 0))[0]) / took_s
        if used > 0.02 or pid == door:
            name = "hears locks" if pid == door else "another"
            print(f"process that {name}: {used:.0%} of a processor, {mib} MiB, {files:,} files")
    print(f"the trucks themselves: {own_s / took_s:.0%} of a processor; {os.cpu_count()} here, load"
          f" {os.getloadavg()[0]:.1f}")  # fmt: skip
    is_met = len(alarms) == len(ledger.sent) and _at(alarms, 0.99) < TARGET_S
    print("target met" if is_met else "target MISSED")


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _quantiles(told: Sequence[float]) -> str:
    return ", ".join(f"{name} {_at(told, at) * 1_000:,.0f} ms" for name, at in
                     (("half", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("most", 1.0)))  # fmt: skip


def _at(told: Sequence[float], share: float) -> float:
    return sorted(told)[min(len(told) - 1, int(len(told) * share))] if told else 0.0


if __name__ == "__main__":
    main()
