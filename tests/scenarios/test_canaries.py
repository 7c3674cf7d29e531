"""What was erased is nowhere: not in the database's files, a backup, a log, a metric."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from conftest import scratch
from port import filed, manifest, wait
from running_instance import ORIGIN, Instance, answering
from test_erasure import erase

from waglan.gateway import backup as backups
from waglan.gateway.keys import keys
from waglan.gateway.sealed_file import new_holder
from waglan.logbook.audit import audit
from waglan.logbook.checkpoint import open_checkpoint
from waglan.logbook.leaf import leaf_of
from waglan.logbook.tree import TileId
from waglan.store import log
from waglan.store.connect import pools, transaction
from waglan.store.embedded.supervisor import Server, Settings, start, stop

NAME = "QUOKKANARY TIN SHUI"
CANARIES = {
    "a consignee": NAME,
    "his phone": "85298760431",
    "his plate": "QK8431",
    "a person of an organisation": "QUOLLNARY MAN WAI",
    "that person's phone": "85298760432",
}


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A PostgreSQL of this test's own, whose files hold nobody else's rows."""
    for folder in scratch():
        running = asyncio.run(start(Settings(folder / "home")))
        yield running
        asyncio.run(stop(running))


def superuser(server: Server, *statements: str) -> list[bytes]:
    found: list[bytes] = []
    with psycopg.connect(server.dsn.admin or "", autocommit=True) as conn:
        for statement in statements:
            done = conn.execute(statement.encode())
            found += [bytes(row[0]) for row in done.fetchall()] if done.description else []
    return found


SALTS = (
    "message_secret", "bill_personal", "document", "person", "erasure_wish", "sheet_secret"
)  # fmt: skip


def live(instance: Instance, server: Server, secrets: set[bytes], backup: Path) -> None:
    """File papers that name him, note every salt, take a backup, and have him erased."""
    carrier = instance.let_in("canary-line", "carrier", addresses=("CARRIER1:ZZZ",))
    instance.let_in("canary-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    clerk = {"name": CANARIES["a person of an organisation"], "scopes": ["read"], "days": 1}
    clerk["contact"] = CANARIES["that person's phone"]
    assert carrier.post("/v1/persons", json=clerk).status_code == 201
    registered = carrier.post(
        "/v1/credentials", json={"label": "host", "accountable_name": clerk["name"]}
    )
    assert registered.status_code == 201, registered.text
    paper = manifest("C1", "DOCC1").replace(b"SAMPLE IMPORTS 0002 LTD", NAME.encode())
    paper = paper.replace(b"2 SAMPLE STREET", CANARIES["his phone"].encode())
    paper = paper.replace(b"SAMPLE MARKS 1", CANARIES["his plate"].encode())
    sent = filed(carrier, paper)
    assert sent["state"] == "accepted", sent["findings"]
    instruction = {
        "form": "waglan/paper/v1",
        "kind": "shipping-instruction",
        "document": "SI-CANARY",
        "recipient": "CARRIER1:ZZZ",
        "bills": [{"number": "B", "parties": [{"role": "consignee", "name": NAME}]}],
    }
    sent = filed(carrier, json.dumps(instruction).encode())
    assert sent["state"] == "accepted", sent["findings"]
    prepare(carrier)
    secrets.add(carrier.headers["authorization"].removeprefix("Bearer ").encode())
    salts = superuser(server, *(f"SELECT key_salt FROM {table}" for table in SALTS))
    kept = set(superuser(server, "SELECT key_salt FROM person"))
    secrets |= set(salts) - kept
    # They do lie there as long as nobody is erased, so that looking for them means something.
    # (The pages are written out first: in the journal a page's border may run through a salt.)
    superuser(server, "CHECKPOINT")
    lying = holding(server.house.home, {salt.hex(): salt for salt in set(salts) - kept})
    assert len({place.split()[0] for place in lying}) == len(set(salts) - kept)
    take_backup(instance, backup)
    done = erase(instance, "name", NAME)
    assert (done["bills"], done["sheets"]) == (1, 4)
    before = set(superuser(server, "SELECT key_salt FROM person"))
    assert erase(instance, "name", CANARIES["a person of an organisation"])["persons"] == 1
    secrets |= before - set(superuser(server, "SELECT key_salt FROM person"))


def prepare(carrier: httpx.Client) -> None:
    """Name him in a draft, a template of it, an address and a letter."""
    fields = {"bills/1/consignee/name": NAME, "bills/1/goods/1/marks": CANARIES["his plate"]}
    new = {"profile": "hk-eman-statement-1", "fields": fields}
    draft = carrier.post("/v1/drafts", json=new)
    template = {"draft": draft.json()["id"], "title": "a template"}
    letter = {
        "client": NAME, "profiles": ["hk-tdec"], "since": "2026-11-01T00:00+08:00",
        "until": "2098-11-01T00:00+08:00", "document_sha256": "0" * 64,
    }  # fmt: skip
    address = {"name": NAME, "note": CANARIES["his phone"]}
    for path, body in (
        ("draft-templates", template), ("letters", letter), ("addresses", address)
    ):  # fmt: skip
        assert carrier.post(f"/v1/{path}", json=body).status_code == 201


def take_backup(instance: Instance, file: Path) -> None:
    held = keys(instance.home / "keys", ORIGIN)
    now = datetime.now(UTC)
    plan = backups.Plan(held, instance.home, new_holder().recipient, now, with_vault=True)

    async def run() -> None:
        async with pools(instance.dsn, size_max=1) as opened:
            await backups.back_up(opened.engine, file, plan, lambda _table, _size: None)

    asyncio.run(run())


async def differences(instance: Instance) -> list[object]:
    async with pools(instance.dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
        signed = await log.checkpoint(tx)
        assert signed is not None
        checkpoint = open_checkpoint(signed.note, [instance.log_key])
        assert checkpoint is not None
        rows = await log.leaves(tx, first=0, at_most=checkpoint.size)
        tiles = await log.tiles(tx, [TileId(0, n) for n in range(checkpoint.size // 256 + 1)])
    leaves = [leaf_of(row.salt, row.canonical) for row in rows if row.salt and row.canonical]
    assert len(leaves) == checkpoint.size
    return [*audit(leaves, tiles.__getitem__, checkpoint)]


def holding(folder: Path, needles: dict[str, bytes]) -> list[str]:
    return [
        f"{what} in {file}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "operator.token"
        for what, needle in needles.items()
        if needle in file.read_bytes()
    ]


def test_what_was_erased_is_found_nowhere_and_the_log_still_verifies(
    own_server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home, backup = tmp_path / "home", tmp_path / "backups" / "before"
    home.mkdir()
    backup.parent.mkdir()
    secrets: set[bytes] = set()
    with answering(own_server.dsn, home) as instance:
        live(instance, own_server, secrets, backup)
        # a token, two messages, a bill, a document, a person, and four at the filing desk
        assert len(secrets) == 10
        metrics = httpx.get(f"{instance.address}/metrics").text
        superuser(own_server, "VACUUM FULL", "SELECT ''::bytea FROM pg_switch_wal()", "CHECKPOINT")
        wait(lambda: True if asyncio.run(differences(instance)) == [] else None)
    superuser(own_server, "CHECKPOINT", "SELECT ''::bytea FROM pg_switch_wal()", "CHECKPOINT")
    needles = {what: text.encode() for what, text in CANARIES.items()}
    needles |= {f"salt or secret {n}": secret for n, secret in enumerate(secrets)}
    needles |= {f"hex of {what}": needle.hex().encode() for what, needle in needles.items()}
    assert holding(own_server.house.home, needles) == []
    assert holding(tmp_path, needles) == []
    said = capfd.readouterr()
    told = (said.out + said.err + metrics).encode()
    assert [what for what, needle in needles.items() if needle in told] == []
