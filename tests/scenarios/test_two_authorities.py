"""Two authorities on one platform: neither sees or moves what is filed with the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from port import Officer, filed, wait
from running_instance import SAMPLE_SECRET, Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind
from waglan.customs.sample import Sample
from waglan.gateway.keys import SAMPLE_PERMILLE
from waglan.manifest.model import Bill, Level

CALL = "9811000/001E"
REASON = "the-first-alone-knows"
NUMBERS = count(1)
FIRST, SECOND = "TAFIRST", "TASECOND"


@dataclass
class Port:
    """A line, a forwarder and his co-loader, and two authorities, each with an officer."""

    instance: Instance
    line: httpx.Client
    forwarder: httpx.Client
    coloader: httpx.Client
    first: Officer
    second: Officer

    def sends(
        self, desk: str, *bills: Paper, document: str, how: str = "9", by: str = "line"
    ) -> dict[str, Any]:
        """File a document with one of the two, or do something to it; return what became of it."""
        ref = f"TA{next(NUMBERS)}"
        paper = manifest(Call(f"TA{by.upper()}", desk, ref), *bills)
        paper = paper.replace(f"DOC-{ref}+9".encode(), f"{document}+{how}".encode())
        return filed(getattr(self, by), paper)

    def files(self, desk: str, *bills: Paper, document: str, **said: str) -> None:
        done = self.sends(desk, *bills, document=document, **said)
        assert done["state"] == "accepted", done["findings"]

    def detains(self, number: str) -> None:
        """The first authority detains a bill, and tells nobody yet."""
        said = {"reason": REASON, "instruction": "Keep it closed."}
        done = self.first.does(Kind.DETAIN, bills=self.first.sees(number), **said)
        assert done.status_code == 201, done.text
        wait(lambda: waiting(self.first).get(number, {}).get("status") == "detained" or None)

    def tracked(self, number: str, by: httpx.Client) -> list[dict[str, Any]]:
        answer = by.get(f"/v1/track/{number}")
        return [one for one in answer.json().get("found", ()) if one["key"] == number]

    def has_both(self, number: str, **said: str) -> None:
        """Have a bill declared to both, and held by the first one, who tells nobody."""
        self.files(FIRST, Paper(number), document=f"A-{number}", **said)
        self.detains(number)
        self.files(SECOND, Paper(number), document=f"B-{number}", **said)
        wait(lambda: waiting(self.second).get(number))


def waiting(officer: Officer) -> dict[str, dict[str, Any]]:
    answer = officer.desk.get("/v1/customs/worklist", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return {one["number"]: one for one in answer.json()["bills"]}


def stands(officer: Officer, number: str) -> dict[str, Any]:
    answer = officer.desk.get(f"/v1/customs/bills/{number}")
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["bills"]
    return dict(found)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    def let_in(name: str, role: str) -> httpx.Client:
        address = f"TA{name.upper()}:ZZZ"
        return instance.let_in(f"ta-{name}", role, addresses=(address,))

    first, second = let_in("first", "customs"), let_in("second", "customs")
    line, forwarder = let_in("line", "carrier"), let_in("forwarder", "forwarder")
    coloader = let_in("coloader", "forwarder")
    return Port(instance, line, forwarder, coloader, Officer(first), Officer(second))


def numbers() -> Iterator[str]:
    """Numbers of bills on which the lot of the random sample never falls."""
    sample = Sample(SAMPLE_SECRET, SAMPLE_PERMILLE)
    for number in (f"SYNTA{n}" for n in NUMBERS):
        if not sample.takes(Bill(number, Level.MASTER)):
            yield number


@pytest.fixture
def new() -> Callable[[], str]:
    found = numbers()
    return lambda: next(found)


def test_a_bill_declared_to_another_authority_stays_with_the_first(
    port: Port, new: Callable[[], str]
) -> None:
    number = new()
    port.has_both(number)
    mine, its = stands(port.first, number), stands(port.second, number)
    assert (mine["status"], mine["withdrawn"], mine["filed_version"]) == ("detained", False, 1)
    assert (its["status"], its["steps"], its["filed_version"]) == (None, [], 1)
    assert waiting(port.first)[number]["status"] == "detained"
    assert waiting(port.second)[number]["status"] is None
    assert not mine["findings"], "it is no bill in two manifests"


def test_what_one_authority_decides_is_nowhere_at_the_other(
    port: Port, new: Callable[[], str]
) -> None:
    number = new()
    port.has_both(number)
    for text in everything(port.second.desk, number):
        assert REASON not in text
        assert "detained" not in text.replace("partly-detained", "")
    assert port.second.serves(CALL) == 0
    assert port.second.desk.get(f"/v1/customs-status/{number}").status_code == 409  # none told
    # The first one tells it: now its filer knows, and the other authority as little as before.
    assert port.first.serves(CALL)
    told = [one for one in port.tracked(number, port.line) if one["customs"]]
    assert [one["customs"]["said_by"] for one in told] == ["ta-first"]
    [its] = port.tracked(number, port.second.desk)
    assert its["customs"] is None
    assert port.second.desk.get(f"/v1/customs-status/{number}").status_code == 409  # none told
    for text in everything(port.second.desk, number):
        assert REASON not in text


def everything(desk: httpx.Client, number: str) -> Iterator[str]:
    """All that somebody at a desk may read of a bill, also as tables."""
    for path in (
        f"/v1/customs/bills/{number}",
        "/v1/customs/worklist",
        "/v1/customs/calls",
        f"/v1/customs/calls/{CALL}/summary",
        f"/v1/track/{number}",
        "/v1/events",
        "/v1/manifests",
    ):
        answer = desk.get(path, params={"limit": 200} if number not in path else {})
        assert answer.status_code < 500, answer.text
        assert answer.status_code == 200 or "limit" in answer.text, (path, answer.text)
        yield answer.text
        table = desk.get(path, headers={"Accept": "text/csv"})
        assert table.status_code < 500, table.text
        yield table.text


def test_each_authority_tracks_its_own_and_the_filer_both(
    port: Port, new: Callable[[], str]
) -> None:
    number = new()
    port.has_both(number)
    assert len(wait(lambda: port.tracked(number, port.line) or None)) == 2
    for officer in (port.first, port.second):
        [own] = port.tracked(number, officer.desk)
        assert own["declaration"] == "declared"
    [_] = port.tracked(f"A-{number}", port.line)
    absent = port.second.desk.get("/v1/track/SYNABSENT")
    foreign = port.second.desk.get(f"/v1/track/A-{number}")
    assert (foreign.status_code, foreign.json()["findings"]) == (
        absent.status_code, absent.json()["findings"],
    )  # fmt: skip


@pytest.mark.parametrize("how", ["1", "5"])
def test_nothing_filed_with_one_is_amended_at_the_other(
    port: Port, new: Callable[[], str], how: str
) -> None:
    number = new()
    document = f"D-{number}"
    port.files(FIRST, Paper(number), document=document)
    port.detains(number)
    bills = [Paper(number)] if how == "5" else []
    done = port.sends(SECOND, *bills, document=document, how=how)
    assert done["state"] == "refused"
    [finding] = [one for one in done["findings"] if one["severity"] == "error"]
    assert finding["code"] == "MANIFEST-NOTHING-TO-AMEND"
    assert "authority" in finding["problem"]
    assert stands(port.first, number)["withdrawn"] is False
    assert port.second.desk.get(f"/v1/customs/bills/{number}").status_code == 404
    # The same document is free at the other one, and its versions are counted apart.
    port.files(SECOND, Paper(number), document=document)
    port.files(SECOND, Paper(number), document=document, how="5")
    port.files(SECOND, document=document, how="1")
    wait(lambda: number not in waiting(port.second) or None)
    mine = stands(port.first, number)
    assert (mine["status"], mine["withdrawn"], mine["filed_version"]) == ("detained", False, 1)
    assert waiting(port.first)[number]["status"] == "detained"
    port.files(FIRST, Paper(number), document=document, how="5")
    assert stands(port.first, number)["filed_version"] == 2


def test_the_filer_tracks_a_document_at_each_authority(port: Port, new: Callable[[], str]) -> None:
    number = new()
    document = f"E-{number}"
    for desk in (FIRST, SECOND):
        port.files(desk, Paper(number), document=document)
    port.files(SECOND, document=document, how="1")
    found = port.tracked(document, port.line)
    with_whom = {one["particulars"]["filed_with"]: one["declaration"] for one in found}
    assert with_whom == {"ta-first": "declared", "ta-second": "cancelled"}


def test_a_bill_moves_below_another_at_one_authority_alone(
    port: Port, new: Callable[[], str]
) -> None:
    house, above, other = new(), new(), new()
    for desk in (FIRST, SECOND):
        port.files(desk, Paper(house, above), document=f"F-{house}", by="forwarder")
    port.detains(house)
    wait(lambda: waiting(port.second).get(house))
    port.files(FIRST, Paper(house, other), document=f"F-{house}", how="5", by="forwarder")
    wait(lambda: waiting(port.first)[house]["parent"] == other or None)
    assert stands(port.first, house)["status"] == "detained"
    its = stands(port.second, house)
    assert (its["parent"], its["status"], its["filed_version"]) == (above, None, 1)
    # Dropped at one of them and filed below another there: it is the bill that it was, as before.
    port.files(SECOND, Paper(house, other), document=f"G-{house}", by="forwarder")
    assert {one["parent"] for one in bills(port.second, house)} == {above, other}
    assert [one["parent"] for one in bills(port.first, house)] == [other]


def bills(officer: Officer, number: str) -> list[dict[str, Any]]:
    return list(officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"])


def test_a_co_loader_sees_the_houses_below_his_at_the_same_authority(
    port: Port, new: Callable[[], str]
) -> None:
    master, mine, at_first, at_second = (new() for _ in range(4))
    for desk, house in ((FIRST, at_first), (SECOND, at_second)):
        port.files(desk, Paper(mine, master), document=f"H-{mine}", by="coloader")
        port.files(desk, Paper(house, mine), document=f"H-{house}", by="forwarder")
    wait(lambda: port.tracked(at_first, port.coloader) or None)
    wait(lambda: port.tracked(at_second, port.coloader) or None)
    # His own goes at one authority: the house below it there is no longer his to see.
    port.files(SECOND, document=f"H-{mine}", how="1", by="coloader")
    wait(lambda: not port.tracked(at_second, port.coloader) or None)
    assert port.tracked(at_first, port.coloader)
    assert not port.tracked(at_second, port.first.desk)
    assert not port.tracked(at_first, port.second.desk)


def test_a_grant_on_a_bill_of_two_authorities_says_which(
    port: Port, new: Callable[[], str]
) -> None:
    number = new()
    port.has_both(number)
    wish = {"bill": number, "receiver": "ta-coloader", "view": "full", "days": 1}
    refused = port.line.post("/v1/grants", json=wish)
    assert refused.json()["findings"][0]["code"] == "PARTY-BILL-AMBIGUOUS"
    absent = port.line.post("/v1/grants", json=wish | {"authority": "ta-coloader"})
    assert absent.status_code == 404
    given = port.line.post("/v1/grants", json=wish | {"authority": "ta-second"})
    assert given.status_code in (201, 202), given.text
    wait(lambda: port.tracked(number, port.coloader) or None)
    # Of what the first one tells, whom the other one's bill is shown to is told nothing.
    port.first.serves(CALL)
    wait(lambda: [one for one in port.tracked(number, port.line) if one["customs"]] or None)
    [shown] = port.tracked(number, port.coloader)
    assert shown["customs"] is None


def test_the_log_and_what_is_made_of_it_agree(
    port: Port, new: Callable[[], str], waglan: CommandLine
) -> None:
    number = new()
    port.has_both(number)
    port.files(SECOND, document=f"B-{number}", how="1")
    wait(lambda: number not in waiting(port.second) or None)
    bearer = port.instance.operator.headers["Authorization"]
    operator = waglan.operates(port.instance).signs_in(bearer)
    assert operator("rebuild", "--check").status == 0
    assert operator("log", "verify").status == 0
