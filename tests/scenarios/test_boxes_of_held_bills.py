"""What customs holds, it holds in every box: of all manifests with the bill, and earlier ones."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from event_batches import plain, states, told
from port import Officer, wait
from running_instance import Instance
from shipping_papers import Paper
from test_holds_on_two_calls import FIRST, SECOND, Port, new

from waglan.customs.officer_act import Kind

KEEP = {"instruction": "Keep it closed."}
NUMBERS = count(700_001)


@dataclass
class Quay(Port):
    """The same port, asked for the boxes of one bill."""

    def names(self, number: str, by: httpx.Client, call: str = FIRST) -> dict[str, Any]:
        """What the signed list says of a bill: its status and its boxes."""
        text = self.holds(call, by)
        [row] = [row for row in json.loads(text.splitlines()[0])["rows"] if row["bill"] == number]
        return {row["status"]: row["boxes"]}

    def told(self, number: str, by: httpx.Client) -> list[str]:
        """The boxes that the newest notice on a bill names to him."""
        newest = by.get("/v1/notices", params={"bill": number}).json()["notices"][0]
        return sorted(newest["boxes"])

    def gate(self, n: int, box: str, by: httpx.Client) -> None:
        """A terminal tells of a box: a notice on what is in it is for the terminal, too."""
        of_call = {"imo": "9811000", "vessel": "SYNTHETIC STAR", "voyage": "001E"}
        moved = plain(f"held-{n}", box=box, size_type="22G1", direction="import", full=True)
        assert states(told(by, [moved | of_call])) == ["taken"]
        wait(lambda: "equipment.gate-out" in self.line.get(f"/v1/track/{box}").text or None)

    def judged(self, number: str, *, after: int = 0) -> None:
        wait(lambda: self.officer.sees(number)[0].version > after or None)

    def everybody(self) -> tuple[httpx.Client, ...]:
        return self.line, self.terminal, self.officer.desk


@pytest.fixture(scope="module")
def port(instance: Instance) -> Quay:
    line = instance.let_in("two-line", "carrier", addresses=("TWOLINE:ZZZ",))
    customs = instance.let_in("two-customs", "customs", addresses=("TWOCUSTOMS:ZZZ",))
    terminal = instance.let_in("two-terminal", "terminal", addresses=("TWOTERMINAL:ZZZ",))
    other = instance.let_in("two-addressed", "terminal", addresses=("TWOADDRESSED:ZZZ",))
    return Quay(instance, line, terminal, other, Officer(customs))


@pytest.mark.parametrize("call", [FIRST, SECOND])
def test_a_bill_in_two_documents_is_held_in_the_boxes_of_both(port: Quay, call: str) -> None:
    number, *boxes = new(2)
    for on, box in zip((FIRST, call), boxes, strict=True):
        port.files(on, Paper(number, box=box))
    port.shows(number)
    port.gate(next(NUMBERS), boxes[0], port.addressed)
    port.does(Kind.DETAIN, number, FIRST, **KEEP)
    for by in port.everybody():
        assert port.names(number, by, call) == {"detained": sorted(boxes)}
    for by in (port.addressed, port.line, port.terminal):
        assert port.told(number, by) == sorted(boxes)
    assert port.names(number, port.addressed) == {"detained": sorted(boxes)}


def test_a_bill_filed_anew_before_its_notice_is_served_is_held_in_the_box_that_it_left(
    port: Quay,
) -> None:
    number, first, second = new(2)
    document = port.files(FIRST, Paper(number, box=first))
    port.shows(number)
    bills = port.officer.sees(number)
    assert port.officer.does(Kind.DETAIN, bills=bills, reason="a look", **KEEP).is_success
    port.files(FIRST, Paper(number, box=second), document=document, how="5")
    assert port.officer.serves(FIRST)
    for by in port.everybody():
        assert port.names(number, by) == {"detained": sorted([first, second])}
    assert port.told(number, port.terminal) == sorted([first, second])


def test_a_box_that_was_changed_before_anything_was_held_is_free(port: Quay) -> None:
    number, typed_wrong, own, beside = new(3)
    document = port.files(FIRST, Paper(number, box=typed_wrong))
    port.files(SECOND, Paper(number, box=beside))
    port.files(FIRST, Paper(number, box=own), document=document, how="5")
    port.shows(number)
    port.does(Kind.DETAIN, number, SECOND, **KEEP)
    for by in port.everybody():
        for call in (FIRST, SECOND):
            assert port.names(number, by, call) == {"detained": sorted([own, beside])}
    assert port.told(number, port.terminal) == sorted([own, beside])


def test_a_held_bill_filed_anew_frees_no_box_until_the_hold_ends(port: Quay) -> None:
    port.officer.orders(port.officer.publishes())
    number, *boxes = new(3)
    document = port.files(FIRST, Paper(number, box=boxes[0]))
    port.shows(number)
    port.judged(number)
    port.does(Kind.DETAIN, number, FIRST, **KEEP)
    for named, box in enumerate(boxes[1:], 2):
        before = port.officer.sees(number)[0].version
        port.files(FIRST, Paper(number, box=box), document=document, how="5")
        port.judged(number, after=before)
        assert port.officer.serves(FIRST)
        for by in port.everybody():
            assert port.names(number, by) == {"detained": sorted(boxes[:named])}
        assert port.told(number, port.terminal) == sorted(boxes[:named])
    port.does(Kind.LIFT, number, FIRST)
    for by in port.everybody():
        assert port.names(number, by) == {"not-selected": boxes[-1:]}
    port.does(Kind.DETAIN, number, FIRST, **KEEP)
    for by in port.everybody():  # another hold, of what the bill says now
        assert port.names(number, by) == {"detained": boxes[-1:]}


@pytest.mark.parametrize("is_small", [False, True], ids=["parted", "in small letters"])
def test_a_box_is_held_however_its_number_is_written(port: Quay, is_small: bool) -> None:
    number, box = new(1)
    written = box.lower() if is_small else f"{box[:4]} {box[4:10]}-{box[10:]}"
    port.files(FIRST, Paper(number, box=written))
    port.shows(number)
    port.gate(next(NUMBERS), f"{box[:10]}/{box[10:]}", port.addressed)
    port.does(Kind.DETAIN, number, FIRST, **KEEP)
    for by in port.everybody():
        assert port.names(number, by) == {"detained": [box]}
    assert port.told(number, port.addressed) == [box]
