"""A port in this process: an embedded PostgreSQL, a line that files, and customs with an order."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes.data import read
from waglan.codes.party import PartyId
from waglan.customs.policy import policy
from waglan.customs.standing_order import StandingOrder, sign
from waglan.customs.status import GRAVITY
from waglan.customs.table_engine import DIRECT
from waglan.customs.tables import check_table
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.tokens import new_subject, new_token
from waglan.operations.import_table import import_table
from waglan.operations.receive_message import receive_message
from waglan.operations.register_officer_key import register_officer_key
from waglan.operations.register_organisation import NewOrganisation, register_organisation
from waglan.operations.register_person import NewPerson
from waglan.operations.sign_standing_order import sign_standing_order
from waglan.parties.role import ClientKind, Principal, Role, Scope
from waglan.store import log, messages, orders
from waglan.store.connect import pools, transaction
from waglan.store.embedded.supervisor import Server, Settings, start, stop
from waglan.store.messages import CHUNK_BYTES, Chunk, Kept, new_salt
from waglan.store.migrate import prepare

LINE, CUSTOMS = PartyId("bench-line"), PartyId("bench-customs")
BILLS_PER_CALL_MAX = 100_000
ORIGIN = "waglan.bench/log"


@asynccontextmanager
async def embedded() -> AsyncIterator[Server]:
    """Have a prepared PostgreSQL with settings as in production, in a folder that goes again."""
    folder = Path(tempfile.mkdtemp(prefix="waglan-bench-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        server = await start(Settings(folder / "home"))
        try:
            await prepare(server.dsn)
            yield server
        finally:
            await stop(server)
    finally:
        shutil.rmtree(folder)


def on_processor_s(pid: int) -> float:
    """Return the seconds that a process had of a processor so far, by the kernel's own count."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@dataclass(frozen=True, slots=True)
class Port:
    """The port, open for business; each organisation with its number in the store."""

    kit: Kit
    line: int
    customs: int
    officer: Principal


@asynccontextmanager
async def port(server: Server) -> AsyncIterator[Port]:
    """Let a line and customs in, and sign an order under which every bill may be decided."""
    with tempfile.TemporaryDirectory(prefix="waglan-bench-keys-") as folder:
        async with pools(server.dsn, size_max=2) as opened:
            kit = Kit(opened, keys(Path(folder) / "keys", ORIGIN), 64 << 20)
            async with transaction(opened.engine, None) as tx:
                await log.open_log(tx, ORIGIN)
            line, _ = await _let_in(kit, LINE, Role.CARRIER, "LINE:ZZ")
            customs, officer = await _let_in(kit, CUSTOMS, Role.CUSTOMS, "CUSTOMS:ZZ")
            await _order(kit, customs, officer)
            yield Port(kit, line, customs, officer)


async def hand_in(one: Port, blocks: list[bytes]) -> None:
    """Keep a message as the interface does: sealed chunk by chunk, then its receipt."""
    kit, data = one.kit, b"".join(blocks)
    salt, message, now = await new_salt(), kit.new_id(), kit.clock()
    pieces = range(0, len(data), CHUNK_BYTES)
    for n, at in enumerate(pieces):
        async with transaction(kit.pools.app, one.line) as tx:
            chunk = Chunk(one.line, message, n, salt, data[at : at + CHUNK_BYTES])
            await messages.keep_chunk(tx, kit.keys.vault, chunk, now=now)
    digest = hashlib.sha256(data).digest()
    kept = Kept(0, one.line, message, "http", "tok_" + "0" * 32, digest, len(data), "", now)
    async with transaction(kit.pools.app, one.line) as tx:
        await receive_message(tx, LINE, kept, salt, f"key:{message}")


async def _let_in(kit: Kit, party: PartyId, role: Role, address: str) -> tuple[int, Principal]:
    now, subject = kit.clock(), new_subject()
    scopes = frozenset(Scope)
    made = new_token(ClientKind.PERSON, scopes, now=now, lasts=timedelta(days=1), holder=subject)
    person = NewPerson(subject, "Bench Person", "", await new_salt())
    new = NewOrganisation(party, f"Bench {party}", (role,), (address,), person, made.row)
    async with transaction(kit.pools.engine, None) as tx:
        org = await register_organisation(tx, kit.keys.vault, new, now=now)
    roles = frozenset({role})
    return org, Principal(party, roles, ClientKind.PERSON, scopes, made.row.token, subject)


async def _order(kit: Kit, org: int, officer: Principal) -> None:
    now, key = kit.clock(), Ed25519PrivateKey.generate()
    by = (org, officer)
    async with transaction(kit.pools.authority, org) as tx:
        public = key.public_key().public_bytes_raw()
        subject = await register_officer_key(tx, by, public, now=now)
        model = read("demo/tables/risk.json").encode()
        rows, wrong = check_table(model, DIRECT)
        if subject is None or wrong:
            raise SystemExit("the bench's officer or his table is refused")
        table = await import_table(tx, by, model, rows, now=now)
        # A bench has one officer: the second is written in.
        await orders.publish_table(tx, org, table, ("bench-second", "bench"), now=now)
        order = _order_of(subject, table, now)
        signature = sign(order, key).signature
        taken, why = await sign_standing_order(tx, by, order.order_bytes(), signature, now=now)
    if taken is None:
        raise SystemExit(f"the bench's order is refused: {why}")


def _order_of(subject: str, table: bytes, now: datetime) -> StandingOrder:
    return StandingOrder(
        "bench",
        subject,
        CUSTOMS,
        policy().version,
        table.hex(),
        frozenset(GRAVITY),
        bills_per_call_max=BILLS_PER_CALL_MAX,
        not_selected_permille_max=1000,
        valid_from=now - timedelta(minutes=1),
        valid_until=now + timedelta(days=1),
        serve_before_arrival_minutes=360,
    )


def processors() -> int:
    """Return how many processors this machine has: figures mean nothing without it."""
    return os.cpu_count() or 1
