"""Which passwords are good enough: long ones that nobody guesses first; no composition."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.parties.password import is_common, password_findings, prepared
from waglan.parties.sign_in import policy

LENGTH = policy().password
ABOUT = ("mei.lam@harbour-forwarding.example", "harbour-forwarding")

GOOD = (
    "three boats off the ninth pier",
    "mfkp zzrw qlhd bnvx",
    "九龍灣的船長愛喝奶茶加糖多冰走甜",
    "                tea for two",
    "7gK!x0=qLw@2vT#",
)
COMMON = (
    "passwordpassword",
    "Password 123456789",
    "qwertyuiopasdfghjkl",
    "poiuytrewqlkjhgfdsa",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "1234567890123456",
    "correct horse battery staple",
    "Correct-Horse-Battery-Staple-1",
    "WelcomeHongKong2026!",
    "customs customs customs",
    "mei.lam mei.lam 1",
    "harbour-forwarding 2026",
    "...............!",
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_long_password_of_anything_is_taken(text: str) -> None:
    assert password_findings(text, LENGTH, ABOUT) == []


@pytest.mark.parametrize("text", COMMON)
def test_what_is_guessed_first_is_refused_however_long(text: str) -> None:
    assert [f.code for f in password_findings(text, LENGTH, ABOUT)] == ["PASSWORD-COMMON"]


def test_length_is_counted_in_characters_at_both_ends() -> None:
    text = "mfkpzzrwqlhdbnv" + "xwvktzqj" * 40
    for size, codes in ((14, ["PASSWORD-SHORT"]), (15, []), (256, []), (257, ["PASSWORD-LONG"])):
        found = password_findings(text[:size], LENGTH, ABOUT)
        assert [finding.code for finding in found] == codes, size


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_password_composed_or_decomposed_is_one_password(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert prepared(apart) == prepared(text)
    assert password_findings(apart, LENGTH, ()) == password_findings(text, LENGTH, ())


@given(st.text("abcdefghij", min_size=1, max_size=4), st.integers(4, 40))
def test_one_short_piece_again_and_again_is_common(piece: str, times: int) -> None:
    assert is_common(piece * times, ())


@given(st.text(max_size=300))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    found = password_findings(text, LENGTH, ABOUT)
    assert len(found) <= 1
    told = [value for finding in found for value in finding.params.values()]
    assert all(isinstance(value, int) for value in told)  # a length, never what was typed


def test_words_about_somebody_are_common_for_him_alone() -> None:
    assert is_common("harbour-forwarding mei.lam", ABOUT)
    assert not is_common("ocean-trucking siu.wong", ABOUT)
