"""How much a bill weighs in the worklist, and what of it stands when its filer writes it anew."""

import pytest

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.score import score, standing_score, weights

INSPECT = CustomsStatus.INSPECT


def test_rows_and_open_rules_add_up_and_the_sample_weighs_nothing() -> None:
    each = weights().rule["each"]
    assert score(("A", "sample"), {"A": 7}, ("HK-MAN-012",)) == 7 + each


@pytest.mark.parametrize(
    ("now", "kept", "by_hand", "then"),
    [
        (0, ("A",), False, 400),  # a row wanted it
        (0, (), True, 400),  # an officer did
        (900, ("A",), False, 900),
        (50, ("sample",), False, 50),  # the lot is no suspicion
        (50, (), False, 50),
    ],
)
def test_what_a_row_or_an_officer_wanted_keeps_the_rank_of_its_status(
    now: int, kept: tuple[str, ...], by_hand: bool, then: int
) -> None:
    assert weights().row[INSPECT] == 400
    assert standing_score(now, INSPECT, kept, by_hand=by_hand) == then
