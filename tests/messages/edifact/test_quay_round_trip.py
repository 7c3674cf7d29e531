"""Movements and stowage plans come back as they were written, in each directory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from quay_words import move_reports, plans, status_reports
from test_edifact_round_trip import TO_CUSTOMS, back

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.event import EventCode
from waglan.codes.finding import Severity
from waglan.codes.function import Function
from waglan.messages.edifact import read
from waglan.messages.edifact.quay_write import write_moves, write_status, write_stowage
from waglan.messages.envelope import Message


def as_written(data: bytes) -> object:
    """What a file says, without where it said it; read with nothing refused."""
    [message], end = back(data)
    assert [f for f in message.findings if f.severity is Severity.ERROR] == []
    assert end.findings == ()
    content = message.content
    if isinstance(content, MovementReport):
        moves = tuple(replace(move, segment=None) for move in content.movements)
        return replace(content, movements=moves)
    assert isinstance(content, Stowage)
    return replace(content, slots=tuple(replace(slot, segment=None) for slot in content.slots))


@pytest.mark.parametrize("directory", ["95B", "00B", "16A"])
@pytest.mark.parametrize("kind", ["COARRI", "CODECO"])
@given(st.data())
def test_a_report_of_moves_comes_back(kind: str, directory: str, data: st.DataObject) -> None:
    made = data.draw(move_reports(kind))
    assert as_written(write_moves(made, kind, TO_CUSTOMS, directory)) == made


@given(status_reports())
def test_a_report_of_statuses_comes_back(made: MovementReport) -> None:
    assert as_written(write_status(made, TO_CUSTOMS)) == made


@pytest.mark.parametrize("directory", ["95B", "13B"])
@given(st.data())
def test_a_stowage_plan_comes_back(directory: str, data: st.DataObject) -> None:
    made = data.draw(plans(late=directory == "13B"))
    assert as_written(write_stowage(made, TO_CUSTOMS, directory)) == made


BOX = Box(
    "CSQU3054383",
    size_type="22G1",
    full=True,
    direction="3",
    operator="SYNL",
    gross_mass_g=14_000_000,
    seals=("S1",),
    set_point_mdegc=5_000,
    dangerous=("1993",),
    port_of_loading="CNSHA",
    port_of_discharge="HKHKG",
    place_of_delivery="CNCAN",
)
SHIP = Conveyance("SYNTHETIC STAR", None, "VRAB3", "001E", "SYNL", "1")
AT = "2026-11-23T08:15+08:00"


def moves(code: EventCode, name: str) -> MovementReport:
    status = "AR" if code is EventCode.EQUIPMENT_STATUS else None
    move = Movement(code, BOX, AT, "HKHKG", "SYNT1", bills=("B1",), status=status, mode="1")
    return MovementReport(
        "D1", name, Function.ORIGINAL, SHIP, (move,), AT, "HKHKG", "SYNT1", AT, AT, 1
    )


PLAN = Stowage("P1", Function.ORIGINAL, SHIP, (Slot("0010182", BOX),), AT, "CNSHA", "HKHKG", AT, AT)
DISCHARGED = moves(EventCode.EQUIPMENT_DISCHARGED, "44")
GATED = moves(EventCode.EQUIPMENT_GATE_IN, "34")
WRITTEN = {
    "COARRI 95B": write_moves(DISCHARGED, "COARRI", TO_CUSTOMS, "95B"),
    "COARRI 00B": write_moves(DISCHARGED, "COARRI", TO_CUSTOMS, "00B"),
    "CODECO 95B": write_moves(GATED, "CODECO", TO_CUSTOMS, "95B"),
    "CODECO 21A": write_moves(GATED, "CODECO", TO_CUSTOMS, "21A"),
    "IFTSTA 00B": write_status(moves(EventCode.EQUIPMENT_STATUS, "23"), TO_CUSTOMS),
    "BAPLIE 95B": write_stowage(PLAN, TO_CUSTOMS),
    "BAPLIE 13B": write_stowage(replace(PLAN, boxes=1), TO_CUSTOMS, "13B"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_keeps_to_its_directory(name: str) -> None:
    first, end = read([WRITTEN[name]], validate=True)
    assert isinstance(first, Message)
    assert first.findings == ()
    assert end.findings == ()


def test_a_discharge_report_looks_as_a_line_expects_it() -> None:
    text = WRITTEN["COARRI 95B"].decode().replace("'", "'\n")
    assert "BGM+44+D1+9'\nDTM+137:202611230815?+08:303'" in text
    assert "TDT+20+001E+1++SYNL:172:20+++VRAB3:103::SYNTHETIC STAR'" in text
    assert "LOC+11+HKHKG:139:6+SYNT1:TER:ZZZ'" in text
    assert "EQD+CN+CSQU3054383+22G1:102:5++3+5'\nRFF+BM:B1'\nDTM+203:202611230815?+08:303'" in text
    assert "CNT+16:1'" in text
