"""`waglan backup`, `restore`, `rebuild` and `erase`, as an operator types them."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from command_line import CommandLine, Ran
from conftest import cloned
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import filed, manifest, wait
from running_instance import ORIGIN, Instance
from witness_process import WitnessProcess

from waglan.gateway.keys import keys
from waglan.gateway.witness_folder import Memory, WitnessFolder, make_witness
from waglan.logbook.checkpoint import Checkpoint, read_checkpoint
from waglan.logbook.note import Algorithm, SignerKey, read_note
from waglan.logbook.witness import Seen
from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "operator.md"


def rows(dsn: Dsn, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn.admin or "", autocommit=True) as conn:
        return conn.execute(statement.encode()).fetchall()


@pytest.fixture(scope="module")
def lived(instance: Instance) -> Instance:
    carrier = instance.let_in("line", "carrier", addresses=("CARRIER1:ZZZ",))
    instance.let_in("customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    paper = manifest("K1", "DK1").replace(b"SAMPLE IMPORTS 0002 LTD", b"SPECIMEN KA FAI")
    assert filed(carrier, paper)["state"] == "accepted"
    waits = "SELECT 1 FROM log_head h JOIN projection p ON p.seq = h.size AND h.size > 5"
    wait(lambda: rows(instance.dsn, waits) or None, 60)
    return instance


@pytest.fixture
def empty(server: Server) -> Iterator[Dsn]:
    yield from cloned(server, "template0")


def test_a_day_of_an_operator_backup_erasure_rebuild_and_restore(
    lived: Instance,
    empty: Dsn,
    waglan: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waglan.operates(lived)
    made = waglan("backup", "--new-key", str(tmp_path / "secret"))
    assert made.status == 0
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    public = made.out.strip()
    assert waglan("backup", str(tmp_path / "day.backup"), "--to", public).status == 0
    again = waglan("backup", str(tmp_path / "day.backup"), "--to", public)
    assert again.status == 2
    assert "CLI-FILE-EXISTS" in again.err
    assert "day.backup" in again.err
    monkeypatch.setattr("sys.stdin", io.StringIO("Specimen Ka Fai\n"))
    erased = waglan("erase", "name", "--rule", "a request of 2026-11-22")
    assert erased.status == 0, erased.err
    assert erased.out.startswith("Erased: 1 bills' parties and marks, 1 messages")
    assert waglan("rebuild", "--check").status == 0
    listed = waglan("backup", "--erasures", str(tmp_path / "erasures"))
    assert (listed.status, listed.out.split()[0]) == (0, "1")
    home = new_home(lived, tmp_path)
    shutil.copy2(lived.home / "keys" / "checkpoint.key", home / "keys")
    waglan.operates(Instance(lived.address, home, empty, lived.operator, lived.opened))
    command = ["restore", str(tmp_path / "day.backup"), "--key", str(tmp_path / "secret")]
    done = waglan(*command, "--erasures", str(tmp_path / "erasures"))
    assert (done.status, done.err) == (0, "")
    assert re.search(rf"goes on as {ORIGIN}/[0-9]{{8}}T[0-9]{{6}}Z, with the \d+ events", done.out)
    by_hong_kongs_clock = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08\b"
    assert len(re.findall(by_hong_kongs_clock, done.out)) == 2
    assert not re.search(r"\d-\d\dT\d", done.out)
    assert "1 erasures were carried out again, from a list of 20" in done.out
    assert rows(empty, "SELECT count(*) FROM message_secret") == [(0,)]
    assert waglan(*command).status == 2
    restored = rows(empty, "SELECT size FROM log_head")[0][0]
    unsigned = waglan("log", "verify")
    assert (unsigned.status, "LOG-NOT-SIGNED" in unsigned.err) == (2, True)
    assert unsigned.out.startswith(f"NOT SIGNED YET: {restored} events are here and agree")
    assert re.search(rf"'{ORIGIN}/[0-9]{{8}}T[0-9]{{6}}Z'", unsigned.err)
    with psycopg.connect(empty.admin or "", autocommit=True) as conn:
        flip = "set_byte(root, 0, get_byte(root, 0) # 1)"
        conn.execute(f"UPDATE log_checkpoint SET root = {flip}".encode())
        former = waglan("log", "verify")
        assert (former.status, "LOG-CHECKPOINT-DIFFERS" in former.err) == (1, True)
        conn.execute(f"UPDATE log_checkpoint SET root = {flip}".encode())
        first = "event_id = (SELECT event_id FROM log_leaf WHERE seq = 0)"
        conn.execute(f"UPDATE event SET canonical = canonical || ' ' WHERE {first}".encode())
    changed = waglan("log", "verify")
    assert (changed.status, "leaves/0" in changed.err) == (1, True)


def new_home(lived: Instance, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "vault.key").write_bytes((lived.home / "keys" / "vault.key").read_bytes())
    put_the_vault_where_the_guide_says(tmp_path, home)
    return home


def test_the_nightly_backup_runs_every_night_and_its_list_gives_way_to_a_newer_one_alone(
    lived: Instance, waglan: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waglan.operates(lived)
    public = waglan("backup", "--new-key", str(tmp_path / "secret")).out.strip()
    listed = tmp_path / "erasures"

    def backs_up(night: str) -> Ran:
        left = tmp_path / f".before-{night}.part"
        left.write_bytes(b"waglan-sealed/v1\n of a run that was killed")
        ran = waglan("backup", str(tmp_path / night), "--to", public, "--erasures", str(listed))
        assert left.exists() == (ran.status != 0)
        return ran

    assert backs_up("monday").status == 0
    monday = listed.read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("Nobody Of This Name\n"))
    assert waglan("erase", "name", "--rule", "a request").status == 0
    assert backs_up("tuesday").status == 0
    tuesday = listed.read_bytes()
    assert len(tuesday) > len(monday)
    for other in (b"a paper of his", tuesday.replace(b"a request", b"b request"), b""):
        listed.write_bytes(other)
        refused = backs_up("wednesday")
        assert (refused.status, "BACKUP-OTHER-LIST" in refused.err) == (2, True)
        assert listed.read_bytes() == other
    assert not (tmp_path / "wednesday").exists()


@pytest.mark.parametrize(
    "warned",
    [((), "No list of erasures was given"), (("erasures",), "is older than this")],
)
def test_a_restore_without_the_newest_list_of_erasures_warns(
    lived: Instance,
    empty: Dsn,
    waglan: CommandLine,
    tmp_path: Path,
    warned: tuple[tuple[str, ...], str],
) -> None:
    lists, said = warned
    waglan.operates(lived)
    public = waglan("backup", "--new-key", str(tmp_path / "secret")).out.strip()
    assert waglan("backup", "--erasures", str(tmp_path / "erasures")).status == 0
    assert waglan("backup", str(tmp_path / "day.backup"), "--to", public).status == 0
    home = new_home(lived, tmp_path)
    waglan.operates(Instance(lived.address, home, empty, lived.operator, lived.opened))
    given = [word for name in lists for word in ("--erasures", str(tmp_path / name))]
    command = ["restore", str(tmp_path / "day.backup"), "--key", str(tmp_path / "secret")]
    done = waglan(*command, *given)
    assert (done.status, said in done.err) == (0, True), done.err
    assert "into a new database or a new folder (WAGLAN_HOME), with the newest list" in done.err
    again = waglan(*command, "--erasures", str(tmp_path / "erasures"))
    assert (again.status, "RESTORE-NOT-EMPTY" in again.err) == (2, True)


UNKNOWN = "Nobody said how long the old log had grown"
BEHIND = "The longest that was seen of the old log has {seen} events, and all of them are back"
LOST = "{seen} events were seen of the old log: those numbered {size} to {last} are lost"
HERE, GONE = "signing key was put aside as", "signing key does not lie here, and is not needed"


@pytest.mark.parametrize(
    "case",  # language, who says how long the log was, whether its key is here, what is told
    [
        ("en", "nobody", False, (UNKNOWN, GONE)),
        ("en", "witness", False, (BEHIND, GONE)),
        ("en", "witness", True, (BEHIND, HERE)),
        ("en", "seen", True, (LOST, HERE)),
        ("zh-Hant-HK", "nobody", False, ("無人說明舊日誌有多長", "舊日誌的簽署密碼匙不在此處")),
        ("zh-Hant-HK", "witness", True, ("所見最長的舊日誌有 {seen} 個事件", "密碼匙已另存為")),
        ("zh-Hant-HK", "seen", False, ("第 {size} 至 {last} 號事件已遺失", "密碼匙不在此處")),
    ],
)
def test_a_restore_tells_why_the_name_is_new_what_is_lost_and_where_the_old_key_is(
    lived: Instance,
    empty: Dsn,
    waglan: CommandLine,
    tmp_path: Path,
    case: tuple[str, str, bool, tuple[str, str]],
) -> None:
    lang, asks, has_key, told = case
    waglan.operates(lived)
    public = waglan("backup", "--new-key", str(tmp_path / "secret")).out.strip()
    backed_up = waglan("backup", str(tmp_path / "day.backup"), "--to", public)
    size = int(re.findall(r"(\d+) events", backed_up.out)[0])
    home = new_home(lived, tmp_path)
    if has_key:
        shutil.copy2(lived.home / "keys" / "checkpoint.key", home / "keys")
    known = {"nobody": 0, "witness": first_signed(lived).size, "seen": 0}[asks]
    with ExitStack() as running:
        given: tuple[str, ...] = ()
        if asks == "witness":
            witness = running.enter_context(knowing(tmp_path / "witness", lived))
            given = ("--witness", f"{witness.url} {witness.key.text}")
        if asks == "seen":
            lived.let_in(f"later-{lang.lower()}", "carrier")
            note = wait(lambda: longer_than(lived, size))
            (tmp_path / "note").write_bytes(note)
            given, known = ("--seen", str(tmp_path / "note")), read_checkpoint_of(note).size
        waglan.operates(Instance(lived.address, home, empty, lived.operator, lived.opened))
        waglan.set("WAGLAN_LANG", lang)
        command = ["restore", str(tmp_path / "day.backup"), "--key", str(tmp_path / "secret")]
        done = waglan(*command, *given)
    assert done.status == 0, done.err
    for text in told:
        assert text.format(seen=known, size=size, last=known - 1) in done.out
    always = {"en": "A restored log never goes on as", "zh-Hant-HK": "還原的日誌一律不再以"}
    assert f"{always[lang]} {ORIGIN}" in done.out
    assert keys(home / "keys", "unused").checkpoint.verifier.text in done.out
    assert len(list((home / "keys").glob("retired-*"))) == has_key


def first_signed(instance: Instance) -> Seen:
    [(size, root)] = rows(
        instance.dsn, "SELECT size, root FROM log_checkpoint ORDER BY size LIMIT 1"
    )
    return Seen(size, bytes(root))


def knowing(folder: Path, instance: Instance) -> WitnessProcess:
    """Run a witness that saw the log's first checkpoint, and none of the later ones."""
    own = SignerKey("customs.test/witness", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    make_witness(folder, own)
    with WitnessFolder(folder) as held:
        held.trust(ORIGIN, instance.log_key)
        held.remember(Memory(ORIGIN, (instance.log_key,), first_signed(instance)))
    return WitnessProcess(folder)


def longer_than(instance: Instance, size: int) -> bytes | None:
    note = httpx.get(f"{instance.address}/log/checkpoint").content
    return note if read_checkpoint_of(note).size > size else None


def read_checkpoint_of(note: bytes) -> Checkpoint:
    return read_checkpoint(read_note(note).text)


def put_the_vault_where_the_guide_says(folder: Path, home: Path) -> None:
    """Do what the guide tells whoever restores to do before `waglan restore`."""
    told = GUIDE.read_text().split("\nhome=", 1)[1].split("\nwaglan restore", 1)[0]
    env = {**os.environ, "WAGLAN_HOME": str(home)}
    subprocess.run(["sh", "-eu", "-c", f"home={told}"], cwd=folder, env=env, check=True)
    kept = home / "keys" / "vault.key"
    assert [place.stat().st_mode & 0o777 for place in (kept.parent, kept)] == [0o700, 0o600]


def test_a_projection_that_differs_makes_the_check_fail_and_the_rebuild_mend_it(
    lived: Instance, waglan: CommandLine
) -> None:
    waglan.operates(lived)
    with psycopg.connect(lived.dsn.admin or "", autocommit=True) as conn:
        conn.execute("DELETE FROM standing")
    looked = waglan("rebuild", "--check")
    assert (looked.status, looked.out) == (1, "standing: 1 missing, 0 too many.\n")
    assert waglan("rebuild").status == 0
    assert waglan("rebuild", "--check").status == 0


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK"])
def test_what_cannot_be_done_is_said_with_its_remedy(
    lived: Instance, waglan: CommandLine, tmp_path: Path, lang: str
) -> None:
    waglan.operates(lived)
    waglan.set("WAGLAN_LANG", lang)
    secret, nonsense = tmp_path / "secret", tmp_path / "nonsense"
    nonsense.write_bytes(b"\x00 no backup at all")
    assert waglan("backup", "--new-key", str(secret)).status == 0
    for command, code in (
        (("backup",), "CLI-USAGE"),
        (("backup", str(tmp_path / "b")), "CLI-USAGE"),
        (("backup", str(tmp_path / "b"), "--to", "nobody"), "BACKUP-KEY"),
        (("backup", str(tmp_path / "b"), "--to", str(secret)), "BACKUP-KEY"),
        (("backup", "--new-key", str(secret)), "CLI-FILE-EXISTS"),
        (("restore", str(nonsense), "--key", str(secret)), "RESTORE-TORN"),
        (("restore", str(secret), "--key", str(nonsense)), "BACKUP-KEY"),
        (("restore", str(tmp_path / "none"), "--key", str(secret)), "CLI-USAGE"),
        (("erase", "name", "Li", "--rule", "r"), "ERASURE-NAME-SHORT"),
    ):
        ran = waglan(*command)
        assert ran.status in (1, 2), command
        assert code in ran.err, (command, ran.err)
    assert not (tmp_path / "b").exists()


def test_a_backup_or_a_restore_that_is_killed_leaves_nothing_half(
    lived: Instance, empty: Dsn, waglan: CommandLine, tmp_path: Path
) -> None:
    waglan.operates(lived)
    public = waglan("backup", "--new-key", str(tmp_path / "secret")).out.strip()
    good = tmp_path / "good"
    counted = "SELECT count(*) FROM organisation"
    [whole] = rows(lived.dsn, counted)
    assert waglan("backup", str(good), "--to", public).status == 0
    for n, seconds in enumerate((0.9, 1.1, 1.3)):
        file = tmp_path / f"killed-{n}"
        killed(("backup", str(file), "--to", public), seconds)
        if file.exists():
            assert file.stat().st_size > 1000
    command = ("restore", str(good), "--key", str(tmp_path / "secret"))
    waglan.operates(Instance(lived.address, lived.home, empty, lived.operator, lived.opened))
    for seconds in (1.2, 1.5):
        killed(command, seconds)
        if rows(empty, "SELECT to_regclass('organisation')") != [(None,)]:
            assert rows(empty, counted)[0] in ((0,), whole)
    leftover = waglan(*command)
    assert leftover.status == 0 or "RESTORE-NOT-EMPTY" in leftover.err
    assert rows(empty, counted) == [whole]


def killed(command: tuple[str, ...], seconds: float) -> None:
    start = "import sys; from waglan.cli.app import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", start, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.wait()
