"""What a draft filed is filed anew or cancelled by other means, and the draft tells it."""

import re
from typing import Any

import pytest
from command_line import CommandLine
from port import filed
from running_instance import Instance
from test_drafts import Firm, answered, approved, at, codes, field, made, ok, settled, submitted


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "do")


def accepted(firm: Firm, number: str) -> Any:
    draft = answered(firm, approved(firm, submitted(firm, made(firm, number))))
    assert draft["state"] == "accepted", draft["filed"]
    return draft


def by_edifact(firm: Firm, draft: Any, function: int, version: int = 1, **told: str) -> None:
    """File the draft's document again by EDIFACT, other than it was handed over."""
    message = next(one["message"] for one in draft["steps"] if one["message"])
    raw = ok_bytes(firm, f"/v1/messages/{message}/raw")
    raw = raw.replace(b"+9'", f"+{function}'RFF+ACW:{version}'".encode(), 1)
    for before, after in told.items():
        raw = raw.replace(before.replace("_", " ").encode(), after.encode())
    [own] = re.findall(rb"UNZ\+1\+([^']*)", raw)
    raw = raw.replace(own, f"EDI{draft['id'][-6:]}{version}".upper().encode())
    raw = re.sub(rb"UNT\+(\d+)", lambda m: b"UNT+%d" % (int(m[1]) + 1), raw)
    done = filed(firm.machine, raw)
    assert done["state"] == "accepted", done["findings"]


def ok_bytes(firm: Firm, path: str) -> bytes:
    answer = firm.preparer.get(path)
    assert answer.status_code == 200
    return answer.content


def begun(firm: Firm, draft: Any, how: str = "amend", **more: Any) -> Any:
    wish = {"step": draft["step"], "how": how, **more}
    return ok(firm.preparer.post(f"{at(draft)}/amend", json=wish))


def changed(firm: Firm, draft: Any, **content: Any) -> Any:
    return ok(firm.preparer.patch(at(draft), json={"step": draft["step"], **content}))


def check(firm: Firm, draft: Any) -> tuple[bool, list[tuple[str, dict[str, Any]]]]:
    found = ok(firm.preparer.get(f"{at(draft)}/check"))
    told = [
        (one["code"], one["params"])
        for one in found["findings"]
        if one["code"].startswith(("DRAFT-FIL", "DRAFT-WOULD", "MANIFEST"))
    ]
    return found["ready"], told


def test_an_amendment_does_not_undo_what_was_filed_meanwhile_by_other_means(firm: Firm) -> None:
    number = firm.number("A")
    draft, document = accepted(firm, number), f"DOC-{number}"
    assert draft["filing"] == {"document": document, "version": 1, "stands": 1, "ended": None}
    by_edifact(firm, draft, 5, COTTON_T="PLASTIC T")
    draft = begun(firm, draft)
    draft = changed(firm, draft, fields={f"bills/{number}/goods/1/marks": "NEW MARKS"})
    goods = f"bills/{number}/goods/1/description"
    undone = {
        "field": goods, "stands": "PLASTIC T-SHIRTS", "draft": "COTTON T-SHIRTS", "version": 2,
    }  # fmt: skip
    since = {"document": document, "version": 2, "base": 1}
    assert check(firm, draft) == (
        False, [("DRAFT-FILED-SINCE", since), ("DRAFT-WOULD-UNDO", undone)]
    )  # fmt: skip
    refused = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert (refused.status_code, "DRAFT-FILED-SINCE" in codes(refused)) == (422, True)
    # Who takes over what was filed and says which version he saw goes on from there.
    draft = changed(firm, draft, keys=[number])
    told = field(draft, goods)["told"]
    [other] = [one["n"] for one in told if one["value"] == "PLASTIC T-SHIRTS"]
    marks = f"bills/{number}/goods/1/marks"
    draft = changed(firm, draft, choose={goods: other}, confirm=[marks])
    draft = begun(firm, draft, version=2)
    assert check(firm, draft) == (True, [])
    assert field(draft, marks)["value"] == "NEW MARKS"
    draft = answered(firm, approved(firm, submitted(firm, draft)))
    assert (draft["state"], draft["filing"]["version"]) == ("amended", 3), draft["filed"]


def test_what_is_undone_on_purpose_is_shown_to_who_approves(firm: Firm) -> None:
    number = firm.number("B")
    draft = accepted(firm, number)
    by_edifact(firm, draft, 5, COTTON_T="PLASTIC T")
    draft = begun(firm, draft, "replace", version=2)
    ready, [(code, undone)] = check(firm, draft)
    assert (ready, code, undone["stands"]) == (True, "DRAFT-WOULD-UNDO", "PLASTIC T-SHIRTS")


def test_each_bill_that_an_amendment_would_withdraw_is_told_however_many(firm: Firm) -> None:
    number = firm.number("W")
    draft = accepted(firm, number)
    with_more_bills(firm, draft, number, 60)
    ready, told = check(firm, begun(firm, draft, version=2))
    assert ready
    gone = [params["bill"] for code, params in told if code == "DRAFT-WOULD-WITHDRAW"]
    assert sorted(gone) == sorted(f"{number}X{k}" for k in range(60))
    assert {code for code, _ in told} == {"DRAFT-WOULD-WITHDRAW"}


def with_more_bills(firm: Firm, draft: Any, number: str, count: int) -> None:
    """File the draft's document again by EDIFACT, with bills more like its own."""
    message = next(one["message"] for one in draft["steps"] if one["message"])
    raw = ok_bytes(firm, f"/v1/messages/{message}/raw").replace(b"+9'", b"+5'RFF+ACW:1'", 1)
    raw = re.sub(rb"CNT\+7:.*?(?=UN[TZ]\+|CNI)", b"", raw, count=1)
    begins, ends = raw.index(b"CNI+1"), raw.index(b"UNT+")
    own = raw[begins:ends]
    more = [
        own.replace(number.encode(), f"{number}X{k}".encode()).replace(
            b"CNI+1", b"CNI+%d" % (k + 2)
        )
        for k in range(count)
    ]
    raw = b"".join([raw[:ends], *more, raw[ends:]])
    segments = raw[raw.index(b"UNH") : raw.index(b"UNT+")].count(b"'") + 1
    raw = re.sub(rb"UNT\+[0-9]+", b"UNT+%d" % segments, raw)
    [reference] = re.findall(rb"UNZ\+1\+([^']*)", raw)
    done = filed(firm.machine, raw.replace(reference, f"MORE{number}"[:14].encode()))
    assert done["state"] == "accepted", done["findings"]


def test_what_is_filed_by_other_means_after_it_was_submitted_keeps_it_from_being_approved(
    firm: Firm,
) -> None:
    draft = begun(firm, accepted(firm, firm.number("C")))
    draft = submitted(firm, draft)
    by_edifact(firm, draft, 5, COTTON_T="PLASTIC T")
    refused = firm.approver.post(f"{at(draft)}/approve", json={"step": draft["step"]})
    assert (refused.status_code, codes(refused)) == (422, ["DRAFT-FILED-SINCE"])
    for version, code in ((1, "DRAFT-FILED-SINCE"), (3, "DRAFT-NO-SUCH-VERSION")):
        unseen = {"step": draft["step"], "how": "amend", "version": version}
        refused = firm.preparer.post(f"{at(draft)}/amend", json=unseen)
        assert (refused.status_code, codes(refused)) == (422, [code])
    draft = begun(firm, draft, "cancel", version=2)
    assert (draft["state"], draft["function"], check(firm, draft)) == (
        "draft",
        "cancel",
        (True, []),
    )
    by_edifact(firm, draft, 5, version=2)
    assert not check(firm, draft)[0]


def test_a_draft_tells_that_its_filing_was_replaced_or_cancelled_by_other_means(
    waglan: CommandLine, firm: Firm
) -> None:
    draft = accepted(firm, firm.number("D"))
    by_edifact(firm, draft, 5, COTTON_T="PLASTIC T")
    shown = ok(firm.preparer.get(at(draft)))["filing"]
    assert (shown["version"], shown["stands"], shown["ended"]) == (1, 2, "replaced")
    by_edifact(firm, draft, 1, version=2)
    listed = ok(firm.preparer.get("/v1/drafts"))["drafts"]
    [line] = [one for one in listed if one["id"] == draft["id"]]
    assert (line["filing"]["stands"], line["filing"]["ended"]) == (3, "cancelled")
    line = waglan.operates(firm.instance).signs_in(firm.preparer.headers["Authorization"])
    assert "cancelled since by other means" in line("draft", "show", draft["id"]).out
    draft = begun(firm, draft, "replace")
    ready, found = check(firm, draft)
    assert (ready, [code for code, _ in found]) == (False, ["DRAFT-FILING-CANCELLED"])
