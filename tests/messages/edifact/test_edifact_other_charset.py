"""Text read as Latin-1 is doubted where its bytes look like another charset, and only there."""

import pytest
from edifact_files import HEAD, MASTER, codes, interchange, message, one, read_slowly
from hypothesis import assume, given
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.codes.other_charset import misread, other_charsets
from waglan.messages.edifact import Profile, read


def _characters(codec: str, leads: range, trails: range) -> list[str]:
    """Every character of a block of a double-byte table."""
    pairs = (bytes([lead, trail]) for lead in leads for trail in trails)
    return [text for pair in pairs if len(text := pair.decode(codec, "ignore")) == 1]


BIG5 = _characters("big5", range(0xA4, 0xC0), range(0xA1, 0xFF))
BIG5_HALF = _characters("big5", range(0xA4, 0xC0), range(0x40, 0x7F))
GB = _characters("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
LATIN = [chr(code) for code in range(0xC0, 0x100) if chr(code).isalpha()]
CAPITALS = [c for c in LATIN if c.isupper()]
SMALL = [c for c in LATIN if c.islower()]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def words(accented: list[str], plain: str) -> st.SearchStrategy[str]:
    # No language has more than five accented letters in a row (Estonian comes near).
    row = st.text(st.sampled_from(accented), max_size=5)
    part = st.tuples(row, st.text(st.sampled_from(plain), min_size=1, max_size=4)).map("".join)
    return st.lists(part, min_size=1, max_size=4).map("".join)


WORDS = st.one_of(
    words(CAPITALS, LETTERS),
    words(SMALL, LETTERS.lower()),
    st.tuples(st.sampled_from(CAPITALS), words(SMALL, LETTERS.lower())).map("".join),
    st.sampled_from(["Nº", "25°C", "±2", "§5", "½", "«", "»", "1ª", "£20", "2\xd74", "·", "¿QUÉ?"]),
)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_latin_1_words_and_signs_are_never_doubted(text: str) -> None:
    assume(not text.isascii())
    assert other_charsets(text.encode("latin-1")) in ((), *utf_8_by_chance(text))


def utf_8_by_chance(text: str) -> list[tuple[str, ...]]:
    """Latin-1 that is UTF-8 too, such as `Ö½`, would have been read as that from the first."""
    try:
        text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return []
    return [("utf-8",)]


@pytest.mark.parametrize(
    "name",
    ["CAFÉ", "MÜLLER", "AÇÃO", "PÄÄKÄÄNTÖ", "jäääär", "DÉGÉNÉRÉE", "GRÖßE", "L\xd7W\xd7H", "«ÉTÉ»",
     "Société Égypte", "25°C±2°C", "£A£B", "L\x92OREAL"],
)  # fmt: skip
def test_a_name_in_latin_1_is_left_alone(name: str) -> None:
    assert other_charsets(f"NAD+CN+++{name}".encode("latin-1")) == ()


@given(st.text(st.sampled_from(GB), min_size=4), st.text(LETTERS + " ,.+:"))
def test_gb18030_of_four_characters_or_more_is_doubted(chinese: str, around: str) -> None:
    raw = f"{around}{chinese}{around}".encode("gb18030")
    assert other_charsets(raw)


@given(
    st.sampled_from(BIG5),
    st.text(st.sampled_from(BIG5 + BIG5_HALF), min_size=1),
    st.text(LETTERS + " ,.+:"),
)
def test_big5_of_two_common_characters_or_more_is_doubted(
    first: str, more: str, around: str
) -> None:
    raw = f"{around}{first}{more} {around}".encode("big5hkscs")
    assert other_charsets(raw)


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1))
def test_utf_8_is_doubted_wherever_it_is_whole(text: str) -> None:
    assert other_charsets(text.encode()) == ("utf-8",)


@given(
    st.text(st.sampled_from(GB), min_size=4),
    st.sampled_from(["gb18030", "utf-8"]),
    st.integers(0, 2),
    st.sampled_from(["", " LTD", ", 8 HARBOUR ROAD"]),
)
def test_a_text_that_others_read_as_latin_1_is_known_by_itself_and_if_it_was_cut(
    chinese: str, codec: str, lost: int, after: str
) -> None:
    raw = chinese.encode(codec)
    read_so = f"{raw[: len(raw) - lost].decode('latin-1')}{after}"
    assume(codec == "utf-8" or len(raw) - lost >= 8)
    assert misread(read_so)
    assert not misread(chinese)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_latin_1_words_and_signs_are_never_taken_for_misread(text: str) -> None:
    assert not misread(text)


@pytest.mark.parametrize("text", ["NESCAFÉ®", "陳大文", "CAFÉ 陳", "��", ""])
def test_a_text_that_is_what_it_says_is_not_misread(text: str) -> None:
    assert not misread(text)


def _named(name: str, codec: str, syntax: str = "UNOC:3") -> bytes:
    text = interchange(message(HEAD + MASTER.replace("SOMEBODY", name)), syntax=syntax)
    return text.decode().encode(codec)


@pytest.mark.parametrize("syntax", ["UNOA:2", "UNOB:3", "UNOC:3"])
@pytest.mark.parametrize(
    ("codec", "name"), [("big5hkscs", "陳大文貿易有限公司"), ("gb18030", "李明进出口有限公司")]
)
def test_double_bytes_under_a_single_byte_label_are_found_with_their_place(
    codec: str, name: str, syntax: str
) -> None:
    raw = _named(name, codec, syntax)
    first, _ = one(raw)
    [found] = [f for f in first.findings if f.code == "EDIFACT-CHARSET-OTHER"]
    assert found.severity is Severity.WARNING
    assert found.params == {"charset": codec, "label": syntax[:4]}
    at = raw.index(b"NAD+ZZ")
    # UNB is counted in place of the segment itself.
    assert (found.where.segment, found.where.message) == (raw[:at].count(b"'"), "M1")
    assert found.where.offset == at


def test_utf_8_behind_a_latin_1_name_is_found() -> None:
    body = message(HEAD + MASTER.replace("SOMEBODY", "@").replace("TO ORDER", "CAFÉ"))
    raw = interchange(body).decode().encode("latin-1").replace(b"@", "香港貿易".encode())
    first, _ = one(raw)
    [found] = [f for f in first.findings if f.code == "EDIFACT-CHARSET-OTHER"]
    assert found.params["charset"] == "utf-8"


def test_it_is_said_once_for_an_interchange_and_by_every_path() -> None:
    one_message = HEAD + MASTER.replace("SOMEBODY", "陳大文貿易有限公司")
    raw = interchange(message(one_message), message(one_message, "M2"))
    raw = raw.decode().encode("big5hkscs")
    found = [code for event in read([raw]) for code in codes(event.findings)]
    assert found.count("EDIFACT-CHARSET-OTHER") == 1
    assert read_slowly([raw], Profile()) == list(read([raw]))
