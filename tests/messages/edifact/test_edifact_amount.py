"""Masses and volumes come out exactly, whichever way they are written."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waglan.messages.edifact.amount import AMOUNT_MAX, cubic_centimetres, grams

NUMBERS = st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=9) | st.decimals(
    0, 10**12, allow_nan=False, allow_infinity=False, places=3
)


def exactly(number: Decimal, factor: Decimal) -> int | None:
    amount = number * factor
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP)) if amount <= AMOUNT_MAX else None


@given(NUMBERS, st.sampled_from([".", ","]), st.integers(0, 9))
def test_an_amount_is_what_decimal_arithmetic_says(number: Decimal, mark: str, places: int) -> None:
    number = round(number, places)
    text = f"{number:f}".replace(".", mark)
    assert grams(f"KGM:{text}") == exactly(number, Decimal(1000))
    assert grams(f"LBR:{text}") == exactly(number, Decimal("453.59237"))
    assert cubic_centimetres(f"MTQ:{text}") == exactly(number, Decimal(10**6))


@pytest.mark.parametrize(
    ("text", "mass_g"),
    [
        ("12.345", 12_345),
        ("0.5", 500),
        (".5", 500),
        ("12.3455", 12_346),
        ("12.", None),
        ("1.2.3", None),
        ("-1.5", None),
        ("\u0663.\u0665", None),
        ("1 000", None),
        ("", None),
    ],
)
def test_what_is_no_number_is_no_mass(text: str, mass_g: int | None) -> None:
    assert grams(f"KGM:{text}") == mass_g


@given(st.text(max_size=40))
@example("KGM:" + "9" * 31)
@example("KGM:0." + "0" * 40)
def test_no_text_breaks_it(text: str) -> None:
    for read in (grams, cubic_centimetres):
        amount = read(text)
        assert amount is None or 0 <= amount <= AMOUNT_MAX
