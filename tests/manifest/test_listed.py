"""Listed against discharged and loaded."""

from hypothesis import given
from hypothesis import strategies as st

from waglan.cargo.movement import Box
from waglan.codes.event import EventCode
from waglan.manifest.call import Voyage, is_same_call
from waglan.manifest.listed import Bound, Listed, Policy, Reported, Source, bound, compare, policy

LIST, QUAY = Source("line", "m1", "MAN-1", 7), Source("terminal", "r1", "DIS-1", 9)
DISCHARGED, LOADED = EventCode.EQUIPMENT_DISCHARGED, EventCode.EQUIPMENT_LOADED
STOWED, GATE_OUT = EventCode.EQUIPMENT_STOWED, EventCode.EQUIPMENT_GATE_OUT
TOLERANCE = Policy("test", 50, 500_000, 6_000_000)


def listed(number: str, way: Bound = Bound.DISCHARGE, **more: object) -> Listed:
    return Listed(number, way, LIST, **more)  # type: ignore[arg-type]


def told(number: str, code: EventCode = DISCHARGED, **more: object) -> Reported:
    return Reported(code, Box(number, **more), QUAY)  # type: ignore[arg-type]


def found(lists: list[Listed], reports: list[Reported]) -> list[tuple[str, str]]:
    differences = compare(lists, reports, TOLERANCE).differences
    return [(one.box, one.finding.code) for one in differences]


def test_as_long_as_nobody_told_of_a_discharge_nothing_differs() -> None:
    assert found([listed("A"), listed("B")], []) == []
    assert found([listed("A")], [told("X", GATE_OUT)]) == []


def test_from_the_first_discharge_on_the_missing_and_the_over_are_named() -> None:
    comparison = compare([listed("A"), listed("B")], [told("a"), told("C")], TOLERANCE)
    missing, over = comparison.differences
    assert (missing.box, missing.finding.code) == ("B", "LISTED-NOT-DISCHARGED")
    assert (missing.listed, missing.told) == (LIST, None)
    assert (over.box, over.finding.code) == ("C", "LISTED-DISCHARGED-OVER")
    assert (over.listed, over.told) == (None, QUAY)
    assert (comparison.listed, dict(comparison.told)) == (2, {DISCHARGED: 2})


def test_what_stays_on_board_or_is_loaded_here_is_not_missed_at_the_discharge() -> None:
    others = [listed("S", Bound.STAYS), listed("U", Bound.UNKNOWN), listed("L", Bound.LOADING)]
    assert found([listed("A"), *others], [told("A")]) == []
    assert found(others, [told("X", LOADED)]) == [
        ("L", "LISTED-NOT-LOADED"),
        ("X", "LISTED-LOADED-OVER"),
    ]


def test_a_list_that_the_reader_does_not_see_makes_nothing_over() -> None:
    assert found([], [told("A"), told("B", STOWED)]) == []


def test_a_plan_is_held_against_the_list_before_anything_is_discharged() -> None:
    elsewhere = Reported(STOWED, Box("E"), QUAY, is_for_here=False)
    assert found([listed("A"), listed("B")], [told("A", STOWED), told("C", STOWED), elsewhere]) == [
        ("B", "LISTED-NOT-ABOARD"),
        ("C", "LISTED-ABOARD-OVER"),
    ]


def test_full_and_empty_contradict_only_where_both_were_said() -> None:
    assert found([listed("A", full=True)], [told("A", full=False)]) == [
        ("A", "LISTED-FULL-DIFFERS")
    ]
    for one, other in ((None, False), (True, None), (True, True)):
        assert found([listed("A", full=one)], [told("A", full=other)]) == []


def test_masses_differ_beyond_the_tolerance_with_tare_or_without() -> None:
    for kilograms, differs in ((10_500, False), (10_501, True), (9_500, False), (9_499, True)):
        one = listed("A", gross_mass_g=10_000_000, tare_g=0)
        report = told("A", gross_mass_g=kilograms * 1000)
        assert (found([one], [report]) != []) == differs
    # The list may mean the goods alone: a box that weighs its tare more is right.
    one = listed("A", gross_mass_g=10_000_000, tare_g=2_200_000)
    assert found([one], [told("A", gross_mass_g=12_200_000)]) == []
    assert found([one], [told("A", gross_mass_g=14_000_000)]) == [("A", "LISTED-MASS-DIFFERS")]
    # The tare that the quay tells serves too; where nobody tells it, any that a box can have.
    bare = listed("A", gross_mass_g=10_000_000)
    assert found([bare], [told("A", gross_mass_g=14_000_000, tare_g=4_000_000)]) == []
    for kilograms, differs in ((16_800, False), (16_801, True), (9_500, False), (9_499, True)):
        assert (found([bare], [told("A", gross_mass_g=kilograms * 1000)]) != []) == differs


def test_a_verified_mass_counts_before_a_stated_one_and_the_quay_before_the_plan() -> None:
    one = listed("A", gross_mass_g=10_000_000)
    both = told("A", gross_mass_g=20_000_000, verified_mass_g=10_000_000)
    assert found([one], [both]) == []
    plan = told("A", STOWED, gross_mass_g=20_000_000)
    assert found([one], [plan, told("A", gross_mass_g=10_000_000)]) == []


def test_of_two_reports_of_one_kind_the_later_counts() -> None:
    one = listed("A", full=True)
    assert found([one], [told("A", full=False), told("A", full=True)]) == []


def test_the_projects_own_tolerance_has_a_version() -> None:
    assert policy().version.startswith("waglan-listed-")
    assert policy().tolerance_min_g > 0


def test_a_bills_ports_say_whether_its_box_is_discharged_loaded_or_stays() -> None:
    here = "HKHKG"
    cases = {
        (("CNSHA", "hkhkg"),): Bound.DISCHARGE,
        (("HKHKG", "SGSIN"),): Bound.LOADING,
        (("CNSHA", "SGSIN"),): Bound.STAYS,
        (("CNSHA", None),): Bound.UNKNOWN,
        (("CNSHA", "SGSIN"), ("CNSHA", "HKHKG")): Bound.DISCHARGE,
    }
    for ports, way in cases.items():
        assert bound(ports, here, is_outward=False) is way
    assert bound([], here, is_outward=False) is Bound.DISCHARGE
    assert bound([], here, is_outward=True) is Bound.LOADING
    assert bound([("CNSHA", "HKHKG")], None, is_outward=False) is Bound.UNKNOWN


BOXES = st.sampled_from("ABCDE")
LISTS = st.lists(
    st.builds(
        listed,
        BOXES,
        st.sampled_from(Bound),
        full=st.sampled_from([None, True, False]),
        gross_mass_g=st.sampled_from([None, 5_000_000, 20_000_000]),
    ),
    max_size=5,
    unique_by=lambda one: one.number,
)
REPORTS = st.lists(
    st.builds(
        told,
        BOXES,
        st.sampled_from([DISCHARGED, LOADED, STOWED, GATE_OUT]),
        full=st.sampled_from([None, True, False]),
        gross_mass_g=st.sampled_from([None, 5_000_000, 20_000_000]),
    ),
    max_size=6,
    unique_by=lambda one: (one.code, one.box.number),
)


@given(LISTS, REPORTS, st.randoms())
def test_the_order_of_lists_and_reports_of_different_things_changes_nothing(
    lists: list[Listed], reports: list[Reported], random: object
) -> None:
    before = compare(lists, reports, TOLERANCE)
    random.shuffle(lists)  # type: ignore[attr-defined]
    random.shuffle(reports)  # type: ignore[attr-defined]
    assert compare(lists, reports, TOLERANCE) == before


@given(LISTS, REPORTS)
def test_every_difference_has_a_source_and_over_and_missing_exclude_each_other(
    lists: list[Listed], reports: list[Reported]
) -> None:
    numbers = {one.number for one in lists}
    for one in compare(lists, reports, TOLERANCE).differences:
        assert one.listed or one.told
        assert (one.box in numbers) == (one.listed is not None)
        assert one.finding.params["box"] == one.box


SHIP = Voyage("001E", "9811000", "SYNTHETIC STAR", "HKHKG")


def test_a_call_is_the_same_by_voyage_ship_and_port_and_what_is_left_out_is_no_difference() -> None:
    same = [
        Voyage("001e", "9811000"),
        Voyage("0 01E", None, "synthetic  star"),
        Voyage("001E", "9811000", "RENAMED", "HKHKG"),
    ]
    other = [
        Voyage(None, "9811000", "SYNTHETIC STAR"),
        Voyage("002W", "9811000", "SYNTHETIC STAR"),
        Voyage("001E", "9811999", "SYNTHETIC STAR"),
        Voyage("001E", None, "OTHER STAR"),
        Voyage("001E"),
        Voyage("001E", "9811000", None, "CNSHA"),
    ]
    assert [is_same_call(SHIP, one) for one in same] == [True] * len(same)
    assert [is_same_call(SHIP, one) for one in other] == [False] * len(other)
    assert [is_same_call(one, SHIP) for one in other] == [False] * len(other)
    assert not is_same_call(Voyage(), Voyage())
