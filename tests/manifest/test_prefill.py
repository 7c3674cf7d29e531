"""A draft filled from several papers: nothing lost, nothing merged in silence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from papers import bill, manifest

from waglan.cargo.movement import Box
from waglan.codes.render import render
from waglan.manifest.draft_field import (
    AMOUNT_MAX,
    CODES_MAX,
    KEY_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    Scalar,
    ValueKind,
    compared,
    kind_of,
    patterns,
    read_value,
)
from waglan.manifest.draft_manifest import manifest_of, missing
from waglan.manifest.filing_profile import profiles
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Equipment, Goods, Head, Level, Package, Party, PartyRole
from waglan.manifest.prefill import Claim, Source, SourceKind, claims_of, precedence, prefill
from waglan.manifest.sources import (
    bookings_in,
    of_boxes_seen,
    of_instruction,
    of_manifest,
    of_verified_masses,
)
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList

T0 = datetime(2026, 11, 20, 8, tzinfo=UTC)
MASS = "bills/SYN1/gross_mass_g"
NAME = "bills/SYN1/consignee/name"
BOXES = {"equipment", "box_mass"}


def source(kind: SourceKind, document: str = "D1", *, hours: int = 0) -> Source:
    at = T0 + timedelta(hours=hours)
    return Source(kind, document, f"sender of {document}", said_at=at, recorded_at=at)


def claim(path: str, value: Scalar | None, kind: SourceKind, *, hours: int = 0) -> Claim:
    return Claim(path, value, source(kind, f"{kind.value} {hours}", hours=hours))


sources = st.builds(
    Source,
    st.sampled_from(SourceKind),
    st.sampled_from(["D1", "D2"]),
    st.sampled_from(["line", "forwarder"]),
    st.sampled_from(["", "bill 1"]),
    st.none() | st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours)),
    st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours)),
)
told = st.one_of(
    st.tuples(st.just(NAME), st.sampled_from(["LEE KA FAI LTD", "Lee Ka Fai Ltd.", "LI CO", None])),
    st.tuples(st.just(MASS), st.sampled_from([1000, 1005, 2000, None])),
    st.tuples(st.just("boxes/CSQU3054383/seals"), st.sampled_from([("A1",), ("B2", "A1"), None])),
    st.tuples(st.just("bills/SYN1/reefer"), st.sampled_from([True, False, None, 1])),
    st.tuples(st.just("bills/SYN1/nothing"), st.just("x")),
)
claims = st.lists(
    st.builds(lambda pair, one: Claim(pair[0], pair[1], one), told, sources), max_size=12
)


@given(claims, st.randoms(use_true_random=False))
def test_the_order_of_papers_decides_nothing(some: list[Claim], random: object) -> None:
    mixed = list(some)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert prefill(mixed) == prefill(some)


@given(claims)
def test_nothing_that_was_told_is_lost_and_nothing_is_added(some: list[Claim]) -> None:
    filled = prefill(some)
    assert sorted(map(repr, claims_of(filled))) == sorted({repr(one) for one in some})
    for path, field in filled.fields.items():
        assert {one.path for one in field.claims} == {path}


@given(claims)
def test_filling_again_from_what_came_out_changes_nothing(some: list[Claim]) -> None:
    once = prefill(some)
    assert prefill([*claims_of(once), *claims_of(once)]) == once


@given(claims)
def test_whoever_is_believed_less_never_stands_above_and_a_person_never_below(
    some: list[Claim],
) -> None:
    for field in prefill(some).fields.values():
        kind = kind_of(field.path)
        assert kind is not None
        ranks = precedence().of(kind.group)
        assert ranks[field.source.kind] == min(ranks[one.source.kind] for one in field.claims)
        if any(one.source.kind is SourceKind.TYPED for one in field.claims):
            assert field.source.kind is SourceKind.TYPED


@given(claims)
def test_what_nobody_but_a_model_wrote_is_never_confirmed(some: list[Claim]) -> None:
    for field in prefill(some).fields.values():
        only = {one.source.kind for one in field.claims} == {SourceKind.MODEL}
        assert not (only and field.is_settled)
        assert field.is_settled or only or field.is_conflict


@given(claims)
def test_a_quay_or_a_planner_gives_neither_parties_nor_goods(some: list[Claim]) -> None:
    for field in prefill(some).fields.values():
        kind = kind_of(field.path)
        assert kind is not None
        if kind.group not in BOXES:
            quay = {SourceKind.MOVEMENT, SourceKind.STOWAGE, SourceKind.VERIFIED_MASS}
            assert not quay & {one.source.kind for one in field.claims}


def test_two_bookings_that_differ_are_a_conflict_and_both_are_shown() -> None:
    one = Claim(NAME, "LEE KA FAI LTD", source(SourceKind.INSTRUCTION, "SI-1"))
    other = Claim(NAME, "LI KA FAI LTD", source(SourceKind.INSTRUCTION, "SI-2", hours=1))
    field = prefill([one, other]).fields[NAME]
    assert field.is_conflict
    assert not field.is_settled
    assert (field.value, field.losing) == ("LI KA FAI LTD", (one,))


def test_a_name_spaced_and_spelled_in_capitals_otherwise_is_no_conflict() -> None:
    one = claim(NAME, "LEE KA FAI LTD", SourceKind.INSTRUCTION)
    other = claim(NAME, "Lee Ka-Fai Ltd.", SourceKind.INSTRUCTION, hours=1)
    field = prefill([one, other]).fields[NAME]
    assert not field.is_conflict
    assert field.losing == ()
    assert len(field.claims) == 2


def test_a_name_in_letters_that_only_look_alike_is_a_conflict_and_said_to_look_alike() -> None:
    one = claim(NAME, "EX\u0410MPLE", SourceKind.INSTRUCTION)
    other = claim(NAME, "EXAMPLE", SourceKind.INSTRUCTION, hours=1)
    field = prefill([one, other]).fields[NAME]
    assert field.is_conflict
    assert field.losing == field.alike == (one,)
    wide = claim(NAME, "\uff25XAMPLE", SourceKind.BOOKING)
    assert not prefill([other, wide]).fields[NAME].is_conflict
    others = prefill([other, claim(NAME, "SAMPLE", SourceKind.BOOKING)]).fields[NAME]
    assert (others.is_conflict, others.alike) == (True, ())


def test_what_the_same_sender_says_again_in_the_same_paper_replaces_what_he_said() -> None:
    old = Claim(NAME, "LEE CO", source(SourceKind.INSTRUCTION, "SI-1"))
    new = Claim(NAME, "LI CO", source(SourceKind.INSTRUCTION, "SI-1", hours=1))
    twice = replace(new, source=replace(new.source, sender="sender of SI-1", said_at=T0))
    field = prefill([old, replace(new, source=replace(new.source, sender=old.source.sender))])
    assert not field.fields[NAME].is_conflict
    assert field.fields[NAME].value == "LI CO"
    # At the same moment it is no correction but a contradiction.
    same = replace(twice, source=replace(old.source, place="elsewhere"))
    assert prefill([old, same]).fields[NAME].is_conflict


VALUES = [
    (MASS, 1_000_000, 999_999),
    (NAME, "LEE KA FAI LTD", "LI KA FAI LTD"),
    ("bills/SYN1/consignor/name", "SAMPLE TRADING LTD", "ANOTHER SHIPPER LTD"),
    ("bills/SYN1/goods/1/description", "COTTON T-SHIRTS", "SHOES"),
    ("bills/SYN1/goods/1/marks", "MARK 1", "MARK 2"),
    ("bills/SYN1/port_of_discharge", "HKHKG", "CNSZX"),
    ("bills/SYN1/transhipment", False, True),
    ("head/arrival", "2027-05-12T12:00", "2027-05-19T12:00"),
    ("head/voyage", "027E", "028E"),
    ("boxes/CSQU3054383/seals", ("A1",), ("A1", "B2")),
    ("boxes/CSQU3054383/gross_mass_g", 21_000_000, 21_000_001),
]
RANKED = [
    (SourceKind.INSTRUCTION, SourceKind.HOUSE_DATA),
    (SourceKind.BOOKING, SourceKind.EARLIER_FILING),
    (SourceKind.HOUSE_DATA, SourceKind.OTHER_FILING),
]


@pytest.mark.parametrize(("path", "one", "other"), VALUES, ids=[path for path, *_ in VALUES])
@pytest.mark.parametrize("kinds", RANKED, ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
def test_two_sources_that_differ_are_a_conflict_whatever_their_rank(
    path: str, one: Scalar, other: Scalar, kinds: tuple[SourceKind, SourceKind]
) -> None:
    stands, loses = claim(path, one, kinds[0]), claim(path, other, kinds[1])
    field = prefill([loses, stands]).fields[path]
    assert (field.value, field.losing) == (one, (loses,))
    assert (field.is_conflict, field.is_settled) == (True, False)
    settled = prefill([loses, stands], [claim(path, one, SourceKind.TYPED, hours=1)]).fields[path]
    assert (settled.is_conflict, settled.is_settled, settled.losing) == (False, True, (loses,))


steps = st.lists(claims, max_size=4)


@given(steps)
def test_no_two_values_end_unseen(some: list[list[Claim]]) -> None:
    """Worked out anew, without a rank: what differs is shown, and open until a person saw it."""
    for field in prefill(*some).fields.values():
        keys = [_compared(field.holds, one) for one in field.claims]
        assert field.losing == tuple(
            one for one, key in zip(field.claims, keys, strict=True) if key != keys[0]
        )
        if field.is_conflict:
            continue
        typed_in = [n for n, step in enumerate(some) if field.claims[0] in step]
        for one, key in zip(field.claims, keys, strict=True):
            told_in = min(n for n, step in enumerate(some) if one in step)
            by_a_person = field.source.kind is SourceKind.TYPED and told_in < min(typed_in)
            assert key == keys[0] or by_a_person or _is_no_contradiction(one, field.claims)


def _compared(holds: ValueKind, one: Claim) -> object:
    return None if one.value is None else compared(holds, one.value)


def _is_no_contradiction(one: Claim, others: tuple[Claim, ...]) -> bool:
    """Tell whether it is of another consignment, or was said anew by the same sender since."""
    mine = one.source
    if mine.kind in (SourceKind.COPIED, SourceKind.TEMPLATE, SourceKind.MODEL):
        return True
    if mine.kind is SourceKind.TYPED:
        return any(
            other.source.kind is SourceKind.TYPED
            and (other.source.recorded_at or T0) > (mine.recorded_at or T0)
            for other in others
        )
    paper = (mine.kind, mine.document, mine.sender)
    return any(
        (other.source.kind, other.source.document, other.source.sender) == paper
        and _said(other.source) > _said(mine)
        for other in others
    )


def _said(one: Source) -> tuple[datetime, datetime]:
    never = datetime(1, 1, 1, tzinfo=UTC)
    return one.said_at or never, one.recorded_at or never


def test_what_was_copied_from_another_consignment_contradicts_nothing() -> None:
    stands = claim(MASS, 1_000_000, SourceKind.INSTRUCTION)
    for kind in (SourceKind.COPIED, SourceKind.TEMPLATE, SourceKind.MODEL):
        field = prefill([stands, claim(MASS, 5, kind)]).fields[MASS]
        assert not field.is_conflict
        assert field.losing[0].value == 5


def test_what_a_person_typed_stands_until_somebody_tells_otherwise_afterwards() -> None:
    before = [claim(MASS, 1_000_000, SourceKind.INSTRUCTION)]
    typed = [claim(MASS, 900_000, SourceKind.TYPED, hours=1)]
    field = prefill(before, typed).fields[MASS]
    assert (field.value, field.is_conflict) == (900_000, False)
    assert field.source.kind is SourceKind.TYPED
    # Filled in again, nothing new is told.
    assert not prefill(before, typed, before).fields[MASS].is_conflict
    after = [claim(MASS, 1_000_000, SourceKind.INSTRUCTION, hours=2)]
    field = prefill(before, typed, after).fields[MASS]
    assert (field.value, field.is_conflict) == (900_000, True)
    again = [claim(MASS, None, SourceKind.TYPED, hours=3)]
    field = prefill(before, typed, after, again).fields[MASS]
    assert (field.value, field.is_conflict, len(field.losing)) == (None, False, 3)


def test_a_person_settles_only_what_he_saw() -> None:
    """Typed in the step that fills the draft, or before it: what the papers say was not seen."""
    told = claim(MASS, 1_000_000, SourceKind.INSTRUCTION)
    typed = claim(MASS, 900_000, SourceKind.TYPED, hours=1)
    assert prefill([told, typed]).fields[MASS].is_conflict
    assert prefill([typed], [told]).fields[MASS].is_conflict


def test_a_source_that_cant_give_a_field_is_not_taken_and_is_shown() -> None:
    wrong = claim(NAME, "A SHIP", SourceKind.STOWAGE)
    long = claim(NAME, "A" * (NAME_CHARACTERS_MAX + 1), SourceKind.INSTRUCTION)
    filled = prefill([wrong, long])
    assert filled.fields == {}
    assert {one.value for one in filled.not_taken} == {wrong.value, long.value}


def test_the_quays_weight_stands_above_the_booking_and_the_verified_mass_above_both() -> None:
    box = "boxes/CSQU3054383/gross_mass_g"
    order = [SourceKind.VERIFIED_MASS, SourceKind.MOVEMENT, SourceKind.STOWAGE, SourceKind.BOOKING]
    some = [claim(box, 1000 * (n + 1), kind) for n, kind in enumerate(order)]
    field = prefill(some).fields[box]
    assert [one.source.kind for one in field.claims] == order
    assert field.is_conflict


def instruction(number: str, booking: str | None = "BK 1", mass_g: int = 1_000_000) -> Instruction:
    goods = Goods(1, "cotton T-shirts", 10, "CT", "MARK 1", mass_g, 2_500_000,
                  (Package("CSQU 305438 3", 10), Package("MSKU1234565")))  # fmt: skip
    parties = (
        Party(PartyRole.CONSIGNOR, "SAMPLE TRADING LTD", "1 SAMPLE ROAD, SHANGHAI"),
        Party(PartyRole.CONSIGNEE, "樣本進口有限公司", "香港樣本街 2 號"),
        Party(PartyRole.CONSIGNEE, "A SECOND CONSIGNEE"),
    )
    return Instruction(
        InstructionKind.SHIPPING_INSTRUCTION,
        Head("SI-9", vessel="SYNTHETIC STAR", voyage="001E"),
        replace(bill(number), parties=parties, goods=(goods,)),
        (Equipment("CSQU3054383", size_type="22G1"), Equipment(" ")),
        booking=booking,
    )


def test_an_instruction_fills_head_parties_goods_and_boxes_with_their_places() -> None:
    told = of_instruction(instruction("SYN 1"), source(SourceKind.TYPED), {})
    values = {path: field.value for path, field in prefill(told).fields.items()}
    assert values["head/vessel"] == "SYNTHETIC STAR"
    assert values["bills/SYN1/consignee/name"] == "樣本進口有限公司"
    assert values["bills/SYN1/goods/1/containers"] == ("CSQU3054383", "MSKU1234565")
    assert values["bills/SYN1/goods/1/stowed/CSQU3054383"] == 10
    # Nobody said how many are in the second box, and nobody says it here.
    assert "bills/SYN1/goods/1/stowed/MSKU1234565" not in values
    assert "bills/SYN1/transhipment" not in values
    assert {one.source.kind for one in told} == {SourceKind.INSTRUCTION}


def test_a_list_that_only_names_its_master_fills_in_the_houses_and_no_master() -> None:
    below = bill("H1")
    named = Instruction(
        InstructionKind.HOUSE_LIST, Head("L1"), Bill("M1", Level.MASTER), (), (below,)
    )
    told = of_instruction(named, source(SourceKind.TYPED), {})
    bills = {one.path.split("/")[1] for one in told if one.path.startswith("bills/")}
    assert bills == {"H1"}
    # Its booking is the master's: it makes no bill of it either, and is no house's booking.
    booked = of_instruction(replace(named, booking="BK 1"), source(SourceKind.TYPED), {})
    assert booked == told
    assert bookings_in([replace(named, booking="BK 1")]) == {}
    # A master of which the list says more is told as any bill is.
    fuller = replace(named, bill=replace(named.bill, houses=1))
    assert "bills/M1/houses" in {
        c.path for c in of_instruction(fuller, source(SourceKind.TYPED), {})
    }


def test_a_booking_without_a_bill_number_finds_its_bill_only_if_there_is_one() -> None:
    known = instruction("SYN 1")
    bookings = bookings_in([known])
    assert bookings == {"BK1": "SYN1"}
    asked = instruction("", mass_g=2_000_000)
    paths = {one.path for one in of_instruction(asked, source(SourceKind.BOOKING), bookings)}
    assert "bills/SYN1/goods/1/description" in paths
    torn = bookings_in([known, instruction("SYN 2")])
    assert torn == {}
    paths = {one.path for one in of_instruction(asked, source(SourceKind.BOOKING), torn)}
    assert "bills/BOOKING-BK1/goods/1/description" in paths
    lost = of_instruction(instruction("", None), source(SourceKind.BOOKING), {})
    assert not [one for one in lost if one.path.startswith("bills/")]


def test_two_papers_that_count_the_goods_otherwise_are_a_conflict() -> None:
    one = manifest(bill("SYN1"))
    goods = (*one.bills[0].goods, Goods(2, "shoes"))
    other = replace(one, bills=(replace(one.bills[0], goods=goods),))
    told = [
        *of_manifest(one, source(SourceKind.HOUSE_DATA)),
        *of_manifest(other, source(SourceKind.EARLIER_FILING)),
    ]
    assert prefill(told).fields["bills/SYN1/item_count"].is_conflict


def test_only_the_bills_that_were_asked_for_and_their_boxes_are_taken_from_a_manifest() -> None:
    whole = manifest(bill("SYN1", "CSQU3054383"), bill("SYN2", "MSKU1234565"),
                     boxes=["CSQU3054383", "MSKU1234565"])  # fmt: skip
    told = of_manifest(whole, source(SourceKind.EARLIER_FILING), frozenset({"SYN2"}))
    assert {one.path.split("/")[1] for one in told if not one.path.startswith("head/")} == {
        "SYN2", "MSKU1234565",
    }  # fmt: skip


def test_a_verified_mass_and_a_list_from_the_quay_tell_of_boxes_alone() -> None:
    weighed = VerifiedMass("csqu 305438 3", 21_000_000, seals=("S1",))
    masses = VerifiedMassList("V1", masses=(weighed, VerifiedMass("", 5)))
    told = of_verified_masses(masses, source(SourceKind.VERIFIED_MASS))
    told += of_boxes_seen(
        [Box("CSQU3054383", gross_mass_g=20_900_000, full=True)], source(SourceKind.MOVEMENT)
    )
    filled = prefill(told)
    assert {path.rpartition("/")[0] for path in filled.fields} == {"boxes/CSQU3054383"}
    assert filled.fields["boxes/CSQU3054383/verified_mass_g"].value == 21_000_000
    assert filled.not_taken == ()


def test_a_draft_made_of_a_filing_makes_the_same_manifest_again() -> None:
    whole = replace(
        manifest(replace(bill("SYN1", "CSQU3054383"), transhipment=False, licences=("L1",)),
                 boxes=["CSQU3054383"]),
        head=Head("DOC1", "785", vessel="SYNTHETIC STAR", voyage="012E", imo="9811000", mode="1",
                  arrival="2026-12-01T08:00"),
    )  # fmt: skip
    filled = prefill(of_manifest(whole, source(SourceKind.EARLIER_FILING)))
    values = {path: field.value for path, field in filled.fields.items()} | {
        "head/document": "DOC1"
    }
    assert manifest_of(values, profiles()["hk-eman-statement-1"], "sea") == whole


def test_a_profile_asks_for_each_bill_and_item_and_by_sea_for_mass_and_volume() -> None:
    profile = profiles()["hk-eman-statement-1"]
    none, *head = missing({}, profile, "sea")
    assert none.code == "DRAFT-NO-BILL"
    assert "fields/head/document" in {finding.where.path for finding in head}
    values: dict[str, Scalar | None] = {
        "bills/A/number": "A", "bills/B/number": "B", "bills/B/goods/1/description": "shoes",
        "bills/B/goods/1/gross_mass_g": 0, "bills/B/goods/2/description": "hats",
    }  # fmt: skip
    asked = {finding.where.path for finding in missing(values, profile, "sea")}
    assert {"fields/bills/A/goods/1/description", "fields/bills/B/goods/2/gross_mass_g"} <= asked
    assert "fields/bills/B/goods/1/gross_mass_g" not in asked  # zero was told
    # What may stand for it is named; where nothing may, nothing is offered.
    rail = {f.where.path: f for f in missing(values, profile, "rail")}
    mass = rail["fields/bills/A/goods/1/gross_mass_g"]
    assert (mass.code, mass.params["or"]) == (
        "DRAFT-ONE-OF-MISSING", "bills/A/goods/1/volume_cm3",
    )  # fmt: skip
    assert rail["fields/bills/A/goods/1/description"].code == "DRAFT-PARTICULAR-MISSING"
    assert "(" not in render(rail["fields/bills/A/goods/1/description"], "en").problem
    assert "fields/bills/B/goods/1/volume_cm3" in asked
    by_rail = {f.where.path for f in rail.values() if f.code != "DRAFT-DESK-ASKS"}
    assert "fields/bills/B/goods/1/volume_cm3" not in by_rail
    assert "fields/head/vessel" not in by_rail
    # No law asks for it by rail; the desk here knows no filing without it.
    assert rail["fields/head/vessel"].code == "DRAFT-DESK-ASKS"


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda one: str(one.id))
def test_every_particular_of_a_profile_is_a_field_of_a_draft(profile) -> None:  # type: ignore[no-untyped-def]
    for particular in profile.required:
        assert set(particular.any_of) <= patterns()


@pytest.mark.parametrize(
    ("path", "value", "is_right"),
    [
        ("head/vessel", "A" * NAME_CHARACTERS_MAX, True),
        ("head/vessel", "A" * (NAME_CHARACTERS_MAX + 1), False),
        ("head/vessel", "", False),
        ("head/vessel", 5, False),
        ("head/vessel", "A\x1b[31m", False),
        ("head/vessel", "A\u202eB", False),
        ("head/vessel", "\ud800", False),
        ("bills/1/goods/1/marks", "line 1\nline 2", True),
        ("bills/1/goods/1/description", "A" * TEXT_CHARACTERS_MAX, True),
        ("bills/1/goods/1/description", "A" * (TEXT_CHARACTERS_MAX + 1), False),
        ("bills/1/packages", 0, True),
        ("bills/1/packages", AMOUNT_MAX, True),
        ("bills/1/packages", AMOUNT_MAX + 1, False),
        ("bills/1/packages", -1, False),
        ("bills/1/packages", True, False),
        ("bills/1/packages", 1.5, False),
        ("bills/1/reefer", True, True),
        ("bills/1/reefer", 1, False),
        ("bills/1/licences", ["A"] * CODES_MAX, True),
        ("bills/1/licences", ["A"] * (CODES_MAX + 1), False),
        ("bills/1/licences", [], False),
        ("bills/1/licences", [5], False),
        ("bills/1/level", "master", True),
        ("bills/1/level", "mistress", False),
        ("head/arrival", "2026-12-01T08:00+08:00", True),
        ("head/arrival", "tomorrow", False),
        ("head/crossing_date", "2026-12-01", True),
        ("head/crossing_date", "2026-12-32", False),
        ("boxes/B/set_point_mdegc", -18_000, True),
        ("boxes/B/set_point_mdegc", -200_001, False),
        (f"bills/{'A' * KEY_CHARACTERS_MAX}/number", "A", True),
        (f"bills/{'A' * (KEY_CHARACTERS_MAX + 1)}/number", "A", False),
        ("bills/*/number", "A", False),
        ("bills//number", "A", False),
        ("bills/a b/number", "A", False),
        ("head/secret", "A", False),
        ("", "A", False),
        ("a" * 5000, "A", False),
    ],
)
def test_a_value_fits_its_field_or_is_refused_with_its_place(
    path: str, value: object, is_right: bool
) -> None:
    _, findings = read_value(path, value)
    assert (findings == []) is is_right, findings
    assert {finding.code for finding in findings} <= {
        "DRAFT-FIELD-UNKNOWN", "DRAFT-VALUE", "DRAFT-VALUE-HIDDEN",
    }  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=2),
    max_leaves=5,
)


@given(st.sampled_from(sorted(patterns())), json_values)
def test_whatever_is_sent_for_a_field_is_read_or_refused_and_read_the_same_again(
    pattern: str, raw: object
) -> None:
    path = pattern.replace("*", "1")
    value, findings = read_value(path, raw)
    if not findings:
        assert read_value(path, value) == (value, [])


@given(st.text(max_size=30))
def test_case_blanks_and_signs_do_not_make_two_names_of_one(text: str) -> None:
    assert compared(ValueKind.NAME, f" {text.upper()} - ") == compared(ValueKind.NAME, text.upper())


def test_the_same_moment_in_two_zones_is_one_and_one_without_a_zone_is_hong_kongs() -> None:
    times = ["2026-12-01T08:00+08:00", "2026-12-01T00:00+00:00", "2026-12-01T08:00"]
    assert len({compared(ValueKind.TIME, time) for time in times}) == 1
    assert Level.MASTER.value == compared(ValueKind.LEVEL, "master")


def test_a_value_that_does_not_fit_says_the_unit_and_which_character_nobody_sees() -> None:
    _, [hidden] = read_value(NAME, "SAM\u200bPLE \u202eLTD")
    assert (hidden.code, hidden.params["characters"]) == ("DRAFT-VALUE-HIDDEN", "U+200B, U+202E")
    _, [late] = read_value("head/arrival", "tomorrow")
    assert "a time such as 2027-05-12T12:00 (characters), 40 at most" in render(late, "en").problem
    _, [heavy] = read_value(MASS, -1)
    assert "whole grams" in render(heavy, "en").problem
    assert "克" in render(heavy, "zh-Hant-HK").problem
