"""A person asks to be forgotten: his traces go, and the log proves on."""

from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import Officer, filed, manifest, wait
from running_instance import ORIGIN, Instance
from shipping_papers import Call, Paper
from shipping_papers import manifest as shipped

from waglan.customs.officer_act import Kind
from waglan.logbook.evidence import Erased, Standing, Trust, verify
from waglan.logbook.note import Algorithm, SignerKey
from waglan.logbook.quorum import Quorum

NOBODY = SignerKey("witness.test", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate()).verifier


def erase(instance: Instance, kind: str, target: str, rule: str = "PDPO s.26") -> dict[str, Any]:
    wish = {"kind": kind, "target": target, "rule": rule}
    answer = instance.operator.post("/v1/erasures", json=wish)
    assert answer.status_code == 202, answer.text

    def done() -> dict[str, Any] | None:
        shown = instance.operator.get(f"/v1/erasures/{answer.json()['id']}").json()
        return dict(shown) if shown["state"] == "done" else None

    return dict(wait(done, 30))


def test_a_person_is_erased_from_bills_and_messages_and_others_stay(instance: Instance) -> None:
    carrier = instance.let_in("erase-line", "carrier", addresses=("CARRIER1:ZZZ",))
    instance.let_in("erase-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    paper = manifest("E1", "DOCE1").replace(b"SAMPLE IMPORTS 0002 LTD", b"SPECIMEN KA FAI")
    first = filed(carrier, paper)
    assert first["state"] == "accepted", first["findings"]
    refused = filed(carrier, paper.replace(b"+E1'", b"+E2'").replace(b"UNT+24", b"UNT+99"))
    assert refused["state"] == "refused"
    third = manifest("E3", "DOCE3").replace(b"SYNB0001", b"SYNB0003")
    third = third.replace(b"95B:UN'", b"95B:UN+ACC3'")
    other = filed(carrier, third)
    assert other["state"] == "accepted", other["findings"]
    assert carrier.get(f"/v1/messages/{first['id']}/raw").content == paper
    done = erase(instance, "name", "Specimen  ka fai")
    assert (done["bills"], done["messages"], done["still_named"]) == (1, 2, [])
    for gone in (first, refused):
        assert carrier.get(f"/v1/messages/{gone['id']}/raw").content == b""
        assert carrier.get(f"/v1/messages/{gone['id']}/answers").json() == []
        assert carrier.get(f"/v1/messages/{gone['id']}").json()["state"] == gone["state"]
    assert b"SAMPLE IMPORTS" in carrier.get(f"/v1/messages/{other['id']}/raw").content
    told = carrier.get(f"/v1/track/{first['id']}", params={"kind": "message"}).json()["found"]
    assert [e["code"] for one in told for e in one["events"]].count("privacy.subject-erased") == 1


@pytest.mark.parametrize(
    ("level", "codec", "name"),
    [
        ("UNOD", "iso8859-2", "Wzorowa Łucja"),
        ("UNOE", "iso8859-5", "Образцов Иван"),
        ("UNOF", "iso8859-7", "Δείγμας Νίκος"),
        ("UNOJ", "iso8859-8", "דוגמה ישראל"),
        ("UNOX", "iso2022_jp", "見本太郎"),
        ("UNOC", "utf-16", "Образцов Пётр"),
    ],
)
def test_a_name_goes_from_refused_messages_in_whatever_characters_they_came(
    instance: Instance, level: str, codec: str, name: str
) -> None:
    carrier = instance.let_in(f"line-{level.lower()}", "carrier", addresses=(f"{level}C:ZZZ",))
    text = manifest("R1", "DR").decode("ascii").replace("SAMPLE IMPORTS 0002 LTD", name)
    text = text.replace("UNOC", level).replace("UNT+24", "UNT+99").replace("CARRIER1", f"{level}C")
    assert f"UNB+{level}" in text
    refused = filed(carrier, text.encode(codec))
    assert refused["state"] == "refused"
    done = erase(instance, "name", name)
    assert done["messages"] == 1
    assert carrier.get(f"/v1/messages/{refused['id']}/raw").content == b""


def test_a_name_goes_from_a_part_whose_manifest_still_waits_for_others(instance: Instance) -> None:
    line = instance.let_in("open-line", "carrier", addresses=("OPENLINE:ZZZ",))
    instance.let_in("open-customs", "customs", addresses=("OPENCUSTOMS:ZZZ",))
    name = "SPECIMEN LAI SHAN"
    papers = []
    for number, final in ((1, ""), (2, ":F")):
        paper = manifest(f"OPEN{number}", "DOCOPEN").replace(b"CARRIER1", b"OPENLINE")
        paper = paper.replace(b"HKCUSTOMS", b"OPENCUSTOMS").replace(
            b"UNT+24+1", b"UNT+24+%d" % number
        )
        paper = paper.replace(
            b"UNH+1+CUSCAR:D:95B:UN", f"UNH+{number}+CUSCAR:D:95B:UN+OPEN+{number}{final}".encode()
        )
        papers.append(paper.replace(b"SYNB0001", b"SYNOPEN%d" % number))
    papers[0] = papers[0].replace(b"SAMPLE IMPORTS 0002 LTD", name.encode())
    first = filed(line, papers[0])
    assert (first["state"], first["findings"]) == ("accepted", [])
    assert erase(instance, "name", name)["messages"] == 1
    assert line.get(f"/v1/messages/{first['id']}/raw").content == b""
    last = filed(line, papers[1])
    assert [f["code"] for f in last["findings"]] == ["MANIFEST-PART-ERASED"]


@pytest.mark.parametrize("level", ["UNOA", "UNOC"])
@pytest.mark.parametrize("codec", ["big5hkscs", "gb18030"])
def test_a_name_goes_from_a_filed_bill_whose_characters_were_read_wrongly(
    instance: Instance, level: str, codec: str
) -> None:
    of = f"{level}{codec[:3]}".upper()
    line = instance.let_in(f"line-{of.lower()}", "carrier", addresses=(f"{of}L:ZZZ",))
    instance.let_in(f"customs-{of.lower()}", "customs", addresses=(f"{of}C:ZZZ",))
    name = "\u6a23\u672c\u5065\u660e"
    text = manifest(of, f"DOC{of}").decode("ascii").replace("SAMPLE IMPORTS 0002 LTD", name)
    text = text.replace("UNOC", level).replace("CARRIER1", f"{of}L").replace("HKCUSTOMS", f"{of}C")
    shown = filed(line, text.replace("SYNB0001", f"SYN{of}").encode(codec))
    assert shown["state"] == "accepted", shown["findings"]
    done = erase(instance, "name", name)
    assert (done["bills"], done["messages"]) == (1, 1)
    told = line.get(f"/v1/track/SYN{of}").json()["found"][0]
    garbled = name.encode(codec).decode("latin-1")
    assert garbled not in str(told)
    assert [p["name"] for one in told["named"] for p in one["parties"]] == [
        "SAMPLE TRADING 0001 LTD"
    ]


def test_a_person_is_erased_from_answers_to_notices_and_that_they_came_stays(
    instance: Instance,
) -> None:
    line = instance.let_in("answer-line", "carrier", addresses=("ANSWERLINE:ZZZ",))
    customs = instance.let_in("answer-customs", "customs", addresses=("ANSWERCUSTOMS:ZZZ",))
    officer = Officer(customs)
    paper = shipped(Call("ANSWERLINE", "ANSWERCUSTOMS", "ANS1"), Paper("SYNANS1"))
    assert filed(line, paper)["state"] == "accepted"
    seen = officer.sees("SYNANS1")
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert officer.does(Kind.DETAIN, bills=seen, **said).status_code == 201
    officer.serves("9811000/001E")
    [notice] = line.get("/v1/notices").json()["notices"]
    path = f"/v1/notices/{notice['notice']}"
    letters = {"Content-Type": "text/plain"}
    named, other = (
        line.post(f"{path}/documents", content=text, headers=letters).json()["id"]
        for text in (b"signed by Specimen Wai Man", b"signed by somebody else")
    )
    told = {"text": "Ask SPECIMEN WAI MAN.", "documents": [named, other]}
    assert line.post(f"{path}/answers", json=told).status_code == 201
    done = erase(instance, "name", "Specimen Wai Man")
    assert done["still_named"] == []
    for who in (line, customs):
        shown = who.get(path).json()
        assert [(d["id"], d["erased"]) for d in shown["documents"]] == [
            (named, True),
            (other, False),
        ]
        assert (shown["state"], shown["steps"][0]["text"]) == ("answered", None)
        assert who.get(f"{path}/documents/{named}").status_code == 404
        assert who.get(f"{path}/documents/{other}").content == b"signed by somebody else"


def test_a_person_is_erased_from_drafts_addresses_and_letters_and_their_steps_stay(
    instance: Instance,
) -> None:
    forwarder = instance.let_in("sheet-firm", "forwarder")
    consignee = "bills/1/consignee/name"
    drafts = []
    for name in ("SPECIMEN SIU MING LTD", "SAMPLE OTHER LTD"):
        new = {"profile": "hk-road-aci", "fields": {consignee: name}}
        answer = forwarder.post("/v1/drafts", json=new)
        assert answer.status_code == 201, answer.text
        drafts.append(answer.json())
    gone, other = drafts
    # What was typed over is named there as well.
    change = {"step": 1, "fields": {consignee: "SAMPLE OTHER LTD"}}
    assert forwarder.patch(f"/v1/drafts/{gone['id']}", json=change).status_code == 200
    note = {"name": "SAMPLE CO", "note": "ask for Specimen Siu Ming Ltd"}
    assert forwarder.post("/v1/addresses", json=note).status_code == 201
    done = erase(instance, "name", "Specimen  siu ming ltd")
    assert (done["sheets"], done["still_named"]) == (2, [])
    left = forwarder.get(f"/v1/drafts/{gone['id']}").json()
    assert (left["erased"], left["fields"], len(left["steps"])) == (True, [], 2)
    assert forwarder.get(f"/v1/drafts/{gone['id']}/check").status_code == 404
    for path, body in (("submit", {"step": 2}), ("amend", None)):
        answer = forwarder.post(f"/v1/drafts/{gone['id']}/{path}", json=body)
        assert answer.status_code in (404, 422), path
    assert forwarder.patch(f"/v1/drafts/{gone['id']}", json={"step": 2}).status_code == 404
    assert forwarder.delete(f"/v1/drafts/{gone['id']}?step=2").status_code == 404
    assert forwarder.get("/v1/addresses").json()["addresses"] == []
    assert forwarder.get(f"/v1/drafts/{other['id']}").json() == other
    assert {one["erased"] for one in forwarder.get("/v1/drafts").json()["drafts"]} == {True, False}
    told = forwarder.get(f"/v1/track/{gone['id']}", params={"kind": "draft"}).json()["found"]
    assert [e["code"] for one in told for e in one["events"]] == ["draft.changed"] * 2


def test_what_was_erased_is_not_missing_when_another_bill_is_added(instance: Instance) -> None:
    line = instance.let_in("added-line", "carrier", addresses=("ADDEDLINE:ZZZ",))
    customs = instance.let_in("added-customs", "customs", addresses=("ADDEDCUSTOMS:ZZZ",))
    name = b"SPECIMEN CHAN TAI MAN"
    first = shipped(Call("ADDEDLINE", "ADDEDCUSTOMS", "ADD1"), Paper("SYNADD1"))
    done = filed(line, first.replace(b"SAMPLE IMPORTS 1 LTD", name))
    erase(instance, "name", name.decode())
    more = shipped(Call("ADDEDLINE", "ADDEDCUSTOMS", "ADD2"), Paper("SYNADD2"))
    more = more.replace(b"DOC-ADD2+9'", b"DOC-ADD1+2'RFF+ACW:1'")
    count = more.count(b"'") - 2 - 1
    added = filed(line, more.replace(b"UNT+%d" % (count - 1), b"UNT+%d" % count))
    assert added["state"] == "accepted", added["findings"]
    codes = [finding["code"] for finding in added["findings"]]
    assert [code for code in codes if code.startswith("HK-60C")] == []
    assert sorted(codes) == sorted(finding["code"] for finding in done["findings"])
    for who in (line, customs):
        for number, is_erased in (("SYNADD1", True), ("SYNADD2", False)):
            [bill] = who.get(f"/v1/track/{number}").json()["found"]
            assert [one["erased"] for one in bill["named"]] == [is_erased]


def test_an_event_that_names_somebody_is_erased_and_its_proof_says_so(instance: Instance) -> None:
    carrier = instance.let_in("event-line", "carrier", addresses=("CARRIER8:ZZZ",))
    instance.let_in("event-customs", "customs", addresses=("CUSTOMS8:ZZZ",))
    paper = manifest("V1", "DOCV1").replace(b"CARRIER1", b"CARRIER8")
    paper = paper.replace(b"HKCUSTOMS", b"CUSTOMS8").replace(b"SYNB0001", b"SYNB0008")
    paper = paper.replace(b"COTTON T-SHIRTS", b"SHIRTS OF WONG TAI MAN")
    assert filed(carrier, paper)["state"] == "accepted"
    seq = wait(lambda: carrier.get("/v1/track/SYNB0008").json()["found"][0]["events"][0]["seq"])
    assert erase(instance, "name", "WONG TAI MAN")["still_named"] == [seq]
    assert erase(instance, "event", str(seq))["events"] == 1
    trust = Trust({ORIGIN: [instance.log_key]}, Quorum(1, (NOBODY,)))
    bundle = wait(lambda: carrier.get(f"/v1/evidence/{seq}"))
    verdict = verify(bundle.content, trust)
    assert verdict.standing is Standing.SIGNED
    assert isinstance(verdict.said, Erased)
    assert verdict.said.under == "PDPO s.26"
    assert b"WONG" not in bundle.content
    assert carrier.get("/v1/track/SYNB0008").status_code == 404


def test_a_person_of_an_organisation_and_one_message_are_erased_by_their_ids(
    instance: Instance,
) -> None:
    trader = instance.let_in("id-line", "carrier", addresses=("CARRIER9:ZZZ",))
    sent = filed(trader, b"not a message at all")
    assert erase(instance, "message", sent["id"])["messages"] == 1
    assert erase(instance, "message", sent["id"])["messages"] == 0
    assert erase(instance, "name", "Sample Person of id-line")["persons"] == 1
    assert trader.get("/v1/whoami").status_code == 401


def test_an_erased_officer_decides_nothing_in_his_name_or_any_other(instance: Instance) -> None:
    line = instance.let_in("gone-line", "carrier", addresses=("GONELINE:ZZZ",))
    customs = instance.let_in("gone-customs", "customs", addresses=("GONECUSTOMS:ZZZ",))
    officer = Officer(customs)
    gone = officer.colleague()
    gone.orders(officer.publishes())
    done = erase(instance, "subject", gone.subject)
    assert done["persons"] == 1
    assert gone.desk.get("/v1/whoami").status_code == 401
    assert gone.does(Kind.SERVE, call="9811000/001E").status_code == 401
    more = {"name": "Sample Friend", "scopes": ["read", "decide", "admin"], "days": 1}
    assert gone.desk.post("/v1/persons", json=more).status_code == 401
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert order["state"] == "revoked"
    keys = customs.get("/v1/customs/officer-keys").json()["keys"]
    ended = {one["officer"]: one["ended_by"] for one in keys}
    assert (ended[gone.subject], ended[officer.subject]) == (f"erasure:{done['id']}", None)
    assert (
        filed(line, shipped(Call("GONELINE", "GONECUSTOMS", "GONE1"), Paper("SYNGONE1")))["state"]
        == "accepted"
    )
    wait(lambda: customs.get("/v1/customs/worklist").json()["bills"] or None)
    [bill] = customs.get("/v1/customs/bills/SYNGONE1").json()["bills"]
    assert bill["status"] is None
    by = f"erasure:{done['id']}"

    def told() -> list[str] | None:
        found = customs.get("/v1/events?limit=500").json()["events"]
        codes = [one["code"] for one in found if one["body"].get("by") == by]
        return codes if len(codes) >= 3 else None

    codes = ["log.key-ended", "customs.standing-order-revoked", "party.person-left"]
    assert sorted(wait(told)) == sorted(codes)


def test_who_is_erased_has_no_session_and_his_machine_waits_for_who_answers(
    instance: Instance,
) -> None:
    boss = instance.let_in("heir-firm", "forwarder")
    firm_of = {"roles": ["administrator", "approver"]}
    clerk = {"name": "Sample Clerk", "login": "clerk@example.org", **firm_of}
    new = boss.post("/v1/persons", json=clerk).json()
    secret, word = new["link"].split("#")[1], "three boats off the ninth pier"
    used = boss.post("/v1/links/use", json={"secret": secret, "password": word})
    assert used.status_code == 200, used.text
    who = {"party": "heir-firm", "login": "clerk@example.org", "password": word}
    session = instance.client(boss.post("/v1/sign-in", json=who).json()["secret"])
    assert session.get("/v1/whoami").status_code == 200
    made = {"label": "a machine", "accountable_name": "Sample Clerk"}
    credential = boss.post("/v1/credentials", json=made).json()["credential"]
    wish = {"client": "machine", "scopes": ["read"], "days": 1, "credential": credential}
    machine = instance.client(boss.post("/v1/tokens", json=wish).json()["secret"])
    assert machine.get("/v1/whoami").json()["accountable"] == new["person"]
    assert erase(instance, "name", "Sample Clerk")["persons"] == 1
    assert session.get("/v1/whoami").status_code == 401
    assert machine.get("/v1/whoami").status_code == 401
    departure = f"/v1/persons/{new['person']}/departure"
    refused = boss.post(departure, json={})
    assert [one["code"] for one in refused.json()["findings"]] == ["PERSON-HANDS-OVER"]
    heir = boss.get("/v1/whoami").json()["accountable"]
    left = boss.post(departure, json={"successor": heir})
    assert (left.status_code, left.json()["credentials"]) == (201, [credential])
    assert machine.get("/v1/whoami").json()["accountable"] == heir
    # The last who administers is erased as anybody is, and the operator lets somebody in.
    assert erase(instance, "subject", heir)["persons"] == 1
    assert boss.get("/v1/whoami").status_code == 401
    again = instance.operator.post(
        "/v1/organisations/heir-firm/admissions", json={"person": "Another Manager"}
    )
    manager = instance.client(again.json()["secret"])
    assert [one["name"] for one in manager.get("/v1/persons").json()["persons"]] == [
        "Another Manager"
    ]


def test_only_the_operator_erases_and_nothing_vague(instance: Instance) -> None:
    trader = instance.let_in("no-eraser", "carrier")
    wish = {"kind": "name", "target": "Sample Person", "rule": "r"}
    assert trader.post("/v1/erasures", json=wish).status_code == 403
    for kind, target in (("name", "Li +"), ("message", "1"), ("event", "-1"), ("subject", "me")):
        answer = instance.operator.post(
            "/v1/erasures", json={"kind": kind, "target": target, "rule": "r"}
        )
        assert answer.status_code == 422, target
        assert target not in answer.json()["detail"]
    unknown = "/v1/erasures/018f0000-0000-7000-8000-000000000000"
    assert instance.operator.get(unknown).status_code == 404
    assert trader.get(unknown).status_code == 403


def test_messages_whose_time_is_over_are_erased_on_request_and_no_others(
    instance: Instance,
) -> None:
    trader = instance.let_in("old-line", "carrier")
    old = filed(trader, b"an old one, not a message at all")["id"]
    young = filed(trader, b"a young one, not a message")["id"]
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        aged = "UPDATE message SET received_at = received_at - interval '%s days' WHERE id = '%s'"
        conn.execute((aged % (2558, old)).encode())
        conn.execute((aged % (2555, young)).encode())
    assert erase(instance, "retention", "raw-message", "seven years")["messages"] == 1
    assert trader.get(f"/v1/messages/{old}/raw").content == b""
    assert trader.get(f"/v1/messages/{young}/raw").content == b"a young one, not a message"
    wish = {"kind": "retention", "target": "bills", "rule": "r"}
    assert instance.operator.post("/v1/erasures", json=wish).status_code == 422
