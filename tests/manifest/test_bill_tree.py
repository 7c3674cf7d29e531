"""Bills that stand under themselves, or too deep."""

from hypothesis import given
from hypothesis import strategies as st
from papers import house

from waglan.codes.render import render
from waglan.manifest.model import Bill, Level
from waglan.manifest.tree import DEPTH_MAX, tangled


def master(number: str) -> Bill:
    return Bill(number, Level.MASTER)


def chain(length: int) -> list[Bill]:
    return [master("0"), *(house(str(n), str(n - 1)) for n in range(1, length))]


@st.composite
def forests(draw: st.DrawFn) -> list[Bill]:
    """Bills that stand under an earlier one or none, at most so deep, given in any order."""
    size = draw(st.integers(1, 30))
    depth, bills = list[int](), list[Bill]()
    for n in range(size):
        above = draw(st.none() | st.integers(0, n - 1)) if n else None
        if above is None or depth[above] == DEPTH_MAX - 1:
            depth.append(0)
            bills.append(master(f"H{n}"))
        else:
            depth.append(depth[above] + 1)
            bills.append(house(f"H{n}", f"H{above}"))
    return draw(st.permutations(bills))


@given(forests())
def test_a_tree_is_not_tangled_in_whatever_order_it_comes(bills: list[Bill]) -> None:
    assert tangled(bills) == []


@given(st.integers(1, 12), forests(), st.data())
def test_bills_that_stand_under_themselves_are_told_once(
    length: int, others: list[Bill], data: st.DataObject
) -> None:
    ring = [house(f"R{n}", f"R{(n + 1) % length}") for n in range(length)]
    papers = [*ring, house("T", "R0"), *others]
    [finding] = tangled(data.draw(st.permutations(papers)))
    assert (finding.code, finding.params["bill"]) == ("MANIFEST-CIRCLE", "R0")


def test_the_circle_is_spelled_out() -> None:
    [finding] = tangled([house("B", "A"), house("A", "C"), house("C", "B")])
    assert "A < C < B < A" in render(finding, "en").problem


def test_a_long_circle_is_cut_and_ends() -> None:
    ring = [house(f"R{n:03}", f"R{(n + 1) % 300:03}") for n in range(300)]
    [finding] = tangled(ring)
    assert str(finding.params["circle"]).endswith("R007 < ...")


def test_two_houses_of_one_number_below_two_masters_are_no_circle() -> None:
    assert tangled([house("H", "M"), house("H", "N"), house("M", "H"), master("N")]) == []


def test_a_tree_may_be_eight_bills_deep() -> None:
    assert tangled(chain(DEPTH_MAX)) == []
    for length in (DEPTH_MAX + 1, 50_000):
        [finding] = tangled(chain(length))
        assert (finding.code, finding.params["bill"]) == ("MANIFEST-TOO-DEEP", str(DEPTH_MAX))


def test_a_house_whose_master_nobody_told_is_no_fault() -> None:
    assert tangled([house("H", "M"), house("X", None), master("A"), house("Y", "A")]) == []
