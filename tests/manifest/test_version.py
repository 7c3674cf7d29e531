"""Originals, replacements, changes and withdrawals."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from papers import bill, manifest

from waglan.codes.finding import Finding, Severity
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.manifest.model import Function, Head, Manifest
from waglan.manifest.version import (
    NEXT,
    Identity,
    State,
    Version,
    amend,
    call_of,
    following,
    identity,
)

LINE = PartyId("hlcu")
ABSENT, DECLARED = Version(), Version(3, State.DECLARED, "REF3")
CANCELLED = Version(4, State.CANCELLED, "REF4")


def head(function: Function, *named: str) -> Head:
    return Head("DOC1", function=function, references=tuple(("ACW", name) for name in named))


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def numbers(whole: Manifest) -> list[str]:
    return [bill.number for bill in whole.bills]


@pytest.mark.parametrize(("state", "function"), list(product(State, Function)))
def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(
    state: State, function: Function
) -> None:
    current = {State.ABSENT: ABSENT, State.DECLARED: DECLARED, State.CANCELLED: CANCELLED}[state]
    after, findings = following(current, head(function, str(current.number)), reference="REF9")
    if (state, function) in NEXT:
        assert after == Version(current.number + 1, NEXT[state, function], "REF9")
        assert findings == []
    else:
        assert after == current
        [finding] = findings
        assert finding.severity is Severity.ERROR
        assert (
            finding.code
            == {
                State.ABSENT: "MANIFEST-NOTHING-TO-AMEND",
                State.DECLARED: "MANIFEST-ALREADY-DECLARED",
                State.CANCELLED: "MANIFEST-ALREADY-CANCELLED",
            }[state]
        )


@given(st.lists(st.sampled_from(list(Function)), max_size=12))
def test_versions_are_counted_without_gaps_and_a_cancelled_manifest_stays_cancelled(
    functions: list[Function],
) -> None:
    current = ABSENT
    for function in functions:
        after, _ = following(current, head(function, str(current.number)), reference="R")
        assert after.number - current.number == (after != current)
        assert current.state is not State.CANCELLED or after == current
        current = after


@pytest.mark.parametrize("named", ["3", "REF3", " REF3 "])
def test_an_amendment_names_the_version_it_changes_by_our_number_or_its_own(named: str) -> None:
    assert following(DECLARED, head(Function.CHANGE, named), reference="R")[1] == []


@pytest.mark.parametrize("function", [Function.CHANGE, Function.ADD, Function.REPLACE])
def test_an_amendment_of_an_old_version_is_refused(function: Function) -> None:
    after, findings = following(DECLARED, head(function, "2"), reference="R")
    assert (after, codes(findings)) == (DECLARED, ["MANIFEST-OLD-VERSION"])


def test_a_senders_reference_that_looks_like_an_older_version_is_taken_for_that() -> None:
    of_one, of_three = (Version(number, State.DECLARED, "1") for number in (1, 3))
    for current, named, told in (
        (of_one, "1", []),
        (of_three, "1", ["MANIFEST-OLD-VERSION"]),
        (of_three, "3", []),
        (Version(3, State.DECLARED, "4"), "4", []),
        (Version(3, State.DECLARED, "001"), "001", []),
    ):
        _, findings = following(current, head(Function.CHANGE, named), reference="R")
        assert codes(findings) == told


def test_a_partial_amendment_without_a_version_is_refused_and_a_whole_one_warned() -> None:
    for function in (Function.CHANGE, Function.ADD):
        after, findings = following(DECLARED, head(function), reference="R")
        assert (after, codes(findings)) == (DECLARED, ["MANIFEST-VERSION-UNNAMED"])
    for function in (Function.REPLACE, Function.CANCEL):
        after, findings = following(DECLARED, head(function), reference="R")
        assert (after.number, codes(findings)) == (4, ["MANIFEST-VERSION-UNNAMED"])


def test_a_manifest_is_known_by_filer_document_and_call() -> None:
    by_imo = Head(" DOC1 ", vessel="Ever Given", imo="9811000", voyage="012 e")
    call = Key(KeyKind.CALL, "9811000/012E")
    assert identity(LINE, by_imo) == Identity(LINE, "DOC1", call)
    assert call_of(replace(by_imo, imo=None)) == Key(KeyKind.CALL, "EVER GIVEN/012E")


@pytest.mark.parametrize("lacks", [{"document": " "}, {"voyage": None}, {"imo": "", "vessel": ""}])
def test_a_manifest_that_does_not_say_which_it_is_is_told_so(lacks: dict[str, str | None]) -> None:
    whole = Head("DOC1", vessel="EVER GIVEN", imo="9811000", voyage="012E")
    lacking = identity(LINE, replace(whole, **lacks))
    assert isinstance(lacking, Finding)
    assert lacking.code == "MANIFEST-WITHOUT-IDENTITY"


NOW = manifest(bill("A", "X"), bill("B", "X"), boxes=["X"])


def test_a_change_gives_bills_anew_in_their_old_place() -> None:
    changed = bill("A", "Y", packages=99)
    after, findings = amend(NOW, manifest(changed, boxes=["Y"], function=Function.CHANGE))
    assert after.bills == (changed, NOW.bills[1])
    assert [box.number for box in after.equipment] == ["X", "Y"]
    assert after.head.function is Function.ORIGINAL
    assert findings == []


def test_a_change_may_tell_of_a_new_hour_of_arrival() -> None:
    later = manifest(function=Function.CHANGE)
    later = replace(later, head=replace(later.head, arrival="2026-09-03T06:00"))
    assert amend(NOW, later)[0].head == replace(NOW.head, arrival="2026-09-03T06:00")


def test_a_change_of_a_bill_that_is_not_there_is_refused() -> None:
    after, findings = amend(NOW, manifest(bill("Z", "X"), function=Function.CHANGE))
    assert (after, codes(findings)) == (NOW, ["MANIFEST-CHANGES-UNKNOWN-BILL"])


def test_added_bills_come_last_and_may_use_boxes_already_listed() -> None:
    after, findings = amend(NOW, manifest(bill("C", "X"), function=Function.ADD))
    assert (numbers(after), findings) == (["A", "B", "C"], [])


def test_adding_a_bill_that_is_there_is_refused() -> None:
    after, findings = amend(NOW, manifest(bill("B", "X"), function=Function.ADD))
    assert (after, codes(findings)) == (NOW, ["MANIFEST-ADDS-KNOWN-BILL"])


def test_an_amendment_that_names_a_box_nobody_ever_listed_is_refused() -> None:
    after, findings = amend(NOW, manifest(bill("C", "Q"), function=Function.ADD))
    assert (after, codes(findings)) == (NOW, ["MANIFEST-BOX-UNDECLARED"])


def test_a_box_left_without_a_bill_by_a_change_is_a_warning() -> None:
    one = manifest(bill("A", "X"), boxes=["X"])
    after, findings = amend(one, manifest(bill("A", "Y"), boxes=["Y"], function=Function.CHANGE))
    assert codes(findings) == ["MANIFEST-BOX-UNUSED"]
    assert after.bills == (bill("A", "Y"),)


def test_a_replacement_gives_the_whole_manifest() -> None:
    new = manifest(bill("Q", "Z"), boxes=["Z"], function=Function.REPLACE)
    assert amend(NOW, new) == (new, [])


def test_a_replacement_by_nothing_is_refused() -> None:
    after, [finding] = amend(NOW, manifest(function=Function.REPLACE))
    assert (after, finding.code) == (NOW, "MANIFEST-REPLACED-BY-NOTHING")
    assert finding.params == {"left": len(NOW.bills)}
    empty = replace(NOW, bills=(), equipment=())
    assert amend(empty, manifest(function=Function.REPLACE))[1] == []


def test_a_withdrawal_leaves_nothing_declared() -> None:
    after, findings = amend(NOW, manifest(function=Function.CANCEL))
    assert (after.bills, after.equipment, findings) == ((), (), [])
    assert amend(NOW, replace(NOW, head=head(Function.CANCEL)))[1] == []


def test_a_withdrawal_that_names_some_bills_is_asked_what_it_means() -> None:
    after, findings = amend(NOW, manifest(bill("A", "X"), function=Function.CANCEL))
    assert (after, codes(findings)) == (NOW, ["MANIFEST-CANCELS-SOME"])
    assert findings[0].params == {"named": 1, "left": 1}


@given(st.lists(st.sampled_from("ABCD"), unique=True, max_size=4))
def test_the_same_change_twice_is_as_good_as_once(changed: list[str]) -> None:
    change = manifest(*(bill(n, "X", packages=7) for n in changed), function=Function.CHANGE)
    once, _ = amend(NOW, change)
    assert amend(once, change)[0] == once
