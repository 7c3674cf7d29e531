"""A draft beside the past: every bill counted once, and nothing known that nobody knows."""

from hypothesis import given
from hypothesis import strategies as st

from waglan.customs.back_test import Compared, Counts, Past, compare
from waglan.customs.tables import Hit

PASTS = st.builds(Past, st.booleans(), st.booleans(), st.just(False), st.none(), st.booleans())
LOOKED = st.builds(Past, st.booleans(), st.booleans(), st.just(True),
                   st.sampled_from([None, True, False]))  # fmt: skip
CASES = st.lists(st.tuples(st.one_of(PASTS, LOOKED), st.sampled_from([Hit(), Hit(None, ("R",))])))


@given(CASES)
def test_each_bill_is_in_one_of_four_groups_and_parts_add_up(cases: list[tuple[Past, Hit]]) -> None:
    past, hits = [one for one, _ in cases], [hit for _, hit in cases]
    found = compare(past, hits)
    four = (found.newly, found.no_more, found.still, found.neither)
    assert sum([one.bills for one in four]) == len(cases)
    assert found.past.bills == sum([one.pointed_at for one in past])
    assert found.draft.bills == sum([bool(hit.rules) for hit in hits])
    assert found.past.hits == sum([one.pointed_at and one.hit is True for one in past])
    assert found.sampled.misses == sum([one.sampled and one.hit is False for one in past])
    assert found.erased == sum([one.erased for one in past])
    for one in (*four, found.sampled):
        assert one.hits + one.misses <= one.examined <= one.bills
    middle = len(cases) // 2
    parts = [compare(past[:middle], hits[:middle]), compare(past[middle:], hits[middle:])]
    assert sum(parts, Compared()) == found


def test_a_draft_that_points_where_nobody_looked_is_neither_good_nor_bad() -> None:
    found = compare([Past(False, False)], [Hit(None, ("R",))])
    assert found.newly == Counts(bills=1)
    assert (found.newly.hits, found.newly.misses) == (0, 0)
