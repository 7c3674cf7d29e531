"""A table that would take for ever is refused, stays nobody's delay, and decides nothing."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

OTHERS_WAIT_SECONDS_MAX = 2.0


def table(condition: str) -> bytes:
    """A table of one row that inspects every bill for which the condition holds."""
    names = ("rule", "status", "note")
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i0", "name": "all words", "field": None}],
        "outputs": [{"id": name, "name": name, "field": name} for name in names],
        "rules": [{"rule": '"ALL"', "status": '"inspect"', "note": '"LOOK"', "i0": condition}],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in", "content": {}},
        {"id": "b", "type": "decisionTableNode", "name": "risk", "content": content},
    ]
    return json.dumps({"nodes": nodes, "edges": []}).encode()


@contextmanager
def others(client: httpx.Client) -> Iterator[list[float]]:
    """Somebody else asks all the while; how long each answer took, in seconds."""
    took, done = list[float](), threading.Event()

    def ask() -> None:
        while not done.wait(0.05):
            began = time.monotonic()
            assert client.get("/v1/whoami").status_code == 200
            took.append(time.monotonic() - began)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        done.set()
        asking.join()


def test_a_cell_that_would_be_counted_out_is_refused_while_others_go_on(instance: Instance) -> None:
    customs = instance.let_in("heavy-customs", "customs")
    line = instance.let_in("heavy-line", "carrier")
    with others(line) as took:
        for cell, code in (
            ("sum(map([1..10000000], #)) > 1", "TABLE-CELL-RANGE"),
            ("len(filter([1..99999999], # > 5)) > 1", "TABLE-CELL-RANGE"),
            ('some(words, some(words, some(words, # == "b")))', "TABLE-CELL-NESTED"),
            ("some(words, contains(description, #))", "TABLE-CELL-WORK"),
        ):
            answer = customs.post("/v1/customs/tables", content=table(cell))
            assert answer.status_code == 422, answer.text
            [found] = answer.json()["findings"]
            assert found["code"] == code
            assert "all words" in found["problem"]
        many = " or ".join([f'#  == "w{n}"' for n in range(25)]).join(("some(words, ", ")"))
        answer = customs.post("/v1/customs/tables", content=table(many))
        assert answer.status_code == 201, answer.text
    assert took
    assert max(took) < OTHERS_WAIT_SECONDS_MAX


def publishes_unchecked(instance: Instance, officer: Officer, model: bytes) -> str:
    """A table that was imported before conditions were bounded, published by a colleague."""
    digest = hashlib.sha256(model)
    with psycopg.connect(instance.dsn.admin or "") as conn:
        conn.execute(
            "INSERT INTO risk_table (authority, sha256, model, imported_by, imported_at)"
            " SELECT org, %s, %s, %s, now() FROM organisation WHERE party = %s",
            [digest.digest(), model, officer.subject, officer.authority],
        )
    done = officer.colleague().does(Kind.PUBLISH_TABLE, table=digest.hexdigest())
    assert done.status_code == 201, done.text
    return digest.hexdigest()


def test_a_table_that_may_not_be_used_any_more_leaves_its_bills_to_officers(
    instance: Instance,
) -> None:
    line = instance.let_in("stuck-line", "carrier", addresses=("STUCKLINE:ZZZ",))
    customs = instance.let_in("stuck-customs", "customs", addresses=("STUCKCUSTOMS:ZZZ",))
    other = instance.let_in("free-line", "carrier", addresses=("FREELINE:ZZZ",))
    instance.let_in("free-customs", "customs", addresses=("FREECUSTOMS:ZZZ",))
    officer = Officer(customs)
    heavy = publishes_unchecked(instance, officer, table("sum(map([1..10000000], #)) > 1"))
    officer.orders(heavy)
    papers = [Paper(f"SYNSTUCK{n}") for n in range(20)]
    assert filed(line, manifest(Call("STUCKLINE", "STUCKCUSTOMS", "T1"), *papers))["state"] == (
        "accepted"
    )
    began = time.monotonic()
    call = Call("FREELINE", "FREECUSTOMS", "T2")
    assert filed(other, manifest(call, Paper("SYNFREE1")))["state"] == "accepted"
    assert time.monotonic() - began < OTHERS_WAIT_SECONDS_MAX

    def left() -> list[list[str]]:
        events = customs.get("/v1/events", params={"limit": 500}).json()["events"]
        return [
            one["body"]["reasons"] for one in events if one["code"] == "customs.left-to-officer"
        ]

    assert wait(lambda: left() if len(left()) == len(papers) else None) == (
        [["ORDER-TABLE-REFUSED"]] * len(papers)
    )
    # It is still shown, so that it can be mended.
    shown = customs.get(f"/v1/customs/tables/{heavy}").json()
    assert shown["rows"] == 1
    assert shown["in_words"][0]["asks"] == ["sum(map([1..10000000], #)) > 1"]
    [listed] = customs.get("/v1/customs/tables").json()["tables"]
    assert (listed["sha256"], listed["rows"]) == (heavy, 1)
