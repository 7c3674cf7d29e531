"""A bill in several manifests says what the one that still stands says of it."""

from typing import Any

import httpx
import pytest
from port import wait
from running_instance import Instance
from test_withdrawn_bills import Desk, desk, tracked

__all__ = ["desk"]

BOX, OTHER = "CSQU3054383", "CSQU3054399"
FIRST, SECOND = ("001E", 1), ("002E", 3)
CALLS = {"one call": FIRST, "two calls": SECOND}


def says(desk: Desk, who: httpx.Client, bill: str, key: str | None = None) -> dict[str, Any]:
    answer = who.get(f"/v1/track/{key or desk.name + bill}")
    assert answer.status_code == 200, answer.text
    [found] = [one for one in tracked(answer) if one["key"] == f"{desk.name}{bill}"]
    return found


def in_short(found: dict[str, Any]) -> tuple[Any, ...]:
    told = found["particulars"]
    return found["declaration"], told["goods"], told["containers"], told["call"], found["version"]


def files(desk: Desk, function: str, *bills: str, of: str, on: tuple[str, int] = FIRST) -> None:
    """Document A has shirts in one box, any other one has paper in another."""
    if of == "A":
        desk.files(function, *bills, document=of, on=on)
    else:
        instead = (BOX.encode(), OTHER.encode()) if bills else (b"", b"")
        desk.files(function, *bills, document=of, on=on, goods="PAPER", instead=instead)


def comes_to_say(desk: Desk, who: httpx.Client, *told: Any) -> None:
    wait(lambda: in_short(says(desk, who, "1")) == told or None)


SHIRTS = ("declared", ["COTTON T-SHIRTS"], [BOX], "9811000/001E")
ENDS: dict[str, tuple[str, ...]] = {"cancelled": ("1",), "replaced": ("5", "2")}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("calls", CALLS)
def test_a_bill_says_what_the_manifest_says_that_still_declares_it(
    desk: Desk, calls: str, end: str
) -> None:
    on = CALLS[calls]
    files(desk, "9", "1", of="A")
    desk.shows("1", "full")
    desk.comes_to(desk.bank, "1", "declared")
    files(desk, "9", "1", "2", of="B", on=on)
    paper = ("declared", ["PAPER"], [OTHER], f"9811000/{on[0]}", 1)
    every = (desk.line, desk.customs, desk.bank)
    for who in every:
        comes_to_say(desk, who, *paper)
    files(desk, *ENDS[end], of="B", on=on)
    for who in every:
        comes_to_say(desk, who, *SHIRTS, 1)
    assert in_short(says(desk, desk.line, "1", key=BOX)) == (*SHIRTS, 1)
    files(desk, "5", "1", of="A")  # and goes on from there
    for who in every:
        comes_to_say(desk, who, *SHIRTS, 2)


def test_who_is_shown_a_bill_later_is_told_what_it_says_then(desk: Desk) -> None:
    files(desk, "9", "1", of="A")
    files(desk, "9", "1", of="B")
    files(desk, "1", of="B")
    desk.shows("1", "full")
    desk.comes_to(desk.bank, "1", "declared")
    assert in_short(says(desk, desk.bank, "1")) == (*SHIRTS, 1)


def test_a_bill_in_three_manifests_says_what_the_newest_of_them_says(desk: Desk) -> None:
    for document, on in (("A", FIRST), ("B", FIRST), ("C", SECOND)):
        files(desk, "9", "1", of=document, on=on)
    files(desk, "1", of="B")  # the newest one stands, and nothing is to be told
    now = says(desk, desk.line, "1")
    assert in_short(now) == ("declared", ["PAPER"], [OTHER], "9811000/002E", 1)
    assert "bill.still-declared" not in [one["code"] for one in now["events"]]
    files(desk, "1", of="C", on=SECOND)
    assert in_short(says(desk, desk.line, "1")) == (*SHIRTS, 1)
    files(desk, "1", of="A")
    assert says(desk, desk.line, "1")["declaration"] == "cancelled"


def test_a_bill_that_the_older_of_two_manifests_drops_says_what_the_newer_says(desk: Desk) -> None:
    files(desk, "9", "1", of="A")
    files(desk, "9", "1", of="B")
    files(desk, "1", of="A")
    told = ("declared", ["PAPER"], [OTHER], "9811000/001E", 1)
    assert in_short(says(desk, desk.line, "1")) == told


def test_whoever_is_shown_only_how_a_bill_stands_is_not_told_in_what(
    desk: Desk, instance: Instance
) -> None:
    files(desk, "9", "1", of="A")
    desk.shows("1", "status")
    desk.comes_to(desk.bank, "1", "not-shown")
    files(desk, "9", "1", of="B")
    files(desk, "1", of="B")
    files(desk, "9", "3", of="C")
    desk.comes_to(desk.customs, "3", "declared")
    codes = [one["code"] for one in desk.bank.get("/v1/events").json()["events"]]
    assert "bill.still-declared" not in codes
    assert desk.stands(desk.bank, "1") == "not-shown"
