"""A database that is in use goes on with the keys it was kept with, and with no others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from command_line import CommandLine
from port import filed, manifest, wait
from running_instance import Instance, answering

from waglan.gateway.keys import keys
from waglan.store.dsn import Dsn
from waglan.store.refused import Refused


@pytest.fixture(scope="module")
def used(module_database: Dsn, tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """An instance that has stopped, with a manifest in its database and its log signed."""
    with answering(module_database, tmp_path_factory.mktemp("used")) as up:
        line = up.let_in("line", "carrier", addresses=("CARRIER1:ZZZ",))
        up.let_in("customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
        assert filed(line, manifest("B1", "D1"))["state"] == "accepted"
        wait(lambda: is_signed(module_database) or None)
        return up


def is_signed(dsn: Dsn) -> bool:
    with psycopg.connect(dsn.admin or "", autocommit=True) as conn:
        return conn.execute("SELECT 1 FROM log_checkpoint").fetchone() is not None


@pytest.fixture
def moved(used: Instance, waglan: CommandLine, tmp_path: Path) -> Path:
    """A home beside it with the same keys, which a test may spoil."""
    waglan.operates(used).set("WAGLAN_HOME", str(tmp_path))
    shutil.copytree(used.home / "keys", tmp_path / "keys")
    shutil.copy(used.home / "operator.token", tmp_path)
    return tmp_path


def other(folder: Path, name: str = "waglan.test/log") -> Path:
    keys(folder / "other", name)
    return folder / "other"


def no_folder(home: Path) -> None:
    shutil.rmtree(home / "keys")


def without(name: str) -> Callable[[Path], None]:
    return lambda home: (home / "keys" / name).unlink()


def another(name: str, origin: str = "waglan.test/log") -> Callable[[Path], None]:
    def put(home: Path) -> None:
        shutil.copy(other(home, origin) / name, home / "keys" / name)

    return put


def cut(name: str) -> Callable[[Path], None]:
    def write(home: Path) -> None:
        (home / "keys" / name).write_bytes(b"ten bytes.")

    return write


def folder(name: str) -> Callable[[Path], None]:
    def put(home: Path) -> None:
        (home / "keys" / name).unlink()
        (home / "keys" / name).mkdir()

    return put


SPOILT = [
    (no_folder, "CLI-KEY-GONE"),
    (without("vault.key"), "CLI-KEY-GONE"),
    (without("checkpoint.key"), "CLI-KEY-GONE"),
    (without("sample.key"), "CLI-KEY-GONE"),
    (another("vault.key"), "CLI-KEY-OTHER"),
    (another("checkpoint.key"), "CLI-KEY-OTHER"),
    (another("checkpoint.key", "waglan.test/another"), "CLI-KEY-OTHER"),
    (cut("vault.key"), "CLI-KEY-BROKEN"),
    (cut("checkpoint.key"), "CLI-KEY-BROKEN"),
    (folder("vault.key"), "CLI-KEY-NO-FILE"),
    (folder("checkpoint.key"), "CLI-KEY-NO-FILE"),
]


def names(home: Path) -> list[str]:
    return sorted(str(path) for path in (home / "keys").glob("*"))


@pytest.mark.parametrize(("spoil", "code"), SPOILT)
def test_a_database_in_use_starts_with_no_keys_but_its_own_and_none_are_made(
    used: Instance, waglan: CommandLine, moved: Path, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(moved)
    before = names(moved)
    with pytest.raises(Refused) as refused, answering(used.dsn, moved):
        pass
    assert refused.value.finding.code == code
    for arguments in (["up"], ["init"]):
        ran = waglan(*arguments)
        assert (ran.status, code in ran.err, "CLI-BUG" in ran.err) == (2, True, False), ran
    examined = waglan("doctor")
    assert (examined.status, code in examined.out) == (1, True), examined
    public = waglan("backup", "--new-key", str(moved / "k")).out.strip()
    backed_up = waglan("backup", "--to", public, str(moved / "b"))
    assert (backed_up.status, code in backed_up.err) == (2, True), backed_up
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert code in waglan("doctor").out
    assert names(moved) == before


@pytest.mark.parametrize("name", ["status.key", "holds.key"])
def test_a_folder_in_place_of_a_key_for_statements_is_told_as_one(
    used: Instance, waglan: CommandLine, moved: Path, name: str
) -> None:
    folder(name)(moved)
    with pytest.raises(Refused) as refused, answering(used.dsn, moved):
        pass
    assert refused.value.finding.code == "CLI-KEY-NO-FILE"
    started, examined = waglan("up"), waglan("doctor")
    assert (started.status, "CLI-KEY-NO-FILE" in started.err) == (2, True), started
    assert (examined.status, "CLI-KEY-NO-FILE" in examined.out) == (1, True), examined
    assert "CLI-KEY-OPEN" not in started.err + examined.out


def test_the_keys_it_was_kept_with_are_taken_in_whatever_home(used: Instance, moved: Path) -> None:
    with answering(used.dsn, moved) as up:
        assert up.operator.get("/v1/persons").status_code == 200


def test_a_database_of_before_takes_the_vault_that_opens_it_and_no_other(
    used: Instance, moved: Path
) -> None:
    forget = "UPDATE log_head SET vault = NULL"
    with psycopg.connect(used.dsn.admin or "", autocommit=True) as conn:
        conn.execute(forget)
        kept = (moved / "keys" / "vault.key").read_bytes()
        another("vault.key")(moved)
        with pytest.raises(Refused) as refused, answering(used.dsn, moved):
            pass
        assert refused.value.finding.code == "CLI-KEY-OTHER"
        assert conn.execute("SELECT vault FROM log_head").fetchone() == (None,)
        (moved / "keys" / "vault.key").write_bytes(kept)
        with answering(used.dsn, moved):
            pass
        held = keys(moved / "keys", "").vault.id
        assert conn.execute("SELECT vault FROM log_head").fetchone() == (held,)
