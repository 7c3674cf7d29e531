"""A small firm gets files that it hands in itself, as they were made, and keeps the replies so."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
from bridge_drafts import declared, house
from command_line import CommandLine
from running_instance import Instance
from test_drafts import ABSENT, Firm, approved, at, codes, ok, settled, submitted

from waglan.logbook.leaf import commit
from waglan.messages.bridge.fhl_read import read_fhl


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "br")


def made(firm: Firm, number: str, **more: Any) -> dict[str, Any]:
    new = {"profile": "hk-air-house-data", "fields": house(number, **more)}
    return dict(ok(firm.preparer.post("/v1/drafts", json=new), 201))


def handed_over(firm: Firm, number: str, **more: Any) -> dict[str, Any]:
    draft = approved(firm, submitted(firm, made(firm, number, **more)))
    assert draft["state"] == "handed-over"
    return draft


def files(client: httpx.Client, draft: dict[str, Any]) -> dict[str, Any]:
    """All files of a draft, which are the same on pages of one."""
    path = f"{at(draft)}/files"
    whole = dict(ok(client.get(path)))
    assert whole["next"] is None
    found, after = [], ""
    for _ in whole["files"]:
        page = ok(client.get(path, params={"limit": 1, "after": after}))
        found += page["files"]
        after = page["next"] or ""
    assert (found, after) == (whole["files"], "")
    assert ok(client.get(path, params={"after": "9/absent"}))["files"] == []
    return whole


def events(firm: Firm, draft: dict[str, Any]) -> list[dict[str, Any]]:
    found = ok(firm.preparer.get(f"/v1/track/{draft['id']}", params={"kind": "draft"}))
    return [event for one in found["found"] for event in one["events"]]


def test_an_fhl_is_made_on_approval_kept_as_it_was_and_provable_by_the_log(firm: Firm) -> None:
    draft = made(firm, "BR1", **{"consignor/name": "Sample Trading & Co"})
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    assert checked["ready"]
    [told] = [one for one in checked["findings"] if one["code"] == "FHL-WRITTEN"]
    assert told["params"]["written"] == "SAMPLE TRADING AND CO"
    [preview] = files(firm.preparer, draft)["files"]
    assert (preview["step"], preview["commitment"]) == (0, "")
    seen = firm.preparer.get(preview["href"])
    draft = approved(firm, submitted(firm, draft))
    listed = files(firm.preparer, draft)
    assert (listed["connected"], listed["sent"]) == (False, False)
    assert "sends nothing" in listed["note"]
    kept = next(one for one in listed["files"] if one["step"])
    body = firm.preparer.get(kept["href"])
    assert body.headers["content-disposition"] == f'attachment; filename="{kept["name"]}"'
    # What the approver saw, what was kept, and what is made anew are the same bytes.
    again = next(one for one in listed["files"] if not one["step"])
    assert body.content == seen.content == firm.preparer.get(again["href"]).content
    assert hashlib.sha256(body.content).hexdigest() == kept["sha256"]
    [one], wrong = read_fhl(body.content)
    assert (one.shipper.name, wrong) == ("SAMPLE TRADING AND CO", ())
    last = events(firm, draft)[-1]
    assert last["code"] == "draft.handed-over"
    salted = commit(bytes.fromhex(kept["salt"]), kept["sha256"]).hex()
    assert last["body"]["files"] == [kept["commitment"]] == [salted]
    assert "SAMPLE" not in str(last)
    assert kept["sha256"] not in str(last)


def test_what_does_not_fit_an_fhl_is_not_submitted(firm: Firm) -> None:
    draft = made(firm, "BR2", **{"consignee/name": "樣本進口有限公司"})
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert answer.status_code == 422
    [wrong] = [one for one in answer.json()["findings"] if one["severity"] == "error"]
    assert (wrong["code"], wrong["where"]["path"]) == (
        "FHL-CHARACTERS", "fields/bills/BR2/consignee/name",
    )  # fmt: skip
    assert files(firm.preparer, draft)["files"] == []
    # What is missing is told once, by the profile.
    values = house("BR3")
    del values["head/master"]
    new = {"profile": "hk-air-house-data", "fields": values}
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    found = ok(firm.preparer.get(f"{at(draft)}/check"))["findings"]
    errors = [one["code"] for one in found if one["severity"] == "error"]
    assert errors == ["DRAFT-PARTICULAR-MISSING"]


def test_nobody_else_gets_a_file_and_what_is_absent_answers_alike(firm: Firm) -> None:
    draft = handed_over(firm, "BR4")
    kept = next(one for one in files(firm.preparer, draft)["files"] if one["step"])
    for client in (firm.line, firm.customs, firm.instance.operator):
        none = client.get(f"/v1/drafts/{ABSENT}/files")
        mine = client.get(f"{at(draft)}/files")
        assert (mine.status_code, mine.content) == (404, none.content)
        assert client.get(kept["href"]).status_code == 404
    for path in ("files/0/absent.txt", "files/99/" + kept["name"]):
        assert firm.preparer.get(f"{at(draft)}/{path}").status_code == 404


def paper(body: bytes, name: str = "reply.txt") -> dict[str, str]:
    return {"paper": b64encode(body).decode(), "paper_name": name}


def test_an_fma_accepts_it_and_is_kept_byte_for_byte(firm: Firm) -> None:
    draft = handed_over(firm, "BR5")
    body = b"FMA\r\nACK/SYNTHETIC\r\n\xff"
    told = {"step": draft["step"], **paper(body, "fma.txt")}
    draft = ok(firm.preparer.post(f"{at(draft)}/reply", json=told))
    last = draft["steps"][-1]
    assert (draft["state"], last["basis"], last["files"]) == ("accepted", "FMA", 1)
    kept = files(firm.preparer, draft)["files"][0]
    assert (kept["act"], kept["name"]) == ("accepted", "fma.txt")
    assert firm.preparer.get(kept["href"]).content == body
    assert events(firm, draft)[-1]["body"]["files"] == [kept["commitment"]]
    # The same house again replaces it: an FHL has no amendment and no cancellation of its own.
    for how, status in (("cancel", 422), ("amend", 422), ("replace", 200)):
        wish = {"step": draft["step"], "how": how}
        assert firm.preparer.post(f"{at(draft)}/amend", json=wish).status_code == status
    change = {"step": draft["step"] + 1, "fields": {"bills/BR5/packages": 9}}
    draft = approved(firm, submitted(firm, ok(firm.preparer.patch(at(draft), json=change))))
    both = [one for one in files(firm.preparer, draft)["files"] if one["act"] == "handed-over"]
    assert [one["name"] for one in both] == ["fhl-160-12345675-BR5.txt"] * 2
    new, old = (firm.preparer.get(one["href"]).content for one in both)
    assert b"/9/K120.5" in new
    assert b"/10/K120.5" in old


@pytest.mark.parametrize(
    ("quoted", "words"),
    [
        ("FMA\r\nACK/OK\r\nFHL/4\r\nMBI/999-99999999HKGLHR/T10K120.5\r\n", "999-99999999"),
        ("FNA\nACK/NO\nFHL/4\nMBI/160-12345675HKGLHR/T10K120.5\nHBS/OTHER/HKGLHR/10\n", "OTHER"),
    ],
)
def test_a_reply_that_quotes_another_shipment_changes_nothing(
    firm: Firm, quoted: str, words: str
) -> None:
    number = f"BRQ{quoted[:3]}"
    draft = handed_over(firm, number)
    told = {"step": draft["step"], **paper(quoted.encode())}
    answer = firm.preparer.post(f"{at(draft)}/reply", json=told)
    assert (answer.status_code, codes(answer)) == (422, ["REPLY-OF-ANOTHER"])
    [finding] = answer.json()["findings"]
    assert words in finding["params"]["quoted"]
    assert finding["params"]["own"] == f"160-12345675, {number}"
    now = ok(firm.preparer.get(at(draft)))
    assert (now["step"], now["state"]) == (draft["step"], draft["state"])
    own = quoted.replace("999-99999999", "16012345675").replace("HBS/OTHER", f"HBS/{number}")
    told["paper"] = b64encode(own.encode()).decode()
    says = {"FMA": "accepted", "FNA": "refused"}[quoted[:3]]
    assert ok(firm.preparer.post(f"{at(draft)}/reply", json=told))["state"] == says


def test_a_reply_that_does_not_say_itself_is_said_by_a_person(firm: Firm) -> None:
    draft = handed_over(firm, "BR6")
    mail = b"From: desk@example.test\r\nSubject: your house\r\n\r\nrejected, no flight\r\n"
    undecided = {"step": draft["step"], **paper(mail, "mail.eml")}
    answer = firm.preparer.post(f"{at(draft)}/reply", json=undecided)
    assert (answer.status_code, codes(answer)) == (422, ["REPLY-UNDECIDED"])
    otherwise = {"step": draft["step"], "accepted": True, **paper(b"FNA\r\n")}
    answer = firm.preparer.post(f"{at(draft)}/reply", json=otherwise)
    assert (answer.status_code, codes(answer)) == (422, ["REPLY-SAYS-OTHERWISE"])
    for bad in ({"paper": "no base64!"}, {"paper": "QUFB", "paper_name": "../x"}):
        answer = firm.preparer.post(f"{at(draft)}/reply", json={"step": draft["step"], **bad})
        assert answer.status_code == 422
    told = {**undecided, "accepted": False, "number": "N1", "text": "no flight"}
    draft = ok(firm.preparer.post(f"{at(draft)}/reply", json=told))
    last = draft["steps"][-1]
    assert (draft["state"], last["basis"], last["number"]) == ("refused", "person", "N1")
    assert firm.preparer.get(files(firm.preparer, draft)["files"][0]["href"]).content == mail


def test_the_command_fetches_reads_and_hands_the_reply_in(
    firm: Firm, waglan: CommandLine, tmp_path: Path
) -> None:
    waglan.operates(firm.instance).signs_in(firm.preparer.headers["authorization"])
    draft = handed_over(firm, "BR7")
    ran = waglan("bridge", "files", draft["id"], "--to", str(tmp_path / "out"))
    assert (ran.status, "not sent" in ran.out) == (0, True), ran.err
    [file] = (tmp_path / "out").iterdir()
    assert waglan("bridge", "read", str(file)).status == 0
    reply = tmp_path / "fna ü.txt"
    reply.write_bytes(b"FNA\nACK/NO\n")
    ran = waglan("bridge", "reply", draft["id"], str(reply), "--number", "X1")
    assert (ran.status, ran.out.split()) == (0, ["refused", "X1"])
    assert files(firm.preparer, draft)["files"][0]["name"] == "fna--.txt"
    ran = waglan("bridge", "files", made(firm, "BR8")["id"], "--to", str(tmp_path))
    assert (ran.status, "BRIDGE-NO-FILES" in ran.err) == (1, True)
    (tmp_path / "no.txt").write_bytes(b"nothing")
    ran = waglan("bridge", "read", str(tmp_path / "no.txt"))
    assert (ran.status, "FHL-NONE" in ran.err) == (2, True)


def test_a_declaration_is_a_sheet_and_its_amendment_names_the_number_that_came_back(
    firm: Firm,
) -> None:
    trader = firm.instance.let_in("trader-br", "trader")
    ok(trader.put("/v1/filing-rule", json={"self_approve": True}))
    new = {
        "profile": "hk-tdec", "facts": {"mode": "sea", "direction": "import"},
        "fields": declared(description="=1+1"),
    }  # fmt: skip
    draft = ok(trader.post("/v1/drafts", json=new), 201)
    draft = ok(trader.post(f"{at(draft)}/submit", json={"step": draft["step"]}))
    draft = ok(trader.post(f"{at(draft)}/approve", json={"step": draft["step"]}))
    kept = [one for one in files(trader, draft)["files"] if one["step"]]
    assert [one["name"] for one in kept] == ["declaration.csv", "declaration.xlsx"]
    text = trader.get(kept[0]["href"]).content.decode("utf-8-sig")
    assert "'=1+1" in text
    told = {"step": draft["step"], "accepted": True, "number": "SYN-TDEC-1"}
    draft = ok(trader.post(f"{at(draft)}/reply", json=told))
    cancel = {"step": draft["step"], "how": "cancel"}
    draft = ok(trader.post(f"{at(draft)}/amend", json=cancel))
    sheet = next(one for one in files(trader, draft)["files"] if not one["step"])
    row = trader.get(sheet["href"]).content.decode("utf-8-sig").splitlines()[1]
    assert row.startswith("cancel,SYN-TDEC-1,import,,")


def test_a_file_that_a_draft_does_not_have_is_said_to_be_none_of_the_firms_own(firm: Firm) -> None:
    draft = made(firm, "BRNONE")
    answer = firm.preparer.get(f"{at(draft)}/files/0/nothing.txt")
    assert (answer.status_code, codes(answer)) == (404, ["DRAFT-NO-FILE"])
    assert "grant" not in answer.text
