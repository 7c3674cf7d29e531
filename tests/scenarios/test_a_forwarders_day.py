"""A forwarder's day: from the papers on his desk to the answer, as the trade tells it.

A firm of two. What it is told already is not typed again; what contradicts is shown and never
silently merged; a second person approves; a customs status is not a release; and what goes to a
portal elsewhere is handed in by the firm itself, under its client's letter.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from port import Officer, filed, wait
from running_instance import Instance
from test_draft_commands import Desk, typed
from test_drafts import Firm, field, house, settled
from test_filing_desk import TDEC

from waglan.codes.calendar import HONG_KONG
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList, WeighingMethod
from waglan.messages.edifact.vermas_write import write_masses
from waglan.messages.envelope import Address, Interchange

BOX = "CSQU3054383"
RE_KEYED_MAX = 3  # fields typed by hand for a consignment whose papers are all there


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return settled(instance, "fd")


@pytest.fixture
def desk(waglan: CommandLine, instance: Instance, firm: Firm) -> Desk:
    return Desk(waglan.operates(instance), firm)


def papers(number: str) -> list[bytes | dict[str, Any]]:
    """A booking, the client's shipping instruction and the weighed box, as three people sent them.

    The booking was made with 100 kg in mind, the client writes 120.
    """
    arrival = (datetime.now(HONG_KONG) + timedelta(days=1)).isoformat(timespec="minutes")[:16]
    common: dict[str, Any] = {
        "form": "waglan/paper/v1", "recipient": "LINEFD:ZZZ", "booking": f"BK-{number}",
        "vessel": "SYNTHETIC STAR", "imo": "9811000", "voyage": "001E", "port_of_call": "HKHKG",
        "arrival": arrival,
    }  # fmt: skip
    bill = {
        "number": number, "parent": "SYNMASTER", "place_of_loading": "CNSHA",
        "port_of_discharge": "HKHKG", "transhipment": False, "reefer": False, "packages": 10,
    }  # fmt: skip
    goods = {
        "description": "COTTON T-SHIRTS", "packages": 10, "package_kind": "CT",
        "marks": "SAMPLE MARKS", "gross_mass_g": 120_000, "volume_cm3": 2_500_000,
        "containers": [{"container": BOX, "packages": 10}],
    }  # fmt: skip
    parties = [
        {"role": "consignor", "name": "SAMPLE TRADING LTD", "address": "1 SAMPLE ROAD"},
        {"role": "consignee", "name": "樣本進口有限公司", "address": "香港樣本街 2 號"},
    ]
    masses = VerifiedMassList(
        f"VGM-{number}",
        masses=(VerifiedMass(BOX, 2_420_000, WeighingMethod.WEIGHED, booking=f"BK-{number}"),),
    )
    envelope = Interchange(
        Address("FIRMFD", "ZZZ"), Address("LINEFD", "ZZZ"), f"V{number}"[:14], "UNOY",
        prepared="261122:1200",
    )  # fmt: skip
    return [
        {**common, "kind": "booking", "document": f"BK-{number}",
         "bills": [bill | {"gross_mass_g": 100_000}]},
        {**common, "kind": "shipping-instruction", "document": f"SI-{number}",
         "bills": [bill | {"gross_mass_g": 120_000, "goods": [goods], "parties": parties}],
         "equipment": [{"number": BOX, "size_type": "22G1", "full": True}]},
        write_masses(masses, envelope),
    ]  # fmt: skip


def handed_in(firm: Firm, number: str) -> None:
    for paper in papers(number):
        sent = paper if isinstance(paper, bytes) else json.dumps(paper).encode()
        shown = filed(firm.preparer, sent)
        assert shown["state"] == "accepted", shown["findings"]


def test_from_the_papers_to_the_notice_of_customs(desk: Desk, firm: Firm) -> None:
    officer = Officer(firm.customs)
    officer.orders(officer.publishes())
    number = firm.number("DAY1")
    # Morning: the papers come, from three people. They declare nothing: customs sees none of them.
    handed_in(firm, number)
    assert firm.customs.get("/v1/documents").json()["documents"] == []
    # The draft is pre-filled from them; the firm gives it a number, and says to which desk.
    about = (f"desk={firm.desk()}", "fact:mode=sea", f"head/document=DAY-{number}")
    draft = desk("draft", "new", "hk-house-data", "--bill", number, *about).strip()
    shown = desk.shown(draft)
    told = {one["field"] for one in shown["fields"]}
    assert {path for path in house(number) if path != "head/document"} <= told
    typed = [f for f in shown["fields"] if f["told"][0]["source"]["kind"] == "typed"]
    assert len(typed) <= RE_KEYED_MAX
    mass = field(shown, f"boxes/{BOX}/verified_mass_g")["told"][0]
    assert (mass["value"], mass["source"]["kind"]) == (2_420_000, "verified-mass")
    # Booking and instruction contradict each other: both are shown, with who said it and when.
    wanted = f"bills/{number}/gross_mass_g"
    contradictory = field(shown, wanted)
    assert contradictory["conflict"]
    sources = {one["value"]: one["source"]["kind"] for one in contradictory["told"]}
    assert sources == {120_000: "instruction", 100_000: "booking"}
    assert desk.ran("draft", "submit", draft).status == 1  # not while it is contradictory
    right = next(one["n"] for one in contradictory["told"] if one["value"] == 120_000)
    desk("draft", "choose", draft, f"{wanted}={right}")
    # A check before filing: by open rules, and it says what it can't tell.
    checked = desk.ran("draft", "check", draft)
    assert checked.status == 0, checked.err
    assert "Nothing stands against filing it." in checked.out
    # Noon: the preparer can't approve his own work, his colleague can.
    desk("draft", "submit", draft)
    step = str(desk.shown(draft)["step"])
    assert "APPROVAL-OWN-WORK" in desk.ran("draft", "approve", draft, "--step", step).err
    done = desk("draft", "approve", draft, "--step", step, by="approver")
    path = done.split()[-1]
    assert path.startswith("/v1/messages/")
    kinds = wait(lambda: [one["kind"] for one in firm.preparer.get(path).json()] or None)
    assert {"CONTRL", "CUSRES"} <= set(kinds)
    # Afternoon: decided before arrival, under a standing order; told when the notices are served.
    wait(lambda: officer.sees(number) or None)
    [manifest] = firm.customs.get("/v1/manifests").json()["manifests"]
    summary = f"/v1/customs/calls/{manifest['call']}/summary"
    wait(lambda: firm.customs.get(summary).json()["decided_before_arrival"] or None)
    assert "you are shown none" in desk("track", number)
    officer.serves(manifest["call"])
    wait(lambda: "not a release of cargo" in " ".join(desk("track", number).split()) or None)
    # The house is its filer's and customs' alone: the line sees its own master, no sibling.
    assert firm.line.get(f"/v1/track/{number}").status_code == 404
    # Evening: the next consignment of that client begins with this one, but for what is its own.
    again = desk.shown(desk("draft", "new", "hk-house-data", "--like", "last").strip())
    paths = {one["field"] for one in again["fields"] if one["value"] is not None}
    assert any(path.endswith("/consignee/name") for path in paths)
    own = ("/number", "head/document", "head/arrival", "/gross_mass_g", "/packages")
    assert not [path for path in paths if path.endswith(own) or path.startswith("boxes/")]


def test_a_clients_declaration_is_handed_in_elsewhere_while_his_letter_lasts(
    desk: Desk, tmp_path: Path
) -> None:
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(b"a synthetic letter of authorisation")
    days = ("--since", "2026-01-01", "--until", "2099-01-01")
    whose = ("SAMPLE CLIENT LTD", "--paper", str(paper), "--profile", "hk-tdec")
    letter = desk("letter", "add", *whose, *days).strip()
    fields = typed(TDEC)
    facts = ("fact:mode=sea", "fact:direction=import", f"letter={letter}")
    draft = desk("draft", "new", "hk-tdec", *fields, *facts).strip()
    assert "No line leads there from here" in desk("draft", "show", draft)
    desk("draft", "submit", draft)
    step = str(desk.shown(draft)["step"])
    desk("draft", "approve", draft, "--step", step, by="approver")
    # The firm hands it in on the recipient's own page, and writes his reply down.
    replied = ("--accepted", "--number", "SYN-UNIQUE-1")
    assert "accepted" in desk("draft", "reply", draft, *replied, by="approver")
    assert "SYN-UNIQUE-1" in desk("draft", "show", draft)
    # The client takes his letter back: nothing more is filed under it.
    desk("letter", "end", letter)
    late = desk("draft", "new", "hk-tdec", *fields, *facts).strip()
    refused = desk.ran("draft", "check", late)
    assert (refused.status, "LETTER-TAKEN-BACK" in refused.err) == (1, True)
