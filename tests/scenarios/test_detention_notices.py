"""A detention notice goes out, is acknowledged, answered with documents, extended, and ended."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from command_line import CommandLine
from event_batches import box_number, plain, states, told
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.customs.detention import Capacity
from waglan.customs.hold_list import HoldList, Row
from waglan.customs.notice_document import DOCUMENT_BYTES_MAX, DOCUMENTS_MAX
from waglan.customs.officer_act import ClearedPart, Kind, SeenNotice

VOYAGE, BOX = "9811000/001E", "CSQU3054383"
NUMBERS = count(1)
PDF = b"%PDF-1.7 a synthetic invoice"
PDF_TYPE = {"Content-Type": "application/pdf"}


@dataclass
class Quay:
    """A line, its terminal, an importer, a stranger, and the officer with whom the line files."""

    line: httpx.Client
    terminal: httpx.Client
    importer: httpx.Client
    stranger: httpx.Client
    officer: Officer

    def files(self, *, importer: str = "NOTEIMP", shows: bool = True, box: str = BOX) -> str:
        number = f"SYNNOTE{next(NUMBERS)}"
        bill = Paper(number, box=box)
        paper = manifest(Call("NOTELINE", "NOTECUSTOMS", f"N{next(NUMBERS)}"), bill)
        coded = paper.replace(b"NAD+CN+++", f"NAD+CN+{importer}++".encode())
        sent = filed(self.line, coded)
        assert sent["state"] == "accepted", sent["findings"]
        if shows:
            grant = {"bill": number, "receiver": "note-terminal", "view": "equipment", "days": 9}
            shown = self.line.post("/v1/grants", json=grant)
            assert shown.status_code == 201, shown.text
        return number

    def does(self, kind: Kind, number: str, **said: Any) -> None:
        done = self.officer.does(kind, bills=self.officer.sees(number), **said)
        assert done.status_code == 201, done.text

    def asks(self, number: str, days: int = 2) -> str:
        due = datetime.now(UTC) + timedelta(days=days)
        self.does(Kind.ASK_DOCUMENTS, number, reason="prices", documents=("invoice",), due=due)
        self.officer.serves(VOYAGE)
        return str(self.notice(self.line, number)["notice"])

    def detains(self, number: str) -> str:
        said = {"reason": "row 7 fired", "instruction": "Keep it closed."}
        self.does(Kind.DETAIN, number, **said)
        self.officer.serves(VOYAGE)
        return str(self.notice(self.line, number)["notice"])

    def notice(self, who: httpx.Client, bill: str) -> dict[str, Any]:
        found = who.get("/v1/notices", params={"bill": bill}).json()["notices"]
        return dict(found[0]) if found else {}

    def names(
        self, notice: str, party: str, capacity: Capacity = Capacity.TERMINAL, version: int = 0
    ) -> httpx.Response:
        said = {"party": PartyId(party), "capacity": capacity, "reason": "by telephone"}
        return self.officer.does(Kind.NAME_ADDRESSEE, notice=SeenNotice(notice, version), **said)

    def extends(self, notice: str, version: int, days: int = 5, **said: Any) -> httpx.Response:
        due = datetime.now(UTC) + timedelta(days=days)
        seen = SeenNotice(notice, version)
        return self.officer.does(
            Kind.EXTEND_NOTICE, notice=seen, due=due, reason="asked for by telephone", **said
        )


@pytest.fixture(scope="module")
def quay(instance: Instance) -> Quay:
    customs = instance.let_in("note-customs", "customs", addresses=("NOTECUSTOMS:ZZZ",))
    return Quay(
        instance.let_in("note-line", "carrier", addresses=("NOTELINE:ZZZ",)),
        instance.let_in("note-terminal", "terminal"),
        instance.let_in("note-importer", "trader", addresses=("NOTEIMP:ZZZ",)),
        instance.let_in("note-stranger", "terminal"),
        Officer(customs),
    )


def whole(who: httpx.Client, notice: str) -> dict[str, Any]:
    answer = who.get(f"/v1/notices/{notice}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def attach(who: httpx.Client, notice: str, data: bytes = PDF, **headers: str) -> httpx.Response:
    return who.post(
        f"/v1/notices/{notice}/documents", content=data, headers={**PDF_TYPE, **headers}
    )


def answer(who: httpx.Client, notice: str, *documents: str, text: str = "") -> httpx.Response:
    said = {"text": text, "documents": documents}
    return who.post(f"/v1/notices/{notice}/answers", json=said)


def acknowledge(who: httpx.Client, notice: str, version: int = 0) -> httpx.Response:
    return who.post(f"/v1/notices/{notice}/acknowledgement", json={"version": version})


def codes(answer: httpx.Response) -> list[str]:
    return [finding["code"] for finding in answer.json()["findings"]]


def test_a_detention_reaches_filer_terminal_and_consignee_and_none_before_it_is_served(
    quay: Quay,
) -> None:
    number = quay.files()
    everybody = (quay.line, quay.terminal, quay.importer)
    quay.does(Kind.DETAIN, number, reason="row 7 fired", instruction="Keep it closed.")
    assert [quay.notice(who, number) for who in (*everybody, quay.officer.desk)] == [{}] * 4
    quay.officer.serves(VOYAGE)
    seen = [quay.notice(who, number) for who in everybody]
    assert {one["notice"] for one in seen} == {seen[0]["notice"]}
    assert [one["capacities"] for one in seen] == [["filer"], ["terminal"], ["consignee"]]
    for one in seen:
        assert (one["kind"], one["state"], one["bill"]) == ("detention", "open", number)
        assert (one["boxes"], one["instruction"]) == (["CSQU3054383"], "Keep it closed.")
    assert quay.notice(quay.stranger, number) == {}
    notice = seen[0]["notice"]
    assert quay.stranger.get(f"/v1/notices/{notice}").status_code == 404
    # Its filer and customs see whom it reached; the others their own line alone.
    assert [a["capacity"] for a in whole(quay.line, notice)["addressees"]] == [
        "filer", "terminal", "consignee",
    ]  # fmt: skip
    assert [a["party"] for a in whole(quay.terminal, notice)["addressees"]] == ["note-terminal"]
    assert [a["party"] for a in whole(quay.importer, notice)["addressees"]] == ["note-importer"]
    for who in everybody:
        told = str(whole(who, notice)) + who.get("/v1/events", params={"limit": 500}).text
        assert "row 7 fired" not in told
        assert quay.officer.subject not in told
        assert notice in told
        assert notice in who.get(f"/v1/track/{number}").text


def test_who_is_not_known_here_is_stated_to_the_filer(quay: Quay) -> None:
    notice = quay.detains(quay.files(importer="NOBODYHERE", shows=False))
    told = [(a["capacity"], a["reach"], a["party"]) for a in whole(quay.line, notice)["addressees"]]
    assert told == [
        ("filer", "here", "note-line"),
        ("terminal", "unnamed", None),
        ("consignee", "elsewhere", None),
    ]
    assert quay.terminal.get(f"/v1/notices/{notice}").status_code == 404


def test_an_officer_names_who_was_missing_and_he_is_told_from_then_on(quay: Quay) -> None:
    number = quay.files(importer="NOBODYHERE", shows=False)
    notice = quay.detains(number)
    assert quay.extends(notice, 0, instruction="Move it to the bay.").status_code == 201
    assert quay.terminal.get(f"/v1/notices/{notice}").status_code == 404
    sheet = quay.officer.sheet(
        Kind.NAME_ADDRESSEE,
        notice=SeenNotice(notice, 1),
        party=PartyId("note-terminal"),
        capacity=Capacity.TERMINAL,
        reason="by telephone",
    )
    for _ in range(2):  # the same act again is the same act
        assert quay.officer.hands_in(sheet).status_code == 201
    told = whole(quay.terminal, notice)
    assert (told["capacities"], told["boxes"]) == (["terminal"], ["CSQU3054383"])
    assert told["instruction"] == "Keep it closed."
    assert [one["instruction"] for one in told["steps"]] == ["Move it to the bay."]
    assert [one["party"] for one in told["addressees"]] == ["note-terminal"]
    for who in (quay.line, quay.officer.desk):  # nobody says any more that no terminal is known
        reached = [(a["capacity"], a["party"]) for a in whole(who, notice)["addressees"]]
        assert reached == [
            ("filer", "note-line"),
            ("consignee", None),
            ("terminal", "note-terminal"),
        ]
    assert acknowledge(quay.terminal, notice, version=1).status_code == 201
    assert quay.names(notice, "note-importer", Capacity.CONSIGNEE, 1).status_code == 201
    assert answer(quay.importer, notice, text="The price is in box 9.").status_code == 201

    def addressed(who: httpx.Client) -> Any:
        events = who.get("/v1/events", params={"limit": 500}).json()["events"]
        found = [e["body"] for e in events if e["code"] == "customs.notice-addressed"]
        return [e["capacity"] for e in found if e["notice"] == notice] or None

    assert wait(lambda: addressed(quay.terminal)) == ["terminal"]
    wanted = ["filer", "terminal", "consignee", "terminal", "consignee"]  # two of them by name
    wait(lambda: addressed(quay.line) == wanted or None)
    assert "by telephone" not in quay.line.get("/v1/events", params={"limit": 500}).text


def test_nobody_is_named_who_has_no_place_in_a_notice(
    quay: Quay, instance: Instance, waglan: CommandLine, tmp_path: Path
) -> None:
    number = quay.files(shows=False)  # its consignee is here, its terminal is not known
    notice = quay.detains(number)
    for party, capacity, why in (
        ("note-terminal", Capacity.CONSIGNEE, "NOTICE-NOBODY-MISSING"),
        ("note-terminal", Capacity.AGENT, "NOTICE-NOBODY-MISSING"),
        ("note-importer", Capacity.TERMINAL, "NOTICE-PARTY-UNKNOWN"),
        ("note-customs", Capacity.TERMINAL, "NOTICE-PARTY-UNKNOWN"),
        ("note-nobody", Capacity.TERMINAL, "NOTICE-PARTY-UNKNOWN"),
    ):
        refused = quay.names(notice, party, capacity)
        assert (refused.status_code, codes(refused)) == (422, [why]), party
    key = tmp_path / "officer.pem"
    key.write_bytes(quay.officer.key.private_bytes_raw())
    key.chmod(0o600)
    waglan.operates(instance).signs_in(quay.officer.desk.headers["authorization"])
    words = ("--as", "terminal", "--key", str(key), "--reason", "by telephone")
    unread = waglan("desk", "name-addressee", f"{notice}=7", "note-terminal", *words)
    assert (unread.status, "NOTICE-MOVED-ON" in unread.err) == (1, True)
    named = waglan("desk", "name-addressee", f"{notice}=0", "note-terminal", *words)
    assert (named.status, named.out.split()[1]) == (0, notice), named.err
    again = quay.names(notice, "note-terminal")
    assert (again.status_code, codes(again)) == (422, ["NOTICE-TOLD-BEFORE"])
    late = quay.names(notice, "note-stranger", version=1)
    assert (late.status_code, codes(late)) == (409, ["NOTICE-MOVED-ON"])
    assert quay.names(notice, "note-stranger").status_code == 201  # two of them had a box of it
    assert quay.notice(quay.stranger, number)["notice"] == notice
    elsewhere = quay.names("DN-00000-00000", "note-terminal")
    assert (elsewhere.status_code, codes(elsewhere)) == (409, ["NOTICE-UNKNOWN"])


def test_each_addressee_acknowledges_for_himself_and_it_stands_in_the_log(quay: Quay) -> None:
    number = quay.files()
    notice = quay.detains(number)
    assert acknowledge(quay.terminal, notice).status_code == 201
    again = acknowledge(quay.terminal, notice)
    assert [s["step"] for s in again.json()["steps"]] == ["acknowledge"]
    assert whole(quay.line, notice)["steps"] == []  # another's is no business of his
    late = acknowledge(quay.line, notice, version=1)
    assert (late.status_code, codes(late)) == (409, ["NOTICE-MOVED-ON"])
    assert acknowledge(quay.line, notice).status_code == 201
    reached = {a["capacity"]: a["acknowledged_at"] for a in
               whole(quay.officer.desk, notice)["addressees"]}  # fmt: skip
    assert [capacity for capacity, at in reached.items() if at] == ["filer", "terminal"]
    person = quay.terminal.get("/v1/whoami").json()["accountable"]

    def logged() -> Any:
        told = quay.officer.desk.get("/v1/track/" + number).json()["found"][0]["events"]
        found = [e for e in told if e["code"] == "customs.notice-acknowledged"]
        return [e["body"]["by"] for e in found] if len(found) == 2 else None

    assert person in wait(logged)
    extended = quay.extends(notice, 0, instruction="Move it to the examination bay.")
    assert extended.status_code == 201, extended.text
    assert acknowledge(quay.terminal, notice).status_code == 409  # he has not read the new words
    steps = acknowledge(quay.terminal, notice, version=1).json()["steps"]
    assert [s["step"] for s in steps] == ["acknowledge", "extend", "acknowledge"]
    assert steps[1]["instruction"] == "Move it to the examination bay."
    assert (steps[1]["party"], steps[1]["by"]) == ("note-customs", None)


def test_documents_asked_come_back_as_they_were_sent_and_the_worklist_says_so(quay: Quay) -> None:
    number = quay.files()
    notice = quay.asks(number)
    told = whole(quay.line, notice)
    assert (told["kind"], told["documents_asked"]) == ("documents", ["invoice"])
    assert [a["capacity"] for a in told["addressees"]] == ["filer", "consignee"]
    waits(quay, number, "documents")
    taken = attach(quay.importer, notice)
    assert taken.status_code == 201, taken.text
    document = taken.json()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (document["sha256"], document["size"]) == (digest, len(PDF))
    path = f"/v1/notices/{notice}/documents/{document['id']}"
    # Handed in is not yet given: neither customs nor the bill's filer sees it.
    assert whole(quay.officer.desk, notice)["documents"] == []
    assert quay.officer.desk.get(path).status_code == 404
    done = answer(quay.importer, notice, document["id"], text="The price is in box 9.")
    assert (done.status_code, done.json()["state"]) == (201, "answered")
    seen = whole(quay.officer.desk, notice)
    assert (seen["steps"][0]["text"], seen["steps"][0]["documents"]) == (
        "The price is in box 9.", [document["id"]],
    )  # fmt: skip
    fetched = quay.officer.desk.get(path)
    assert (fetched.content, fetched.headers["content-type"]) == (PDF, "application/pdf")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert quay.line.get(path).status_code == 404
    assert "box 9" not in str(whole(quay.line, notice))
    waits(quay, number, "documents-came", "officer")
    # Not enough: asked again, the bill waits for papers again; then customs is content.
    assert quay.extends(notice, 1).status_code == 201
    waits(quay, number, "documents", "filer")
    assert whole(quay.line, notice)["state"] == "open"
    second = answer(quay.line, notice, text="Nothing more is known.")
    assert second.status_code == 201, second.text
    waits(quay, number, "documents-came", "officer")
    quay.does(Kind.CLEAR, number, reason="seen")
    assert whole(quay.line, notice)["state"] == "answered"  # nothing before it is served
    quay.officer.serves(VOYAGE)
    for who in (quay.line, quay.importer, quay.officer.desk):
        assert whole(who, notice)["state"] == "released"


def waits(quay: Quay, number: str, what: str, whom: str = "filer") -> None:
    def look() -> Any:
        found = quay.officer.desk.get("/v1/customs/worklist", params={"limit": 200}).json()
        return [b for b in found["bills"] if (b["number"], b["waits"]) == (number, what)] or None

    assert [bill["waits_for"] for bill in wait(look)] == [whom]


def test_a_part_is_let_go_the_rest_is_kept_and_a_seizure_ends_it(quay: Quay) -> None:
    number = quay.files()
    notice = quay.detains(number)
    box = (ClearedPart(goods=1, container="CSQU3054383", packages=4),)
    quay.does(Kind.CLEAR_PARTLY, number, reason="four cartons", parts=box)
    quay.officer.serves(VOYAGE)
    told = whole(quay.terminal, notice)
    assert told["state"] == "open"
    assert [(s["step"], s["boxes"]) for s in told["steps"]] == [
        ("release-part", ["CSQU3054383"])
    ]  # fmt: skip
    quay.does(Kind.SEIZE, number, reason="the rest is false")
    quay.officer.serves(VOYAGE)
    assert whole(quay.terminal, notice)["state"] == "seized"
    quay.does(Kind.LIFT, number, reason="given back")
    quay.officer.serves(VOYAGE)
    assert whole(quay.terminal, notice)["state"] == "seized"
    assert quay.notice(quay.terminal, number)["notice"] != notice  # detained again, by a new one


def held(quay: Quay, who: httpx.Client, number: str) -> Row | None:
    answer = wait(lambda: who.get(f"/v1/calls/{VOYAGE}/holds"))
    line, _, _ = answer.content.partition(b"\n")
    rows = msgspec.json.decode(line, type=HoldList).rows
    return next((row for row in rows if row.bill == number), None)


def test_a_terminals_hold_list_has_what_a_notice_told_it_to_hold_and_no_grant_showed_it(
    quay: Quay,
) -> None:
    box = box_number(77)
    number = quay.files(shows=False, box=box)
    of_call = {"imo": "9811000", "vessel": "SYNTHETIC STAR", "voyage": "001E"}
    moved = plain("hold-1", 77, size_type="22G1", direction="import", full=True, **of_call)
    assert states(told(quay.terminal, [moved])) == ["taken"]
    wait(lambda: "equipment.gate-out" in quay.line.get(f"/v1/track/{box}").text or None)
    quay.detains(number)
    row = held(quay, quay.terminal, number)
    assert row is not None
    assert (row.status, row.boxes, row.version) == (CustomsStatus.DETAINED, (box,), None)
    assert held(quay, quay.line, number) is not None
    part = (ClearedPart(goods=1, container=box, packages=4),)
    quay.does(Kind.CLEAR_PARTLY, number, reason="four cartons", parts=part)
    quay.officer.serves(VOYAGE)
    row = held(quay, quay.terminal, number)
    assert row is not None
    assert (row.status, row.boxes) == (CustomsStatus.PARTLY_CLEARED, (box,))
    quay.does(Kind.CLEAR, number, reason="all is right")
    quay.officer.serves(VOYAGE)
    # Cleared: the notice is over, and the terminal sees nothing else of the bill.
    assert held(quay, quay.terminal, number) is None


def test_a_graver_notice_stands_in_the_place_of_the_one_before(quay: Quay) -> None:
    number = quay.files()
    first = quay.asks(number)
    second = quay.detains(number)
    assert first != second
    assert [whole(quay.line, n)["state"] for n in (first, second)] == ["replaced", "open"]
    assert quay.terminal.get(f"/v1/notices/{first}").status_code == 404  # papers were not for him
    assert quay.notice(quay.terminal, number)["notice"] == second


@pytest.mark.parametrize("end", ["lift", "seize", "replace"])
def test_what_has_ended_takes_no_step_more_and_says_so(quay: Quay, end: str) -> None:
    number = quay.files()
    notice = quay.detains(number)
    document = attach(quay.line, notice).json()["id"]
    kind = {"lift": Kind.LIFT, "seize": Kind.SEIZE, "replace": Kind.SELECT}[end]
    quay.does(kind, number, reason="decided")
    quay.officer.serves(VOYAGE)
    version = whole(quay.line, notice)["version"]
    for refused in (
        acknowledge(quay.line, notice, version),
        attach(quay.line, notice),
        answer(quay.line, notice, document),
        quay.extends(notice, version),
        quay.names(notice, "note-stranger", version=version),
    ):
        assert (refused.status_code, codes(refused)) == (409, ["NOTICE-NOT-LAWFUL-NOW"])
    zh = quay.line.post(
        f"/v1/notices/{notice}/answers", json={"text": "x"}, headers={"Accept-Language": "zh-HK"}
    )
    assert "通知書" in zh.json()["findings"][0]["problem"]


def test_an_extension_gives_more_time_and_never_less(quay: Quay) -> None:
    notice = quay.asks(quay.files(), days=4)
    for days in (1, 3):
        refused = quay.extends(notice, 0, days)
        assert (refused.status_code, codes(refused)) == (422, ["NOTICE-TERM"])
    assert quay.extends(notice, 0, 6).status_code == 201
    refused = quay.extends(notice, 1, 5)  # later than at first, and earlier than now
    assert (refused.status_code, codes(refused)) == (422, ["NOTICE-TERM"])
    told = whole(quay.line, notice)
    assert [one["step"] for one in told["steps"]] == ["extend"]
    assert told["due"] == told["steps"][0]["due"]
    detained = quay.detains(quay.files())  # which named no day: any is later
    assert quay.extends(detained, 0, 1).status_code == 201


def test_two_officers_extend_at_once_and_one_of_them_is_told_what_stands(quay: Quay) -> None:
    notice = quay.asks(quay.files())
    with ThreadPoolExecutor(4) as officers:
        done = [*officers.map(lambda days: quay.extends(notice, 0, days), (3, 4, 5, 6))]
    assert sorted(one.status_code for one in done) == [201, 409, 409, 409]
    assert {code for one in done if one.status_code == 409 for code in codes(one)} == {
        "NOTICE-MOVED-ON"
    }
    assert [s["step"] for s in whole(quay.line, notice)["steps"]] == ["extend"]
    elsewhere = quay.extends("DN-00000-00000", 0)
    assert (elsewhere.status_code, codes(elsewhere)) == (409, ["NOTICE-UNKNOWN"])


def test_an_answer_and_an_end_at_once_leave_one_history_that_can_be_read(quay: Quay) -> None:
    number = quay.files()
    notice = quay.detains(number)
    quay.does(Kind.LIFT, number, reason="enough")
    with ThreadPoolExecutor(5) as crowd:
        ending = crowd.submit(quay.officer.serves, VOYAGE)
        answers = [crowd.submit(answer, quay.line, notice, text=f"word {n}") for n in range(4)]
        ending.result()
        said = [one.result().status_code for one in answers]
    assert set(said) <= {201, 409}
    told = whole(quay.line, notice)
    steps = [s["step"] for s in told["steps"]]
    assert (told["state"], steps) == ("released", ["answer"] * said.count(201) + ["release"])


def test_the_same_request_under_its_key_is_done_once(quay: Quay) -> None:
    notice = quay.asks(quay.files())
    key = {"Idempotency-Key": uuid4().hex}
    first, again = (attach(quay.line, notice, PDF, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = attach(quay.line, notice, PDF + b"!", **key)
    assert (other.status_code, other.json()["code"]) == (409, "key-used")
    said = {"documents": [first.json()["id"]]}
    key = {"Idempotency-Key": uuid4().hex}
    path = f"/v1/notices/{notice}/answers"
    done = [quay.line.post(path, json=said, headers=key) for _ in range(2)]
    assert [one.status_code for one in done] == [201, 200]
    assert [s["step"] for s in done[1].json()["steps"]] == ["answer"]
    given = quay.line.post(path, json=said)  # without the key: it was given before
    assert (given.status_code, codes(given)) == (422, ["NOTICE-DOCUMENT-UNKNOWN"])


def test_bad_documents_and_empty_answers_are_refused_with_what_to_do(quay: Quay) -> None:
    notice, other = quay.asks(quay.files()), quay.asks(quay.files())

    def refused(sent: httpx.Response) -> tuple[int, list[str]]:
        assert all(f["remedy"] for f in sent.json()["findings"])
        return sent.status_code, codes(sent)

    assert refused(attach(quay.line, notice, b"MZ")) == (422, ["NOTICE-DOCUMENT-FORM"])
    assert refused(attach(quay.line, notice, b"")) == (422, ["NOTICE-DOCUMENT-EMPTY"])
    html = attach(quay.line, notice, b"<html>", **{"Content-Type": "text/html"})
    assert refused(html) == (422, ["NOTICE-MEDIA-TYPE"])
    most = PDF.ljust(DOCUMENT_BYTES_MAX, b" ")
    assert attach(quay.line, notice, most).status_code == 201
    assert refused(attach(quay.line, notice, most + b" ")) == (413, ["HTTP-BODY-TOO-LARGE"])
    for _ in range(DOCUMENTS_MAX - 1):
        assert attach(quay.line, notice).status_code == 201
    assert refused(attach(quay.line, notice)) == (422, ["NOTICE-DOCUMENTS-MAX"])
    assert attach(quay.importer, notice).status_code == 201  # each has his own measure
    assert refused(answer(quay.line, notice, text=" ")) == (422, ["NOTICE-ANSWER-EMPTY"])
    foreign = attach(quay.importer, notice).json()["id"]
    elsewhere = attach(quay.line, other).json()["id"]
    for document in (foreign, elsewhere, str(uuid4())):
        refusal = refused(answer(quay.line, notice, document))
        assert refusal == (422, ["NOTICE-DOCUMENT-UNKNOWN"])
    assert whole(quay.officer.desk, notice)["documents"] == []


def test_pages_join_and_filters_hold(quay: Quay) -> None:
    numbers = [quay.files(shows=False) for _ in range(3)]
    for number in numbers:
        quay.does(Kind.DETAIN, number, reason="one more", instruction="Keep it.")
    quay.officer.serves(VOYAGE)
    ended = quay.notice(quay.line, numbers[0])["notice"]
    quay.does(Kind.LIFT, numbers[0], reason="enough")
    quay.officer.serves(VOYAGE)
    every = quay.line.get("/v1/notices", params={"limit": 200}).json()["notices"]
    found: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    while True:
        page = quay.line.get("/v1/notices", params={"limit": 2, **before}).json()
        found += page["notices"]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert found == every
    over = quay.line.get("/v1/notices", params={"ended": True, "limit": 200}).json()["notices"]
    assert ended in [one["notice"] for one in over]
    assert all(one["ended_at"] for one in over)
    open_ones = quay.line.get("/v1/notices", params={"ended": False, "limit": 200}).json()
    assert not {one["notice"] for one in open_ones["notices"]} & {o["notice"] for o in over}
    assert quay.line.get("/v1/notices", params={"call": "9811000/999E"}).json()["notices"] == []
    assert quay.line.get("/v1/notices?before=DN-00000-00000").status_code == 404
