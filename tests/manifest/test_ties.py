"""A box alone makes no consignment: what ties a further paper to the bill that is prepared."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from papers import bill

from waglan.manifest.call import Voyage
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Head
from waglan.manifest.ties import ties_of
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList

BOX = "CSQU3054383"
HEAD = Head("SI-1", vessel="SYNTHETIC STAR", imo="9811000", voyage="001E", port_of_call="HKHKG")


def paper(number: str, parent: str, booking: str | None, head: Head = HEAD) -> Instruction:
    kind = InstructionKind.SHIPPING_INSTRUCTION
    return Instruction(kind, head, replace(bill(number, BOX), parent=parent), booking=booking)


MINE = paper("H1", "M1", "BK1")
TIES = ties_of(["h1"], [MINE], [])
LATER = Head("SI-2", vessel="OTHER STAR", imo="9074729", voyage="900W")


def test_a_paper_that_shares_the_box_alone_is_of_another_consignment() -> None:
    assert not TIES.hold(paper("H9", "M9", "BK9", LATER))
    assert not TIES.hold(paper("", "", None, Head("SI-3")))


def test_bill_master_booking_or_voyage_ties_a_paper() -> None:
    assert TIES.hold(paper("h 1", "", None, Head("")))
    assert TIES.hold(paper("H2", "m1", None, LATER))
    assert TIES.hold(paper("", "", "bk 1", LATER))
    assert TIES.hold(paper("H9", "M9", "BK9"))
    listed = replace(paper("M9", "", None, LATER), houses=(bill("H1"),))
    assert TIES.hold(listed)


def test_the_same_voyage_at_the_port_of_loading_is_the_same_voyage() -> None:
    assert TIES.hold_voyage(Voyage("001 e", "9811000", None, "CNSHA"))
    assert not TIES.hold_voyage(Voyage("001E", "9074729", None, "HKHKG"))
    assert not TIES.hold_voyage(Voyage(None, "9811000", "SYNTHETIC STAR", "HKHKG"))


def test_what_was_filed_ties_as_papers_do() -> None:
    ties = ties_of(["H1"], [], [(HEAD, MINE.bill)])
    assert ties.hold(paper("H2", "M1", None, LATER))
    assert ties.hold_voyage(Voyage("001E", "9811000"))


def test_a_verified_mass_names_bill_booking_or_the_very_box_that_was_asked_for() -> None:
    masses = [
        VerifiedMass(BOX, 1, booking="BK1"), VerifiedMass(BOX, 2, bills=("M1",)),
        VerifiedMass(BOX, 3, booking="BK9", bills=("M9",)), VerifiedMass(BOX, 4),
    ]  # fmt: skip
    weighed = VerifiedMassList("V1", masses=tuple(masses))
    assert [one.gross_mass_g for one in TIES.held(weighed).masses] == [1, 2]
    asked = ties_of(["H1", BOX], [MINE], [])
    assert asked.held(weighed) == weighed


numbers = st.sampled_from(["", "A", "B", "C"])
heads = st.builds(Head, st.just("D"), vessel=numbers, imo=numbers, voyage=numbers)
papers = st.builds(paper, numbers, numbers, st.none() | numbers, heads)


@given(papers, papers)
def test_whatever_is_held_shares_more_than_a_box(mine: Instruction, other: Instruction) -> None:
    ties = ties_of([mine.bill.number], [mine], [])

    def names(one: Instruction) -> set[str]:
        bills = {one.bill.number, one.bill.parent or ""}
        return {"", *bills, *[one.booking or ""]} - {""}

    one, two = mine.head, other.head
    told_by = "imo" if one.imo and two.imo else "vessel"  # a number where both give one
    is_one_ship = getattr(one, told_by) == getattr(two, told_by)
    if ties.hold(other):
        is_one_voyage = one.voyage and one.voyage == two.voyage and is_one_ship
        assert names(mine) & names(other) or is_one_voyage
    else:
        bills = {mine.bill.number, mine.bill.parent} & {other.bill.number, other.bill.parent}
        assert not bills - {"", None}
