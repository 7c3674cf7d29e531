"""The days of those who file nothing and live by what a port tells: bank, importer, trucker.

Each sees what the filer shows him or customs tells him, and nothing beside it. A customs status is
no release of cargo and no leave to pass a gate; not selected can change until the gate.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from command_line import CommandLine, Ran
from event_batches import box_number
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.customs.officer_act import Kind

CALL = "9811000/001E"
SAID = {"reason": "its weight", "instruction": "Keep it closed."}


class Port:
    """A line and customs, and whoever waits for the line's boxes; each at a command line."""

    def __init__(self, command: CommandLine, home: Path, people: dict[str, httpx.Client]) -> None:
        self.command, self.home, self.people = command, home, people

    def ran(self, by: str, *words: str) -> Ran:
        self.command.signs_in(self.people[by].headers["Authorization"])
        return self.command(*words)

    def __call__(self, by: str, *words: str, status: int = 0) -> str:
        ran = self.ran(by, *words)
        assert ran.status == status, ran.out + ran.err
        return ran.out + ran.err

    def files(self, ref: str, *bills: Paper, names: str = "") -> None:
        paper = manifest(Call("LINEDAYS", "CUSTOMSDAYS", ref, "LINEDAYS"), *bills)
        coded = paper.replace(b"NAD+CN+++", f"NAD+CN+{names}++".encode()) if names else paper
        sent = filed(self.people["line"], coded)
        assert sent["state"] == "accepted", sent["findings"]

    def comes(self, by: str, words: tuple[str, ...], *wanted: str) -> str:
        """Wait until what a command prints has these words."""

        def look() -> str | None:
            said = self.ran(by, *words)
            text = " ".join((said.out + said.err).split())
            return text if all(one in text for one in wanted) else None

        return str(wait(look))


@pytest.fixture(scope="module")
def people(instance: Instance) -> dict[str, httpx.Client]:
    roles = {
        "line": "carrier", "customs": "customs", "bank": "bank", "importer": "trader",
        "trucker": "trucker", "stranger": "trader",
    }  # fmt: skip
    return {
        name: instance.let_in(f"{name}-days", role, addresses=(f"{name}days:ZZZ".upper(),))
        for name, role in roles.items()
    }


@pytest.fixture(scope="module")
def officer(people: dict[str, httpx.Client]) -> Officer:
    return Officer(people["customs"])


@pytest.fixture
def port(
    instance: Instance, waglan: CommandLine, tmp_path: Path, people: dict[str, httpx.Client]
) -> Port:
    return Port(waglan.operates(instance), tmp_path, people)


def test_a_banks_day_it_knows_the_status_it_lent_against_and_proves_it_offline(
    port: Port, officer: Officer
) -> None:
    bill, beside = "SYNDAYB1", "SYNDAYB2"
    port.files("DAYB", Paper(bill, box=box_number(8_001)), Paper(beside, box=box_number(8_002)))
    # Morning: a client wants money against a bill. Until the line shows it, the bank sees nothing.
    assert port.ran("bank", "track", bill).status != 0
    port("line", "grant", "give", bill, "bank-days", "--view", "status", "--days", "30")
    told = port.comes("bank", ("track", bill), bill)
    # It is told of customs' word on this bill, and of no goods, box or name in it.
    assert officer.does(Kind.PASS_OVER, bills=officer.sees(bill), reason="known").status_code == 201
    officer.serves(CALL)
    told = port.comes("bank", ("track", bill), "not-selected")
    for secret in ("T-SHIRTS", box_number(8_001), "SAMPLE TRADING", "SAMPLE IMPORTS"):
        assert secret not in told
    assert port.ran("bank", "track", beside).status != 0
    assert port.ran("bank", "track", box_number(8_001)).status != 0
    # It keeps the status as a text that it can verify for ever, without us. It is no release.
    wait(partial(port.people["bank"].get, f"/v1/customs-status/{bill}"))  # once it has its number
    paper, keys = port.home / "status.txt", port.home / "keys.json"
    paper.write_text(port.ran("bank", "status", bill).out)
    keys.write_text(port.ran("bank", "keys", "get").out)
    key = port.ran("bank", "log", "key").out.strip()
    port.command.set("WAGLAN_URL", "http://127.0.0.1:9")  # the network is down
    said = port("bank", "verify", str(paper), "--key", key, "--keys", str(keys))
    assert "not-selected" in said
    assert "not a release of cargo" in " ".join(said.split())
    altered = port.home / "altered.txt"
    altered.write_text(paper.read_text().replace("A", "B", 3))
    assert port.ran("bank", "verify", str(altered), "--key", key, "--keys", str(keys)).status == 2


def test_a_bank_hears_of_a_later_word_and_of_nothing_once_the_grant_is_taken_back(
    port: Port, officer: Officer
) -> None:
    bill = "SYNDAYB3"
    port.files("DAYB3", Paper(bill, box=box_number(8_003)))
    given = port("line", "grant", "give", bill, "bank-days", "--view", "status", "--days", "30")
    assert officer.does(Kind.PASS_OVER, bills=officer.sees(bill), reason="known").status_code == 201
    officer.serves(CALL)
    port.comes("bank", ("track", bill), "not-selected")
    # Not selected is no guarantee: the officer looks again, and the bank hears of it.
    assert officer.does(Kind.DETAIN, bills=officer.sees(bill), **SAID).status_code == 201
    officer.serves(CALL)
    told = port.comes("bank", ("track", bill), "detained")
    assert SAID["reason"] not in told  # what customs looks for is nobody's but customs'
    # The loan is paid back, and the line takes back what it showed: the past of the bill too.
    port("line", "grant", "revoke", given.split()[0])
    wait(lambda: "detained" not in port.ran("bank", "track", bill).out or None)
    assert "customs.notice-served" not in port.ran("bank", "track", bill).out


def test_an_importers_day_from_the_officers_question_to_the_papers_he_hands_in(
    port: Port, officer: Officer
) -> None:
    bill = "SYNDAYI1"
    port.files("DAYI", Paper(bill, box=box_number(8_011)), names="IMPORTERDAYS")
    due = datetime.now(UTC) + timedelta(days=2)
    asked = officer.does(
        Kind.ASK_DOCUMENTS, bills=officer.sees(bill), reason="prices", documents=("invoice",),
        due=due,
    )  # fmt: skip
    assert asked.status_code == 201, asked.text
    officer.serves(CALL)
    # He is the consignee whom the line's manifest names by his code: the notice is for him too.
    listed = port.comes("importer", ("notice", "list"), bill)
    assert bill not in port.ran("stranger", "notice", "list").out
    number = next(word for word in listed.split() if word.startswith("DN-")).rstrip(":,.")
    shown = port("importer", "notice", "show", number)
    assert "invoice" in shown
    assert "prices" not in shown  # why is the officer's
    invoice = port.home / "invoice.pdf"
    invoice.write_bytes(b"%PDF-1.4\n% a synthetic invoice\n%%EOF\n")
    port("importer", "notice", "answer", number, "--text", "As asked.", "--document", str(invoice))
    # The officer has it, byte for byte, and it is nobody else's to read.
    folder = port.home / "papers"
    port("customs", "notice", "fetch", number, "--to", str(folder))
    assert [path.read_bytes() for path in folder.iterdir()] == [invoice.read_bytes()]
    assert port.ran("stranger", "notice", "show", number).status != 0
    assert port.ran("bank", "notice", "fetch", number, "--to", str(port.home / "no")).status != 0


def test_a_truckers_day_he_does_not_drive_for_a_box_that_may_not_go(
    port: Port, officer: Officer
) -> None:
    free, held, shared = "SYNDAYT1", "SYNDAYT2", "SYNDAYT3"
    mine, other = box_number(8_021), box_number(8_022)
    port.files("DAYT", Paper(free, box=mine), Paper(held, box=other), Paper(shared, box=other))
    for bill in (free, held, shared):
        port("line", "grant", "give", bill, "trucker-days", "--view", "equipment", "--days", "2")
    for bill in (free, shared):
        done = officer.does(Kind.PASS_OVER, bills=officer.sees(bill), reason="known shipper")
        assert done.status_code == 201, done.text
    assert officer.does(Kind.DETAIN, bills=officer.sees(held), **SAID).status_code == 201
    officer.serves(CALL)
    for bill, word in ((free, "not-selected"), (held, "detained"), (shared, "not-selected")):
        port.comes("trucker", ("track", bill), word)
    # He asks by his box too, and is told of neither goods nor parties.
    shown = port.comes("trucker", ("track", mine), free, "not-selected")
    for secret in ("T-SHIRTS", "SAMPLE TRADING", "SAMPLE IMPORTS"):
        assert secret not in shown
    # Before he sends a truck he takes along what can be verified without a network.
    keys, holds = port.home / "keys.json", port.home / "holds.txt"
    keys.write_text(port.ran("trucker", "keys", "get").out)
    for bill in (free, shared):
        wait(partial(port.people["trucker"].get, f"/v1/customs-status/{bill}"))
    holds.write_text(port.ran("trucker", "holds", CALL).out)
    papers = {bill: port.home / f"{bill}.txt" for bill in (free, shared)}
    for bill, paper in papers.items():
        paper.write_text(port.ran("trucker", "status", bill).out)
    key = port.ran("trucker", "log", "key").out.strip()
    port.command.set("WAGLAN_URL", "http://127.0.0.1:9")
    proof = ("--key", key, "--keys", str(keys))
    asked = {
        about: port.ran("trucker", "verify", str(holds), *proof, "--about", about).status
        for about in (mine, other, "NOWHERE1")
    }
    assert asked == {mine: 0, other: 1, "NOWHERE1": 3}
    beside = ("--holds", str(holds))
    said = port("trucker", "verify", str(papers[free]), *proof, *beside)
    assert "no leave to pass a gate" in " ".join(said.split())
    # The other bill in the held box was let alone; its box stays all the same.
    stays = port.ran("trucker", "verify", str(papers[shared]), *proof, *beside)
    assert (stays.status, "STATUS-BOX-HELD" in stays.err) == (1, True)
