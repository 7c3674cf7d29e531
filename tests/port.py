"""Papers and people of a small synthetic port, for the scenarios."""

import base64
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes import data
from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.customs.officer_act import Kind, Sheet, Target, sign_act
from waglan.customs.policy import policy
from waglan.customs.standing_order import StandingOrder, sign
from waglan.customs.status import GRAVITY

MANIFEST = (
    b"UNA:+.? 'UNB+UNOC:3+CARRIER1:ZZZ+HKCUSTOMS:ZZZ+261122:0900+{ref}'"
    b"UNH+1+CUSCAR:D:95B:UN'BGM+785+{doc}+9'DTM+137:202611220900:203'NAD+CA+SYNL:172:20'"
    b"TDT+20+001E+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'LOC+60+HKHKG:139:6'"
    b"DTM+132:{arrival}:203'EQD+CN+CSQU3054383+22G1:102:5++3+5'"
    b"CNI+1+SYNB0001'RFF+BM:SYNB0001'CNT+7:12000:KGM'CNT+8:100'LOC+9+CNSHA:139:6'LOC+11+HKHKG:139:6'"
    b"GIS+23'NAD+CZ+++SAMPLE TRADING 0001 LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    b"NAD+CN+++SAMPLE IMPORTS 0002 LTD+2 SAMPLE STREET+HONG KONG+++HK'GID+1+100:CT'"
    b"FTX+AAA+++COTTON T-SHIRTS'MEA+AAE+G+KGM:12000'MEA+AAE+AAW+MTQ:25'SGP+CSQU3054383+100'"
    b"PCI+24+SAMPLE MARKS 1'UNT+24+1'UNZ+1+{ref}'"
)


def manifest(ref: str, doc: str) -> bytes:
    """A manifest of one bill on a ship that comes tomorrow."""
    arrival = (datetime.now(HONG_KONG) + timedelta(days=1)).strftime("%Y%m%d%H%M")
    filled = {b"{ref}": ref, b"{doc}": doc, b"{arrival}": arrival}
    paper = MANIFEST
    for blank, text in filled.items():
        paper = paper.replace(blank, text.encode())
    return paper


class Officer:
    """An officer at his desk, with his key in his own hands."""

    def __init__(self, desk: httpx.Client) -> None:
        self.desk = desk
        self.key = Ed25519PrivateKey.generate()
        public = base64.b64encode(self.key.public_key().public_bytes_raw()).decode()
        answer = desk.post("/v1/customs/officer-keys", json={"public_key": public})
        assert answer.status_code == 201, answer.text
        self.subject = answer.json()["officer"]
        self.authority = desk.get("/v1/whoami").json()["party"]

    def publishes(self, model: bytes | None = None) -> str:
        """Import a table, and have a colleague publish it."""
        table = self.imports(model or data.read("demo/tables/risk.json").encode())
        published = self.colleague().does(Kind.PUBLISH_TABLE, table=table)
        assert published.status_code == 201, published.text
        return table

    def imports(self, model: bytes) -> str:
        answer = self.desk.post("/v1/customs/tables", content=model)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sha256"])

    def colleague(self) -> "Officer":
        """One more officer of the same authority, with a key of his own."""
        who = {
            "name": f"Sample Colleague {uuid4().hex}",
            "scopes": ["read", "decide", "admin"],
            "days": 1,
        }
        answer = self.desk.post("/v1/persons", json=who)
        assert answer.status_code == 201, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['secret']}"}
        url = self.desk.base_url
        desk = httpx.Client(base_url=url, headers=headers, timeout=60)
        found = Officer(desk)
        weakref.finalize(found, desk.close)
        return found

    def orders(
        self,
        table: str,
        *,
        serve_before_arrival_minutes: int = 360,
        bills_per_day_max: int | None = None,
        bills_per_call_max: int = 5_000,
        order_id: str = "order-1",
        **asked: Any,
    ) -> list[str]:
        """Sign an order that allows all; return the codes of what is said of it."""
        now = datetime.now(UTC)
        order = StandingOrder(
            order_id,
            self.subject,
            PartyId(self.authority),
            policy().version,
            table,
            frozenset(GRAVITY),
            bills_per_call_max=bills_per_call_max,
            not_selected_permille_max=1000,
            valid_from=now - timedelta(minutes=1),
            valid_until=now + timedelta(days=1),
            serve_before_arrival_minutes=serve_before_arrival_minutes,
            bills_per_day_max=bills_per_day_max,
            **asked,
        )
        answer = self.desk.post(
            "/v1/customs/standing-orders",
            json={
                "body": base64.b64encode(order.order_bytes()).decode(),
                "signature": base64.b64encode(sign(order, self.key).signature).decode(),
            },
        )
        assert answer.status_code == 201, answer.text
        return [finding["code"] for finding in answer.json()["findings"]]

    def does(self, kind: Kind, **said: Any) -> httpx.Response:
        """Sign an act now and hand it in."""
        return self.hands_in(self.sheet(kind, **said))

    def sheet(self, kind: Kind, **said: Any) -> Sheet:
        return Sheet(
            "waglan/officer-act/v1",
            said.pop("id", f"act-{uuid4().hex}"),
            self.subject,
            PartyId(self.authority),
            kind,
            said.pop("at", datetime.now(UTC)),
            **said,
        )

    def hands_in(self, sheet: Sheet) -> httpx.Response:
        signed = {
            "body": base64.b64encode(sheet.act_bytes()).decode(),
            "signature": base64.b64encode(sign_act(sheet, self.key)).decode(),
        }
        return self.desk.post("/v1/customs/acts", json=signed)

    def sees(self, number: str) -> tuple[Target, ...]:
        """The bills of that number as they stand for him now."""
        shown = self.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
        names = ("filer", "number", "version", "parent", "filed_version")
        return tuple(Target(*(one[name] for name in names)) for one in shown)

    def serves(self, call: str) -> int:
        answer = self.does(Kind.SERVE, call=call)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["notices"])


def filed(client: httpx.Client, paper: bytes) -> dict[str, Any]:
    """Hand a paper in, and return what became of it, however busy the machine is."""
    sent = client.post("/v1/messages", content=paper, headers={"Prefer": "wait=30"})

    def settled() -> dict[str, Any] | None:
        shown = client.get(f"/v1/messages/{sent.json()['id']}").json()
        return None if shown["state"] == "waiting" else dict(shown)

    return dict(wait(settled, 60))


def wait(look: Callable[[], Any], seconds: float = 60) -> Any:
    """Look until there is something good to see."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        seen = look()
        if seen is not None and (not isinstance(seen, httpx.Response) or seen.is_success):
            return seen
        time.sleep(0.1)
    raise AssertionError("nothing came in time")
