"""Whoever is asked for documents by an order is told which, and by when, and all of them alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_targeting_is_secret import table

from waglan.customs.officer_act import Kind, SeenNotice

VOYAGE = "9811000/001E"
WANTED = ("Commercial invoice", "Packing list")


class Port:
    """A line, and officers whose order asks for documents of every bill."""

    def __init__(self, instance: Instance) -> None:
        self.line = instance.let_in("asked-line", "carrier", addresses=("ASKEDLINE:ZZZ",))
        customs = instance.let_in("asked-customs", "customs", addresses=("ASKEDCUSTOMS:ZZZ",))
        self.officer = Officer(customs)
        asks = table("> 1").replace(b"inspect", b"documents-asked")
        self.table = self.officer.publishes(asks)

    def files(self, ref: str, number: str, *, places: bool = True) -> None:
        """File a bill; one without its place of loading is asked for by an open rule too."""
        paper = manifest(Call("ASKEDLINE", "ASKEDCUSTOMS", ref), Paper(number))
        if not places:
            paper = paper.replace(b"COTTON T-SHIRTS", b"GENERAL CARGO")
        sent = filed(self.line, paper)
        assert sent["state"] == "accepted", sent["findings"]
        self.comes_to(number, version=1)

    def comes_to(self, number: str, *, version: int) -> None:
        """Wait until so much was decided of a bill."""

        def decided() -> bool | None:
            answer = self.officer.desk.get(f"/v1/customs/bills/{number}")
            bills = answer.json()["bills"] if answer.is_success else []
            return True if bills and bills[0]["version"] >= version else None

        wait(decided)

    def notices(self, number: str) -> list[dict[str, Any]]:
        """The notices on a bill as its filer reads them, newest first."""
        return list(self.line.get("/v1/notices", params={"bill": number}).json()["notices"])


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return Port(instance)


def test_an_order_that_names_no_documents_is_warned_of_and_asks_as_before(port: Port) -> None:
    assert port.officer.orders(port.table) == ["ORDER-ASKS-FOR-NOTHING"]
    port.files("AO1", "SYNASK1")
    port.officer.serves(VOYAGE)
    [notice] = port.notices("SYNASK1")
    assert (notice["documents_asked"], notice["due"]) == ([], None)


def test_whoever_is_asked_is_told_which_documents_and_by_when_whatever_pointed_at_him(
    port: Port,
) -> None:
    said: dict[str, Any] = {"documents": WANTED, "answer_days": 5}
    assert port.officer.orders(port.table, order_id="order-2", **said) == []
    shown = port.officer.desk.get("/v1/customs/standing-orders/order-2").json()
    assert (shown["documents"], shown["answer_days"]) == ([*WANTED], 5)
    port.files("AO2", "SYNASK2")
    port.files("AO3", "SYNASK3", places=False)
    port.officer.serves(VOYAGE)
    served = datetime.now(UTC)
    told = []
    for number in ("SYNASK2", "SYNASK3"):
        [notice] = port.notices(number)
        due = datetime.fromisoformat(notice["due"])
        assert abs(due - served - timedelta(days=5)) < timedelta(minutes=2)
        told.append({name: notice[name] for name in ("documents_asked", "instruction", "kind")})
        [found] = port.line.get(f"/v1/track/{number}").json()["found"]
        [event] = [e for e in found["events"] if e["code"] == "customs.notice-served"]
        assert event["body"]["documents"] == [*WANTED]
        assert "answer_days" not in str(found)
    assert told[0] == told[1] == {
        "documents_asked": [*WANTED], "instruction": "", "kind": "documents",
    }  # fmt: skip


def test_a_notice_that_takes_the_place_of_another_gives_no_more_time(port: Port) -> None:
    [first] = port.notices("SYNASK2")
    later = datetime.now(UTC) + timedelta(days=9)
    seen = SeenNotice(first["notice"], first["version"])
    extended = port.officer.does(Kind.EXTEND_NOTICE, notice=seen, reason="late", due=later)
    assert extended.status_code == 201
    for number, due in (("SYNASK2", later), ("SYNASK3", None)):
        before = port.notices(number)[0]
        port.files(f"AO-{number}", number)  # in another document: it is asked for once more
        port.comes_to(number, version=2)
        port.officer.serves(VOYAGE)
        newest, _ = port.notices(number)
        assert newest["notice"] != before["notice"]
        assert datetime.fromisoformat(newest["due"]) == (
            due or datetime.fromisoformat(before["due"])
        )
