"""What a firm keeps for its filings: addresses, clients' letters, approvers, cover for leave."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bridge_drafts import declared
from port import filed
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_drafts import Firm, answered, approved, at, codes, field, made, ok, settled, submitted

from waglan.manifest.filing_state import FilingState

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
SHA = "ab" * 32
CLIENT = "SAMPLE CLIENT LTD"
TDEC = {**declared(), "head/arrival": "2026-11-28"} | {
    path: CLIENT for path in declared() if path.endswith("/consignee/name")
}


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "fd")


def letter(firm: Firm, *profiles: str, days: int = 60, since: datetime = NOW) -> dict[str, Any]:
    new = {
        "client": CLIENT, "client_zh": "樣本客戶有限公司", "profiles": profiles,
        "since": (since - DAY).isoformat(), "until": (since + days * DAY).isoformat(),
        "document_sha256": SHA,
    }  # fmt: skip
    return dict(ok(firm.preparer.post("/v1/letters", json=new), 201))


def tdec(firm: Firm, **more: Any) -> dict[str, Any]:
    new = {"profile": "hk-tdec", "facts": {"mode": "sea", "direction": "import"}, "fields": TDEC}
    return dict(ok(firm.preparer.post("/v1/drafts", json={**new, **more}), 201))


def found(firm: Firm, draft: dict[str, Any]) -> dict[str, str]:
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    return {one["code"]: one["severity"] for one in checked["findings"]}


def test_a_clients_declaration_is_filed_under_his_letter_and_under_none_not_at_all(
    firm: Firm,
) -> None:
    assert found(firm, tdec(firm))["PROFILE-NOT-THE-FILER"] == "error"
    other = letter(firm, "hk-road-aci")
    assert found(firm, tdec(firm, letter=other["id"]))["LETTER-OTHER-PROFILE"] == "error"
    absent = "00000000-0000-7000-8000-000000000000"
    assert found(firm, tdec(firm, letter=absent))["LETTER-NONE"] == "error"
    late = letter(firm, "hk-tdec", days=0)
    assert found(firm, tdec(firm, letter=late["id"]))["LETTER-EXPIRED"] == "error"
    soon = letter(firm, "hk-tdec", days=10)
    assert [one["code"] for one in soon["findings"]] == ["LETTER-EXPIRES-SOON"]
    assert found(firm, tdec(firm, letter=soon["id"]))["LETTER-EXPIRES-SOON"] == "warning"
    good = letter(firm, "hk-tdec")
    draft = tdec(firm, letter=good["id"])
    assert not [c for c, severity in found(firm, draft).items() if severity == "error"]
    draft = submitted(firm, draft)
    assert firm.preparer.delete(f"/v1/letters/{good['id']}").status_code == 204
    assert firm.preparer.delete(f"/v1/letters/{good['id']}").status_code == 204
    # It was taken back between preparing and approving.
    answer = firm.approver.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert (answer.status_code, codes(answer)) == (422, ["LETTER-TAKEN-BACK"])
    [ended] = [
        one for one in ok(firm.preparer.get("/v1/letters"))["letters"] if one["id"] == good["id"]
    ]
    assert ended["ended_at"]
    assert (ended["client"], ended["document_sha256"]) == ("SAMPLE CLIENT LTD", SHA)


def test_a_clients_letter_covers_his_own_filings_and_nobody_elses(firm: Firm) -> None:
    good = letter(firm, "hk-tdec", "hk-road-aci", "hk-house-data")["id"]
    [consignee] = [path for path in TDEC if path.endswith("/consignee/name")]
    for his in ("Sample Client Ltd.", "樣本客戶有限公司", "样本客户有限公司"):
        assert "LETTER-OTHER-CLIENT" not in found(
            firm, tdec(firm, letter=good, fields={**TDEC, consignee: his})
        )
    draft = tdec(firm, letter=good, fields={**TDEC, consignee: "SOMEBODY ELSE LTD"})
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert answer.status_code == 422
    [why] = [one for one in answer.json()["findings"] if one["severity"] == "error"]
    assert why["code"] == "LETTER-OTHER-CLIENT"
    assert why["where"]["path"] == f"fields/{consignee}"
    assert "SOMEBODY ELSE LTD" in why["problem"]
    # What he exports is his as the consignor's.
    other = tdec(firm, letter=good, facts={"mode": "sea", "direction": "export"})
    assert found(firm, other)["LETTER-OTHER-CLIENT"] == "error"
    # By road either of the two may be the shipper; a house's forwarder is compared if it is named.
    road = tdec(firm, letter=good, profile="hk-road-aci", facts={})
    assert "LETTER-OTHER-CLIENT" not in found(firm, road)
    forwarder = consignee.replace("consignee", "forwarder")
    houses = {"profile": "hk-house-data", "letter": good, "facts": {}}
    assert "LETTER-OTHER-CLIENT" not in found(firm, tdec(firm, **houses))
    named = tdec(firm, **houses, fields={**TDEC, forwarder: "ANOTHER FORWARDER LTD"})
    assert found(firm, named)["LETTER-OTHER-CLIENT"] == "error"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"profiles": ["hk-nothing"]}, "LETTER-PROFILE"),
        ({"profiles": ["hk-tdec", "cn-ccam"]}, "PROFILE-DEADLINES-ONLY"),
        ({"until": (NOW - 9 * DAY).isoformat()}, "LETTER-DATES"),
        ({"profiles": []}, "HTTP-FIELD"),
        ({"since": "2026-12-01T08:00"}, "HTTP-FIELD"),
        ({"document_sha256": "no hash"}, "HTTP-FIELD"),
        ({"client": ""}, "HTTP-FIELD"),
        ({"client": "x" * 351}, "HTTP-FIELD"),
    ],
)
def test_a_letter_that_cant_be_meant_is_not_recorded(
    firm: Firm, change: dict[str, Any], code: str
) -> None:
    before = len(ok(firm.preparer.get("/v1/letters"))["letters"])
    new = {
        "client": "SAMPLE CLIENT LTD", "profiles": ["hk-tdec"], "since": NOW.isoformat(),
        "until": (NOW + DAY).isoformat(), "document_sha256": SHA,
    }  # fmt: skip
    answer = firm.preparer.post("/v1/letters", json={**new, **change})
    assert (answer.status_code, codes(answer)) == (422, [code])
    assert len(ok(firm.preparer.get("/v1/letters"))["letters"]) == before
    assert firm.machine.post("/v1/letters", json=new).status_code == 403


def test_addresses_come_from_a_sheet_fill_a_draft_and_show_their_doubles(firm: Firm) -> None:
    sheet = (
        "name,name_zh,address,address_zh,code,note\n"
        'SAMPLE IMPORTS LTD,樣本進口有限公司,"2 SAMPLE STREET, HONG KONG",香港樣本街 2 號,,\n'
        ",,nowhere,,,\n"
        "Sample Imports Ltd.,,,,,the same again\n"
    )
    done = ok(firm.preparer.post("/v1/addresses/import", content=sheet.encode()))
    assert [(one["code"], one["where"]["line"]) for one in done["findings"]] == [
        ("ADDRESS-NAMELESS", 3),
        ("ADDRESS-ROW-TWICE", 4),
    ]
    first, second = done["kept"]
    assert (first["alike"], second["alike"]) == ([second["id"]], [first["id"]])
    other = "name,note\nNEW IMPORTS LTD,\nSample Imports Limited,\nSAMPLE IMPORTS LTD,\n=1+1,\n"
    more = ok(firm.preparer.post("/v1/addresses/import", content=other.encode()))
    assert [(one["code"], one["where"]["line"]) for one in more["findings"]] == [
        ("ADDRESS-IN-BOOK", 4),
        ("ADDRESS-FORMULA", 5),
    ]
    for known in (first["id"], second["id"]):
        assert known in more["findings"][0]["problem"]
    for one in more["kept"]:
        ok(firm.preparer.delete(f"/v1/addresses/{one['id']}"), 204)
    entry = first if first["name_zh"] else second
    new = {"profile": "hk-road-aci", "addresses": {"bills/1/consignee": entry["id"]}}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    assert field(draft, "bills/1/consignee/name")["value"] == "SAMPLE IMPORTS LTD"
    draft = ok(firm.preparer.post("/v1/drafts", json={**new, "chinese": True}), 201)
    assert field(draft, "bills/1/consignee/address")["value"] == "香港樣本街 2 號"
    wrong = {"profile": "hk-road-aci", "addresses": {"head": entry["id"]}}
    assert codes(firm.preparer.post("/v1/drafts", json=wrong))[0] == "DRAFT-FIELD-UNKNOWN"
    changed = {"name": "SAMPLE IMPORTS (HK) LTD", "step": 1}
    path = f"/v1/addresses/{entry['id']}"
    assert ok(firm.preparer.put(path, json=changed))["step"] == 2
    again = firm.approver.put(path, json=changed)
    assert (again.status_code, codes(again)) == (409, ["DRAFT-CHANGED-MEANWHILE"])
    listed = ok(firm.preparer.get("/v1/addresses", params={"containing": "(hk)"}))["addresses"]
    assert [one["id"] for one in listed] == [entry["id"]]
    assert firm.line.get("/v1/addresses").json()["addresses"] == []
    assert firm.line.put(path, json=changed).status_code == 404
    assert firm.preparer.delete(path).status_code == 204
    assert firm.preparer.delete(path).status_code == 404
    bad = firm.preparer.post("/v1/addresses", json={"address": "nowhere"})
    assert (bad.status_code, codes(bad)) == (422, ["ADDRESS-NAMELESS"])
    torn = firm.preparer.post("/v1/addresses/import", content=b"name\n\xff\xff")
    assert [one["code"] for one in ok(torn)["findings"]] == ["ADDRESS-SHEET-TEXT"]
    big5 = "name,name_zh\nSAMPLE TEXTILES LTD,香港樣本\n".encode("big5hkscs")
    done = ok(firm.preparer.post("/v1/addresses/import", content=big5))
    assert [one["code"] for one in done["findings"]] == ["SHEET-CHARSET"]
    assert [one["name_zh"] for one in done["kept"]] == ["香港樣本"]


def test_an_approver_on_leave_lets_another_stand_in_until_a_day(firm: Firm) -> None:
    boss: httpx.Client = firm.approver
    named = ok(firm.preparer.post("/v1/approvers", json={"person": firm.approver_id}), 201)
    new = {"name": "Sample Third", "scopes": ["read", "file"], "days": 9}
    third = ok(firm.preparer.post("/v1/persons", json=new), 201)
    colleague = firm.instance.client(third["secret"])
    draft = submitted(firm, made(firm, firm.number("L1")))
    seen = {"step": draft["step"]}
    answer = colleague.post(f"{at(draft)}/approve", json=seen)
    assert codes(answer) == ["APPROVAL-NOT-AN-APPROVER"]
    until = (NOW + 20 * DAY).isoformat()
    cover = {"person": third["person"], "until": until}
    # Only who approves himself can let another stand in, for another, and not for ever.
    assert codes(colleague.post("/v1/covers", json=cover)) == ["APPROVER-COVER-OTHERS"]
    own = {"person": firm.approver_id, "until": until}
    assert codes(boss.post("/v1/covers", json=own)) == ["APPROVER-COVER-OTHERS"]
    endless = {"person": third["person"]}
    assert codes(boss.post("/v1/covers", json=endless)) == ["APPROVER-COVER-DAYS"]
    far = {"person": third["person"], "until": (NOW + 93 * DAY).isoformat()}
    assert codes(boss.post("/v1/covers", json=far)) == ["APPROVER-COVER-DAYS"]
    unknown = {"person": "sub_" + "0" * 32, "until": until}
    assert codes(boss.post("/v1/covers", json=unknown)) == ["APPROVER-UNKNOWN"]
    given = ok(boss.post("/v1/covers", json=cover), 201)
    assert (given["cover_for"], given["in_force"]) == (firm.approver_id, True)
    assert ok(colleague.post(f"{at(draft)}/approve", json=seen))["state"] == "handed-over"
    assert firm.preparer.delete(f"/v1/approvers/{given['id']}").status_code == 204
    draft = submitted(firm, made(firm, firm.number("L2")))
    answer = colleague.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert codes(answer) == ["APPROVAL-NOT-AN-APPROVER"]
    assert firm.preparer.delete(f"/v1/approvers/{named['id']}").status_code == 204
    assert approved(firm, draft)["state"] == "handed-over"
    assert firm.approver.post("/v1/approvers", json=endless).status_code == 403


def test_who_is_no_named_approver_files_no_manifest_past_the_drafts_and_a_machine_goes_on(
    firm: Firm,
) -> None:
    new = {"name": "Sample Fifth", "scopes": ["read", "file"], "days": 9}
    colleague = firm.instance.client(ok(firm.preparer.post("/v1/persons", json=new), 201)["secret"])

    def files(who: httpx.Client, name: str) -> list[str]:
        number = firm.number(name)
        call = Call(f"FIRM{firm.name}".upper(), f"CUSTOMS{firm.name}".upper(), number)
        done = filed(who, manifest(call, Paper(number, parent="SYNMASTER")))
        wrong = [one["code"] for one in done["findings"] if one["severity"] == "error"]
        assert (done["state"] == "accepted") == (not wrong)
        return wrong

    assert files(colleague, "P1") == []  # nobody is named: every person may
    named = ok(firm.preparer.post("/v1/approvers", json={"person": firm.approver_id}), 201)
    assert files(colleague, "P2") == ["APPROVAL-NOT-AN-APPROVER"]
    assert files(firm.approver, "P3") == []
    assert files(firm.machine, "P4") == []
    until = (datetime.now(UTC) + DAY).isoformat()
    cover = {"person": colleague.get("/v1/whoami").json()["accountable"], "until": until}
    given = ok(firm.approver.post("/v1/covers", json=cover), 201)
    assert files(colleague, "P5") == []
    ok(firm.preparer.delete(f"/v1/approvers/{given['id']}"), 204)
    bill = {"number": firm.number("P6"), "parent": "SYNMASTER"}
    goods = {"description": "COTTON T-SHIRTS", "packages": 1}
    paper = {
        "form": "waglan/paper/v1", "document": bill["number"], "recipient": firm.desk(),
        "voyage": "001E", "imo": "9811000", "arrival": "2098-12-03T09:00",
        "bills": [bill | {"goods": [goods]}],
    }  # fmt: skip
    done = filed(colleague, json.dumps(paper).encode())
    assert "APPROVAL-NOT-AN-APPROVER" in [one["code"] for one in done["findings"]]
    # A booking declares nothing, and needs nobody's approval.
    booked = paper | {"kind": "booking", "booking": "BK-P6", "recipient": "LINEFD:ZZZ"}
    assert filed(colleague, json.dumps(booked).encode())["state"] == "accepted"
    ok(firm.preparer.delete(f"/v1/approvers/{named['id']}"), 204)
    assert files(colleague, "P7") == []


def test_a_firm_of_one_approves_its_own_work_once_it_is_set_so(firm: Firm) -> None:
    draft = submitted(firm, made(firm, firm.number("L3")))
    seen = {"step": draft["step"]}
    assert codes(firm.preparer.post(f"{at(draft)}/approve", json=seen)) == ["APPROVAL-OWN-WORK"]
    assert firm.machine.put("/v1/filing-rule", json={"self_approve": True}).status_code == 403
    assert ok(firm.preparer.get("/v1/filing-rule")) == {"self_approve": False}
    ok(firm.preparer.put("/v1/filing-rule", json={"self_approve": True}))
    assert ok(firm.preparer.post(f"{at(draft)}/approve", json=seen))["state"] == "handed-over"
    draft = submitted(firm, made(firm, firm.number("L4")))
    done = firm.machine.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert ok(done)["state"] == "handed-over"
    ok(firm.preparer.put("/v1/filing-rule", json={"self_approve": False}))
    told = ok(firm.preparer.get(f"/v1/track/firm-{firm.name}", params={"kind": "party"}))
    events = [event["code"] for one in told["found"] for event in one["events"]]
    assert events.count("filing.rule-set") == 2


def test_a_colleague_is_let_in_with_no_more_than_who_lets_him_in_may_do(firm: Firm) -> None:
    new = {"name": "Sample Fourth", "scopes": ["decide"], "days": 9}
    answer = firm.preparer.post("/v1/persons", json=new)
    assert (answer.status_code, codes(answer)) == (403, ["HTTP-MORE-THAN-ITS-GIVER"])
    assert firm.approver.post("/v1/persons", json={**new, "scopes": ["read"]}).status_code == 403


def pages(http: httpx.Client, path: str, name: str, *, limit: int) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    before = None
    while not found or before is not None:
        asked = {"limit": limit} | ({} if before is None else {"before": before})
        answer = ok(http.get(path, params=asked))
        found.append(answer[name])
        before = answer["next"]
    return found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/drafts", "drafts"),
        ("/v1/draft-templates", "templates"),
        ("/v1/addresses", "addresses"),
        ("/v1/letters", "letters"),
        ("/v1/approvers", "approvers"),
    ],
)
def test_every_list_is_read_page_by_page_and_each_thing_stands_on_one(
    firm: Firm, path: str, name: str
) -> None:
    sheet = "name\n" + "".join(f"SAMPLE PAGED {n}\n" for n in range(5))  # all at one moment
    for n in range(5):
        if path == "/v1/addresses":
            gone = ok(firm.preparer.post(path, json={"name": f"SAMPLE GONE {n}"}), 201)
            assert firm.preparer.delete(f"{path}/{gone['id']}").is_success
        elif path == "/v1/letters":
            letter(firm, "hk-tdec")
        elif path == "/v1/approvers":
            named = ok(firm.preparer.post(path, json={"person": firm.approver_id}), 201)
            assert firm.preparer.delete(f"{path}/{named['id']}").is_success
        else:
            draft = tdec(firm)["id"]
            if path == "/v1/draft-templates":
                kept = ok(firm.preparer.post(path, json={"draft": draft, "title": f"{n}"}), 201)
                if n % 2:
                    assert firm.preparer.delete(f"{path}/{kept['id']}").is_success
    if path == "/v1/addresses":
        ok(firm.preparer.post(f"{path}/import", content=sheet.encode()))
    [whole] = pages(firm.preparer, path, name, limit=50)
    assert len(whole) >= 3
    found = pages(firm.preparer, path, name, limit=2)
    assert [one["id"] for page in found for one in page] == [one["id"] for one in whole]
    assert {len(page) for page in found[:-1]} == {2}
    assert len({one["id"] for one in whole}) == len(whole)
    for limit in (0, 201):
        assert codes(firm.preparer.get(path, params={"limit": limit})) == ["HTTP-FIELD"]


def every(http: httpx.Client, path: str, name: str, **asked: Any) -> list[Any]:
    """The ids on all pages of a list that is asked for two at a time."""
    found: list[Any] = []
    before: dict[str, str] = {}
    while True:
        page = ok(http.get(path, params={"limit": 2, **asked, **before}))
        found += [one["id"] for one in page[name]]
        if page["next"] is None:
            return found
        before = {"before": page["next"]}


def test_drafts_are_found_by_how_they_stand_and_what_they_are_for(instance: Instance) -> None:
    firm = settled(instance, "ff")
    drafts = [made(firm, firm.number(f"F{n}")) for n in range(5)]
    submitted(firm, drafts[0])
    for draft in drafts[1:3]:
        filing = answered(firm, approved(firm, submitted(firm, draft)))
        assert filing["state"] == "accepted"
    ok(firm.preparer.post(f"{at(drafts[2])}/amend", json={"step": 5, "how": "amend"}))
    ok(firm.preparer.delete(at(drafts[3]), params={"step": 1}), 204)
    tdec(firm)
    whole = ok(firm.preparer.get("/v1/drafts"))["drafts"]
    stands = {one["id"]: one["state"] for one in whole}
    assert set(stands.values()) == {"draft", "awaiting-approval", "accepted", "dropped"}
    for state in FilingState:
        wanted = [one for one, so in stands.items() if so == state.value]
        assert every(firm.preparer, "/v1/drafts", "drafts", state=state.value) == wanted
    [other] = [one["id"] for one in whole if one["profile"] == "hk-tdec"]
    assert every(firm.preparer, "/v1/drafts", "drafts", profile="hk-tdec") == [other]
    both = {"state": "dropped", "profile": "hk-tdec"}
    assert every(firm.preparer, "/v1/drafts", "drafts", **both) == []
    unknown = firm.preparer.get("/v1/drafts", params={"state": "lost"})
    assert (unknown.status_code, codes(unknown)) == (422, ["HTTP-FIELD"])
    assert firm.preparer.get("/v1/drafts", params={"profile": "none"}).status_code == 404


def test_letters_are_found_by_their_client_and_whether_they_have_ended(firm: Firm) -> None:
    other = {
        "client": "NEEDLE CO LTD", "client_zh": "針業有限公司", "client_code": "NDL-7",
        "profiles": ["hk-tdec"], "since": (NOW - DAY).isoformat(),
        "until": (NOW + 9 * DAY).isoformat(), "document_sha256": SHA,
    }  # fmt: skip
    held, gone, over = (
        ok(firm.preparer.post("/v1/letters", json=one), 201)["id"]
        for one in (other, other, other | {"until": (NOW - DAY / 2).isoformat()})
    )
    ok(firm.preparer.delete(f"/v1/letters/{gone}"), 204)

    def found(**asked: Any) -> list[Any]:
        return every(firm.preparer, "/v1/letters", "letters", **asked)

    for called in ("needle", "针业", "ndl7", "\uff2eeedle"):
        assert found(client=called) == [over, gone, held]
    assert found(client="needle", ended="false") == [held]
    assert found(client="needle", ended="true") == [over, gone]
    assert set(found(ended="true")) | set(found(ended="false")) == set(found())
    assert found(client="nobody") == []
    assert codes(firm.preparer.get("/v1/letters", params={"ended": "soon"})) == ["HTTP-FIELD"]


def test_the_address_book_is_searched_to_its_end_whatever_the_page(firm: Firm) -> None:
    rows = [f"SAMPLE {'NEEDLE' if n in (0, 611) else 'HAY'} {n}" for n in range(612)]
    ok(firm.preparer.post("/v1/addresses/import", content="\n".join(["name", *rows]).encode()))
    asked: dict[str, Any] = {"containing": "needle", "limit": 1}
    first = ok(firm.preparer.get("/v1/addresses", params=asked))
    second = ok(firm.preparer.get("/v1/addresses", params=asked | {"before": first["next"]}))
    names = {first["addresses"][0]["name"], second["addresses"][0]["name"]}
    assert (names, second["next"]) == ({"SAMPLE NEEDLE 0", "SAMPLE NEEDLE 611"}, None)


def test_a_manifest_handed_in_for_a_line_needs_her_letter_in_force(firm: Firm) -> None:
    def handed(ref: str) -> tuple[str, dict[str, str]]:
        call = Call("FIRMFD", "CUSTOMSFD", ref, carrier="SYNL")
        shown = filed(firm.machine, manifest(call, Paper(f"SYNB{ref}")))
        return shown["state"], {f["code"]: f["where"]["path"] for f in shown["findings"]}

    def recorded(code: str, days: int) -> str:
        new = {
            "client": "SAMPLE LINE LTD", "client_code": code, "profiles": ["hk-eman-statement-1"],
            "since": (NOW - 9 * DAY).isoformat(), "until": (NOW + days * DAY).isoformat(),
            "document_sha256": SHA,
        }  # fmt: skip
        kept = ok(firm.preparer.post("/v1/letters", json=new), 201)
        assert kept["client_code"] == code
        return str(kept["id"])

    assert handed("FD1") == ("refused", {"LETTER-FOR-MANIFEST": "head/carrier"})
    for n, blank in enumerate((b" ", b"\xc2\xa0", "\u3000".encode(), "\u200b".encode())):
        blind = Call("FIRMFD", "CUSTOMSFD", f"FD0{n}", carrier="SYNL")
        raw = manifest(blind, Paper(f"SYNBFD0{n}"))
        named = raw.replace(b"RFF+BM:", b"RFF+MB:%b'RFF+BM:" % blank)
        sent = re.sub(rb"UNT\+(\d+)", lambda m: b"UNT+%d" % (int(m[1]) + 1), named)
        assert sent != raw
        # A blank names no master above it, so that the bill is the line's as it was.
        shown = filed(firm.machine, sent)
        found = [one["code"] for one in shown["findings"] if "LETTER" in one["code"]]
        assert (shown["state"], found) == ("refused", ["LETTER-FOR-MANIFEST"])
    recorded("SYNL", -1)
    assert handed("FD2") == ("refused", {"LETTER-EXPIRED": "head/carrier"})
    other = recorded("OTHR", 60)
    assert handed("FD3")[0] == "refused"
    # A check before filing says the same, and one's own houses ask for nothing.
    call = Call("FIRMFD", "CUSTOMSFD", "FD4")
    [told] = ok(firm.machine.post("/v1/checks", content=manifest(call, Paper("B"))))["manifests"]
    assert (told["would_stand"], told["findings"][0]["code"]) == (False, "LETTER-EXPIRED")
    house = filed(firm.machine, manifest(call, Paper("SYNHFD", parent="SYNBFD")))
    assert (house["state"], [f for f in house["findings"] if "LETTER" in f["code"]]) == (
        "accepted",
        [],
    )
    good = recorded("SYNL", 60)
    assert handed("FD5")[0] == "accepted"
    assert firm.preparer.delete(f"/v1/letters/{good}").status_code == 204
    assert handed("FD6") == ("refused", {"LETTER-EXPIRED": "head/carrier"})
    recorded("", 60)
    state, findings = handed("FD7")
    assert (state, "LETTER-CLIENT-UNCERTAIN" in findings) == ("accepted", True)
    assert firm.preparer.delete(f"/v1/letters/{other}").status_code == 204


def test_look_alike_letters_in_an_address_or_a_clients_name_are_told_when_they_are_kept(
    firm: Firm,
) -> None:
    odd = "S\u0410MPLE API LTD"
    kept = ok(firm.preparer.post("/v1/addresses", json={"name": odd, "address": "1 ROAD"}), 201)
    [finding] = kept["findings"]
    assert (finding["code"], finding["severity"]) == ("ADDRESS-LOOK-ALIKE", "warning")
    assert "<U+0410>" in finding["problem"]
    plain = ok(firm.preparer.post("/v1/addresses", json={"name": "SAMPLE 樣本 LTD"}), 201)
    assert plain["findings"] == []
    new = {
        "client": odd, "profiles": ["hk-tdec"], "document_sha256": "0" * 64,
        "since": "2026-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    letter = ok(firm.preparer.post("/v1/letters", json=new), 201)
    assert [one["code"] for one in letter["findings"]] == ["LETTER-LOOK-ALIKE"]
    ended = {**new, "client": "SAMPLE API LTD", "until": "2026-02-01T00:00:00Z"}
    letter = ok(firm.preparer.post("/v1/letters", json=ended), 201)
    assert [one["code"] for one in letter["findings"]] == ["LETTER-EXPIRED"]
