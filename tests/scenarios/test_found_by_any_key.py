"""A bill stands the same for its reader, whichever key he found it by."""

from functools import partial
from itertools import count
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from event_batches import box_number
from port import Officer, filed, wait
from quay_papers import Told, coarri
from running_instance import Instance
from shipping_papers import Paper
from test_at_the_quay import Quay as Ship
from test_detention_notices import VOYAGE, Quay, quay
from test_withdrawn_bills import Desk

from waglan.customs.officer_act import ClearedPart, Kind
from waglan.operations import track_key

__all__ = ["quay"]

BOXES = map(box_number, count(7_000))


def found(who: httpx.Client, key: str, bill: str) -> dict[str, Any] | None:
    """How a bill stands for somebody who asks by this key; None: he is not shown it."""
    answer = who.get(f"/v1/track/{key}")
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    assert answer.json()["has_more"] is False
    return next((one for one in unnumbered(answer) if one["key"] == bill), None)


def unnumbered(answer: httpx.Response) -> list[dict[str, Any]]:
    """What was found, but for the numbers that the log gives its events in a moment."""
    shown: list[dict[str, Any]] = answer.json()["found"]
    for one in shown:
        one["events"] = [event | {"seq": None} for event in one["events"]]
    return shown


def customs(told: dict[str, Any] | None) -> Any:
    return told and told["customs"] and told["customs"]["what"]


def is_told(who: httpx.Client, key: str, bill: str, status: str = "detained") -> bool | None:
    return customs(found(who, key, bill)) == status or None


def what_may_go(who: httpx.Client, key: str, bill: str) -> Any:
    told = found(who, key, bill)
    return (told and told["cleared"]) or None


def stands_the_same(who: httpx.Client, box: str, about: str, key: str) -> dict[str, Any]:
    """How it stands by its box, once that is how it stands by its other key.

    A grant shows what was told before it in a moment of its own, which may come between two looks.
    """

    def same() -> dict[str, Any] | None:
        by_box = found(who, box, about)
        return by_box if by_box == found(who, key, about) else None

    return dict(wait(same))


def test_a_detained_bill_is_told_by_its_box_too_for_all_who_are_told(quay: Quay) -> None:
    box = next(BOXES)
    number = quay.files(box=box)
    quay.detains(number)
    for who in (quay.line, quay.officer.desk, quay.terminal):
        wait(partial(is_told, who, box, number))
        told = stands_the_same(who, box, number, key=number)
        assert "customs" not in told["nobody_said"]
    # The terminal is told of the notice and not of what is declared.
    assert found(quay.terminal, box, number)["declaration"] == "not-shown"  # type: ignore[index]
    assert found(quay.stranger, box, number) is None


def test_what_is_decided_and_not_served_is_told_to_customs_alone_by_whatever_key(
    quay: Quay,
) -> None:
    box = next(BOXES)
    number = quay.files(box=box)
    quay.does(Kind.DETAIN, number, reason="row 7 fired", instruction="Keep it closed.")
    assert customs(found(quay.officer.desk, box, number)) == "detained"
    for key in (box, number):
        assert customs(found(quay.line, key, number)) is None
        assert customs(found(quay.terminal, key, number)) is None
    quay.officer.serves(VOYAGE)


def test_who_is_shown_the_status_alone_finds_the_bill_by_its_number_and_never_by_its_box(
    quay: Quay, instance: Instance
) -> None:
    bank = instance.let_in("found-bank", "bank")
    box = next(BOXES)
    number = quay.files(box=box)
    wish = {"bill": number, "receiver": "found-bank", "view": "status", "days": 9}
    assert quay.line.post("/v1/grants", json=wish).status_code == 201
    quay.detains(number)
    wait(partial(is_told, bank, number, number))
    assert found(bank, box, number) is None
    assert bank.get(f"/v1/track/{box}").status_code == 404


def test_who_is_shown_the_boxes_finds_by_a_box_the_bill_that_customs_holds(
    quay: Quay, instance: Instance
) -> None:
    haulier = instance.let_in("found-haulier", "trader")
    box = next(BOXES)
    number = quay.files(box=box)
    wish = {"bill": number, "receiver": "found-haulier", "view": "equipment", "days": 9}
    assert quay.line.post("/v1/grants", json=wish).status_code == 201
    quay.detains(number)
    wait(partial(is_told, haulier, box, number))
    stands_the_same(haulier, box, number, key=number)


def test_a_terminal_that_worked_the_box_finds_by_it_what_its_notice_tells(
    instance: Instance,
) -> None:
    ship = Ship(instance, "k")
    box, number = next(BOXES), "SYNFOUNDK1"
    ship.files("line", Paper(number, box=box))
    assert filed(ship.terminal, coarri(ship.sheet(), [Told(box)]))["state"] == "accepted"
    wait(lambda: found(ship.line, number, box))
    assert found(ship.terminal, box, number) is None  # it knows the box, and no bill in it
    desk = Quay(ship.line, ship.terminal, ship.forwarder, ship.rival, Officer(ship.customs))
    said = {"reason": "row 7 fired", "instruction": "Keep it closed."}
    desk.does(Kind.DETAIN, number, **said)
    desk.officer.serves(ship.call)
    wait(partial(is_told, ship.terminal, box, number))
    stands_the_same(ship.terminal, box, number, key=number)
    assert found(ship.terminal, box, box)["moved"]["what"] == "equipment.discharged"  # type: ignore[index]


def test_a_box_stands_the_same_by_its_bill_as_by_its_own_number(instance: Instance) -> None:
    ship = Ship(instance, "l")
    box, number = next(BOXES), "SYNFOUNDL1"
    ship.files("line", Paper(number, box=box))
    for call in ("l", "m"):  # the second time on another ship, without that bill
        ship.small, ship.letter = call, call.upper()
        paper = coarri(ship.sheet("terminal"), [Told(box)])
        sent = filed(ship.terminal, paper.replace(b"TERMINALM", b"TERMINALL"))
        assert sent["state"] == "accepted", sent["findings"]
    wait(lambda: len((found(ship.customs, box, box) or {"events": []})["events"]) == 1 or None)
    for who in (ship.line, ship.customs):
        stands_the_same(who, box, box, key=number)


def test_a_partly_cleared_bill_says_what_may_go_to_who_was_told(quay: Quay) -> None:
    box = next(BOXES)
    number = quay.files(box=box)
    quay.detains(number)
    part = ClearedPart(goods=1, container=box, packages=4)
    quay.does(Kind.CLEAR_PARTLY, number, reason="four cartons", parts=(part,))
    quay.officer.serves(VOYAGE)
    for who in (quay.line, quay.officer.desk, quay.terminal):
        # The terminal reads in its notice that part may go, and by its grant which part.
        cleared = wait(partial(what_may_go, who, box, number))
        assert cleared == [{"goods": 1, "container": box, "packages": 4}]
        assert customs(found(who, box, number)) == "partly-cleared"


def test_a_withdrawn_bill_is_cancelled_by_its_box_too(instance: Instance) -> None:
    desk = Desk(instance)
    desk.files("9", "1", "2")
    desk.shows("2", "full")
    bill, box = f"{desk.name}2", Paper("any").box
    wait(lambda: found(desk.bank, bill, bill))
    desk.files("5", "1")
    for who in (desk.line, desk.customs, desk.bank):
        desk.comes_to(who, "2", "cancelled")
    for who in (desk.line, desk.customs):
        assert stands_the_same(who, box, bill, key=bill)["declaration"] == "cancelled"
    # What the bank was shown is taken from it, boxes and all; that it is cancelled it was told.
    assert found(desk.bank, box, bill) is None


def test_a_manifest_found_by_its_call_has_its_parts_and_customs_answer(
    quay: Quay, waglan: CommandLine, instance: Instance
) -> None:
    number = quay.files(box=next(BOXES))
    quay.detains(number)
    for who, parts in ((quay.line, "1 of 1"), (quay.officer.desk, None)):
        by_call = unnumbered(who.get(f"/v1/track/{VOYAGE}"))
        one = max(by_call, key=lambda one: one["declared"]["happened_at"])
        assert (one["kind"], one["parts"]) == ("manifest", parts)
        assert one["answered"]["what"] == 1
        assert "customs" not in one["nobody_said"]
        same = who.get(f"/v1/track/{one['key']}", params={"kind": "manifest"})
        assert [one] == unnumbered(same)
        waglan.operates(instance).signs_in(who.headers["authorization"])
        said = waglan("track", VOYAGE).out
        assert "customs told the status of 1 of its bills at" in said
        assert "none" not in said


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK"])
def test_a_timeline_says_whether_it_is_all(
    lang: str, quay: Quay, waglan: CommandLine, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = next(BOXES)
    number = quay.files(box=box)
    quay.detains(number)
    monkeypatch.setenv("WAGLAN_LANG", lang)
    waglan.operates(instance).signs_in(quay.line.headers["authorization"])
    told = len(found(quay.line, number, number)["events"])  # type: ignore[index]
    word = {"en": f"all that you may see of it, {told} events", "zh-Hant-HK": f"共 {told} 項"}[lang]
    for key in (box, number):
        assert word in waglan("track", key).out


def test_what_is_beyond_a_limit_is_left_out_and_said(
    quay: Quay, waglan: CommandLine, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = next(BOXES)
    bills = [quay.files(box=box) for _ in range(3)]
    waglan.operates(instance).signs_in(quay.line.headers["authorization"])

    def tracked(key: str, name: str, limit: int) -> tuple[list[tuple[str, int, bool]], bool]:
        monkeypatch.setattr(track_key, name, limit)
        answer = quay.line.get(f"/v1/track/{key}").json()
        shown = [(one["key"], len(one["events"]), one["has_older"]) for one in answer["found"]]
        return sorted(shown), answer["has_more"]

    each = [(bill, len(found(quay.line, bill, bill)["events"]), False) for bill in bills]  # type: ignore[index]
    assert tracked(box, "OTHERS_MAX", 3) == (each, False)
    assert "What else it leads to" not in waglan("track", box).out
    assert tracked(box, "OTHERS_MAX", 2) == (each[1:], True)  # the newest
    assert "What else it leads to is older and not shown" in waglan("track", box).out
    monkeypatch.undo()
    quay.detains(bills[2])
    number = bills[2]
    told = len(found(quay.line, number, number)["events"])  # type: ignore[index]
    assert tracked(number, "EVENTS_MAX", told) == ([(number, told, False)], False)
    assert tracked(number, "EVENTS_MAX", told - 1) == ([(number, told - 1, True)], False)
    waglan.operates(instance).signs_in(quay.line.headers["authorization"])
    assert f"its newest {told - 1} events" in waglan("track", number).out
    # All that a key leads to shares one limit.
    monkeypatch.setattr(track_key, "OTHERS_EVENTS_MAX", 3 * (told - 1))
    monkeypatch.setattr(track_key, "EVENTS_MAX", 1_000)
    shown = quay.line.get(f"/v1/track/{box}").json()["found"]
    assert {one["key"]: one["has_older"] for one in shown}[number] is True
