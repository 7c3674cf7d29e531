"""A carrier files, customs decide under an order, the carrier is told; a stranger sees nothing."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from running_instance import ORIGIN, Instance

from waglan.codes import data
from waglan.codes.party import PartyId
from waglan.customs.policy import policy
from waglan.customs.standing_order import StandingOrder, sign
from waglan.customs.status import GRAVITY
from waglan.logbook.evidence import Standing, Trust, verify
from waglan.logbook.note import Algorithm, SignerKey
from waglan.logbook.quorum import Quorum

MANIFEST = (
    b"UNA:+.? 'UNB+UNOC:3+CARRIER1:ZZZ+HKCUSTOMS:ZZZ+261122:0900+{ref}'"
    b"UNH+1+CUSCAR:D:95B:UN'BGM+785+{doc}+9'DTM+137:202611220900:203'NAD+CA+SYNL:172:20'"
    b"TDT+20+001E+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'LOC+60+HKHKG:139:6'"
    b"DTM+132:202611231200:203'EQD+CN+CSQU3054383+22G1:102:5++3+5'"
    b"CNI+1+SYNB0001'RFF+BM:SYNB0001'CNT+7:12000:KGM'CNT+8:100'LOC+9+CNSHA:139:6'LOC+11+HKHKG:139:6'"
    b"GIS+23'NAD+CZ+++SAMPLE TRADING 0001 LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    b"NAD+CN+++SAMPLE IMPORTS 0002 LTD+2 SAMPLE STREET+HONG KONG+++HK'GID+1+100:CT'"
    b"FTX+AAA+++COTTON T-SHIRTS'MEA+AAE+G+KGM:12000'MEA+AAE+AAW+MTQ:25'SGP+CSQU3054383+100'"
    b"PCI+24+SAMPLE MARKS 1'UNT+24+1'UNZ+1+{ref}'"
)


def manifest(ref: str, doc: str) -> bytes:
    return MANIFEST.replace(b"{ref}", ref.encode()).replace(b"{doc}", doc.encode())


def test_a_bill_is_filed_judged_and_seen_by_those_who_may(instance: Instance) -> None:
    carrier = instance.let_in("synthetic-line", "carrier", addresses=("CARRIER1:ZZZ",))
    rival = instance.let_in("rival-line", "carrier", addresses=("RIVAL1:ZZZ",))
    customs = instance.let_in("hk-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    answer = carrier.post("/v1/messages", content=manifest("R1", "DOC1"))
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown["state"] == "accepted", [(f["code"], f["problem"]) for f in shown["findings"]]
    assert [a["kind"] for a in shown["answers"]] == ["CONTRL", "CUSRES"]
    tracked = carrier.get("/v1/track/SYNB0001").json()["found"][0]
    assert tracked["declaration"] == "declared"
    assert tracked["customs"] is None
    assert rival.get("/v1/track/SYNB0001").status_code == 404
    assert customs.get("/v1/track/SYNB0001").status_code == 200


def test_nothing_is_decided_without_an_officers_order_and_nothing_told_before_a_notice(
    instance: Instance,
) -> None:
    carrier = instance.let_in("second-line", "carrier", addresses=("CARRIER2:ZZZ",))
    customs = instance.let_in("second-customs", "customs", addresses=("CUSTOMS2:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    paper = manifest("R2", "DOC2").replace(b"CARRIER1", b"CARRIER2")
    paper = paper.replace(b"HKCUSTOMS", b"CUSTOMS2").replace(b"SYNB0001", b"SYNB0002")
    message = carrier.post("/v1/messages", content=paper).json()
    assert message["state"] == "accepted", message["findings"]
    counts = wait(lambda: decided(customs))
    assert counts["decided"] == counts["decided_before_arrival"] == 1
    assert carrier.get("/v1/track/SYNB0002").json()["found"][0]["customs"] is None
    assert customs.get("/v1/track/SYNB0002").json()["found"][0]["customs"] is not None
    assert customs.post("/v1/customs/calls/9811000/001E/notices").json() == {"notices": 1}
    answers = wait(lambda: answered(carrier, message["id"], 3))
    assert [answer["kind"] for answer in answers] == ["CONTRL", "CUSRES", "CUSRES"]
    told = carrier.get("/v1/track/SYNB0002").json()["found"][0]
    assert told["customs"]["what"] == counts["by_status"].popitem()[0]
    seq = wait(lambda: numbered(carrier, "SYNB0002"))
    bundle = wait(lambda: carrier.get(f"/v1/evidence/{seq}"))
    nobody = SignerKey("witness.test", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    trust = Trust({ORIGIN: [instance.log_key]}, Quorum(1, (nobody.verifier,)))
    assert verify(bundle.content, trust).standing is Standing.SIGNED


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

    def publishes(self) -> str:
        answer = self.desk.post("/v1/customs/tables", content=data.read("demo/tables/risk.json"))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sha256"])

    def orders(self, table: str) -> None:
        now = datetime.now(UTC)
        order = StandingOrder(
            "order-1",
            self.subject,
            PartyId(self.authority),
            policy().version,
            table,
            frozenset(GRAVITY),
            bills_per_call_max=5_000,
            not_selected_permille_max=1000,
            valid_from=now - timedelta(minutes=1),
            valid_until=now + timedelta(days=1),
            serve_before_arrival_minutes=360,
        )
        answer = self.desk.post(
            "/v1/customs/standing-orders",
            json={
                "body": base64.b64encode(order.order_bytes()).decode(),
                "signature": base64.b64encode(sign(order, self.key).signature).decode(),
            },
        )
        assert answer.status_code == 201, answer.text


def decided(customs: httpx.Client) -> dict[str, Any] | None:
    answer = customs.get("/v1/customs/calls/9811000/001E/summary")
    return answer.json() if answer.status_code == 200 and answer.json()["decided"] else None


def answered(client: httpx.Client, message: str, count: int) -> list[dict[str, Any]] | None:
    found = client.get(f"/v1/messages/{message}/answers").json()
    return found if len(found) >= count else None


def numbered(client: httpx.Client, bill: str) -> int | None:
    seq: int | None = client.get(f"/v1/track/{bill}").json()["found"][0]["events"][0]["seq"]
    return seq


def wait(look: Callable[[], Any], seconds: float = 15) -> Any:
    """Look until there is something good to see."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        seen = look()
        if seen is not None and (not isinstance(seen, httpx.Response) or seen.is_success):
            return seen
        time.sleep(0.1)
    raise AssertionError("nothing came in time")
