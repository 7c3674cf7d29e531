"""A firm of two prepares, checks, approves and files from the command line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, Ran
from port import wait
from running_instance import Instance
from test_drafts import Firm, house, settled, taken

SHEET = "name,name_zh,address\nSAMPLE IMPORTS LTD,樣本進口有限公司,2 SAMPLE STREET\n,,nowhere\n"


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "dc")


class Desk:
    """The command line as one of the firm's people has it."""

    def __init__(self, line: CommandLine, firm: Firm) -> None:
        self.line, self.firm = line, firm

    def __call__(self, *words: str, by: str = "preparer", status: int = 0) -> str:
        ran = self.ran(*words, by=by)
        assert ran.status == status, ran.out + ran.err
        return ran.out

    def ran(self, *words: str, by: str = "preparer") -> Ran:
        self.line.signs_in(getattr(self.firm, by).headers["Authorization"])
        return self.line(*words)

    def shown(self, draft: str) -> Any:
        return json.loads(self("draft", "show", draft, "--json"))


@pytest.fixture
def desk(waglan: CommandLine, instance: Instance, firm: Firm) -> Desk:
    return Desk(waglan.operates(instance), firm)


def told(number: str, **other: object) -> list[str]:
    """A house's fields as one types them."""
    return typed({**house(number), **other})


def typed(fields: Mapping[str, object]) -> list[str]:
    """Fields as one types them."""

    def text(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ",".join(value) if isinstance(value, list | tuple) else str(value)

    return [f"{field}={text(value)}" for field, value in fields.items()]


def test_a_house_goes_from_an_empty_draft_to_its_answer_by_two_people(
    desk: Desk, firm: Firm
) -> None:
    number = firm.number("C1")
    about = ["title=a house", f"desk={firm.desk()}", "fact:mode=sea"]
    draft = desk("draft", "new", "hk-house-data", *about).strip()
    assert f"{draft}  hk-house-data" in desk("draft", "list", "--limit", "1")
    assert "It can't be filed yet." in desk("draft", "check", draft, status=1)
    desk("draft", "set", draft, *told(number))
    shown = desk("draft", "show", draft)
    assert f"bills/{number}/gross_mass_g: 120000" in shown
    assert f"bills/{number}/consignee/name: 樣本進口有限公司" in shown
    assert "Nothing stands against filing it." in desk("draft", "check", draft)
    assert "awaiting-approval" in desk("draft", "submit", draft)
    own = desk.ran("draft", "approve", draft, "--step", str(desk.shown(draft)["step"]))
    assert (own.status, "APPROVAL-OWN-WORK" in own.err) == (1, True)
    desk("draft", "send-back", draft, "--reason", "say what the goods are", by="approver")
    assert "say what the goods are" in desk("draft", "show", draft)
    desk("draft", "set", draft, f"bills/{number}/goods/1/description=COTTON T-SHIRTS FOR MEN")
    desk("draft", "submit", draft)
    step = desk.shown(draft)["step"]
    late = desk.ran("draft", "approve", draft, "--step", str(step - 1), by="approver")
    assert (late.status, "DRAFT-CHANGED-MEANWHILE" in late.err) == (1, True)
    done = desk("draft", "approve", draft, "--step", str(step), by="approver")
    assert "the answers come to /v1/messages/" in done
    wait(lambda: desk.shown(draft)["state"] == "accepted" or None)
    assert "accepted" in desk("draft", "list", "--limit", "1")
    assert draft in desk("draft", "list", "--state", "accepted", "--profile", "hk-house-data")
    assert draft not in desk("draft", "list", "--state", "dropped")
    assert desk.ran("draft", "list", "--state", "lost").status == 2
    desk("draft", "amend", draft, "replace")
    desk("draft", "let-stand", draft)
    kept = desk("draft", "template", draft, "T-shirts").strip()
    assert f"{kept}  hk-house-data" in desk("draft", "templates")
    again = desk("draft", "new", "hk-house-data", "--like", f"template:{kept}").strip()
    assert desk.shown(again)["fields"]
    last = desk("draft", "new", "hk-house-data", "--like", "last").strip()
    assert desk.shown(last)["fields"]
    desk("draft", "drop", last)
    # A bill's number alone names where the copied bill goes.
    bill = firm.number("C1N")
    named = desk("draft", "new", "hk-house-data", "--like", f"template:{kept}", bill, "title=next")
    of_bills = [one["field"] for one in desk.shown(named.strip())["fields"]]
    assert {path.split("/")[1] for path in of_bills if path.startswith("bills/")} == {bill}
    assert desk.ran("draft", "new", "hk-house-data", bill).status == 2
    assert desk.shown(last)["state"] == "dropped"


def test_a_deadline_that_nobody_can_tell_names_what_to_give_for_it(desk: Desk) -> None:
    draft = desk("draft", "new", "hk-tdec").strip()
    [due] = desk.shown(draft)["deadlines"]
    assert (due["state"], due["to_give"]) == ("unknown", ["head/import_or_export_at"])
    shown = desk("draft", "show", draft)
    assert (
        "HK-TDEC                unknown        -\n    give, or find out: head/import_or_export_at\n"
        in shown
    )
    desk("draft", "set", draft, "head/import_or_export_at=2027-05-12T12:00")
    shown = desk("draft", "show", draft)
    assert "2027-05-26 12:00+08" in shown
    assert "find out" not in shown
    # The same in the check of it, and what no draft can say stands by its own name.
    checked = json.loads(desk("draft", "check", draft, "--json", status=1))
    assert [one["to_give"] for one in checked["deadlines"]] == [[]]
    desk.line.set("WAGLAN_LANG", "zh-Hant-HK")
    other = desk("draft", "new", "hk-house-data").strip()
    assert "請提供或查明" in desk("draft", "show", other)


def test_yes_and_no_are_said_and_typed_in_the_readers_language(desk: Desk, firm: Firm) -> None:
    bill = f"bills/{firm.number('YN')}"
    given = (f"{bill}/transhipment=是", f"{bill}/reefer=no")
    draft = desk("draft", "new", "hk-house-data", *given).strip()
    for lang, yes, no in (("en", "yes", "no"), ("zh-Hant-HK", "是", "否")):
        desk.line.set("WAGLAN_LANG", lang)
        shown = desk("draft", "show", draft)
        assert f"{bill}/transhipment: {yes}\n" in shown
        assert f"{bill}/reefer: {no}\n" in shown


def test_a_name_in_look_alike_letters_contradicts_the_plain_one(desk: Desk, firm: Firm) -> None:
    number = firm.number("C3")
    paper: dict[str, Any] = {"form": "waglan/paper/v1", "recipient": "NOBODY:ZZ"}
    for n, name in enumerate(("EX\u0410MPLE", "EXAMPLE")):
        bill = {"number": number, "parties": [{"role": "consignor", "name": name}]}
        document = {"kind": "shipping-instruction", "document": f"SI{n}-{number}"}
        taken(firm.preparer, {**paper, **document, "bills": [bill]})
    new = desk.ran("draft", "new", "hk-house-data", "--bill", number)
    shown = desk("draft", "show", new.out.strip())
    assert "contradictions to settle: 1\n" in shown
    assert "some of these letters only look alike: \u0410 (U+0410)" in shown
    checked = desk.ran("draft", "check", new.out.strip())
    assert f"DRAFT-LOOK-ALIKE  fields/bills/{number}/consignor/name" in checked.err


def test_what_papers_contradict_is_shown_and_one_is_chosen(desk: Desk, firm: Firm) -> None:
    number = firm.number("C2")
    paper: dict[str, Any] = {"form": "waglan/paper/v1", "recipient": "NOBODY:ZZ"}
    for kind, kg in (("booking", 100), ("shipping-instruction", 130)):
        bill = {"number": number, "gross_mass_g": kg * 1000}
        sent = {**paper, "kind": kind, "document": f"{kind}-{number}", "bills": [bill]}
        taken(firm.preparer, sent)
    field = f"bills/{number}/gross_mass_g"
    new = desk.ran("draft", "new", "hk-house-data", "--bill", number)
    named = f"contradictions to settle: 1\n! {field}: 130000 | 100000\n"
    assert named in new.err
    draft = new.out.strip()
    shown = desk("draft", "show", draft)
    assert "! contradictory" in shown
    # What a paper told is nobody's word until somebody of the firm gives his.
    assert "nobody of the firm has confirmed it" in shown
    assert "confirmed by" not in shown
    assert named in shown
    checked = desk.ran("draft", "check", draft)
    assert "contradictions to settle: 1" in checked.out
    assert f"DRAFT-CONFLICT  fields/{field}" in checked.err
    [one] = [one for one in desk.shown(draft)["fields"] if one["field"] == field]
    other = next(told["n"] for told in one["told"] if told["value"] != one["value"])
    desk("draft", "choose", draft, f"{field}={other}")
    [now] = [one for one in desk.shown(draft)["fields"] if one["field"] == field]
    assert {one["value"], now["value"]} == {100_000, 130_000}
    assert not now["conflict"]
    desk("draft", "confirm", draft, field)
    [now] = [one for one in desk.shown(draft)["fields"] if one["field"] == field]
    assert now["confirmed_by"] == firm.preparer_id
    assert f"confirmed by {firm.preparer_id}" in desk("draft", "show", draft)
    assert desk.ran("draft", "choose", draft, f"{field}=x").status == 2
    desk.line.set("WAGLAN_LANG", "zh-Hant-HK")
    left = desk("draft", "leave-out", draft, f"bills/{number}")
    shown = desk("draft", "show", draft)
    assert "草擬中 (draft)" in left
    assert f"{field}: -" in shown
    assert "更改 (changed)" in shown
    assert "(人手輸入 (typed)" in shown
    desk.line.set("WAGLAN_LANG", "en")
    assert desk.ran("draft", "leave-out", draft, f"bills/{number}").status == 1
    wrong = desk.ran("draft", "set", draft, "bills/1/no/such=1")
    assert (wrong.status, "DRAFT-FIELD-UNKNOWN" in wrong.err) == (1, True)


def test_a_declaration_is_filed_elsewhere_under_a_letter_and_its_reply_written_down(
    desk: Desk, tmp_path: Path
) -> None:
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(b"a synthetic letter")
    days = ("--since", "2026-11-01", "--until", "2099-01-01")
    whose = ("SAMPLE CLIENT LTD/樣本客戶/SMPL", "--paper", str(paper), "--profile", "hk-tdec")
    letter = desk("letter", "add", *whose, *days).strip()
    listed = desk("letter", "list")
    assert f"{letter}  SAMPLE CLIENT LTD / 樣本客戶 / SMPL: hk-tdec" in listed
    assert "from 2026-11-01, until 2099-01-01" in listed
    draft = desk("draft", "new", "hk-tdec", f"letter={letter}", "fact:direction=import").strip()
    assert desk.shown(draft)["letter"] == letter
    early = desk.ran("draft", "reply", draft, "--accepted", "--number", "T1", by="approver")
    assert (early.status, "DRAFT-NOT-NOW" in early.err) == (1, True)
    desk("letter", "end", letter)
    assert "ended at" in desk("letter", "list")
    assert letter in desk("letter", "list", "--client", "smpl", "--ended")
    assert letter not in desk("letter", "list", "--client", "smpl", "--not-ended")


def test_the_address_book_is_kept_imported_searched_and_fills_a_draft(
    desk: Desk, tmp_path: Path
) -> None:
    first = desk("address", "add", "name=SAMPLE IMPORTS LTD", "code=C1").strip()
    sheet = tmp_path / "addresses.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    ran = desk.ran("address", "import", str(sheet))
    assert (ran.status, "ADDRESS-NAMELESS" in ran.err, ran.out) == (1, True, "1 kept\n")
    again = desk.ran("address", "add", "name=Sample Imports Ltd.")
    assert first in again.err
    listed = desk("address", "list", "--containing", "樣本")
    assert "SAMPLE IMPORTS LTD / 樣本進口有限公司" in listed
    assert "2 SAMPLE STREET" in listed
    # However its characters and letters are written, and never by a blank alone.
    assert desk("address", "list", "--containing", "样本") == listed
    assert desk("address", "list", "--containing", "sample  imports ltd") != ""
    assert desk("address", "list", "--containing", "範例") == ""
    made = listed.split()[0]
    place = "bills/1/consignee"
    draft = desk("draft", "new", "hk-road-aci", f"{place}=address:{made}", "--chinese").strip()
    assert f"{place}/name: 樣本進口有限公司" in desk("draft", "show", draft)
    # The entry is named as the source; what is typed beside it is not the entry's.
    given = [f"{place}=address:{made}", f"{place}/address=3 OTHER STREET"]
    other = desk.shown(desk("draft", "new", "hk-road-aci", *given).strip())
    documents = {one["field"]: one["told"][0]["source"]["document"] for one in other["fields"]}
    assert documents[f"{place}/name"] == f"address:{made}"
    assert documents[f"{place}/address"] == "typed"
    desk("address", "change", first, "name_zh=樣本", "code=")
    [line] = [one for one in desk("address", "list").splitlines() if first in one]
    assert line == f"{first}  SAMPLE IMPORTS LTD / 樣本"
    absent = desk.ran("address", "change", "00000000-0000-7000-8000-000000000000", "name=X")
    assert absent.status == 1
    desk("address", "drop", first)
    assert first not in desk("address", "list")
    desk.line.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "尚未可以申報" in desk("draft", "check", draft, status=1)
