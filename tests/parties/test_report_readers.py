"""Who may see what is told of a box, and who may tell it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.parties.permission import Act
from waglan.parties.readers import View
from waglan.parties.report_readers import Concerned, Seen, movement_readers
from waglan.parties.reporting import role_refusal
from waglan.parties.role import Role

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
ORGS = st.integers(1, 5)
SEEN = st.builds(
    Seen,
    ORGS,
    st.sampled_from(View),
    st.sampled_from([NOW, NOW - timedelta(1), NOW + timedelta(1), FOREVER]),
)
CONCERNED = st.builds(
    Concerned, ORGS, st.none() | ORGS, st.lists(ORGS, max_size=2), st.lists(ORGS, max_size=2)
)


def readers(seen: list[Seen], concerned: Concerned) -> dict[int, datetime]:
    return movement_readers(seen, concerned, as_of=NOW, forever=FOREVER)


def test_a_sight_of_the_boxes_shows_the_move_for_as_long_as_it_lasts() -> None:
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    seen = [Seen(2, View.EQUIPMENT, soon), Seen(2, View.FULL, later), Seen(3, View.STATUS, later)]
    assert readers(seen, Concerned(1)) == {2: later}
    assert readers([Seen(2, View.FULL, NOW)], Concerned(1)) == {}


def test_whom_it_is_addressed_to_who_lists_the_box_and_the_authority_see_it_for_good() -> None:
    assert readers([], Concerned(1, 2, [3], [4])) == dict.fromkeys((2, 3, 4), FOREVER)


def test_the_sender_is_no_reader_of_his_own_words() -> None:
    assert readers([Seen(1, View.FULL, FOREVER)], Concerned(1, 1, [1], [1])) == {}


@given(st.lists(SEEN, max_size=6), CONCERNED)
def test_nobody_sees_it_who_has_nothing_to_do_with_it(
    seen: list[Seen], concerned: Concerned
) -> None:
    found = readers(seen, concerned)
    always = {concerned.addressee, *concerned.listed_by, *concerned.authorities}
    for org, until in found.items():
        by_bill = [s for s in seen if s.org == org and s.view >= View.EQUIPMENT and s.until > NOW]
        assert org in always or by_bill
        assert until == (FOREVER if org in always else max(s.until for s in by_bill))
    assert concerned.sender not in found


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("COARRI", {Role.TERMINAL, Role.CARRIER}),
        ("CODECO", {Role.TERMINAL, Role.CARRIER, Role.TRUCKER, Role.PARK}),
        ("BAPLIE", {Role.TERMINAL, Role.CARRIER}),
        (
            "IFTSTA",
            {
                Role.TERMINAL, Role.CARRIER, Role.TRUCKER, Role.PARK, Role.FORWARDER,
                Role.LOCK_OPERATOR,
            },
        ),
    ],
)  # fmt: skip
def test_each_report_is_taken_from_those_who_can_know(kind: str, roles: set[Role]) -> None:
    assert {role for role in Role if role_refusal(kind, Act.REPORT, {role}) is None} == roles


def test_a_manifest_is_taken_from_filers_alone() -> None:
    may = {role for role in Role if role_refusal("CUSCAR", Act.FILE, {role}) is None}
    assert may == {Role.FORWARDER, Role.CARRIER, Role.TRADER, Role.TRUCKER}
    refused = role_refusal("CUSCAR", Act.FILE, {Role.TERMINAL})
    assert refused is not None
    assert refused.params["type"] == "CUSCAR"
