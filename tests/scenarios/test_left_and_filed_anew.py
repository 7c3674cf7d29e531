"""What waits for an officer goes on waiting for him, however its filer files it anew."""

from typing import Any

import psycopg
import pytest
from port import Officer, wait
from running_instance import Instance
from test_withdrawn_bills import Desk, desk

__all__ = ["desk"]

IVORY = "IVORY CARVINGS \u0421OTTON"  # wanted by the table, in words that no order may trust
UNREAD, PAPER = "\u0421OTTON T-SHIRTS", "COTTON PAPER"
CALL = "9811000/001E"


def shown(desk: Desk, bill: str = "1") -> dict[str, Any]:
    [found] = desk.customs.get(f"/v1/customs/bills/{desk.name}{bill}").json()["bills"]
    return dict(found)


def waits_for(desk: Desk, bill: str = "1") -> str | None:
    answer = desk.customs.get("/v1/customs/worklist", params={"limit": 200})
    return {one["number"]: one["waits"] for one in answer.json()["bills"]}.get(desk.name + bill)


def reasons(instance: Instance, desk: Desk, bill: str = "1") -> list[str]:
    """Why the newest judgement left it to an officer."""
    ask = (
        "SELECT a.reasons FROM assessment a JOIN consignment c USING (consignment)"
        " WHERE c.number = %s ORDER BY a.event_id DESC LIMIT 1"
    )
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        found = conn.execute(ask, [desk.name + bill]).fetchone()
    return list(found[0]) if found else []


def is_left(desk: Desk, instance: Instance, reason: str) -> None:
    wait(lambda: reason in reasons(instance, desk) or None)
    wait(lambda: waits_for(desk) == "decision" or None)
    assert shown(desk)["status"] is None


@pytest.fixture
def officer(desk: Desk) -> Officer:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    return officer


def test_what_a_table_wanted_of_a_bill_that_waits_is_wanted_of_its_next_version(
    desk: Desk, officer: Officer, instance: Instance
) -> None:
    desk.files("9", "1", goods=IVORY)
    is_left(desk, instance, "ORDER-TEXT")
    for goods in (PAPER, "STEEL PIPES"):
        desk.files("5", "1", goods=goods)
        is_left(desk, instance, "ORDER-WANTED-BEFORE")
    assert officer.serves(CALL) == 0
    desk.files("5", "2", "1<2", goods=PAPER)  # as a house below a master
    wait(lambda: [one["status"] for one in houses(desk)] == [None] or None)
    wait(lambda: waits_for(desk) or None)


def houses(desk: Desk) -> list[dict[str, Any]]:
    found = desk.customs.get(f"/v1/customs/bills/{desk.name}1").json()["bills"]
    return [one for one in found if one["parent"]]


def test_what_a_table_wanted_stays_when_its_filer_withdraws_it_undecided(
    desk: Desk, officer: Officer, instance: Instance
) -> None:
    desk.files("9", "1", goods=IVORY)
    is_left(desk, instance, "ORDER-TEXT")
    desk.files("1")
    wait(lambda: waits_for(desk) == "withdrawn" or None)
    desk.files("9", "2", document="B", goods="STEEL PIPES")  # in its container
    wait(lambda: waits_for(desk, "2") == "decision" or None)
    assert reasons(instance, desk, "2") == ["ORDER-HELD-BEFORE"]
    desk.files("9", "1", document="C", goods=PAPER)
    is_left(desk, instance, "ORDER-WANTED-BEFORE")


@pytest.mark.parametrize("on", [("001E", 1), ("002E", 9)], ids=["same call", "other call"])
def test_a_bill_that_waits_by_one_document_is_decided_by_no_other(
    desk: Desk, officer: Officer, instance: Instance, on: tuple[str, int]
) -> None:
    desk.files("9", "1", document="A", goods=UNREAD)
    is_left(desk, instance, "ORDER-TEXT")
    desk.files("9", "1", document="B", goods=PAPER, on=on)
    is_left(desk, instance, "ORDER-WAITS-ELSEWHERE")
    desk.files("1", document="B", on=on)
    desk.files("9", "9", document="C", goods=PAPER)
    wait(lambda: shown(desk, "9")["status"] or None)
    wait(lambda: waits_for(desk) == "decision" or None)
    assert shown(desk)["status"] is None
    assert officer.serves(CALL) == 1  # of the other bill


@pytest.mark.parametrize("end", ["amended", "cancelled"])
def test_the_open_rules_question_is_answered_in_the_document_that_it_was_asked_of(
    desk: Desk, officer: Officer, end: str
) -> None:
    desk.files("9", "1", document="A", goods="GENERAL CARGO")
    wait(lambda: shown(desk)["status"] == "documents-asked" or None)
    desk.files("9", "1", "2", document="B", goods=PAPER)
    wait(lambda: shown(desk, "2")["status"] == "not-selected" or None)
    assert (shown(desk)["status"], shown(desk)["version"]) == ("documents-asked", 1)
    if end == "amended":
        desk.files("5", "1", document="A", goods=PAPER)
    else:
        desk.files("1", document="A")
    wait(lambda: shown(desk)["status"] == "not-selected" or None)
