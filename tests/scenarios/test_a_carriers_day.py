"""A carrier's day: from the dry run to the notice, as the trade tells it.

The manifest is his own statement of what he carries, and has no HS code. A dry run says what would
be refused by the rules that need only the file, and which rules were not run. He files in parts,
files again after a lost line, amends what he forgot. "Not selected" is what customs told him; the
release of the goods is his own affair.
"""

from typing import Any

import httpx
import pytest
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

CALL = "9811000/001E"
ONE, TWO = "SYNCDAY1", "SYNCDAY2"


class Port:
    """A line, its rival and a bank, and the customs with whom the line files."""

    def __init__(self, instance: Instance) -> None:
        self.line = self._in(instance, "line", "carrier")
        self.rival = self._in(instance, "rival", "carrier")
        self.bank = self._in(instance, "bank", "bank")
        self.customs = self._in(instance, "customs", "customs")

    @staticmethod
    def _in(instance: Instance, name: str, role: str) -> httpx.Client:
        return instance.let_in(f"{name}-cd", role, addresses=(f"{name}cd:ZZZ".upper(),))

    def checked(self, paper: bytes) -> dict[str, Any]:
        answer = self.line.post("/v1/checks", content=paper)
        assert answer.status_code == 200, answer.text
        [one] = answer.json()["manifests"]
        return dict(one)

    def customs_told(self, number: str) -> Any:
        return told(self.line, number)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return Port(instance)


def paper(ref: str, *bills: Paper) -> bytes:
    return manifest(Call("LINECD", "CUSTOMSCD", ref, "LINECD"), *bills)


def change(ref: str, of: str, *bills: Paper) -> bytes:
    """A change of these bills, which names the document and the version that stands."""
    changed = paper(ref, *bills).replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{of}+4'".encode())
    changed = changed.replace(b":203'NAD+CA", b":203'RFF+ACW:1'NAD+CA", 1)
    segments = changed.count(b"'") - 2 - 1
    return changed[: changed.index(b"UNT+")] + f"UNT+{segments}+{ref}'UNZ+1+{ref}'".encode()


def codes(findings: list[dict[str, Any]]) -> set[str]:
    return {finding["code"] for finding in findings}


def test_from_the_dry_run_to_the_notice(port: Port) -> None:
    officer = Officer(port.customs)
    officer.orders(officer.publishes())
    whole = paper("CDAY", Paper(ONE), Paper(TWO, box="CSQU3054402"))
    # Morning: a dry run of a first version. One bill stands there twice: that would be refused.
    # Vague goods are told with better words. What needs more than the file is listed as not run.
    first = paper("CDAY", Paper(ONE), Paper(ONE)).replace(b"COTTON T-SHIRTS", b"GENERAL CARGO")
    seen = port.checked(first)
    assert not seen["would_stand"]
    assert {"HK-MAN-020", "HK-MAN-012"} <= codes(seen["findings"])
    assert all(finding["remedy"] for finding in seen["findings"])
    assert seen["rules_run"]
    assert seen["not_run"]
    # It declared nothing: customs saw none of it.
    assert port.customs.get("/v1/manifests").json()["manifests"] == []
    # Mended, it is filed, though the consignee of one bill is forgotten: a hold, and no refusal.
    forgotten = whole.replace(b"NAD+CN+++SAMPLE IMPORTS 2 LTD+2 SAMPLE STREET+HONG KONG+++HK'", b"")
    forgotten = forgotten.replace(
        b"UNT+%d+" % (whole.count(b"'") - 3), b"UNT+%d+" % (whole.count(b"'") - 4)
    )
    assert port.checked(forgotten)["would_stand"]
    shown = filed(port.line, forgotten)
    assert shown["state"] == "accepted", shown["findings"]
    assert "HK-60C-CONSIGNEE" in codes(shown["findings"])
    assert "HS" not in " ".join(codes(shown["findings"]))  # a manifest has no HS code to miss
    assert [answer["kind"] for answer in shown["answers"]] == ["CONTRL", "CUSRES"]
    # The line was lost before the answer came: he sends it again, and nothing counts twice.
    again = port.line.post("/v1/messages", content=forgotten)
    assert (again.json()["id"], again.headers["Waglan-Replayed"]) == (shown["id"], "true")
    # He supplies the consignee, naming the version that stands.
    amended = filed(port.line, change("CDAY2", "CDAY", Paper(ONE), Paper(TWO, box="CSQU3054402")))
    assert amended["state"] == "accepted", amended["findings"]
    assert "HK-60C-CONSIGNEE" not in codes(amended["findings"])
    # Noon: decided before arrival, under an officer's order; nobody but the officer knows.
    counts = wait(lambda: decided(port.customs))
    assert (counts["decided_before_arrival"], counts["undecided"]) == (2, 0)
    assert [port.customs_told(number) for number in (ONE, TWO)] == [None, None]
    # Afternoon: one notice for the call, and an answer beside the message.
    officer.serves(CALL)
    wait(lambda: all(port.customs_told(number) for number in (ONE, TWO)) or None)
    kinds = wait(lambda: answers(port.line, amended["id"], 3))
    assert kinds == ["CONTRL", "CUSRES", "CUSRES"]
    # A status is not his release: he shows the bank that lends on the goods a bill, for a day.
    assert port.bank.get(f"/v1/track/{ONE}").status_code == 404
    wish = {"bill": ONE, "receiver": "bank-cd", "view": "status", "days": 1}
    given = port.line.post("/v1/grants", json=wish)
    assert given.status_code in (201, 202), given.text
    wait(lambda: told(port.bank, ONE))
    # His rival sees neither bill nor box, whatever it asks by.
    for key in (ONE, "CSQU3054402", CALL):
        assert port.rival.get(f"/v1/track/{key}").status_code == 404
    assert port.line.delete(f"/v1/grants/{given.json()['id']}").status_code in (202, 204)
    wait(lambda: True if told(port.bank, ONE) is None else None)


def told(client: httpx.Client, number: str) -> Any:
    """What somebody knows of a bill's customs status; None while he knows nothing."""
    found = client.get(f"/v1/track/{number}").json().get("found", [])
    return next((one["customs"]["what"] for one in found if one["customs"]), None)


def decided(customs: httpx.Client) -> dict[str, Any] | None:
    answer = customs.get(f"/v1/customs/calls/{CALL}/summary")
    counts = answer.json() if answer.is_success else {}
    return counts if counts.get("decided") == 2 else None


def answers(client: httpx.Client, message: str, count: int) -> list[str] | None:
    found = [one["kind"] for one in client.get(f"/v1/messages/{message}/answers").json()]
    return found if len(found) >= count else None
