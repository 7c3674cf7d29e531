"""A bill stands on two calls, or moves to another: what was told last counts at every gate."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import pytest
from command_line import CommandLine
from event_batches import box_number, plain, states, told
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

FIRST, SECOND = "9811000/001E", "9811000/002E"
NUMBERS = count(8_100)


@dataclass
class Port:
    """A line, its officer, a terminal that is shown boxes, and one that was told to hold some."""

    instance: Instance
    line: httpx.Client
    terminal: httpx.Client
    addressed: httpx.Client
    officer: Officer

    def files(self, call: str, *bills: Paper, document: str = "", how: str = "9") -> str:
        """File a document for a call, or do something to one that was filed for it before."""
        ref = f"W{next(NUMBERS)}"
        paper = manifest(Call("TWOLINE", "TWOCUSTOMS", ref), *bills)
        paper = paper.replace(b"001E", call.split("/")[1].encode())
        document = document or f"DOC-{ref}"
        paper = paper.replace(f"DOC-{ref}+9".encode(), f"{document}+{how}".encode())
        done = filed(self.line, paper)
        assert done["state"] == "accepted", done["findings"]
        return document

    def shows(self, number: str) -> None:
        grant = {"bill": number, "receiver": "two-terminal", "view": "equipment", "days": 1}
        assert self.line.post("/v1/grants", json=grant).status_code == 201

    def does(self, kind: Kind, number: str, call: str, **said: str) -> None:
        """An officer acts, and serves the notices of one call."""
        bills = self.officer.sees(number)
        done = self.officer.does(kind, bills=bills, reason="a look", **said)
        assert done.status_code == 201, done.text
        assert self.officer.serves(call)

    def holds(self, call: str, by: httpx.Client) -> str:
        """The signed list, once a grant is settled and what was told has its number."""
        return str(wait(lambda: by.get(f"/v1/calls/{call}/holds")).text)

    def states(self, number: str) -> str:
        answer = wait(lambda: self.line.get(f"/v1/customs-status/{number}"))
        return str(answer.json()["found"][0]["text"])


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    line = instance.let_in("two-line", "carrier", addresses=("TWOLINE:ZZZ",))
    customs = instance.let_in("two-customs", "customs", addresses=("TWOCUSTOMS:ZZZ",))
    terminal = instance.let_in("two-terminal", "terminal", addresses=("TWOTERMINAL:ZZZ",))
    other = instance.let_in("two-addressed", "terminal", addresses=("TWOADDRESSED:ZZZ",))
    return Port(instance, line, terminal, other, Officer(customs))


def new(boxes: int = 1) -> list[str]:
    return [f"SYNTWO{next(NUMBERS)}", *(box_number(next(NUMBERS)) for _ in range(boxes))]


@pytest.fixture
def verify(waglan: CommandLine, port: Port, tmp_path: Path) -> "Verify":
    keys = tmp_path / "keys.json"
    keys.write_bytes(wait(lambda: port.instance.operator.get("/v1/keys")).content)
    return Verify(waglan.operates(port.instance), port.instance.log_key.text, keys)


@dataclass
class Verify:
    """A gate without a network: how the command ends, and what it finds."""

    waglan: CommandLine
    key: str
    keys: Path

    def __call__(self, paper: str, *lists: str) -> tuple[int, str]:
        files = [self.keys.with_name(f"list-{n}") for n in range(len(lists))]
        for file, text in zip(files, lists, strict=True):
            file.write_text(text)
        held = [word for file in files for word in ("--holds", str(file))]
        done = self.waglan("verify", paper, "--key", self.key, "--keys", str(self.keys), *held)
        return done.status, done.err

    def asks(self, text: str, about: str) -> int:
        file = self.keys.with_name("asked")
        file.write_text(text)
        ours = ("--key", self.key, "--keys", str(self.keys))
        return self.waglan("verify", str(file), *ours, "--about", about).status


def test_a_bill_on_two_calls_is_held_on_both_by_the_notice_of_either(
    port: Port, verify: Verify
) -> None:
    number, box = new()
    port.files(FIRST, Paper(number, box=box))
    port.files(SECOND, Paper(number, box=box))
    port.shows(number)
    port.does(Kind.PASS_OVER, number, FIRST)
    paper = port.states(number)
    for by in (port.line, port.terminal, port.officer.desk):
        lists = both(port, by)
        assert [verify.asks(one, about) for one in lists for about in (number, box)] == [0] * 4
        assert verify(paper, *lists)[0] == 0
    port.does(Kind.DETAIN, number, SECOND, instruction="Keep it closed.")
    for by in (port.line, port.terminal, port.officer.desk):
        lists = both(port, by)
        assert [verify.asks(one, about) for one in lists for about in (number, box)] == [1] * 4
        for one in lists:
            status, found = verify(paper, one)
            assert (status, "STATUS-SUPERSEDED" in found) == (1, True)
    port.does(Kind.LIFT, number, FIRST)
    for by in (port.line, port.terminal, port.officer.desk):
        lists = both(port, by)
        assert [verify.asks(one, number) for one in lists] == [0, 0]
        assert verify(port.states(number), *lists)[0] == 0


def both(port: Port, by: httpx.Client) -> list[str]:
    return [port.holds(call, by) for call in (FIRST, SECOND)]


def test_a_terminal_that_was_told_to_hold_a_box_holds_it_on_each_call_of_its_bill(
    port: Port, verify: Verify
) -> None:
    """It is shown no bill: a report of the box alone makes it an addressee."""
    number, n = f"SYNTWO{next(NUMBERS)}", next(NUMBERS)
    box = box_number(n)
    for call in (FIRST, SECOND):
        port.files(call, Paper(number, box=box))
    of_call = {"imo": "9811000", "vessel": "SYNTHETIC STAR", "voyage": "001E"}
    moved = plain(f"two-{n}", n, size_type="22G1", direction="import", full=True, **of_call)
    assert states(told(port.addressed, [moved])) == ["taken"]
    wait(lambda: "equipment.gate-out" in port.line.get(f"/v1/track/{box}").text or None)
    port.does(Kind.DETAIN, number, SECOND, instruction="Keep it closed.")
    assert [verify.asks(one, box) for one in both(port, port.addressed)] == [1, 1]
    port.does(Kind.LIFT, number, FIRST)
    answers = [port.addressed.get(f"/v1/calls/{call}/holds") for call in (FIRST, SECOND)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_paper_of_one_call_is_beaten_by_the_list_of_the_call_to_which_its_bill_moved(
    port: Port, verify: Verify
) -> None:
    number, box = new()
    left, other = new()[0], new()[0]
    document = port.files(FIRST, Paper(number, box=box), Paper(left))
    port.does(Kind.PASS_OVER, number, FIRST)
    paper = port.states(number)
    old = port.holds(FIRST, port.line)
    port.files(FIRST, Paper(left), document=document, how="5")
    port.files(SECOND, Paper(other))
    port.does(Kind.PASS_OVER, other, SECOND)
    status, found = verify(paper, port.holds(SECOND, port.line))
    assert (status, "STATUS-LIST-OF-ANOTHER-CALL" in found) == (0, True)
    port.files(SECOND, Paper(number, box=box))
    port.does(Kind.DETAIN, number, SECOND, instruction="Keep it closed.")
    new_list = port.holds(SECOND, port.line)
    for lists in ([old, new_list], [new_list]):
        status, found = verify(paper, *lists)
        assert (status, "STATUS-SUPERSEDED" in found) == (1, True)


def test_a_bill_that_one_of_two_documents_still_has_is_not_withdrawn(port: Port) -> None:
    number, box = new()
    documents = [port.files(FIRST, Paper(number, box=box)) for _ in "AB"]
    port.does(Kind.PASS_OVER, number, FIRST)
    told = port.states(number)
    for last, document in enumerate(reversed(documents)):  # the notice speaks of the later one
        port.files(FIRST, Paper(number, box=box), document=document, how="1")
        answer = port.line.get(f"/v1/customs-status/{number}")
        listed = number in port.line.get(f"/v1/calls/{FIRST}/holds").text
        assert (answer.status_code, listed) == ((409, False) if last else (200, True))
    assert told


def test_two_who_serve_two_calls_at_once_tell_a_bill_that_is_on_both_once(port: Port) -> None:
    bills = {number: box for number, box in (new() for _ in range(40))}
    for call in (FIRST, SECOND):
        port.files(call, *[Paper(number, box=box) for number, box in bills.items()])
    for number in bills:
        done = port.officer.does(
            Kind.DETAIN,
            bills=port.officer.sees(number),
            reason="a look",
            instruction="Keep it closed.",
        )
        assert done.status_code == 201, done.text
    officers = (port.officer, port.officer.colleague())
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(Officer.serves, officers, (FIRST, SECOND)))
    assert sum(told) == len(bills)
    notices = port.line.get("/v1/notices?limit=200").json()["notices"]
    assert sorted(one["bill"] for one in notices if one["bill"] in bills) == sorted(bills)
