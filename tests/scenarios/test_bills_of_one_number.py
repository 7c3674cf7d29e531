"""Bills that bear one number stand each for itself, whoever asks and by whatever key."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import httpx
from event_batches import box_number
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_withdrawn_bills import Desk, desk

from waglan.customs.officer_act import Kind, Target

__all__ = ["desk"]

BOXES = map(box_number, count(7_800))
CALL = "9811000/001E"


def found(who: httpx.Client, key: str, bill: str) -> list[dict[str, Any]]:
    answer = who.get(f"/v1/track/{key}")
    if answer.status_code == 404:
        return []
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["found"] if one["key"] == bill]


def statuses(who: httpx.Client, key: str, bill: str) -> list[str]:
    told = [one["customs"] for one in found(who, key, bill)]
    return sorted(one["what"] for one in told if one)


def comes_to(look: Callable[[httpx.Client], Any], who: httpx.Client, wanted: Any) -> bool | None:
    return look(who) == wanted or None


def detains(officer: Officer, *targets: Target) -> None:
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert officer.does(Kind.DETAIN, bills=targets, **said).status_code == 201


def passes(officer: Officer, *targets: Target) -> None:
    done = officer.does(Kind.PASS_OVER, bills=targets, reason="nothing in it")
    assert done.status_code == 201, done.text


def test_two_lines_bills_of_one_number_are_told_apart_to_all_who_see_both(
    desk: Desk, instance: Instance
) -> None:
    officer, box, number = Officer(desk.customs), next(BOXES), f"{desk.name}TW1"
    other = instance.let_in(
        f"{desk.name}-other".lower(), "carrier", addresses=(f"{desk.name}O:ZZZ",)
    )
    party = desk.bank.get("/v1/whoami").json()["party"]
    for line, sender in ((desk.line, "L"), (other, "O")):
        call = Call(f"{desk.name}{sender}", f"{desk.name}C", f"T{sender}")
        assert filed(line, manifest(call, Paper(number, box=box)))["state"] == "accepted"
        grant = {"bill": number, "receiver": party, "view": "equipment", "days": 9}
        assert line.post("/v1/grants", json=grant).status_code == 201
    first, second = sorted(
        officer.sees(number), key=lambda target: target.filer != f"{desk.name}-line".lower()
    )
    passes(officer, first)
    detains(officer, second)
    officer.serves(CALL)
    both = ["detained", "not-selected"]
    for key in (number, box):
        for who in (desk.customs, desk.bank):
            wait(partial(comes_to, partial(statuses, key=key, bill=number), who, both))
        assert statuses(desk.line, key, number) == ["not-selected"]
        assert statuses(other, key, number) == ["detained"]
    by_filer = {one["declared"]["said_by"]: one for one in found(desk.customs, number, number)}
    assert by_filer[f"{desk.name}-other".lower()]["customs"]["what"] == "detained"


def test_houses_of_one_number_below_two_masters_stand_each_for_itself(desk: Desk) -> None:
    officer, number = Officer(desk.customs), f"{desk.name}3"
    desk.files("9", "1", "2", "3<1", document="A")
    desk.files("9", "4", "3<4", document="B")
    targets = {target.parent: target for target in officer.sees(number)}
    assert set(targets) == {f"{desk.name}1", f"{desk.name}4"}
    passes(officer, targets[f"{desk.name}1"])
    detains(officer, targets[f"{desk.name}4"])
    officer.serves(CALL)

    def told(who: httpx.Client) -> dict[str, tuple[str, str]]:
        return {
            one["particulars"]["parent"]: (one["declaration"], one["customs"]["what"])
            for one in found(who, number, number)
        }

    both = {
        f"{desk.name}1": ("declared", "not-selected"),
        f"{desk.name}4": ("declared", "detained"),
    }
    for who in (desk.line, desk.customs):
        wait(partial(comes_to, told, who, both))
    desk.files("5", "1", "2", document="A")  # without its house; the other document's stands
    both[f"{desk.name}1"] = ("cancelled", "not-selected")
    for who in (desk.line, desk.customs):
        wait(partial(comes_to, told, who, both))
