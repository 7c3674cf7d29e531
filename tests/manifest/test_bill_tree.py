"""Masters, co-loaders' bills and houses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from papers import house

from waglan.codes.finding import Severity
from waglan.manifest.model import Bill, Level
from waglan.manifest.tree import DEPTH_MAX, Place, Tolerance, Tree, shortfalls

EXACT = Tolerance(mass_g=0, packages=0)


def master(number: str, *, houses: int | None = None, mass_g: int = 1_000) -> Bill:
    return Bill(number, Level.MASTER, houses=houses, gross_mass_g=mass_g)


def numbers(bills: tuple[Bill, ...]) -> list[str]:
    return [bill.number for bill in bills]


def chain(length: int) -> list[Bill]:
    return [master("0"), *(house(str(n), str(n - 1)) for n in range(1, length))]


def codes(tree: Tree, tolerance: Tolerance = EXACT) -> list[str]:
    return [finding.code for finding in shortfalls(tree, tolerance)]


@st.composite
def forests(draw: st.DrawFn) -> list[Bill]:
    """Bills that stand under an earlier one or none, given in any order."""
    size = draw(st.integers(1, 30))
    above = [draw(st.none() | st.integers(0, n - 1)) if n else None for n in range(size)]
    bills = [
        house(f"H{n}", f"H{parent}") if parent is not None else master(f"H{n}")
        for n, parent in enumerate(above)
    ]
    return draw(st.permutations(bills))


def test_master_co_loader_and_house_over_two_manifests() -> None:
    lines, forwarders = [master("M")], [house("H1", "C"), house("C", "M"), house("H2", "C")]
    tree = Tree.of([*lines, *forwarders])
    assert numbers(tree.children("M")) == ["C"]
    assert numbers(tree.children("C")) == ["H1", "H2"]
    assert numbers(tree.ancestors("H1")) == ["C", "M"]
    assert numbers(tree.descendants("M")) == ["C", "H1", "H2"]
    assert tree.findings == ()


def test_a_house_whose_master_nobody_told_is_a_state_and_no_fault() -> None:
    tree = Tree.of([house("H", "M"), house("X", None), master("A"), house("Y", "A")])
    assert numbers(tree.orphans()) == ["H", "X"]
    assert (tree.findings, codes(tree)) == ((), [])
    assert [tree.place(number) for number in ("A", "Y")] == [Place.TOP, Place.UNDER]
    assert Tree.of([house("H", "M"), master("M")]).orphans() == ()


def test_a_number_that_nobody_gave_has_nothing_above_or_below() -> None:
    tree = Tree.of([])
    assert (tree.children("?"), tree.ancestors("?"), tree.descendants("?")) == ((), (), ())
    with pytest.raises(KeyError):
        tree.place("?")


@given(forests())
def test_above_and_below_are_two_sides_of_one_tree(bills: list[Bill]) -> None:
    tree = Tree.of(bills)
    for bill in bills:
        for child in tree.children(bill.number):
            assert tree.ancestors(child.number)[0] == bill
        for below in tree.descendants(bill.number):
            assert bill in tree.ancestors(below.number)
    tops = [b for b in bills if tree.place(b.number) is Place.TOP]
    assert len(bills) == len(tops) + sum(len(tree.descendants(top.number)) for top in tops)


@given(st.integers(1, 12), st.data())
def test_bills_that_stand_under_themselves_are_told_once_and_every_walk_ends(
    length: int, data: st.DataObject
) -> None:
    ring = [house(f"R{n}", f"R{(n + 1) % length}") for n in range(length)]
    tree = Tree.of(data.draw(st.permutations([*ring, house("T", "R0"), master("M")])))
    [finding] = tree.findings
    assert (finding.code, finding.params["bill"]) == ("MANIFEST-CIRCLE", "R0")
    assert {tree.place(bill.number) for bill in ring} == {Place.CIRCLE}
    assert numbers(tree.ancestors("T")) == ["R0"]
    assert all(tree.ancestors(bill.number) == () for bill in ring)
    assert len(tree.descendants("R0")) == 1


def test_the_circle_is_spelled_out() -> None:
    [finding] = Tree.of([house("B", "A"), house("A", "C"), house("C", "B")]).findings
    assert finding.params["circle"] == "A → C → B → A"


def test_a_tree_may_be_eight_bills_deep() -> None:
    assert Tree.of(chain(DEPTH_MAX)).findings == ()
    [finding] = Tree.of(chain(DEPTH_MAX + 1)).findings
    assert (finding.code, finding.params["bill"]) == ("MANIFEST-TOO-DEEP", str(DEPTH_MAX))
    [finding] = Tree.of(chain(50_000)).findings
    assert finding.params["bill"] == str(DEPTH_MAX)


def test_a_bill_told_twice_is_one_bill_with_what_each_knew() -> None:
    lines = replace(house("C", "M"), houses=None, gross_mass_g=None)
    forwarders = replace(house("C", None, mass_g=77), houses=2)
    tree = Tree.of([lines, forwarders])
    assert tree.bills["C"] == replace(lines, houses=2, gross_mass_g=77)
    assert tree.findings == ()


def test_a_bill_under_two_masters_is_told() -> None:
    [finding] = Tree.of([house("H", "M"), house("H", "N")]).findings
    assert finding.code == "MANIFEST-TWO-MASTERS"
    assert finding.params == {"bill": "H", "first": "M", "second": "N"}


def test_a_consolidation_is_closed_when_as_many_houses_came_as_were_told() -> None:
    assert Tree.of([master("M"), house("H", "M")]).is_closed("M") is None
    assert Tree.of([master("M", houses=1)]).is_closed("M") is False
    assert Tree.of([master("M", houses=1), house("H", "M")]).is_closed("M") is True


def test_awaited_houses_are_a_note_and_surplus_ones_a_fault() -> None:
    [note] = shortfalls(Tree.of([master("M", houses=2), house("H", "M")]), EXACT)
    assert (note.code, note.severity) == ("MANIFEST-HOUSES-AWAITED", Severity.NOTE)
    surplus = [master("M", houses=1, mass_g=2_000), house("H", "M"), house("I", "M")]
    assert codes(Tree.of(surplus)) == ["MANIFEST-HOUSES-TOO-MANY"]


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    st.integers(-(10**6), 10**6),
    st.integers(0, 10**6),
)
def test_the_houses_meet_their_master_within_the_tolerance(
    masses_g: list[int], off_g: int, tolerance_g: int
) -> None:
    told = max(0, sum(masses_g) + off_g)
    houses = [house(f"H{n}", "M", mass_g=mass) for n, mass in enumerate(masses_g)]
    tree = Tree.of([master("M", houses=len(houses), mass_g=told), *houses])
    is_out = abs(sum(masses_g) - told) > tolerance_g
    expected = ["MANIFEST-HOUSES-MASS"] if is_out else []
    assert codes(tree, Tolerance(tolerance_g, 0)) == expected


@pytest.mark.parametrize(("packages", "expected"), [(8, 0), (7, 1), (12, 0), (13, 1)])
def test_packages_are_compared_at_the_tolerance_and_one_past_it(
    packages: int, expected: int
) -> None:
    top = replace(master("M", houses=1), packages=10)
    tree = Tree.of([top, house("H", "M", packages=packages)])
    assert codes(tree, Tolerance(0, 2)) == ["MANIFEST-HOUSES-PACKAGES"] * expected


def test_too_little_is_told_only_of_a_closed_consolidation() -> None:
    light = house("H", "M", mass_g=400)
    assert codes(Tree.of([master("M"), light])) == []
    assert codes(Tree.of([master("M", houses=2), light])) == ["MANIFEST-HOUSES-AWAITED"]
    assert codes(Tree.of([master("M", houses=1), light])) == ["MANIFEST-HOUSES-MASS"]


def test_what_a_house_did_not_say_can_only_add() -> None:
    silent = replace(house("I", "M"), gross_mass_g=None)
    short = [master("M", houses=2), house("H", "M", mass_g=400), silent]
    over = [master("M", houses=2), house("H", "M", mass_g=1_001), silent]
    assert codes(Tree.of(short)) == []
    assert codes(Tree.of(over)) == ["MANIFEST-HOUSES-MASS"]


def test_a_master_that_says_nothing_is_not_compared() -> None:
    tree = Tree.of([Bill("M", Level.MASTER, houses=1), house("H", "M")])
    assert codes(tree) == []
