"""Officers' keys: one at a time, ended when lost or when he leaves, and never taken again."""

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from command_line import CommandLine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import Officer, wait
from running_instance import Instance

from waglan.customs.officer_act import Kind

NOTHING: dict[str, Any] = {"keys": [], "next": None}


@pytest.fixture
def customs(instance: Instance) -> httpx.Client:
    name = f"keys-{uuid4().hex[:8]}"
    return instance.let_in(name, "customs", addresses=(f"{name.upper()}:ZZZ",))


def public(key: Ed25519PrivateKey) -> dict[str, str]:
    return {"public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode()}


def register(desk: httpx.Client, key: dict[str, str]) -> httpx.Response:
    return desk.post("/v1/customs/officer-keys", json=key)


def listed(desk: httpx.Client, limit: int = 200) -> list[dict[str, Any]]:
    """The whole list, page by page."""
    found: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    while True:
        page = desk.get("/v1/customs/officer-keys", params={"limit": limit, **before}).json()
        assert len(page["keys"]) <= limit
        found += page["keys"]
        if page["next"] is None:
            return found
        before = {"before": page["next"]}


def said(desk: httpx.Client, code: str) -> list[dict[str, str]]:
    found = desk.get("/v1/events", params={"limit": 200}).json()["events"]
    return [one["body"] for one in found if one["code"] == code]


def ended(desk: httpx.Client, officer: str) -> httpx.Response:
    return desk.delete(f"/v1/customs/officer-keys/{officer}")


def test_a_lost_key_ends_with_its_orders_and_another_follows(customs: httpx.Client) -> None:
    officer = Officer(customs)
    colleague = officer.colleague()
    officer.orders(officer.publishes())
    answer = ended(colleague.desk, officer.subject)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"officer": officer.subject, "orders": ["order-1"]}
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert order["state"] == "revoked"
    refused = officer.does(Kind.SERVE, call="9811000/001E")
    assert refused.status_code == 422
    assert [one["code"] for one in refused.json()["findings"]] == ["ACT-KEY-ENDED"]
    assert ended(customs, officer.subject).status_code == 404  # he has none any more
    # The one that ended is known for good, another is taken, and its acts count.
    assert register(customs, public(officer.key)).status_code == 409
    officer.key = Ed25519PrivateKey.generate()
    taken = register(customs, public(officer.key))
    assert (taken.status_code, taken.json()) == (201, {"officer": officer.subject})
    mine = [one for one in listed(customs) if one["officer"] == officer.subject]
    assert [one["ended_by"] for one in mine] == [None, colleague.subject]
    [end] = wait(lambda: said(customs, "log.key-ended") or None)
    assert (end["officer"], end["by"]) == (officer.subject, colleague.subject)


def test_an_officer_who_is_let_go_leaves_no_order_behind(customs: httpx.Client) -> None:
    officer = Officer(customs)
    leaver = officer.colleague()
    leaver.orders(officer.publishes())
    gone = customs.post(
        f"/v1/persons/{leaver.subject}/departure", json={"successor": officer.subject}
    )
    assert gone.status_code == 201, gone.text
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert order["state"] == "revoked"
    keys = {one["officer"]: one for one in listed(customs)}
    assert keys[leaver.subject]["ended_at"] is not None
    assert keys[officer.subject]["ended_at"] is None


def test_an_officer_who_does_something_else_has_no_key_and_no_order(
    customs: httpx.Client,
) -> None:
    officer = Officer(customs)
    other, clerk = officer.colleague(), officer.colleague()
    table = officer.publishes()
    other.orders(table, order_id="his")
    clerk.orders(table, order_id="stays")
    roles = f"/v1/persons/{other.subject}/roles"
    assert customs.put(roles, json={"roles": ["officer", "reader"]}).status_code == 200
    states = {"his": "in force", "stays": "in force"}

    def orders() -> dict[str, str]:
        shown = customs.get("/v1/customs/standing-orders").json()["orders"]
        return {one["order_id"]: one["state"] for one in shown}

    assert orders() == states
    assert customs.put(roles, json={"roles": ["reader"]}).status_code == 200
    assert orders() == states | {"his": "revoked"}
    mine = [one for one in listed(customs) if one["officer"] == other.subject]
    assert [one["ended_by"] for one in mine] == [officer.subject]
    [end] = wait(lambda: said(customs, "log.key-ended") or None)
    assert (end["officer"], end["by"]) == (other.subject, officer.subject)
    [revoked] = wait(lambda: said(customs, "customs.standing-order-revoked") or None)
    assert revoked == {"order": "his", "by": officer.subject}
    # An officer again, he registers a key of his own; the one that ended is known for good.
    assert customs.put(roles, json={"roles": ["officer"]}).status_code == 200
    assert register(other.desk, public(other.key)).status_code == 409
    assert register(other.desk, public(Ed25519PrivateKey.generate())).status_code == 201
    assert orders() == states | {"his": "revoked"}


def test_another_authoritys_key_is_as_good_as_absent(
    customs: httpx.Client, instance: Instance
) -> None:
    officer = Officer(customs)
    foreign = instance.let_in("keys-foreign", "customs", addresses=("KEYSFOREIGN:ZZZ",))
    filer = instance.let_in("keys-filer", "forwarder")
    assert ended(foreign, officer.subject).status_code == 404
    assert ended(filer, officer.subject).status_code == 403
    assert listed(foreign) == []
    [known] = listed(customs)
    beyond = {"before": known["key_sha256"]}
    assert foreign.get("/v1/customs/officer-keys", params=beyond).json() == NOTHING
    absent = customs.get("/v1/customs/officer-keys", params={"before": "0" * 64})
    assert (absent.status_code, absent.json()) == (200, NOTHING)
    assert customs.get("/v1/customs/officer-keys?before=x").status_code == 422


def test_keys_read_two_by_two_are_the_list_newest_first(
    customs: httpx.Client, instance: Instance, waglan: CommandLine
) -> None:
    officer = Officer(customs)
    for _ in range(4):
        assert ended(customs, officer.subject).status_code == 200
        assert register(customs, public(Ed25519PrivateKey.generate())).status_code == 201
    whole = listed(customs)
    assert [one["ended_at"] is None for one in whole] == [True, *[False] * 4]
    assert whole == sorted(whole, key=lambda one: one["registered_at"], reverse=True)
    assert listed(customs, limit=2) == whole
    waglan.operates(instance).signs_in(customs.headers["authorization"])
    shown = waglan("desk", "keys").out.splitlines()
    assert [line.split()[1] for line in shown] == [one["key_sha256"][:16] for one in whole]


def test_of_many_keys_at_once_an_officer_has_one(customs: httpx.Client) -> None:
    officer = Officer(customs)
    assert ended(officer.desk, officer.subject).status_code == 200
    wishes = [public(Ed25519PrivateKey.generate()) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(lambda one: register(officer.desk, one), wishes)
        statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201, 409, 409, 409, 409, 409]
