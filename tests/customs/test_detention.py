"""The life of a detention notice, whom it is for, and what each of them is told."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.customs.detention import (
    BY_STATUS,
    ENDED,
    KINDS,
    NEXT,
    NUMBER_BYTES,
    Addressee,
    Capacity,
    DetentionKind,
    Named,
    NoticeState,
    NoticeStep,
    Reach,
    Told,
    Unlawful,
    addressees,
    after,
    due_of,
    is_made_good,
    is_overdue,
    missing,
    notice_number,
    state_of,
    told_to,
    version_of,
)
from waglan.customs.notice_document import BEGINS, TEXT, document_findings

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
ENDS = {NoticeState.RELEASED, NoticeState.SEIZED, NoticeState.REPLACED}
LINE, AGENT, IMPORTER = PartyId("a-line"), PartyId("an-agent"), PartyId("an-importer")
QUAY, YARD = PartyId("a-quay"), PartyId("a-yard")

# The law once more, as an officer would read it aloud: state | step | state after it.
SPOKEN = """
open     | acknowledge  | open
open     | answer       | answered
open     | extend       | open
open     | release-part | open
open     | release      | released
open     | seize        | seized
open     | replace      | replaced
answered | acknowledge  | answered
answered | answer       | answered
answered | extend       | open
answered | release-part | answered
answered | release      | released
answered | seize        | seized
answered | replace      | replaced
"""


@pytest.mark.parametrize(("state", "step"), [*product(NoticeState, NoticeStep)])
def test_every_pair_of_state_and_step_is_lawful_as_spoken_or_refused(
    state: NoticeState, step: NoticeStep
) -> None:
    cells = [[cell.strip() for cell in line.split("|")] for line in SPOKEN.strip().splitlines()]
    spoken = {(NoticeState(a), NoticeStep(b)): NoticeState(c) for a, b, c in cells}
    assert spoken == NEXT
    if (state, step) in spoken:
        assert after(state, step) is spoken[state, step]
        return
    assert state in ENDS  # nothing else is ever refused, and what has ended stays ended
    with pytest.raises(Unlawful, match=f"a notice that is {state.value} allows no '{step.value}'"):
        after(state, step)


@given(st.lists(st.sampled_from(NoticeStep), max_size=12))
def test_steps_end_a_notice_once_at_most_and_acknowledging_moves_nothing(
    steps: list[NoticeStep],
) -> None:
    ending = [n for n, step in enumerate(steps) if step.value in ("release", "seize", "replace")]
    if ending and ending[0] < len(steps) - 1:
        with pytest.raises(Unlawful):
            state_of(steps)
        return
    assert (state_of(steps) in ENDS) == bool(ending)
    moved = [step for step in steps if step is not NoticeStep.ACKNOWLEDGE]
    assert (state_of(moved), version_of(moved)) == (state_of(steps), version_of(steps))


def test_every_status_that_is_served_does_something_to_the_notice_but_examined() -> None:
    assert set(CustomsStatus) - set(BY_STATUS) == {CustomsStatus.EXAMINED}
    assert {s for s, step in BY_STATUS.items() if step is NoticeStep.REPLACE} == set(KINDS)


def test_who_is_not_known_here_is_stated_and_not_dropped() -> None:
    found = addressees(DetentionKind.DETENTION, Named(LINE), {})
    assert found == (
        Addressee(Capacity.FILER, Reach.HERE, LINE),
        Addressee(Capacity.TERMINAL, Reach.UNNAMED),
        Addressee(Capacity.CONSIGNEE, Reach.UNNAMED),
    )
    named = Named(LINE, "AG1", ("IMP1", None), (QUAY, YARD))
    found = addressees(DetentionKind.INSPECTION, named, {"AG1": AGENT})
    assert found == (
        Addressee(Capacity.FILER, Reach.HERE, LINE),
        Addressee(Capacity.AGENT, Reach.HERE, AGENT),
        Addressee(Capacity.TERMINAL, Reach.HERE, QUAY),
        Addressee(Capacity.TERMINAL, Reach.HERE, YARD),
        Addressee(Capacity.CONSIGNEE, Reach.ELSEWHERE),
    )


def test_a_terminal_is_not_told_of_papers_and_an_agent_who_files_is_told_once() -> None:
    coded = {"AG1": LINE, "IMP1": IMPORTER}
    named = Named(LINE, "AG1", ("IMP1",), (QUAY,))
    assert addressees(DetentionKind.DOCUMENTS, named, coded) == (
        Addressee(Capacity.FILER, Reach.HERE, LINE),
        Addressee(Capacity.CONSIGNEE, Reach.HERE, IMPORTER),
    )
    said = {
        "instruction": "Keep it closed.",
        "documents": ["invoice"],
        "due": NOW.isoformat(),
        "conditions": ["none of this goes into it"],
    }
    whole = Told(("CSQU3054383",), "Keep it closed.", ("invoice",), NOW)
    for capacity in Capacity:
        told = told_to(capacity, said, ["CSQU3054383"])
        bare = Told(("CSQU3054383",), "Keep it closed.")
        assert told == (bare if capacity is Capacity.TERMINAL else whole)
    assert told_to(Capacity.FILER, {}, []) == Told()


def test_what_is_missing_is_made_good_by_whom_an_officer_names_in_that_capacity() -> None:
    terminal = Addressee(Capacity.TERMINAL, Reach.UNNAMED)
    consignee = Addressee(Capacity.CONSIGNEE, Reach.ELSEWHERE)
    found = [Addressee(Capacity.FILER, Reach.HERE, PartyId("line")), terminal, consignee]
    assert missing(found) == {Capacity.TERMINAL, Capacity.CONSIGNEE}
    assert not any(is_made_good(one, found) for one in found)
    told = Addressee(Capacity.CONSIGNEE, Reach.HERE, PartyId("importer"))
    assert not is_made_good(consignee, [*found, told])  # another consignee, found at serving
    named = Addressee(Capacity.TERMINAL, Reach.HERE, PartyId("quay"), is_named=True)
    every = [*found, told, named]
    assert [one for one in every if is_made_good(one, every)] == [terminal]


def test_officers_act_on_a_notice_as_long_as_it_has_not_ended() -> None:
    for state in NoticeState:
        assert ((state, NoticeStep.EXTEND) in NEXT) is (state not in ENDED)


def test_an_answer_is_due_on_the_day_that_customs_named_last() -> None:
    later, latest = NOW + timedelta(days=1), NOW + timedelta(days=2)
    assert due_of([None, None], [None]) is None
    assert due_of([None, NOW], []) == NOW
    assert due_of([NOW], [None, later, None, latest, None]) == latest


def test_an_answer_is_overdue_only_while_it_is_awaited_and_a_day_was_named() -> None:
    late = NOW + timedelta(seconds=1)
    assert is_overdue(NoticeState.OPEN, NOW, at=late)
    assert not is_overdue(NoticeState.OPEN, NOW, at=NOW)
    assert not is_overdue(NoticeState.OPEN, None, at=late)
    assert not is_overdue(NoticeState.ANSWERED, NOW, at=late)


@given(st.binary(min_size=NUMBER_BYTES, max_size=NUMBER_BYTES))
def test_a_number_is_read_over_the_telephone_and_holds_all_its_randomness(random: bytes) -> None:
    number = notice_number(random)
    assert len(number) == len("DN-00000-00000")
    assert set(number[3:]) - {"-"} <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    other = bytes([random[0] ^ 1, *random[1:]])
    assert notice_number(other) != number
    with pytest.raises(ValueError, match="random bytes"):
        notice_number(random[1:])


@pytest.mark.parametrize("media_type", BEGINS)
def test_a_document_is_what_it_calls_itself_or_is_refused_with_words(media_type: str) -> None:
    assert document_findings(media_type, BEGINS[media_type] + b"a synthetic paper") == []
    for other in [b"\x00\xff", b"\xff\xd8\x00", b"MZ\x90\x00", b""]:
        [finding] = document_findings(media_type, other)
        assert finding.code in {"NOTICE-DOCUMENT-FORM", "NOTICE-DOCUMENT-EMPTY"}
        assert all(render(finding, lang).remedy for lang in ("en", "zh-Hant-HK"))


@pytest.mark.parametrize(
    "media_type", ["", "text/html", "application/zip", "image/svg+xml", "x" * 999]
)
def test_other_kinds_of_document_are_refused(media_type: str) -> None:
    [finding] = document_findings(media_type, b"<html>")
    assert finding.code == "NOTICE-MEDIA-TYPE"
    assert len(str(finding.params["media_type"])) <= 80


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_taken_or_refused_and_never_break(data: bytes) -> None:
    for media_type in (*BEGINS, "application/octet-stream"):
        assert all(f.code.startswith("NOTICE-") for f in document_findings(media_type, data))
    assert document_findings(TEXT, "發票 範例".encode()) == []
