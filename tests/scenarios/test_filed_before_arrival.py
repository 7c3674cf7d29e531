"""A carrier files, customs decide under an order, the carrier is told; a stranger sees nothing."""

import socket
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from late_call import TOO_LATE, Late
from port import Officer, filed, manifest, wait
from running_instance import ORIGIN, Instance

from waglan.customs.officer_act import Kind
from waglan.logbook.evidence import Standing, Trust, verify
from waglan.logbook.note import Algorithm, SignerKey
from waglan.logbook.quorum import Quorum


def test_a_bill_is_filed_judged_and_seen_by_those_who_may(instance: Instance) -> None:
    carrier = instance.let_in("synthetic-line", "carrier", addresses=("CARRIER1:ZZZ",))
    rival = instance.let_in("rival-line", "carrier", addresses=("RIVAL1:ZZZ",))
    customs = instance.let_in("hk-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    patient = {"Prefer": "wait=30"}
    answer = carrier.post("/v1/messages", content=manifest("R1", "DOC1"), headers=patient)
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
    message = filed(carrier, paper)
    assert message["state"] == "accepted", message["findings"]
    counts = wait(lambda: decided(customs))
    assert counts["decided"] == counts["decided_before_arrival"] == 1
    assert carrier.get("/v1/track/SYNB0002").json()["found"][0]["customs"] is None
    seen = customs.get("/v1/track/SYNB0002").json()["found"][0]
    assert (seen["customs"] is not None, seen["is_served"]) == (True, False)
    assert officer.serves("9811000/001E") == 1
    answers = wait(lambda: answered(carrier, message["id"], 3))
    assert [answer["kind"] for answer in answers] == ["CONTRL", "CUSRES", "CUSRES"]
    told = carrier.get("/v1/track/SYNB0002").json()["found"][0]
    assert told["customs"]["what"] == counts["by_status"].popitem()[0]
    seen = customs.get("/v1/track/SYNB0002").json()["found"][0]
    assert (told["is_served"], seen["is_served"]) == (True, True)
    seq = wait(lambda: numbered(carrier, "SYNB0002"))
    bundle = wait(lambda: carrier.get(f"/v1/evidence/{seq}"))
    nobody = SignerKey("witness.test", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    trust = Trust({ORIGIN: [instance.log_key]}, Quorum(1, (nobody.verifier,)))
    assert verify(bundle.content, trust).standing is Standing.SIGNED


def test_an_order_serves_at_its_own_time_and_no_officer_need_come(instance: Instance) -> None:
    call = Late(instance, "D")
    call.orders()
    message = call.files("F", 1)
    call.decided(1)
    assert call.told(1) == []
    call.time_comes()
    answers = wait(lambda: answered(call.line, message["id"], 3))
    assert [answer["kind"] for answer in answers] == ["CONTRL", "CUSRES", "CUSRES"]
    assert "NSL" in call.line.get(answers[-1]["href"]).text


def test_an_order_tells_all_of_a_call_or_nothing(instance: Instance) -> None:
    """Silence about one bill among others would say that an officer has it."""
    call = Late(instance, "C")
    call.orders(bills_a_day=2)
    call.files("F", 1, 2)
    call.decided(1, 2)
    call.files("G", 3)  # beyond what the order may decide today: left to an officer
    wait(lambda: call.officer.sees(call.number(3)) or None)
    call.time_comes(manifests=2)
    call.is_passed_over(2)
    assert [call.told(n) for n in (1, 2, 3)] == [[], [], []]
    call.selects(3)
    assert call.officer.serves("9811000/001E") == 3
    assert [call.told(n) for n in (1, 2, 3)] == [["not-selected"], ["not-selected"], ["inspect"]]


def test_a_manifest_that_was_withdrawn_keeps_no_order_from_telling_the_rest(
    instance: Instance,
) -> None:
    call = Late(instance, "G")
    call.orders()
    call.files("F", 1)
    call.files("G", 2)
    call.decided(1, 2)
    call.cancels("G")
    call.time_comes()
    wait(lambda: call.told(1) or None)
    assert (call.told(1), call.told(2)) == (["not-selected"], [])


def test_what_is_filed_after_the_orders_time_is_an_officers_to_tell(instance: Instance) -> None:
    call = Late(instance, "A")
    call.orders()
    call.files("F", 1, 2)
    call.decided(1, 2)
    call.time_comes()
    wait(lambda: (call.told(1) and call.told(2)) or None)
    call.selects(1)
    call.orders(TOO_LATE)
    call.files("O", 3)
    call.files("G", 1, 2, amends="F")
    call.decided(3)
    call.decided(2, version=2)
    call.files("Q", 4)  # judged after them
    call.decided(4)
    told = {n: call.told(n) for n in (1, 2, 3, 4)}
    assert told == {1: ["not-selected"], 2: ["not-selected"], 3: [], 4: []}
    assert call.officer.serves("9811000/001E") == 4
    assert call.told(1) == ["not-selected", "inspect"]
    all_told = [call.told(n) for n in (2, 3, 4)]
    assert all_told == [["not-selected"] * 2, ["not-selected"], ["not-selected"]]


def test_an_officers_work_before_the_orders_time_goes_out_with_it_and_later_work_waits(
    instance: Instance,
) -> None:
    call = Late(instance, "B")
    call.orders()
    call.files("F", 1)
    call.files("G", 2)
    call.decided(1, 2)
    call.selects(2)
    call.time_comes()
    wait(lambda: (call.told(1) and call.told(2)) or None)
    assert (call.told(1), call.told(2)) == (["not-selected"], ["inspect"])
    call.selects(1)
    call.files("H", 3)
    call.decided(3)
    call.time_comes()
    call.is_passed_over(1)
    assert (call.told(1), call.told(3)) == (["not-selected"], [])
    assert call.officer.serves("9811000/001E") == 2


def test_a_bill_that_is_withdrawn_is_still_told_of_if_an_officer_has_decided(
    instance: Instance,
) -> None:
    call = Late(instance, "E")
    call.files("F", 1, 2)
    wait(lambda: call.officer.sees(call.number(2)) or None)
    said = {"reason": "a look", "instruction": "Keep it closed."}
    bills = call.officer.sees(call.number(1))
    assert call.officer.does(Kind.DETAIN, bills=bills, **said).status_code == 201
    call.files("G", 2, amends="F")
    assert call.officer.serves("9811000/001E") == 1
    [notice] = call.line.get("/v1/notices").json()["notices"]
    assert (call.told(1), notice["bill"]) == (["detained"], call.number(1))
    bills = call.officer.sees(call.number(1))
    assert call.officer.does(Kind.LIFT, bills=bills, reason="seen").status_code == 201
    assert call.officer.serves("9811000/001E") == 1
    assert len(call.told(1)) == 2


def test_a_stream_resumes_where_it_was_left(instance: Instance) -> None:
    carrier = instance.let_in("fourth-line", "carrier", addresses=("CARRIER4:ZZZ",))
    first = heard(carrier, {}, 2)
    assert [name for _, name in first] == ["party.organisation-registered", "party.token-issued"]
    paper = manifest("R4", "DOC4").replace(b"CARRIER1", b"CARRIER4")
    carrier.post("/v1/messages", content=paper)
    then = heard(carrier, {"Last-Event-ID": first[-1][0]}, 1)
    assert then[0][1] == "message.received"
    assert int(then[0][0]) > int(first[-1][0])


def test_a_page_of_the_stream_is_sent_in_one_piece(instance: Instance) -> None:
    """Whoever goes away between two events of hundreds is noticed after that piece."""
    carrier = instance.let_in("fifth-line", "carrier", addresses=("CARRIER5:ZZZ",))
    told = 2  # of himself and of his token
    wait(lambda: len(carrier.get("/v1/events").json()["events"]) == told or None)
    with socket.create_connection((carrier.base_url.host, carrier.base_url.port or 80), 20) as wire:
        asked = f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: {token(carrier)}\r\n\r\n"
        wire.sendall(asked.encode())
        lines = wire.makefile("rb")
        while lines.readline().strip():
            continue
        pieces = [lines.read(int(lines.readline(), 16) + 2) for _ in range(2)]
    assert pieces[0] == b"retry: 2000\n\n\r\n"
    assert pieces[1].count(b"\ndata: ") == told


def token(client: httpx.Client) -> str:
    return client.headers["authorization"]


def heard(client: httpx.Client, headers: dict[str, str], count: int) -> list[tuple[str, str]]:
    """Listen until so many events have come."""
    events: list[tuple[str, str]] = []
    with client.stream("GET", "/stream", headers=headers, timeout=20) as stream:
        number = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = value
            if name == "event":
                events.append((number, value))
                if len(events) == count:
                    return events
    raise AssertionError("the stream ended")


def decided(customs: httpx.Client) -> dict[str, Any] | None:
    answer = customs.get("/v1/customs/calls/9811000/001E/summary")
    return answer.json() if answer.status_code == 200 and answer.json()["decided"] else None


def answered(client: httpx.Client, message: str, count: int) -> list[dict[str, Any]] | None:
    found = client.get(f"/v1/messages/{message}/answers").json()
    return found if len(found) >= count else None


def numbered(client: httpx.Client, bill: str) -> int | None:
    seq: int | None = client.get(f"/v1/track/{bill}").json()["found"][0]["events"][0]["seq"]
    return seq
