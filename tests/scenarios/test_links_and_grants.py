"""Who sees a bill because of what others filed, and because somebody shows it to him."""

import time
from collections.abc import Callable
from itertools import product
from string import ascii_lowercase
from typing import Any

import httpx
import psycopg
import pytest
from port import Officer, filed
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

PATIENCE_SECONDS = 10.0


class Port:
    """Two forwarders under one line; every test has its own, by the letter in all names."""

    def __init__(self, instance: Instance, letter: str) -> None:
        self.instance, self.letter = instance, letter
        self.customs = self.let_in("customs", "customs")
        self.officer = Officer(self.customs)
        self.line = self.let_in("line", "carrier")
        self.coloader = self.let_in("coloader", "forwarder")
        self.forwarder = self.let_in("forwarder", "forwarder")
        self.references = 0

    def let_in(self, name: str, role: str) -> httpx.Client:
        address = f"{name}{self.letter}".upper()
        return self.instance.let_in(f"{name}-{self.letter}", role, addresses=(f"{address}:ZZZ",))

    def number(self, name: str) -> str:
        return f"SYN{name}{self.letter.upper()}"

    def files(
        self, client: httpx.Client, *bills: Paper, carrier: str = "SYNL", amends: str | None = None
    ) -> str:
        """File a manifest, or another version of one; return its reference."""
        self.references += 1
        sender = client.get("/v1/whoami").json()["party"].replace("-", "").upper()
        ref = f"R{self.letter.upper()}{self.references}"
        call = Call(sender, f"CUSTOMS{self.letter}".upper(), ref, carrier)
        paper = manifest(call, *bills)
        if amends:
            paper = paper.replace(f"DOC-{ref}+9".encode(), f"DOC-{amends}+5".encode())
        shown = filed(client, paper)
        assert shown["state"] == "accepted", shown["findings"]
        return ref

    def master(self, forwarder: str | None = None) -> Paper:
        return Paper(self.number("M"), forwarder=forwarder)

    def house(self, name: str = "H", above: str = "M", box: str = "CSQU3054383") -> Paper:
        return Paper(self.number(name), self.number(above), box)

    def serves(self) -> int:
        """Decide every bill by hand and serve the notices."""
        for one in self.customs.get("/v1/manifests").json()["manifests"]:
            bills = self.customs.get(f"/v1/customs/manifests/{one['id']}/bills").json()
            for bill in bills["bills"]:
                if bill["status"] is None:
                    done = self.officer.does(
                        Kind.DETAIN,
                        bills=self.officer.sees(bill["number"]),
                        reason="papers are missing",
                        instruction="Keep the box.",
                    )
                    assert done.status_code == 201, done.text
        return self.officer.serves("9811000/001E")


@pytest.fixture
def port(instance: Instance, request: pytest.FixtureRequest) -> Port:
    # Other modules use this fixture too, so there is no telling how many are wanted.
    every = map("".join, product(ascii_lowercase, repeat=2))
    return Port(instance, next(request.config.stash.setdefault(LETTERS, every)))


LETTERS = pytest.StashKey[Any]()


def told(client: httpx.Client, bill: str) -> set[str]:
    """The codes of what this client sees of a bill that others tell."""
    answer = client.get(f"/v1/track/{bill}")
    if answer.status_code == 404:
        return set()
    assert answer.status_code == 200
    return {event["code"] for found in answer.json()["found"] for event in found["events"]}


def in_feed(client: httpx.Client, bill: str) -> set[str]:
    page = client.get("/v1/events?limit=500").json()["events"]
    return {event["code"] for event in page if event["about"]["key"] == bill}


def until(look: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < ends, "it did not come in time"
        time.sleep(0.05)


def linked(port: Port) -> None:
    """Wait until every manifest filed so far is linked."""

    def is_done() -> bool:
        with psycopg.connect(port.instance.dsn.engine) as conn:
            row = conn.execute(
                "select not exists (select from manifest m left join linked l using (manifest_id)"
                " where l.manifest_id is null)"
            ).fetchone()
        return bool(row and row[0])

    until(is_done)


DECLARED, SERVED, GIVEN = "bill.declared", "customs.notice-served", "party.grant-given"


@pytest.mark.parametrize("houses_first", [True, False])
def test_a_co_loader_sees_the_houses_below_his_and_the_line_only_how_they_stand(
    port: Port, houses_first: bool
) -> None:
    def above() -> None:
        port.files(port.line, port.master())
        port.files(port.coloader, port.house("C", "M"))

    if not houses_first:
        above()
    port.files(port.forwarder, port.house("H", "C"))
    if houses_first:
        above()
    house = port.number("H")
    until(lambda: DECLARED in told(port.coloader, house))
    until(lambda: DECLARED in in_feed(port.coloader, house))
    linked(port)
    assert told(port.line, house) == set()
    assert told(port.forwarder, port.number("M")) == set()
    assert port.serves() == 3
    until(lambda: told(port.line, house) == {SERVED})
    until(lambda: told(port.coloader, house) == {DECLARED, SERVED})
    assert told(port.forwarder, port.number("C")) == set()
    assert in_feed(port.line, house) == {SERVED}


def test_a_rival_who_files_the_number_first_does_not_stand_above_without_the_box(
    port: Port,
) -> None:
    rival = port.let_in("rival", "forwarder")
    port.files(rival, port.house("C", "X", box="MSKU1234565"))
    port.files(port.forwarder, port.house("H", "C"))
    linked(port)
    assert told(rival, port.number("H")) == set()


def test_of_two_who_claim_one_number_the_first_sees_on_and_the_operator_is_told(port: Port) -> None:
    rival = port.let_in("rival", "forwarder")
    port.files(port.forwarder, port.house("H", "C"))
    port.files(port.coloader, port.house("C", "M"))
    until(lambda: DECLARED in told(port.coloader, port.number("H")))
    port.files(rival, port.house("C", "M"))
    operator = port.instance.operator
    until(lambda: told(operator, port.number("C")) == {"party.link-disputed"})
    assert DECLARED in told(port.coloader, port.number("H"))
    assert told(rival, port.number("H")) == set()
    assert "party.link-disputed" not in told(rival, port.number("C"))


def test_of_two_who_claim_one_number_who_withdrew_his_comes_back_as_the_second(port: Port) -> None:
    rival = port.let_in("rival", "forwarder")
    port.files(port.forwarder, port.house("H", "C"))
    ref = port.files(port.coloader, port.house("C", "M"))
    port.files(rival, port.house("C", "M"))
    until(lambda: DECLARED in told(port.coloader, port.number("H")))
    for number in ("C9", "C"):
        port.files(port.coloader, port.house(number, "M"), amends=ref)
        linked(port)
        assert DECLARED in told(rival, port.number("H"))
        assert told(port.coloader, port.number("H")) == set()


def test_the_forwarder_whom_the_lines_bill_names_sees_it_and_the_houses_below(port: Port) -> None:
    port.files(port.line, port.master(forwarder=f"COLOADER{port.letter}".upper()))
    port.files(port.forwarder, port.house("H", "M"))
    until(lambda: told(port.coloader, port.number("M")) == {DECLARED})
    until(lambda: told(port.coloader, port.number("H")) == {DECLARED})


def test_a_bill_that_moves_below_another_is_seen_no_more_by_who_stood_above(port: Port) -> None:
    port.files(port.coloader, port.house("C", "M"))
    ref = port.files(port.forwarder, port.house("H", "C"))
    until(lambda: DECLARED in told(port.coloader, port.number("H")))
    port.files(port.forwarder, port.house("H", "OTHER"), amends=ref)
    until(lambda: told(port.coloader, port.number("H")) == set())
    assert told(port.forwarder, port.number("H")) == {DECLARED}


def test_a_grant_shows_the_bill_with_its_past_and_ends_when_it_is_revoked(port: Port) -> None:
    bank = port.let_in("bank", "bank")
    port.files(port.forwarder, port.house())
    bill = port.number("H")
    grant = {"bill": bill, "receiver": f"bank-{port.letter}", "view": "full", "days": 30}
    answer = port.forwarder.post("/v1/grants", json=grant)
    assert answer.status_code == 201, answer.text
    until(lambda: told(bank, bill) == {DECLARED, GIVEN})
    until(lambda: in_feed(bank, bill) == {DECLARED, GIVEN})
    port.serves()
    until(lambda: told(bank, bill) == {DECLARED, GIVEN, SERVED})
    [given] = port.forwarder.get("/v1/grants").json()
    assert given == answer.json()
    assert port.forwarder.delete(f"/v1/grants/{given['id']}").status_code == 204
    assert told(bank, bill) & {DECLARED, SERVED} == set()
    assert in_feed(bank, bill) & {DECLARED, SERVED} == set()
    assert port.forwarder.delete(f"/v1/grants/{given['id']}").status_code == 204
    assert told(port.forwarder, bill) >= {DECLARED, SERVED, GIVEN}


def test_a_grant_of_the_status_alone_shows_no_goods(port: Port) -> None:
    bank = port.let_in("bank", "bank")
    port.files(port.forwarder, port.house())
    bill = port.number("H")
    grant = {"bill": bill, "receiver": f"bank-{port.letter}", "view": "status", "days": 1}
    assert port.forwarder.post("/v1/grants", json=grant).status_code == 201
    port.serves()
    until(lambda: told(bank, bill) == {GIVEN, SERVED})


def test_nobody_gives_or_takes_back_what_is_anothers(port: Port) -> None:
    port.files(port.forwarder, port.house())
    bill = port.number("H")
    grant = {"bill": bill, "receiver": f"line-{port.letter}", "view": "full", "days": 1}
    given = port.forwarder.post("/v1/grants", json=grant).json()
    foreign = port.coloader.post("/v1/grants", json=grant)
    absent = port.coloader.post("/v1/grants", json=grant | {"bill": "NEVERFILED"})
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    taken = port.coloader.delete(f"/v1/grants/{given['id']}")
    assert taken.status_code == 404
    stranger = port.forwarder.post("/v1/grants", json=grant | {"receiver": "nobody-at-all"})
    assert [f["code"] for f in stranger.json()["findings"]] == ["PARTY-RECEIVER-UNKNOWN"]
    until(lambda: told(port.line, bill) == {DECLARED, GIVEN})
