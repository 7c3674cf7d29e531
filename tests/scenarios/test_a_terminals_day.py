"""A terminal's day: from the stowage plan to the gate, as the trade tells it.

It works boxes, and knows neither parties nor goods. What stays on board is no business of this
port; what is listed is held against what came ashore; a customs status is not a release; and the
gate goes on working with the network down, with no held box out.
"""

from functools import partial
from pathlib import Path

import httpx
import pytest
from command_line import CommandLine, Ran
from port import Officer, filed, wait
from quay_papers import Sheet, Told, baplie, coarri, codeco
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

CALL = "9811000/001E"
BOX, OTHER, ON_BOARD, MISREAD = "CSQU3054383", "CSQU3054402", "CSQU3054423", "CSQU3054444"
MINE, THEIRS = "SYNTDAY1", "SYNTDAY2"


class Quay:
    """A line, the terminal where its ship berths, and customs; each at a command line."""

    def __init__(self, command: CommandLine, home: Path, people: dict[str, httpx.Client]) -> None:
        self.command, self.home, self.sent = command, home, 0
        self.line, self.terminal = people["line"], people["terminal"]
        self.customs = people["customs"]

    def ran(self, *words: str, by: str = "terminal") -> Ran:
        self.command.signs_in(getattr(self, by).headers["Authorization"])
        return self.command(*words)

    def __call__(self, *words: str, by: str = "terminal", status: int = 0) -> str:
        ran = self.ran(*words, by=by)
        assert ran.status == status, ran.out + ran.err
        return ran.out

    def sheet(self, sender: str, **more: str) -> Sheet:
        self.sent += 1
        return Sheet(f"{sender}td".upper(), "ELSEWHERE", f"TD{self.sent}", **more)

    def tells(self, paper: bytes, by: str = "terminal") -> None:
        path = self.home / "paper.edi"
        path.write_bytes(paper)
        self("submit", str(path), by=by)

    def differing(self, by: str = "customs") -> list[str]:
        shown = getattr(self, by).get(f"/v1/calls/{CALL}/listed").json()
        return [f"{d['box']} {d['finding']['code']}" for d in shown["differences"]]

    def told(self) -> dict[str, int]:
        return dict(self.customs.get(f"/v1/calls/{CALL}/listed").json()["told"])


@pytest.fixture(scope="module")
def people(instance: Instance) -> dict[str, httpx.Client]:
    roles = {"line": "carrier", "terminal": "terminal", "customs": "customs"}
    return {
        name: instance.let_in(f"{name}-td", role, addresses=(f"{name}td:ZZZ".upper(),))
        for name, role in roles.items()
    }


@pytest.fixture(scope="module")
def officer(people: dict[str, httpx.Client]) -> Officer:
    return Officer(people["customs"])


@pytest.fixture
def quay(
    instance: Instance, waglan: CommandLine, tmp_path: Path, people: dict[str, httpx.Client]
) -> Quay:
    return Quay(waglan.operates(instance), tmp_path, people)


def until(wanted: object, look: object) -> None:
    assert callable(look)
    wait(lambda: True if look() == wanted else None, 60)


def test_from_the_stowage_plan_to_the_gate_with_the_network_down(
    quay: Quay, officer: Officer
) -> None:
    bills = (Paper(MINE, box=BOX), Paper(THEIRS, box=OTHER))
    listed = filed(quay.line, manifest(Call("LINETD", "CUSTOMSTD", "TDLIST", "LINETD"), *bills))
    assert listed["state"] == "accepted", listed["findings"]
    # Night: her plan comes. What stays on board for Singapore is on nobody's list, and not missed.
    plan = [Told(BOX), Told(OTHER), Told(ON_BOARD, stays_for="SGSIN")]
    quay.tells(baplie(quay.sheet("line"), plan), by="line")
    until({"equipment.stowed": 3}, quay.told)
    assert quay.differing() == []
    # Morning: two boxes come ashore. One number was misread, so that one is over and one missing.
    report = quay.sheet("terminal", document="DIS-TD")
    quay.tells(coarri(report, [Told(BOX), Told(MISREAD)]))
    until([f"{OTHER} LISTED-NOT-DISCHARGED", f"{MISREAD} LISTED-DISCHARGED-OVER"], quay.differing)
    assert "LISTED-NOT-DISCHARGED" in "".join(quay("listed", CALL, by="customs", status=1))
    # The terminal worked the boxes: of the bills in them it knows nothing, nor of parties or goods.
    assert quay.ran("track", MINE).status != 0
    assert "T-SHIRTS" not in quay("track", BOX) + quay("listed", CALL)
    # It reads the number again and corrects its report: what it told first stays on record.
    change = quay.sheet("terminal", document="DIS-TD", function="5")
    quay.tells(coarri(change, [Told(BOX), Told(OTHER)]))
    until([], quay.differing)
    assert "withdrawn" in quay.terminal.get(f"/v1/track/{MISREAD}").text
    # Noon: the line shows it both bills, for the gate; customs lets one alone, detains the other.
    for number in (MINE, THEIRS):
        shown = {"bill": number, "receiver": "terminal-td", "view": "equipment", "days": 1}
        assert quay.line.post("/v1/grants", json=shown).status_code in (201, 202)
    passed = officer.does(Kind.PASS_OVER, bills=officer.sees(MINE), reason="known shipper")
    held = officer.does(
        Kind.DETAIN, bills=officer.sees(THEIRS), reason="its weight", instruction="Keep it closed."
    )
    assert (passed.status_code, held.status_code) == (201, 201)
    officer.serves(CALL)
    holds, paper, keys = (quay.home / name for name in ("holds.txt", "paper.txt", "keys.json"))
    wait(partial(quay.terminal.get, f"/v1/customs-status/{MINE}"))
    wait(partial(quay.terminal.get, f"/v1/customs-status/{THEIRS}"))
    paper.write_text(quay("status", MINE))
    keys.write_text(quay("keys", "get"))
    holds.write_text(quay("holds", CALL))
    # Evening: the network is down. The list beside the gate has three answers.
    key = quay("log", "key").strip()
    quay.command.set("WAGLAN_URL", "http://127.0.0.1:9")
    proof = ("--key", key, "--keys", str(keys))
    answers = {
        about: quay.ran("verify", str(holds), *proof, "--about", about).status
        for about in (MINE, THEIRS, OTHER, "NOWHERE1")
    }
    assert answers == {MINE: 0, THEIRS: 1, OTHER: 1, "NOWHERE1": 3}
    said = quay("verify", str(paper), *proof, "--holds", str(holds))
    assert "not a release of cargo" in " ".join(said.split())


def test_not_selected_is_no_guarantee_until_the_gate_and_the_later_word_counts(
    quay: Quay, officer: Officer
) -> None:
    number = "SYNTDAY3"
    ship = {"ship": "TDT+20+002E+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'"}
    call = Call("LINETD", "CUSTOMSTD", "TDLATE", "LINETD")
    filed(quay.line, manifest(call, Paper(number)).replace(b"+001E+", b"+002E+"))
    shown = {"bill": number, "receiver": "terminal-td", "view": "equipment", "days": 1}
    assert quay.line.post("/v1/grants", json=shown).status_code in (201, 202)
    officer.does(Kind.PASS_OVER, bills=officer.sees(number), reason="known shipper")
    officer.serves("9811000/002E")
    wait(partial(quay.terminal.get, f"/v1/customs-status/{number}"))
    paper, holds, keys = (quay.home / name for name in ("paper.txt", "holds.txt", "keys.json"))
    paper.write_text(quay("status", number))
    # The driver has his paper; then customs wants the box after all, and the next list says so.
    done = officer.does(
        Kind.DETAIN, bills=officer.sees(number), reason="a tip", instruction="Keep it closed."
    )
    assert done.status_code == 201, done.text
    officer.serves("9811000/002E")
    wait(partial(quay.terminal.get, f"/v1/customs-status/{number}"))
    keys.write_text(quay("keys", "get"))
    holds.write_text(quay("holds", "9811000/002E"))
    proof = ("--key", quay("log", "key").strip(), "--keys", str(keys))
    assert quay.ran("verify", str(paper), *proof).status == 0
    assert quay.ran("verify", str(paper), *proof, "--holds", str(holds)).status == 1
    # Cleared a day later the box leaves, and its line sees that it did.
    officer.does(Kind.CLEAR, bills=officer.sees(number), reason="all found")
    officer.serves("9811000/002E")
    sheet = Sheet("TERMINALTD", "ELSEWHERE", "TDGATE", **ship)
    quay.tells(codeco(sheet, [Told(BOX, at="202611241000")]))
    wait(lambda: True if "gate-out" in quay.line.get(f"/v1/track/{number}").text else None)
