"""What partners answer is read as they meant it."""

from datetime import UTC, datetime

import msgspec
import pytest
from edifact_segments import messages
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.answers import (
    AperakAnswer,
    AperakFault,
    CustomsAnswer,
    Fault,
    PartnerAnswer,
    SegmentFaults,
    partner_answer,
    read_aperak,
    read_contrl,
    read_cusres,
)
from waglan.messages.edifact.aperak import aperak
from waglan.messages.edifact.contrl import contrl
from waglan.messages.edifact.cusres import BillStatus, Filing, cusres
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.envelope import Address, Header, Interchange, InterchangeEnd, Message

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT = Interchange(Address("LI:NE", "14", "BACK"), Address("WAGLAN", "ZZ"), "REF'1", "UNOC")
CODES = {"CONTAINER-SHAPE": 12, "CONTAINER-CHECK-DIGIT": 19}


def finding(where: Where, code: str = "CONTAINER-SHAPE") -> Finding:
    return Finding(code, Severity.ERROR, where, {"text": "CSQU", "expected": 3})


def message(number: int, *findings: Finding) -> Message:
    header = Header(str(number), "CUSCAR", "D", "95B", "UN")
    return Message(SENT, header, number, 5, b"", 0, None, findings)


def test_our_own_contrl_is_read_back_as_it_was_meant() -> None:
    bad = message(
        2,
        finding(Where("unt", segment=5, tag="UNT", element=2)),
        finding(Where("nad", segment=4, tag="NAD", element=3, component=1)),
        finding(Where("nad", segment=4, tag="NAD", element=5), "CONTAINER-CHECK-DIGIT"),
        finding(Where("rff", segment=3, tag="RFF")),
    )
    end = InterchangeEnd(SENT, 2, b"", 1)
    data = contrl(end, [message(1), bad], reference="A1", at=AT, wording=Wording(codes=CODES))
    [body] = messages(data or b"", SENT)
    answer = read_contrl(body)
    assert answer is not None
    assert (answer.reference, answer.action) == ("REF'1", "accepted")
    assert (answer.sender, answer.recipient) == (SENT.sender, SENT.recipient)
    good, refused = answer.messages
    assert (good.reference, good.action, good.fault, good.segments) == ("1", "accepted", None, ())
    assert (refused.type, refused.action) == ("CUSCAR", "rejected")
    assert refused.fault == Fault("12", "UNT", 2)
    assert refused.segments == (
        SegmentFaults(3, "12"),
        SegmentFaults(4, "", (Fault("12", "", 3, 1), Fault("19", "", 5))),
    )


def test_a_partners_contrl_with_unsplit_composites_is_read_too() -> None:
    segments = [
        ["UCI", "131", "333666999", "NORD:ZZ", "7"],
        ["UCM", "1", "CUSCAR:D:95B:UN", "4", "13", "UNH", "2:4"],
        ["UCS", "17", "16"],
    ]
    answer = read_contrl(segments)
    assert answer is not None
    assert answer.recipient == Address("NORD", "ZZ")
    assert answer.messages[0].fault == Fault("13", "UNH", 2, 4)
    assert answer.messages[0].segments == (SegmentFaults(17, "16"),)


@pytest.mark.parametrize("status", CustomsStatus)
def test_every_customs_status_comes_back(status: CustomsStatus) -> None:
    data = cusres(SENT, Filing("M'1"), [BillStatus("B:1", status, "BH")], at=AT)
    [body] = messages(data, SENT)
    assert read_cusres(body) == CustomsAnswer("M'1", None, status, (), (("BH", "B:1"),))


@pytest.mark.parametrize("accepted", [True, False])
def test_an_outcome_comes_back_with_its_errors(accepted: bool) -> None:
    filing = Filing("M1", accepted, (finding(Where("bills/B1")),))
    [body] = messages(cusres(SENT, filing, at=AT, wording=Wording(codes=CODES)), SENT)
    answer = read_cusres(body)
    assert answer is not None
    assert (answer.is_accepted, answer.errors, answer.status) == (accepted, ("12",), None)
    assert answer.texts[0].startswith("CONTAINER-SHAPE 'CSQU' is not a container number")


def test_indicators_of_other_code_lists_are_kept_and_not_guessed_at() -> None:
    answer = read_cusres([["BGM", "962", "M1", "9"], ["GIS", "NSL::5"], ["GIS", "7"]])
    assert answer == CustomsAnswer("M1", indicators=("NSL", "7"))


@pytest.mark.parametrize("accepted", [True, False])
def test_our_own_aperak_is_read_back_as_it_was_meant(accepted: bool) -> None:
    filing = Filing("M1", accepted, (finding(Where("bills/B1/number")), finding(Where("head"))))
    envelope = msgspec.structs.replace(SENT, reference="A1")
    [body] = messages(aperak(envelope, filing, at=AT, wording=Wording(codes=CODES)), envelope)
    answer = read_aperak(body)
    assert answer is not None
    assert (answer.number, answer.is_accepted, answer.answers) == ("A1", accepted, "M1")
    first, second = answer.errors
    assert (first.code, first.references, second.references) == ("12", (("BM", "B1"),), ())
    assert first.text.startswith("CONTAINER-SHAPE 'CSQU' is not a container number")


def test_a_partners_aperak_says_what_he_could_not_use() -> None:
    segments = [
        ["BGM", "27", "APERAK003", "7"],
        ["DTM", "137:20250322:102"],
        ["RFF", "ACW:PO123456"],
        ["RFF", "ON:7"],
        ["FTX", "AAI", "", "", "ONE:TWO"],
        ["ERC", "12"],
        ["FTX", "AAI", "", "", "Order rejected: invalid product code"],
        ["RFF", "BM:B1"],
        ["ERC", "40"],
    ]
    assert read_aperak(segments) == AperakAnswer(
        "APERAK003",
        None,
        "PO123456",
        (("ON", "7"),),
        ("ONE TWO",),
        (
            AperakFault("12", "Order rejected  invalid product code", (("BM", "B1"),)),
            AperakFault("40"),
        ),
    )


ANY = st.lists(
    st.lists(
        st.text(max_size=3)
        | st.sampled_from(["UCI", "UCM", "UCD", "BGM", "ERC", "FTX", "RFF", "9:x"])
    )
)


@given(ANY)
def test_any_segments_are_read_without_failing(segments: list[list[str]]) -> None:
    assert (read_contrl(segments) is None) == all(part[:1] != ["UCI"] for part in segments)
    has_none = all(part[:1] != ["BGM"] for part in segments)
    assert (read_aperak(segments) is None) == has_none
    assert (read_cusres(segments) is None) == has_none


@pytest.mark.parametrize(("accepted", "verdict"), [(True, "accepted"), (False, "refused")])
def test_an_aperak_in_short_names_the_paper_the_verdict_and_the_codes(
    accepted: bool, verdict: str
) -> None:
    filing = Filing("M1", accepted, (finding(Where("head")), finding(Where("bills/B1/number"))))
    envelope = msgspec.structs.replace(SENT, reference="A1")
    [body] = messages(aperak(envelope, filing, at=AT, wording=Wording(codes=CODES)), envelope)
    said = partner_answer("APERAK", body)
    assert said == PartnerAnswer("APERAK", "M1", verdict, ("12",), "A1")  # type: ignore[arg-type]
    assert partner_answer("CUSRES", body) is None
    assert partner_answer("APERAK", [["RFF", "ACW:M1"]]) is None


@pytest.mark.parametrize(
    ("interchange", "each", "verdict"),
    [
        ("4", [], "refused"),
        ("8", [], "received"),
        ("7", ["7", "7"], "accepted"),
        ("7", ["7", "4"], "partly"),
        ("7", ["4", "4"], "refused"),
        ("?", [], "unknown"),
    ],
)
def test_a_contrl_in_short_says_whether_all_or_some_was_taken(
    interchange: str, each: list[str], verdict: str
) -> None:
    ucm = [["UCM", str(n), "IFTMIN:D:96A:UN", action, "12"] for n, action in enumerate(each)]
    said = partner_answer("CONTRL", [["UCI", "REF1", "ME:ZZ", "YOU", interchange], *ucm])
    assert said is not None
    assert (said.about, said.verdict, said.codes) == ("REF1", verdict, ("12",) if each else ())
    assert (said.interchange_from, said.interchange_to) == ("ME:ZZ", "YOU")


texts = st.text(alphabet="ACWRE:47\x00é", max_size=40)
tags = st.sampled_from(["BGM", "RFF", "ERC", "FTX", "UCI", "UCM", "UCS", "UCD", ""])


@given(
    st.sampled_from(["APERAK", "CONTRL", "CUSRES", ""]),
    st.lists(st.tuples(tags, st.lists(texts, max_size=6)).map(lambda s: [s[0], *s[1]])),
)
def test_whatever_an_answer_holds_it_is_short_and_never_raises(
    kind: str, segments: list[list[str]]
) -> None:
    said = partner_answer(kind, segments)
    if said is not None:
        assert said.kind == kind
        assert len(said.codes) <= 50
        assert all(0 < len(code) <= 17 for code in said.codes)
        told = [part for segment in segments for text in segment for part in text.split(":")]
        assert said.about in {"", *told}
