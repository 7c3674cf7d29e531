"""A bill that is declared no more says so to everybody who was shown it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from port import Officer, filed, wait
from running_instance import SAMPLE_SECRET, Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.calendar import HONG_KONG
from waglan.customs.officer_act import Kind
from waglan.customs.sample import Sample
from waglan.gateway.keys import SAMPLE_PERMILLE
from waglan.manifest.model import Bill, Level

SAMPLE = Sample(SAMPLE_SECRET, SAMPLE_PERMILLE)


def names() -> Iterator[str]:
    """What the bills of a desk's test begin with: such that the lot falls on none of them."""
    own = [str(n) for n in range(1, 10)]
    pairs = [(bill, above) for bill in own for above in (None, *own)]
    for name in (f"WD{n:04}" for n in count(1)):
        numbered = [(name + bill, above and name + above) for bill, above in pairs]
        if not any(SAMPLE.takes(Bill(one, Level.HOUSE, above)) for one, above in numbered):
            yield name


NAMES = names()


class Desk:
    """A line that files with a customs authority of its own, and the bank it shows bills to."""

    def __init__(self, instance: Instance) -> None:
        self.name = next(NAMES)
        self.line = instance.let_in(
            f"{self.name}-line".lower(), "carrier", addresses=(f"{self.name}L:ZZZ",)
        )
        self.customs = instance.let_in(
            f"{self.name}-customs".lower(), "customs", addresses=(f"{self.name}C:ZZZ",)
        )
        self.bank = instance.let_in(f"{self.name}-bank".lower(), "bank")
        self.versions = 0

    def files(
        self,
        function: str,
        *bills: str,
        document: str = "A",
        goods: str = "COTTON T-SHIRTS",
        on: tuple[str, int] = ("001E", 1),
        instead: tuple[bytes, bytes] = (b"", b""),
    ) -> None:
        """File a version of one document under a new reference; `3<1` is house 3 below 1.

        It is filed for the ship that comes `on` such a voyage in so many days. `instead` is a text
        of it and what stands there instead.
        """
        self.versions += 1
        call = Call(f"{self.name}L", f"{self.name}C", f"{document}{self.versions}")
        named = [[f"{self.name}{one}" for one in bill.split("<")] for bill in bills]
        paper = manifest(call, *[Paper(number, *above) for number, *above in named])
        own = f"DOC-{document}{self.versions}+9".encode()
        paper = paper.replace(own, f"DOC-{document}+{function}".encode())
        paper = paper.replace(b"COTTON T-SHIRTS", goods.encode()).replace(b"001E", on[0].encode())
        today = datetime.now(HONG_KONG)
        day, then = (f"DTM+132:{today + timedelta(days=n):%Y%m%d}" for n in (1, on[1]))
        paper = paper.replace(day.encode(), then.encode())
        if instead[0]:
            assert instead[0] in paper
            more = instead[1].count(b"'") - instead[0].count(b"'")
            paper = paper.replace(*instead)
            count = int(paper.split(b"UNT+")[1].split(b"+")[0])
            paper = paper.replace(b"UNT+%d+" % count, b"UNT+%d+" % (count + more))
        found = filed(self.line, paper)
        assert found["state"] == "accepted", found["findings"]

    def shows(self, bill: str, view: str) -> None:
        wish = {
            "bill": f"{self.name}{bill}",
            "receiver": self.bank.get("/v1/whoami").json()["party"],
            "view": view,
            "days": 30,
        }
        answer = self.line.post("/v1/grants", json=wish)
        assert answer.status_code == 201, answer.text

    def stands(self, who: httpx.Client, bill: str) -> str | None:
        answer = who.get(f"/v1/track/{self.name}{bill}")
        if answer.status_code == 404:
            return None
        found = [one for one in tracked(answer) if one["key"] == f"{self.name}{bill}"]
        # A house that goes on as another one stands for itself until its readers are settled.
        return str(found[0]["declaration"]) if len(found) == 1 else "several"

    def is_withdrawn(self, bill: str, *, below: str) -> bool:
        shown = self.customs.get(f"/v1/customs/bills/{self.name}{bill}").json()["bills"]
        return any(one["withdrawn"] for one in shown if one["parent"] == f"{self.name}{below}")

    def comes_to(self, who: httpx.Client, bill: str, declaration: str | None) -> None:
        wait(lambda: self.stands(who, bill) == declaration or None)


def tracked(answer: httpx.Response) -> list[dict[str, Any]]:
    return list(answer.json()["found"])


@pytest.fixture
def desk(instance: Instance) -> Desk:
    return Desk(instance)


def test_a_bill_that_a_replacement_drops_is_cancelled_for_filer_and_customs(desk: Desk) -> None:
    desk.files("9", "1", "2")
    desk.comes_to(desk.customs, "2", "declared")
    desk.files("5", "1")
    for who in (desk.line, desk.customs):
        desk.comes_to(who, "2", "cancelled")
        assert desk.stands(who, "1") == "declared"
    desk.files("5", "1", "2")  # and stands again once it is declared again
    for who in (desk.line, desk.customs):
        desk.comes_to(who, "2", "declared")


def test_a_cancelled_manifest_cancels_its_bills_and_their_readers_are_told(desk: Desk) -> None:
    desk.files("9", "1", "2")
    desk.shows("1", "full")
    desk.shows("2", "status")
    desk.comes_to(desk.bank, "1", "declared")
    assert desk.stands(desk.bank, "2") == "not-shown"
    desk.files("1")
    for who in (desk.line, desk.customs, desk.bank):
        for bill in ("1", "2"):
            desk.comes_to(who, bill, "cancelled")


def test_a_bill_declared_again_under_another_document_stands(desk: Desk) -> None:
    desk.files("9", "1", "2", document="A")
    desk.files("5", "2", document="A")
    desk.comes_to(desk.line, "1", "cancelled")
    desk.files("9", "1", document="B")
    for who in (desk.line, desk.customs):
        desk.comes_to(who, "1", "declared")
    desk.files("1", document="A")
    desk.comes_to(desk.customs, "2", "cancelled")
    assert desk.stands(desk.line, "1") == "declared"


def test_a_bill_declared_again_is_not_cancelled_for_whoever_was_shown_its_status(
    desk: Desk,
) -> None:
    desk.files("9", "1", "2")
    desk.shows("2", "status")
    desk.comes_to(desk.bank, "2", "not-shown")
    desk.files("5", "1")
    desk.comes_to(desk.bank, "2", "cancelled")
    desk.files("5", "1", "2")
    desk.comes_to(desk.bank, "2", "not-shown")
    desk.files("5", "1")
    desk.comes_to(desk.bank, "2", "cancelled")
    desk.files("9", "2", document="C")  # another document declares it
    desk.comes_to(desk.bank, "2", "not-shown")
    desk.files("9", "2", "3", document="D")  # and a second time: no news to the bank
    desk.comes_to(desk.customs, "3", "declared")
    again = [
        e
        for e in desk.bank.get("/v1/events").json()["events"]
        if e["code"] == "bill.declared-again"
    ]
    assert len(again) == 2


def test_a_bill_that_another_manifest_declares_too_still_stands(desk: Desk) -> None:
    desk.files("9", "1", document="A")
    desk.files("9", "1", document="B")
    desk.files("1", document="A")
    assert desk.stands(desk.line, "1") == "declared"


def test_of_many_bills_that_another_manifest_declares_too_none_is_withdrawn(desk: Desk) -> None:
    many = [str(n) for n in range(1, 1_103)]
    desk.files("9", *many, document="A")
    desk.files("9", *many, document="B")
    desk.files("1", document="A")
    desk.files("9", "last", document="C")
    desk.comes_to(desk.customs, "last", "declared")
    told = desk.line.get("/v1/events", params={"code": "bill.withdrawn"}).json()["events"]
    assert told == []


def test_a_house_that_moves_below_another_master_keeps_what_was_decided_and_who_sees_it(
    desk: Desk,
) -> None:
    officer = Officer(desk.customs)
    house = f"{desk.name}3"
    desk.files("9", "1", "2", "3<1")
    desk.shows("3", "status")
    said = {"reason": "a look", "instruction": "Keep it closed."}
    bills = wait(lambda: officer.sees(house) or None)
    assert officer.does(Kind.DETAIN, bills=bills, **said).status_code == 201
    officer.serves("9811000/001E")
    for above in ("2", "1"):
        desk.files("5", "1", "2", f"3<{above}")
        [seen] = officer.sees(house)
        assert (seen.parent, seen.version) == (f"{desk.name}{above}", 1)
        for who in (desk.line, desk.bank):
            [found] = [one for one in tracked(who.get(f"/v1/track/{house}"))]
            assert found["customs"]["what"] == "detained"
    assert desk.stands(desk.bank, "3") == "not-shown"
    desk.files("5", "1", "2")
    desk.comes_to(desk.bank, "3", "cancelled")


@pytest.mark.parametrize("document", ["A", "B"])
def test_a_house_that_was_dropped_and_comes_back_below_another_master_is_rid_of_nothing(
    desk: Desk, document: str
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    house = f"{desk.name}3"
    desk.files("9", "1", "2", "3<1")
    wait(lambda: officer.sees(house)[0].version == 1 or None)
    bills, said = officer.sees(house), {"reason": "a look", "instruction": "Keep it closed."}
    answer = officer.does(Kind.DETAIN, bills=bills, **said)
    assert answer.status_code == 201, answer.text
    officer.serves("9811000/001E")
    desk.files("5", "1", "2")
    desk.comes_to(desk.line, "3", "cancelled")
    if document == "A":
        desk.files("5", "1", "2", "3<2")
    else:
        desk.files("9", "2", "3<2", document="B")

    wait(lambda: below(desk, "2") == ["detained"] or None)
    officer.serves("9811000/001E")
    [found] = [one for one in tracked(desk.line.get(f"/v1/track/{house}"))]
    assert found["customs"]["what"] == "detained"


def test_a_house_wanted_by_a_table_stays_wanted_below_another_master(desk: Desk) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    for document in "AB":
        desk.files("9", "1", "2", "3<1", document=document, goods="IVORY CARVINGS")
    wait(lambda: below(desk, "1") == ["inspect"] or None)
    for document in "AB":
        desk.files("5", "1", "2", "3<2", document=document)

    wait(lambda: below(desk, "2") == ["inspect"] or None)


@pytest.mark.parametrize("way", ["dropped in between", "two documents"])
def test_a_house_is_rid_of_nothing_where_one_of_its_number_was_below_the_other_master(
    desk: Desk, way: str
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    house = f"{desk.name}3"
    if way == "dropped in between":
        desk.files("9", "1", "2", "3<1", "3<2")
        desk.files("5", "1", "2", "3<1")
    else:
        desk.files("9", "1", "2", "3<1", document="A")
        desk.files("9", "1", "2", "3<1", document="B")
    desk.shows("3", "status")
    desk.comes_to(desk.bank, "3", "not-shown")
    said = {"reason": "a look", "instruction": "Keep it closed."}

    def detained() -> bool | None:
        bills = [one for one in officer.sees(house) if one.parent == f"{desk.name}1"]
        return officer.does(Kind.DETAIN, bills=bills, **said).status_code == 201 or None

    wait(detained)
    officer.serves("9811000/001E")
    desk.files("5", "1", "2", "3<2", document="A")
    if way == "two documents":
        desk.files("5", "1", "2", "3<2", document="B")

    wait(lambda: below(desk, "2") == ["detained"] or None)
    officer.serves("9811000/001E")
    wait(lambda: shown_as(desk, desk.bank, "3") == ["detained"] or None)
    told = desk.bank.get("/v1/events", params={"code": "bill.withdrawn"}).json()["events"]
    assert told == []
    for document in "A" if way == "dropped in between" else "AB":
        desk.files("5", "1", "2", document=document)
    desk.comes_to(desk.bank, "3", "cancelled")


def test_a_house_that_was_held_below_another_is_held_though_an_order_decided_it_meanwhile(
    desk: Desk,
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    for document in "AB":
        desk.files("9", "1", "2", "3<1", document=document)
    said = {"reason": "a look", "instruction": "Keep it closed."}

    def detained() -> bool | None:
        bills = officer.sees(f"{desk.name}3")
        return officer.does(Kind.DETAIN, bills=bills, **said).status_code == 201 or None

    wait(detained)
    desk.files("5", "1", "2", "3<2", document="A")
    wait(lambda: below(desk, "2") == ["not-selected"] or None)  # the other one still stands
    desk.files("5", "1", "2", document="B")
    wait(lambda: desk.is_withdrawn("3", below="1") or None)
    desk.files("5", "1", "2", "3<2", document="A")
    wait(lambda: below(desk, "2") == ["detained"] or None)


TWO_DOCUMENTS = {
    "one moves it, the other drops it": (
        ("A", "5", "1", "2", "3<2"), ("B", "5", "1", "2")),
    "one moves it, the other is cancelled": (
        ("A", "5", "1", "2", "3<2"), ("B", "1")),
    "one drops it, the other moves it": (
        ("B", "5", "1", "2"), ("A", "5", "1", "2", "3<2")),
    "one is cancelled, the other moves it": (
        ("B", "1"), ("A", "5", "1", "2", "3<2")),
    "both move it": (
        ("A", "5", "1", "2", "3<2"), ("B", "5", "1", "2", "3<2")),
    "one moves it, the other drops it and its masters": (
        ("A", "5", "2", "3<2"), ("B", "5", "1")),
}  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.DETAIN, Kind.SELECT])
@pytest.mark.parametrize("way", TWO_DOCUMENTS)
def test_a_house_that_is_held_stays_held_in_whatever_order_two_documents_move_and_drop_it(
    desk: Desk, way: str, kind: Kind
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    for document in "AB":
        desk.files("9", "1", "2", "3<1", document=document)
    holds(desk, officer, kind)
    for document, function, *bills in TWO_DOCUMENTS[way]:
        desk.files(function, *bills, document=document)

    wait(lambda: below(desk, "2") == [HELD[kind]] or None)


@pytest.mark.parametrize("withdraws", ["5", "1"])
def test_a_house_is_held_as_soon_as_the_one_that_was_held_below_another_is_withdrawn(
    desk: Desk, withdraws: str
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    for document in "AB":
        desk.files("9", "1", "2", "3<1", document=document)
    holds(desk, officer, Kind.DETAIN)
    desk.files("5", "1", "2", "3<2", document="A")
    wait(lambda: below(desk, "2") == ["not-selected"] or None)  # the one that is held still stands
    officer.serves("9811000/001E")
    bills = ("1", "2") if withdraws == "5" else ()
    desk.files(withdraws, *bills, document="B")
    wait(lambda: below(desk, "2") == ["detained"] or None)
    officer.serves("9811000/001E")
    wait(lambda: "detained" in shown_as(desk, desk.line, "3") or None)


def test_a_house_of_which_an_officer_has_decided_since_keeps_what_he_decided(desk: Desk) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    for document in "AB":
        desk.files("9", "1", "2", "3<1", document=document)
    holds(desk, officer, Kind.DETAIN)
    desk.files("5", "1", "2", "3<2", document="A")
    wait(lambda: below(desk, "2") == ["not-selected"] or None)
    due = datetime.now(HONG_KONG) + timedelta(days=3)
    said: dict[str, Any] = {"reason": "papers", "documents": ("invoice",), "due": due}
    own = [one for one in officer.sees(f"{desk.name}3") if one.parent == f"{desk.name}2"]
    answer = officer.does(Kind.ASK_DOCUMENTS, bills=tuple(own), **said)
    assert answer.json()["refused"] == 0, answer.text
    desk.files("1", document="B")
    wait(lambda: desk.is_withdrawn("3", below="1") or None)
    desk.files("9", "7", document="C")  # in that container: it is left to him
    wait(lambda: f"{desk.name}7" in desk.customs.get("/v1/customs/worklist").text or None)
    assert below(desk, "2") == ["documents-asked"]


HELD = {Kind.DETAIN: "detained", Kind.SELECT: "inspect"}


def holds(desk: Desk, officer: Officer, kind: Kind) -> None:
    """Have house 3 held below whatever master it stands."""
    said: dict[str, Any] = {"reason": "a look"}
    said |= {"instruction": "Keep it closed."} if kind is Kind.DETAIN else {}

    def held() -> bool | None:
        bills = officer.sees(f"{desk.name}3")
        done = officer.does(kind, bills=bills, **said)
        return (done.status_code == 201 and done.json()["refused"] == 0) or None

    wait(held)


def test_houses_that_stand_under_each_other_are_refused_and_told(desk: Desk) -> None:
    call = Call(f"{desk.name}L", f"{desk.name}C", "CIRCLE")
    a, b = f"{desk.name}A", f"{desk.name}B"
    found = filed(desk.line, manifest(call, Paper(a, b), Paper(b, a)))
    assert (found["state"], [one["code"] for one in found["findings"]]) == (
        "refused",
        ["MANIFEST-CIRCLE"],
    )


def shown_as(desk: Desk, who: httpx.Client, bill: str) -> list[str]:
    found = tracked(who.get(f"/v1/track/{desk.name}{bill}"))
    return [one["customs"]["what"] for one in found if one["customs"]]


def below(desk: Desk, above: str) -> list[str]:
    """How house 3 stands to customs below a master."""
    shown = desk.customs.get(f"/v1/customs/bills/{desk.name}3").json()["bills"]
    return [one["status"] for one in shown if one["parent"] == f"{desk.name}{above}"]
