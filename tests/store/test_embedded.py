"""PostgreSQL that Waglan brings along: it starts, is joined, dies, comes back, admits nobody."""

import asyncio
import fcntl
import os
import pwd
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from waglan.codes.render import render
from waglan.store.dsn import Dsn
from waglan.store.embedded import house, supervisor
from waglan.store.embedded.binaries import of_the_machine, of_the_wheel, version_num
from waglan.store.embedded.supervisor import Server, Settings, running, start, stop
from waglan.store.refused import Refused

IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="needs root, to become another user")
NOBODY = pwd.getpwnam("nobody")
CLIENTS = 4


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """A home where PostgreSQL ran before; each test stops what it starts."""
    folder = Path(tempfile.mkdtemp(prefix="waglan-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


async def connect(dsn: Dsn, **changes: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
    conninfo = make_conninfo(dsn.admin or "", **changes)
    return await psycopg.AsyncConnection.connect(conninfo, autocommit=True)


async def ask(dsn: Dsn, statement: str) -> list[tuple[object, ...]]:
    async with await connect(dsn) as conn:
        cursor = await conn.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


def postmaster(server: Server) -> int:
    return int((server.house.data / "postmaster.pid").read_text().split()[0])


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def as_nobody(act: Callable[[], None]) -> str:
    """Run the act in a child of user nobody; return '' or what it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            act()
        except BaseException:
            said = traceback.format_exc()
        os.write(writing, said.encode()[-60_000:])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


async def test_it_is_durable_and_has_checksums(server: Server) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert await ask(server.dsn, f"show {setting}") == [("on",)]


async def test_it_listens_on_no_network_and_trusts_nobody(server: Server) -> None:
    assert await ask(server.dsn, "show listen_addresses") == [("",)]
    rules = await ask(server.dsn, "select distinct type, auth_method from pg_hba_file_rules")
    assert set(rules) == {("local", "scram-sha-256"), ("local", "reject")}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await connect(server.dsn, password="guessed")
    assert house.passwords(server.house.home, (supervisor.SUPERUSER,))
    assert (server.house.home / house.PASSWORDS).stat().st_mode & 0o077 == 0
    assert server.house.sockets.stat().st_mode & 0o077 == 0


async def test_its_log_repeats_no_data_of_a_statement_that_failed(server: Server) -> None:
    await ask(server.dsn, "create table captain (name text primary key)")
    await ask(server.dsn, "insert into captain values ('Chan Tai Man 9123-4567')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await ask(server.dsn, "insert into captain values ('Chan Tai Man 9123-4567')")
    await ask(server.dsn, "drop table captain")
    logs = [file.read_text() for file in (server.house.rooms / "log").iterdir()]
    assert any("duplicate key" in text for text in logs)
    assert not any("Chan Tai Man" in text for text in logs)


@as_root
def test_started_by_root_it_runs_as_a_user_who_cannot_change_its_programs(server: Server) -> None:
    status = Path(f"/proc/{postmaster(server)}/status").read_text().splitlines()
    identities = {line.split(":")[0]: line.split()[1:] for line in status if line[:3] in "Uid Gid"}
    assert identities["Uid"] == [str(server.house.owner.uid)] * 4
    assert server.house.owner.uid != 0
    [groups] = [line.split()[1:] for line in status if line.startswith("Groups:")]
    assert groups == []
    program = server.programs.folder / "postgres"
    assert (program.stat().st_uid, program.stat().st_mode & 0o777) == (0, 0o755)


@as_root
def test_another_user_such_as_a_parser_cannot_reach_the_socket(server: Server) -> None:
    if server.house.owner.uid == NOBODY.pw_uid:
        pytest.skip("this machine has no user postgres, so PostgreSQL itself runs as nobody")
    said = as_nobody(lambda: psycopg.connect(server.dsn.admin or "").close())
    assert "Permission denied" in said


@as_root
def test_started_by_a_user_it_runs_in_place_as_that_user(home: Path) -> None:
    place = home / "of-nobody"
    place.mkdir()
    os.chown(place, NOBODY.pw_uid, NOBODY.pw_gid)

    async def a_day() -> None:
        async with running(Settings(place / "home")) as server:
            assert "site-packages" in str(server.programs.folder)
            assert (await ask(server.dsn, "select 1")) == [(1,)]
            status = Path(f"/proc/{postmaster(server)}").stat()
            assert status.st_uid == os.geteuid() == NOBODY.pw_uid
            assert (place / "home").stat().st_mode & 0o077 == 0

    programs = of_the_wheel()
    if not all(folder.stat().st_mode & 0o001 for folder in programs.folder.parents):
        pytest.skip(f"nobody cannot reach {programs.folder}")
    assert as_nobody(lambda: asyncio.run(a_day())) == ""


@as_root
@pytest.mark.parametrize(
    ("name", "moved_to"),
    [("waglan", "waglan"), ("waglan-demo", "waglan-demo"), ("demo", "waglan-demo")],
)
def test_a_home_that_its_user_cannot_reach_is_moved_and_that_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, moved_to: str
) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(house, "STATE", home)
    built = house.built(closed / name, None)
    assert built.home == home / moved_to
    assert [note.code for note in built.notes] == ["STORE-HOME-MOVED"]
    assert not (closed / name).exists()
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
@pytest.mark.parametrize("user", ["root", "no-such-user-here"])
def test_a_user_who_is_root_or_nobody_known_is_refused(home: Path, user: str) -> None:
    with pytest.raises(Refused) as refused:
        house.built(home / "home", user)
    assert refused.value.finding.code == "STORE-USER"


@as_root
def test_the_named_user_runs_it_and_later_starts_keep_to_him(home: Path) -> None:
    assert house.built(home / "home", "nobody").owner.uid == NOBODY.pw_uid
    assert house.built(home / "home", None).owner.uid == NOBODY.pw_uid


def test_a_path_too_long_for_a_socket_gets_a_short_folder(home: Path) -> None:
    room_bytes = house.SOCKET_PATH_BYTES_MAX - len(house.SOCKET_NAME) - len("/run")
    fits = home / ("x" * (room_bytes - len(str(home)) - 1))
    assert house.built(fits, None).sockets == fits / "run"
    too_long = fits.with_name(fits.name + "x")
    short = house.built(too_long, None).sockets
    try:
        assert short.parent in {house.RUNTIME, house.SCRATCH}
        assert short == house.built(too_long, None).sockets
    finally:
        short.rmdir()


async def test_it_answers_in_a_folder_with_a_long_name_and_blanks(home: Path) -> None:
    deep = home / ("葵涌 'terminal', " * 4) / ("x" * 60)
    async with running(Settings(deep)) as server:
        assert await ask(server.dsn, "select 1") == [(1,)]
        short = server.house.sockets
    assert not str(short).startswith(str(home))
    short.rmdir()


@pytest.mark.parametrize("name", ['a "b"', "$HOME", "`id`", "two\nlines"])
def test_a_path_that_initdb_would_give_to_a_shell_is_refused_before_anything_is_made(
    home: Path, name: str
) -> None:
    if not IS_ROOT and "\n" not in name:
        assert house.built(home / name / "home", None).data.name == "data"
        return
    with pytest.raises(Refused) as refused:
        house.built(home / name / "home", None)
    finding = refused.value.finding
    assert finding.code == "STORE-HOME-NAME"
    assert finding.params["characters"] in {'"', "$", "`", "U+000A"}
    assert not (home / name).exists()


def test_a_socket_folder_that_another_user_laid_out_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "SOCKET_PATH_BYTES_MAX", 10)
    for name in ("RUNTIME", "SCRATCH"):
        monkeypatch.setattr(house, name, home)
    short = house.built(home / "home", None).sockets
    short.rmdir()
    short.symlink_to("/etc")
    with pytest.raises(Refused) as refused:
        house.built(home / "home", None)
    finding = refused.value.finding
    assert finding.code == "STORE-HOME-DENIED"
    assert not str(finding.params["user"]).isdecimal()
    nobody = replace(finding, params={**finding.params, "user": "nobody"})
    assert "that the user 'nobody' may write to" in render(nobody, "en").remedy
    assert "使用者「nobody」" in render(nobody, "zh-Hant-HK").remedy


async def test_of_starts_at_once_one_wins_and_the_others_join(home: Path) -> None:
    servers = await asyncio.gather(*[start(Settings(home / "home")) for _ in range(4)])
    assert sorted(server.ours for server in servers) == [False, False, False, True]
    assert len({server.dsn.admin for server in servers}) == 1
    assert len({postmaster(server) for server in servers}) == 1
    await stop(servers[0])


def assert_no_process_is_left(home: Path) -> None:
    with house.built(home, None).lock.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while one of them lives


async def test_the_last_who_uses_it_stops_it_whoever_started_it(used: Path) -> None:
    async with AsyncExitStack() as first:
        started = await first.enter_async_context(running(Settings(used)))
        async with running(Settings(used)) as joined:
            assert (started.ours, joined.ours) == (True, False)
            pid = postmaster(started)
            async with running(Settings(used)):
                pass
            assert await ask(joined.dsn, "select 1") == [(1,)]
            await first.aclose()
            assert await ask(joined.dsn, "select 1") == [(1,)]
            assert postmaster(joined) == pid
    assert_no_process_is_left(used)


async def test_who_joined_what_a_killed_process_left_stops_it(used: Path) -> None:
    act = (
        "import asyncio, sys; from pathlib import Path;"
        "from waglan.store.embedded.supervisor import Settings, running\n"
        "async def use():\n"
        "    async with running(Settings(Path(sys.argv[1]))):\n"
        "        print('it answers', flush=True); await asyncio.Event().wait()\n"
        "asyncio.run(use())"
    )
    user = await asyncio.create_subprocess_exec(
        sys.executable, "-c", act, str(used), stdout=asyncio.subprocess.PIPE
    )
    assert user.stdout is not None
    assert await user.stdout.readline() == b"it answers\n"
    user.kill()
    await user.wait()
    async with running(Settings(used)) as joined:
        assert not joined.ours
        assert await ask(joined.dsn, "select 1") == [(1,)]
    assert_no_process_is_left(used)


async def test_of_users_who_come_and_go_at_once_each_finds_it_and_none_leaves_it(
    used: Path,
) -> None:
    async def use(times: int) -> int:
        answers = 0
        for _ in range(times):
            async with running(Settings(used)) as server:
                assert await ask(server.dsn, "select 1") == [(1,)]
                answers += 1
        return answers

    assert sum(await asyncio.gather(*[use(3) for _ in range(4)])) == 12
    assert_no_process_is_left(used)


async def test_who_comes_while_it_is_stopped_waits_and_is_told_when_that_takes_too_long(
    used: Path,
) -> None:
    with house.built(used, None).users.open("wb") as users:
        fcntl.flock(users, fcntl.LOCK_EX)  # as he who stops it holds it
        with pytest.raises(Refused) as refused:
            async with running(Settings(used, start_seconds_max=0.2)):
                pass
        assert refused.value.finding.code == "STORE-SLOW"


async def test_stopping_what_has_stopped_is_no_fault(used: Path) -> None:
    server = await start(Settings(used))
    await stop(server)
    await stop(server)


async def test_what_was_acknowledged_survives_the_death_of_every_process(used: Path) -> None:
    settings = Settings(used)
    server = await start(settings)
    await ask(server.dsn, "create table receipt (client int, number int)")
    acknowledged: set[tuple[int, int]] = set()

    async def send(client: int) -> None:
        with suppress(psycopg.OperationalError):
            async with await connect(server.dsn) as conn:
                for number in range(1_000_000):
                    await conn.execute("insert into receipt values (%s, %s)", [client, number])
                    acknowledged.add((client, number))

    for _ in range(2):
        senders = [asyncio.create_task(send(client)) for client in range(CLIENTS)]
        before = len(acknowledged)
        while len(acknowledged) < before + 200:
            await asyncio.sleep(0.01)
        pid = postmaster(server)
        kill([pid, *children(pid)])
        await asyncio.gather(*senders)
        server = await start(settings)
        assert server.ours
        kept = await ask(server.dsn, "select client, number from receipt")
        assert acknowledged <= set(kept)
        await ask(server.dsn, "truncate receipt")
        acknowledged.clear()
    await stop(server)


async def test_it_comes_back_when_only_the_postmaster_was_killed(used: Path) -> None:
    server = await start(Settings(used))
    kill([postmaster(server)])
    again = await start(Settings(used))
    assert again.ours
    assert await ask(again.dsn, "select 1") == [(1,)]
    await stop(again)


async def test_it_is_kept_alive_at_the_same_address_while_somebody_uses_it(used: Path) -> None:
    async with running(Settings(used)) as server:
        for _ in range(2):
            killed = postmaster(server)
            kill([killed, *children(killed)])
            async with asyncio.timeout(60):
                while await answer(server) != [(1,)] or postmaster(server) == killed:
                    await asyncio.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        await connect(server.dsn)


async def answer(server: Server) -> list[tuple[object, ...]]:
    with suppress(psycopg.OperationalError, OSError):
        return await ask(server.dsn, "select 1")
    return []


async def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(used: Path) -> None:
    server = await start(Settings(used))
    pid_file = server.house.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    pid = postmaster(server)
    kill([pid, *children(pid)])
    stranger = await asyncio.create_subprocess_exec(
        "sleep", "60", user=server.house.owner.uid if IS_ROOT else None
    )
    pid_file.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
    again = await start(Settings(used))
    assert again.ours
    await stop(again)
    stranger.kill()
    await stranger.wait()


async def test_a_fault_in_the_operators_own_settings_is_said_with_the_logs_words(
    used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0.5)
    place = house.built(used, None)
    place.local_settings.write_text("work_mem = 'plenty'\n")
    with pytest.raises(Refused) as refused:
        await start(Settings(used))
    assert refused.value.finding.code == "STORE-NO-START"
    assert "plenty" in str(refused.value.finding.params["tail"])
    place.local_settings.unlink()


async def test_the_operators_own_settings_hold_but_undo_no_promise(used: Path) -> None:
    place = house.built(used, None)
    place.local_settings.write_text("work_mem = '5MB'\nfsync = off\n")
    async with running(Settings(used)) as server:
        assert await ask(server.dsn, "show work_mem") == [("5MB",)]
        assert await ask(server.dsn, "show fsync") == [("on",)]
    place.local_settings.unlink()


async def test_data_of_another_major_release_is_refused_and_left_alone(used: Path) -> None:
    server = await start(Settings(used))
    await stop(server)
    kept = server.house.data / "PG_VERSION"
    kept.write_text("17\n")
    with pytest.raises(Refused) as refused:
        await start(Settings(used))
    assert refused.value.finding.code == "STORE-OTHER-MAJOR"
    kept.write_text("18\n")


async def test_programs_of_the_machine_that_are_too_old_are_refused(home: Path) -> None:
    if shutil.which("postgres") is None or of_the_machine().version_num >= 160_010:
        pytest.skip("this machine has no PostgreSQL that is too old")
    with pytest.raises(Refused) as refused:
        await start(Settings(home / "home", programs="machine"))
    assert refused.value.finding.code == "STORE-VERSION"


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("postgres (PostgreSQL) 18.4", 180_004),
        ("postgres (PostgreSQL) 16.14 (Debian 16.14-1.pgdg12+1)", 160_014),
        ("postgres (PostgreSQL) 19beta2", 190_000),
    ],
)
def test_the_programs_say_their_version(answer: str, number: int) -> None:
    assert version_num(answer) == number


def test_the_address_for_people_holds_no_password(server: Server) -> None:
    secret = str(conninfo_to_dict(server.dsn.admin or "")["password"])
    assert secret not in repr(server)
