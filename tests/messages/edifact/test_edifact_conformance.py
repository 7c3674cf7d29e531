"""Files that others wrote, read from the folder beside the project, never copied into it."""

import csv
import os
import re
from pathlib import Path

import pytest
from edifact_files import blocks, codes, read_slowly, read_streaming

from waglan.cargo.movement import MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.finding import Severity
from waglan.messages.edifact import Profile, read
from waglan.messages.envelope import InterchangeEnd, Message

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[3] / "../shared"))
FOLDER = SHARED / "conformance" / "edifact"
HERE = FOLDER.is_dir()
ROWS = (
    list(csv.DictReader((FOLDER / "MANIFEST.csv").read_text(encoding="utf-8").splitlines()))
    if HERE
    else []
)
pytestmark = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")

# What a note says, and the code it must be answered with.
ANSWERS = {
    r"UNT count \d+, real \d+": "EDIFACT-UNT-COUNT",
    "UNZ reference differs": "EDIFACT-UNZ-REFERENCE",
    "no UNZ": "EDIFACT-UNZ-MISSING",
    "no UNB": "EDIFACT-BARE-MESSAGE",
    "[1-9][0-9]* with a wrong ISO 6346": "CONTAINER-CHECK-DIGIT",
}
REFUSED = {code for code in ANSWERS.values() if code != "CONTAINER-CHECK-DIGIT"}
# What a file is refused for besides, because of what its note says of its structure.
BESIDES = {"BAPLIE/nezpik_handmade_d15a.edi": {"QUAY-BOX-OUTSIDE-SLOT"}}
# What the files of quay, gate and planner are read as: kind, document, and of the first box code or
# slot, number, and gross mass in kg; then how many there are.
READ_AS = {
    "BAPLIE/apimeister_d04b.edi": [("plan", "2343", "0050302", "CONTAINER", 23_000, 1)],
    "BAPLIE/phpedifact_oocl_beijing_d95b_smdg20.edi": [
        ("plan", "391651645", "0780690", "OOLU4293959", 3_833, 3)
    ],
    "BAPLIE/staedi_issue122_d95b.edi": [("plan", "M1", "0030586", "TOLU2566410", 10_000, 1)],
    "COARRI/phpedifact_genoa_vte_two_messages_d95b.edi": [
        ("report", "35961879700001", "equipment.discharged", "FCIU9908030", 8_914, 2),
        ("report", "35961881700001", "equipment.loaded", "CBHU6192031", 21_500, 19),
    ],
    "CODECO/phpgen_codeco.edi": [
        ("report", "M5C52028597E23", "equipment.gate-in", "CBHU1234567", 15_400, 1)
    ],
}


def expected(note: str) -> set[str]:
    found = {code for pattern, code in ANSWERS.items() if re.search(pattern, note)}
    # Without UNB no UNZ is missed.
    return found - {"EDIFACT-UNZ-MISSING"} if "no UNB" in note else found


def test_the_files_are_there_to_be_read() -> None:
    assert len(ROWS) == 33


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_file_is_answered_as_its_note_expects(row: dict[str, str]) -> None:
    raw = (FOLDER / row["file"]).read_bytes()
    events = list(read([raw]))
    found = {f.code: f.severity for event in events for f in event.findings}
    wanted = expected(row["note"])
    assert wanted <= found.keys()
    refused = wanted & REFUSED | BESIDES.get(row["file"], set())
    assert {code for code, level in found.items() if level is Severity.ERROR} == refused
    if "CONTAINER-CHECK-DIGIT" in wanted:
        assert found["CONTAINER-CHECK-DIGIT"] is Severity.NOTE
    messages = [event for event in events if isinstance(event, Message)]
    if stated := re.search(r"UNT count (\d+), real (\d+)", row["note"]):
        [finding] = [f for m in messages for f in m.findings if f.code == "EDIFACT-UNT-COUNT"]
        assert (finding.params["stated"], finding.params["counted"]) == (
            stated[1],
            int(stated[2]),
        )
    if several := re.search(r"(\d+) messages", row["note"]):
        assert len(messages) == int(several[1])


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_file_reads_the_same_by_every_path(row: dict[str, str]) -> None:
    raw = (FOLDER / row["file"]).read_bytes()
    whole = list(read([raw]))
    sizes = (1, 7, 4096) if len(raw) < 10_000 else (4096,)
    for size in sizes:
        assert list(read(blocks(raw, size))) == whole
        assert read_streaming(blocks(raw, size), Profile()) == whole
    if len(raw) < 10_000:
        assert read_slowly([raw], Profile()) == whole


def test_the_public_cargo_report_becomes_a_manifest() -> None:
    first, end = read([(FOLDER / "CUSCAR/cuscar_tools_simple_d95b.edi").read_bytes()])
    assert isinstance(first, Message)
    assert isinstance(end, InterchangeEnd)
    assert codes(first.findings) == ["EDIFACT-UNT-COUNT"]
    assert first.part is not None
    [bill] = first.part.bills
    assert (bill.number, bill.gross_mass_g, bill.packages) == ("DOCV373MOB909999", 55_814_000, 60)
    assert (bill.place_of_loading, bill.port_of_discharge) == ("CRMOB", "GBPME")
    assert bill.goods[0].packages == 2880
    assert first.part.head.vessel == "TEST SHIP"
    assert first.part.head.references == (
        ("SS", "AREF1234567A"),
        ("TDT-8213", "MEANSTRANS1234"),
    )
    [unit] = first.part.equipment
    assert (unit.kind, unit.number, unit.full) == ("BL", "EQ123456", True)


@pytest.mark.parametrize("name", READ_AS)
def test_reports_and_plans_of_others_become_movements_and_slots(name: str) -> None:
    told = []
    for item in read([(FOLDER / name).read_bytes()], validate=True):
        assert "EDIFACT-STRUCTURE" not in " ".join(codes(item.findings))
        content = item.content if isinstance(item, Message) else None
        if isinstance(content, MovementReport):
            move, count = content.movements[0], len(content.movements)
            told.append(("report", content.document, move.code.value, move.box, count))
        elif isinstance(content, Stowage):
            slot = content.slots[0]
            told.append(("plan", content.document, slot.slot, slot.box, len(content.slots)))
    assert [
        (kind, document, what, box.number, (box.gross_mass_g or 0) // 1000, count)
        for kind, document, what, box, count in told
    ] == READ_AS[name]


def test_a_plan_whose_structure_is_wrong_is_not_believed() -> None:
    first, _ = read([(FOLDER / "BAPLIE/nezpik_handmade_d15a.edi").read_bytes()], validate=True)
    assert isinstance(first, Message)
    assert first.content is None
    assert "EDIFACT-STRUCTURE-UNEXPECTED-SEGMENT" in codes(first.findings)


def test_the_public_rail_status_is_refused_with_its_interchange_but_read() -> None:
    first, end = read([(FOLDER / "IFTSTA/apimeister_rail_status_d00b.edi").read_bytes()])
    assert isinstance(first, Message)
    assert isinstance(first.content, MovementReport)
    [move] = first.content.movements
    assert (move.box.number, move.place) == ("TRHU4561222", "USSYR")
    assert move.status_text == "Rail Departed from In-Transit Locat"
    assert codes(end.findings) == ["EDIFACT-UNZ-REFERENCE"]
