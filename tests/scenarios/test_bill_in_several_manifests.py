"""A bill that its filer declares in several manifests waits until none of them declares it."""

from typing import Any

from command_line import CommandLine
from port import Officer, wait
from running_instance import Instance
from test_withdrawn_bills import Desk, desk

from waglan.customs.officer_act import Kind

__all__ = ["desk"]

FIRST, SECOND = "9811000/001E", "9811000/002E"


def waiting(desk: Desk, **asked: Any) -> dict[str, dict[str, Any]]:
    """What of this line waits for officers, by the bill's short name."""
    answer = desk.customs.get("/v1/customs/worklist", params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return {one["number"].removeprefix(desk.name): one for one in answer.json()["bills"]}


def comes_to(desk: Desk, bill: str, **expected: Any) -> None:
    def look() -> bool | None:
        found = waiting(desk).get(bill)
        return (found is not None and expected.items() <= found.items()) or None

    wait(look)


def test_a_bill_of_which_one_manifest_is_cancelled_goes_on_waiting(desk: Desk) -> None:
    desk.files("9", "1", document="A")
    desk.files("9", "1", "2", document="B")
    comes_to(desk, "2", withdrawn=False)
    desk.files("1", document="B")
    wait(lambda: "2" not in waiting(desk) or None)  # what the cancelled one alone declared
    assert waiting(desk)["1"]["withdrawn"] is False
    [call] = desk.customs.get("/v1/customs/calls").json()["calls"]
    assert call["undecided"] == 1
    desk.files("1", document="A")
    wait(lambda: waiting(desk) == {} or None)


def test_a_bill_that_one_of_its_manifests_leaves_out_is_not_withdrawn(desk: Desk) -> None:
    officer = Officer(desk.customs)
    desk.files("9", "1", document="A")
    desk.files("9", "1", "2", document="B")
    comes_to(desk, "2", withdrawn=False)
    bills = officer.sees(f"{desk.name}1")
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert officer.does(Kind.DETAIN, bills=bills, **said).status_code == 201
    officer.serves(FIRST)
    desk.files("5", "2", document="B")
    desk.files("9", "3", document="C")
    comes_to(desk, "3", withdrawn=False)
    assert waiting(desk)["1"]["withdrawn"] is False
    # Nobody filed its goods anew.
    shown = desk.customs.get(f"/v1/customs/bills/{desk.name}3")
    assert shown.status_code == 200
    assert "GOODS-HELD-BEFORE" not in shown.text


def test_a_bill_filed_again_for_a_later_ship_waits_with_the_one_that_comes_first(
    desk: Desk,
) -> None:
    desk.files("9", "1", document="A", on=("001E", 1))
    desk.files("9", "1", "2", document="B", on=("002E", 90))
    comes_to(desk, "2", call=SECOND)
    assert waiting(desk)["1"]["call"] == FIRST
    assert list(waiting(desk, call=FIRST)) == ["1"]
    desk.files("1", document="A")  # the first ship does not carry it after all
    comes_to(desk, "1", call=SECOND)


def test_a_bill_filed_again_once_its_ship_has_come_waits_with_the_next(desk: Desk) -> None:
    desk.files("9", "1", document="A", on=("001E", -2))
    comes_to(desk, "1", call=FIRST)
    desk.files("9", "1", document="B", on=("002E", 3))
    comes_to(desk, "1", call=SECOND)


def test_standings_are_the_same_made_again(
    desk: Desk, instance: Instance, waglan: CommandLine
) -> None:
    for document, function, bills, on in (
        ("A", "9", "123", ("001E", 2)),
        ("B", "9", "234", ("002E", 9)),
        ("C", "9", "134", ("001E", 2)),
        ("A", "5", "12", ("001E", 2)),
        ("C", "1", "", ("001E", 2)),
        ("B", "5", "24", ("002E", 9)),
    ):
        desk.files(function, *bills, document=document, on=on)
    comes_to(desk, "1", call=FIRST, withdrawn=False)
    comes_to(desk, "4", call=SECOND, withdrawn=False)
    wait(lambda: set(waiting(desk)) == {"1", "2", "4"} or None)
    assert waglan.operates(instance)("rebuild", "--check").status == 0
