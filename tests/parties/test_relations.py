"""Which bill stands below which, over all who filed."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.codes.finding import Severity
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.parties.relations import LEVELS_MAX, Declared, relate
from waglan.parties.role import Role

LINE, OTHER_LINE, CO_LOADER, FORWARDER, RIVAL, TRADER, CUSTOMS = map(
    PartyId, ("line", "other-line", "coloader", "forwarder", "rival", "trader", "customs")
)
ROLES = {
    LINE: frozenset({Role.CARRIER}),
    OTHER_LINE: frozenset({Role.CARRIER}),
    **dict.fromkeys((CO_LOADER, FORWARDER, RIVAL), frozenset({Role.FORWARDER})),
    TRADER: frozenset({Role.TRADER}),
    CUSTOMS: frozenset({Role.CUSTOMS}),
}
BOX = frozenset({"CSQU3054383"})


def bill(n: int, number: str, filer: PartyId, parent: str | None = None) -> Declared:
    key = Key(KeyKind.BILL, number)
    return Declared(n, key, parent, parent is not None, filer, CUSTOMS, boxes=BOX)


MASTER = bill(1, "M", LINE)
CO_LOADED = bill(2, "C", CO_LOADER, "M")
HOUSE = bill(3, "H", FORWARDER, "C")
TREE = (MASTER, CO_LOADED, HOUSE)


def above(of: Declared, *bills: Declared) -> set[PartyId]:
    """Who filed what stands above it."""
    return {one.filer for one in relate([*bills, of], ROLES)[of.consignment].consignment.above}


def test_a_tree_over_three_filers_hangs_together_and_knows_its_line() -> None:
    found = {n: one.consignment for n, one in relate(TREE, ROLES).items()}
    assert [bill.bill.text for bill in found[3].above] == ["C"]
    assert [bill.bill.text for bill in found[2].above] == ["M"]
    assert {one.carrier for one in found.values()} == {LINE}


def test_only_who_can_have_issued_it_stands_above() -> None:
    for stranger in (TRADER, CUSTOMS, RIVAL, PartyId("nobody")):
        assert above(CO_LOADED, replace(MASTER, filer=stranger)) == set()
    assert above(HOUSE, replace(CO_LOADED, filer=TRADER)) == set()
    assert above(CO_LOADED, MASTER) == {LINE}


def test_what_travels_in_another_box_does_not_stand_above() -> None:
    elsewhere = replace(CO_LOADED, boxes=frozenset({"MSKU0000001"}))
    assert above(HOUSE, elsewhere) == set()
    assert above(HOUSE, replace(CO_LOADED, boxes=frozenset())) == set()
    assert above(HOUSE, replace(CO_LOADED, boxes=BOX | {"MSKU0000001"})) == {CO_LOADER}
    loose = replace(HOUSE, boxes=frozenset())
    assert above(loose, replace(CO_LOADED, boxes=frozenset())) == {CO_LOADER}


def test_a_filing_with_another_authority_does_not_stand_above() -> None:
    assert above(HOUSE, replace(CO_LOADED, customs=PartyId("other-customs"))) == set()


def test_where_two_claim_one_number_the_first_stands_and_the_dispute_says_who() -> None:
    rival = replace(CO_LOADED, consignment=9, filer=RIVAL)
    found = relate([*TREE, rival], ROLES)[HOUSE.consignment]
    assert found.consignment == relate(TREE, ROLES)[HOUSE.consignment].consignment
    assert {one.filer for one in found.consignment.above} == {CO_LOADER}
    first = relate([*TREE, replace(rival, consignment=-1)], ROLES)[HOUSE.consignment]
    assert {one.filer for one in first.consignment.above} == {RIVAL}
    assert found.dispute is not None
    assert found.dispute.claimants == {CO_LOADER, RIVAL}
    told = found.dispute.finding
    assert told.severity is Severity.WARNING
    assert told.params == {"bill": "C", "claimants": "coloader, rival"}
    assert "coloader, rival" in render(told, "en").problem
    assert relate(TREE, ROLES)[HOUSE.consignment].dispute is None


def test_who_withdrew_and_comes_back_has_lost_his_place_to_whoever_stands_meanwhile() -> None:
    rival = replace(CO_LOADED, consignment=9, filer=RIVAL, since=5)
    back = replace(CO_LOADED, since=7)
    assert above(HOUSE, back, rival) == {RIVAL}
    assert above(HOUSE, replace(back, since=4), rival) == {CO_LOADER}


def test_a_rival_without_the_box_neither_links_nor_starts_a_dispute() -> None:
    rival = replace(CO_LOADED, consignment=9, filer=RIVAL, boxes=frozenset({"MSKU0000001"}))
    found = relate([*TREE, rival], ROLES)[HOUSE.consignment]
    assert found.dispute is None
    assert [one.filer for one in found.consignment.above] == [CO_LOADER]


def test_a_line_that_the_paper_names_is_the_only_one_that_can_have_issued_the_master() -> None:
    named = replace(CO_LOADED, carrier=LINE)
    foreign = replace(MASTER, consignment=9, filer=OTHER_LINE)
    assert above(named, foreign) == set()
    assert above(named, MASTER, foreign) == {LINE}
    # A forwarder's own code in the head of his house list names no carrier.
    assert above(replace(CO_LOADED, carrier=CO_LOADER), MASTER) == {LINE}


def test_a_circle_of_bills_ends_and_has_no_carrier() -> None:
    circle = [bill(n, f"B{n}", FORWARDER, f"B{(n + 1) % 3}") for n in range(3)]
    assert {one.consignment.carrier for one in relate(circle, ROLES).values()} == {None}
    own = bill(1, "X", FORWARDER, "X")
    assert relate([own], ROLES)[1].consignment.above == ()


def chain(levels: int) -> list[Declared]:
    return [MASTER, *(bill(n, f"L{n}", FORWARDER, f"L{n - 1}" if n > 2 else "M")
                      for n in range(2, levels + 1))]  # fmt: skip


def test_the_line_is_known_down_to_the_last_level_and_no_deeper() -> None:
    assert relate(chain(LEVELS_MAX), ROLES)[LEVELS_MAX].consignment.carrier == LINE
    deeper = LEVELS_MAX + 1
    assert relate(chain(deeper), ROLES)[deeper].consignment.carrier is None


NUMBERS = st.sampled_from(("M", "C", "H"))
BILLS = st.lists(
    st.builds(
        Declared,
        consignment=st.integers(1, 99),
        bill=NUMBERS.map(lambda number: Key(KeyKind.BILL, number)),
        parent=st.none() | NUMBERS,
        is_house=st.booleans(),
        filer=st.sampled_from(sorted(ROLES)),
        customs=st.just(CUSTOMS),
        carrier=st.none() | st.sampled_from(sorted(ROLES)),
        boxes=st.sampled_from((BOX, frozenset())),
    ),
    max_size=8,
    unique_by=lambda one: one.consignment,
)


@given(BILLS)
def test_the_order_in_which_bills_are_known_does_not_matter(bills: list[Declared]) -> None:
    one, other = relate(bills, ROLES), relate(bills[::-1], ROLES)
    assert one.keys() == other.keys() == {bill.consignment for bill in bills}
    for n in one:
        assert set(one[n].consignment.above) == set(other[n].consignment.above)
        assert one[n].dispute == other[n].dispute
        assert one[n].consignment.carrier == other[n].consignment.carrier


@given(BILLS)
def test_a_bill_has_those_of_a_single_filer_above_it_and_whoever_claims_later_changes_nothing(
    bills: list[Declared],
) -> None:
    for found in relate(bills, ROLES).values():
        filers = {one.filer for one in found.consignment.above}
        assert len(filers) <= 1
        assert filers or not found.dispute
