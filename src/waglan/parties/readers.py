"""Who may see a consignment, how much of it, and until when.

One bill, one answer: a reader of a house sees neither its siblings nor what stands above. Only
those whose consignment it is may show it to others; what was shown to somebody he may not pass on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeGuard

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key
from waglan.codes.party import PartyId
from waglan.parties.role import Role


class View(IntEnum):
    """How much of a consignment is seen; each view holds those before it."""

    STATUS = 1  # what happened and what customs has served; no party, no goods
    EQUIPMENT = 2  # and the boxes: numbers, sizes, seals, masses, stow
    FULL = 3  # and parties, goods and papers; targeting is no part of any view


@dataclass(frozen=True, slots=True)
class Consignment:
    """One bill and who has to do with it, as its filing and its call say."""

    bill: Key
    is_house: bool
    filer: PartyId
    customs: PartyId  # to whom it was filed
    carrier: PartyId | None = None  # of the call
    terminal: PartyId | None = None  # of the call
    forwarder: PartyId | None = None  # who issued this house, or consolidates this master
    # What was filed under the number that this bill names as the one above it; nothing yet: ().
    above: tuple["Consignment", ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One organisation's leave for another to see one consignment; `until` is already outside."""

    id: str
    giver: PartyId
    receiver: PartyId
    bill: Key
    view: View
    until: datetime | None  # None: until it is revoked


@dataclass(frozen=True, slots=True)
class Reading:
    """That an organisation may see a consignment."""

    org: PartyId
    view: View
    until: datetime | None = None  # None: as long as the consignment is kept


def readers(
    consignment: Consignment,
    roles: Mapping[PartyId, frozenset[Role]],
    grants: Iterable[Grant] = (),
    *,
    as_of: datetime,
) -> frozenset[Reading]:
    """Return every organisation that may see this bill now; leave revoked grants out.

    `roles` holds the registered organisations: one that is not registered, or not in the role it is
    named for, sees nothing.
    """
    own = _owners(consignment, roles)
    found = {Reading(org, View.FULL) for org in own}
    found |= _by_office(consignment, roles) | _by_issue(consignment.above, roles)
    for grant in grants:
        if grant.bill == consignment.bill and grant.giver in own and grant.receiver in roles:
            found.add(Reading(grant.receiver, grant.view, grant.until))
    return _greatest(reading for reading in found if _lasts(reading, as_of))


def sees(readings: Iterable[Reading], org: PartyId, *, at: datetime) -> View | None:
    """Return how much the organisation sees at that moment; None: nothing, not even that it is."""
    views = [reading.view for reading in readings if reading.org == org and _lasts(reading, at)]
    return max(views, default=None)


def unrevoked(grants: Iterable[Grant], revoked: Collection[str]) -> tuple[Grant, ...]:
    """Return the grants that nobody took back."""
    return tuple(grant for grant in grants if grant.id not in revoked)


def refuse_grant(
    grant: Grant, consignment: Consignment, roles: Mapping[PartyId, frozenset[Role]]
) -> Finding | None:
    """Return why the grant would show nobody anything; None when it is its giver's to give."""
    where = Where("grant")
    own = _owners(consignment, roles)
    if grant.bill != consignment.bill or grant.giver not in own:
        return Finding("PARTY-NOT-YOURS-TO-SHOW", Severity.ERROR, where, {"bill": grant.bill.text})
    if grant.receiver not in roles:
        return Finding(
            "PARTY-RECEIVER-UNKNOWN", Severity.ERROR, where, {"receiver": grant.receiver}
        )
    return None


def _owners(
    consignment: Consignment, roles: Mapping[PartyId, frozenset[Role]]
) -> frozenset[PartyId]:
    """Those whose consignment it is: they see it whole, and they alone may show it to others."""
    own = [consignment.filer] if consignment.filer in roles else []
    if _is(consignment.forwarder, Role.FORWARDER, roles):
        own.append(consignment.forwarder)
    if not consignment.is_house and _is(consignment.carrier, Role.CARRIER, roles):
        own.append(consignment.carrier)
    return frozenset(own)


def _by_office(consignment: Consignment, roles: Mapping[PartyId, frozenset[Role]]) -> set[Reading]:
    found = set()
    if _is(consignment.customs, Role.CUSTOMS, roles):
        found.add(Reading(consignment.customs, View.FULL))
    if _is(consignment.terminal, Role.TERMINAL, roles):
        found.add(Reading(consignment.terminal, View.EQUIPMENT))
    if _is(consignment.carrier, Role.CARRIER, roles):
        # A house's clients are the forwarder's secret; that it is held concerns who carries it.
        found.add(Reading(consignment.carrier, View.STATUS))
    return found


def _by_issue(
    above: Collection[Consignment], roles: Mapping[PartyId, frozenset[Role]]
) -> set[Reading]:
    # Two organisations that claim one number cannot both have issued the bill above: `relations`
    # leaves the first of them here; where it did not, neither sees what stands below.
    issuers = {_issuer(bill, roles) for bill in above}
    if len(issuers) != 1 or None in issuers:
        return set()
    return {Reading(issuer, View.FULL) for issuer in issuers if issuer is not None}


def _issuer(bill: Consignment, roles: Mapping[PartyId, frozenset[Role]]) -> PartyId | None:
    if _is(bill.forwarder, Role.FORWARDER, roles):
        return bill.forwarder
    is_his_house = bill.is_house and _is(bill.filer, Role.FORWARDER, roles)
    return bill.filer if is_his_house else None


def _is(
    org: PartyId | None, role: Role, roles: Mapping[PartyId, frozenset[Role]]
) -> TypeGuard[PartyId]:
    return org is not None and role in roles.get(org, frozenset())


def _lasts(reading: Reading, at: datetime) -> bool:
    return reading.until is None or at < reading.until


def _greatest(readings: Iterable[Reading]) -> frozenset[Reading]:
    """Drop what a reading of the same organisation that lasts as long and shows as much holds."""
    found = list(readings)
    return frozenset(r for r in found if not any(_is_wider(other, r) for other in found))


def _is_wider(one: Reading, other: Reading) -> bool:
    if one == other or one.org != other.org or one.view < other.view:
        return False
    return one.until is None or (other.until is not None and one.until >= other.until)
