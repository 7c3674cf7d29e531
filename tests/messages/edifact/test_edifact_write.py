"""Segments to bytes."""

import pytest
from edifact_segments import cut
from hypothesis import given
from hypothesis import strategies as st

from waglan.messages.edifact.write import (
    SEGMENTS_PER_BLOCK_MAX,
    Segment,
    Unwritable,
    writable,
    write,
    write_blocks,
)
from waglan.messages.envelope import Address, Header, Interchange

US = Address("WAGLAN", "ZZ")
LINE = Address("LINE", "14", "GATE")
TO_US = Interchange(LINE, US, "REF1", prepared="261122:1200")
HEADER = Header("1", "CUSCAR", "D", "95B", "UN")


def test_an_interchange_counts_its_own_segments_and_messages() -> None:
    data = write(TO_US, [(HEADER, [("BGM", "85", "M1", "9")]), (HEADER, [])])
    assert data == (
        b"UNA:+.? 'UNB+UNOC:3+LINE:14:GATE+WAGLAN:ZZ+261122:1200+REF1'"
        b"UNH+1+CUSCAR:D:95B:UN'BGM+85+M1+9'UNT+3+1'UNH+1+CUSCAR:D:95B:UN'UNT+2+1'UNZ+2+REF1'"
    )


def test_what_is_empty_at_the_end_is_left_out_and_what_is_empty_inside_stays() -> None:
    data = write(TO_US, [(HEADER, [("NAD", "CN", ("", "", ""), "", ("A", "", "B", ""), "")])])
    assert b"'NAD+CN+++A::B'" in data


def test_a_part_says_its_number_and_whether_it_is_the_last() -> None:
    header = Header("2", "CUSCAR", "D", "95B", "UN", "", "MANIFEST7", 2, "F")
    assert b"UNH+2+CUSCAR:D:95B:UN+MANIFEST7+2:F'" in write(TO_US, [(header, [])])


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
SEGMENT = st.builds(
    lambda tag, elements: (tag, *elements),
    st.sampled_from(["NAD", "FTX"]),
    st.lists(TEXT | st.lists(TEXT, min_size=1, max_size=4).map(tuple), max_size=4),
)


@given(st.lists(SEGMENT, max_size=5), st.sampled_from([":+.? '", "|*,? ~", ":+.?*'"]))
def test_every_text_comes_back_as_it_was_whatever_separators_it_holds(
    segments: list[Segment], service: str
) -> None:
    interchange = Interchange(LINE, US, "R", syntax_id="UNOY", service=service)
    back = cut(write(interchange, [(HEADER, segments)]), interchange)[2:-2]
    assert [trimmed(segment) for segment in back] == [
        trimmed([[e] if isinstance(e, str) else list(e) for e in segment]) for segment in segments
    ]


def trimmed(segment: list[list[str]]) -> list[list[str]]:
    bare = [list(element) for element in segment]
    for element in bare:
        while len(element) > 1 and not element[-1]:
            element.pop()
    while bare and bare[-1] == [""]:
        bare.pop()
    return bare


def test_a_character_the_level_cannot_hold_is_refused_and_never_sent_as_a_question_mark() -> None:
    with pytest.raises(Unwritable) as refused:
        write(TO_US, [(HEADER, [("NAD", "CN", "", "", ("維港貨運",))])])
    finding = refused.value.finding
    assert finding.code == "EDIFACT-STRUCTURE-UNWRITABLE-CHARACTER"
    assert (finding.where.tag, finding.where.element) == ("NAD", 5)
    assert finding.params == {"text": "維港貨運", "character": "維", "level": "UNOC"}
    assert "維港貨運".encode() in write(
        Interchange(LINE, US, "R", syntax_id="UNOY"), [(HEADER, [("NAD", "維港貨運")])]
    )


def test_chinese_goes_out_in_the_code_page_that_the_partner_agreed_to() -> None:
    agreed = Interchange(LINE, US, "R", syntax_id="UNOA", charset="big5hkscs")
    assert "維港".encode("big5hkscs") in write(agreed, [(HEADER, [("NAD", "維港")])])


@pytest.mark.parametrize("control", ["\x00", "\n", "\x1a", "\x1c", "\x1d", "\x1f", "\x7f"])
def test_no_control_character_leaves_the_house(control: str) -> None:
    with pytest.raises(Unwritable) as refused:
        write(TO_US, [(HEADER, [("FTX", "AAA", ("cotton" + control,))])])
    assert refused.value.finding.params["character"] == f"U+{ord(control):04X}"


def test_without_a_release_character_a_separator_in_a_text_is_refused() -> None:
    blank = Interchange(LINE, US, "R", service=":+.  '")
    assert b"NAD+WHY? OK'" in write(blank, [(HEADER, [("NAD", "WHY? OK")])])
    with pytest.raises(Unwritable):
        write(blank, [(HEADER, [("NAD", "A+B")])])


def test_whoever_writes_can_ask_first() -> None:
    assert writable("Café", "UNOC") == []
    assert [f.params["character"] for f in writable("茶 tea", "UNOC")] == ["茶"]
    assert [f.code for f in writable("tea", "UNOX")] == ["EDIFACT-STRUCTURE-UNWRITABLE-LEVEL"]
    with pytest.raises(Unwritable):
        write(Interchange(LINE, US, "R", syntax_id="UNOX"), [])


@pytest.mark.parametrize("beyond", [-2, -1, 0, 1])
def test_blocks_join_to_the_same_bytes_at_the_limit_and_one_past(beyond: int) -> None:
    segments: list[Segment] = [("CNI", str(n)) for n in range(SEGMENTS_PER_BLOCK_MAX + beyond)]
    blocks = list(write_blocks(TO_US, [(HEADER, segments)]))
    assert b"".join(blocks) == write(TO_US, [(HEADER, segments)])
    assert cut(b"".join(blocks), TO_US)[-2] == [["UNT"], [str(len(segments) + 2)], ["1"]]
