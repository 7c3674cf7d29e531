"""A draft is checked as it will be filed: what its filing would be refused for, its check says."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from bridge_drafts import declared
from bridge_drafts import house as air_house
from command_line import CommandLine
from running_instance import Instance
from test_drafts import Firm, answered, approved, at, codes, house, made, ok, settled, submitted

from waglan.customs.rules import EVERY_RULE
from waglan.manifest.filing_profile import profiles

Fields = dict[str, Any]


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "dk")


def check(firm: Firm, draft: Any) -> Any:
    return ok(firm.preparer.get(f"{at(draft)}/check"))


def errors(found: Any) -> set[str]:
    return {one["code"] for one in found["findings"] if one["severity"] == "error"}


def filed(firm: Firm, number: str, **more: Any) -> Any:
    return answered(firm, approved(firm, submitted(firm, made(firm, number, **more))))


def test_a_box_that_goods_name_and_nobody_lists_is_found_before_it_is_filed(firm: Firm) -> None:
    number = firm.number("K1")
    fields = {path: told for path, told in house(number).items() if path[:6] != "boxes/"}
    found = check(firm, made(firm, number, fields=fields))
    assert (found["ready"], errors(found)) == (False, {"MANIFEST-BOX-UNDECLARED"})
    [one] = [one for one in found["findings"] if one["code"] == "MANIFEST-BOX-UNDECLARED"]
    assert one["where"] == {"path": f"bills/{number}"}
    assert "HK-60C" in found["rules_run"]


def test_a_document_that_was_filed_already_is_found_before_it_is_filed_again(firm: Firm) -> None:
    number = firm.number("K2")
    assert filed(firm, number)["state"] == "accepted"
    again = made(firm, number)
    found = check(firm, again)
    assert (found["ready"], errors(found)) == (False, {"MANIFEST-ALREADY-DECLARED"})
    refused = firm.preparer.post(f"{at(again)}/submit", json={"step": again["step"]})
    assert (refused.status_code, "MANIFEST-ALREADY-DECLARED" in codes(refused)) == (422, True)


def test_nothing_is_prepared_of_a_filing_of_which_only_deadlines_are_known(firm: Firm) -> None:
    refused = firm.preparer.post("/v1/drafts", json={"profile": "cn-ccam"})
    assert (refused.status_code, codes(refused)) == (422, ["PROFILE-DEADLINES-ONLY"])


def test_a_desk_that_is_none_is_found_before_it_is_filed(firm: Firm) -> None:
    quay = firm.instance.let_in("quay-dk", "terminal", addresses=("QUAYDK:ZZZ",))
    assert ok(quay.get("/v1/whoami"))
    for n, desk in enumerate(["NOPE:ZZZ", "QUAYDK:ZZZ"]):
        found = check(firm, made(firm, firm.number(f"K3{n}"), desk=desk))
        assert (found["ready"], errors(found)) == (False, {"DRAFT-NO-DESK"})
        assert "HK-60C" in found["rules_run"]


def test_a_bill_of_ones_own_in_another_manifest_is_found_before_it_is_filed(firm: Firm) -> None:
    number = firm.number("K4")
    assert filed(firm, number)["state"] == "accepted"
    other = {**house(number), "head/document": f"OTHER-{number}"}
    found = check(firm, made(firm, number, fields=other))
    assert "HK-MAN-046" in {one["code"] for one in found["findings"]}
    assert "HK-MAN-046" not in {one["params"].get("rule") for one in found["not_run"]}


def test_a_check_tells_nothing_of_what_another_firm_filed(firm: Firm) -> None:
    number = firm.number("K5")
    rival = settled(firm.instance, "dr5")
    assert filed(rival, number)["state"] == "accepted"
    assert check(firm, made(firm, number))["ready"]


def test_an_amendment_is_checked_against_what_stands(firm: Firm) -> None:
    draft = filed(firm, firm.number("K6"))
    for how in ("replace", "cancel"):
        begun = {"step": draft["step"], "how": how}
        draft = ok(firm.preparer.post(f"{at(draft)}/amend", json=begun))
        found = check(firm, draft)
        assert found["ready"], found["findings"]
        draft = ok(firm.preparer.post(f"{at(draft)}/let-stand", json={"step": draft["step"]}))


def test_an_address_in_parts_is_filed_whole_and_says_nothing_twice(firm: Firm) -> None:
    number = firm.number("K98")
    at_ = f"bills/{number}"
    parts = {
        f"{at_}/consignor/address": "1 SAMPLE ROAD", f"{at_}/consignor/place": "SHANGHAI",
        f"{at_}/consignor/postcode": "200000", f"{at_}/consignor/country": "CN",
        f"{at_}/consignee/address": "2 SAMPLE STREET, Hong Kong",
        f"{at_}/consignee/place": "HONG KONG", f"{at_}/consignee/country": "HK",
    }  # fmt: skip
    assert filed(firm, number, fields=house(number) | parts)["state"] == "accepted"
    bill = ok(firm.customs.get(f"/v1/customs/bills/{number}"))["bills"][0]
    told = {one["role"]: one["address"] for one in bill["named"]["parties"]}
    assert told == {
        "consignor": "1 SAMPLE ROAD, SHANGHAI, 200000, CN",
        "consignee": "2 SAMPLE STREET, Hong Kong, HK",
    }


def left_out(path: str) -> Callable[[Fields], Fields]:
    return lambda fields: {one: told for one, told in fields.items() if one != path}


# Every field of a house alone: what remains of it is either found wanting, or accepted.
FIELDS = [path.replace("HOUSE", "{number}") for path in house("HOUSE")]


@pytest.mark.parametrize("path", FIELDS)
def test_whatever_a_check_finds_ready_its_desk_accepts(firm: Firm, path: str) -> None:
    number = firm.number(f"L{FIELDS.index(path)}")
    draft = made(firm, number, fields=left_out(path.format(number=number))(house(number)))
    found = check(firm, draft)
    assert found["ready"] == (not errors(found))
    if found["ready"]:
        draft = answered(firm, approved(firm, submitted(firm, draft)))
        assert draft["state"] == "accepted", draft["filed"]


def test_a_draft_that_was_refused_all_the_same_says_why(waglan: CommandLine, firm: Firm) -> None:
    # Two of one document are approved before the desk reads either: no check could know.
    number = firm.number("K7")
    twins = [submitted(firm, made(firm, number)) for _ in range(2)]
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        conn.execute("LOCK TABLE outcome IN EXCLUSIVE MODE")
        twins = [approved(firm, one) for one in twins]
    shown = [answered(firm, one) for one in twins]
    assert sorted(one["state"] for one in shown) == ["accepted", "refused"], shown
    line = waglan.operates(firm.instance)
    line.signs_in(firm.preparer.headers["Authorization"])
    for one in shown:
        is_refused = one["state"] == "refused"
        [sent] = one["filed"]
        told = {finding["code"] for finding in sent["findings"]}
        assert ("MANIFEST-ALREADY-DECLARED" in told) is is_refused
        assert sent["content_step"] == 1
        ran = line("draft", "show", one["id"])
        assert ("was refused" in ran.out) is ("MANIFEST-ALREADY-DECLARED" in ran.err) is is_refused


def test_an_unfinished_draft_is_told_which_of_its_fields_are_missing_and_nothing_of_a_message(
    waglan: CommandLine, firm: Firm
) -> None:
    line = waglan.operates(firm.instance)
    line.signs_in(firm.preparer.headers["Authorization"])
    number = firm.number("K8")
    for fields in ({}, {"bills/1/packages": 3}, {f"bills/{number}/goods/1/marks": "SAMPLE MARKS"}):
        draft = made(firm, number, fields=fields)
        ran = line("draft", "check", draft["id"])
        assert (ran.status, "head/document=VALUE" in ran.err) == (1, True)
        for told in ("EDIFACT", "BGM", "RFF", "CLI-", "Bill  "):
            assert told not in ran.err, ran.err
        assert "waglan draft set DRAFT head/voyage=VALUE" in ran.err
        assert "HK-MAN-046 was not run: your earlier filings are compared by" in ran.err
        assert "your own earlier filings are not at hand" not in ran.err
    assert f"Bill {number} gives no gross weight" in ran.err
    assert f"waglan draft set DRAFT bills/{number}/number=VALUE" in ran.err


def test_a_draft_that_would_be_refused_is_still_compared_with_ones_own_filings(firm: Firm) -> None:
    number = firm.number("K12")
    assert filed(firm, number)["state"] == "accepted"
    other = {**house(number), "head/document": f"OTHER-{number}"}
    found = check(firm, made(firm, number, fields=other, desk="NOPE:ZZZ"))
    again = check(firm, made(firm, number))
    assert errors(again) == {"MANIFEST-ALREADY-DECLARED"}
    for one in (found, again):
        assert {"HK-MAN-046", "HK-MAN-047"} <= set(one["rules_run"]), one["not_run"]
    assert "HK-MAN-046" in {one["code"] for one in found["findings"]}


ELSEWHERE = {
    "hk-tdec": declared(),
    "hk-road-aci": {**declared(), "head/crossing_date": "2026-12-05"},
    "hk-eman-statement-2": declared(),
    "hk-air-house-data": air_house("1"),
}


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_a_draft_for_elsewhere_is_held_against_the_rules_that_its_profile_names(
    firm: Firm, profile: str
) -> None:
    odd = {
        "bills/1/consignor/name": "S\u0410MPLE FAR LTD",
        "bills/1/consignee/name": "TBA",
        "bills/1/goods/1/description": "GENERAL CARGO",
    }
    new = {
        "profile": profile,
        "facts": {"direction": "import"},
        "fields": {**ELSEWHERE[profile], **odd},
    }
    if profile != "hk-tdec":
        del new["facts"]
    draft = ok(firm.preparer.post("/v1/drafts", json=new), 201)
    found = check(firm, draft)
    told = {one["code"]: one["severity"] for one in found["findings"]}
    for code in ("HK-MAN-012", "HK-MAN-013-CONSIGNEE", "HK-MAN-014-LOOKALIKE"):
        assert told[code] == "warning", told
    [letters] = [one for one in found["findings"] if one["code"] == "HK-MAN-014-LOOKALIKE"]
    assert "<U+0410>" in letters["problem"]
    # Each rule was run, or is told as not run with the reason.
    named = {one["params"].get("rule") for one in found["not_run"]}
    assert named - {None} | set(found["rules_run"]) == {rule.CODE for rule in EVERY_RULE}
    assert set(found["rules_run"]) <= set(profiles()[profile].rules)
    assert "DRAFT-RECIPIENT-RULES" in {one["code"] for one in found["not_run"]}
    plain = firm.preparer.get(f"{at(draft)}/check", headers={"Accept-Language": "zh-HK"})
    assert all(one["problem"] for one in ok(plain)["not_run"])
