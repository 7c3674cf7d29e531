"""Manifests that come in several messages."""

import gc
import resource
from datetime import UTC, datetime, timedelta
from functools import reduce
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import HEAD, KEY, bill, counting, part

from waglan.codes.finding import Finding, Severity
from waglan.manifest import assembly
from waglan.manifest.assembly import Assembly, NotWhole, Refused, Replayed, Taken, join, offer
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Level,
    Manifest,
    Package,
    Part,
    Totals,
)
from waglan.manifest.split import split
from waglan.manifest.totals import kg

NEW = Assembly(KEY)
OTHER = msgspec.structs.replace(KEY, sender="X")
ONE, TWO = b"1" * 32, b"2" * 32
OPENED = datetime(2026, 9, 1, 8, tzinfo=UTC)


def take(state: Assembly, number: int, sha256: bytes = ONE, *, is_final: bool = False) -> Assembly:
    answer = offer(state, number, sha256, is_final=is_final)
    assert isinstance(answer, Taken)
    return answer.assembly


def refused(state: Assembly, number: int, sha256: bytes = ONE, *, is_final: bool = False) -> str:
    answer = offer(state, number, sha256, is_final=is_final)
    assert isinstance(answer, Refused)
    assert answer.finding.severity is Severity.ERROR
    return answer.finding.code


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@given(st.integers(1, 20).flatmap(lambda n: st.permutations(range(1, n + 1))))
def test_parts_in_any_order_make_the_same_manifest_complete(order: list[int]) -> None:
    last = len(order)
    states = [NEW]
    for number in order:
        states.append(take(states[-1], number, bytes([number]), is_final=number == last))
    assert states[-1] == Assembly(KEY, {n: bytes([n]) for n in range(1, last + 1)}, last)
    assert [state.is_complete for state in states] == [False] * last + [True]
    assert states[-1].missing() == ()


def test_a_single_message_that_is_final_is_complete_at_once() -> None:
    assert take(NEW, 1, is_final=True).is_complete


def test_the_missing_parts_are_named_as_far_as_anybody_told() -> None:
    assert NEW.missing() == ()
    assert take(NEW, 3).missing() == (1, 2)
    assert take(take(NEW, 4, is_final=True), 2).missing() == (1, 3)


@given(st.sets(st.integers(1, 9), min_size=1), st.data())
def test_the_same_part_again_is_a_replay_and_other_content_is_refused(
    numbers: set[int], data: st.DataObject
) -> None:
    state = reduce(take, sorted(numbers), NEW)
    again = data.draw(st.sampled_from(sorted(numbers)))
    assert offer(state, again, ONE, is_final=False) == Replayed()
    assert refused(state, again, TWO) == "MANIFEST-PART-CHANGED"


def test_a_part_beyond_the_last_is_refused_and_the_assembly_stays_open() -> None:
    state = take(NEW, 2, is_final=True)
    assert refused(state, 3) == "MANIFEST-PART-BEYOND-LAST"
    assert refused(take(NEW, 3), 2, is_final=True) == "MANIFEST-PART-BEYOND-LAST"
    assert take(state, 1).is_complete


def test_two_last_parts_are_refused() -> None:
    state = take(NEW, 2, is_final=True)
    assert refused(state, 1, is_final=True) == "MANIFEST-PART-SECOND-LAST"
    assert refused(state, 3, is_final=True) == "MANIFEST-PART-SECOND-LAST"


def test_part_numbers_go_from_one_to_ninety_nine() -> None:
    assert take(NEW, assembly.PARTS_MAX).parts == {99: ONE}
    assert refused(NEW, assembly.PARTS_MAX + 1) == "MANIFEST-PART-NUMBER"
    assert take(NEW, 1).parts == {1: ONE}
    assert refused(NEW, 0) == "MANIFEST-PART-NUMBER"


@pytest.mark.parametrize(
    ("filing_deadline", "due_after"),
    [(None, timedelta(hours=24)), (OPENED + timedelta(hours=6), timedelta(hours=6))],
)
def test_the_sender_is_told_of_an_assembly_open_at_its_deadline(
    filing_deadline: datetime | None, due_after: timedelta
) -> None:
    state = take(take(NEW, 1), 3, is_final=True)
    due, tick = OPENED + due_after, timedelta(microseconds=1)
    assert assembly.overdue(state, OPENED, filing_deadline, as_of=due - tick) is None
    told = assembly.overdue(state, OPENED, filing_deadline, as_of=due)
    assert told is not None
    assert told.params == {"reference": "REF1", "came": 2, "of": 3, "missing": "2"}
    assert assembly.overdue(take(state, 2), OPENED, filing_deadline, as_of=due) is None


# One manifest in three parts; each box is listed in another part than the bill that uses it.
THREE = [
    part(1, [bill("A", "BBBU1"), bill("B", "CCCU1")], ["AAAU1"]),
    part(2, [bill("C", "AAAU1", "CCCU1")], ["BBBU1"]),
    counting(part(3, [bill("D", "BBBU1")], ["CCCU1"], last=True), Totals(4, 3, 40, 4_000_000)),
]


@given(st.permutations(THREE))
def test_a_manifest_is_the_same_in_whatever_order_its_parts_come(parts: list[Part]) -> None:
    manifest, findings = join(parts)
    assert [b.number for b in manifest.bills] == ["A", "B", "C", "D"]
    assert [b.part for b in manifest.bills] == [1, 1, 2, 3]
    assert [(box.number, box.part) for box in manifest.equipment] == [
        ("AAAU1", 1),
        ("BBBU1", 2),
        ("CCCU1", 3),
    ]
    assert (manifest.head, manifest.parts, findings) == (HEAD, 3, [])


@given(st.integers(1, 30), st.integers(1, 7), st.randoms())
def test_a_manifest_cut_into_parts_is_joined_again_to_what_it_was(
    size: int, bills_max: int, shuffler: Random
) -> None:
    boxes = [Equipment(f"CSQU{n}", full=True) for n in range(size)]
    bills = [bill(str(n), f"CSQU{n}", f"CSQU{(n + 1) % size}") for n in range(size)]
    whole = Manifest(HEAD, tuple(bills), tuple(boxes))
    parts = split(whole, KEY, bills_max)
    shuffler.shuffle(parts)
    joined, findings = join(parts)
    assert findings == []
    assert (joined.head, joined.parts) == (HEAD, len(parts))
    assert [msgspec.structs.replace(b, part=1) for b in joined.bills] == bills
    assert [msgspec.structs.replace(b, part=1) for b in joined.equipment] == boxes


@pytest.mark.parametrize(
    "parts",
    [
        [],
        THREE[:2],
        THREE[1:],
        [*THREE, THREE[0]],
        [THREE[0], msgspec.structs.replace(THREE[1], is_final=True), THREE[2]],
        [msgspec.structs.replace(THREE[0], key=OTHER), *THREE[1:]],
    ],
)
def test_nothing_is_joined_before_all_parts_of_one_manifest_are_there(parts: list[Part]) -> None:
    with pytest.raises(NotWhole):
        join(parts)


@pytest.mark.parametrize("name", assembly.AGREED)
def test_parts_that_differ_in_document_or_call_are_both_named(name: str) -> None:
    value = Function.REPLACE if name == "function" else "OTHER"
    full = msgspec.structs.replace(HEAD, document_name="85", customs_office="HK01", arrival="1")
    other = msgspec.structs.replace(full, **{name: value})
    some = [bill("A", "X")]
    _, [finding] = join([part(1, some, ["X"], head=full), part(2, [], head=other, last=True)])
    assert finding.code == "MANIFEST-HEAD-DIFFERS"
    assert finding.where.path == f"parts/2/head/{name}"
    assert (finding.params["first"], finding.params["second"]) == (1, 2)


@pytest.mark.parametrize("name", ["agent", "vessel", "mode", "departure"])
def test_parts_that_differ_in_what_the_call_does_not_hang_on_are_told_and_the_first_holds(
    name: str,
) -> None:
    one, two = ("2026-12-03", "2026-12-05") if name == "departure" else ("ONE", "TWO")
    heads = [msgspec.structs.replace(HEAD, **{name: value}) for value in (one, two)]
    parts = [part(1, [bill("A", "X")], ["X"], head=heads[0]), part(2, [], head=heads[1], last=True)]
    whole, [finding] = join(parts)
    assert (finding.code, finding.severity) == ("MANIFEST-HEAD-UNLIKE", Severity.WARNING)
    assert finding.params["second_value"] == two
    assert getattr(whole.head, name) == one


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("2026-12-05T09:00", ["MANIFEST-HEAD-DIFFERS"]),
        ("2026-12-03T21:00", ["MANIFEST-HEAD-DIFFERS"]),
        ("2026-12-03", []),
        ("2026-12-03T09:00", []),
        (None, []),
    ],
)
def test_parts_agree_on_the_arrival_that_serving_hangs_on(
    other: str | None, expected: list[str]
) -> None:
    heads = [msgspec.structs.replace(HEAD, arrival=at) for at in ("2026-12-03T09:00", other)]
    for first, second in (heads, heads[::-1]):
        some = part(1, [bill("A", "X")], ["X"], head=first)
        assert codes(join([some, part(2, [], head=second, last=True)])[1]) == expected


def test_a_manifest_without_any_bill_is_asked_whether_that_is_meant() -> None:
    _, [finding] = join([part(1, [], last=True)])
    assert (finding.code, finding.severity) == ("MANIFEST-NO-BILL", Severity.WARNING)


def test_a_part_that_is_silent_about_the_call_contradicts_nobody() -> None:
    silent = msgspec.structs.replace(HEAD, voyage=None, imo=None, agent="WALLEM")
    loud = msgspec.structs.replace(HEAD, voyage="012e ", references=(("AAA", "1"),))
    head = join([part(1, [], head=silent), part(2, [], head=loud, last=True)])[0].head
    assert (head.voyage, head.imo, head.agent) == ("012e ", "9811000", "WALLEM")
    assert head.references == (("AAA", "1"),)


def test_the_same_bill_in_two_parts_is_named_with_both() -> None:
    parts = [part(1, [bill("A", "X"), bill("A", "X")], ["X"]), part(2, [bill("A", "X")], last=True)]
    manifest, [finding] = join(parts)
    assert finding.code == "MANIFEST-BILL-IN-TWO-PARTS"
    assert finding.params == {"bill": "A", "first": 1, "second": 2}
    assert len(manifest.bills) == 3


def test_a_box_listed_in_two_parts_is_one_box_with_all_that_was_told() -> None:
    first = Equipment("AAAU1", size_type="22G1", seals=("S1",), full=True)
    again = Equipment("aaau1", tare_g=2_200_000, seals=("S1", "S2"), full=True)
    parts = [part(1, [bill("A", "AAAU1")], [first]), part(2, [], [again], last=True)]
    manifest, findings = join(parts)
    [box] = manifest.equipment
    assert (box.size_type, box.tare_g, box.seals) == ("22G1", 2_200_000, ("S1", "S2"))
    assert findings == []


def test_a_box_listed_with_other_seals_or_another_mass_is_a_warning() -> None:
    first = Equipment("AAAU1", gross_mass_g=5_000, seals=("S1",))
    again = Equipment("AAAU1", gross_mass_g=6_000, seals=("S9",))
    parts = [part(1, [bill("A", "AAAU1")], [first]), part(2, [], [again], last=True)]
    manifest, findings = join(parts)
    assert {f.params["field"] for f in findings} == {"gross_mass_g", "seals"}
    assert {f.severity for f in findings} == {Severity.WARNING}
    assert manifest.equipment[0].gross_mass_g == 5_000


def test_a_box_that_nobody_listed_is_told_once_with_the_first_bill_that_names_it() -> None:
    parts = [part(1, [bill("A", "AAAU1"), bill("B", "AAAU1")], last=True)]
    _, [finding] = join(parts)
    assert finding.code == "MANIFEST-BOX-UNDECLARED"
    assert finding.params == {"box": "AAAU1", "bill": "A", "part": 1}


def test_a_laden_box_without_a_bill_is_told_and_an_empty_one_is_not() -> None:
    boxes: list[str | Equipment] = ["AAAU1", "BBBU1", Equipment("CCCU1", full=False)]
    _, findings = join([part(1, [bill("A", "AAAU1")], boxes, last=True)])
    assert [(f.code, f.params["box"]) for f in findings] == [("MANIFEST-BOX-UNUSED", "BBBU1")]


def test_a_sender_who_ties_no_bill_to_a_box_is_told_once() -> None:
    _, findings = join([part(1, [bill("A"), bill("B")], ["AAAU1", "BBBU1"], last=True)])
    assert codes(findings) == ["MANIFEST-BOXES-NOT-TIED"]


@pytest.mark.parametrize("function", [Function.CHANGE, Function.ADD, Function.CANCEL])
def test_an_amendment_may_name_boxes_that_only_the_version_before_lists(function: Function) -> None:
    head = msgspec.structs.replace(HEAD, function=function)
    assert join([part(1, [bill("A", "AAAU1")], head=head, last=True)])[1] == []


@pytest.mark.parametrize(
    ("totals", "code"),
    [
        (Totals(bills=3), "MANIFEST-TOTAL-BILLS"),
        (Totals(containers=2), "MANIFEST-TOTAL-BOXES"),
        (Totals(packages=21), "MANIFEST-TOTAL-PACKAGES"),
        (Totals(gross_mass_g=2_001_501), "MANIFEST-TOTAL-MASS"),
    ],
)
def test_a_total_that_no_way_of_counting_gives_is_told(totals: Totals, code: str) -> None:
    bills = [bill("A", "X"), bill("B", "X")]
    right = Totals(2, 1, 20, 2_001_500)  # three figures rounded to whole kilograms
    assert join([counting(part(1, bills, ["X"], last=True), right)])[1] == []
    _, findings = join([counting(part(1, bills, ["X"], last=True), totals)])
    assert codes(findings) == [code]


@pytest.mark.parametrize("count", [1, 3])
def test_a_part_may_count_itself_or_the_whole(count: int) -> None:
    parts = [
        counting(part(1, [bill("A", "X")], ["X"]), Totals(bills=count)),
        part(2, [bill("B", "X"), bill("C", "X")], last=True),
    ]
    assert join(parts)[1] == []


def test_a_sender_may_count_masters_alone() -> None:
    below = Bill("H", Level.HOUSE, "A", packages=10, gross_mass_g=1_000_000)
    totals = Totals(bills=1, packages=10, gross_mass_g=1_000_000)
    assert join([counting(part(1, [bill("A", "X"), below], ["X"], last=True), totals)])[1] == []


def test_what_nobody_said_is_not_compared() -> None:
    silent = Bill("A", Level.MASTER, goods=(Goods(1, "toys"),))
    totals = Totals(bills=1, packages=5, gross_mass_g=7)
    assert join([counting(part(1, [silent], last=True), totals)])[1] == []


def test_a_bill_whose_goods_do_not_add_up_is_told() -> None:
    goods = (Goods(1, "toys", 5, gross_mass_g=1_000), Goods(2, "toys", 5, gross_mass_g=2_000))
    told = Bill("A", Level.MASTER, packages=11, gross_mass_g=4_501, goods=goods)
    _, findings = join([part(1, [told], last=True)])
    assert codes(findings) == ["MANIFEST-BILL-PACKAGES", "MANIFEST-BILL-MASS"]
    assert findings[1].params == {"bill": "A", "told": "4.501", "counted": "3"}
    rounded = msgspec.structs.replace(told, packages=10, gross_mass_g=4_500)
    assert join([part(1, [rounded], last=True)])[1] == []


@given(st.integers(-(10**15), 10**15))
def test_a_mass_in_kilograms_is_never_rounded(mass_g: int) -> None:
    whole, _, rest = kg(mass_g).lstrip("-").partition(".")
    assert int(whole) * 1000 + int(rest.ljust(3, "0")) == abs(mass_g)
    assert kg(mass_g).startswith("-") == (mass_g < 0)


@pytest.mark.parametrize(("extra", "expected"), [(0, []), (1, ["MANIFEST-TOO-MANY-BILLS"])])
def test_a_manifest_takes_a_hundred_thousand_bills(extra: int, expected: list[str]) -> None:
    bills = [Bill(str(n), Level.MASTER) for n in range(assembly.BILLS_MAX + extra)]
    assert codes(join([part(1, bills, last=True)])[1]) == expected


@pytest.mark.parametrize(("extra", "expected"), [(0, []), (1, ["MANIFEST-TOO-MANY-BOXES"])])
def test_a_manifest_takes_a_hundred_thousand_boxes(extra: int, expected: list[str]) -> None:
    boxes = [Equipment(str(n), full=False) for n in range(assembly.EQUIPMENT_MAX + extra)]
    assert codes(join([part(1, [bill("A", "0")], boxes, last=True)])[1]) == expected


def big_ship(bills: int = 20_000, boxes: int = 24_000) -> list[Part]:
    """A manifest of two goods items a bill, in messages of at most 9,999 bills."""
    papers = [
        Bill(
            f"HLCU{n:09}",
            Level.MASTER,
            packages=20,
            gross_mass_g=2_000_000,
            goods=tuple(
                Goods(item, "goods", 10, gross_mass_g=1_000_000, stowed=(Package(box, 10),))
                for item, box in ((1, f"CSQU{n:07}"), (2, f"CSQU{n * 6 // 5:07}"))
            ),
        )
        for n in range(bills)
    ]
    listed = [f"CSQU{n:07}" for n in range(boxes)]
    counts = Totals(bills, boxes, 20 * bills, 2_000_000 * bills)
    starts = range(0, bills, 9_999)
    return [
        counting(
            part(
                number,
                papers[start : start + 9_999],
                listed[start : start + 9_999 if number < len(starts) else boxes],
                last=number == len(starts),
            ),
            counts,
        )
        for number, start in enumerate(starts, 1)
    ]


def test_a_big_ships_manifest_is_joined_quickly_and_in_linear_time() -> None:
    small, middle, big = (cpu_seconds(big_ship(n, n * 6 // 5)) for n in (10_000, 20_000, 40_000))
    # A fair share of an idle core takes a tenth of a second; four times that is a real fault.
    assert middle < 0.4
    assert big < 8 * small


def cpu_seconds(parts: list[Part]) -> float:
    best = 9.0
    for _ in range(3):
        gc.collect()
        start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        manifest, _ = join(parts)
        best = min(best, resource.getrusage(resource.RUSAGE_SELF).ru_utime - start)
    assert len(manifest.bills) == sum(len(part.bills) for part in parts)
    return best
