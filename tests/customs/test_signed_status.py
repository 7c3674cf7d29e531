"""A customs status on paper: whoever holds the keys can tell whether customs said so."""

from datetime import timedelta

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from statements import (
    AT,
    HOLDS_KEY,
    KEYS,
    LIST,
    OTHER_KEY,
    ROW,
    STATUS,
    STATUS_KEY,
    published,
    statuses,
)

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Severity
from waglan.customs.signed_status import (
    BOXES_MAX,
    NUMBERS,
    PREFIX,
    TEXT_CHARACTERS_MAX,
    SignedStatus,
    check_status,
    read_status,
    sign_status,
)
from waglan.logbook.key_set import End, KeySet

TEXT = sign_status(STATUS, STATUS_KEY)
OTHER_CALL = "9811000/002E"
LATER = AT + timedelta(minutes=10)
# What a scanner may make of a character: any printable one.
CHARACTERS = st.characters(min_codepoint=33, max_codepoint=126)


def codes(text: str, keys: KeySet = KEYS, **more: object) -> list[str]:
    checked = check_status(text, keys, at=LATER, **more)  # type: ignore[arg-type]
    return [finding.code for finding in checked.findings]


@given(statuses)
def test_what_is_signed_is_read_again(status: SignedStatus) -> None:
    text = sign_status(status, STATUS_KEY)
    read = read_status(f"  {text}\r\n")
    assert isinstance(read, tuple)
    assert read[0] == status
    assert check_status(text, KEYS, at=status.as_of).status == status


@given(statuses, st.data())
def test_any_altered_character_fails(status: SignedStatus, data: st.DataObject) -> None:
    text = sign_status(status, STATUS_KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(CHARACTERS.filter(lambda c: c != text[place]))
    altered = text[:place] + other + text[place + 1 :]
    checked = check_status(altered, KEYS, at=status.as_of)
    assert checked.status is None
    assert checked.findings


def test_no_text_cut_short_or_altered_anywhere_is_believed() -> None:
    for place in range(len(PREFIX), len(TEXT)):
        letter = "A" if TEXT[place] != "A" else "B"
        altered = TEXT[:place] + letter + TEXT[place + 1 :]
        assert check_status(altered, KEYS, at=AT).status is None
    assert {tuple(codes(TEXT[:end])) for end in range(len(TEXT))} == {("STATUS-SHAPE",)}


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", max_size=TEXT_CHARACTERS_MAX))
def test_no_text_is_an_error(text: str) -> None:
    assert check_status(PREFIX + text, KEYS, at=AT).status is None


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error(data: bytes) -> None:
    assert check_status(data.decode("latin-1"), KEYS, at=AT).status is None


def test_a_text_of_the_greatest_size_is_read_and_a_longer_one_is_not() -> None:
    room = TEXT_CHARACTERS_MAX - len(PREFIX)
    assert codes(PREFIX + "A" * room) == ["STATUS-SHAPE"]
    assert codes("Z" * 10_000_000) == ["STATUS-SHAPE"]


def test_small_letters_are_another_text() -> None:
    assert codes(TEXT.lower()) == ["STATUS-SHAPE"]
    assert codes(PREFIX + TEXT.removeprefix(PREFIX).lower()) == ["STATUS-SHAPE"]


def test_a_key_that_nobody_published_proves_nothing() -> None:
    assert codes(sign_status(STATUS, OTHER_KEY)) == ["VERIFY-KEY-UNKNOWN"]
    assert codes(TEXT, KeySet(())) == ["VERIFY-KEY-UNKNOWN"]


def test_another_key_under_a_known_name_proves_nothing() -> None:
    stolen_name = published(OTHER_KEY.public)
    assert codes(TEXT, KeySet((published(STATUS_KEY.public), stolen_name))) == []
    public = stolen_name.public
    [mine] = [key for key in KEYS.keys if key.kid == STATUS_KEY.public.kid]
    swapped = type(mine)(mine.kid, mine.purpose, public, mine.since, None, None)
    assert codes(TEXT, KeySet((swapped,))) == ["VERIFY-SIGNATURE"]


def test_a_key_for_hold_lists_signs_no_status() -> None:
    with pytest.raises(ValueError, match="does not sign"):
        sign_status(STATUS, HOLDS_KEY)


@pytest.mark.parametrize(
    ("end", "after", "found"),
    [
        (End.REPLACED, timedelta(seconds=1), ["VERIFY-KEY-REPLACED"]),
        (End.REPLACED, timedelta(0), ["VERIFY-KEY-REPLACED"]),
        (End.REPLACED, timedelta(seconds=-1), ["VERIFY-KEY-ENDED"]),
        (End.COMPROMISED, timedelta(seconds=1), ["VERIFY-KEY-COMPROMISED"]),
        (End.COMPROMISED, timedelta(seconds=-1), ["VERIFY-KEY-COMPROMISED"]),
    ],
)
def test_a_key_that_ended_says_so(end: End, after: timedelta, found: list[str]) -> None:
    key = published(STATUS_KEY.public)
    ended = type(key)(key.kid, key.purpose, key.public, key.since, AT + after, end)
    checked = check_status(TEXT, KeySet((ended,)), at=LATER)
    assert [finding.code for finding in checked.findings] == found
    assert (checked.status is None) == (found != ["VERIFY-KEY-REPLACED"])


def test_how_old_is_too_old_the_verifier_says() -> None:
    ten = timedelta(minutes=10)
    assert codes(TEXT) == []
    assert codes(TEXT, age_max=ten) == []
    assert codes(TEXT, age_max=ten - timedelta(seconds=1)) == ["VERIFY-STALE"]


def test_what_was_signed_in_the_verifiers_future_is_refused() -> None:
    checked = check_status(TEXT, KEYS, at=AT - timedelta(seconds=1))
    assert [finding.code for finding in checked.findings] == ["VERIFY-AHEAD"]


def test_a_later_notice_in_a_hold_list_beats_the_paper_however_new_it_is() -> None:
    held = replace(ROW, seq=STATUS.seq + 9, earlier=(STATUS.seq,), status=CustomsStatus.INSPECT)
    for as_of in (AT - timedelta(days=1), AT + timedelta(minutes=1)):
        found = check_status(TEXT, KEYS, [replace(LIST, rows=(held,), as_of=as_of)], at=LATER)
        assert [finding.code for finding in found.findings] == ["STATUS-SUPERSEDED"]
        assert found.findings[0].params["now"] == "inspect"


def test_of_two_lists_of_one_reader_the_newer_counts() -> None:
    held = replace(ROW, seq=STATUS.seq + 9, earlier=(STATUS.seq,), status=CustomsStatus.INSPECT)
    new = replace(LIST, rows=(held,), number=LIST.number + 1)
    for lists in ([LIST, new], [new, LIST]):
        assert codes(TEXT, lists=lists) == ["STATUS-SUPERSEDED"]


def test_a_list_that_says_the_same_finds_nothing() -> None:
    assert codes(TEXT, lists=[LIST]) == []


def test_a_later_notice_in_the_list_of_another_call_beats_the_paper_too() -> None:
    held = replace(ROW, seq=STATUS.seq + 9, earlier=(STATUS.seq,), status=CustomsStatus.DETAINED)
    other = replace(LIST, call=OTHER_CALL, rows=(held,))
    for lists in ([other], [LIST, other], [other, LIST]):
        assert codes(TEXT, lists=lists) == ["STATUS-SUPERSEDED"]
    elsewhere = replace(ROW, bill="SYNOTHER1", seq=STATUS.seq + 9, status=CustomsStatus.DETAINED)
    assert codes(TEXT, lists=[LIST, replace(other, rows=(elsewhere,))]) == [
        "STATUS-LIST-OF-ANOTHER-CALL",
        "STATUS-BOX-HELD",
    ]


def test_what_one_list_knows_to_be_over_holds_nothing_though_an_older_list_has_it() -> None:
    lifted = sign_status(replace(STATUS, seq=STATUS.seq + 9), STATUS_KEY)
    new = replace(LIST, rows=(replace(ROW, seq=STATUS.seq + 9, earlier=(STATUS.seq,)),))
    old = replace(LIST, call=OTHER_CALL, rows=(replace(ROW, status=CustomsStatus.DETAINED),))
    assert codes(lifted, lists=[new, old]) == ["STATUS-LIST-OF-ANOTHER-CALL"]
    assert "STATUS-BOX-HELD" in codes(lifted, lists=[old])


def test_a_status_newer_than_the_list_takes_no_hold_away_for_the_bill_held_may_be_another() -> None:
    lifted = sign_status(replace(STATUS, seq=STATUS.seq + 9), STATUS_KEY)
    held = replace(ROW, status=CustomsStatus.DETAINED)
    old = replace(LIST, rows=(held,), as_of=AT - timedelta(minutes=1))
    assert codes(lifted, lists=[old]) == ["STATUS-LIST-OLDER", "STATUS-BOX-HELD"]
    twin = replace(held, seq=STATUS.seq + 5)  # of the same number, in the same box
    assert codes(lifted, lists=[replace(old, rows=(twin,))]) == codes(lifted, lists=[old])
    own = replace(ROW, seq=STATUS.seq + 9, earlier=(STATUS.seq,))
    assert codes(lifted, lists=[replace(LIST, rows=(own,))]) == []


def test_a_list_of_another_call_that_does_not_have_the_bill_says_so() -> None:
    other = replace(LIST, call=OTHER_CALL, rows=())
    for lists, severity in (([other], Severity.WARNING), ([LIST, other], Severity.NOTE)):
        [found] = check_status(TEXT, KEYS, lists, at=LATER).findings
        assert (found.code, found.severity) == ("STATUS-LIST-OF-ANOTHER-CALL", severity)
        assert (found.params["other"], found.params["call"]) == (OTHER_CALL, STATUS.call)


MANY = tuple(f"CSQU3054{n:02}3" for n in range(BOXES_MAX + 1))
UNNAMED = sign_status(replace(STATUS, boxes=(), boxes_of=len(MANY)), STATUS_KEY)


def test_of_a_bill_with_more_boxes_than_are_named_the_list_says_which_are_its_own() -> None:
    own = replace(ROW, boxes=MANY)
    other = replace(ROW, bill="SYNOTHER1", seq=STATUS.seq + 9, status=CustomsStatus.DETAINED)
    held = replace(other, boxes=MANY[-1:])
    [found] = check_status(UNNAMED, KEYS, [replace(LIST, rows=(own, held))], at=LATER).findings
    assert (found.code, found.params["box"]) == ("STATUS-BOX-HELD", MANY[-1])
    free = replace(other, boxes=("CSQU9999999",))
    assert codes(UNNAMED, lists=[replace(LIST, rows=(own, free))]) == []
    same_number = replace(free, bill=STATUS.bill)
    assert codes(UNNAMED, lists=[replace(LIST, rows=(own, same_number))]) == []


def test_boxes_that_nobody_names_are_said_not_to_be_compared() -> None:
    held = replace(ROW, bill="SYNOTHER1", seq=STATUS.seq + 9, status=CustomsStatus.DETAINED)
    unseen = sign_status(replace(STATUS, boxes=(), boxes_of=None), STATUS_KEY)
    own = replace(ROW, boxes=None)
    for text in (UNNAMED, unseen):
        assert codes(text, lists=[replace(LIST, rows=(own, held))]) == ["STATUS-BOXES-UNKNOWN"]
        assert codes(text, lists=[replace(LIST, rows=(own,))]) == []
    bulk = sign_status(replace(STATUS, boxes=(), boxes_of=0), STATUS_KEY)
    assert codes(bulk, lists=[replace(LIST, rows=(own, held))]) == []


def test_another_filers_bill_of_that_number_in_other_boxes_says_nothing_of_this_one() -> None:
    another = replace(ROW, seq=STATUS.seq + 9, status=CustomsStatus.INSPECT, boxes=("MSKU1234565",))
    assert codes(TEXT, lists=[replace(LIST, rows=(another,))]) == ["STATUS-NOT-LISTED"]
    assert codes(TEXT, lists=[replace(LIST, rows=(another, ROW))]) == []


@pytest.mark.parametrize("bill", ["SYNOTHER1", STATUS.bill])
def test_a_box_that_another_bill_holds_may_not_go_whatever_this_one_says(bill: str) -> None:
    [box] = STATUS.boxes
    spelled = f"{box[:4]} {box[4:10]}-{box[10:]}".lower()
    row = replace(ROW, bill=bill, seq=STATUS.seq + 9, status=CustomsStatus.DETAINED)
    alike = "\N{CYRILLIC CAPITAL LETTER ES}SQU3054383"
    wide = "\N{FULLWIDTH LATIN CAPITAL LETTER C}SQU3054383"
    lettered = box.replace("0", "O")
    for boxes in ((box,), ("CSQU3054388", spelled), (alike,), (wide,), (lettered,)):
        other = replace(row, boxes=boxes)
        found = check_status(TEXT, KEYS, [replace(LIST, rows=(ROW, other))], at=LATER).findings
        assert [(one.code, one.severity) for one in found] == [("STATUS-BOX-HELD", Severity.ERROR)]
        assert found[0].params["box"] == box
        assert found[0].params["bill"] == bill
    for status in (CustomsStatus.NOT_SELECTED, CustomsStatus.CLEARED):
        let_go = replace(row, status=status, boxes=(box,))
        assert codes(TEXT, lists=[replace(LIST, rows=(ROW, let_go))]) == []


def test_a_held_bill_of_that_number_in_boxes_that_nobody_names_is_an_error() -> None:
    another = replace(ROW, seq=STATUS.seq + 9, status=CustomsStatus.DETAINED, boxes=None)
    assert codes(TEXT, lists=[replace(LIST, rows=(ROW, another))]) == ["STATUS-NUMBER-HELD"]


def test_a_list_without_the_bill_is_no_word_on_it() -> None:
    assert codes(TEXT, lists=[replace(LIST, rows=())]) == ["STATUS-NOT-LISTED"]
    older = replace(LIST, rows=(), as_of=AT - timedelta(minutes=1))
    assert codes(TEXT, lists=[older]) == ["STATUS-LIST-OLDER"]


def test_every_status_has_its_number_for_ever() -> None:
    assert {status.value: number for status, number in NUMBERS.items()} == {
        "not-selected": 1, "documents-asked": 2, "detained": 3, "inspect": 4, "examined": 5,
        "conditionally-cleared": 6, "partly-cleared": 7, "cleared": 8, "seized": 9,
    }  # fmt: skip
    assert set(NUMBERS) == set(CustomsStatus)


@pytest.mark.parametrize(("boxes", "version"), [(1, 10), (BOXES_MAX, 12)])
def test_it_fits_a_code_that_a_phone_reads_from_paper(boxes: int, version: int) -> None:
    named = tuple(f"CSQU3054{n:02}3" for n in range(boxes))
    status = replace(STATUS, boxes=named, boxes_of=boxes, bill="SYNLHKG123456789")
    code = segno.make_qr(sign_status(status, STATUS_KEY), error="m", boost_error=False)
    assert code.mode == "alphanumeric"
    assert int(code.version) <= version
    assert code.error == "M"
