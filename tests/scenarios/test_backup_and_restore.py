"""A backup is taken while the port works; an old one is restored and does not fork the log."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from conftest import cloned
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import Officer, filed, manifest, wait
from running_instance import ORIGIN, Instance, answering
from test_erasure import erase

from waglan.codes.party import PartyId
from waglan.customs.officer_act import Kind
from waglan.gateway import backup as backups
from waglan.gateway.keys import keys
from waglan.gateway.restore import Plan, Restored, read_head, renamed, restore
from waglan.gateway.sealed_file import new_holder
from waglan.gateway.witness import Witness
from waglan.gateway.witness_folder import Memory, WitnessFolder, make_witness
from waglan.logbook.checkpoint import Checkpoint, open_checkpoint
from waglan.logbook.note import Algorithm, SignerKey, VerifierKey, read_note
from waglan.logbook.tree import Frontier, consistency_proof, tiles_for_consistency
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
    table = officer.publishes()
    gone = officer.colleague()
    gone.orders(table, order_id="gone")
    officer.orders(table)
    wait(lambda: rows(instance.dsn, "SELECT 1 FROM log_checkpoint") or None)  # one before the old
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
    erase(instance, "subject", gone.subject)
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


def test_a_backup_that_lost_nothing_comes_back_whole_and_works(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    done = put_back(empty, lived.new, plan_for(lived, tmp_path, lived.newest))
    assert done.seen == lived.newest
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
        told = wait(lambda: opened_origin(again))
        assert (told["seen_size"], told["lost_before"]) == (lived.newest.size, None)
        # Workers go on for a moment after the answer: what they tell last has its number too.
        quiet = "SELECT max(recorded_at) < now() - '2 s'::interval FROM event"
        unnumbered = "SELECT count(*) - (SELECT count(*) FROM log_leaf) FROM event"
        wait(
            lambda: (
                True if rows(empty, quiet) + rows(empty, unnumbered) == [(True,), (0,)] else None
            )
        )
    # What it signs is of another log, by another key; its tree begins with the old one's.
    assert open_checkpoint(grown.note, [lived.instance.log_key]) is None
    mine = open_checkpoint(grown.note, [done.key])
    assert mine is not None
    assert mine.origin == done.key.name
    assert isinstance(asked(empty, lived, grown, done.key), Seen)
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


def asked(dsn: Dsn, lived: Lived, grown: log.Signed, key: VerifierKey) -> Seen | Refusal:
    """What a witness says that had seen the log before the restore, and is given this key."""
    seen = lived.newest

    async def tiles() -> dict[Any, bytes]:
        wanted = tiles_for_consistency(seen.size, grown.size)
        async with pools(dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
            return await log.tiles(tx, wanted)

    get = asyncio.run(tiles()).__getitem__
    note = read_note(grown.note)
    request = ask(seen.size, consistency_proof(seen.size, grown.size, get), note)
    return judge(request, [key], Seen(seen.size, seen.root))


def test_an_old_backup_goes_on_under_a_new_name_and_says_what_is_lost(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    listed = lived.new.with_suffix(".erasures").read_bytes()
    plan = plan_for(lived, tmp_path, lived.newest, erasures=listed)
    done = put_back(empty, lived.old, plan)
    old_size = done.head.log.size
    origin = done.key.name
    assert (origin, done.erasures) == (renamed(ORIGIN, plan.now), 2)
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
        assert grown.origin == origin
    # What was erased after the backup was taken is erased again; the lost message is not there.
    left = rows(empty, f"SELECT count(*) FROM message_secret s JOIN message m USING (message_id)"
                       f" WHERE m.id = '{lived.erased}'")  # fmt: skip
    assert left == [(0,)]
    assert rows(empty, "SELECT count(*), min(cardinality(blind)) FROM bill_personal") == [(1, 1)]
    assert rows(empty, f"SELECT count(*) FROM message WHERE id = '{lived.kept}'") == [(0,)]
    # So ends the office of who was erased since.
    assert rows(empty, "SELECT order_id FROM standing_order_revocation") == [("gone",)]
    ended = (
        "SELECT k.officer = o.officer FROM officer_key k JOIN officer_key_end USING (public_key)"
    )
    assert rows(empty, f"{ended}, standing_order o WHERE o.order_id = 'gone'") == [(True,)]


def opened_origin(instance: Instance) -> dict[str, Any] | None:
    found = instance.operator.get("/v1/events", params={"limit": 500}).json()["events"]
    bodies = [e["body"] for e in found if e["code"] == "log.origin-opened"]
    return bodies[0] if bodies else None


def seen_at(dsn: Dsn, statement: str) -> Checkpoint:
    [(origin, size, root)] = rows(dsn, f"SELECT origin, size, root FROM log_checkpoint {statement}")
    return Checkpoint(origin, size, bytes(root))


@pytest.mark.parametrize("of", ["behind", "equal"])
def test_no_size_is_signed_twice_though_the_witness_missed_what_was_published(
    lived: Lived, empty: Dsn, tmp_path: Path, of: str
) -> None:
    """Later checkpoints were published without the witness; the old signing key is at hand."""
    short = read_head(lived.old, HOLDER).log
    equal = Checkpoint(ORIGIN, short.size, bytes.fromhex(short.root))
    behind = seen_at(lived.instance.dsn, "ORDER BY size LIMIT 1")
    assert behind.size < short.size < lived.newest.size
    knows = behind if of == "behind" else equal
    done = put_back(empty, lived.old, plan_for(lived, tmp_path, knows))
    assert done.seen == knows
    with answering(empty, tmp_path) as again:
        for n in range(lived.newest.size - short.size + 2):
            again.let_in(f"extra-{n}", "carrier")
        grown = checkpoint_of(empty, lived.newest.size + 1)
        assert wait(lambda: opened_origin(again))["lost_before"] is None
    # From the backup on these are two histories, and no key has signed in both.
    assert root_of(lived.instance.dsn, lived.newest.size) == lived.newest.root
    assert root_of(empty, lived.newest.size) != lived.newest.root
    before, after = (signers(dsn, above=short.size) for dsn in (lived.instance.dsn, empty))
    assert before
    assert after
    assert not before & after
    own = SignerKey("customs.test/witness", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    make_witness(tmp_path / "witness", own)
    with WitnessFolder(tmp_path / "witness") as folder:
        folder.remember(Memory(ORIGIN, (lived.instance.log_key,), Seen(knows.size, knows.root)))
        refusal = Witness(folder).answer(ask(0, (), read_note(grown.note)).encoded())
    assert isinstance(refusal, Refusal)
    assert refusal.why is Why.UNKNOWN_ORIGIN


def root_of(dsn: Dsn, size: int) -> bytes:
    leaves = rows(dsn, f"SELECT leaf_hash FROM log_leaf WHERE seq < {size} ORDER BY seq")
    return Frontier().append([bytes(leaf) for (leaf,) in leaves])[0].root


def signers(dsn: Dsn, *, above: int) -> set[bytes]:
    notes = rows(dsn, f"SELECT note FROM log_checkpoint WHERE size > {above}")
    return {by.key_id for (note,) in notes for by in read_note(bytes(note)).signatures}


def test_a_backup_restored_again_into_one_home_has_another_key_each_time(
    lived: Lived, empty: Dsn, server: Server, tmp_path: Path
) -> None:
    plan = plan_for(lived, tmp_path)
    first = put_back(empty, lived.new, plan)
    for other in cloned(server, "template0"):
        second = put_back(other, lived.new, plan)
        later = replace(plan, now=plan.now + timedelta(seconds=1))
    for other in cloned(server, "template0"):
        third = put_back(other, lived.new, later)
    assert len({lived.instance.log_key.text, first.key.text, second.key.text, third.key.text}) == 4
    assert second.key.name != third.key.name
    assert len(list((tmp_path / "keys").glob("retired-*-checkpoint.key"))) == 3


def test_a_witness_refuses_an_old_backup_that_is_forced_to_go_on_as_if_nothing_were_lost(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    short = read_head(lived.old, HOLDER).log
    done = put_back(empty, lived.old, plan_for(lived, tmp_path))
    assert done.old_key is not None
    done.old_key.replace(tmp_path / "keys" / "checkpoint.key")
    with psycopg.connect(empty.admin or "", autocommit=True) as conn:
        conn.execute("UPDATE log_head SET origin = %s", [ORIGIN])
    with answering(empty, tmp_path) as again:
        for n in range(lived.newest.size - short.size + 2):
            again.let_in(f"extra-{n}", "carrier")
        grown = checkpoint_of(empty, lived.newest.size + 1)
    refusal = asked(empty, lived, grown, lived.instance.log_key)
    assert isinstance(refusal, Refusal)
    assert refusal.why is Why.NOT_CONSISTENT


def test_the_operator_chooses_what_the_new_name_begins_with(
    lived: Lived, empty: Dsn, tmp_path: Path
) -> None:
    done = put_back(empty, lived.new, plan_for(lived, tmp_path, base="waglan.test/after"))
    assert re.fullmatch(r"waglan\.test/after/[0-9]{8}T[0-9]{6}Z", done.key.name)
    assert keys(tmp_path / "keys", "unused").checkpoint.verifier == done.key
    assert [done.old_key] == list((tmp_path / "keys").glob("retired-*"))
    assert rows(empty, "SELECT origin FROM log_head") == [(done.key.name,)]


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
    at = datetime(2026, 11, 30, 7, 33, 19, tzinfo=timezone(timedelta(hours=8)))
    names = ("a/log", "a/log/2", "a/log/20260101T000000Z", "a/log/20260101T000000Z/b")
    assert [renamed(name, at) for name in names] == [
        "a/log/20261129T233319Z",
        "a/log/2/20261129T233319Z",
        "a/log/20261129T233319Z",
        "a/log/20260101T000000Z/b/20261129T233319Z",
    ]
