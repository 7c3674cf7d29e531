"""An officer's day: by exception, under his own order, and every act signed, as the trade tells it.

A machine decides nothing by itself: an officer's standing order says what it may, how much and
until when. What he looks for stays his until the notice is served. An examination has an outcome,
and outcomes say which rule finds something. A customs status is not a release of cargo.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from command_line import CommandLine, Ran
from port import filed, wait
from running_instance import ORIGIN, Instance
from shipping_papers import Call, Paper, manifest

from waglan.logbook.evidence import Standing, Trust, verify


class Desk:
    """Two officers of one authority, each with a key of his own, and a line that files there."""

    def __init__(self, instance: Instance, command: CommandLine, home: Path, letter: str) -> None:
        self.instance, self.command, self.home, self.letter = instance, command, home, letter
        self.call = f"9811000/00{letter}E"
        self.line = self._in("line", "carrier")
        self.rival = self._in("rival", "carrier")
        self.officer = self._in("customs", "customs")
        colleague = {"name": "Sample Second Officer", "scopes": ["read", "decide"], "days": 1}
        self.second = instance.client(
            self.officer.post("/v1/persons", json=colleague).json()["secret"]
        )

    def _in(self, name: str, role: str) -> httpx.Client:
        party = f"{name}-o{self.letter.lower()}"
        return self.instance.let_in(party, role, addresses=(f"{party}:ZZZ".upper(),))

    def ran(self, *words: str, by: str = "officer") -> Ran:
        self.command.signs_in(getattr(self, by).headers["Authorization"])
        return self.command(*words)

    def __call__(self, *words: str, by: str = "officer") -> str:
        ran = self.ran(*words, by=by)
        assert ran.status == 0, ran.out + ran.err
        return ran.out

    def acts(self, act: str, about: str, *said: str) -> None:
        about = about if act == "serve" else self.named(about)
        self("desk", act, about, "--key", self.file("officer.pem"), *said)

    def imports(self) -> str:
        self("desk", "key", self.file("officer.pem"))
        self("desk", "key", self.file("second.pem"), by="second")
        return self("desk", "table", "import", self.file("table.json", heavy_ones())).strip()

    def publishes(self, table: str) -> None:
        wanted = ("desk", "table", "publish", table, "--key", self.file("second.pem"))
        self(*wanted, by="second")

    def orders(self, table: str) -> Ran:
        limits = {"statuses": ["not-selected", "inspect"], "bills_per_day_max": 100}
        said = ("--key", self.file("officer.pem"), "--table", table, "--days", "1")
        bounds = ("--limits", self.file("limits.json", limits))
        return self.ran("desk", "order", "sign", f"ORDER-{self.letter}", *said, *bounds)

    def file(self, name: str, content: object = None) -> str:
        path = self.home / name
        if content is not None:
            path.write_text(json.dumps(content))
        return str(path)

    def files(self, name: str, kilograms: int = 120, by: str = "line") -> str:
        """A line files one bill of a call that berths tomorrow; return the bill's number."""
        ref, number = f"O{self.letter}{name}", f"SYN{name}{self.letter}"
        sender = f"{by}-O{self.letter}".upper()
        call = Call(sender, f"CUSTOMS-O{self.letter}", ref)
        paper = manifest(call, Paper(number)).replace(b"+001E+", f"+00{self.letter}E+".encode())
        shown = filed(getattr(self, by), paper.replace(b":120", b":%d" % kilograms))
        assert shown["state"] == "accepted", shown["findings"]
        return number

    def stands(self, number: str) -> str:
        return str(wait(lambda: self.seen(number)["status"]))

    def seen(self, number: str) -> dict[str, Any]:
        [seen] = self.officer.get(f"/v1/customs/bills/{number}").json()["bills"]
        return dict(seen)

    def named(self, number: str) -> str:
        """A bill with the versions that the officer sees."""
        seen = self.seen(number)
        return f"{number}={seen['version']}/{seen['filed_version']}"

    def told(self, number: str) -> str:
        """All that the line learns of a bill, in words and as JSON."""
        words = self("track", number, by="line")
        return " ".join((words + self("track", number, "--json", by="line")).split())

    def waits(self, number: str, what: str) -> None:
        """Wait until the worklist has a bill, and for what."""

        def look() -> bool | None:
            shown = self.officer.get(f"/v1/customs/worklist?call={self.call}").json()
            return ({one["number"]: one["waits"] for one in shown["bills"]}).get(
                number
            ) == what or None

        wait(look)


@pytest.fixture
def desk(
    instance: Instance, waglan: CommandLine, tmp_path: Path, request: pytest.FixtureRequest
) -> Desk:
    words = ("morning", "noon", "colleague", "sign")
    letter = next((word[0].upper() for word in words if word in request.node.name), "T")
    return Desk(instance, waglan.operates(instance), tmp_path, letter)


def heavy_ones() -> dict[str, Any]:
    """A table of one row: what weighs more than a ton is inspected."""
    row = {"rule": '"HEAVY"', "status": '"inspect"', "note": '"LOOK"', "i0": "> 1000"}
    outputs = ("rule", "status", "note")
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i0", "name": "", "field": "gross_kg"}],
        "outputs": [{"id": name, "name": name, "field": name} for name in outputs],
        "rules": [row],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in", "content": {}},
        {"id": "b", "type": "decisionTableNode", "name": "risk", "content": content},
    ]
    return {"nodes": nodes, "edges": []}


def test_a_morning_from_the_signed_order_to_the_notices_of_the_call(desk: Desk) -> None:
    # Before breakfast a manifest comes: with no order in force nothing is decided by a machine.
    early = desk.files("EARLY")
    # One officer imports the table, another reads and publishes it; only then an order names it,
    # with its limits and its end, signed with a key that never leaves the officer's machine.
    table = desk.imports()
    assert desk.orders(table).status != 0
    assert "1000" in desk("desk", "table", "show", table, by="second")
    desk.publishes(table)
    assert desk.orders(table).status == 0
    # The line files. What the table points at is inspected, and the rest let alone, before arrival
    # (the random sample beside the table may take a bill of the rest, whatever the table says).
    light, heavy = desk.files("LIGHT"), desk.files("HEAVY", kilograms=2_000)
    assert desk.stands(heavy) == "inspect"
    assert desk.stands(light) in ("not-selected", "inspect")
    summary = desk.officer.get(f"/v1/customs/calls/{desk.call}/summary").json()
    assert (summary["decided_before_arrival"], summary["undecided"]) == (2, 1)
    # The line knows of none of it: not by content, and not by difference.
    assert (
        len({desk.told(number).count("nobody has told") for number in (light, heavy, early)}) == 1
    )
    assert desk.line.get(f"/v1/customs/bills/{heavy}").status_code == 403
    assert "and not told yet" in desk("track", heavy)
    # The worklist has what no order decided; he looks, and asks for a paper.
    desk.waits(early, "decision")
    desk.waits(heavy, "examination")
    desk.acts("ask-documents", early, "--reason", "No packing list came.", "--document",
              "PACKING LIST", "--days", "3")  # fmt: skip
    assert "PACKING LIST" not in desk.told(early)
    # Noon: one notice for the whole call, so that nobody learns anything from being told early.
    desk.acts("serve", desk.call)
    assert "PACKING LIST" in desk.told(early)
    assert "not told yet" not in desk("track", heavy)
    assert "No packing list came" not in desk.told(early)
    assert "HEAVY" not in desk.told(heavy).replace(heavy, "")  # the row that pointed at it
    assert all("not a release of cargo" in desk.told(number) for number in (light, heavy, early))
    # Early the order is taken back: from now on each bill waits for an officer again.
    desk("desk", "order", "revoke", f"ORDER-{desk.letter}", "--key", desk.file("officer.pem"),
         "--reason", "The table is to be looked at.")  # fmt: skip
    desk.waits(desk.files("AFTER"), "decision")


def test_an_afternoon_from_a_detention_to_what_the_examinations_bear_out(desk: Desk) -> None:
    table = desk.imports()
    desk.publishes(table)
    assert desk.orders(table).status == 0
    heavy = desk.files("HEAVY", kilograms=2_000)
    assert desk.stands(heavy) == "inspect"
    # A box is detained, and those who have it are told what to do; never why.
    light = desk.files("LIGHT")
    if desk.stands(light) == "not-selected":
        desk.acts("detain", light, "--reason", "The papers want a second look.",
                  "--instruction", "Keep the container closed where it stands.")  # fmt: skip
        desk.acts("serve", desk.call)
        assert "To do: Keep the container closed" in desk.told(light)
        assert "second look" not in desk.told(light)
        desk.acts("clear", light, "--reason", "The papers are in order.")
    # The other is opened. What came of it is a code, a count, and the officer's own words.
    outcome = {"result": "quantity-differs", "found": [{"goods": 1, "packages": 9}]}
    desk.acts("examined", heavy, "--outcome", desk.file("outcome.json", outcome))
    desk.waits(heavy, "conclusion")
    desk.acts("clear-conditionally", heavy, "--reason", "One carton is missing.",
              "--condition", "Produce the packing list within three days.")  # fmt: skip
    desk.acts("serve", desk.call)
    assert "conditionally-cleared" in desk.told(heavy).replace(" ", "-")
    assert "On condition: Produce the packing list within three days" in desk.told(heavy)
    assert "missing" not in desk.told(heavy)
    # Which row found something. One examination is no share yet.
    rates = desk.officer.get("/v1/customs/hit-rates").json()["rates"]
    [row] = [one for one in rates if one["name"] == "HEAVY"]
    assert (row["pointer"], row["hits"], row["misses"], row["share"]) == ("row", 1, 0, None)
    # Every act is proven by the log to anybody who has its key.
    last = desk.seen(heavy)["steps"][-1]["act"]
    seq = wait(lambda: desk.officer.get(f"/v1/customs/acts/{last}").json()["seq"])
    bundle = wait(partial(desk.officer.get, f"/v1/evidence/{seq}"))
    verdict = verify(bundle.content, Trust({ORIGIN: [desk.instance.log_key]}, None))
    assert verdict.standing is Standing.SIGNED
    # And what the tables have of the day is what the log says.
    assert wait(lambda: desk.ran("log", "verify").status == 0 or None)


def test_of_a_number_that_two_lines_filed_the_one_that_was_examined_gets_the_outcome(
    desk: Desk,
) -> None:
    table = desk.imports()
    desk.publishes(table)
    number = desk.files("TWICE")
    assert desk.files("TWICE", by="rival") == number
    mine, his = (f"{number}@{who}-o{desk.letter.lower()}" for who in ("line", "rival"))

    def act(name: str, about: str, *said: str) -> Ran:
        return desk.ran("desk", name, about, "--key", desk.file("officer.pem"), *said)

    def stand() -> dict[str, str | None]:
        shown = desk.officer.get(f"/v1/customs/bills/{number}").json()["bills"]
        return {one["filer"].partition("-")[0]: one["status"] for one in shown}

    wait(lambda: len(stand()) == 2 or None)
    reason = ("--reason", "A second look.")
    # Whoever names the number alone is asked which; nothing is done to either.
    unclear = act("select", f"{number}=0", *reason)
    assert (unclear.status, "CLI-BILL-OF-SEVERAL" in unclear.err) == (1, True)
    assert f"{his}@-" in " ".join(unclear.err.split())
    assert stand() == {"line": None, "rival": None}
    assert act("select", f"{his}=0", *reason).status == 0
    outcome = desk.file("nothing.json", {"result": "as-declared"})
    assert act("examined", f"{his}@-=1", "--outcome", outcome).status == 0
    assert stand() == {"line": None, "rival": "examined"}
    for nobody in (f"{number}@nobody", f"{mine}@ABOVE"):
        absent = act("clear", f"{nobody}=1", *reason)
        assert (absent.status, "ACT-NO-SUCH-BILL" in absent.err) == (1, True)


def test_a_bill_whose_number_has_an_at_sign_is_acted_on_by_its_name(desk: Desk) -> None:
    desk.imports()
    number = desk.files("A@B/2")
    wait(lambda: desk.officer.get(f"/v1/customs/bills/{quote(number, '')}").is_success or None)
    reason, outcome = ("--reason", "A look."), desk.file("nothing.json", {"result": "as-declared"})
    acts = [
        ("select", number, *reason),
        ("examined", f"{number}@line-os", "--outcome", outcome),
        ("clear", f"{number}@line-os@-", *reason),
    ]
    for version, (act, name, *said) in enumerate(acts):
        done = desk.ran("desk", act, f"{name}={version}", "--key", desk.file("officer.pem"), *said)
        assert done.status == 0, done.err
    [bill] = desk.officer.get(f"/v1/customs/bills/{quote(number, '')}").json()["bills"]
    assert bill["version"] == 3


def test_who_acts_on_what_a_colleague_decided_meanwhile_is_told_and_nothing_is_done(
    desk: Desk,
) -> None:
    number = desk.files("RACE")
    desk.imports()
    wait(lambda: desk.officer.get(f"/v1/customs/bills/{number}").json().get("bills"))
    assert f"{number} of" in desk("desk", "show", number)
    seen = desk.named(number)
    mine, his = desk.file("officer.pem"), desk.file("second.pem")
    first = desk.ran("desk", "detain", seen, "--key", his, "--reason", "A second look.",
                     "--instruction", "Keep it closed.", by="second")  # fmt: skip
    assert first.status == 0, first.err
    # Who named no version might have seen anything.
    blind = desk.ran("desk", "select", number, "--key", mine, "--reason", "A look.")
    assert (blind.status, "CLI-UNSEEN" in blind.err) == (1, True)
    late = desk.ran("desk", "select", seen, "--key", mine, "--reason", "A look.")
    assert (late.status, "CUSTOMS-MOVED-ON" in late.err) == (1, True)
    assert desk.seen(number)["status"] == "detained"
    desk.acts("select", number, "--reason", "A look.")
    assert desk.seen(number)["status"] == "inspect"
