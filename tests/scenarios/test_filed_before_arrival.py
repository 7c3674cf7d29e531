"""A carrier files, customs decide under an order, the carrier is told; a stranger sees nothing."""

from typing import Any

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import Officer, filed, manifest, wait
from running_instance import ORIGIN, Instance
from shipping_papers import Call, Paper
from shipping_papers import manifest as shipped

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
    message = carrier.post("/v1/messages", content=paper).json()
    assert message["state"] == "accepted", message["findings"]
    counts = wait(lambda: decided(customs))
    assert counts["decided"] == counts["decided_before_arrival"] == 1
    assert carrier.get("/v1/track/SYNB0002").json()["found"][0]["customs"] is None
    assert customs.get("/v1/track/SYNB0002").json()["found"][0]["customs"] is not None
    assert officer.serves("9811000/001E") == 1
    answers = wait(lambda: answered(carrier, message["id"], 3))
    assert [answer["kind"] for answer in answers] == ["CONTRL", "CUSRES", "CUSRES"]
    told = carrier.get("/v1/track/SYNB0002").json()["found"][0]
    assert told["customs"]["what"] == counts["by_status"].popitem()[0]
    seq = wait(lambda: numbered(carrier, "SYNB0002"))
    bundle = wait(lambda: carrier.get(f"/v1/evidence/{seq}"))
    nobody = SignerKey("witness.test", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    trust = Trust({ORIGIN: [instance.log_key]}, Quorum(1, (nobody.verifier,)))
    assert verify(bundle.content, trust).standing is Standing.SIGNED


def test_an_order_serves_at_its_own_time_and_no_officer_need_come(instance: Instance) -> None:
    carrier = instance.let_in("third-line", "carrier", addresses=("CARRIER3:ZZZ",))
    officer = Officer(instance.let_in("third-customs", "customs", addresses=("CUSTOMS3:ZZZ",)))
    officer.orders(officer.publishes(), serve_before_arrival_minutes=7 * 24 * 60)
    paper = manifest("R3", "DOC3").replace(b"CARRIER1", b"CARRIER3")
    paper = paper.replace(b"HKCUSTOMS", b"CUSTOMS3").replace(b"SYNB0001", b"SYNB0003")
    message = carrier.post("/v1/messages", content=paper).json()
    answers = wait(lambda: answered(carrier, message["id"], 3))
    assert [answer["kind"] for answer in answers] == ["CONTRL", "CUSRES", "CUSRES"]
    assert "NSL" in carrier.get(answers[-1]["href"]).text


class Late:
    """A line whose ship's time to be told has come, and its officer."""

    def __init__(self, instance: Instance, letter: str) -> None:
        self.sender, self.customs = f"LATELINE{letter}", f"LATECUSTOMS{letter}"
        self.line = instance.let_in(
            f"late-line-{letter.lower()}", "carrier", addresses=(self.sender + ":ZZZ",)
        )
        desk = instance.let_in(
            f"late-customs-{letter.lower()}", "customs", addresses=(self.customs + ":ZZZ",)
        )
        self.officer = Officer(desk)
        self.letter = letter

    def orders(self) -> None:
        self.officer.orders(self.officer.publishes(), serve_before_arrival_minutes=7 * 24 * 60)

    def number(self, n: int) -> str:
        return f"SYNLATE{self.letter}{n}"

    def files(self, ref: str, *bills: int, amends: str | None = None) -> None:
        papers = [Paper(self.number(n)) for n in bills]
        paper = shipped(Call(self.sender, self.customs, ref + self.letter), *papers)
        if amends is not None:
            was, is_ = f"BGM+785+DOC-{ref}{self.letter}+9", f"BGM+785+DOC-{amends}{self.letter}+5"
            paper = paper.replace(was.encode(), is_.encode())
        shown = filed(self.line, paper)
        assert shown["state"] == "accepted", shown["findings"]

    def told(self, n: int) -> list[str]:
        """What the line was told of a bill, notice by notice."""
        return [event["body"]["status"] for event in self._notices(n)]

    def served_at(self, n: int) -> str:
        """When the line was told last."""
        return str(self._notices(n)[-1]["recorded_at"])

    def _notices(self, n: int) -> list[dict[str, Any]]:
        found = self.line.get(f"/v1/track/{self.number(n)}").json()["found"]
        events = [event for one in found for event in one["events"]]
        return [event for event in events if event["code"] == "customs.notice-served"]

    def selects(self, n: int) -> None:
        bills = self.officer.sees(self.number(n))
        done = self.officer.does(Kind.SELECT, bills=bills, reason="a look")
        assert done.json()["refused"] == 0, done.text


def test_no_filing_brings_out_what_an_officer_decided_and_did_not_serve(instance: Instance) -> None:
    call = Late(instance, "A")
    call.orders()
    call.files("F", 1, 2)
    wait(lambda: (call.told(1) and call.told(2)) or None)
    call.selects(1)
    # Another manifest of the call is told at once, and nothing of the first.
    call.files("O", 3)
    wait(lambda: call.told(3) or None)
    assert (call.told(1), call.told(2)) == (["not-selected"], ["not-selected"])
    # Nor does an amendment bring it out; and its silence points at no bill.
    call.files("G", 1, 2, amends="F")
    call.files("P", 4)  # judged and told after the amendment
    wait(lambda: call.told(4) or None)
    assert (call.told(1), call.told(2)) == (["not-selected"], ["not-selected"])
    assert call.officer.serves("9811000/001E") == 2
    assert call.told(1) == ["not-selected", "inspect"]
    assert call.told(2) == ["not-selected", "not-selected"]
    # What the line knows by now holds nothing back.
    call.files("H", 1, 2, amends="F")
    wait(lambda: len(call.told(2)) == 3 or None)
    assert call.told(1) == ["not-selected", "inspect", "inspect"]


def test_what_an_officer_decides_before_the_time_goes_out_with_the_first_serving(
    instance: Instance,
) -> None:
    call = Late(instance, "C")
    call.officer.orders(call.officer.publishes())  # six hours before arrival: not yet
    call.files("F", 1, 2)
    numbers = [call.number(n) for n in (1, 2)]
    wait(lambda: all(call.officer.sees(number)[0].version == 1 for number in numbers) or None)
    call.selects(1)
    assert (call.told(1), call.told(2)) == ([], [])
    with psycopg.connect(instance.dsn.admin or "") as conn:  # and now the time has come
        moved = conn.execute(
            "UPDATE judgement SET serve_at = clock_timestamp() WHERE manifest_id ="
            " (SELECT max(manifest_id) FROM bill WHERE number = %s)",
            [numbers[0]],
        )
        assert moved.rowcount == 1
    wait(lambda: call.told(2) or None)
    assert (call.told(1), call.told(2)) == (["inspect"], ["not-selected"])
    # All at one moment: nothing tells the bill that an officer had in his hands from the other.
    assert len({call.served_at(n) for n in (1, 2)}) == 1
    assert call.officer.serves("9811000/001E") == 0  # nothing was left over


def test_what_an_officer_decides_after_the_time_waits_though_nothing_was_served_yet(
    instance: Instance,
) -> None:
    call = Late(instance, "B")
    call.files("F", 1)
    wait(lambda: call.officer.sees(call.number(1)) or None)
    call.selects(1)
    call.orders()
    call.files("O", 2)
    wait(lambda: call.told(2) or None)
    assert call.told(1) == []
    call.officer.serves("9811000/001E")
    assert call.told(1) == ["inspect"]


def test_a_stream_resumes_where_it_was_left(instance: Instance) -> None:
    carrier = instance.let_in("fourth-line", "carrier", addresses=("CARRIER4:ZZZ",))
    first = heard(carrier, {}, 2)
    assert [name for _, name in first] == ["party.organisation-registered", "party.token-issued"]
    paper = manifest("R4", "DOC4").replace(b"CARRIER1", b"CARRIER4")
    carrier.post("/v1/messages", content=paper)
    then = heard(carrier, {"Last-Event-ID": first[-1][0]}, 1)
    assert then[0][1] == "message.received"
    assert int(then[0][0]) > int(first[-1][0])


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
