"""Which PostgreSQL is used, and what the doctor says about it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from waglan.codes.finding import Severity
from waglan.store import doctor, version
from waglan.store.dsn import Dsn
from waglan.store.embedded.house import PASSWORDS
from waglan.store.embedded.supervisor import Settings
from waglan.store.migrate import packaged, prepare
from waglan.store.refused import Refused
from waglan.store.resolve import Resolved, Wanted, database, named
from waglan.store.roles import LOGINS

GIVEN = {role: f"a long password of {role}" for role in LOGINS}


def wanted(home: Path, dsn: str | None = None, **passwords: str) -> Wanted:
    return Wanted(Settings(home / "home"), dsn, passwords)


async def test_without_a_word_from_the_operator_the_embedded_one_is_used(home: Path) -> None:
    async with database(wanted(home)) as resolved:
        assert resolved.server is not None
        await prepare(resolved.dsn)
        async with await psycopg.AsyncConnection.connect(resolved.dsn.app) as conn:
            assert conn.info.dbname == "waglan"


async def test_an_administrators_dsn_is_enough_for_a_quick_start(
    empty_database: Dsn, home: Path
) -> None:
    async with database(wanted(home, empty_database.admin)) as resolved:
        assert resolved.server is None
        assert set(resolved.dsn.passwords) == set(LOGINS)
        assert (home / "home" / PASSWORDS).stat().st_mode & 0o777 == 0o600
        again = await named(wanted(home, empty_database.admin))
        assert again == resolved.dsn


async def test_given_passwords_win_over_generated_ones(home: Path) -> None:
    dsn = await named(wanted(home, "postgresql://dba:secret@db.example/port", **GIVEN))
    assert dsn.passwords == GIVEN
    parts = conninfo_to_dict(dsn.app)
    assert (parts["user"], parts["password"]) == ("waglan_app", GIVEN["waglan_app"])
    assert parts["host"] == "db.example"
    assert "secret" not in repr(dsn)
    assert dsn.where == "host=db.example dbname=port"


async def test_a_dsn_without_an_administrator_never_makes_roles_or_passwords(home: Path) -> None:
    for text in ("host=db dbname=port", "postgresql://waglan_app:pw@db/port"):
        dsn = await named(wanted(home, text))
        assert dsn.admin is None
        assert "password" not in conninfo_to_dict(dsn.engine)
    assert conninfo_to_dict(dsn.app)["password"] == "pw"
    assert not (home / "home").exists()


@pytest.mark.parametrize("text", ["nonsense secret", "postgresql://[secret/x"])
async def test_a_dsn_that_is_none_is_refused_without_repeating_it(home: Path, text: str) -> None:
    with pytest.raises(Refused) as refused:
        await named(wanted(home, text))
    assert refused.value.finding.code == "STORE-DSN"
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_server_that_is_not_there_is_said_with_its_place(home: Path) -> None:
    with pytest.raises(Refused) as refused:
        async with database(wanted(home, "postgresql://dba:secret@127.0.0.1:1/port")):
            pass
    assert refused.value.finding.code == "STORE-UNREACHABLE"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (150_018, ["STORE-VERSION"]),
        (160_009, ["STORE-VERSION"]),
        (160_010, ["STORE-OLD-MINOR"]),
        (160_099, []),
        (170_005, ["STORE-VERSION"]),
        (170_006, ["STORE-OLD-MINOR"]),
        (170_099, []),
        (180_000, ["STORE-OLD-MINOR"]),
        (180_099, []),
        (190_000, []),
    ],
)
async def test_a_release_that_leaks_rows_is_refused_and_an_old_one_is_warned_about(
    number: int, codes: list[str]
) -> None:
    assert [finding.code for finding in await version.findings(number)] == codes


async def test_a_server_that_is_too_old_is_refused_before_anything_is_made(
    empty_database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(version.RELEASES, 18, {"oldest_minor": 99, "newest_minor": 99})
    with pytest.raises(Refused) as refused:
        async with database(wanted(home, empty_database.admin)):
            pass
    assert refused.value.finding.code == "STORE-VERSION"
    with pytest.raises(Refused):
        await prepare(empty_database)
    conninfo = empty_database.admin or ""
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        row = await (await conn.execute("select to_regclass('schema_migration')")).fetchone()
        assert row == (None,)


async def test_a_password_of_one_character_too_few_is_refused(empty_database: Dsn) -> None:
    short = {**GIVEN, "waglan_engine": "x" * 15}
    with pytest.raises(Refused) as refused:
        await prepare(replace(empty_database, passwords=short))
    assert refused.value.finding.code == "STORE-PASSWORD"
    assert refused.value.finding.params["role"] == "waglan_engine"


@pytest.fixture
async def own(home: Path) -> AsyncIterator[Resolved]:
    """A server of the test's own, whose roles and settings may be spoilt."""
    async with database(wanted(home)) as resolved:
        yield resolved


async def say(dsn: Dsn, *statements: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn.admin or "", autocommit=True) as conn:
        for statement in statements:
            await conn.execute(statement.encode())


async def faults(resolved: Resolved, home: Path) -> list[str]:
    found = await doctor.examine(resolved, home)
    return sorted(finding.code for finding in found if finding.severity is Severity.ERROR)


async def test_an_administrator_who_is_no_superuser_can_make_it_all(
    own: Resolved, home: Path
) -> None:
    await say(
        own.dsn,
        "create role dba createrole login password 'a managed service'",
        "create database port owner dba",
    )
    conninfo = make_conninfo(own.dsn.admin or "", user="dba", password="a managed service")
    managed = await named(wanted(home, make_conninfo(conninfo, dbname="port")))
    assert await prepare(managed) == [m.name for m in await packaged()]
    assert await prepare(managed) == []
    async with await psycopg.AsyncConnection.connect(managed.app) as conn:
        assert conn.info.user == "waglan_app"
    assert await faults(Resolved(managed, (), None), home) == []


async def test_the_doctor_finds_no_fault_in_what_we_made(own: Resolved, home: Path) -> None:
    await prepare(own.dsn)
    assert await faults(own, home) == []


async def test_the_doctor_finds_every_fault_and_starting_again_mends_the_roles(
    own: Resolved, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await faults(own, home) == ["STORE-UNREACHABLE"]  # the roles are not there yet
    await prepare(own.dsn)
    assert own.server is not None
    place = own.server.house
    await say(
        own.dsn,
        "alter role waglan_app bypassrls",
        "grant waglan_engine to waglan_authority",
        "alter role waglan_owner login",
        "alter system set full_page_writes = off",
    )
    rules = place.data / "pg_hba.conf"
    rules.write_text(rules.read_text() + "local nowhere all trust\n")
    await say(own.dsn, "select pg_reload_conf()", "select pg_sleep(0.3)")
    place.sockets.chmod(0o755)
    (place.home / PASSWORDS).chmod(0o640)
    monkeypatch.setattr(doctor, "FREE_BYTES_MIN", 1 << 60)
    monkeypatch.setattr(doctor, "FREE_BYTES_WARN", 1 << 60)
    assert await faults(own, place.home) == [
        "STORE-DISK",
        "STORE-HBA",
        "STORE-NOT-DURABLE",
        "STORE-OPEN",
        "STORE-OPEN",
        "STORE-ROLE",
        "STORE-ROLE",
        "STORE-ROLE",
    ]
    await prepare(own.dsn)
    assert (await faults(own, place.home)).count("STORE-ROLE") == 0


async def test_the_doctor_says_which_user_must_not_read_papers_of_strangers(
    own: Resolved, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own.server is not None
    monkeypatch.setattr(doctor, "NOBODY_UID", own.server.house.owner.uid)
    codes = [finding.code for finding in await doctor.examine(own, home)]
    assert "STORE-NEIGHBOURS" in codes
