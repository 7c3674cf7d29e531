"""What the day does over HTTP, against a scripted server that answers in the real one's shapes."""

import asyncio
import base64
from collections import Counter
from datetime import UTC, datetime
from functools import cache

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from scripted_desks import FEEDER, HEAVY, NOTICE, Desks, checked

from waglan.codes.data import read as read_data
from waglan.codes.finding import Severity
from waglan.codes.party import PartyId
from waglan.customs.officer_act import Kind, Sheet, faults, is_signed, read_sheet
from waglan.demo.client import Client, Declined
from waglan.demo.day import FORWARDERS_AT_ONCE, MissingToken, Plan, Step, run
from waglan.demo.notice import Answered
from waglan.demo.organisations import CUSTOMS, LINE, organisations
from waglan.demo.proof import Proof, proof
from waglan.demo.results import Results
from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.logbook.evidence import Bundle, Kept, Link, Standing
from waglan.logbook.note import Algorithm, SignerKey
from waglan.manifest.model import Function
from waglan.messages.edifact import read
from waglan.messages.envelope import Message

MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
TOKENS = {who.party: f"wgl_{who.party}" for who in organisations()}
SIGNER = SignerKey("demo.example/log", Algorithm.NOTE, Ed25519PrivateKey.generate())
CALL = "1234567/007E"


def evidence() -> tuple[bytes, bytes]:
    """A checkpoint over a log of one event, and the proof of that event."""
    kept = Kept(b'{"code":"bill.declared"}', bytes(16))
    checkpoint = Checkpoint(SIGNER.name, 1, kept.leaf)
    note = sign_checkpoint(checkpoint, [SIGNER])
    return note.encoded(), Bundle(kept, (Link(0, (), note),)).encoded()


class Port:
    """A server that remembers what it was asked and by whom."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.taken: dict[str, tuple[bytes, dict[str, object]]] = {}
        self.filed: list[tuple[str, Message | None, str]] = []  # party, what was read, state
        self.replays = 0
        self.now = self.most = 0
        self.officer_key = b""
        self.acts: list[Sheet] = []
        self.looks = 0
        self.notices_served = False
        self.sampled = False
        self.checkpoint, self.bundle = evidence()
        self.is_down = False
        self.desks = Desks()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        party = request.headers.get("Authorization", "").removeprefix("Bearer wgl_")
        path = request.url.path
        self.asked.append((party, request.method, path))
        if self.is_down:
            return problem(503, "The port is closed")
        if (request.method, path) == ("POST", "/v1/messages"):
            return await self._message(party, request)
        if path == "/v1/checks":
            return checked(request.content)
        if path == "/v1/persons" and party == CUSTOMS.party:
            return httpx.Response(201, json={"secret": f"wgl_{CUSTOMS.party}", "subject": "sub_2"})
        if (desks := self.desks.answer(party, request)) is not None:
            return desks
        if path.startswith("/v1/customs/"):
            assert party == CUSTOMS.party
            return self._customs(request)
        return self._read(path)

    async def _message(self, party: str, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        key, body = request.headers["Idempotency-Key"], request.content
        if key in self.taken:
            old, said = self.taken[key]
            assert old == body
            self.replays += 1
            return httpx.Response(200, json=said, headers={"Waglan-Replayed": "true"})
        items = list(read([body])) if "edifact" in request.headers["Content-Type"] else []
        findings = [finding for item in items for finding in item.findings]
        wrong = any(finding.severity is Severity.ERROR for finding in findings)
        state = "refused" if wrong else "accepted"
        message = next((item for item in items if isinstance(item, Message)), None)
        self.filed.append((party, message, state))
        shown = [
            {"code": f.code, "severity": f.severity.value, "problem": "p", "remedy": "r", "x": 1}
            for f in findings
        ]
        said = {"id": key, "state": state, "findings": shown, "answers": [], "size": len(body)}
        self.taken[key] = (body, said)
        return httpx.Response(201, json=said)

    def _customs(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/tables"):
            assert request.content == read_data("demo/tables/risk.json").encode()
            return httpx.Response(201, json={"sha256": "ab" * 32, "findings": []})
        if path.endswith("/officer-keys") and self.officer_key:
            self.second_key = base64.b64decode(msgspec.json.decode(request.content)["public_key"])
            return httpx.Response(201, json={"officer": "sub_2"})
        if path.endswith("/officer-keys"):
            self.officer_key = base64.b64decode(msgspec.json.decode(request.content)["public_key"])
            return httpx.Response(201, json={"officer": "sub_1"})
        if path.endswith("/standing-orders"):
            signed = msgspec.json.decode(request.content)
            order = base64.b64decode(signed["body"])
            signature = base64.b64decode(signed["signature"])
            Ed25519PublicKey.from_public_bytes(self.officer_key).verify(signature, order)
            order_id = msgspec.json.decode(order)["id"]
            return httpx.Response(201, json={"order_id": order_id, "findings": []})
        if path.endswith("/summary"):
            assert path in {f"/v1/customs/calls/{one}/summary" for one in (CALL, FEEDER)}
            return httpx.Response(200, json=self._summary())
        if path == "/v1/customs/bills/B":
            stands = {"version": 1, "status": "inspect"} if self.sampled else {"version": 0}
            stands |= {"filed_version": 1}
            return httpx.Response(
                200, json={"bills": [{"filer": "f", "number": "B", "parent": "", **stands}]}
            )
        if path.endswith("/bills"):
            bills = [{"number": "A", "status": "not-selected"}, {"number": "B", "status": None}]
            if not request.url.query:
                return httpx.Response(200, json={"bills": bills[:1], "next": 1})
            return httpx.Response(200, json={"bills": bills[1:], "next": None})
        assert path == "/v1/customs/acts"
        signed = msgspec.json.decode(request.content)
        body, signature = (base64.b64decode(signed[part]) for part in ("body", "signature"))
        sheet = read_sheet(body)
        assert sheet is not None
        key = self.officer_key if sheet.officer == "sub_1" else self.second_key
        assert is_signed(body, signature, key)
        assert faults(sheet, now=MORNING) == []
        self.acts.append(sheet)
        assert sheet.act is not Kind.PUBLISH_TABLE or sheet.officer == "sub_2"
        if sheet.act is not Kind.SERVE:
            return httpx.Response(201, json={"act": sheet.id, "done": 1, "notices": None})
        assert sheet.call in (CALL, FEEDER)
        self.notices_served = True
        return httpx.Response(201, json={"act": sheet.id, "done": 0, "notices": 4_500})

    def _summary(self) -> dict[str, object]:
        self.looks += 1
        decided = min((self.looks - 1) * 1_500, 4_500)
        return {
            "call": CALL,
            "arrives_at": "2026-11-23T02:00:00Z",
            "bills": 4_600,
            "decided": decided,
            "decided_before_arrival": max(decided - 1, 0),
            "by_status": {"inspect": 7, "not-selected": decided - 7} if decided else {},
            "undecided": 4_600 - decided,
            "served": 0,
            "seconds_to_decision": [1.0, 2.0] if decided else [],
        }

    def _read(self, path: str) -> httpx.Response:
        if path == "/v1/keys":
            return httpx.Response(200, content=self.bundle)
        if path == "/log/checkpoint":
            return httpx.Response(200, content=self.checkpoint)
        if path.startswith("/v1/evidence/"):
            return httpx.Response(200, content=self.bundle)
        if path.startswith("/v1/track/"):
            events = [{"seq": None, "code": "bill.declared"}, {"seq": 0, "code": "bill.declared"}]
            return httpx.Response(200, json={"key": "x", "found": [{"events": events}]})
        if path == "/v1/manifests":
            manifest = {"id": "m1", "document": "d", "version": 1, "bills": 2}
            return httpx.Response(200, json={"manifests": [manifest], "next": None})
        if path.endswith("/answers"):
            kinds = ["CONTRL", *(["CUSRES"] if self.notices_served else [])]
            return httpx.Response(200, json=[{"kind": k, "href": f"{path}/{k}"} for k in kinds])
        return httpx.Response(200, content=b"UNB+UNOC:3")


def problem(status: int, title: str) -> httpx.Response:
    return httpx.Response(status, json={"title": title, "status": status, "code": "x"})


def live(port: Port) -> tuple[Results, list[Step]]:
    steps: list[Step] = []
    plan = Plan(seed=7, now=MORNING, fast=True, log_key=SIGNER.verifier.text)
    transport = httpx.MockTransport(port)
    return asyncio.run(run("http://port.example", TOKENS, plan, steps.append, transport)), steps


def proven(log_key: str | None) -> Proof:
    async def asked() -> Proof:
        transport = httpx.MockTransport(Port())
        async with httpx.AsyncClient(base_url="http://port.example", transport=transport) as http:
            return await proof(Client(http, TOKENS[LINE.party], "en"), "A", log_key)

    return asyncio.run(asked())


@cache
def day() -> tuple[Port, Results, list[Step]]:
    port = Port()
    return port, *live(port)


def test_the_line_files_its_parts_out_of_order_and_one_of_them_twice() -> None:
    port, results, _ = day()
    parts = [
        message.part.number
        for party, message, _ in port.filed
        if party == LINE.party and message and message.part
    ]
    assert parts == [3, 1, 2, 1]  # the last is all of the small ship's manifest
    assert port.replays == results.filed.replayed == 1


def test_nothing_is_filed_before_an_officer_has_signed() -> None:
    port, *_ = day()
    paths = [path for _, _, path in port.asked]
    assert paths.index("/v1/customs/standing-orders") < paths.index("/v1/messages")


def test_at_most_four_forwarders_file_at_once() -> None:
    port, *_ = day()
    assert 1 < port.most <= FORWARDERS_AT_ONCE


def test_who_is_refused_sends_again_and_is_taken() -> None:
    port, results, steps = day()
    refused = [party for party, _, state in port.filed if state == "refused"]
    assert len(refused) == len(set(refused)) == results.filed.refused == 2
    for party in refused:
        assert [state for who, _, state in port.filed if who == party] == ["refused", "accepted"]
    assert [step.name for step in steps].count("resent") == 2


def test_a_forwarder_amends_what_it_filed() -> None:
    port, *_ = day()
    functions = Counter(
        message.part.head.function
        for _, message, state in port.filed
        if message and message.part and state == "accepted"
    )
    # Three parts and the small ship's manifest, and what each forwarder files.
    assert functions == {Function.ORIGINAL: 3 + 1 + 25, Function.CHANGE: 1}


def test_who_has_a_file_checked_sends_only_what_would_be_accepted() -> None:
    port, results, steps = day()
    [careful] = [step.params["party"] for step in steps if step.name == "checked"]
    asked = [path for party, _, path in port.asked if party == careful]
    assert asked.count("/v1/checks") == 2
    assert [state for party, _, state in port.filed if party == careful] == ["accepted"]
    assert [finding.code for finding in results.desks.saved] == ["HK-MAN-020"]
    assert [step.name for step in steps].count("mended") == 1


def test_a_draft_is_mended_by_what_two_sources_say_and_approved_by_who_signed_in() -> None:
    port, results, _ = day()
    made = results.desks.by_hand
    assert [(one.kept, one.lost) for one in made.conflicts] == [(1_000_000, 880_000)]
    assert port.desks.chosen == {"bills/X/gross_mass_g": 2}
    assert [finding.code for finding in made.stopped] == ["DRAFT-CONFLICT"]
    assert (made.fields, made.typed, made.papers, made.state) == (2, 1, 5, "accepted")
    assert port.desks.approved_by == "approver"
    assert len(port.desks.password) > 15


def test_the_box_that_quay_and_list_differ_about_is_inspected_and_examined() -> None:
    port, results, _ = day()
    ashore = results.desks.ashore
    assert ashore.listed.differences[0].box == HEAVY
    kinds = [act.act for act in port.acts if act.act not in (Kind.SERVE, Kind.PUBLISH_TABLE)]
    assert kinds == [Kind.DETAIN, Kind.SELECT, Kind.EXAMINE, Kind.CLEAR_CONDITIONALLY]
    assert (ashore.bill, ashore.result) == ("B", "quantity-differs")


def test_a_box_that_the_sample_has_taken_already_is_examined_all_the_same() -> None:
    port = Port()
    port.sampled = True
    live(port)
    kinds = [act.act for act in port.acts if act.act not in (Kind.SERVE, Kind.PUBLISH_TABLE)]
    assert kinds == [Kind.DETAIN, Kind.EXAMINE, Kind.CLEAR_CONDITIONALLY]


def test_a_status_whose_keys_the_log_does_not_prove_is_called_unproven() -> None:
    _, results, steps = day()
    assert results.desks.ashore.stated.status is None
    assert "unstated" in [step.name for step in steps]
    assert "stated" not in [step.name for step in steps]


def test_the_officer_detains_a_bill_that_waits_for_him() -> None:
    port, results, _ = day()
    assert results.detained == "B"
    [detained] = [act for act in port.acts if act.act is Kind.DETAIN]
    assert [bill.number for bill in detained.bills] == ["B"]


def test_the_detained_bills_filer_answers_with_a_document_that_customs_sees() -> None:
    port, results, steps = day()
    assert port.desks.about_notice == ["acknowledgement", "documents", "answers"]
    assert results.desks.answered == Answered(NOTICE, "answered", 1)
    [told] = [step.params for step in steps if step.name == "notice"]
    assert told == {"notice": NOTICE, "bill": "B", "documents": 1}


def test_every_figure_is_an_answer_of_the_server() -> None:
    port, results, _ = day()
    assert (results.bills, results.undecided) == (4_600, 100)
    assert results.decided_before_arrival == 4_499
    assert results.by_status == (("not-selected", 4_493), ("inspect", 7))
    assert results.seconds_to_decision == (1.0, 2.0)
    codes = {told.finding.code: told.times for told in results.findings}
    assert codes["EDIFACT-UNT-COUNT"] == 1
    assert dict(results.answers)["CONTRL"] == len(port.taken)


def test_the_proof_is_checked_here_and_nobody_pretends_it_was_witnessed() -> None:
    _, results, _ = day()
    assert results.proof.standing is Standing.SIGNED
    assert (results.proof.size, results.proof.seq) == (1, 0)


def test_a_proof_under_another_key_is_unproven() -> None:
    other = SignerKey(SIGNER.name, Algorithm.NOTE, Ed25519PrivateKey.generate())
    assert proven(other.verifier.text).standing is Standing.UNPROVEN


def test_without_the_logs_key_nothing_is_said_of_the_proof() -> None:
    assert proven(None).standing is None


def test_a_day_without_everybodys_token_does_not_begin() -> None:
    plan = Plan(seed=7, now=MORNING, fast=True)
    with pytest.raises(MissingToken, match="synthetic-forwarder-03"):
        asyncio.run(
            run(
                "http://port.example",
                {p: t for p, t in TOKENS.items() if p != PartyId("synthetic-forwarder-03")},
                plan,
                lambda step: None,
                httpx.MockTransport(Port()),
            )
        )


def test_a_server_that_declines_ends_the_day_with_its_own_words() -> None:
    port = Port()
    port.is_down = True
    with pytest.raises(Declined, match="The port is closed"):
        live(port)


def test_a_server_that_closes_while_forwarders_file_ends_the_day_with_its_own_words() -> None:
    port = Port()

    def report(step: Step) -> None:
        port.is_down = port.is_down or step.name == "house_filed"

    plan = Plan(seed=7, now=MORNING, fast=True)
    with pytest.raises(Declined, match="The port is closed"):
        asyncio.run(run("http://port.example", TOKENS, plan, report, httpx.MockTransport(port)))


def test_a_day_that_is_stopped_leaves_no_connection_open() -> None:
    class Watched(httpx.MockTransport):
        is_closed = False

        async def aclose(self) -> None:
            self.is_closed = True

    transport = Watched(Port())

    async def stopped() -> None:
        filing = asyncio.Event()

        def report(step: Step) -> None:
            if step.name == "house_filed":
                filing.set()

        plan = Plan(seed=7, now=MORNING, fast=True)
        task = asyncio.create_task(run("http://port.example", TOKENS, plan, report, transport))
        await filing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(stopped())
    assert transport.is_closed
