"""What terminals, carriers and planners tell of boxes, read in the trade's words."""

import json
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from edifact_files import codes, one
from quay_files import COARRI, CODECO, FILES, LATE_PLAN, PLAN, STATUS, STATUS_ON_BOXES, file

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.codes.function import Function
from waglan.messages.edifact import Profile, quay, read
from waglan.messages.edifact.opened import READ
from waglan.messages.edifact.tree import tables
from waglan.messages.envelope import Message


def report(raw: bytes) -> MovementReport:
    content = one(raw)[0].content
    assert isinstance(content, MovementReport)
    return content


def own(findings: tuple[Finding, ...]) -> list[str]:
    """What was found besides the order of segments."""
    return [code for code in codes(findings) if not code.startswith("EDIFACT-STRUCTURE")]


def stowage(raw: bytes) -> Stowage:
    content = one(raw)[0].content
    assert isinstance(content, Stowage)
    return content


def test_a_discharge_report_says_of_each_box_what_happened_and_how_it_looked() -> None:
    told = report(file("COARRI:D:95B:UN", COARRI))
    assert told == MovementReport(
        document="DIS-1",
        document_name="44",
        function=Function.ORIGINAL,
        conveyance=Conveyance("SYNTHETIC STAR", "9811000", None, "001E", "SYNL", "1"),
        movements=told.movements,
        reported_at="2026-11-23T09:00",
        place="HKHKG",
        terminal="SYNT1",
        arrival="2026-11-23T06:00",
        boxes=2,
        references=(("ACW", "DIS-0"),),
    )
    assert told.movements[0] == Movement(
        EventCode.EQUIPMENT_DISCHARGED,
        Box(
            "CSQU3054383",
            size_type="22G1",
            full=True,
            direction="3",
            operator="SYNL",  # named once, at the head; the next box names its own
            gross_mass_g=14_000_000,
            verified_mass_g=14_250_500,
            tare_g=2_200_000,
            seals=("S1", "S2"),
            port_of_loading="CNSHA",
            port_of_discharge="HKHKG",
            place_of_delivery="CNCAN",
        ),
        happened_at="2026-11-23T08:15+08:00",  # the zone as it was sent; the next box has none
        place="HKHKG",
        terminal="SYNT1",
        slot="0380886",
        bills=("SYN:B1",),
        booking="BK1",
        damage=("2 DOOR DENTED", "SCRATCHED LEFT SIDE"),
        mode="3",
        segment=9,
    )
    second = told.movements[1]
    assert (second.happened_at, second.box.full) == ("2026-11-23T08:20", False)
    assert (second.box.set_point_mdegc, second.box.dangerous) == (-18_000, ("1993",))
    assert (second.box.operator, second.box.gross_mass_g, second.slot) == ("OTHR", None, None)


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("COARRI", "44", EventCode.EQUIPMENT_DISCHARGED),
        ("COARRI", "46", EventCode.EQUIPMENT_LOADED),
        ("COARRI", "", EventCode.EQUIPMENT_DISCHARGED),  # by LOC+11 at its head
        ("CODECO", "34", EventCode.EQUIPMENT_GATE_IN),
        ("CODECO", "36", EventCode.EQUIPMENT_GATE_OUT),
    ],
)
def test_the_reports_name_says_what_happened(kind: str, name: str, code: EventCode) -> None:
    body = COARRI.replace("BGM+44", f"BGM+{name}")
    assert {m.code for m in report(file(f"{kind}:D:95B:UN", body)).movements} == {code}


@pytest.mark.parametrize(("kind", "name"), [("CODECO", "44"), ("COARRI", "")])
def test_a_report_that_does_not_say_what_happened_is_refused(kind: str, name: str) -> None:
    body = COARRI.replace("BGM+44", f"BGM+{name}").replace("LOC+11+HKHKG:139:6+SYN", "LOC+9+X+S")
    body = body.replace("LOC+9+X", "LOC+1+X")
    first, _ = one(file(f"{kind}:D:95B:UN", body))
    [finding] = [f for f in first.findings if f.severity is Severity.ERROR]
    assert finding.code == "QUAY-REPORT-KIND"
    assert (finding.where.segment, finding.params["type"]) == (9, kind)


def test_a_gate_report_keeps_what_is_right_and_says_what_is_not() -> None:
    first, _ = one(file("CODECO:D:95B:UN", CODECO))
    told = first.content
    assert isinstance(told, MovementReport)
    out, chassis = told.movements
    assert (out.code, out.place, out.terminal) == (EventCode.EQUIPMENT_GATE_OUT, "HKHKG", "SYNT1")
    assert (out.happened_at, out.mode, out.box.seals) == ("2026-11-24T09:30:15", "3", ("S1",))
    assert told.conveyance.call_sign == "VRAB3"
    assert (chassis.box.kind, chassis.box.number) == ("CH", "CHAS01")
    assert (chassis.happened_at, chassis.box.gross_mass_g) == ("ODD", None)
    assert sorted(codes(first.findings)) == ["EDIFACT-TIME", "QUAY-BOX-COUNT", "QUAY-NUMBER"]
    assert {finding.severity for finding in first.findings} == {Severity.WARNING}


def test_a_status_stays_in_its_senders_own_code_and_names_its_boxes() -> None:
    first, _ = one(file("IFTSTA:D:00B:UN", STATUS))
    told = first.content
    assert isinstance(told, MovementReport)
    arrived, departed, none = told.movements
    assert (arrived.status, arrived.status_text) == ("AR", "ARRIVED AT RAMP")
    assert (arrived.box.number, arrived.box.seals) == ("CSQU3054402", ("S9",))
    assert (arrived.happened_at, arrived.place) == ("2026-11-23T07:10", "CNCAN")
    assert (arrived.bills, arrived.booking, arrived.mode) == (("B1",), "BK9", "2")
    assert told.conveyance.voyage == "9W"
    assert {m.code for m in told.movements} == {EventCode.EQUIPMENT_STATUS}
    # Neither names a box of its own, so the head's is meant.
    assert (departed.status, departed.box.number) == ("DE", "CSQU3054383")
    assert (none.status_text, none.box.number) == ("NO BOX", "CSQU3054383")


def test_a_status_without_any_box_is_found_and_told_of_nobody() -> None:
    first, _ = one(file("IFTSTA:D:00B:UN", STATUS.replace("RFF+EQ:CSQU3054383'", "")))
    assert codes(first.findings) == ["QUAY-STATUS-WITHOUT-BOX"] * 2
    assert [f.where.segment for f in first.findings] == [16, 18]


def test_in_the_late_directory_statuses_hang_on_boxes() -> None:
    told = report(file("IFTSTA:D:24A:UN", STATUS_ON_BOXES))
    assert [(m.box.number, m.status) for m in told.movements] == [
        ("CSQU3054383", "AR"),
        ("CSQU3054383", "DE"),
    ]


def test_a_stowage_plan_says_which_box_is_in_which_slot() -> None:
    told = stowage(file("BAPLIE:D:95B:UN:SMDG22", PLAN))
    assert (told.document, told.port, told.next_port) == ("PLAN-1", "CNSHA", "HKHKG")
    assert told.references == (("VON", "001E"),)
    assert told.slots[0] == Slot(
        "0030586",
        Box(
            "CSQU3054383",
            size_type="2210",
            full=True,
            direction="3",
            operator="SYNL",
            gross_mass_g=10_000_000,
            verified_mass_g=10_100_000,
            set_point_mdegc=5_000,
            dangerous=("1993",),
            port_of_loading="CNSHA",
            port_of_discharge="HKHKG",
            place_of_delivery="CNCAN",
        ),
        segment=10,
    )
    # The empty slot between them holds no box, and gives nothing to the next one.
    assert [(s.slot, s.box.number, s.box.size_type) for s in told.slots[1:]] == [
        ("0030786", "CSQU3054402", "4500")
    ]
    assert told.slots[1].box.gross_mass_g == 4_000_000


def test_the_late_plan_has_masses_and_ports_behind_the_box() -> None:
    told = stowage(file("BAPLIE:D:13B:UN:SMDG31", LATE_PLAN))
    first = told.slots[0]
    assert (first.box.verified_mass_g, first.box.operator) == (10_100_000, "SYNL")
    assert (first.box.port_of_discharge, first.box.set_point_mdegc) == ("HKHKG", 5_000)
    assert [(s.slot, s.box.number) for s in told.slots[1:]] == [
        ("0030588", "CSQU3054402"),
        ("0030588", "CSQU3054423"),
    ]
    assert (told.boxes, told.conveyance.imo) == (3, "9811000")


def test_a_plan_whose_boxes_stand_before_their_slots_is_not_believed() -> None:
    body = "BGM++P+9'TDT+20+1'LOC+5+X'EQD+CN+CSQU3054383'LOC+147+0010101'EQD+CN+CSQU3054402'"
    first, _ = one(file("BAPLIE:D:95B:UN", body))
    assert own(first.findings) == ["QUAY-BOX-OUTSIDE-SLOT"]
    assert first.content is None


def test_boxes_are_read_up_to_the_limit() -> None:
    with patch.object(quay, "BOXES_MAX", 2):
        for count, found in ((2, []), (3, ["QUAY-BOXES-MAX"]), (9, ["QUAY-BOXES-MAX"])):
            boxes = "".join(f"EQD+XX+BOX{n}'" for n in range(count))
            first, _ = one(file("COARRI:D:95B:UN", "BGM+44+D+9'TDT+20+1'" + boxes))
            assert own(first.findings) == found
            assert isinstance(first.content, MovementReport)
            assert len(first.content.movements) == 2


def test_a_box_without_number_a_box_named_twice_and_a_report_without_number_are_found() -> None:
    body = "BGM+44++9'TDT+20+1'EQD+CN'EQD+XX+B'EQD+XX+B'"
    first, _ = one(file("COARRI:D:95B:UN", body))
    assert own(first.findings) == [
        "QUAY-BOX-WITHOUT-NUMBER",
        "QUAY-BOX-TWICE",
        "QUAY-DOCUMENT-MISSING",
    ]
    assert {finding.severity for finding in first.findings} == {Severity.WARNING}


@pytest.mark.parametrize("raw", FILES)
def test_our_own_files_keep_to_their_directories(raw: bytes) -> None:
    first, end = read([raw], validate=True)
    assert [f for f in first.findings if f.code.startswith("EDIFACT-STRUCTURE")] == []
    assert end.findings == ()


def test_every_message_that_is_read_has_a_directory_table() -> None:
    assert set(READ) <= {table.message for table in tables()}


def test_a_plan_of_more_slots_than_the_directory_allows_warns_unless_agreed() -> None:
    slot = "LOC+147+0030586::5'MEA+WT++KGM:1'RFF+BM:1'"
    body = "BGM++P+9'DTM+137:202611220900:203'TDT+20+1'LOC+5+X'LOC+61+Y'DTM+132:1:203'"
    raw = file("BAPLIE:D:95B:UN", body + slot * 10_000)
    for profile, validate, found in (
        (Profile(), True, 1),
        (Profile(), False, 1),
        (Profile(waivers={"SG2": 20_000}), True, 0),
        (Profile(waivers={"SG2": 20_000}), False, 0),
    ):
        first, _ = read([raw], profile, validate=validate)
        assert isinstance(first, Message)
        repeats = [f for f in first.findings if f.code == "EDIFACT-STRUCTURE-GROUP-REPEATS"]
        assert len(repeats) == found
        assert all(f.severity is Severity.WARNING for f in repeats)
        assert first.content is not None


def test_a_report_out_of_order_is_told_so_and_taken_all_the_same() -> None:
    body = PLAN.replace("RFF+BM:1'EQD+CN+CSQU3054383", "EQD+CN+CSQU3054383")
    raw = file("BAPLIE:D:95B:UN:SMDG22", body)
    [asked] = [f for f in next(iter(read([raw], validate=True))).findings if "STRUC" in f.code]
    first, _ = one(raw)
    [found] = [f for f in first.findings if "STRUC" in f.code]
    assert (asked.severity, found.severity) == (Severity.ERROR, Severity.WARNING)
    assert (found.code, found.where.segment) == (asked.code, asked.where.segment)
    assert isinstance(first.content, Stowage)
    assert len(first.content.slots) == 2


CASES = Path(__file__).parents[2] / "cases/messages/edifact"
NAMES = [
    "coarri-95B-discharge",
    "codeco-95B-gate-out",
    "iftsta-00B-statuses",
    "baplie-95B-plan",
    "baplie-13B-plan",
]


@pytest.mark.parametrize("name", NAMES)
def test_each_case_reads_as_the_json_beside_it(name: str) -> None:
    first, _ = read([(CASES / f"{name}.edi").read_bytes()])
    assert isinstance(first, Message)
    expected = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    assert json.loads(msgspec.json.encode(first.content)) == expected


def test_two_boxes_in_one_place_and_a_place_that_no_ship_has_are_told() -> None:
    def plan(first: str, second: str) -> list[str]:
        body = (
            f"BGM++P+9'DTM+137:2611221200:201'TDT+20+1'LOC+5+HKHKG'LOC+147+{first}::5'"
            f"EQD+CN+CSQU3054383'LOC+147+{second}::5'EQD+CN+CSQU3054402'"
        )
        found = own(one(file("BAPLIE:D:95B:UN", body))[0].findings)
        return [code for code in found if code.startswith("QUAY-SLOT")]

    assert plan("0030586", "0030588") == []
    assert plan("0030586", "0030586") == ["QUAY-SLOT-TWICE"]
    assert plan("0030586", "ABCDEFG") == ["QUAY-SLOT-SHAPE"]
