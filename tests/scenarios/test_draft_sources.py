"""What papers tell of one consignment fills one draft: differences are seen, others' stay out."""

from typing import Any

import pytest
from running_instance import Instance
from test_drafts import Firm, at, codes, field, house, ok, settled, submitted, taken

HEAD = {"vessel": "SYNTHETIC STAR", "imo": "9811000", "port_of_call": "HKHKG"}


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "ds")


def paper(firm: Firm, kind: str, *bills: dict[str, Any], **told: Any) -> None:
    """Hand in a paper as JSON; the kind and the first bill's number name it."""
    sent = {
        "form": "waglan/paper/v1", "kind": kind, "document": f"{kind}-{bills[0]['number']}",
        "recipient": "NOBODY:ZZ", "bills": [*bills], **told,
    }  # fmt: skip
    taken(firm.preparer, sent)


def bill(number: str, **told: Any) -> dict[str, Any]:
    goods = {"description": "COTTON T-SHIRTS", "marks": "MARKS", "packages": 10}
    parties = [
        {"role": "consignor", "name": "SAMPLE TRADING LTD", "address": "1 SAMPLE ROAD"},
        {"role": "consignee", "name": "順發陶瓷有限公司", "address": "2 SAMPLE STREET"},
    ]
    return {
        "number": number, "parent": f"M{number}", "port_of_discharge": "HKHKG",
        "transhipment": False, "parties": parties, "goods": [goods], **told,
    }  # fmt: skip


def filled(firm: Firm, *keys: str, **more: Any) -> dict[str, Any]:
    new = {
        "profile": "hk-house-data", "facts": {"mode": "sea"}, "desk": firm.desk(),
        "keys": list(keys), **more,
    }  # fmt: skip
    return dict(ok(firm.preparer.post("/v1/drafts", json=new), 201))


def bills_of(draft: dict[str, Any]) -> set[str]:
    return {
        one["field"].split("/")[1] for one in draft["fields"] if one["field"].startswith("bills/")
    }


def test_whatever_two_papers_say_otherwise_waits_for_a_person_who_saw_both(firm: Firm) -> None:
    number = firm.number("S1")
    paper(firm, "shipping-instruction", bill(number), voyage="027E",
          arrival="2027-05-12T12:00", **HEAD)  # fmt: skip
    parties = [
        {"role": "consignor", "name": "ANOTHER SHIPPER LTD", "address": "1 Sample Road"},
        {"role": "consignee", "name": "顺发陶瓷有限公司", "address": "3 SAMPLE STREET"},
    ]
    goods = [{"description": "SHOES", "marks": "OTHER", "packages": 10}]
    other = bill(number, parties=parties, goods=goods, port_of_discharge="CNSZX", transhipment=True)
    paper(firm, "house-list", other, voyage="028E", arrival="2027-05-19T12:00", **HEAD)
    mine = house(number, f"M{number}")
    typed = {path: mine[path] for path in mine if path.startswith(("head/document", "boxes/"))}
    draft = filled(firm, number, fields=typed)
    differ = {
        "head/arrival", "head/voyage",
        *(f"bills/{number}/{name}" for name in (
            "consignor/name", "consignee/address", "goods/1/description", "goods/1/marks",
            "port_of_discharge", "transhipment",
        )),
    }  # fmt: skip
    open_ = {one["field"]: one for one in draft["fields"] if one["conflict"]}
    assert (set(open_), draft["conflicts"]) == (differ, len(differ))
    for one in open_.values():
        assert not one["settled"]
        assert {told["source"]["kind"] for told in one["told"]} == {"instruction", "house-data"}
        assert all(told["source"]["recorded_at"] for told in one["told"])
    # A name in the other script is the same name.
    assert f"bills/{number}/consignee/name" not in open_
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert (answer.status_code, codes(answer).count("DRAFT-CONFLICT")) == (422, len(differ))
    # What nobody differs about is typed; every difference is settled by name.
    rest = {path: mine[path] for path in mine if path not in differ}
    settle = {"step": draft["step"], "confirm": sorted(differ), "fields": rest}
    draft = ok(firm.preparer.patch(at(draft), json=settle))
    assert draft["conflicts"] == 0
    lost = {one["field"] for one in draft["fields"] if one["losing"]}
    assert differ <= lost
    assert submitted(firm, draft)["state"] == "awaiting-approval"


def test_what_is_typed_while_the_papers_fill_the_draft_settles_nothing(firm: Firm) -> None:
    number = firm.number("S2")
    paper(firm, "shipping-instruction", bill(number))
    place = f"bills/{number}/port_of_discharge"
    draft = filled(firm, number, fields={place: "CNSZX"})
    [one] = [one for one in draft["fields"] if one["conflict"]]
    assert (one["field"], one["value"], one["losing"]) == (place, "CNSZX", [1])
    confirm = {"step": draft["step"], "confirm": [place]}
    assert ok(firm.preparer.patch(at(draft), json=confirm))["conflicts"] == 0


BOX = "CSQU3054383"


def packed(number: str, **told: Any) -> dict[str, Any]:
    goods = {
        "description": "COTTON T-SHIRTS", "packages": 10,
        "containers": [{"container": BOX, "packages": 10}],
    }  # fmt: skip
    return bill(number, goods=[goods], **told)


def test_another_consignment_that_had_the_same_box_stays_out_of_the_draft(firm: Firm) -> None:
    mine, next_to_it, others = (firm.number(one) for one in ("S3", "S4", "S5"))
    booking, master = f"BK{mine}", f"M{mine}"
    on = {"booking": booking, "voyage": "001E", "arrival": "2027-05-12T12:00", **HEAD}
    box = {"equipment": [{"number": BOX, "size_type": "22G1", "full": True}]}
    paper(firm, "shipping-instruction", packed(mine), **on, **box)
    paper(firm, "shipping-instruction", packed(next_to_it, parent=master), voyage="001E", **HEAD)
    later = {"vessel": "OTHER STAR", "imo": "9074729", "voyage": "900W", "booking": f"BK{others}"}
    full = {"equipment": [{"number": BOX, "size_type": "45G1", "full": True}]}
    paper(firm, "shipping-instruction", packed(others), **later, **full,
          arrival="2027-09-01T12:00")  # fmt: skip
    draft = filled(firm, mine)
    # Loaded together under one master; the other one came months later on another ship.
    assert bills_of(draft) == {mine, next_to_it}
    assert others not in str(draft["fields"])
    assert draft["conflicts"] == 0
    assert field(draft, f"boxes/{BOX}/size_type")["value"] == "22G1"


def test_a_list_with_its_masters_booking_makes_no_bill_of_the_master(firm: Firm) -> None:
    number = firm.number("S6")
    paper(firm, "house-list", bill(number), booking=f"BK{number}")
    assert bills_of(filled(firm, number)) == {number}


def test_a_whole_bill_is_taken_out_and_stays_out_until_more_is_told_of_it(firm: Firm) -> None:
    mine, other = firm.number("S7"), firm.number("S8")
    paper(firm, "house-list", bill(mine, parent="SYNM7"), bill(other, parent="SYNM7"))
    draft = filled(firm, mine)
    assert bills_of(draft) == {mine, other}
    out = {"step": draft["step"], "leave_out": [f"bills/{other}"]}
    draft = ok(firm.preparer.patch(at(draft), json=out))
    left = [one for one in draft["fields"] if one["field"].startswith(f"bills/{other}/")]
    assert left
    assert {(one["value"], one["conflict"], len(one["losing"])) for one in left} == {
        (None, False, 1)
    }  # fmt: skip
    checked = ok(firm.preparer.get(f"{at(draft)}/check"))
    assert not [one for one in checked["findings"] if other in one["where"]["path"]]
    # The same papers bring nothing back; a new one is shown.
    draft = ok(firm.preparer.patch(at(draft), json={"step": draft["step"], "keys": [mine]}))
    assert draft["conflicts"] == 0
    paper(firm, "shipping-instruction", bill(other, parent="SYNM7"))
    draft = ok(firm.preparer.patch(at(draft), json={"step": draft["step"], "keys": [other]}))
    assert draft["conflicts"] == len(left)
    for place in (f"bills/{other}/number", "bills/NONE", "head", "bills/", ""):
        answer = firm.preparer.patch(at(draft), json={"step": draft["step"], "leave_out": [place]})
        assert (answer.status_code, codes(answer)) == (422, ["DRAFT-NOT-THERE"])


def refilled(firm: Firm, draft: dict[str, Any], number: str) -> dict[str, Any]:
    asked = {"step": draft["step"], "keys": [number]}
    return dict(ok(firm.preparer.patch(at(draft), json=asked)))


def stood(firm: Firm, draft: dict[str, Any]) -> dict[str, str]:
    """What its check tells of papers that count no more, by field."""
    found = ok(firm.preparer.get(f"{at(draft)}/check"))["findings"]
    assert all(one["severity"] == "error" for one in found if "DRAFT-PAPER" in one["code"])
    return {
        one["params"]["field"]: one["code"] for one in found if one["code"][:11] == "DRAFT-PAPER"
    }


def test_what_a_replaced_or_withdrawn_paper_alone_tells_waits_for_a_person(firm: Firm) -> None:
    number = firm.number("S20")
    mass, packages = f"bills/{number}/gross_mass_g", f"bills/{number}/packages"
    paper(firm, "shipping-instruction", bill(number, packages=10, gross_mass_g=5_000), **HEAD)
    draft = filled(firm, number)
    assert stood(firm, draft) == {}
    paper(firm, "shipping-instruction", bill(number, packages=20), function="replace", **HEAD)
    # Not filled again: the draft knows all the same that its paper counts no more.
    assert stood(firm, draft)[mass] == "DRAFT-PAPER-REPLACED"
    draft = refilled(firm, draft, number)
    assert stood(firm, draft) == {mass: "DRAFT-PAPER-REPLACED"}
    weight, count = field(draft, mass), field(draft, packages)
    assert (weight["value"], weight["settled"]) == (5_000, False)
    assert [one["source"]["ended"] for one in weight["told"]] == ["replaced"]
    assert (count["value"], count["settled"], count["losing"]) == (20, True, [1])
    assert [one["source"]["ended"] for one in count["told"]] == [None, "replaced"]
    answer = firm.preparer.post(f"{at(draft)}/submit", json={"step": draft["step"]})
    assert "DRAFT-PAPER-REPLACED" in codes(answer)
    confirm = {"step": draft["step"], "confirm": [mass]}
    draft = ok(firm.preparer.patch(at(draft), json=confirm))
    assert stood(firm, draft) == {}
    assert field(draft, mass)["settled"]
    # Withdrawn: all of it is open again, also what was confirmed while its version stood.
    confirm = {"step": draft["step"], "confirm": [packages]}
    draft = ok(firm.preparer.patch(at(draft), json=confirm))
    paper(firm, "shipping-instruction", bill(number), function="cancel")
    draft = refilled(firm, draft, number)
    open_ = stood(firm, draft)
    assert set(open_.values()) == {"DRAFT-PAPER-WITHDRAWN"}
    assert {packages, f"bills/{number}/consignor/name", "head/vessel"} <= set(open_)
    assert mass in open_
    typed = {"step": draft["step"], "fields": {packages: 21}, "confirm": ["head/vessel"]}
    draft = ok(firm.preparer.patch(at(draft), json=typed))
    assert {packages, "head/vessel"}.isdisjoint(stood(firm, draft))


def test_two_bills_whose_numbers_differ_in_a_sign_are_never_merged_in_silence(firm: Firm) -> None:
    booking = f"BK{firm.number('S21')}"
    numbers = [firm.number("S/21"), firm.number("S21"), firm.number("S21").lower()]
    for n, number in enumerate(numbers):
        paper(firm, "shipping-instruction", bill(number), booking=booking, document=f"{number}{n}")
    draft = filled(firm, booking)
    [key] = bills_of(draft)
    number = field(draft, f"bills/{key}/number")
    assert {one["value"] for one in number["told"]} == set(numbers)
    assert (number["conflict"], number["settled"], len(number["losing"])) == (True, False, 2)
