"""A carrier who asks again until he is answered, his ledger outside the system, and customs."""

import json
import os
import re
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes import data
from waglan.customs.officer_act import Kind, Sheet, sign_act
from waglan.customs.standing_order import sign
from waglan.demo.officer import standing_order
from waglan.demo.organisations import CUSTOMS
from waglan.logbook.audit import audit
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.leaf import leaf_of
from waglan.logbook.tree import Frontier, TileId
from waglan.store.dsn import Dsn

HEAD = (
    "UNA:+.? 'UNB+UNOC:3+{sender}:ZZZ+HKCUSTOMS:ZZZ+261122:0900+{ref}'"
    "UNH+1+CUSCAR:D:95B:UN'BGM+785+{ref}+9'DTM+137:202611220900:203'NAD+CA+SYNL:172:20'"
    "TDT+20+{voyage}+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'LOC+60+HKHKG:139:6'"
    "DTM+132:202612231200:203'EQD+CN+CSQU3054383+22G1:102:5++3+5'"
)
BILL = (
    "CNI+{n}+{bill}'RFF+BM:{bill}'CNT+7:120:KGM'CNT+8:10'LOC+9+CNSHA:139:6'LOC+11+HKHKG:139:6'"
    "GIS+23'NAD+CZ+++SAMPLE TRADING 0001 LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    "NAD+CN+++SAMPLE IMPORTS 0002 LTD+2 SAMPLE STREET+HONG KONG+++HK'GID+1+10:CT'"
    "FTX+AAA+++COTTON T-SHIRTS'MEA+AAE+G+KGM:120'MEA+AAE+AAW+MTQ:1'SGP+CSQU3054383+10'"
    "PCI+24+SAMPLE MARKS 1'"
)
# References, times and numbers that an answer may differ in from the same answer at another time.
OWN = re.compile(rb"(UNB\+[^']*|UNH\+[^+]*|UNT\+\d+\+[^']*|UNZ\+\d+\+[^']*|UCI\+[^+]*|\d{12}:203)")
TABLES = (
    "message", "message_secret", "receipt", "outcome", "answer", "assembly", "assembly_part",
    "manifest", "consignment", "bill", "bill_personal", "equipment", "bill_equipment", "reader",
    "judgement", "decision", "notice", "officer_act", "serving", "audience", "key_event",
)  # fmt: skip
ACKNOWLEDGED = {200, 201, 202}


def paper(ref: str, bills: int = 1, sender: str = "CARRIER1") -> bytes:
    """A manifest on a voyage of its own; every bill is named after the reference."""
    one = [BILL.format(n=n, bill=f"SYN{ref}{n:04}") for n in range(1, bills + 1)]
    body = HEAD.format(sender=sender, ref=ref, voyage=f"{ref}E") + "".join(one)
    segments = body.count("'") - 2 + 1  # without UNA and UNB, with UNT
    return f"{body}UNT+{segments}+1'UNZ+1+{ref}'".encode()


class Ledger:
    """What was acknowledged, written down by the client, outside the system."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, answer: dict[str, Any], sent: bytes) -> None:
        with self.path.open("a") as book:
            book.write(json.dumps({"id": answer["id"], "sent": sent.decode()}) + "\n")
            book.flush()
            os.fsync(book.fileno())

    def entries(self) -> dict[str, bytes]:
        """What was sent under each acknowledged id."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return {entry["id"]: entry["sent"].encode() for entry in map(json.loads, lines)}


@dataclass(frozen=True)
class Quay:
    """An instance with a carrier and a customs officer under whose order bills are decided."""

    carrier: httpx.Client
    customs: httpx.Client
    dsn: Dsn
    ledger: Ledger
    key: Ed25519PrivateKey
    officer: str

    def file(self, sent: bytes, *, seconds: float = 30) -> dict[str, Any]:
        """Hand in until it is acknowledged; then wait for what became of it."""
        answer = persist(lambda: self.carrier.post("/v1/messages", content=sent), seconds)
        self.ledger.note(answer.json(), sent)
        return self.settled(answer.json()["id"], seconds)

    def settled(self, message: str, seconds: float = 30) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            shown = self.get(f"/v1/messages/{message}")
            return shown if shown["state"] != "waiting" else None

        found: dict[str, Any] = wait(look, seconds)
        return found

    def get(self, path: str) -> Any:
        return persist(lambda: self.carrier.get(path)).json()

    def decided(self, ref: str, bills: int) -> None:
        """Wait until every bill of a voyage is decided, and serve the notices."""
        call = f"/v1/customs/calls/9811000/{ref}E"

        def look() -> bool | None:
            counts = persist(lambda: self.customs.get(f"{call}/summary")).json()
            return counts["decided"] == bills or None

        wait(look)
        self.serve(f"9811000/{ref}E")

    def serve(self, call: str) -> int:
        """Serve the notices of a call; the same act again is the same act."""
        sheet = Sheet(
            "waglan/officer-act/v1",
            f"act-{uuid4().hex}",
            self.officer,
            CUSTOMS.party,
            Kind.SERVE,
            datetime.now(UTC),
            call=call,
        )
        signed = {
            "body": b64encode(sheet.act_bytes()).decode(),
            "signature": b64encode(sign_act(sheet, self.key)).decode(),
        }
        answer = persist(lambda: self.customs.post("/v1/customs/acts", json=signed))
        return int(good(answer)["notices"])

    def answers(self, message: str, count: int) -> list[tuple[str, bytes]]:
        """Wait for so many answers, and return them without what is their own."""

        def look() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.get(f"/v1/messages/{message}/answers")
            return found if len(found) >= count else None

        hrefs = [answer["href"] for answer in wait(look)]
        got = [persist(lambda href=href: self.carrier.get(href)) for href in hrefs]  # type: ignore[misc]
        kinds = [answer["kind"] for answer in self.get(f"/v1/messages/{message}/answers")]
        return [(kind, OWN.sub(b"#", one.content)) for kind, one in zip(kinds, got, strict=True)]

    def rows(self) -> Counter[str]:
        """How many rows there are, and how many events of each kind."""
        count = " union all ".join(f"select '{t}', count(*) from {t}" for t in TABLES)
        events = " union all select 'event ' || code, count(*) from event group by code"
        with psycopg.connect(self.dsn.admin or "") as conn:
            return Counter(dict(conn.execute((count + events).encode()).fetchall()))


def open_quay(client: Callable[[str], httpx.Client], operator: str, dsn: Dsn, at: Path) -> Quay:
    """Let a carrier and customs in, with a table and an order signed by an officer."""
    ruler = client(operator)
    carrier = client(let_in(ruler, "synthetic-line", "carrier", "CARRIER1:ZZZ"))
    let_in(ruler, "rival-line", "carrier", "RIVAL1:ZZZ")
    customs = client(let_in(ruler, CUSTOMS.party, "customs", "HKCUSTOMS:ZZZ"))
    key = Ed25519PrivateKey.generate()
    public = {"public_key": b64encode(key.public_key().public_bytes_raw()).decode()}
    officer = good(customs.post("/v1/customs/officer-keys", json=public))["officer"]
    model = data.read("demo/tables/risk.json")
    table = good(customs.post("/v1/customs/tables", content=model))["sha256"]
    publish(client, customs, table)
    begins = datetime.now(UTC) - timedelta(minutes=1)
    order = standing_order(officer, table, begins, seed=1)
    signed = {
        "body": b64encode(order.order_bytes()).decode(),
        "signature": b64encode(sign(order, key).signature).decode(),
    }
    good(customs.post("/v1/customs/standing-orders", json=signed))
    return Quay(carrier, customs, dsn, Ledger(at / "ledger"), key, officer)


def publish(client: Callable[[str], httpx.Client], customs: httpx.Client, table: str) -> None:
    """Let a second officer in, who publishes what the first imported."""
    who = {"name": "Sample Colleague", "scopes": ["read", "decide"], "days": 1}
    second = client(good(customs.post("/v1/persons", json=who))["secret"])
    key = Ed25519PrivateKey.generate()
    public = {"public_key": b64encode(key.public_key().public_bytes_raw()).decode()}
    officer = good(second.post("/v1/customs/officer-keys", json=public))["officer"]
    sheet = Sheet(
        "waglan/officer-act/v1",
        f"act-{uuid4().hex}",
        officer,
        CUSTOMS.party,
        Kind.PUBLISH_TABLE,
        datetime.now(UTC),
        table=table,
    )
    signed = {
        "body": b64encode(sheet.act_bytes()).decode(),
        "signature": b64encode(sign_act(sheet, key)).decode(),
    }
    good(second.post("/v1/customs/acts", json=signed))


def let_in(operator: httpx.Client, party: str, role: str, address: str) -> str:
    new = {
        "party": party,
        "name": f"Synthetic {party}",
        "roles": [role],
        "addresses": [address],
        "person": f"Sample Person of {party}",
    }
    return str(good(operator.post("/v1/organisations", json=new))["secret"])


def good(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def persist(ask: Callable[[], httpx.Response], seconds: float = 30) -> httpx.Response:
    """Ask until there is an answer, as any partner's software does."""
    ends = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
            if answer.status_code in ACKNOWLEDGED:
                return answer
            said = answer.text
            assert answer.status_code >= 500 or answer.status_code == 404, said
        except httpx.TransportError as error:
            said = repr(error)
        assert time.monotonic() < ends, said
        time.sleep(0.05)


def wait(look: Callable[[], Any], seconds: float = 30) -> Any:
    """Look until there is something to see."""
    ends = time.monotonic() + seconds
    while (seen := look()) is None:
        assert time.monotonic() < ends, "nothing came in time"
        time.sleep(0.05)
    return seen


def log_findings(dsn: Dsn) -> list[str]:
    """Check every checkpoint ever signed against the events that are kept; return what differs."""
    with psycopg.connect(dsn.admin or "") as conn:
        leaves = [
            leaf_of(bytes(salt), bytes(said))
            for salt, said in conn.execute(
                "select e.salt, e.canonical from log_leaf l"
                " join event e using (event_id) order by l.seq"
            )
        ]
        tiles = {
            TileId(level, index): bytes(hashes)
            for level, index, hashes in conn.execute("select level, index, hashes from log_tile")
        }
        signed = [
            Checkpoint(origin, size, bytes(root))
            for origin, size, root in conn.execute("select origin, size, root from log_checkpoint")
        ]
        [(events,)] = conn.execute("select count(*) from event").fetchall()
        [(first, last, numbers)] = conn.execute(
            "select min(seq), max(seq), count(*) from log_leaf"
        ).fetchall()
    assert (first, last, numbers) == (0, events - 1, events), "the numbers are not dense"
    _, grown = Frontier().append(leaves)
    shelf = {tile.id: tile.hashes for tile in grown} | tiles
    return [
        f"{finding.code} {finding.where.path} at {one.size}"
        for one in signed
        for finding in audit(leaves[: one.size], shelf.__getitem__, one)
    ]


def all_numbered(dsn: Dsn) -> bool | None:
    """Whether a signed checkpoint covers every event."""
    with psycopg.connect(dsn.admin or "") as conn:
        row = conn.execute(
            "select (select count(*) from event) = (select max(size) from log_checkpoint)"
        ).fetchone()
    return True if row and row[0] else None
