"""A small firm's filings: filled from what is known, checked, approved by another, filed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from port import wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.calendar import HONG_KONG

ABSENT = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Firm:
    """A forwarder of two people, the line, and the customs desk of a port."""

    instance: Instance
    name: str
    preparer: httpx.Client
    approver: httpx.Client
    approver_id: str
    preparer_id: str
    machine: httpx.Client
    line: httpx.Client
    customs: httpx.Client

    def desk(self) -> str:
        return f"CUSTOMS{self.name}:ZZZ".upper()

    def number(self, name: str) -> str:
        return f"SYN{name}{self.name}".upper()


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "dr")


def settled(instance: Instance, name: str) -> Firm:
    def let_in(party: str, role: str) -> httpx.Client:
        address = f"{party}{name}".upper()
        return instance.let_in(f"{party}-{name}", role, addresses=(f"{address}:ZZZ",))

    customs, line = let_in("customs", "customs"), let_in("line", "carrier")
    preparer = let_in("firm", "forwarder")
    who = preparer.get("/v1/whoami").json()
    new = {"name": "Sample Approver", "scopes": ["read", "file"], "days": 9}
    second = ok(preparer.post("/v1/persons", json=new), 201)
    third = {"name": "Sample Accountable", "scopes": ["read"], "days": 9}
    answers = ok(preparer.post("/v1/persons", json=third), 201)["person"]
    machine = {"label": "host", "accountable_name": answers}
    credential = ok(preparer.post("/v1/credentials", json=machine), 201)["credential"]
    wish = {"client": "machine", "scopes": ["read", "file"], "days": 9, "credential": credential}
    token = ok(preparer.post("/v1/tokens", json=wish), 201)["secret"]
    return Firm(
        instance,
        name,
        preparer,
        instance.client(second["secret"]),
        second["person"],
        who["accountable"],
        instance.client(token),
        line,
        customs,
    )


def ok(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def taken(client: httpx.Client, paper: Mapping[str, Any]) -> None:
    """Hand in a paper as JSON and wait until it is accepted."""
    message = client.post("/v1/messages", json=paper).json()["id"]

    def look() -> dict[str, Any] | None:
        shown = ok(client.get(f"/v1/messages/{message}"))
        return None if shown["state"] == "waiting" else dict(shown)

    shown = wait(look)
    assert shown["state"] == "accepted", shown["findings"]


def codes(answer: httpx.Response) -> list[str]:
    return [one["code"] for one in answer.json()["findings"]]


def field(draft: Mapping[str, Any], path: str) -> Any:
    return next((one for one in draft["fields"] if one["field"] == path), None)


def house(number: str, parent: str = "SYNMASTER") -> dict[str, Any]:
    """All that house data asks for, of one house."""
    at = f"bills/{number}"
    arrival = (datetime.now(HONG_KONG) + timedelta(days=1)).isoformat(timespec="minutes")
    return {
        "head/document": f"DOC-{number}", "head/vessel": "SYNTHETIC STAR", "head/imo": "9811000",
        "head/voyage": "001E", "head/arrival": arrival[:16], "head/port_of_call": "HKHKG",
        f"{at}/number": number, f"{at}/parent": parent, f"{at}/place_of_loading": "CNSHA",
        f"{at}/port_of_discharge": "HKHKG", f"{at}/transhipment": False, f"{at}/reefer": False,
        f"{at}/packages": 10, f"{at}/gross_mass_g": 120_000,
        f"{at}/consignor/name": "SAMPLE TRADING LTD", f"{at}/consignor/address": "1 SAMPLE ROAD",
        f"{at}/consignee/name": "樣本進口有限公司", f"{at}/consignee/address": "香港樣本街 2 號",
        f"{at}/goods/1/description": "COTTON T-SHIRTS", f"{at}/goods/1/packages": 10,
        f"{at}/goods/1/package_kind": "CT", f"{at}/goods/1/marks": "SAMPLE MARKS",
        f"{at}/goods/1/gross_mass_g": 120_000, f"{at}/goods/1/volume_cm3": 2_500_000,
        f"{at}/goods/1/containers": ["CSQU3054383"],
        f"{at}/goods/1/stowed/CSQU3054383": 10,
        "boxes/CSQU3054383/size_type": "22G1", "boxes/CSQU3054383/full": True,
    }  # fmt: skip


def made(firm: Firm, number: str, **more: Any) -> dict[str, Any]:
    new = {
        "profile": "hk-house-data", "facts": {"mode": "sea"}, "title": "a house",
        "desk": firm.desk(), "fields": house(number), **more,
    }  # fmt: skip
    return dict(ok(firm.preparer.post("/v1/drafts", json=new), 201))


def at(draft: Mapping[str, Any]) -> str:
    return f"/v1/drafts/{draft['id']}"


def submitted(firm: Firm, draft: Mapping[str, Any]) -> dict[str, Any]:
    seen = {"step": draft["step"]}
    return dict(ok(firm.preparer.post(f"{at(draft)}/submit", json=seen)))


def approved(firm: Firm, draft: Mapping[str, Any]) -> dict[str, Any]:
    seen = {"step": draft["step"]}
    return dict(ok(firm.approver.post(f"{at(draft)}/approve", json=seen)))


def answered(firm: Firm, draft: Mapping[str, Any]) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        shown = ok(firm.preparer.get(at(draft)))
        return None if shown["state"] == "handed-over" else dict(shown)

    return dict(wait(look))


def test_a_house_is_prepared_by_one_approved_by_another_and_accepted_by_the_desk(
    firm: Firm,
) -> None:
    number = firm.number("H1")
    draft = made(firm, number)
    assert (draft["state"], draft["connected"], draft["conflicts"]) == ("draft", False, 0)
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    assert checked["ready"], checked["findings"]
    assert "HK-60C" in checked["rules_run"]
    assert {one["code"] for one in checked["not_run"]} >= {"DRY-RUN-NO-TARGETING"}
    draft = submitted(firm, draft)
    assert draft["state"] == "awaiting-approval"
    own = firm.preparer.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert (own.status_code, codes(own)) == (422, ["APPROVAL-OWN-WORK"])
    machine = firm.machine.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert codes(machine) == ["APPROVAL-PERSON-NEEDED"]
    draft = answered(firm, approved(firm, draft))
    assert draft["state"] == "accepted", draft["filed"]
    [filed] = draft["filed"]
    assert filed["accepted"] is True
    acts = [step["act"] for step in draft["steps"]]
    assert acts == ["changed", "checked", "submitted", "approved", "handed-over"]
    message = draft["steps"][-1]["message"]
    sent = ok(firm.preparer.get(f"/v1/messages/{message}"))
    assert sent["state"] == "accepted", sent["findings"]
    assert {one["kind"] for one in sent["answers"]} == {"CONTRL", "CUSRES"}
    told = ok(firm.preparer.get(f"/v1/track/{number}"))["found"][0]
    assert told["particulars"]["packages"] == 10
    [kept] = ok(firm.customs.get("/v1/manifests"))["manifests"]
    assert kept["document"] == f"DOC-{number}"


def test_every_step_is_in_the_log_without_a_name(firm: Firm) -> None:
    draft = made(firm, firm.number("H2"))
    submitted(firm, draft)
    found = ok(firm.preparer.get(f"/v1/track/{draft['id']}", params={"kind": "draft"}))
    events = [event for one in found["found"] for event in one["events"]]
    assert [one["code"] for one in events] == ["draft.changed", "draft.checked", "draft.submitted"]
    assert "SAMPLE TRADING" not in str(events)
    assert "樣本" not in str(events)
    assert len(events[0]["body"]["commitment"]) == 64
    assert firm.line.get(f"/v1/track/{draft['id']}").status_code == 404


def test_a_draft_is_filled_from_the_firms_own_filing_and_keeps_where_each_value_is_from(
    firm: Firm,
) -> None:
    number = firm.number("H3")
    call = Call(f"firm{firm.name}".upper(), f"customs{firm.name}".upper(), f"F3{firm.name}")
    paper = manifest(call, Paper(number, firm.number("M3")))
    assert ok(firm.preparer.post("/v1/messages", content=paper), 201)["state"] == "accepted"
    new = {"profile": "hk-house-data", "keys": [number.lower()], "facts": {"mode": "sea"}}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    told = field(draft, f"bills/{number}/consignor/name")
    assert told["value"] == "SAMPLE TRADING 1 LTD"
    assert told["told"][0]["source"]["kind"] == "earlier-filing"
    assert told["told"][0]["source"]["document"] == f"DOC-F3{firm.name}"
    assert field(draft, f"bills/{number}/goods/1/volume_cm3")["value"] == 2_500_000
    assert field(draft, "head/vessel")["value"] == "SYNTHETIC STAR"
    assert field(draft, "boxes/CSQU3054383/size_type")["value"] == "22G1"
    # What a person types stands above it, and what it was stays beside it.
    typed = {"step": 1, "fields": {f"bills/{number}/consignor/name": "ANOTHER NAME LTD"}}
    told = field(ok(firm.preparer.patch(at(draft), json=typed)), f"bills/{number}/consignor/name")
    assert (told["value"], told["conflict"], told["losing"]) == ("ANOTHER NAME LTD", False, [1])
    back = {"step": 2, "choose": {f"bills/{number}/consignor/name": 1}}
    told = field(ok(firm.preparer.patch(at(draft), json=back)), f"bills/{number}/consignor/name")
    assert told["value"] == "SAMPLE TRADING 1 LTD"
    assert told["told"][0]["source"]["place"].startswith("earlier-filing DOC-F3")


def test_nobody_fills_a_draft_from_what_he_may_not_see(firm: Firm) -> None:
    call = Call(f"line{firm.name}".upper(), f"customs{firm.name}".upper(), f"F4{firm.name}")
    paper = manifest(call, Paper(firm.number("M4")))
    assert ok(firm.line.post("/v1/messages", content=paper), 201)["state"] == "accepted"
    new = {"profile": "hk-house-data", "keys": [firm.number("M4"), firm.number("NONE")]}
    assert ok(firm.preparer.post("/v1/drafts", json=new), 201)["fields"] == []
    grant = {"bill": firm.number("M4"), "receiver": f"firm-{firm.name}", "view": "full", "days": 1}
    assert firm.line.post("/v1/grants", json=grant).status_code == 201
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    told = field(draft, f"bills/{firm.number('M4')}/gross_mass_g")
    assert told["told"][0]["source"]["kind"] == "other-filing"
    assert told["told"][0]["source"]["sender"] == f"line-{firm.name}"


def test_what_is_told_after_a_person_typed_keeps_the_draft_back_until_he_looks(
    firm: Firm,
) -> None:
    number, mass = firm.number("H5"), f"bills/{firm.number('H5')}/gross_mass_g"
    draft = made(firm, number)
    call = Call(f"firm{firm.name}".upper(), f"customs{firm.name}".upper(), f"F5{firm.name}")
    paper = manifest(call, Paper(number, "SYNMASTER")).replace(b"CNT+7:120:KGM", b"CNT+7:121:KGM")
    paper = paper.replace(b"MEA+AAE+G+KGM:120'", b"MEA+AAE+G+KGM:121'")
    assert ok(firm.preparer.post("/v1/messages", content=paper), 201)["state"] == "accepted"
    draft = ok(firm.preparer.patch(at(draft), json={"step": 1, "keys": [number]}))
    told = field(draft, mass)
    assert (told["value"], told["conflict"], told["losing"]) == (120_000, True, [1])
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert answer.status_code == 422
    assert {"DRAFT-CONFLICT"} == {
        one["code"] for one in answer.json()["findings"] if one["severity"] == "error"
    }
    every = [one["field"] for one in draft["fields"] if one["conflict"]]
    assert mass in every
    draft = ok(firm.preparer.patch(at(draft), json={"step": 2, "confirm": every}))
    assert (draft["conflicts"], field(draft, mass)["value"]) == (0, 120_000)
    assert field(draft, mass)["losing"] == [2]
    assert submitted(firm, draft)["state"] == "awaiting-approval"


def test_two_who_save_at_once_never_save_on_the_same_step(firm: Firm) -> None:
    draft = made(firm, firm.number("H6"))
    answers: list[httpx.Response] = []

    def save(client: httpx.Client, name: str) -> None:
        change = {"step": draft["step"], "fields": {"head/vessel": name}}
        answers.append(client.patch(at(draft), json=change))

    both = [
        threading.Thread(target=save, args=(firm.preparer, "FIRST STAR")),
        threading.Thread(target=save, args=(firm.approver, "SECOND STAR")),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one.status_code for one in answers) == [200, 409]
    [lost] = [one for one in answers if one.status_code == 409]
    assert codes(lost) == ["DRAFT-CHANGED-MEANWHILE", "DRAFT-FIELD-MEANWHILE"]
    stands = field(ok(firm.preparer.get(at(draft))), "head/vessel")["value"]
    assert lost.json()["findings"][1]["params"]["stands"] == stands


def test_two_who_approve_at_once_file_once(firm: Firm) -> None:
    new = {"name": "Sample Second", "scopes": ["read", "file"], "days": 9}
    second = firm.instance.client(ok(firm.preparer.post("/v1/persons", json=new), 201)["secret"])
    draft = submitted(firm, made(firm, firm.number("H7")))
    answers: list[httpx.Response] = []

    def approve(client: httpx.Client) -> None:
        answers.append(client.post(f"{at(draft)}/approve", json={"step": draft["step"]}))

    both = [threading.Thread(target=approve, args=(one,)) for one in (firm.approver, second)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one.status_code for one in answers) == [200, 409]
    draft = answered(firm, draft)
    assert [step["act"] for step in draft["steps"]].count("handed-over") == 1


def test_an_act_that_comes_again_under_its_key_is_done_once_and_answered_alike(firm: Firm) -> None:
    draft = submitted(firm, made(firm, firm.number("HK")))
    key = {"Idempotency-Key": f"approve-{draft['id']}"}
    answers: list[httpx.Response] = []

    def approve() -> None:
        seen = {"step": draft["step"]}
        answers.append(firm.approver.post(f"{at(draft)}/approve", json=seen, headers=key))

    four = [threading.Thread(target=approve) for _ in range(4)]
    for one in four:
        one.start()
    for one in four:
        one.join()
    assert [one.status_code for one in answers] == [200] * 4
    assert sum(one.headers.get("Waglan-Replayed") == "true" for one in answers) == 3
    draft = answered(firm, draft)
    assert [step["act"] for step in draft["steps"]].count("handed-over") == 1
    begun = {"step": draft["step"], "how": "replace"}
    key = {"Idempotency-Key": f"amend-{draft['id']}"}
    for _ in range(2):
        again = ok(firm.preparer.post(f"{at(draft)}/amend", json=begun, headers=key))
        assert (again["state"], again["step"]) == ("draft", draft["step"] + 1)
    other = firm.preparer.post(f"{at(draft)}/amend", json={**begun, "how": "cancel"}, headers=key)
    assert (other.status_code, codes(other)) == (409, ["HTTP-KEY-USED"])


def test_a_change_after_submitting_takes_the_approval_away(firm: Firm) -> None:
    draft = submitted(firm, made(firm, firm.number("H8")))
    changed = {"step": draft["step"], "fields": {"head/vessel": "OTHER STAR"}}
    after = ok(firm.preparer.patch(at(draft), json=changed))
    assert after["state"] == "draft"
    late = firm.approver.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert (late.status_code, codes(late)[0]) == (409, "DRAFT-CHANGED-MEANWHILE")
    blind = firm.approver.post(f"{at(draft)}/approve", json={"step": after["step"]})
    assert (blind.status_code, codes(blind)) == (409, ["DRAFT-NOT-NOW"])


def test_who_changed_it_does_not_approve_it_though_another_submitted(firm: Firm) -> None:
    draft = made(firm, firm.number("H9"))
    change = {"step": draft["step"], "fields": {"head/vessel": "HIS STAR"}}
    draft = ok(firm.approver.patch(at(draft), json=change))
    draft = submitted(firm, draft)
    answer = firm.approver.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert codes(answer) == ["APPROVAL-OWN-WORK"]
    sent = {"step": draft["step"], "reason": "Look at the vessel again."}
    draft = ok(firm.approver.post(f"{at(draft)}/send-back", json=sent))
    assert (draft["state"], draft["steps"][-1]["text"]) == ("draft", sent["reason"])


def test_who_made_it_does_not_approve_it_though_another_changed_it_last(firm: Firm) -> None:
    new = {"name": "Sample Third", "scopes": ["read", "file"], "days": 9}
    third = firm.instance.client(ok(firm.preparer.post("/v1/persons", json=new), 201)["secret"])
    number = firm.number("HX")
    draft = made(firm, number)
    change = {"step": draft["step"], "fields": {f"bills/{number}/goods/1/marks": "ONE MARK"}}
    draft = ok(firm.approver.patch(at(draft), json=change))
    draft = ok(firm.approver.post(f"{at(draft)}/submit", json={"step": draft["step"]}))
    seen = {"step": draft["step"]}
    for own in (firm.preparer, firm.approver):
        assert codes(own.post(f"{at(draft)}/approve", json=seen)) == ["APPROVAL-OWN-WORK"]
    assert ok(firm.preparer.get(at(draft)))["state"] == "awaiting-approval"
    ok(third.post(f"{at(draft)}/approve", json=seen))
    draft = answered(firm, draft)
    assert draft["state"] == "accepted", draft["filed"]
    # The amendment is the second's work; the first, whose own was approved before, may approve it.
    again = {"step": draft["step"], "how": "replace"}
    draft = ok(firm.approver.post(f"{at(draft)}/amend", json=again))
    draft = ok(firm.approver.post(f"{at(draft)}/submit", json={"step": draft["step"]}))
    seen = {"step": draft["step"]}
    own_again = firm.approver.post(f"{at(draft)}/approve", json=seen)
    assert codes(own_again) == ["APPROVAL-OWN-WORK"]
    ok(firm.preparer.post(f"{at(draft)}/approve", json=seen))
    assert answered(firm, draft)["state"] == "amended"


def test_a_machines_work_is_of_who_answers_for_it_and_who_took_over_has_not_prepared(
    firm: Firm,
) -> None:
    colleague = {"name": "Sample Leaver", "scopes": ["read", "file"], "days": 9}
    his = ok(firm.preparer.post("/v1/persons", json=colleague), 201)
    leaver = firm.instance.client(his["secret"])
    new = {"label": "second host", "accountable_name": "sample  LEAVER"}
    answers = ok(firm.preparer.post("/v1/credentials", json=new), 201)
    wish = {"client": "machine", "scopes": ["read", "file"], "days": 9}
    wish["credential"] = answers["credential"]
    machine = firm.instance.client(ok(firm.preparer.post("/v1/tokens", json=wish), 201)["secret"])

    def changed(name: str) -> dict[str, Any]:
        number = firm.number(name)
        draft = made(firm, number)
        mark = {"step": draft["step"], "fields": {f"bills/{number}/goods/1/marks": "ONE MARK"}}
        return submitted(firm, ok(machine.patch(at(draft), json=mark)))

    assert answers["accountable"] == his["person"]
    before = changed("HV")
    own = leaver.post(f"{at(before)}/approve", json={"step": before["step"]})
    assert codes(own) == ["APPROVAL-OWN-WORK"]
    role = {"roles": ["approver"]}
    ok(firm.preparer.put(f"/v1/persons/{firm.approver_id}/roles", json=role))
    left = {"successor": firm.approver_id}
    ok(firm.preparer.post(f"/v1/persons/{answers['accountable']}/departure", json=left), 201)
    after = changed("HW")
    answer = firm.approver.post(f"{at(after)}/approve", json={"step": after["step"]})
    assert codes(answer) == ["APPROVAL-OWN-WORK"]
    assert answered(firm, approved(firm, before))["state"] == "accepted"


def test_who_copies_prepares_the_copy_and_who_made_the_template_or_the_last_one_does_not(
    firm: Firm,
) -> None:
    number = firm.number("HZ")
    template = {"draft": made(firm, number)["id"], "title": "Sample goods"}
    made_by_first = ok(firm.preparer.post("/v1/draft-templates", json=template), 201)
    new = {
        "profile": "hk-house-data", "facts": {"mode": "sea"}, "desk": firm.desk(),
        "template": made_by_first["id"], "fields": house(number),
    }  # fmt: skip
    draft = ok(firm.approver.post("/v1/drafts", json=new), 201)
    draft = ok(firm.approver.post(f"{at(draft)}/submit", json={"step": draft["step"]}))
    seen = {"step": draft["step"]}
    own = firm.approver.post(f"{at(draft)}/approve", json=seen)
    assert codes(own) == ["APPROVAL-OWN-WORK"]
    ok(firm.preparer.post(f"{at(draft)}/approve", json=seen))
    assert answered(firm, draft)["state"] == "accepted"


def test_what_misses_or_is_refused_by_the_rules_is_not_submitted(firm: Firm) -> None:
    number = firm.number("HA")
    lacking = house(number)
    del lacking[f"bills/{number}/consignee/address"]
    draft = made(firm, number, fields=lacking)
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert answer.status_code == 422
    [missing] = [one for one in answer.json()["findings"] if one["severity"] == "error"]
    assert missing["where"]["path"] == f"fields/bills/{number}/consignee/address"
    assert ok(firm.preparer.get(at(draft)))["state"] == "draft"


def test_a_forwarder_is_told_that_a_manifest_is_the_carriers(firm: Firm) -> None:
    draft = made(firm, firm.number("HB"), profile="hk-eman-statement-1")
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    assert not checked["ready"]
    [why] = [one for one in checked["findings"] if one["code"].startswith("PROFILE-")]
    assert (why["code"], why["params"]["filers"]) == ("PROFILE-NOT-THE-FILER", "carrier")


def test_an_accepted_filing_is_replaced_and_then_cancelled_each_naming_what_stands(
    firm: Firm,
) -> None:
    number = firm.number("HC")
    draft = answered(firm, approved(firm, submitted(firm, made(firm, number))))
    assert draft["state"] == "accepted"
    frozen = firm.preparer.patch(at(draft), json={"step": draft["step"], "fields": {}})
    assert (frozen.status_code, codes(frozen)) == (409, ["DRAFT-NOT-NOW"])
    again = {"step": draft["step"], "how": "replace"}
    draft = ok(firm.preparer.post(f"{at(draft)}/amend", json=again))
    assert (draft["state"], draft["function"]) == ("draft", "replace")
    change = {"step": draft["step"], "fields": {f"bills/{number}/goods/1/marks": "NEW MARKS"}}
    draft = ok(firm.preparer.patch(at(draft), json=change))
    draft = answered(firm, approved(firm, submitted(firm, draft)))
    assert draft["state"] == "amended", draft["filed"]
    assert [one["function"] for one in draft["filed"]] == ["original", "replace"]
    assert ok(firm.preparer.get(f"/v1/track/{number}"))["found"][0]["version"] == 2
    # An amendment that is given up leaves what stands, with its content.
    draft = ok(firm.preparer.post(f"{at(draft)}/amend", json={**again, "step": draft["step"]}))
    change = {"step": draft["step"], "fields": {"head/vessel": "WRONG STAR"}}
    draft = ok(firm.preparer.patch(at(draft), json=change))
    dropped = firm.preparer.delete(at(draft), params={"step": draft["step"]})
    assert codes(dropped) == ["DRAFT-NOT-NOW"]
    draft = ok(firm.preparer.post(f"{at(draft)}/let-stand", json={"step": draft["step"]}))
    assert (draft["state"], field(draft, "head/vessel")["value"]) == ("amended", "SYNTHETIC STAR")
    cancel = {"step": draft["step"], "how": "cancel"}
    draft = ok(firm.preparer.post(f"{at(draft)}/amend", json=cancel))
    draft = answered(firm, approved(firm, submitted(firm, draft)))
    assert draft["state"] == "cancelled", draft["filed"]
    path = f"/v1/track/DOC-{number}"
    told = ok(firm.preparer.get(path, params={"kind": "manifest"}))["found"][0]
    assert told["declaration"] == "cancelled"


def test_a_filing_elsewhere_leaves_as_a_file_and_its_reply_is_pasted(firm: Firm) -> None:
    bill = "bills/1"
    fields = {
        "head/crossing_date": "2098-12-01", "head/crossing_at": "2098-12-01T08:30+08:00",
        f"{bill}/consignor/name": "SAMPLE TRADING LTD", f"{bill}/consignor/address": "1 ROAD",
        f"{bill}/consignee/name": "SAMPLE IMPORTS LTD", f"{bill}/consignee/address": "2 STREET",
        f"{bill}/goods/1/description": "COTTON T-SHIRTS", f"{bill}/goods/1/packages": 10,
        f"{bill}/goods/1/package_kind": "CT",
    }  # fmt: skip
    new = {"profile": "hk-road-aci", "facts": {"direction": "export"}, "fields": fields}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    assert [one["at"] for one in draft["deadlines"]][:2] == [
        "2098-11-17T08:30:00+08:00", "2098-12-01T08:00:00+08:00",
    ]  # fmt: skip
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    assert checked["ready"], checked["findings"]
    assert "HK-MAN-012" in checked["rules_run"]
    draft = approved(firm, submitted(firm, draft))
    assert (draft["state"], draft["steps"][-1]["message"]) == ("handed-over", None)
    told = {"step": draft["step"], "accepted": True, "number": "CCRN-SAMPLE-1", "text": "OK"}
    draft = ok(firm.preparer.post(f"{at(draft)}/reply", json=told))
    assert (draft["state"], draft["steps"][-1]["number"]) == ("accepted", "CCRN-SAMPLE-1")
    twice = firm.preparer.post(f"{at(draft)}/reply", json={**told, "step": draft["step"]})
    assert twice.status_code == 409
    # What is bundled with a vehicle is changed once it is not, and not before.
    bundle = {"vehicle": "SAMPLE1", "ccrns": ["CCRN-SAMPLE-1"], "control_point": "HK-SZB",
              "crosses_at": "2098-12-01T08:30+08:00"}  # fmt: skip
    bundling = ok(firm.preparer.post("/v1/bundlings", json=bundle), 201)["id"]
    amend = {"step": draft["step"], "how": "amend"}
    refused = firm.preparer.post(f"{at(draft)}/amend", json=amend)
    assert codes(refused) == ["DRAFT-BUNDLED"]
    ok(firm.preparer.post(f"/v1/bundlings/{bundling}/end", json={"reason": "amend"}))
    assert ok(firm.preparer.post(f"{at(draft)}/amend", json=amend))["state"] == "draft"
    desk = approved(firm, submitted(firm, made(firm, firm.number("HD"))))
    forged = firm.preparer.post(f"{at(desk)}/reply", json={**told, "step": desk["step"]})
    assert (forged.status_code, codes(forged)) == (422, ["DRAFT-DESK-ANSWERS"])


def test_late_is_allowed_and_said_so_by_law_and_by_our_own_step_apart(firm: Firm) -> None:
    yesterday = (datetime.now(HONG_KONG) - timedelta(days=1)).isoformat(timespec="minutes")[:16]
    number = firm.number("HE")
    draft = made(firm, number, fields={**house(number), "head/arrival": yesterday})
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    said = {one["code"]: one["severity"] for one in checked["findings"]}
    assert said["FILING-LATE-OWN-STEP"] == "note"
    assert checked["ready"]
    old = {"direction": "import", "mode": "sea"}
    late = made(
        firm, number, profile="hk-eman-statement-2", facts=old,
        fields={**house(number), "head/arrival": "2026-01-01T08:00"},
    )  # fmt: skip
    found = ok(firm.preparer.get(f"{at(late)}/check"))["findings"]
    [law] = [one for one in found if one["code"] == "FILING-LATE"]
    assert (law["severity"], law["params"]["rule"]) == ("warning", "HK-EMAN-S2")


def test_the_last_consignment_is_copied_without_numbers_dates_boxes_and_amounts(
    firm: Firm,
) -> None:
    number = firm.number("HF")
    last = approved(firm, submitted(firm, made(firm, number)))
    answered(firm, last)
    new = {"profile": "hk-house-data", "copy_of": "last"}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    values = {one["field"]: one["value"] for one in draft["fields"]}
    assert values["bills/1/consignee/name"] == "樣本進口有限公司"
    assert values["bills/1/goods/1/description"] == "COTTON T-SHIRTS"
    assert values["head/vessel"] == "SYNTHETIC STAR"
    assert not [path for path in values if number in path or path.startswith("boxes/")]
    for gone in ("head/voyage", "head/arrival", "head/document", "bills/1/gross_mass_g"):
        assert gone not in values
    assert {one["told"][0]["source"]["kind"] for one in draft["fields"]} == {"copied"}
    kept = {"draft": last["id"], "title": "T-shirts for Sample Imports"}
    template = ok(firm.preparer.post("/v1/draft-templates", json=kept), 201)
    new = {"profile": "hk-house-data", "template": template["id"]}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    assert {one["told"][0]["source"]["kind"] for one in draft["fields"]} == {"template"}
    assert len(draft["fields"]) == template["fields"]
    # A bill that is named is the copied one's place; what is given of it stands before the copy.
    second = firm.number("HF2")
    given = {f"bills/{second}/consignee/name": "OTHER SAMPLES LTD"}
    for like in ({"copy_of": "last"}, {"template": template["id"]}):
        again: dict[str, Any] = {"profile": "hk-house-data", "fields": given, **like}
        draft = ok(firm.preparer.post("/v1/drafts", json=again), 201)
        values = {one["field"]: one["value"] for one in draft["fields"]}
        assert {path.split("/")[1] for path in values if path.startswith("bills/")} == {second}
        assert values[f"bills/{second}/consignee/name"] == "OTHER SAMPLES LTD"
        assert values[f"bills/{second}/goods/1/description"] == "COTTON T-SHIRTS"
        assert draft["conflicts"] == 0
        again["fields"] = {**given, "bills/OTHER/number": "OTHER"}
        refused = firm.preparer.post("/v1/drafts", json=again)
        assert (refused.status_code, codes(refused)) == (422, ["DRAFT-COPY-BILLS"])
    assert firm.preparer.delete(f"/v1/draft-templates/{template['id']}").status_code == 204
    new = {"profile": "hk-house-data", "template": template["id"]}
    assert firm.preparer.post("/v1/drafts", json=new).status_code == 404
    assert template["id"] not in firm.preparer.get("/v1/draft-templates").text
    new = {"profile": "hk-tdec", "copy_of": "last"}
    assert firm.preparer.post("/v1/drafts", json=new).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fields": {"head/secret": "x"}}, "DRAFT-FIELD-UNKNOWN"),
        ({"fields": {"bills/1/packages": -1}}, "DRAFT-VALUE"),
        ({"fields": {"bills/1/packages": "ten"}}, "DRAFT-VALUE"),
        ({"fields": {"head/vessel": {"a": 1}}}, "DRAFT-VALUE"),
        ({"confirm": ["head/agent"]}, "DRAFT-NOTHING-TO-CHOOSE"),
        ({"choose": {"head/vessel": 5}}, "DRAFT-NOTHING-TO-CHOOSE"),
        ({"facts": {"mode": "camel"}}, "DEADLINE-FACT"),
        ({"facts": {"weather": "fine"}}, "DEADLINE-FACT"),
        ({"facts": {"arrival": "soon"}}, "DEADLINE-FACT"),
        ({"fields": {"head/vessel": "a\x00b"}}, "HTTP-TEXT"),
        ({"fields": {f"bills/1/goods/{n}/marks": "x" for n in range(2001)}}, "HTTP-FIELD"),
        ({"keys": ["k"] * 201}, "HTTP-FIELD"),
        ({"title": "x" * 101}, "HTTP-FIELD"),
        ({"nobody": "knows"}, "HTTP-FIELD"),
        ({"step": 0}, "HTTP-FIELD"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_nothing_is_kept(
    firm: Firm, change: dict[str, Any], code: str
) -> None:
    draft = ok(firm.preparer.post("/v1/drafts", json={"profile": "hk-house-data",
               "fields": {"head/vessel": "A STAR"}}), 201)  # fmt: skip
    answer = firm.preparer.patch(at(draft), json={"step": 1, **change})
    assert (answer.status_code, set(codes(answer))) == (422, {code})
    assert code != "DEADLINE-FACT" or len(codes(answer)) == 1  # one fault is told once
    assert ok(firm.preparer.get(at(draft)))["step"] == 1
    new = {"profile": "hk-house-data", **change}
    if code in ("DRAFT-FIELD-UNKNOWN", "DRAFT-VALUE") and "fields" in change:
        assert firm.preparer.post("/v1/drafts", json=new).status_code == 422


def test_an_assistant_looks_and_checks_and_binds_nobody(firm: Firm) -> None:
    draft = made(firm, firm.number("HG"))
    wish = {"client": "ai", "scopes": ["read", "file"], "days": 1}
    ai = firm.instance.client(ok(firm.preparer.post("/v1/tokens", json=wish), 201)["secret"])
    assert ai.get(at(draft)).status_code == 200
    assert ok(ai.get(f"{at(draft)}/check"))["ready"]
    for method, path, body in (
        ("POST", "/v1/drafts", {"profile": "hk-house-data"}),
        ("PATCH", at(draft), {"step": 1}),
        ("POST", f"{at(draft)}/submit", {"step": 1}),
        ("POST", f"{at(draft)}/approve", {"step": 1}),
    ):
        answer = ai.request(method, path, json=body)
        assert (answer.status_code, codes(answer)) == (403, ["PARTY-AI-REFUSED"])


def test_a_stranger_sees_no_draft_and_what_is_absent_answers_alike(firm: Firm) -> None:
    draft = made(firm, firm.number("HH"))
    for client in (firm.line, firm.customs):
        mine, none = client.get(at(draft)), client.get(f"/v1/drafts/{ABSENT}")
        assert (mine.status_code, mine.content) == (404, none.content)
        assert ok(client.get("/v1/drafts"))["drafts"] == []
    assert firm.preparer.get(f"/v1/drafts/{uuid4()}").status_code == 404


def test_a_dropped_draft_stays_on_record_and_nothing_is_done_to_it(firm: Firm) -> None:
    draft = made(firm, firm.number("HI"))
    assert firm.preparer.delete(at(draft), params={"step": 1}).status_code == 204
    gone = ok(firm.preparer.get(at(draft)))
    assert (gone["state"], gone["step"]) == ("dropped", 2)
    answer = firm.preparer.patch(at(draft), json={"step": 2, "fields": {}})
    assert codes(answer) == ["DRAFT-NOT-NOW"]
    states = [one["state"] for one in ok(firm.preparer.get("/v1/drafts"))["drafts"]]
    assert "dropped" in states
