"""Roles within a firm: what each gives, where it is open, who may give it."""

import pytest

from waglan.parties.firm_role import firm_roles, first_roles, giving_findings, scopes_of
from waglan.parties.role import Role, Scope


def test_a_preparer_prepares_and_only_an_approver_files() -> None:
    assert scopes_of(["preparer"]) == {Scope.READ, Scope.PREPARE}
    assert Scope.FILE in scopes_of(["approver"])
    assert scopes_of(["administrator"]) == {Scope.READ, Scope.ADMIN}
    assert scopes_of(["nothing of the kind"]) == frozenset()


@pytest.mark.parametrize("role", Role)
def test_every_organisation_can_begin_and_its_first_person_lets_others_in(role: Role) -> None:
    first = first_roles([role])
    assert Scope.ADMIN in scopes_of(first)
    assert all(not giving_findings([name], [role], scopes_of(first)) for name in first)


@pytest.mark.parametrize("name", firm_roles())
def test_a_role_is_given_where_it_is_open_and_by_who_may(name: str) -> None:
    role = firm_roles()[name]
    for one in Role:
        for giver in ({Scope.READ, Scope.ADMIN}, frozenset(Scope)):
            found = giving_findings([name], [one], giver)
            may = one in role.organisations and (not role.by_holder or role.scopes <= giver)
            assert (found == []) == may, (one, giver)


def test_an_officer_is_made_by_an_officer_and_an_operator_by_an_operator() -> None:
    assert {role.name for role in firm_roles().values() if role.by_holder} == {
        "officer",
        "operator",
    }
