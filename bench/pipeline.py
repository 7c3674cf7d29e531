"""The whole path of one big file, against what others need only to cut it into segments.

Run it with `.venv/bin/python bench/pipeline.py`; only the ratios can be compared between machines.
The target was set for five rules, so the path is walked twice: with those five, and with all. It
ends where CUSRES is written; that the log numbers every event then is told beside it.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time  # noqa: TID251 -- it measures
from typing import NamedTuple, TypeAlias

import cuscar_file
import peers
from postgres_cpu import children, cpu_s, postmaster
from small_port import Port, embedded, hand_in, port, processors

from waglan.codes.render import templates
from waglan.customs import judge
from waglan.customs.rules import (
    RULES,
    duplicate_bill,
    houses_against_master,
    missing_particulars,
    placeholder_party,
    vague_description,
)
from waglan.gateway.garbage import YOUNG_OBJECTS_AT_WORK, collect_rarely
from waglan.gateway.sequencer import Sequencer
from waglan.gateway.table_process import TableProcess
from waglan.gateway.workers import Do, Find, Worker
from waglan.operations.serve_notices import serve_notices
from waglan.store import customs, links, messages
from waglan.store.connect import glance, transaction
from waglan.store.embedded.supervisor import Server

TARGET = 1 / 5  # of what pydifact needs
ROUNDS = 5
CALL = "9321483/012W"  # as cuscar_file names it
SMALL_CALL = "9074729/012W"
FILE = 2  # the number of the big file's message in the store: the small one came first
TO_CUSRES, WHOLE = "to CUSRES written", "whole path, numbered too"
IN_CHILD, FIVE_RULES = "--child", "--five-rules"
FIVE = (
    missing_particulars,
    vague_description,
    placeholder_party,
    duplicate_bill,
    houses_against_master,
)


def main() -> None:
    """Print what each stage costs, then the whole beside the peers."""
    if IN_CHILD in sys.argv:
        if FIVE_RULES in sys.argv:
            vars(judge).update(RULES=FIVE, WIDER_RULES=())
        asyncio.run(_whole_path())
        return
    print(
        f"{cuscar_file.BILLS} bills, {cuscar_file.BOXES} boxes in {cuscar_file.MESSAGES} messages"
    )
    print(
        f"{processors()} processors, shared with whatever else runs; CPU seconds, user and system"
    )
    print(f"the least of {ROUNDS} rounds, in which all take turns: others can only add")
    with tempfile.NamedTemporaryFile(suffix=".edi") as file:
        file.write(b"".join(cuscar_file.interchange()))
        file.flush()
        rounds = [_round(Path(file.name)) for _ in range(ROUNDS)]
    print(f"\nwith five rules ({', '.join(rule.CODE for rule in FIVE)}):")
    print(min((one.five for one in rounds), key=_whole).text)
    print(f"with all {len(RULES)} rules of the file:")
    print(min((one.every for one in rounds), key=_whole).text)
    beside("pydifact, segments alone", rounds, lambda one: one.pydifact)
    beside("npm edifact, segments alone", rounds, lambda one: one.edifact)
    print(f"target: at most {TARGET:.2f} of pydifact with five rules")


class Walked(NamedTuple):
    """What each stage costs, and our CPU seconds until CUSRES is written and in all."""

    text: str
    to_cusres_s: float
    whole_s: float


Cut: TypeAlias = tuple[int, float]  # segments, CPU seconds


class _Round(NamedTuple):
    """One after the other, so that what others do on the machine is much the same for all."""

    five: Walked
    every: Walked
    pydifact: Cut
    edifact: Cut


def _round(file: Path) -> _Round:
    return _Round(walked(FIVE_RULES), walked(), peers.pydifact_s(file), peers.edifact_s(file))


def _to_cusres(found: Walked) -> float:
    return found.to_cusres_s


def _whole(found: Walked) -> float:
    return found.whole_s


def _seconds(found: Cut) -> float:
    return found[1]


def walked(*how: str) -> Walked:
    """Walk the path in a process of its own."""
    # A process of its own, so that its peak of memory is that of the whole path and no more.
    ran = subprocess.run(
        [sys.executable, __file__, IN_CHILD, *how], check=True, stdout=subprocess.PIPE, text=True
    )
    to_cusres, whole = (
        float(ran.stdout.rpartition(until)[2].split()[0]) for until in (TO_CUSRES, WHOLE)
    )
    return Walked(ran.stdout, to_cusres, whole)


def beside(what: str, rounds: Sequence[_Round], peer: Callable[[_Round], Cut]) -> None:
    """Print a peer's CPU time, and ours as a share of it: the median of the rounds' own shares.

    The least of each may come from moments when the machine was not the same.
    """
    segments, least = min(map(peer, rounds), key=_seconds)
    print(f"{what:30} {least:7.2f} s, {segments} segments")
    for until, ours in ((TO_CUSRES, _to_cusres), (WHOLE, _whole)):
        five = [ours(one.five) / peer(one)[1] for one in rounds]
        every = median([ours(one.every) / peer(one)[1] for one in rounds])
        print(
            f"    {until:26} {median(five):.3f} x with five rules"
            f" ({min(five):.3f} to {max(five):.3f}), {every:.3f} x with all"
        )


@dataclass(slots=True)
class _Costs:
    """CPU seconds, stage by stage."""

    server: Server
    shows: bool = False
    ours_s: float = 0.0
    database_s: float = 0.0
    to_cusres_s: float = 0.0

    @asynccontextmanager
    async def stage(self, what: str) -> AsyncIterator[None]:
        """Add up what the block costs, and print it."""
        of = postmaster(self.server.house.data)
        before, database_before = _ours_s(of), cpu_s(of)
        yield
        ours_s, database_s = _ours_s(of) - before, cpu_s(of) - database_before
        self.ours_s += ours_s
        self.database_s += database_s
        if self.shows:
            print(f"{what:30} {ours_s:7.2f} s ours {database_s:7.2f} s PostgreSQL's", flush=True)


def _ours_s(database: int) -> float:
    """Return what this process cost so far, with the one that it asks the officers' tables of."""
    beside = [pid for pid in children(os.getpid()) if pid != database]
    return process_time() + sum([cpu_s(pid, alone=True) for pid in beside])


async def _whole_path() -> None:
    blocks = list(cuscar_file.interchange())
    size = sum(map(len, blocks))
    async with embedded() as server, port(server) as one:
        tables = TableProcess()
        worker = Worker(one.kit, tables)
        sequencer = Sequencer(one.kit.pools.engine, one.kit.keys, one.kit.clock)
        await sequencer.tick()
        templates("en")  # as a worker does when it starts, and then
        collect_rarely(YOUNG_OBJECTS_AT_WORK)
        path = _Path(one, worker, sequencer)
        # In an instance that runs, rules are read and statements planned: a small call goes first.
        await path.walk(_small_file(), SMALL_CALL, _Costs(server))
        base_mib = _peak_mib()
        costs = _Costs(server, shows=True)
        numbered = await path.walk(blocks, CALL, costs)
        served = await _served(one)
        print(f"{size / 1e6:.1f} MB, {served} notices, {numbered} events; {await _stand(one)}")
        print(f"peak memory {_peak_mib():.0f} MiB, of it {base_mib:.0f} before the file came")
        if served != cuscar_file.BILLS:
            raise SystemExit("not every bill was decided and told")
        tables.end()
        print(f"{TO_CUSRES:30} {costs.to_cusres_s:7.2f} s ours")
        print(f"{WHOLE:30} {costs.ours_s:7.2f} s ours {costs.database_s:7.2f} s PostgreSQL's")


@dataclass(frozen=True, slots=True)
class _Path:
    """The stages that a file goes through, all in this process."""

    port: Port
    worker: Worker
    sequencer: Sequencer

    async def walk(self, blocks: list[bytes], call: str, costs: _Costs) -> int:
        """Take a file from its bytes to CUSRES; return how many events that gave."""
        one, worker = self.port, self.worker
        async with costs.stage("handed in, kept raw"):
            await hand_in(one, blocks)
        blocks.clear()
        async with costs.stage("read, filed, judged by rules"):
            await self._each("message", messages.waiting, worker._message)
        async with costs.stage("linked with others' bills"):
            await self._each("link", links.unlinked, worker._link)
        async with costs.stage("judged by table, decided"):
            await self._each("manifest", customs.unjudged, worker._manifest)
        async with costs.stage("notices served"):
            # The ship of the file came long ago: no order tells of it, but an officer.
            party = await worker._name(one.customs)
            async with transaction(one.kit.pools.authority, one.customs) as tx:
                vault, now = one.kit.keys.vault, one.kit.clock()
                await serve_notices(tx, vault, (one.customs, party), call, now=now)
        async with costs.stage("CUSRES written"):
            await self._each("notice", customs.unanswered, worker._notice)
        costs.to_cusres_s = costs.ours_s
        async with costs.stage("every event numbered"):
            numbered = sum([n async for n in _numbers(self.sequencer)])
        return numbered

    async def _each(self, kind: str, find: Find, do: Do) -> None:
        async with glance(self.port.kit.pools.engine) as look:
            await self.worker._each(look, kind, find, do)


def _small_file() -> list[bytes]:
    small = cuscar_file.interchange(100, 120, 1, reference="BENCH0")
    return [
        block.replace(b"9321483", b"9074729").replace(b"LINEHKG", b"LINESML") for block in small
    ]


async def _served(one: Port) -> int:
    async with transaction(one.kit.pools.authority, one.customs) as tx:
        counts = await customs.call_counts(tx, CALL)
    return counts.served if counts else 0


async def _numbers(sequencer: Sequencer) -> AsyncIterator[int]:
    while count := await sequencer.tick():
        yield count


async def _stand(one: Port) -> str:
    """Say what became of the message, so that nobody measures a refusal."""
    async with transaction(one.kit.pools.app, one.line) as tx:
        outcome = await messages.outcome(tx, one.kit.keys.vault, FILE)
        answers = await messages.answers(tx, FILE)
    kinds = ", ".join(answer.kind for answer in answers)
    return f"{outcome.state if outcome else 'still waiting'}; answered by {kinds}"


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
