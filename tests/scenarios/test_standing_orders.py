"""A standing order goes as far as it says, is refused with the reason, and can be ended."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from command_line import CommandLine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.finding import decode
from waglan.customs.officer_act import Kind
from waglan.customs.order_form import as_signed
from waglan.customs.policy import policy

SERIAL = count(1)
ORDERS = "/v1/customs/standing-orders"


class Desk:
    """An officer with a published table, and two lines that file with him."""

    def __init__(self, instance: Instance) -> None:
        self.n = next(SERIAL)
        self.instance = instance
        self.lines = [self.let_in(f"order-line-{at}", "carrier") for at in "ab"]
        self.customs = self.let_in("order-customs", "customs")
        self.officer = Officer(self.customs)
        self.table = self.officer.publishes()

    def let_in(self, name: str, role: str) -> httpx.Client:
        party = f"{name}-{self.n}"
        return self.instance.let_in(party, role, addresses=(f"{party}:ZZZ".upper(),))

    def files(self, line: int, ref: str, *numbers: str) -> None:
        sender = f"ORDER-LINE-{'ab'[line]}-{self.n}".upper()
        call = Call(sender, f"ORDER-CUSTOMS-{self.n}", f"{ref}{self.n}")
        sent = filed(self.lines[line], manifest(call, *[Paper(number) for number in numbers]))
        assert sent["state"] == "accepted", sent["findings"]

    def left(self, *numbers: str) -> list[list[str]]:
        """For which reasons each bill's manifest was left to an officer, once it was judged."""
        return [wait(partial(self._left, number)) for number in numbers]

    def _left(self, number: str) -> list[str] | None:
        look = "SELECT reasons FROM judgement JOIN bill USING (manifest_id) WHERE number = %s"
        with psycopg.connect(self.instance.dsn.admin or "") as conn:
            found = conn.execute(look, [number]).fetchone()
        return None if found is None else [one.code for one in decode(bytes(found[0]))]

    def written(self, **said: Any) -> bytes:
        """An order as its officer would write it down by hand."""
        now = datetime.now(UTC)
        told = {
            "purpose": "waglan/standing-order/v1",
            "id": "by-hand",
            "officer": self.officer.subject,
            "authority": self.officer.authority,
            "policy_version": policy().version,
            "table_sha256": self.table,
            "statuses": ["not-selected"],
            "bills_per_call_max": 5,
            "not_selected_permille_max": 1000,
            "valid_from": now.isoformat(timespec="microseconds"),
            "valid_until": (now + timedelta(days=1)).isoformat(timespec="microseconds"),
            "serve_before_arrival_minutes": 360,
        } | said
        kept = {name: value for name, value in told.items() if value is not ...}
        return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()

    def hands_in(self, body: bytes) -> httpx.Response:
        signature = base64.b64encode(self.officer.key.sign(body)).decode()
        signed = {"body": base64.b64encode(body).decode(), "signature": signature}
        return self.customs.post(ORDERS, json=signed)

    def states(self) -> dict[str, str]:
        shown = self.customs.get(ORDERS).json()["orders"]
        return {one["order_id"]: one["state"] for one in shown}


@pytest.fixture
def desk(instance: Instance) -> Desk:
    return Desk(instance)


def test_an_order_counts_all_bills_of_a_call_whoever_filed_them(desk: Desk) -> None:
    desk.officer.orders(desk.table, bills_per_call_max=3)
    first, second = f"SYNCALL{desk.n}A", f"SYNCALL{desk.n}B"
    desk.files(0, "A", first, second)
    assert desk.left(first, second) == [[], []]
    more = [f"SYNCALL{desk.n}C", f"SYNCALL{desk.n}D"]
    desk.files(1, "B", *more)
    assert desk.left(*more) == [["ORDER-BILLS"]] * 2
    desk.files(1, "C", f"SYNCALL{desk.n}E")
    assert desk.left(f"SYNCALL{desk.n}E") == [[]]
    desk.files(0, "D", f"SYNCALL{desk.n}F")
    assert desk.left(f"SYNCALL{desk.n}F") == [["ORDER-BILLS"]]


def test_an_order_of_one_who_was_demoted_before_that_ended_it_stands_in_nobodys_way(
    desk: Desk,
) -> None:
    other = desk.officer.colleague()
    desk.officer.orders(desk.table, order_id="older")
    other.orders(desk.table, order_id="newer")
    with psycopg.connect(desk.instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute(
            "INSERT INTO person_role (org, subject, n, roles, set_by, set_at)"
            " SELECT authority, officer, 9, '{reader}', 'before', now() FROM officer_key"
            " WHERE officer = %s",
            [other.subject],
        )
    assert desk.states() == {"older": "in force", "newer": "unsigned"}
    number = f"SYNDEMO{desk.n}"
    desk.files(0, "A", number)
    assert desk.left(number) == [[]]
    with psycopg.connect(desk.instance.dsn.admin or "") as conn:
        under = "SELECT order_id FROM judgement JOIN bill USING (manifest_id) WHERE number = %s"
        assert conn.execute(under, [number]).fetchall() == [("older",)]


@pytest.mark.parametrize("name", ["x" * 65, "ORDER-" + "9" * 250, "a/b", "../x", "a b", "", "\0"])
def test_an_order_has_a_name_by_which_it_can_be_revoked(desk: Desk, name: str) -> None:
    refused = desk.hands_in(desk.written(id=name))
    assert refused.status_code == 422
    assert [(one["code"], one["where"]["path"]) for one in refused.json()["findings"]] == [
        ("ORDER-NAME", "order/id")
    ]


@pytest.mark.parametrize("name", ["ORDER-" + "9" * 250, "a/b", "../x", "a b"])
def test_an_order_taken_under_a_longer_name_is_shown_and_revoked(
    desk: Desk, waglan: CommandLine, tmp_path: Path, name: str
) -> None:
    desk.officer.orders(desk.table, order_id="short")
    body = desk.written(id=name)
    signature = desk.officer.key.sign(body)
    with psycopg.connect(desk.instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute(
            "INSERT INTO standing_order SELECT authority, %s, %s, %s, officer, signed_at"
            " FROM standing_order WHERE officer = %s",
            [name, body, signature, desk.officer.subject],
        )
    waglan.operates(desk.instance).signs_in(desk.customs.headers["authorization"])
    shown = waglan("desk", "order", "show", name)
    assert (shown.status, name in shown.out) == (0, True), shown.err
    key = tmp_path / "officer.pem"
    key.write_bytes(desk.officer.key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    key.chmod(0o600)
    first = desk.customs.get(ORDERS, params={"limit": 1}).json()
    assert desk.customs.get(ORDERS, params={"before": first["next"]}).status_code == 200
    done = waglan("desk", "order", "revoke", name, "--key", str(key), "--reason", "too long")
    assert done.status == 0, done.err
    assert desk.states() == {"short": "in force", name: "revoked"}


FAR = {"valid_from": "0001-01-01T00:00:00.000000+14:00"}
LATE = {"valid_until": "9999-12-31T23:59:59.000000-14:00"}


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        (FAR, "ORDER-FIELD", "valid_from"),
        (LATE, "ORDER-FIELD", "valid_until"),
        ({"valid_until": "2026-12-01T00:00:00"}, "ORDER-FIELD", "valid_until"),
        ({"valid_until": "2028-12-01T00:00:00.000000+00:00"}, "ORDER-DAYS", "valid_until"),
        ({"bills_per_call_max": 0}, "ORDER-NUMBER", "bills_per_call_max"),
        ({"bills_per_call_max": 100_001}, "ORDER-NUMBER", "bills_per_call_max"),
        ({"bills_per_call_max": True}, "ORDER-NUMBER", "bills_per_call_max"),
        ({"bills_per_call_max": ...}, "ORDER-NUMBER", "bills_per_call_max"),
        ({"bills_per_day_max": 10**30}, "ORDER-NUMBER", "bills_per_day_max"),
        ({"not_selected_permille_max": 1001}, "ORDER-NUMBER", "not_selected_permille_max"),
        ({"serve_before_arrival_minutes": -1}, "ORDER-NUMBER", "serve_before_arrival_minutes"),
        ({"statuses": []}, "ORDER-STATUS-LIST", "statuses"),
        ({"statuses": ["seized"]}, "ORDER-STATUS-LIST", "statuses"),
        ({"statuses": [{}]}, "ORDER-STATUS-LIST", "statuses"),
        ({"table_sha256": "zz"}, "ORDER-FIELD", "table_sha256"),
        ({"officer": ...}, "ORDER-FIELD", "officer"),
        ({"id": ...}, "ORDER-NAME", "id"),
        ({"foo": 1}, "ORDER-FIELD-UNKNOWN", "foo"),
        ({"documents": ["Invoice"]}, "ORDER-DOCUMENTS", "documents"),
        ({"answer_days": 3}, "ORDER-DOCUMENTS", "documents"),
        ({"documents": "Invoice", "answer_days": 3}, "ORDER-DOCUMENTS", "documents"),
        ({"documents": ["\u202e"], "answer_days": 3}, "ORDER-DOCUMENTS", "documents"),
        ({"documents": ["\0Invoice"], "answer_days": 3}, "ORDER-DOCUMENTS", "documents"),
        ({"documents": ["A"] * 21, "answer_days": 3}, "ORDER-DOCUMENTS", "documents"),
        ({"documents": ["Invoice"], "answer_days": 91}, "ORDER-NUMBER", "answer_days"),
    ],
)
def test_what_an_order_can_not_say_is_refused_by_its_field(
    desk_once: Desk, said: dict[str, Any], code: str, field: str
) -> None:
    refused = desk_once.hands_in(desk_once.written(**said))
    assert refused.status_code == 422, refused.text
    found = [(one["code"], one["where"]["path"]) for one in refused.json()["findings"]]
    assert found == [(code, f"order/{field}")]


@pytest.fixture(scope="module")
def desk_once(instance: Instance) -> Desk:
    return Desk(instance)


def test_bytes_that_are_no_order_are_refused_and_what_was_meant_is_taken(desk_once: Desk) -> None:
    body = desk_once.written()
    for other in (b"", b"[]", b"null", b"\xff", b"[" * 5_000, b" " + body, body[:-1]):
        refused = desk_once.hands_in(other)
        assert [one["code"] for one in refused.json()["findings"]] == ["ORDER-UNREADABLE"]
    many = as_signed(json.dumps({f"f{n}": n for n in range(5_000)}).encode())
    assert isinstance(many, list)
    assert len(many) == 50
    assert desk_once.hands_in(body).status_code == 201


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK"])
def test_who_signs_at_the_command_line_reads_each_limit_before_he_signs(
    desk_once: Desk, waglan: CommandLine, tmp_path: Path, lang: str
) -> None:
    key, limits = tmp_path / "officer.pem", tmp_path / "limits.json"
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    waglan.operates(desk_once.instance).signs_in(desk_once.customs.headers["authorization"])
    waglan.set("WAGLAN_LANG", lang)

    def signs(name: str, told: object, days: int = 1) -> str:
        limits.write_text(json.dumps(told))
        said = ("--table", desk_once.table, "--limits", str(limits), "--days", str(days))
        ran = waglan("desk", "order", "sign", name, "--key", str(key), *said)
        assert ran.status == 2, ran.out
        return ran.err

    wrong = signs("a/b", {"bills_per_call_max": 0, "bills_per_day_max": "x", "foo": 1}, 400)
    for said in ("ORDER-NAME", "`bills_per_call_max`", "100000", "1000000", "`foo`", "366"):
        assert said in wrong
    assert "not-selected, documents-asked" in signs("A", {"statuses": ["released"]})
    assert "CLI-LIMITS" in signs("A", [])
    assert "ORDER-DAYS" in signs("A", {}, 0)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["Standing order shown: in force", "documents-asked", "at most 5000", "+08"]),
        ("zh-Hant-HK", ["常設指令 shown", "生效 (in force)", "最多 5000 份", "不設上限", "+08"]),
    ],
)
def test_an_order_is_shown_in_words_and_by_hong_kongs_clock(
    desk: Desk, waglan: CommandLine, lang: str, said: list[str]
) -> None:
    asked: dict[str, Any] = {"documents": ("Invoice", "Packing list"), "answer_days": 3}
    desk.officer.orders(desk.table, order_id="shown", **asked)
    waglan.operates(desk.instance).signs_in(desk.customs.headers["authorization"])
    waglan.set("WAGLAN_LANG", lang)
    shown = waglan("desk", "order", "show", "shown").out
    for one in [*said, "Invoice", "Packing list"]:
        assert one in shown
    for raw in ("None", "True", "False", "_max", "+00:00", "expires_soon"):
        assert raw not in shown


def test_an_order_that_is_not_there_is_not_found_whatever_its_name(desk_once: Desk) -> None:
    for name in ("none", "a%2Fb", "x" * 300):
        assert desk_once.customs.get(f"{ORDERS}/{name}").status_code == 404
    gone = desk_once.officer.does(Kind.REVOKE_ORDER, order="x" * 300, reason="none such")
    assert [one["code"] for one in gone.json()["findings"]] == ["ACT-NO-SUCH-ORDER"]
