"""What a status code means is said where it is agreed, and nowhere guessed."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.status_code import LISTS, meanings, meant
from waglan.codes.data import load
from waglan.codes.event import EventCode
from waglan.codes.function import Function


def report(*movements: Movement) -> MovementReport:
    return MovementReport("D1", "23", Function.ORIGINAL, Conveyance(), movements)


def status(code: str | None, event: EventCode = EventCode.EQUIPMENT_STATUS) -> Movement:
    return Movement(event, Box("CSQU3054383"), status=code, status_text="WORDS", status_list=":6")


def test_a_list_names_its_source_its_licence_and_no_word_of_customs_or_release() -> None:
    for name, text in load(LISTS).items():
        told = tomllib.loads(text)
        assert told["source"].strip()
        assert told["licence"].strip()
        assert not [w for w in meanings(name).values() if "customs" in w or "release" in w]
    left_out = {*map(str, range(8, 13)), "17", "39", "46", "78", "126", "128", "129"}
    assert left_out.isdisjoint(meanings("rec24"))


def test_a_code_of_the_list_is_told_in_our_word_and_another_stays_unknown() -> None:
    said = meant(report(status(" 24 "), status("P"), status(None), status("8")), "rec24")
    assert [one.status_meaning for one in said.movements] == ["departed", None, None, None]
    moved = meant(report(status("24", EventCode.EQUIPMENT_GATE_OUT)), "rec24")
    assert moved.movements[0].status_meaning is None


@given(st.lists(st.none() | st.text(max_size=4) | st.integers(0, 400).map(str), max_size=8))
def test_nothing_but_the_meaning_is_added(codes: list[str | None]) -> None:
    before = report(*map(status, codes))
    after = meant(before, "rec24")
    assert meant(after, "rec24") == after
    known = meanings("rec24")
    for code, one in zip(codes, after.movements, strict=True):
        assert one.status_meaning == known.get((code or "").strip())
        assert (one.status, one.status_text, one.status_list) == (code, "WORDS", ":6")
