"""A backup is taken while the port works; an old one is restored and does not fork the log."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from conftest import cloned
from port import Officer, filed, manifest, wait
from running_instance import ORIGIN, Instance, answering
from test_erasure import erase

from waglan.codes.party import PartyId
from waglan.customs.officer_act import Kind
from waglan.gateway import backup as backups
from waglan.gateway.keys import keys
from waglan.gateway.restore import Plan, Restored, following, read_head, restore
from waglan.gateway.sealed_file import new_holder
from waglan.logbook.checkpoint import Checkpoint, open_checkpoint
from waglan.logbook.note import read_note
from waglan.logbook.tree import consistency_proof, tiles_for_consistency
from waglan.logbook.witness import Refusal, Seen, Why, ask, judge
from waglan.store import detention_documents, detentions, dump, log, parties
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server
from waglan.store.refused import Refused

HOLDER = new_holder()
PDF, PDF_TYPE = b"%PDF-1.7 a synthetic invoice", "application/pdf"
WORDS = "The price is in box 9."


def rows(dsn: Dsn, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn.admin or "", autocommit=True) as conn:
        return conn.execute(statement.encode()).fetchall()


def back_up(instance: Instance, file: Path, *, with_vault: bool = False) -> backups.Taken:
    held = keys(instance.home / "keys", ORIGIN)
    now = datetime.now(UTC)
    plan = backups.Plan(held, instance.home, HOLDER.recipient, now, with_vault)

    async def run() -> backups.Taken:
        async with pools(instance.dsn, size_max=1) as opened:
            listed = file.with_suffix(".erasures")
            await backups.export_erasures(opened.engine, listed, plan)
            return await backups.back_up(opened.engine, file, plan, lambda _table, _size: None)

    return asyncio.run(run())


def put_back(dsn: Dsn, file: Path, plan: Plan) -> Restored:
    return asyncio.run(restore(dsn, file, HOLDER, plan, lambda _table, _size: None))


def checkpoint_of(dsn: Dsn, at_least: int) -> log.Signed:
    async def look() -> log.Signed | None:
        async with pools(dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
            return await log.checkpoint(tx, covering=at_least)

    return wait(lambda: asyncio.run(look()))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Lived:
    """An instance with an old and a new backup, what was erased between, and what was signed."""

    instance: Instance
    old: Path
    new: Path
    erased: str
    kept: str
    newest: Checkpoint
    note: bytes
    notice: str


@pytest.fixture(scope="module")
def lived(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("backups")
    carrier = instance.let_in("line", "carrier", addresses=("CARRIER1:ZZZ",))
    customs = instance.let_in("customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    paper = manifest("B1", "D1").replace(b"SAMPLE IMPORTS 0002 LTD", b"SPECIMEN KA FAI")
    first = filed(carrier, paper)
    assert first["state"] == "accepted", first["findings"]
    wait(lambda: rows(instance.dsn, "SELECT 1 FROM standing WHERE status IS NOT NULL") or None)
    back_up(instance, folder / "old", with_vault=True)
    second = manifest("B2", "D2").replace(b"SYNB0001", b"SYNB0002")
    sent = filed(carrier, second)
    assert sent["state"] == "accepted", sent["findings"]
    notice = answered_notice(instance, officer, carrier, "SYNB0002")
    erase(instance, "name", "Specimen Ka Fai")
    wait(lambda: rows(instance.dsn, "SELECT 1 FROM event WHERE code = 'privacy.subject-erased'")
         or None)  # fmt: skip
    size = rows(instance.dsn, "SELECT count(*) FROM event")[0][0]
    signed = checkpoint_of(instance.dsn, size)
    back_up(instance, folder / "new")
    newest = open_checkpoint(signed.note, [instance.log_key])
    assert newest is not None
    return Lived(
        instance,
        folder / "old",
        folder / "new",
        first["id"],
        sent["id"],
        newest,
        signed.note,
        notice,
    )


def answered_notice(instance: Instance, officer: Officer, line: httpx.Client, bill: str) -> str:
    """Detain a bill, and have its filer answer with a document; return the notice's number."""
    decided = f"SELECT 1 FROM standing WHERE number = '{bill}' AND status IS NOT NULL"
    wait(lambda: rows(instance.dsn, decided) or None)
    said = {"reason": "the price is odd", "instruction": "Keep it closed."}
    detained = officer.does(Kind.DETAIN, bills=officer.sees(bill), **said)
    assert detained.status_code == 201, detained.text
    officer.serves("9811000/001E")
    [notice] = line.get("/v1/notices", params={"bill": bill}).json()["notices"]
    path = f"/v1/notices/{notice['notice']}"
    handed = line.post(f"{path}/documents", content=PDF, headers={"Content-Type": PDF_TYPE})
    assert handed.status_code == 201, handed.text
    answer = {"text": WORDS, "documents": [handed.json()["id"]]}
    assert line.post(f"{path}/answers", json=answer).status_code == 201
    return str(notice["notice"])


@pytest.fixture
def empty(server: Server) -> Iterator[Dsn]:
    yield from cloned(server, "template0")


def plan_for(lived: Lived, home: Path, *seen: Checkpoint, **more: Any) -> Plan:
    shutil.copytree(lived.instance.home / "keys", home / "keys")
    return Plan(home, seen, datetime.now(UTC), **more)


def content(dsn: Dsn, table: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return rows(dsn, f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns)}")


def test_a_backup_that_lost_nothing_goes_on_under_its_own_name(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    done = put_back(empty, lived.new, plan_for(lived, tmp_path, lived.newest))
    assert (done.origin, done.is_new_origin) == (ORIGIN, False)
    for table, columns in (
        ("log_leaf", ("seq", "event_id", "month", "leaf_hash")),
        ("bill", ("manifest_id", "consignment", "org", "number", "particulars")),
        ("bill_personal", ("manifest_id", "consignment", "sealed", "blind")),
        ("message_chunk", ("org", "id", "n", "sealed")),
        ("decision", ("consignment", "event_id", "status", "decided_by")),
        ("risk_table", ("authority", "sha256", "model")),
        ("standing", ("consignment", "status", "seq", "number")),
        ("reader", ("org", "consignment", "view", "until", "is_shown")),
    ):
        assert content(empty, table, columns) == content(lived.instance.dsn, table, columns), table
    forced = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    assert rows(empty, forced) == [(0,)]
    assert rows(empty, "SELECT count(*) FROM token") == [(1,)]
    with answering(empty, tmp_path) as again:
        carrier = again.let_in("new-line", "carrier", addresses=("CARRIER9:ZZZ",))
        paper = manifest("B9", "D9").replace(b"CARRIER1", b"CARRIER9")
        sent = filed(carrier, paper.replace(b"SYNB0001", b"SYNB0009"))
        assert sent["state"] == "accepted", sent["findings"]
        grown = checkpoint_of(empty, lived.newest.size + 3)
        assert isinstance(asked(empty, lived, grown), Seen)
    every = rows(empty, "SELECT count(*), count(DISTINCT event_id), max(seq) + 1 FROM log_leaf")
    assert len(set(every[0])) == 1
    assert rows(empty, "SELECT count(*) FROM event")[0][0] == every[0][0]


def test_an_answer_to_a_notice_is_read_after_a_restore_by_customs_and_by_nobody_else(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    put_back(empty, lived.new, plan_for(lived, tmp_path, lived.newest))
    vault = keys(tmp_path / "keys", ORIGIN).vault
    assert WORDS.encode() not in lived.new.read_bytes()

    async def read(party: str) -> tuple[bytes, list[str]] | None:
        async with pools(empty, size_max=1) as opened:
            pool = opened.authority if party == "customs" else opened.app
            async with transaction(pool, None) as tx:
                org = await parties.org_of(tx, PartyId(party))
            async with transaction(pool, org) as tx:
                notice = await detentions.by_number(tx, lived.notice)
                if notice is None:
                    return None
                [document] = await detention_documents.of_notice(tx, notice.detention_id)
                content = await detention_documents.opened(tx, vault, document)
                said = await detention_documents.words(tx, vault, notice.detention_id)
                assert content is not None
                return content.data, [*said.values()]

    for party in ("customs", "line"):
        assert asyncio.run(read(party)) == (PDF, [WORDS])
    assert asyncio.run(read("operator")) is None


def asked(dsn: Dsn, lived: Lived, grown: log.Signed) -> Seen | Refusal:
    """What a witness says that had seen the log before the restore."""
    seen = lived.newest

    async def tiles() -> dict[Any, bytes]:
        wanted = tiles_for_consistency(seen.size, grown.size)
        async with pools(dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
            return await log.tiles(tx, wanted)

    get = asyncio.run(tiles()).__getitem__
    note = read_note(grown.note)
    request = ask(seen.size, consistency_proof(seen.size, grown.size, get), note)
    return judge(request, [lived.instance.log_key], Seen(seen.size, seen.root))


def test_an_old_backup_goes_on_under_a_new_name_and_says_what_is_lost(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    listed = lived.new.with_suffix(".erasures").read_bytes()
    plan = plan_for(lived, tmp_path, lived.newest, erasures=listed)
    done = put_back(empty, lived.old, plan)
    old_size = done.head.log.size
    assert (done.origin, done.erasures) == (f"{ORIGIN}/2", 1)
    assert old_size < lived.newest.size
    with answering(empty, tmp_path) as again:
        told = wait(lambda: opened_origin(again))
        assert told["old_origin"] == ORIGIN
        assert told["lost_from"] == old_size
        assert told["lost_before"] == lived.newest.size
        assert told["seen_root"] == lived.newest.root.hex()
        customs = again.operator.get("/v1/whoami")
        assert customs.json()["party"] == "operator"
        grown = checkpoint_of(empty, old_size + 1)
        assert grown.origin == f"{ORIGIN}/2"
    # What was erased after the backup was taken is erased again; the lost message is not there.
    left = rows(empty, f"SELECT count(*) FROM message_secret s JOIN message m USING (message_id)"
                       f" WHERE m.id = '{lived.erased}'")  # fmt: skip
    assert left == [(0,)]
    assert rows(empty, "SELECT count(*), min(cardinality(blind)) FROM bill_personal") == [(1, 1)]
    assert rows(empty, f"SELECT count(*) FROM message WHERE id = '{lived.kept}'") == [(0,)]


def opened_origin(instance: Instance) -> dict[str, Any] | None:
    found = instance.operator.get("/v1/events", params={"limit": 500}).json()["events"]
    bodies = [e["body"] for e in found if e["code"] == "log.origin-opened"]
    return bodies[0] if bodies else None


def test_a_witness_refuses_an_old_backup_that_goes_on_as_if_nothing_were_lost(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    short = read_head(lived.old, HOLDER).log
    pretended = Checkpoint(ORIGIN, short.size, bytes.fromhex(short.root))
    done = put_back(empty, lived.old, plan_for(lived, tmp_path, pretended))
    assert done.origin == ORIGIN
    with answering(empty, tmp_path) as again:
        for n in range(lived.newest.size - short.size + 2):
            again.let_in(f"extra-{n}", "carrier")
        grown = checkpoint_of(empty, lived.newest.size + 1)
    refusal = asked(empty, lived, grown)
    assert isinstance(refusal, Refusal)
    assert refusal.why is Why.NOT_CONSISTENT


def test_nobody_asked_means_a_new_name(lived: Lived, empty: Dsn, tmp_path: Path) -> None:
    done = put_back(empty, lived.new, plan_for(lived, tmp_path, origin="waglan.test/after"))
    assert done.origin == "waglan.test/after"
    assert keys(tmp_path / "keys", "unused").checkpoint.name == "waglan.test/after"
    assert len(list((tmp_path / "keys").glob("retired-*"))) == 1


def test_a_backup_of_another_history_is_refused_and_leaves_nothing(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    forged = Checkpoint(ORIGIN, 3, bytes(32))
    with pytest.raises(Refused) as refused:
        put_back(empty, lived.new, plan_for(lived, tmp_path, forged))
    assert refused.value.finding.code == "RESTORE-FORK"
    assert rows(empty, "SELECT count(*) FROM organisation") == [(0,)]
    assert put_back(empty, lived.new, Plan(tmp_path, (), datetime.now(UTC))).rows > 0
    with pytest.raises(Refused) as refused:
        put_back(empty, lived.new, Plan(tmp_path, (), datetime.now(UTC)))
    assert refused.value.finding.code == "RESTORE-NOT-EMPTY"


def test_names_come_back_only_with_their_vault(lived: Lived, empty: Dsn, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with pytest.raises(Refused) as refused:
        put_back(empty, lived.new, Plan(tmp_path / "none", (), now))
    assert refused.value.finding.code == "RESTORE-VAULT"
    done = put_back(empty, lived.old, Plan(tmp_path / "fresh", (), now))
    assert done.head.vault == (lived.instance.home / "keys/vault.key").read_bytes()
    assert (tmp_path / "fresh/keys/vault.key").read_bytes() == done.head.vault


def test_a_list_of_erasures_that_was_changed_is_refused(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    listed = lived.new.with_suffix(".erasures").read_bytes().replace(b"name", b"nama", 1)
    with pytest.raises(Refused) as refused:
        put_back(empty, lived.old, plan_for(lived, tmp_path, erasures=listed))
    assert refused.value.finding.code == "RESTORE-ERASURES"


def test_every_table_is_in_the_backup_or_is_left_out_for_a_reason(lived: Lived) -> None:
    tables = {name for (name,) in rows(
        lived.instance.dsn,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition",
    )}  # fmt: skip

    async def parts() -> set[str]:
        dsn = lived.instance.dsn
        async with pools(dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
            return {part.table for part in await dump.parts(tx)}

    assert asyncio.run(parts()) | dump.LEFT_OUT.keys() == tables
    assert b"SPECIMEN" not in lived.old.read_bytes()


def test_the_name_after_a_name() -> None:
    assert [following(name) for name in ("a/log", "a/log/2", "a/log/9")] == [
        "a/log/2",
        "a/log/3",
        "a/log/10",
    ]
