"""Hit rates say nothing that the numbers don't."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.customs.hit_rate import (
    ENOUGH,
    Comparison,
    Pointer,
    Share,
    Tally,
    against,
    interval,
    share,
)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons_rounded_outwards(case: tuple[int, int]) -> None:
    hits, known = case
    z, part = 1.96, hits / known
    middle = (part + z * z / (2 * known)) / (1 + z * z / known)
    margin = z * sqrt(part * (1 - part) / known + z * z / (4 * known * known))
    margin /= 1 + z * z / known
    low, high = interval(hits, known)
    assert 0 <= low <= 1000 * part <= high <= 1000
    assert low <= 1000 * (middle - margin) + 1e-6
    assert high >= 1000 * (middle + margin) - 1e-6
    assert low > 1000 * (middle - margin) - 1.1
    assert high < 1000 * (middle + margin) + 1.1


@given(st.integers(0, ENOUGH + 5), st.integers(0, ENOUGH + 5), st.integers(0, 9))
def test_too_few_make_no_share_and_the_unknown_makes_none_worse(
    hits: int, misses: int, unknown: int
) -> None:
    tally = Tally(Pointer.ROW, "A", 100 + unknown, hits + misses + unknown, hits, misses)
    assert tally.unsaid == unknown
    assert tally.bills == tally.hits + tally.misses + tally.unsaid + tally.not_examined
    known = share(Tally(Pointer.ROW, "A", 100, hits + misses, hits, misses))
    assert share(tally) == known
    assert (known is None) == (hits + misses < ENOUGH)


def test_a_row_stands_above_the_sample_only_where_the_ranges_part() -> None:
    sample = Share(50, 20, 110)
    assert against(Share(500, 111, 700), sample) is Comparison.ABOVE
    assert against(Share(500, 110, 700), sample) is Comparison.NOT_TOLD_APART
    assert against(Share(5, 0, 19), sample) is Comparison.BELOW
    assert against(None, sample) is None
    assert against(sample, None) is None
    for hits, known in ((2, 1), (-1, 5), (0, 0)):
        with pytest.raises(ValueError, match="hits of"):
            interval(hits, known)
