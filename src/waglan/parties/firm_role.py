"""What a person does within his firm, as packaged data: each role is some scopes."""

import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache

import msgspec

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.role import Role, Scope

ADMINISTRATOR = "administrator"


class FirmRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One role: what it may be used for, in which organisations, and who may give it."""

    name: str
    what: str
    scopes: frozenset[Scope]
    organisations: frozenset[Role] = frozenset(Role)
    by_holder: bool = False  # only who may do the same gives it
    first: bool = False  # the first person of an organisation has it


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"roles": "role"}):
    source: str
    checked_on: date
    roles: tuple[FirmRole, ...]


@cache
def firm_roles() -> dict[str, FirmRole]:
    """Return every role by its name, in the order of the file."""
    file = msgspec.convert(tomllib.loads(read("parties/firm_roles.toml")), _File)
    return {role.name: role for role in file.roles}


def first_roles(organisation: Collection[Role]) -> tuple[str, ...]:
    """Return the roles of the first person of an organisation that does this in the port."""
    return tuple(
        role.name for role in firm_roles().values() if role.first and _is_open(role, organisation)
    )


def scopes_of(roles: Iterable[str]) -> frozenset[Scope]:
    """Return what these roles may be used for; one that is not in the file gives nothing."""
    known = firm_roles()
    return frozenset(scope for name in roles if name in known for scope in known[name].scopes)


def roles_with(scope: Scope) -> list[str]:
    """Return the roles that may be used for this."""
    return [role.name for role in firm_roles().values() if scope in role.scopes]


def giving_findings(
    roles: Collection[str], organisation: Collection[Role], giver: Collection[Scope]
) -> list[Finding]:
    """Return why these roles can't be given there by who may do this himself."""
    found, where, known = [], Where("roles"), firm_roles()
    for name in roles:
        role = known.get(name)
        if role is None or not _is_open(role, organisation):
            there = ", ".join(one.name for one in known.values() if _is_open(one, organisation))
            found.append(
                Finding("FIRM-ROLE-UNKNOWN", Severity.ERROR, where, {"role": name, "roles": there})
            )
        elif role.by_holder and not role.scopes <= set(giver):
            found.append(Finding("FIRM-ROLE-BY-HOLDER", Severity.ERROR, where, {"role": name}))
    return found


def _is_open(role: FirmRole, organisation: Collection[Role]) -> bool:
    return not role.organisations.isdisjoint(organisation)
