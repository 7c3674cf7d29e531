"""A whole instance on loopback, as a user would have it."""

import asyncio
import hashlib
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
import structlog

from waglan.gateway.devices.ports import PortOf
from waglan.gateway.instance import Config, running
from waglan.gateway.keys import keys
from waglan.gateway.outbox import Outbox
from waglan.gateway.turns import ClientLimits
from waglan.gateway.witness import WitnessAt
from waglan.logbook.note import VerifierKey
from waglan.store.dsn import Dsn
from waglan.store.migrate import prepare

ORIGIN = "waglan.test/log"

# All tests of a module come from one address, and many in a few seconds.
LIMITS = ClientLimits(client=10_000, network=10_000)
# A new connection for each request: one that lay idle may be closed just when it is used again.
FRESH = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True)
class Instance:
    """An instance that answers, and the operator's client."""

    address: str
    home: Path
    dsn: Dsn
    operator: httpx.Client
    opened: ExitStack
    devices: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # ports by protocol

    @property
    def log_key(self) -> VerifierKey:
        """What a verifier pins."""
        return keys(self.home / "keys", ORIGIN).checkpoint.verifier

    def client(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return self.opened.enter_context(
            httpx.Client(base_url=self.address, headers=headers, timeout=60, limits=FRESH)
        )

    def let_in(self, party: str, *roles: str, addresses: tuple[str, ...] = ()) -> httpx.Client:
        """Let an organisation in and return its first person's client."""
        answer = self.operator.post(
            "/v1/organisations",
            json={
                "party": party,
                "name": f"Synthetic {party}",
                "roles": roles,
                "addresses": addresses,
                "person": f"Sample Person of {party}",
            },
        )
        assert answer.status_code == 201, answer.text
        return self.client(answer.json()["secret"])


@pytest.fixture(scope="module")
def witnesses() -> tuple[WitnessAt, ...]:
    """Who cosigns the instance's log: nobody, unless a test's module says otherwise."""
    return ()


@pytest.fixture(scope="module")
def outbox() -> Outbox | None:
    """Where mail is left: nowhere, unless a test's module says otherwise."""
    return None


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    """On which ports devices are heard: none, unless a test's module says otherwise."""
    return ()


SAMPLE_SECRET = hashlib.sha256(b"waglan test sample 56").digest()


@pytest.fixture(scope="module")
def instance_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the instance keeps its keys; the lot falls alike in every run, on none of our bills."""
    home = tmp_path_factory.mktemp("home")
    (home / "keys").mkdir(mode=0o700)
    key = home / "keys" / "sample.key"
    key.write_bytes(SAMPLE_SECRET)
    key.chmod(0o600)
    return home


@pytest.fixture(scope="module")
def instance(
    module_database: Dsn,
    instance_home: Path,
    witnesses: tuple[WitnessAt, ...],
    outbox: Outbox | None,
    device_ports: tuple[PortOf, ...],
) -> Iterator[Instance]:
    """A running instance with a database of its own."""
    config = configured(module_database, instance_home, witnesses, outbox)
    judging = int(bool(device_ports))  # without devices there is no trip to judge
    with answering_as(replace(config, devices=device_ports, trip_workers=judging)) as up:
        yield up


@contextmanager
def answering(
    dsn: Dsn,
    home: Path,
    witnesses: tuple[WitnessAt, ...] = (),
    outbox: Outbox | None = None,
    limits: ClientLimits = LIMITS,
) -> Iterator[Instance]:
    """Have an instance answer inside the block, with this database and these keys."""
    with answering_as(configured(dsn, home, witnesses, outbox, limits)) as up:
        yield up


def configured(
    dsn: Dsn,
    home: Path,
    witnesses: tuple[WitnessAt, ...] = (),
    outbox: Outbox | None = None,
    limits: ClientLimits = LIMITS,
) -> Config:
    """What an instance on loopback is started with."""
    told = (dsn, home, ORIGIN, "127.0.0.1", 0, 8 << 20, 1, witnesses, outbox, limits)
    return Config(*told, trip_workers=0)


@contextmanager
def answering_as(config: Config) -> Iterator[Instance]:
    """Have an instance answer inside the block as it is configured."""
    dsn, home = config.dsn, config.home
    # Its thread outlives the standard streams that pytest gives to one test.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(io.StringIO()))
    ready, stop = threading.Event(), asyncio.Event()
    found: dict[str, str] = {}
    heard: dict[str, tuple[str, int]] = {}
    failed: list[BaseException] = []
    loop = asyncio.new_event_loop()

    async def run() -> None:
        await prepare(dsn)
        async with running(config) as up:
            found["address"] = up.address
            heard.update(up.devices)
            ready.set()
            await stop.wait()

    def main() -> None:
        try:
            loop.run_until_complete(run())
        except BaseException as error:
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=main)
    thread.start()
    assert ready.wait(60)
    if failed:
        thread.join(30)
        loop.close()
        raise failed[0]
    token = (home / "operator.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with ExitStack() as opened:
            operator = opened.enter_context(
                httpx.Client(base_url=found["address"], headers=headers, timeout=60, limits=FRESH)
            )
            yield Instance(found["address"], home, dsn, operator, opened, heard)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
    if failed:
        raise failed[0]
