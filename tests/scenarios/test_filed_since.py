"""An act names the filed version that its officer saw: goods exchanged since are not acted on."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine, Ran
from port import Officer, wait
from running_instance import ORIGIN, Instance
from test_withdrawn_bills import Desk, desk

from waglan.customs.officer_act import Kind, Target
from waglan.customs.officer_proof import officer_signed
from waglan.logbook.evidence import Kept, Trust, verify

__all__ = ["desk"]

KEEP = {"reason": "a look", "instruction": "Keep it closed."}
IVORY = "IVORY CARVINGS"


@pytest.fixture
def officer(desk: Desk) -> Officer:
    return Officer(desk.customs)


def bill(desk: Desk, filed: int | None = None, name: str = "1", *, decision: int = 0) -> Target:
    filer = desk.line.get("/v1/whoami").json()["party"]
    return Target(filer, f"{desk.name}{name}", decision, filed_version=filed)


def shown(desk: Desk, name: str = "1") -> dict[str, Any]:
    [found] = desk.customs.get(f"/v1/customs/bills/{desk.name}{name}").json()["bills"]
    return dict(found)


def detains(officer: Officer, *bills: Target) -> httpx.Response:
    return officer.does(Kind.DETAIN, bills=bills, **KEEP)


def moved_on(answer: httpx.Response) -> tuple[int, int, str]:
    """The filed version named, the one that stands, and what changed, of a refused act."""
    assert answer.status_code == 409, answer.text
    [finding] = answer.json()["findings"]
    assert finding["code"] == "CUSTOMS-MOVED-ON"
    params = finding["params"]
    return params["saw_filed"], params["filed"], params["changed"]


def test_goods_that_were_exchanged_after_the_officer_looked_are_not_acted_on(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1")
    assert shown(desk)["filed_version"] == 1
    desk.files("5", "1", goods=IVORY)
    assert shown(desk)["filed_version"] == 2
    for unseen in (None, 1):
        refused = detains(officer, bill(desk, unseen))
        assert moved_on(refused) == (1, 2, "filed")
        said = refused.json()["findings"][0]
        assert "What is filed of it changed since." in said["problem"]
        assert said["remedy"].endswith(f"name it {desk.name}1=0/2.")
    assert moved_on(detains(officer, bill(desk, 3))) == (3, 2, "not-filed")
    assert shown(desk)["status"] is None
    done = detains(officer, bill(desk, 2))
    assert done.status_code == 201, done.text
    assert done.json()["rows"][0]["filed_version"] == 2
    both = moved_on(detains(officer, bill(desk, 1)))
    assert both == (1, 2, "decided-filed")


def test_the_filed_version_is_in_what_is_signed_and_in_what_is_told(
    desk: Desk, officer: Officer, instance: Instance
) -> None:
    desk.files("9", "1")
    desk.files("5", "1", goods=IVORY)
    act = detains(officer, bill(desk, 2)).json()["act"]
    signed = desk.customs.get(f"/v1/customs/acts/{act}").json()
    assert json.loads(signed["body"])["bills"][0]["filed_version"] == 2
    seq = wait(lambda: desk.customs.get(f"/v1/customs/acts/{act}").json()["seq"])
    bundle = wait(lambda: desk.customs.get(f"/v1/evidence/{seq}"))
    said = verify(bundle.content, Trust({ORIGIN: [instance.log_key]}, None)).said
    assert isinstance(said, Kept)
    proven = officer_signed(said.event)
    assert proven is not None
    assert proven.is_signed
    events = desk.customs.get("/v1/events", params={"code": "customs.status"}).json()["events"]
    [told] = [one["body"] for one in events if one["body"].get("act") == act]
    assert (told["version"], told["filed_version"]) == (1, 2)


def test_a_line_that_files_versions_in_which_the_bill_says_the_same_changes_nothing(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1")
    for other in "234":
        desk.files("5", "1", other)
    assert shown(desk)["filed_version"] == 4
    done = detains(officer, bill(desk, 1))
    assert done.status_code == 201, done.text
    [row] = done.json()["rows"]
    assert (row["status"], row["filed_version"]) == ("detained", 4)
    desk.files("5", "1", goods=IVORY)
    desk.files("5", "1")  # its old words came back
    again = officer.does(Kind.SELECT, bills=(bill(desk, decision=1),), reason="a look")
    assert again.status_code == 201, again.text


def test_what_another_document_declares_of_the_bill_is_seen_before_it_is_acted_on(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1", document="A")
    desk.files("9", "1", document="B")  # says the same
    desk.files("9", "1", document="C", goods=IVORY)
    desk.files("5", "1", document="A")
    assert moved_on(detains(officer, bill(desk, 2))) == (2, 4, "filed")
    assert detains(officer, bill(desk, 3)).status_code == 201


def test_a_bill_that_came_on_another_call_since_is_looked_at_again(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1", document="A")
    desk.files("9", "1", document="B", on=("002E", 20))
    assert moved_on(detains(officer, bill(desk, 1))) == (1, 2, "filed")
    desk.files("5", "1", document="A")
    assert detains(officer, bill(desk, 2)).status_code == 201


def test_a_bill_that_was_exchanged_and_then_left_out_is_looked_at_again(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1", "2")
    desk.files("5", "1", "2", goods=IVORY)
    desk.files("5", "2", goods=IVORY)
    assert moved_on(detains(officer, bill(desk, 1))) == (1, 2, "filed")
    assert detains(officer, bill(desk, 2)).status_code == 201


def test_of_many_bills_those_are_done_that_say_what_was_seen(desk: Desk, officer: Officer) -> None:
    for name in "123":
        desk.files("9", name, document=name)
    desk.files("5", "2", document="2", goods=IVORY)
    desk.files("5", "3", document="3")
    done = detains(officer, *[bill(desk, None, name) for name in "123"]).json()
    assert (done["done"], done["refused"]) == (2, 1)
    rows = [(one["filed_version"], [f["code"] for f in one["findings"]]) for one in done["rows"]]
    assert rows == [(1, []), (2, ["CUSTOMS-MOVED-ON"]), (2, [])]
    assert [shown(desk, name)["status"] for name in "123"] == ["detained", None, "detained"]


def test_the_lists_show_the_version_to_name_and_the_command_line_takes_it(
    desk: Desk, instance: Instance, waglan: CommandLine, tmp_path: Path
) -> None:
    waglan.set("WAGLAN_URL", instance.address)
    waglan.signs_in(desk.customs.headers["Authorization"])
    key, number = str(tmp_path / "officer.pem"), f"{desk.name}1"

    def ran(*words: str, lang: str = "en") -> Ran:
        waglan.set("WAGLAN_LANG", lang)
        return waglan(*words)

    assert ran("desk", "key", key).status == 0
    desk.files("9", "1")
    desk.files("5", "1", goods=IVORY)

    def listed() -> list[dict[str, Any]] | None:
        found = desk.customs.get("/v1/customs/worklist").json()["bills"]
        return [one for one in found if one["filed_version"] == 2] or None

    wait(listed)
    rows = desk.customs.get("/v1/customs/worklist", headers={"Accept": "text/csv"}).text
    head, row = (line.split(",") for line in rows.splitlines())
    assert row[head.index("filed_version")] == "2"
    for lang, words in (("en", "filed version 2"), ("zh-Hant-HK", "第 2 次申報")):
        for command in (("worklist",), ("show", number)):
            assert words in ran("desk", *command, lang=lang).out
    act = ("--key", key, "--reason", "A look.")
    for name in (f"{number}=0", f"{number}=0/1", f"{number}=0/3"):
        late = ran("desk", "select", name, *act)
        assert (late.status, "CUSTOMS-MOVED-ON" in late.err) == (1, True)
        assert f"{number}=0/2" in " ".join(late.err.split())
    for name in (f"{number}=0/", f"{number}=0/0", f"{number}=/2", f"{number}=0/2/2"):
        unread = ran("desk", "select", name, *act)
        assert (unread.status, "CLI-UNSEEN" in unread.err) == (1, True)
    done = ran("desk", "select", f"{number}=0/2", *act)
    assert done.status == 0, done.err
    [bill_now] = desk.customs.get(f"/v1/customs/bills/{number}").json()["bills"]
    signed = desk.customs.get(f"/v1/customs/acts/{bill_now['steps'][-1]['act']}").json()
    assert json.loads(signed["body"])["bills"][0]["filed_version"] == 2


def test_an_act_whose_signer_spells_out_the_first_version_is_taken(
    desk: Desk, officer: Officer
) -> None:
    desk.files("9", "1")
    sheet = officer.sheet(Kind.DETAIN, bills=(bill(desk, 1),), **KEEP)
    assert b'"filed_version":1' in sheet.act_bytes()
    assert officer.hands_in(sheet).status_code == 201
