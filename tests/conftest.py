"""One embedded PostgreSQL for the whole test run, and a fresh database for whoever asks."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest
from command_line import waglan
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo
from running_instance import device_ports, instance, instance_home, outbox, witnesses

from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server, Settings, start, stop
from waglan.store.migrate import prepare

__all__ = [
    "device_ports",
    "instance",
    "instance_home",
    "outbox",
    "waglan",
    "witnesses",
]  # fixtures for every test

# A busy machine is slow to make up examples; that is no fault of theirs.
settings.register_profile("waglan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waglan")

TEMPLATE = "waglan_template"
NUMBERS = count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's user can reach too, which pytest's own tmp_path is not."""
    yield from scratch()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL of this test run, with settings as in production."""
    for folder in scratch():
        running = asyncio.run(start(Settings(folder / "home")))
        yield running
        asyncio.run(stop(running))


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a database with roles and migrations in place; clone it, never connect to it."""
    execute(server, f"create database {TEMPLATE}")
    asyncio.run(prepare(named(server.dsn, TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Dsn]:
    """A migrated database of the test's own, gone afterwards."""
    yield from cloned(server, template)


@pytest.fixture(scope="module")
def module_database(server: Server, template: str) -> Iterator[Dsn]:
    """A migrated database that the tests of one module share."""
    yield from cloned(server, template)


@pytest.fixture
def empty_database(server: Server) -> Iterator[Dsn]:
    """A database in which nothing was made yet."""
    yield from cloned(server, "template0")


def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="waglan-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def cloned(server: Server, template: str) -> Iterator[Dsn]:
    name = f"test_{next(NUMBERS)}"
    # Twice as fast as through the WAL, for a template of this size.
    execute(server, f"create database {name} template {template} strategy file_copy")
    yield named(server.dsn, name)
    execute(server, f"drop database {name} with (force)")


def named(dsn: Dsn, database: str) -> Dsn:
    return replace(
        dsn,
        app=make_conninfo(dsn.app, dbname=database),
        authority=make_conninfo(dsn.authority, dbname=database),
        engine=make_conninfo(dsn.engine, dbname=database),
        admin=make_conninfo(dsn.admin or "", dbname=database),
    )


def execute(server: Server, statement: str) -> None:
    """Run one statement as the superuser, outside any test's database."""
    conninfo = make_conninfo(server.dsn.admin or "", dbname="postgres")
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(statement.encode())
