"""What is written is read back as it was."""

from datetime import UTC, datetime

import pytest
from edifact_parts import KEY, PARTS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.codes.finding import Severity
from waglan.manifest.assembly import join
from waglan.manifest.model import Bill, Equipment, Head, Level, Manifest, Part
from waglan.manifest.split import split
from waglan.messages.edifact.contrl import contrl
from waglan.messages.edifact.cuscar_write import write_manifest
from waglan.messages.edifact.read import read
from waglan.messages.envelope import Address, Interchange, InterchangeEnd, Message

TO_CUSTOMS = Interchange(
    Address("LINE", "ZZ"), Address("HKCED", "ZZ"), "I1", "UNOY", prepared="261122:1200"
)
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def back(data: bytes) -> tuple[list[Message], InterchangeEnd]:
    *messages, end = read([data])
    assert isinstance(end, InterchangeEnd)
    return [message for message in messages if isinstance(message, Message)], end


def as_written(part: Part) -> Part:
    """Leave out where each item stood and the bytes' hash: a part not yet written has neither."""
    return replace(
        part,
        sha256=b"",
        bills=tuple(replace(bill, segment=None, part=1) for bill in part.bills),
        equipment=tuple(replace(box, segment=None, part=1) for box in part.equipment),
    )


@given(PARTS)
def test_a_part_comes_back_as_it_was_written(made: Part) -> None:
    for directory in ("95B", "99B", "16A"):
        [message], end = back(write_manifest([made], TO_CUSTOMS, directory))
        assert [f for f in message.findings if f.severity is Severity.ERROR] == []
        assert end.findings == ()
        assert message.part is not None
        assert as_written(message.part) == made


def manifest(bills: int, boxes: int) -> Manifest:
    head = Head("M1", "85", vessel="EVER TEST", voyage="012W")
    return Manifest(
        head,
        tuple(Bill(f"B{n}", Level.MASTER, gross_mass_g=1_500, packages=2) for n in range(bills)),
        tuple(Equipment(f"CSQU{n:07}") for n in range(boxes)),
    )


@pytest.mark.parametrize(("bills", "boxes", "size"), [(7, 3, 2), (2, 9, 4), (3, 3, 3), (0, 0, 1)])
def test_a_manifest_in_parts_comes_back_whole(bills: int, boxes: int, size: int) -> None:
    made = manifest(bills, boxes)
    messages, end = back(write_manifest(split(made, KEY, size), TO_CUSTOMS))
    parts = [message.part for message in messages if message.part is not None]
    assert [part.key for part in parts] == [KEY] * len(messages)
    whole, _ = join(parts)
    assert whole.parts == len(messages)
    assert whole.head == made.head
    assert tuple(replace(bill, segment=None, part=1) for bill in whole.bills) == made.bills
    assert tuple(replace(box, segment=None, part=1) for box in whole.equipment) == made.equipment
    assert end.findings == ()


def test_separators_in_the_envelope_come_back_as_they_were() -> None:
    odd = Interchange(Address("LI:NE", "Z'Z", "A+B"), Address("HK?CED"), "RE:F'1", "UNOY")
    part = split(manifest(1, 0), replace(KEY, access_reference="M:1'+?"))[0]
    [message], end = back(write_manifest([part], odd))
    assert end.interchange is not None
    assert (end.interchange.sender, end.interchange.recipient) == (odd.sender, odd.recipient)
    assert end.interchange.reference == odd.reference
    assert message.header.access_reference == "M:1'+?"


WHOLE = write_manifest(split(manifest(3, 2), KEY, 2), TO_CUSTOMS)


@pytest.mark.parametrize("length", range(len(WHOLE) - 120, len(WHOLE) + 1, 7))
def test_a_file_cut_anywhere_is_answered(length: int) -> None:
    messages, end = back(WHOLE[:length])
    data = contrl(end, messages, reference="A1", at=AT)
    assert data is not None
    answers, own_end = back(data)
    assert [answer.header.type for answer in answers] == ["CONTRL"]
    assert own_end.findings == ()
    action = data.partition(b"UCI+I1+LINE:ZZ+HKCED:ZZ+")[2][:1]
    assert action == (b"7" if length == len(WHOLE) else b"4")


def test_a_contrl_that_comes_in_is_not_answered() -> None:
    messages, end = back(WHOLE)
    data = contrl(end, messages, reference="A1", at=AT) or b""
    answers, own_end = back(data)
    assert contrl(own_end, answers, reference="A2", at=AT) is None


@pytest.mark.parametrize("length", [0, 1, 9, 20, 51])
def test_a_file_without_a_whole_unb_has_no_contrl(length: int) -> None:
    messages, end = back(WHOLE[:length])
    assert end.findings
    assert contrl(end, messages, reference="A1", at=AT) is None


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3)), max_size=6),
    st.sampled_from(["UNOA", "UNOC", "UNOE", "UNOK", "UNOX", "UNOY", "XXXX"]),
)
def test_whatever_comes_is_answered_or_knowingly_not(
    changes: list[tuple[int, bytes]], level: str
) -> None:
    data = WHOLE.replace(b"UNOY", level.encode())
    for at, put in changes:
        data = data[:at] + put + data[at + 1 :]
    events = list(read([data]))
    messages = [event for event in events if isinstance(event, Message)]
    for end in events:
        if isinstance(end, InterchangeEnd):
            answer = contrl(end, messages, reference="A1", at=AT)
            has_sender = end.interchange is not None and bool(end.interchange.sender.id)
            asked = not messages or any(m.header.type != "CONTRL" for m in messages)
            assert (answer is not None) == (has_sender and asked)
            assert answer is None or back(answer)[1].interchange is not None


@pytest.mark.parametrize("level", ["UNOE", "UNOK", "UNOX", "XXXX"])
def test_a_reference_that_the_level_cannot_hold_is_answered_without_it(level: str) -> None:
    data = f"UNB+{level}:3+維LI+HKCED+261122:1200+R維\u00011'UNZ+0+R1'".encode()
    messages, end = back(data)
    answer = contrl(end, messages, reference="A1", at=AT)
    assert answer is not None
    assert b"LI" in answer
