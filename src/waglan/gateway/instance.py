"""One running Waglan: the interface in this process, the sequencer and the workers in their own.

Work on a large manifest takes a processor for a second; the sequencer and the interface must not
wait for it. A process that dies is started again; what it was doing is still waiting. When the
interface dies, the others end: the next start must not find a sequencer of an older release.
"""

import asyncio
import multiprocessing
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import SystemRandom
from typing import TypeAlias

import structlog
import uvicorn

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import templates
from waglan.gateway import cosigning, sequencer, trip_judge, webhooks, workers
from waglan.gateway.cosigning import Cosigner
from waglan.gateway.devices.listener import listening
from waglan.gateway.devices.ports import PortOf
from waglan.gateway.first_start import first_start, make_keys_known
from waglan.gateway.garbage import YOUNG_OBJECTS_AT_WORK, collect_rarely
from waglan.gateway.http.app import application
from waglan.gateway.kit import Kit, wall_clock
from waglan.gateway.known_keys import first_or_known_keys, known_keys
from waglan.gateway.logs import configure
from waglan.gateway.outbox import Outbox
from waglan.gateway.outward.address import NOTHING, Allowed
from waglan.gateway.outward.call import Outward
from waglan.gateway.sequencer import Sequencer
from waglan.gateway.table_process import TableProcess
from waglan.gateway.trip_judge import TripJudge
from waglan.gateway.turns import ClientLimits, Turns
from waglan.gateway.webhooks import Sender
from waglan.gateway.witness import WitnessAt
from waglan.gateway.workers import Worker
from waglan.messages.result import LANGS
from waglan.store.connect import pools
from waglan.store.dsn import Dsn
from waglan.store.refused import Refused

WATCH_SECONDS = 0.5
WATCH_SECONDS_MAX = 10
STOP_SECONDS = 10
# Whoever asks again must never meet a connection that is just being closed: clients and proxies
# drop an idle one after a minute at the most.
IDLE_SECONDS = 75
READY_SECONDS_MAX = 60

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Config:
    """What every process of an instance is started with; it holds passwords, so `repr` is short."""

    dsn: Dsn = field(repr=False)
    home: Path
    origin: str
    host: str
    port: int
    message_bytes_max: int
    workers: int = 1
    witnesses: tuple[WitnessAt, ...] = ()
    outbox: Outbox | None = None
    limits: ClientLimits = field(default_factory=ClientLimits)
    devices: tuple[PortOf, ...] = ()
    trip_workers: int = 1
    outward: Allowed = NOTHING

    @property
    def keys(self) -> Path:
        """Where the instance's keys lie."""
        return self.home / "keys"


class _Server(uvicorn.Server):
    """The interface; whoever runs it decides what a signal means."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


Ports: TypeAlias = Sequence[tuple[PortOf, socket.socket]]


@dataclass(frozen=True, slots=True)
class Running:
    """An instance that answers; the token's file is there at the very first start only."""

    address: str
    operator_token: Path | None
    devices: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # by protocol


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Running]:
    """Have an instance answer inside the block."""
    with ExitStack() as taken:
        interface = taken.enter_context(_listening(config.host, config.port))
        ports = [
            (one, taken.enter_context(_listening(one.host, one.port))) for one in config.devices
        ]
        async with _answering(config, interface, ports) as answering:
            yield answering


async def begin(kit: Kit, home: Path) -> Path | None:
    """Let the operator in and publish the keys, unless it was done.

    Return the file with the operator's token if it is new.
    """
    token = await first_start(kit, home)
    await make_keys_known(kit)
    return token


@asynccontextmanager
async def _answering(
    config: Config, interface: socket.socket, ports: Ports
) -> AsyncIterator[Running]:
    async with pools(config.dsn) as opened:
        turns = Turns(config.limits)
        held = await first_or_known_keys(opened.engine, config.keys, config.origin)
        kit = Kit(
            opened,
            held,
            config.message_bytes_max,
            turns=turns,
            outbox=config.outbox,
            outward=config.outward,
        )
        operator_token = await begin(kit, config.home)
        server = _Server(
            uvicorn.Config(
                application(kit),
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=STOP_SECONDS,
                timeout_keep_alive=IDLE_SECONDS,
            )
        )
        collect_rarely()
        async with _processes(config, ports), asyncio.TaskGroup() as tasks:
            bell = tasks.create_task(kit.bell.listen(config.dsn.app))
            serving = tasks.create_task(server.serve([interface]))
            try:
                heard = {port.protocol: sock.getsockname()[:2] for port, sock in ports}
                yield Running(await _address(server, interface), operator_token, heard)
            finally:
                server.should_exit = True
                await serving
                bell.cancel()


async def _address(server: uvicorn.Server, interface: socket.socket) -> str:
    host, port = interface.getsockname()[:2]
    for _ in range(int(READY_SECONDS_MAX / 0.02)):
        if server.started:
            return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        await asyncio.sleep(0.02)
    raise TimeoutError("the interface did not start")


def _listening(host: str, port: int) -> socket.socket:
    """Take the port before anything else is begun; uvicorn would end the process if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        finding = Finding(
            "CLI-PORT",
            Severity.ERROR,
            Where("settings/port"),
            {"host": host, "port": port, "reason": error.strerror or str(error)},
        )
        raise Refused(finding) from None


@asynccontextmanager
async def _processes(config: Config, ports: Ports) -> AsyncIterator[None]:
    """Keep the sequencer, the sender, all workers and the door running inside the block."""
    mains: list[Callable[..., None]] = [sequence, tell, *[work] * config.workers]
    mains += [*[hear] * bool(ports), *[judge] * config.trip_workers]
    spawn = multiprocessing.get_context("spawn")

    def start(main: Callable[..., None]) -> BaseProcess:
        # The ports stay open here: who calls while the door is started again is not refused.
        args = (config, ports) if main is hear else (config,)
        process = spawn.Process(target=main, args=args, name=main.__name__)
        process.start()
        return process

    running = {place: start(main) for place, main in enumerate(mains)}

    async def watch() -> None:
        pause = WATCH_SECONDS
        while True:
            await asyncio.sleep(pause)
            ended = [place for place, process in running.items() if not process.is_alive()]
            # What ends as soon as it is started must not keep the machine busy with starting it.
            pause = min(pause * 2, WATCH_SECONDS_MAX) if ended else WATCH_SECONDS
            for place in ended:
                name = running[place].name
                logger.warning("a process ended and is started again", process=name)
                running[place] = start(mains[place])

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        for process in running.values():
            process.terminate()
        for process in running.values():
            await asyncio.to_thread(process.join, STOP_SECONDS)
            if process.is_alive():
                process.kill()


def sequence(config: Config) -> None:
    """Run the sequencer until this process is told to end."""
    _live("sequencer", _sequence(config))


def work(config: Config) -> None:
    """Run a worker until this process is told to end."""
    _live("worker", _work(config))


def judge(config: Config) -> None:
    """Judge trips under way until this process is told to end."""
    _live("trips", _judge(config))


def tell(config: Config) -> None:
    """Tell webhooks until this process is told to end."""
    _live("webhooks", _tell(config))


def hear(config: Config, ports: Ports) -> None:
    """Hear devices until this process is told to end."""
    _live("devices", _hear(config, ports))


def _live(name: str, life: Coroutine[None, None, None]) -> None:
    """Run a process to its end; why it fails is one line in the log. Its parent starts another."""
    configure(name)
    try:
        asyncio.run(life)
        return
    except Refused as refused:
        logger.warning("the process ends", finding=refused.finding.code)
    except Exception:
        logger.exception("the process ends")
    sys.exit(1)


async def _sequence(config: Config) -> None:
    async with pools(config.dsn, size_max=4) as opened:
        cosigners = [Cosigner(opened.engine, one, wall_clock) for one in config.witnesses]
        role = Sequencer(
            opened.engine,
            await known_keys(opened.engine, config.keys),
            wall_clock,
            # A restored log must hear what witnesses know before it signs anything new.
            may_sign=lambda: all(cosigner.has_asked for cosigner in cosigners),
        )

        async def run(stop: asyncio.Event) -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(sequencer.run(role, stop))
                for cosigner in cosigners:
                    tasks.create_task(
                        cosigning.run(cosigner, stop, holds=lambda: role.epoch is not None)
                    )

        await _until_told(run)


async def _work(config: Config) -> None:
    async with pools(config.dsn, size_max=2) as opened:
        held = await known_keys(opened.engine, config.keys)
        engine = TableProcess()
        worker = Worker(Kit(opened, held, config.message_bytes_max), engine)
        for lang in LANGS:
            templates(lang)  # read now, not while a filer waits
        try:
            await _until_told(lambda stop: workers.run(worker, stop))
        finally:
            engine.end()


async def _judge(config: Config) -> None:
    async with pools(config.dsn, size_max=2) as opened:
        kit = Kit(opened, await known_keys(opened.engine, config.keys), config.message_bytes_max)
        judging = TripJudge(kit)
        await _until_told(lambda stop: trip_judge.run(judging, stop))


async def _tell(config: Config) -> None:
    async with pools(config.dsn, size_max=4) as opened:
        kit = Kit(opened, await known_keys(opened.engine, config.keys), config.message_bytes_max)
        sender = Sender(kit, Outward(config.outward), SystemRandom().random)
        await _until_told(lambda stop: webhooks.run(sender, stop))


async def _hear(config: Config, ports: Ports) -> None:
    async with pools(config.dsn, size_max=4) as opened:
        kit = Kit(opened, await known_keys(opened.engine, config.keys), config.message_bytes_max)
        async with listening(kit, ports):
            await _until_told(_wait)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def _until_told(run: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    collect_rarely(YOUNG_OBJECTS_AT_WORK)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # The sentinel is readable once the interface has died, which can't tell us any more.
        loop.add_reader(parent.sentinel, _stop_once, loop, parent.sentinel, stop)
    await run(stop)


def _stop_once(loop: asyncio.AbstractEventLoop, sentinel: int, stop: asyncio.Event) -> None:
    loop.remove_reader(sentinel)
    stop.set()
