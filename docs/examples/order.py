"""Sign a standing order with an officer's own key, and hand it in.

order.py new-key FILE            makes a key pair; the file is the officer's and never leaves him
order.py sign FILE TABLE ID      registers the key, publishes the table, signs an order for a day
"""

import base64
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.customs.policy import policy
from waglan.customs.standing_order import StandingOrder, sign


def new_key(file: Path) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(Ed25519PrivateKey.generate().private_bytes_raw())


def hand_in(file: Path, table: Path, name: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(file.read_bytes())
    desk = httpx.Client(
        base_url=os.environ.get("WAGLAN_URL", "http://127.0.0.1:8080"),
        headers={"Authorization": f"Bearer {os.environ['WAGLAN_TOKEN']}"},
    )
    public = text(key.public_key().public_bytes_raw())
    officer = good(desk.post("/v1/customs/officer-keys", json={"public_key": public}))["officer"]
    sha256 = good(desk.post("/v1/customs/tables", content=table.read_bytes()))["sha256"]
    now = datetime.now(UTC)
    order = StandingOrder(
        id=name,
        officer=officer,
        authority=PartyId(good(desk.get("/v1/whoami"))["party"]),
        policy_version=policy().version,
        table_sha256=sha256,
        statuses=frozenset(
            {CustomsStatus.NOT_SELECTED, CustomsStatus.DOCUMENTS_ASKED, CustomsStatus.INSPECT}
        ),
        bills_per_call_max=10_000,
        not_selected_permille_max=1000,
        valid_from=now,
        valid_until=now + timedelta(days=1),
        serve_before_arrival_minutes=360,
    )
    signed = {"body": text(order.order_bytes()), "signature": text(sign(order, key).signature)}
    print(good(desk.post("/v1/customs/standing-orders", json=signed))["order_id"])


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def good(answer: httpx.Response) -> dict[str, str]:
    if not answer.is_success:
        raise SystemExit(answer.text)
    told: dict[str, str] = answer.json()
    return told


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["new-key", file]:
            new_key(Path(file))
        case ["sign", file, table, name]:
            hand_in(Path(file), Path(table), name)
        case _:
            raise SystemExit(__doc__)
