"""Who may hand in a manifest that is another's to file."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.manifest.model import Bill, Head, Level, Manifest
from waglan.manifest.on_behalf import asks_for_letter, letter_for
from waglan.parties.authorisation import Letter
from waglan.parties.role import Role

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
S1, FIRM = "hk-eman-statement-1", frozenset({Role.FORWARDER})


def manifest(*levels: Level, carrier: str | None = "EXLN", mode: str | None = "1") -> Manifest:
    bills = tuple(Bill(f"B{n}", level) for n, level in enumerate(levels or (Level.MASTER,)))
    return Manifest(Head("M1", carrier=carrier, mode=mode), bills, ())


def letter(
    code: str = "EXLN", name: str = "EXAMPLE LINE LTD", days: int = 60, profile: str = S1
) -> Letter:
    names, until = (name,), NOW + days * DAY
    return Letter("L", frozenset({profile}), NOW - 90 * DAY, until, None, names, code)


def found(paper: Manifest, *letters: Letter, at: datetime = NOW) -> list[tuple[str, str]]:
    findings = letter_for(paper, FIRM, letters, at=at)
    assert {one.where.path for one in findings} <= {"head/carrier"}
    return [(one.code, one.severity.value) for one in findings]


def test_a_forwarder_needs_a_letter_for_masters_and_none_for_his_own_houses() -> None:
    assert found(manifest()) == [("LETTER-FOR-MANIFEST", "error")]
    assert found(manifest(Level.HOUSE, Level.HOUSE)) == []
    assert found(manifest(Level.HOUSE, Level.MASTER)) == [("LETTER-FOR-MANIFEST", "error")]
    assert found(manifest(), letter()) == []
    assert letter_for(manifest(), {Role.CARRIER, Role.FORWARDER}, [], at=NOW) == []


@pytest.mark.parametrize("role", [Role.TRADER, Role.TRUCKER])
def test_whoever_may_lodge_for_nobody_is_refused_with_any_letter(role: Role) -> None:
    [why] = letter_for(manifest(), {role}, [letter()], at=NOW)
    assert (why.code, why.where.path) == ("PROFILE-NOT-A-LODGER", "head/carrier")


@pytest.mark.parametrize(("mode", "is_asked"), [("1", True), ("4", True), (None, True), ("", True),
                                               ("3", False)])  # fmt: skip
def test_what_comes_by_road_is_no_manifest_of_this_kind(mode: str | None, is_asked: bool) -> None:
    assert asks_for_letter(manifest(mode=mode), FIRM) is is_asked


@pytest.mark.parametrize(
    ("held", "at", "code"),
    [
        (letter(), NOW + 60 * DAY - TICK, "LETTER-EXPIRES-SOON"),
        (letter(), NOW + 60 * DAY, "LETTER-EXPIRED"),
        (letter(), NOW - 90 * DAY - TICK, "LETTER-NOT-YET"),
        (letter(profile="hk-tdec"), NOW, "LETTER-OTHER-PROFILE"),
        (letter(code="OTHER"), NOW, "LETTER-FOR-MANIFEST"),
        (letter(code=""), NOW, "LETTER-CLIENT-UNCERTAIN"),
        (letter(code="", days=-1), NOW, "LETTER-FOR-MANIFEST"),
    ],
)
def test_a_letter_counts_while_it_is_in_force_for_this_filing_and_this_carrier(
    held: Letter, at: datetime, code: str
) -> None:
    assert [one for one, _ in found(manifest(), held, at=at)] == [code]


def test_the_carrier_is_known_by_code_or_by_name_however_it_is_typed() -> None:
    assert found(manifest(carrier=" exln "), letter()) == []
    assert found(manifest(carrier="Example Line Ltd."), letter(code="")) == []
    assert found(manifest(carrier="范例航运"), letter(code="", name="範例航運")) == []
    # Whom a manifest does not name may be anybody's client.
    assert found(manifest(carrier=None), letter()) == [("LETTER-CLIENT-UNCERTAIN", "warning")]


letters = st.builds(
    letter,
    st.sampled_from(["EXLN", "OTHER", ""]),
    st.sampled_from(["EXAMPLE LINE LTD", "EXLN", "OTHER LINE"]),
    st.integers(-30, 60),
    st.sampled_from([S1, "hk-tdec"]),
)


@given(st.lists(letters, max_size=4), st.sampled_from(["EXLN", "OTHER", "", None]))
def test_it_is_refused_unless_one_letter_alone_would_do(
    held: list[Letter], carrier: str | None
) -> None:
    def is_refused(*some: Letter) -> bool:
        findings = letter_for(manifest(carrier=carrier), FIRM, some, at=NOW)
        return any(one.severity is Severity.ERROR for one in findings)

    assert is_refused(*held) == all(is_refused(one) for one in held)
    assert is_refused(*held) == is_refused(*reversed(held))
    for one in held:
        if not is_refused(one):
            assert one.since <= NOW < one.until
            assert S1 in one.profiles
