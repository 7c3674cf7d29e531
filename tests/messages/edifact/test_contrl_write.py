"""What goes back to the sender about the syntax of what he sent."""

from datetime import UTC, datetime

import pytest

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.contrl import (
    UCD_PER_UCS_MAX,
    UCS_PER_MESSAGE_MAX,
    contrl,
    explain,
    received,
)
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.envelope import Address, Header, Interchange, InterchangeEnd, Message

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT = Interchange(
    Address("LINE", "14", "BACK"), Address("WAGLAN", "ZZ", "DESK"), "REF1", "UNOA", "2"
)
CODE = "EDIFACT-STRUCTURE-UNWRITABLE-LEVEL"  # any code with words will do here
WORDING = Wording(codes={CODE: 29})


def finding(
    segment: int | None = None,
    element: int | None = None,
    *,
    tag: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    where = Where("message", "REF1", "1", segment, tag, element)
    return Finding(CODE, severity, where, {"level": "UNOX"})


def message(*findings: Finding, number: int = 1, kind: str = "CUSCAR") -> Message:
    header = Header(str(number), kind, "D", "95B", "UN")
    return Message(SENT, header, number, 5, b"", 0, None, findings)


def end(*findings: Finding, interchange: Interchange | None = SENT) -> InterchangeEnd:
    return InterchangeEnd(interchange, 1, b"", 100, findings)


def answer(of: InterchangeEnd, *messages: Message, reference: str = "ANSWER1") -> list[str] | None:
    data = contrl(of, messages, reference=reference, at=AT, wording=WORDING)
    return None if data is None else data.decode().removesuffix("'").split("'")[1:]


def test_an_answer_goes_back_to_the_senders_own_address_and_level() -> None:
    assert answer(end(), message()) == [
        "UNB+UNOA:2+WAGLAN:ZZ:DESK+LINE:14:BACK+261122:1200+ANSWER1",
        "UNH+1+CONTRL:D:3:UN",
        "UCI+REF1+LINE:14:BACK+WAGLAN:ZZ:DESK+7",
        "UCM+1+CUSCAR:D:95B:UN+7",
        "UNT+4+1",
        "UNZ+1+ANSWER1",
    ]


def test_each_message_is_judged_on_its_own() -> None:
    lines = answer(end(), message(), message(finding(4, 3, tag="NAD"), number=2)) or []
    assert lines[2].endswith("+7")
    assert lines[3:6] == [
        "UCM+1+CUSCAR:D:95B:UN+7",
        "UCM+2+CUSCAR:D:95B:UN+4",
        "UCS+4",
    ]
    assert lines[6] == "UCD+29+3"


def test_a_wrong_count_is_told_at_the_message_itself() -> None:
    lines = answer(end(), message(finding(5, 2, tag="UNT"))) or []
    assert lines[3:5] == ["UCM+1+CUSCAR:D:95B:UN+4+29+UNT+2", "UNT+4+1"]


def test_the_interchange_is_refused_only_for_faults_of_its_own() -> None:
    lines = answer(end(finding(None, 2, tag="UNZ")), message()) or []
    assert lines[2:4] == ["UCI+REF1+LINE:14:BACK+WAGLAN:ZZ:DESK+4+29+UNZ+2", "UNT+3+1"]


def test_a_truncated_file_without_one_whole_message_is_still_answered() -> None:
    assert (answer(end(finding())) or [])[2].endswith("+4+29")


@pytest.mark.parametrize("severity", [Severity.NOTE, Severity.WARNING])
def test_notes_and_warnings_do_not_refuse_a_message(severity: Severity) -> None:
    assert "UCM+1+CUSCAR:D:95B:UN+7" in (
        answer(end(), message(finding(3, severity=severity))) or []
    )


def test_a_contrl_is_never_answered() -> None:
    assert answer(end(), message(kind="CONTRL")) is None
    mixed = answer(end(), message(kind="CONTRL"), message(number=2)) or []
    assert [line for line in mixed if line.startswith("UCM")] == ["UCM+2+CUSCAR:D:95B:UN+7"]


def test_without_a_readable_sender_the_answer_goes_back_on_the_transport() -> None:
    assert answer(end(finding(), interchange=None)) is None
    nobody = Interchange(Address(""), Address("WAGLAN"), "1")
    assert answer(end(interchange=nobody)) is None


def test_an_interchange_may_be_told_that_it_came_before_it_is_judged() -> None:
    data = received(end(), reference="ANSWER1", at=AT) or b""
    assert b"'UCI+REF1+LINE:14:BACK+WAGLAN:ZZ:DESK+8'UNT+3+1'" in data


def test_version_four_is_answered_in_version_four() -> None:
    four = Interchange(Address("LINE"), Address("WAGLAN"), "REF1", "UNOY", "4", is_test=True)
    lines = answer(end(interchange=four), message()) or []
    assert lines[:2] == [
        "UNB+UNOY:4+WAGLAN+LINE+20261122:1200+ANSWER1++++++1",
        "UNH+1+CONTRL:4:1:UN",
    ]


@pytest.mark.parametrize("faults", [UCS_PER_MESSAGE_MAX, UCS_PER_MESSAGE_MAX + 1])
def test_a_message_names_at_most_999_segments(faults: int) -> None:
    lines = answer(end(), message(*(finding(n + 2) for n in range(faults)))) or []
    assert sum(line.startswith("UCS") for line in lines) == UCS_PER_MESSAGE_MAX


@pytest.mark.parametrize("faults", [UCD_PER_UCS_MAX, UCD_PER_UCS_MAX + 1])
def test_a_segment_names_at_most_99_elements(faults: int) -> None:
    lines = answer(end(), message(*(finding(4, n + 2) for n in range(faults)))) or []
    assert sum(line.startswith("UCD") for line in lines) == UCD_PER_UCS_MAX


@pytest.mark.parametrize("reference", ["", "A" * 15])
def test_our_own_reference_keeps_to_its_length(reference: str) -> None:
    with pytest.raises(ValueError, match="0020"):
        answer(end(), reference=reference)
    assert answer(end(), reference="A" * 14)


def test_the_words_that_contrl_has_no_room_for_come_in_the_readers_language() -> None:
    [english] = explain([finding(4, 3, tag="NAD")], "en")
    assert english.place == "interchange REF1, message 1, segment 4, NAD, element 3"
    assert english.problem == "Messages in characters of level 'UNOX' are not written here."
    [chinese] = explain([finding(4, 3, tag="NAD")], "zh-Hant-HK")
    assert chinese.place == "交換檔 REF1、訊息 1、第 4 段、NAD、第 3 個資料元"
    assert "UNOY" in chinese.remedy


def test_a_reference_with_a_control_character_is_answered_without_it() -> None:
    odd = Interchange(Address("LI\x00NE"), Address("WAGLAN"), "REF\x1a1", charset="utf-8")
    assert (answer(end(finding(), interchange=odd)) or [])[2] == "UCI+REF1+LINE+WAGLAN+4+29"
