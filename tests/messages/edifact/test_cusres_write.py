"""What customs says of a filing and of its bills, and what the application says of a document."""

from datetime import UTC, datetime

import pytest

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.aperak import aperak
from waglan.messages.edifact.cusres import (
    GIS,
    REFERENCES_PER_MESSAGE_MAX,
    TEXTS_MAX,
    BillStatus,
    Filing,
    cusres,
)
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.envelope import Address, Interchange

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BACK = Interchange(Address("CUSTOMS"), Address("LINE"), "A1", prepared="261122:1200")
VAGUE = Finding(
    "CONTAINER-CHECK-DIGIT",
    Severity.ERROR,
    Where("bills/HLCU123/goods/1", segment=7, tag="GID"),
    {"text": "CSQU3054384", "expected": 3},
)
WORDING = Wording(codes={"CONTAINER-CHECK-DIGIT": 12})


def lines(data: bytes, charset: str = "iso8859-1") -> list[str]:
    return data.decode(charset).removesuffix("'").split("'")[2:-1]


def test_a_refused_filing_is_told_what_to_put_right() -> None:
    filing = Filing("MANIFEST1", is_accepted=False, findings=(VAGUE,))
    assert lines(cusres(BACK, filing, at=AT, wording=WORDING)) == [
        "UNH+1+CUSRES:D:95B:UN",
        "BGM+963+MANIFEST1+9+RE",
        "DTM+137:202611221200:203",
        "FTX+AAO+++CONTAINER-CHECK-DIGIT:Container number CSQU3054384 should end in 3."
        ":Compare it with the container?",
        "s door; if the door says the same, leave:it.",
        "ERP+:bills/HLCU123/goods/1+GID:7",
        "ERC+12",
        "RFF+ACW:MANIFEST1",
        "UNT+8+1",
    ]


def test_each_status_is_a_message_of_its_own() -> None:
    statuses = [
        BillStatus("B1", CustomsStatus.NOT_SELECTED),
        BillStatus("B2", CustomsStatus.DETAINED),
        BillStatus("H3", CustomsStatus.NOT_SELECTED, "BH"),
    ]
    assert lines(cusres(BACK, Filing("MANIFEST1"), statuses, at=AT)) == [
        "UNH+1+CUSRES:D:95B:UN",
        "BGM+962+MANIFEST1+9",
        "DTM+137:202611221200:203",
        "GIS+NSL:WGS:ZZZ",
        "RFF+ACW:MANIFEST1",
        "RFF+BM:B1",
        "RFF+BH:H3",
        "UNT+8+1",
        "UNH+2+CUSRES:D:95B:UN",
        "BGM+962+MANIFEST1+9",
        "DTM+137:202611221200:203",
        "GIS+DET:WGS:ZZZ",
        "RFF+ACW:MANIFEST1",
        "RFF+BM:B2",
        "UNT+7+2",
    ]


def test_every_status_has_a_code_of_its_own_and_none_says_release() -> None:
    assert set(GIS) == set(CustomsStatus)
    assert len(set(GIS.values())) == len(GIS)
    statuses = [BillStatus("B", status) for status in CustomsStatus]
    filing = Filing("M", is_accepted=True)
    assert b"RELEASE" not in cusres(BACK, filing, statuses, at=AT).upper()


@pytest.mark.parametrize(("beyond", "messages"), [(0, 1), (1, 2)])
def test_a_message_holds_as_many_bills_as_the_directory_repeats(beyond: int, messages: int) -> None:
    count = REFERENCES_PER_MESSAGE_MAX - 1 + beyond  # one reference names the manifest
    statuses = [BillStatus(f"B{n}", CustomsStatus.INSPECT) for n in range(count)]
    data = cusres(BACK, Filing("M"), statuses, at=AT)
    assert data.count(b"UNH+") == messages
    assert data.count(b"RFF+BM:") == count


@pytest.mark.parametrize(("count", "said"), [(TEXTS_MAX, 0), (TEXTS_MAX + 1, 2)])
def test_what_has_no_room_is_counted(count: int, said: int) -> None:
    data = cusres(BACK, Filing("M", is_accepted=False, findings=(VAGUE,) * count), at=AT)
    assert data.count(b"FTX+") == TEXTS_MAX
    assert (f"{said} further findings".encode() in data) == bool(said)


def test_a_remedy_that_has_no_room_says_that_it_goes_on() -> None:
    long = Finding("MESSAGE-NOT-WORKED-OFF", Severity.ERROR, Where("x"), {})
    short = Finding("FILE-EMPTY", Severity.ERROR, Where("x"), {})
    filing = Filing("M", is_accepted=False, findings=(long, short, VAGUE))
    texts = [one.split("+++")[1] for one in lines(aperak(BACK, filing, at=AT)) if "FTX+" in one]
    assert [text.endswith(" ...") for text in texts] == [True, False, False]
    for text in texts:
        parts = text.replace("?:", " ").split(":")
        assert len(parts) <= 5
        assert all(len(part.replace("?", "")) <= 70 for part in parts)


def test_words_that_the_senders_level_cannot_hold_give_way_to_english() -> None:
    chinese = Wording("zh-Hant-HK")
    filing = Filing("M", is_accepted=False, findings=(VAGUE,))
    assert b"should end in 3" in cusres(BACK, filing, at=AT, wording=chinese)
    utf8 = Interchange(Address("CUSTOMS"), Address("LINE"), "A1", syntax_id="UNOY")
    assert "最後一個數字應為 3".encode() in cusres(utf8, filing, at=AT, wording=chinese)


def test_a_senders_own_text_that_cannot_be_sent_back_is_left_out_and_not_disfigured() -> None:
    odd = Finding("CONTAINER-SHAPE", Severity.ERROR, Where("equipment/櫃"), {"text": "櫃"})
    filing = Filing("M", is_accepted=False, findings=(odd,))
    assert lines(aperak(BACK, filing, at=AT))[-3:-1] == ["ERC+12", "FTX+AAO+++CONTAINER-SHAPE"]
    assert b"ERP'ERC+12'" in cusres(BACK, filing, at=AT)


def test_an_answer_without_anything_to_say_is_not_written() -> None:
    with pytest.raises(ValueError, match="says something"):
        cusres(BACK, Filing("M"), at=AT)


def test_an_application_error_names_the_bill_it_is_about() -> None:
    [*_, code, _, _, about, _] = lines(
        aperak(BACK, Filing("M", findings=(VAGUE,)), at=AT, wording=WORDING)
    )
    assert (code, about) == ("ERC+12", "RFF+BM:HLCU123")


def test_a_document_without_errors_is_acknowledged() -> None:
    assert lines(aperak(BACK, Filing("M"), at=AT)) == [
        "UNH+1+APERAK:D:96A:UN",
        "BGM+312+A1+9+AP",
        "DTM+137:202611221200:203",
        "RFF+ACW:M",
        "UNT+5+1",
    ]
