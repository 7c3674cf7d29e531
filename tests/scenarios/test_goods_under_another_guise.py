"""Goods of a bill that was held and withdrawn are known again however they are written down."""

from typing import Any

import psycopg
import pytest
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

OTHER_BOX, LAST_BOX = "MSKU1234565", "TEMU6079348"
HELD_FIRM, KEEPER = "SAMPLE IMPORTS 1 LTD", "SAMPLE KEEPER LTD"
STILL_THE_SECOND = {"SAMPLE IMPORTS 1 LTD": "SAMPLE IMPORTS 2 LTD"}
OTHER_TRADE = {"SAMPLE IMPORTS {n} LTD": "SAMPLE GROCER LTD", "COTTON T-SHIRTS": "STEEL PIPES"}


class Harbour:
    """A line with an officer whose order lets through what nothing speaks against."""

    def __init__(self, instance: Instance, name: str) -> None:
        self.instance, self.name, self.sent = instance, name, 0
        self.customs = f"{name}CUSTOMS"
        self.lines = {n: self.let_in(n) for n in ("A", "B")}
        addresses = (f"{self.customs}:ZZZ",)
        desk = instance.let_in(self.customs.lower(), "customs", addresses=addresses)
        self.officer = Officer(desk)
        self.officer.orders(self.officer.publishes())

    def let_in(self, line: str) -> Any:
        address = f"{self.name}{line}"
        return self.instance.let_in(address.lower(), "carrier", addresses=(f"{address}:ZZZ",))

    def number(self, n: int) -> str:
        return f"SYN{self.name}{n}"

    def files(
        self,
        doc: str,
        *bills: Paper,
        function: int = 9,
        line: str = "A",
        told: dict[str, str] | None = None,
    ) -> None:
        self.sent += 1
        ref = f"R{self.sent}"
        paper = manifest(Call(f"{self.name}{line}", self.customs, ref), *bills)
        text = paper.decode().replace("UNOC:3", "UNOY:4")
        text = text.replace(f"+DOC-{ref}+9'", f"+DOC-{doc}+{function}'")
        for n in range(1, len(bills) + 1):
            for was, is_ in (told or {}).items():
                text = text.replace(was.format(n=n), is_)
        shown = filed(self.lines[line], text.encode())
        assert shown["state"] == "accepted", shown["findings"]

    def holds(self, doc: str, *beside: Paper, then: Kind | None = None) -> None:
        """Bill 1 of a document is held, or `then` more comes of it, and its filer is told."""
        number = self.number(1)
        self.files(doc, Paper(number), *beside)
        wait(lambda: self.shown(number).get("status"))
        said: dict[str, Any] = {"reason": "a look", "instruction": "Keep it closed."}
        for kind in (Kind.DETAIN, *([then] if then else [])):
            more = said if kind is Kind.DETAIN else {"reason": "kept"}
            done = self.officer.does(kind, bills=self.officer.sees(number), **more)
            assert done.json()["refused"] == 0, done.text
        assert self.officer.serves("9811000/001E") >= 1

    def is_withdrawn(self) -> None:
        wait(lambda: self.shown(self.number(1)).get("withdrawn") or None)

    def holds_and_loses(self, then: Kind | None = None) -> None:
        self.holds("D1", then=then)
        self.files("D1", function=1)
        self.is_withdrawn()

    def shown(self, number: str, filer: str = "A", parent: str = "") -> dict[str, Any]:
        found = self.officer.desk.get(f"/v1/customs/bills/{number}")
        who = (f"{self.name}{filer}".lower(), parent)
        bills = found.json()["bills"] if found.is_success else []
        return next((dict(one) for one in bills if (one["filer"], one["parent"]) == who), {})

    def left(self, number: str, filer: str = "A") -> list[str]:
        """Why the order leaves a bill to an officer."""
        ask = (
            "SELECT a.reasons FROM assessment a JOIN consignment c USING (consignment)"
            " JOIN organisation o ON o.org = c.org WHERE c.number = %s AND o.party = %s"
        )
        who = f"{self.name}{filer}".lower()
        with psycopg.connect(self.instance.dsn.admin or "", autocommit=True) as conn:
            found = wait(lambda: conn.execute(ask, [number, who]).fetchone(), 20)
        return list(found[0])

    def waits(self, number: str) -> str | None:
        answer = self.officer.desk.get("/v1/customs/worklist", params={"limit": 200})
        own = {one["number"]: one["waits"] for one in answer.json()["bills"]}
        return own.get(number)

    def marks(self, number: str, filer: str = "A", parent: str = "") -> set[str]:
        """What the desk says of goods that were held, as soon as it says something."""

        def look() -> set[str] | None:
            findings = self.shown(number, filer, parent).get("findings", [])
            return {one["code"] for one in findings if "HELD-BEFORE" in one["code"]} or None

        return set(wait(look, 20))


def test_a_container_and_a_consignee_are_known_again_by_letters_that_look_alike(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISEBOX")
    port.holds_and_loses()
    boxes = ("\u0421SQU3054383", "CSQU3O54383", "\uff23SQU3054383")
    for n, box in enumerate(boxes, 2):
        port.files(f"D{n}", Paper(port.number(n), box=box), told=OTHER_TRADE)
        assert port.left(port.number(n)) == ["ORDER-HELD-BEFORE"]
        assert "DESK-BOX-HELD-BEFORE" in port.marks(port.number(n))
    firm = {"SAMPLE IMPORTS": "SAMPLE IMP0RTS"}
    port.files("D9", Paper(port.number(9), box=OTHER_BOX), told=firm)
    assert port.left(port.number(9)) == ["ORDER-HELD-BEFORE"]
    assert "DESK-GOODS-HELD-BEFORE" in port.marks(port.number(9))


def test_goods_that_go_into_a_bill_that_was_there_already_are_known_again(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISEOLD")
    beside, kept = port.number(9), port.number(8)
    mate = Paper(kept, box=LAST_BOX)
    port.holds("D1", Paper(beside, box=OTHER_BOX), mate)
    wait(lambda: port.shown(kept).get("status"))
    told = {"SAMPLE IMPORTS 1 LTD": "SAMPLE GROCER LTD", "SAMPLE IMPORTS 2 LTD": KEEPER}
    port.files("D1", Paper(beside), mate, function=5, told=told)
    assert port.left(beside) == ["ORDER-HELD-BEFORE"]
    assert "DESK-BOX-HELD-BEFORE" in port.marks(beside)
    assert "HELD-BEFORE" not in str(port.shown(kept)["findings"])
    # The consignee of the bill that was held gets the same goods by one that was another's.
    port.files("D1", Paper(beside), mate, function=5, told={"SAMPLE IMPORTS 2 LTD": HELD_FIRM})
    assert port.left(kept) == ["ORDER-HELD-BEFORE"]
    assert "DESK-GOODS-HELD-BEFORE" in port.marks(kept)


def test_goods_of_a_bill_that_was_seized_and_withdrawn_are_known_again(instance: Instance) -> None:
    port = Harbour(instance, "GUISESEIZED")
    port.holds_and_loses(then=Kind.SEIZE)
    port.files("D2", Paper(port.number(2)), told=OTHER_TRADE)
    assert port.left(port.number(2)) == ["ORDER-HELD-BEFORE"]
    assert "DESK-BOX-HELD-BEFORE" in port.marks(port.number(2))


def test_the_number_of_a_bill_that_was_held_is_known_again_by_whoever_uses_it_however_typed(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISECODE")
    port.holds_and_loses()
    held = port.number(1)
    typed = [held.lower(), held.replace("C", "\u0421"), held.replace("SYN", "SYN ")]
    typed += [held.replace("O", "0"), held.replace("1", "l")]
    for n, (number, line) in enumerate(((held, "B"), *((one, "A") for one in typed)), 2):
        port.files(f"D{n}", Paper(number, box=OTHER_BOX), line=line, told=OTHER_TRADE)
        assert port.left(number, line) == ["ORDER-HELD-BEFORE"]
        assert port.marks(number, line) == {"DESK-NUMBER-HELD-BEFORE"}


@pytest.mark.parametrize("box", ["CSQU3054383", "CSQU3O54383"])
@pytest.mark.parametrize("doc", ["D1", "D2"])
def test_a_container_put_into_a_new_bill_before_the_bill_that_was_held_is_dropped_is_known_again(
    instance: Instance, doc: str, box: str
) -> None:
    port = Harbour(instance, f"GUISENEW{doc}{'X' if 'O' in box else 'Y'}")
    held, new, mate = Paper(port.number(1)), port.number(2), Paper(port.number(8), box=LAST_BOX)
    port.holds("D1", mate)
    third = {"SAMPLE IMPORTS 2 LTD": "SAMPLE GROCER LTD", "SAMPLE IMPORTS 3 LTD": KEEPER}
    second = {"SAMPLE IMPORTS 1 LTD": "SAMPLE GROCER LTD", "SAMPLE IMPORTS 2 LTD": KEEPER}
    if doc == "D1":
        port.files("D1", held, Paper(new, box=box), mate, function=5, told=third)
    else:
        port.files("D2", Paper(new, box=box), told=OTHER_TRADE)
    wait(lambda: port.shown(new).get("status"))
    if doc == "D1":
        port.files("D1", Paper(new, box=box), mate, function=5, told=second)
    else:
        port.files("D1", mate, function=5, told=STILL_THE_SECOND)
    assert port.left(new) == ["ORDER-HELD-BEFORE"]
    assert "DESK-BOX-HELD-BEFORE" in port.marks(new)
    wait(lambda: port.waits(new) == "decision" or None)
    assert port.waits(port.number(8)) is None


def test_a_container_changed_for_another_before_the_bill_that_was_held_is_dropped_is_known_again(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISESWAP")
    held, new = port.number(1), port.number(2)
    port.holds("D1")
    emptied = Paper(held, box=OTHER_BOX)
    port.files("D1", emptied, Paper(new), function=5, told=OTHER_TRADE)
    assert port.left(new) == ["ORDER-HELD-BEFORE"]  # while the other one stands
    port.files("D1", function=1)
    port.files("D2", Paper(new), told=OTHER_TRADE)
    assert port.left(new) == ["ORDER-HELD-BEFORE"]
    assert "DESK-BOX-HELD-BEFORE" in port.marks(new)


def test_a_trade_that_goes_over_to_another_bill_while_the_one_that_was_held_stands_is_known_again(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISETRADE")
    held, new = port.number(1), port.number(2)
    port.holds("D1")
    told = {"SAMPLE IMPORTS 1 LTD": "SAMPLE GROCER LTD", "SAMPLE IMPORTS 2 LTD": HELD_FIRM}
    port.files("D1", Paper(held), Paper(new, box=OTHER_BOX), function=5, told=told)
    wait(lambda: port.shown(new).get("status"))
    port.files("D1", Paper(new, box=OTHER_BOX), function=5)
    assert port.left(new) == ["ORDER-HELD-BEFORE"]
    assert port.marks(new) == {"DESK-GOODS-HELD-BEFORE"}


@pytest.mark.parametrize("goes", ["withdrawn", "changed"])
def test_a_trade_that_went_over_before_the_bill_that_was_held_lets_it_go_is_known_again(
    instance: Instance, goes: str
) -> None:
    port = Harbour(instance, f"GUISEAHEAD{goes[0].upper()}")
    held, new = port.number(1), port.number(2)
    port.holds("D1")
    port.files("D2", Paper(new, box=OTHER_BOX))
    wait(lambda: port.shown(new).get("status"))
    if goes == "withdrawn":
        port.files("D1", function=1)
        port.is_withdrawn()
    else:
        port.files("D1", Paper(held), function=5, told=OTHER_TRADE)
    assert port.left(new) == ["ORDER-HELD-BEFORE"]
    assert port.marks(new) == {"DESK-GOODS-HELD-BEFORE"}


def test_a_bill_that_stood_in_the_container_before_another_was_held_is_left_to_nobody(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISEMATE")
    beside, later = Paper(port.number(3)), port.number(4)
    port.holds("D1", beside)
    wait(lambda: port.shown(port.number(3)).get("status"))
    port.files("D1", beside, function=5, told=STILL_THE_SECOND)
    port.is_withdrawn()
    port.files("D4", Paper(later), told=OTHER_TRADE)  # after it in the log
    assert port.left(later) == ["ORDER-HELD-BEFORE"]
    assert port.waits(port.number(3)) is None


def test_a_container_that_goes_over_while_both_bills_stand_is_known_again(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISEBOTH")
    held, other = port.number(1), port.number(2)
    port.holds("D1", Paper(other, box=OTHER_BOX))
    wait(lambda: port.shown(other).get("status"))
    port.files("D1", Paper(held, box=OTHER_BOX), Paper(other), function=5)
    assert port.left(other) == ["ORDER-HELD-BEFORE"]
    assert port.marks(other) == {"DESK-BOX-HELD-BEFORE"}
    wait(lambda: port.waits(other) == "decision" or None)


@pytest.mark.parametrize("is_first", [True, False], ids=["before it leaves", "after it left"])
def test_another_filers_bill_in_a_container_that_a_held_one_left_is_known_again(
    instance: Instance, is_first: bool
) -> None:
    port = Harbour(instance, "GUISEMATE1" if is_first else "GUISEMATE2")
    held, other = Paper(port.number(1), box=LAST_BOX), port.number(5)
    port.holds("D1")
    if is_first:
        port.files("D2", Paper(other), line="B", told=OTHER_TRADE)
        wait(lambda: port.shown(other, "B").get("status"))  # the container is shared: no harm yet
    port.files("D1", held, function=5)
    if not is_first:
        port.files("D2", Paper(other), line="B", told=OTHER_TRADE)
    wait(lambda: port.waits(other) == "decision" or None)
    assert port.left(other, "B") == ["ORDER-HELD-BEFORE"]
    assert port.marks(other, "B") == {"DESK-BOX-HELD-BEFORE"}


def test_a_container_whose_number_is_mistyped_is_known_again_or_left_to_an_officer(
    instance: Instance,
) -> None:
    port = Harbour(instance, "GUISETYPED")
    early, typed, unread = (port.number(n) for n in (2, 3, 4))
    port.holds("D1")
    port.files("D2", Paper(early, box="CSQU3054384"), told=OTHER_TRADE)
    wait(lambda: port.shown(early).get("status"))  # nothing speaks against it: the other one stands
    port.files("D1", function=1)
    for n, (number, box) in enumerate(((typed, "CSQU3054380"), (unread, "CSQU30543")), 3):
        port.files(f"D{n}", Paper(number, box=box), told=OTHER_TRADE)
    for number in (early, typed):
        assert port.left(number) == ["ORDER-HELD-BEFORE"]
        assert port.marks(number) == {"DESK-BOX-HELD-BEFORE"}
    assert port.left(unread) == ["ORDER-BOX-UNREAD"]
    for kind in (Kind.DETAIN, Kind.CLEAR):
        said = {"instruction": "Keep it closed."} if kind is Kind.DETAIN else {}
        seen = port.officer.sees(unread)
        done = port.officer.does(kind, bills=seen, reason="a look", **said)
        assert done.status_code == 201, done.text
    wait(lambda: port.waits(unread) is None or None)
    port.files("D4", Paper(unread, box="CSQU30543"), function=5, told=OTHER_TRADE)  # as he saw it
    port.files("D5", Paper(port.number(5)), told=OTHER_TRADE)
    assert port.left(port.number(5)) == ["ORDER-HELD-BEFORE"]
    assert port.waits(unread) is None
