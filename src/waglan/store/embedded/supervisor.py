"""Starts the embedded PostgreSQL, finds it again, and stops it."""

import asyncio
import fcntl
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction, version
from waglan.store.dsn import Dsn
from waglan.store.embedded import binaries, configuration, house
from waglan.store.embedded.binaries import Programs
from waglan.store.embedded.house import House
from waglan.store.refused import Refused

SUPERUSER = configuration.SUPERUSER
APP, AUTHORITY, ENGINE = "waglan_app", "waglan_authority", "waglan_engine"
ROLES = (SUPERUSER, APP, AUTHORITY, ENGINE)
DATABASE = "waglan"
HERE = Where("database")
COMMAND_SECONDS_MAX = 120
STOP_SECONDS_MAX = 60
RETRY_SECONDS = 15  # after `kill -9` the old process may stay a zombie for a second or two
PID_FILE_SOCKETS_LINE, PID_FILE_STATUS_LINE = 4, 7  # counted from 0
LOOK_AGAIN_SECONDS = 0.05
WATCH_SECONDS = 0.5
LOG_TAIL_BYTES_MAX = 2_000
START_LOG_BYTES_MAX = 1_000_000

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decides about the embedded PostgreSQL."""

    home: Path
    user: str | None = None  # WAGLAN_PG_USER; matters only when we are root
    programs: Literal["wheel", "machine"] = "wheel"
    start_seconds_max: float = 600  # a long recovery is no failure


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that answers."""

    dsn: Dsn
    house: House
    programs: Programs
    ours: bool  # we started it; False: it ran already and we joined


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Server]:
    """Have PostgreSQL answer inside the block; the last process that uses it stops it.

    It does so whoever started it: he may have been killed and his PostgreSQL left behind. Whoever
    ends it meanwhile, it is started again: its address and passwords stay the same.
    """
    where = await asyncio.to_thread(house.built, settings.home, settings.user)
    async with _using(where, settings) as users:
        server = await start(settings)
        over = asyncio.Event()
        keeper = asyncio.create_task(_keep_alive(server, settings, over))
        try:
            yield server
        finally:
            over.set()
            await keeper  # not cancelled: a start that was cut off would leave a server behind
            if _locked(users, fcntl.LOCK_EX):
                await stop(server)


@asynccontextmanager
async def _using(where: House, settings: Settings) -> AsyncIterator[int]:
    """Be one of those who use the server; come in only when nobody is just stopping it.

    Each holds the lock shared. Two who leave at once may both lose their share in asking for the
    whole of it, but the kernel then gives it to the later of them.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    descriptor = os.open(where.users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(descriptor, fcntl.LOCK_SH):
            if clock() - began > settings.start_seconds_max:
                raise Refused(_too_slow(where, round(settings.start_seconds_max)))
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


async def _keep_alive(server: Server, settings: Settings, over: asyncio.Event) -> None:
    while not await _within(WATCH_SECONDS, over):
        if not await asyncio.to_thread(_is_gone, server.house):
            continue
        logger.warning("PostgreSQL ended and is started again")
        try:
            await start(settings)
        except Refused as refused:
            logger.error("PostgreSQL does not start", finding=refused.finding.code)
            await _within(RETRY_SECONDS, over)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


async def start(settings: Settings) -> Server:
    """Return a PostgreSQL that answers, started now or joined; else say what hinders it."""
    where = await asyncio.to_thread(house.built, settings.home, settings.user)
    programs = await asyncio.to_thread(_programs, settings, where)
    for finding in await version.findings(programs.version_num):
        if finding.severity is Severity.ERROR:
            raise Refused(finding)
    clock = asyncio.get_running_loop().time
    began = clock()
    ours = False
    while True:
        if await asyncio.to_thread(_begun, where, programs):
            if ours and clock() - began > RETRY_SECONDS:
                raise Refused(_does_not_start(where))
            ours = True
        dsn = await _answering(where)
        if dsn is not None:
            return Server(dsn, where, programs, ours)
        if clock() - began > settings.start_seconds_max:
            raise Refused(_too_slow(where, round(settings.start_seconds_max)))
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def stop(server: Server) -> None:
    """Stop PostgreSQL and wait until the last of its processes is gone.

    Open transactions are rolled back; what doesn't end in time is cut off, which recovery mends.
    """
    clock = asyncio.get_running_loop().time
    for mode in ("fast", "immediate"):
        until = clock() + STOP_SECONDS_MAX
        await asyncio.to_thread(_tell_to_stop, server, mode)
        while clock() < until:
            if await asyncio.to_thread(_is_gone, server.house):
                return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    raise Refused(_too_slow(server.house, 2 * STOP_SECONDS_MAX))


def _tell_to_stop(server: Server, mode: str) -> None:
    command = ("-D", server.house.data, "-m", mode, "-W", "-s", "stop")
    try:
        _run(server.house, server.programs.folder / "pg_ctl", *command)
    except Refused:
        if not _is_gone(server.house):
            raise


def _is_gone(where: House) -> bool:
    with _claimed(where.lock) as claim:
        return claim is not None


def _programs(settings: Settings, where: House) -> Programs:
    if settings.programs == "machine":
        return binaries.of_the_machine()
    programs = binaries.of_the_wheel()
    if not where.owner.drop:
        return programs
    return binaries.copied(programs, where.home)


@contextmanager
def _claimed(lock: Path) -> Iterator[int | None]:
    """Hold the lock, or get None while another start or any process of a server holds it.

    The descriptor is handed down to PostgreSQL and all its children: the lock is free only when
    every one of them is gone, however it died, and whatever a stale postmaster.pid says.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor if _locked(descriptor, fcntl.LOCK_EX) else None
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begun(where: House, programs: Programs) -> bool:
    with _claimed(where.lock) as claim:
        if claim is not None:
            _begin(where, programs, claim)
        return claim is not None


def _begin(where: House, programs: Programs, claim: int) -> None:
    house.passwords(where.home, ROLES)
    _initialise(where, programs, claim)
    text = configuration.settings(where.sockets, where.local_settings)
    house.put(where.data / "postgresql.conf", text, where.owner)
    house.put(where.data / "pg_hba.conf", configuration.HBA, where.owner)
    _forget_the_dead(where)
    log = where.rooms / "start.log"
    if log.exists() and log.stat().st_size > START_LOG_BYTES_MAX:
        log.unlink()
    command = ("-D", where.data, "-l", log, "-W", "-s", "start")
    _run(where, programs.folder / "pg_ctl", *command, claim=claim)


def _initialise(where: House, programs: Programs, claim: int) -> None:
    kept = where.data / "PG_VERSION"
    if kept.exists():
        major = programs.version_num // 10_000
        if kept.read_text("ascii").strip() != str(major):
            raise Refused(_other_major(where, kept.read_text("ascii").strip(), major))
        return
    secret = house.passwords(where.home, (SUPERUSER,))[SUPERUSER]
    half = where.rooms / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    password_file = where.rooms / "superuser.half"
    house.put(password_file, secret, where.owner)
    try:
        options = ("-D", half, "-U", SUPERUSER, f"--pwfile={password_file}", "--encoding=UTF8")
        words = ("--locale=C", "--auth=scram-sha-256", "--data-checksums")
        _run(where, programs.folder / "initdb", *options, *words, claim=claim)
    finally:
        password_file.unlink()
    half.rename(where.data)  # half a data directory is never taken for a whole one


def _forget_the_dead(where: House) -> None:
    """Remove a postmaster.pid that names a zombie, or a stranger who was given its number.

    We hold the lock, so no process of that server lives; PostgreSQL itself can't know that.
    """
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid_file = where.data / "postmaster.pid"
        pid = int(pid_file.read_text("utf-8").split()[0])
        lives_here = False
        with suppress(OSError):  # a zombie has no working directory any more
            lives_here = where.data.samefile(f"/proc/{pid}/cwd")
        if Path("/proc/self").exists() and not lives_here:
            pid_file.unlink()
            (where.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


async def _answering(where: House) -> Dsn | None:
    try:
        lines = (where.data / "postmaster.pid").read_text("utf-8").splitlines()
        if lines[PID_FILE_STATUS_LINE].strip() != "ready":
            return None
        dsn = _dsn(Path(lines[PID_FILE_SOCKETS_LINE]), house.passwords(where.home, ROLES))
        maintenance = make_conninfo(dsn.admin or "", dbname="postgres", connect_timeout=10)
        async with await psycopg.AsyncConnection.connect(maintenance, autocommit=True) as conn:
            await _make_database(conn)
    except (FileNotFoundError, IndexError, psycopg.OperationalError):
        return None
    return dsn


async def _make_database(conn: Transaction) -> None:
    found = await conn.execute("select from pg_database where datname = %s", [DATABASE])
    if found.rowcount == 0:
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            await conn.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _dsn(sockets: Path, secret: dict[str, str]) -> Dsn:
    def for_role(role: str) -> str:
        return make_conninfo(host=str(sockets), dbname=DATABASE, user=role, password=secret[role])

    roles = {role: secret[role] for role in (APP, AUTHORITY, ENGINE)}
    return Dsn(
        str(sockets),
        app=for_role(APP),
        authority=for_role(AUTHORITY),
        engine=for_role(ENGINE),
        admin=for_role(SUPERUSER),
        passwords=roles,
    )


def _run(where: House, program: Path, *words: str | Path, claim: int | None = None) -> None:
    owner = where.owner
    try:
        subprocess.run(
            [program, *words],
            check=True,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=COMMAND_SECONDS_MAX,
            pass_fds=() if claim is None else (claim,),
            umask=0o077,
            user=owner.uid if owner.drop else None,
            group=owner.gid if owner.drop else None,
            extra_groups=[] if owner.drop else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(_program_failed(program, error)) from error


def _does_not_start(where: House) -> Finding:
    return Finding(
        "STORE-NO-START",
        Severity.ERROR,
        HERE,
        {"log": str(where.rooms / "start.log"), "tail": _tail(where.rooms / "start.log")},
    )


def _too_slow(where: House, seconds: int) -> Finding:
    return Finding(
        "STORE-SLOW", Severity.ERROR, HERE, {"seconds": seconds, "home": str(where.home)}
    )


def _other_major(where: House, kept: str, major: int) -> Finding:
    return Finding(
        "STORE-OTHER-MAJOR",
        Severity.ERROR,
        HERE,
        {"data": str(where.data), "kept": kept, "major": major},
    )


def _program_failed(program: Path, error: Exception) -> Finding:
    said = getattr(error, "stderr", None)
    reason = said.decode("utf-8", "replace").strip()[-LOG_TAIL_BYTES_MAX:] if said else str(error)
    return Finding(
        "STORE-PROGRAM-FAILED", Severity.ERROR, HERE, {"program": program.name, "reason": reason}
    )


def _tail(log: Path) -> str:
    try:
        descriptor = os.open(log, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            return file.read()[-LOG_TAIL_BYTES_MAX:].decode("utf-8", "replace").strip()
    except OSError as error:
        return str(error)
