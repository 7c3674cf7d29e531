"""Names compared whichever way they were typed, and letters that are not what they look like."""

import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.chinese import (
    Disguise,
    disguises,
    match_key,
    meanings,
    plainly,
    simplified,
    spelt_out,
    unmasked,
)
from waglan.codes.data import read
from waglan.customs.party_name import (
    is_order,
    names_nobody,
    party_key,
    party_keys,
    points_elsewhere,
)

LATIN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1)
CYRILLIC = tomllib.loads(read("codes/characters/lookalike.toml"))["script"][0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("順發陶瓷有限公司", "顺发陶瓷有限公司"),
        ("衞星電視", "卫星电视"),
        ("裏邊 裡邊", "里边里边"),
        ("台灣臺灣", "台湾台湾"),
        ("\uff30\uff45\uff41\uff4b\u3000Tiles", "peak tiles"),
        ("\u0420\u0415\u0410\u041a tiles", "peak Tiles"),
        ("Pe\u200bak\u202e Tiles", "PEAK-TILES"),
        ("ﾎﾝｺﾝ", "ホンコン"),
    ],
)
def test_one_name_typed_in_two_ways_has_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("順發", "順豐"), ("Peak", "Peek"), ("港", "巷")])
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@given(st.text())
def test_a_key_is_its_own_key_and_holds_letters_and_digits_alone(text: str) -> None:
    key = match_key(text)
    assert match_key(key) == key
    assert simplified(simplified(text)) == simplified(text)


@given(LATIN | HAN)
def test_case_width_and_blanks_change_no_key(name: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in name)
    for other in (name.upper(), name.lower(), wide, " ".join(name), f"\u200f{name}\ufeff"):
        assert match_key(other) == match_key(name)


@given(LATIN)
def test_a_look_alike_changes_no_key_and_is_told(name: str) -> None:
    looks = dict(zip(CYRILLIC["latin"], CYRILLIC["letters"], strict=True))
    changed = "".join(looks.get(char, char) for char in name)
    assert match_key(changed) == match_key(name)
    if changed != name:
        assert Disguise.LOOKALIKE in disguises(f"{changed} Tiles Ltd")


@given(LATIN | HAN)
def test_plain_names_are_what_they_look_like(name: str) -> None:
    assert disguises(name) == set()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("PEAK\ufe0f LTD", {Disguise.INVISIBLE}),
        ("\ufe0fPEAK", {Disguise.INVISIBLE}),
        ("PE\u034fAK", {Disguise.INVISIBLE}),
        ("PEAK\u2028LTD", {Disguise.INVISIBLE}),
        ("A" + "\u0301" * 5, {Disguise.PILED}),
        ("A" + "\u0301" * 4, set()),
        ("葛\U000e0100 LTD", set()),
        ("STAR \u2605\ufe0f LTD", set()),
    ],
)
def test_what_nobody_sees_and_marks_without_end_are_told(name: str, told: set[Disguise]) -> None:
    assert disguises(name) == told


def test_a_pile_of_marks_is_shown_as_high_as_writing_has_it() -> None:
    assert spelt_out("A" + "\u0301" * 50 + "B") == "A" + "\u0301" * 4 + "B"


@given(st.text(max_size=20))
def test_no_text_makes_the_look_at_its_letters_fail(name: str) -> None:
    found = disguises(name)
    if any(unicodedata.category(char) == "Cf" for char in name):
        assert Disguise.INVISIBLE in found


WORD = st.text("abcdefghjkmnopqrstuvwxyz", min_size=4)  # without i and l, which a 1 may be
MARKS = st.sampled_from("\u0301\u0308\u0327\u0336\u20dd")
DIGITS = {"o": "0", "e": "3", "a": "4", "s": "5", "t": "7", "b": "8"}


@given(st.data(), WORD)
def test_a_disguised_word_is_read_as_it_is_meant(data: st.DataObject, word: str) -> None:
    looks = dict(zip(CYRILLIC["latin"], CYRILLIC["letters"], strict=True))
    place = data.draw(st.integers(0, len(word) - 1))
    char = word[place]
    disguised = [char.upper(), chr(ord(char) + 0xFEE0), f"{char}\u200b", f"\u202e{char}"]
    disguised += [char + data.draw(MARKS), looks.get(char, char), DIGITS.get(char, char)]
    for other in disguised:
        told = f"{word[:place]}{other}{word[place + 1 :]}"
        assert word in (told.casefold(), *unmasked(told))
        assert word in party_keys(f"{told} Ltd")


@given(st.sampled_from("il"), WORD, WORD)
def test_a_one_is_read_as_either_letter_that_it_looks_like(letter: str, a: str, b: str) -> None:
    assert f"{a}{letter}{b}" in unmasked(f"{a}1{b}")


@given(st.text("0123456789.,- ") | st.sampled_from(["3M", "7UP", "4PX", "B2B", "H2O", "CO2"]))
def test_a_number_and_a_name_with_a_digit_are_what_they_say(text: str) -> None:
    assert unmasked(text) == ()
    assert disguises(text) == set()


@given(st.text())
def test_what_is_read_of_any_text_is_plain_and_little(text: str) -> None:
    found = unmasked(text)
    assert len(found) <= 3
    assert text.casefold() not in found
    for one in found:
        assert not disguises(one) & {Disguise.INVISIBLE, Disguise.TURNED}


@pytest.mark.parametrize("text", ["ガラス", "ภาษาไทย", "한국어", "हिन्दी"])
def test_marks_that_are_letters_of_their_script_stay(text: str) -> None:
    assert unmasked(text) == ()


def test_the_text_is_never_changed_by_the_key_it_is_matched_by() -> None:
    assert party_key("順發陶瓷有限公司") == "順發陶瓷有限公司"
    assert party_keys("順發陶瓷有限公司") == ["順發陶瓷有限公司", "顺发陶瓷"]
    assert party_keys("Peak Tiles Ltd") == ["peaktiles"]
    assert party_keys("") == []


FOR_HAN = [
    ("進ロ", "進口"), ("進\u200bﾛ", "進口"), ("ロ琴", "口琴"),
    ("電カ工具", "電力工具"), ("人ㅅㅁ", "人人口"), ("進ㅁ有限公司", "進口有限公司"),
    ("第ー公司", "第一公司"), ("紙ㄏ", "紙厂"), ("進 ロ 商", "進 口 商"),
    ("夕陽エ業", "夕陽工業"), ("進ロ (香港)", "進口 (香港)"), ("ニ手車", "二手車"),
    ("タ ロ商", "夕 口商"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "meant"), FOR_HAN[:-1])
def test_a_letter_that_passes_for_a_han_character_is_told_and_read_as_that(
    told: str, meant: str
) -> None:
    assert Disguise.LOOKALIKE in disguises(told)
    assert disguises(meant) == set()
    assert plainly(told) == plainly(meant)
    assert "<U+" in spelt_out(told)
    assert spelt_out(meant) == meant


@pytest.mark.parametrize(("told", "meant"), FOR_HAN)
def test_what_may_be_a_han_character_changes_no_key(told: str, meant: str) -> None:
    assert match_key(told) == match_key(meant)
    assert plainly(meant) in meanings(told)


@pytest.mark.parametrize(
    "text",
    ["コーヒー豆", "カメラ用品", "カニ缶詰", "3カ国", "三カ月分", "ト音記号", "ハ長調", "港ガス",
     "港カ\u3099ス", "電ｶﾞ", "タオル一枚", "韓国 한국", "韓国 \u1106\u1161\u11b7", "ㄅㄆㄇ教具",
     "A棟ー2", "ロ", "ㅁ", "人口 ABC"],
)  # fmt: skip
def test_words_of_japanese_and_korean_are_what_they_look_like(text: str) -> None:
    assert disguises(text) == set()
    assert spelt_out(text) == text
    assert meanings(text)[0] == plainly(text)


def test_a_word_of_kana_is_read_as_it_stands_and_as_the_han_characters_it_is_drawn_like() -> None:
    assert meanings("人カエ場") == ("人カエ场", "人力工场")
    assert meanings("カメラ") == ("カメラ",)
    assert "范例进口" in party_keys("範例進囗有限公司")


NOBODY = ["TBA", "n/a", "不詳", "待定", "收貨人", "Shipper"]
TO_ORDER = ["TO ORDER", "憑指示", "to the order of Harbour Bank", "憑海港銀行指示", "TO BEARER"]
ELSEWHERE = ["Same as consignee", "同上", "同收貨人", "SAME AS THE SHIPPER"]


@given(st.sampled_from(NOBODY + TO_ORDER + ELSEWHERE), st.booleans(), st.booleans())
def test_nobody_and_to_order_are_read_in_any_script_and_width(
    name: str, is_simplified: bool, is_wide: bool
) -> None:
    told = simplified(name) if is_simplified else name.upper()
    if is_wide:
        told = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in told)
    assert names_nobody(told) == (name in NOBODY)
    assert is_order(told) == (name in TO_ORDER)
    assert points_elsewhere(told) == (name in ELSEWHERE)


@given(st.text("\u3164\u200b\u2800\u202e\u00ad -.", max_size=39))
def test_a_name_that_shows_nothing_is_nobodys(name: str) -> None:
    assert names_nobody(name)


@given(LATIN | HAN)
def test_a_name_has_a_key_in_common_with_itself_however_it_is_written(name: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in name)
    for other in (name.upper(), wide, simplified(name)):
        assert set(party_keys(name)) & set(party_keys(other))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)) | HAN)
def test_ordinary_text_is_read_as_it_is_with_something_unseen_in_it(text: str) -> None:
    assert plainly(f"{text}\u200b") == plainly(text) == simplified(text.casefold())
    assert meanings(text)[0] == plainly(text)
