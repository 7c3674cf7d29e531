"""An officer's day at the desk: asked for, detained, looked at, cleared, each act signed by him."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from port import Officer, filed, wait
from running_instance import ORIGIN, Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import ClearedPart, Kind, sign_act
from waglan.customs.officer_proof import officer_signed
from waglan.customs.outcome import Found, Outcome, Scan, Taken
from waglan.logbook.evidence import Kept, Trust, verify

VOYAGE = "9811000/001E"
NUMBERS = count(1)


@dataclass
class Desk:
    """A line, and the officer with whom it files; no standing order decides for him."""

    line: httpx.Client
    officer: Officer

    def files(self, *bills: Paper, instead_of: str = "") -> str:
        """File bills in a manifest of their own, or instead of one that stands at version 1."""
        ref = f"D{next(NUMBERS)}"
        paper = manifest(Call("DESKLINE", "DESKCUSTOMS", ref), *bills)
        if instead_of:
            paper = paper.replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{instead_of}+5'".encode())
            paper = paper.replace(b":203'NAD+CA", b":203'RFF+ACW:1'NAD+CA", 1)
            count = paper.count(b"'") - 2 - 1
            paper = paper[: paper.index(b"UNT+")] + f"UNT+{count}+{ref}'UNZ+1+{ref}'".encode()
        sent = filed(self.line, paper)
        assert sent["state"] == "accepted", sent["findings"]
        return ref

    def filed(self) -> str:
        number = f"SYNDESK{next(NUMBERS)}"
        self.files(Paper(number))
        return number

    def status(self, number: str) -> tuple[str | None, str | None, int]:
        [seen] = self.officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
        return seen["status"], seen["served"], seen["version"]

    def told(self, number: str) -> tuple[str | None, dict[str, Any]]:
        """What the line knows: the status, and what its last notice says."""
        [found] = self.line.get(f"/v1/track/{number}").json()["found"]
        notices = [e for e in found["events"] if e["code"] == "customs.notice-served"]
        return found["customs"] and found["customs"]["what"], notices[-1]["body"] if notices else {}

    def does(self, kind: Kind, number: str, **said: Any) -> httpx.Response:
        return self.officer.does(kind, bills=self.officer.sees(number), **said)

    def detains(self, number: str) -> httpx.Response:
        return self.does(
            Kind.DETAIN, number, reason="weight looks odd", instruction="Keep it closed."
        )


@pytest.fixture(scope="module")
def desk(instance: Instance) -> Desk:
    line = instance.let_in("desk-line", "carrier", addresses=("DESKLINE:ZZZ",))
    customs = instance.let_in("desk-customs", "customs", addresses=("DESKCUSTOMS:ZZZ",))
    return Desk(line, Officer(customs))


def codes(answer: httpx.Response) -> list[str]:
    return [finding["code"] for finding in answer.json()["findings"]]


def test_a_box_is_selected_looked_into_cleared_in_part_and_then_whole(desk: Desk) -> None:
    number = desk.filed()
    assert desk.status(number) == (None, None, 0)
    assert desk.does(Kind.SELECT, number, reason="its weight").status_code == 201
    assert desk.told(number) == (None, {})  # nothing before the notice
    assert desk.officer.serves(VOYAGE) >= 1
    assert desk.told(number)[0] == "inspect"
    too_early = desk.does(Kind.CLEAR, number, reason="no need")
    assert (too_early.status_code, codes(too_early)) == (409, ["CUSTOMS-NOT-LAWFUL-NOW"])
    outcome = Outcome(
        "quantity-differs",
        (Found(1, packages=9),),
        Taken("cotton", 250, "g"),
        Scan("scan 7", "a" * 64),
        text="One carton is missing.",
    )
    beyond = Outcome("quantity-differs", (Found(1, packages=9), Found(99)))
    refused = desk.does(Kind.EXAMINE, number, outcome=beyond)
    assert (refused.status_code, codes(refused)) == (422, ["ACT-FOUND-UNKNOWN"])
    done = desk.does(Kind.EXAMINE, number, outcome=outcome)
    assert done.status_code == 201, done.text
    assert done.json()["rows"][0]["status"] == "examined"
    nowhere = (ClearedPart(goods=1, container="ZZZU0000000"),)
    refused = desk.does(Kind.CLEAR_PARTLY, number, reason="half", parts=nowhere)
    assert (refused.status_code, codes(refused)) == (422, ["ACT-PART-UNKNOWN"])
    half = (ClearedPart(goods=1, packages=5),)
    assert desk.does(Kind.CLEAR_PARTLY, number, reason="half", parts=half).status_code == 201
    assert desk.told(number)[0] == "inspect"
    desk.officer.serves(VOYAGE)
    what, notice = desk.told(number)
    assert (what, notice["parts"]) == ("partly-cleared", [{"goods": 1, "packages": 5}])
    assert "missing" not in str(notice)
    assert desk.does(Kind.CLEAR, number, reason="all found", voucher="RV-9").status_code == 201
    desk.officer.serves(VOYAGE)
    assert desk.told(number)[1]["voucher"] == "RV-9"
    [seen] = desk.officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
    assert [(s["status"], s["result"]) for s in seen["steps"]] == [
        ("inspect", None),
        ("examined", "quantity-differs"),
        ("partly-cleared", None),
        ("cleared", None),
    ]
    assert all(step["act"].startswith("act-") for step in seen["steps"])


def test_documents_are_asked_for_by_a_day_and_conditions_are_told(desk: Desk) -> None:
    number, due = desk.filed(), datetime.now(UTC) + timedelta(days=2)
    asked = desk.does(Kind.ASK_DOCUMENTS, number, reason="prices", documents=("invoice",), due=due)
    assert asked.status_code == 201, asked.text
    desk.officer.serves(VOYAGE)
    what, notice = desk.told(number)
    assert (what, notice["documents"]) == ("documents-asked", ["invoice"])
    assert datetime.fromisoformat(notice["due"]) == due
    assert "prices" not in str(notice)
    assert desk.detains(number).status_code == 201
    bond = ("Keep it in bond until the licence is produced.",)
    kept = desk.does(Kind.CLEAR_CONDITIONALLY, number, reason="licence", conditions=bond)
    assert kept.status_code == 201
    desk.officer.serves(VOYAGE)
    assert desk.told(number)[1]["conditions"] == list(bond)
    assert desk.does(Kind.SEIZE, number, reason="the licence is false").status_code == 201
    assert desk.does(Kind.LIFT, number, reason="given back").json()["rows"][0]["status"] == (
        "detained"
    )


def test_of_many_officers_at_once_one_decides_and_the_others_are_told_what_stands(
    desk: Desk,
) -> None:
    number = desk.filed()
    seen = desk.officer.sees(number)
    acts = [
        desk.officer.sheet(Kind.SELECT, id=f"race-{n}", bills=seen, reason=f"officer {n}")
        for n in range(8)
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        answers = list(pool.map(desk.officer.hands_in, acts))
    assert sorted(a.status_code for a in answers) == [201, *[409] * 7]
    for answer in answers:
        if answer.status_code == 409:
            [finding] = answer.json()["findings"]
            assert finding["code"] == "CUSTOMS-MOVED-ON"
            assert finding["params"] == {
                "bill": number, "saw": 0, "version": 1, "now": "inspect",
                "by": desk.officer.subject, "saw_filed": 1, "filed": 1, "changed": "decided",
            }  # fmt: skip
    assert desk.status(number) == ("inspect", None, 1)


def test_of_many_bills_those_are_done_that_still_stand_as_they_were_seen(desk: Desk) -> None:
    numbers = [desk.filed() for _ in range(3)]
    seen = [target for number in numbers for target in desk.officer.sees(number)]
    assert desk.detains(numbers[1]).status_code == 201
    done = desk.officer.does(Kind.SELECT, bills=tuple(seen), reason="all of them").json()
    assert (done["done"], done["refused"]) == (2, 1)
    assert [[f["code"] for f in row["findings"]] for row in done["rows"]] == [
        [], ["CUSTOMS-MOVED-ON"], [],
    ]  # fmt: skip
    assert [desk.status(number)[0] for number in numbers] == ["inspect", "detained", "inspect"]


def test_an_act_is_refused_unless_the_signed_in_officer_signed_these_very_bytes(
    desk: Desk, instance: Instance
) -> None:
    number, officer = desk.filed(), desk.officer
    other = Officer(instance.let_in("desk-other", "customs", addresses=("DESKOTHER:ZZZ",)))
    sheet = officer.sheet(Kind.SELECT, bills=officer.sees(number), reason="a look")
    body, signature = sheet.act_bytes(), sign_act(sheet, officer.key)
    false = sign_act(sheet, other.key)

    def hand_in(body: bytes, signature: bytes, by: httpx.Client = officer.desk) -> list[str]:
        signed = {name: base64.b64encode(data).decode() for name, data in
                  (("body", body), ("signature", signature))}  # fmt: skip
        answer = by.post("/v1/customs/acts", json=signed)
        assert answer.status_code in (409, 422), answer.text
        return codes(answer)

    assert hand_in(body, false) == ["ACT-UNSIGNED"]
    assert hand_in(body.replace(b"a look", b"a book"), signature) == ["ACT-UNSIGNED"]
    assert hand_in(body + b" ", signature) == ["ACT-UNREADABLE"]
    assert hand_in(body, signature, other.desk) == ["ACT-OF-ANOTHER"]
    old = officer.sheet(
        Kind.SELECT,
        bills=officer.sees(number),
        reason="old",
        at=datetime.now(UTC) - timedelta(hours=1),
    )
    assert codes(officer.hands_in(old)) == ["ACT-STALE"]
    assert codes(other.does(Kind.SELECT, bills=officer.sees(number), reason="mine")) == [
        "ACT-NO-SUCH-BILL"
    ]
    assert desk.status(number) == (None, None, 0)
    first = officer.hands_in(sheet)
    assert first.status_code == 201
    assert officer.hands_in(sheet).json() == first.json()  # the same bytes again
    assert desk.status(number)[2] == 1
    taken = officer.sheet(Kind.LIFT, id=sheet.id, bills=officer.sees(number), reason="no")
    assert (officer.hands_in(taken).status_code, desk.status(number)[2]) == (409, 1)


def test_an_act_is_proven_to_anybody_with_its_officers_signature(
    desk: Desk, instance: Instance
) -> None:
    number = desk.filed()
    act = desk.detains(number).json()["act"]
    officer = desk.officer.desk
    seq = wait(lambda: officer.get(f"/v1/customs/acts/{act}").json()["seq"])
    bundle = wait(lambda: officer.get(f"/v1/evidence/{seq}"))
    said = verify(bundle.content, Trust({ORIGIN: [instance.log_key]}, None)).said
    assert isinstance(said, Kept)
    signed = officer_signed(said.event)
    assert signed is not None
    assert (signed.officer, signed.is_signed) == (desk.officer.subject, True)
    assert desk.line.get(f"/v1/evidence/{seq}").status_code == 404


def test_whoever_files_anew_does_not_get_rid_of_a_detention(desk: Desk) -> None:
    number = f"SYNDESK{next(NUMBERS)}"
    ref = desk.files(Paper(number))
    desk.officer.orders(desk.officer.publishes())
    assert desk.detains(number).status_code == 201
    desk.files(Paper(number, box="TCLU1234560"), instead_of=ref)
    wait(lambda: True if desk.status(number)[2] == 2 else None)
    assert desk.status(number)[0] == "detained"
    desk.officer.serves(VOYAGE)
    assert desk.told(number)[1]["instruction"] == "Keep it closed."
    revoked = desk.officer.does(Kind.REVOKE_ORDER, order="order-1", reason="the test is over")
    assert revoked.status_code == 201
    again = desk.officer.does(Kind.REVOKE_ORDER, order="order-1", reason="once more")
    assert codes(again) == ["ACT-NO-SUCH-ORDER"]


def model(*rows: tuple[str, str, str, str], weight: bool = False) -> bytes:
    """An officers' table: rule, what it asks of the gross mass, status, weight."""
    names = ("rule", "status", "note", *(("weight",) if weight else ()))
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i0", "name": "", "field": "gross_kg"}],
        "outputs": [{"id": name, "name": name, "field": name} for name in names],
        "rules": [
            {"rule": f'"{rule}"', "i0": asks, "status": f'"{status}"'}
            | ({"weight": weighs} if weight else {})
            for rule, asks, status, weighs in rows
        ],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in", "content": {}},
        {"id": "b", "type": "decisionTableNode", "name": "risk", "content": content},
    ]
    return json.dumps({"nodes": nodes, "edges": []}).encode()


def test_a_table_takes_two_officers_and_an_order_names_published_ones_alone(
    instance: Instance,
) -> None:
    customs = instance.let_in("two-customs", "customs", addresses=("TWOCUSTOMS:ZZZ",))
    officer = Officer(customs)
    table = officer.imports(model(("HEAVY", "> 900", "inspect", "")))
    assert officer.imports(model(("HEAVY", "> 900", "inspect", ""))) == table
    alone = officer.does(Kind.PUBLISH_TABLE, table=table)
    assert (alone.status_code, codes(alone)) == (422, ["TABLE-ONE-OFFICER"])
    colleague = officer.colleague()
    own = officer.does(Kind.PUBLISH_TABLE, table=table)
    assert (own.status_code, codes(own)) == (422, ["TABLE-SECOND-OFFICER"])
    with pytest.raises(AssertionError, match="ORDER-TABLE-DRAFT"):
        officer.orders(table)
    assert colleague.does(Kind.PUBLISH_TABLE, table=table).status_code == 201
    assert codes(colleague.does(Kind.PUBLISH_TABLE, table=table)) == ["TABLE-PUBLISHED"]
    assert codes(colleague.does(Kind.PUBLISH_TABLE, table="0" * 64)) == ["TABLE-ABSENT"]
    officer.orders(table)
    [shown] = customs.get("/v1/customs/tables").json()["tables"]
    assert (shown["imported_by"], shown["published_by"]) == (officer.subject, colleague.subject)
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert (order["state"], order["expires_soon"]) == ("in force", True)  # it is for one day
    assert customs.get(f"/v1/customs/standing-orders/{order['order_id']}").json() == order
    assert officer.does(Kind.REVOKE_ORDER, order="order-1", reason="over").status_code == 201
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert order["state"] == "revoked"
    taken = base64.b64encode(officer.key.public_key().public_bytes_raw()).decode()
    third = officer.colleague()
    again = third.desk.post("/v1/customs/officer-keys", json={"public_key": taken})
    assert again.status_code == 409


def test_tables_and_orders_are_listed_page_by_page(instance: Instance) -> None:
    customs = instance.let_in("paged-customs", "customs", addresses=("PAGEDCUSTOMS:ZZZ",))
    officer = Officer(customs)
    other = Officer(instance.let_in("other-paged", "customs", addresses=("OTHERPAGED:ZZZ",)))
    tables = [officer.imports(model((f"R{n}", "> 1", "inspect", ""))) for n in range(5)]
    foreign = other.imports(model(("FOREIGN", "> 1", "inspect", "")))
    table = officer.publishes(model(("R9", "> 1", "inspect", "")))
    for n in range(1, 5):
        officer.orders(table, order_id=f"order-{n}")
    seen = pages(customs, "tables", "sha256")
    assert sorted(seen) == sorted([*tables, table])
    assert seen[0] == table
    assert pages(customs, "standing-orders", "order_id") == [f"order-{n}" for n in range(4, 0, -1)]
    for before in ("0" * 64, foreign):
        page = customs.get("/v1/customs/tables", params={"before": before}).json()
        assert page == {"tables": [], "next": None}
    assert customs.get("/v1/customs/tables", params={"before": "odd"}).status_code == 422
    page = customs.get("/v1/customs/standing-orders", params={"before": "nobody's"}).json()
    assert page == {"orders": [], "next": None}


def pages(customs: httpx.Client, what: str, name: str) -> list[str]:
    """Everything on a list, in pages of two."""
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = customs.get(f"/v1/customs/{what}", params={"limit": 2, **before}).json()
        shown = page[what.rpartition("-")[2]]
        assert 1 <= len(shown) <= 2
        seen += [one[name] for one in shown]
        if page["next"] is None:
            return seen
        before = {"before": page["next"]}


def test_two_tables_are_compared_in_words(instance: Instance) -> None:
    customs = instance.let_in("words-customs", "customs", addresses=("WORDSCUSTOMS:ZZZ",))
    officer = Officer(customs)
    old = officer.imports(model(("HEAVY", "> 900", "inspect", ""), ("GONE", "< 5", "detained", "")))
    new = officer.imports(
        model(("HEAVY", "> 800", "inspect", "70"), ("NEW", "== 1", "detained", ""), weight=True)
    )
    found = customs.get(f"/v1/customs/tables/{old}/changes-to/{new}").json()
    assert [row["rule"] for row in found["added"]] == ["NEW"]
    assert [row["rule"] for row in found["removed"]] == ["GONE"]
    [changed] = found["changed"]
    assert (changed["before"]["asks"], changed["before"]["weight"]) == (["gross_kg: > 900"], 400)
    assert (changed["after"]["asks"], changed["after"]["weight"]) == (["gross_kg: > 800"], 70)
    assert customs.get(f"/v1/customs/tables/{new}/changes-to/{new}").json() == {
        "added": [], "removed": [], "changed": [],
    }  # fmt: skip
    for weight in ("1001", "-1", "1.5", "many"):
        refused = customs.post(
            "/v1/customs/tables", content=model(("A", "> 1", "inspect", weight), weight=True)
        )
        assert codes(refused) == ["TABLE-WEIGHT"], weight
    silent = model(("A", '"lobster tail" in $', "inspect", "")).replace(b"gross_kg", b"words")
    assert codes(customs.post("/v1/customs/tables", content=silent)) == ["TABLE-CELL-NEVER"]
