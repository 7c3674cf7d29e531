"""Under whose address one may file."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Finding
from waglan.codes.party import PartyId
from waglan.parties.mandate import TRANSFERABLE, Mandate, in_force, may_file
from waglan.parties.permission import Act
from waglan.parties.role import ClientKind, Principal, Role, Scope

LINE, AGENT, RIVAL = PartyId("line"), PartyId("agent"), PartyId("rival")
OWNERS = {"HLCU:ZZZ": LINE, "4891234567890:14": LINE, "AGT": AGENT}
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
LETTER = Mandate("m1", LINE, AGENT, frozenset({Act.FILE}), FROM, UNTIL)
TICK = timedelta(microseconds=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def clerk(org: PartyId, client: ClientKind = ClientKind.PERSON) -> Principal:
    who = None if client is ClientKind.AI else "s1"
    return Principal(org, frozenset({Role.CARRIER}), client, frozenset({Scope.FILE}), "t", who)


def code(finding: Finding | None) -> str | None:
    return finding.code if finding else None


def test_one_files_under_ones_own_addresses() -> None:
    own = ["HLCU:ZZZ", " 4891234567890:14 "]
    assert may_file(clerk(LINE), own, OWNERS, [], at=NOW) is None


@pytest.mark.parametrize("address", ["AGT", "NOBODY", "HLCU", "", "hlcu:zzz"])
def test_anothers_address_and_an_unknown_one_get_the_same_answer(address: str) -> None:
    answer = may_file(clerk(LINE), ["HLCU:ZZZ", address], OWNERS, [], at=NOW)
    assert answer is not None
    assert (answer.code, answer.params) == ("PARTY-SENDER-NOT-YOURS", {"address": address})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (FROM - TICK, "PARTY-SENDER-NOT-YOURS"),
        (FROM, None),
        (UNTIL - TICK, None),
        (UNTIL, "PARTY-MANDATE-ENDED"),
    ],
)
def test_a_letter_of_authority_holds_from_its_first_moment_to_its_last(
    at: datetime, expected: str | None
) -> None:
    assert code(may_file(clerk(AGENT), ["HLCU:ZZZ"], OWNERS, [LETTER], at=at)) == expected


def test_a_letter_to_look_is_no_letter_to_file() -> None:
    letter = Mandate("m2", LINE, AGENT, frozenset({Act.READ}), FROM, UNTIL)
    answer = may_file(clerk(AGENT), ["HLCU:ZZZ"], OWNERS, [letter], at=NOW)
    assert code(answer) == "PARTY-SENDER-NOT-YOURS"
    late = may_file(clerk(AGENT), ["HLCU:ZZZ"], OWNERS, [letter], at=UNTIL)
    assert code(late) == "PARTY-SENDER-NOT-YOURS"


def test_a_letter_to_one_agent_serves_no_other_and_no_other_owner() -> None:
    assert may_file(clerk(RIVAL), ["HLCU:ZZZ"], OWNERS, [LETTER], at=NOW) is not None
    back = Mandate("m3", AGENT, RIVAL, frozenset({Act.FILE}), FROM, UNTIL)
    assert may_file(clerk(RIVAL), ["HLCU:ZZZ"], OWNERS, [LETTER, back], at=NOW) is not None
    assert may_file(clerk(RIVAL), ["AGT"], OWNERS, [back], at=NOW) is None


def test_a_letter_taken_back_is_gone() -> None:
    assert in_force([LETTER], {"m1"}) == ()
    assert in_force([LETTER], {"other"}) == (LETTER,)


@pytest.mark.parametrize("letters", [[], [LETTER]])
def test_an_assistant_never_files_under_any_address(letters: list[Mandate]) -> None:
    for org in (LINE, AGENT):
        answer = may_file(clerk(org, ClientKind.AI), [], OWNERS, letters, at=NOW)
        assert code(answer) == "PARTY-AI-REFUSED"


@given(st.sets(st.sampled_from(sorted(Act, key=lambda act: act.value))))
def test_nobody_decides_or_erases_in_anothers_name(acts: set[Act]) -> None:
    if acts <= TRANSFERABLE:
        Mandate("m", LINE, AGENT, frozenset(acts), FROM, UNTIL)
    else:
        with pytest.raises(ValueError, match="not transferable"):
            Mandate("m", LINE, AGENT, frozenset(acts), FROM, UNTIL)
    assert {Act.DECIDE, Act.SIGN_ORDER, Act.ERASE, Act.PLEDGE}.isdisjoint(TRANSFERABLE)
