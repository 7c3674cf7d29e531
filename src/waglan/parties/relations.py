"""Which bill stands below which, over all who filed: bills of several filers are one tree.

A house names the number of the bill above it, and anyone may file any number. So a filing counts as
the bill above only if its filer can have issued it, and if both travel in one box; where two claim
one number, the claim that stands declared for longest counts, and the operator is told to look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key
from waglan.codes.party import PartyId
from waglan.parties.readers import Consignment
from waglan.parties.role import Role

LEVELS_MAX = 8  # from the line's bill down to the last house
NOBODY: frozenset[Role] = frozenset()

Roles = Mapping[PartyId, frozenset[Role]]


class Declared(msgspec.Struct, frozen=True):
    """One bill as it stands declared, with the organisations that its paper names."""

    consignment: int
    bill: Key
    parent: str | None
    is_house: bool
    filer: PartyId
    customs: PartyId
    carrier: PartyId | None = None  # as the manifest's head names him
    forwarder: PartyId | None = None  # as the bill names him
    boxes: frozenset[str] = frozenset()
    since: int = 0  # where several claim its number: the manifest from which on it stands
    alike: Sequence[int] = ()  # itself and those of which the same is declared, none above them


@dataclass(frozen=True, slots=True)
class Dispute:
    """Several organisations claim to have issued one bill, which others' bills stand below.

    The first keeps what he sees, so that nobody strikes a bill from another's lists by filing its
    number; who comes later gets nothing by it.
    """

    bill: Key
    customs: PartyId
    claimants: frozenset[PartyId]

    @property
    def finding(self) -> Finding:
        """What the platform's operator is told."""
        return Finding(
            "PARTY-LINK-DISPUTED",
            Severity.WARNING,
            Where(f"bills/{self.bill.text}"),
            {"bill": self.bill.text, "claimants": ", ".join(sorted(self.claimants))},
        )


class Related(msgspec.Struct, frozen=True):
    """A consignment with what stands above it, and the dispute about who issued that."""

    consignment: Consignment
    dispute: Dispute | None = None


def relate(declared: Iterable[Declared], roles: Roles) -> dict[int, Related]:
    """Return each bill in its place in the tree, by consignment.

    Give every bill that stands declared under a number that one of them names as the one above.
    """
    bills = sorted(declared, key=lambda bill: bill.consignment)
    by_number: dict[tuple[PartyId, str], list[Declared]] = {}
    for bill in bills:
        by_number.setdefault((bill.customs, bill.bill.text), []).append(bill)
    above = {bill.consignment: _claims(bill, by_number, roles) for bill in bills}
    return {bill.consignment: _related(bill, above, roles) for bill in bills}


def _claims(
    bill: Declared, by_number: Mapping[tuple[PartyId, str], list[Declared]], roles: Roles
) -> tuple[Declared, ...]:
    if bill.parent is None:
        return ()
    candidates = by_number.get((bill.customs, bill.parent), [])
    return tuple(one for one in candidates if _is_above(one, bill, roles))


def _is_above(one: Declared, bill: Declared, roles: Roles) -> bool:
    """Whether it can be the bill above: a number alone can be guessed, the box is harder to."""
    if one.consignment == bill.consignment:
        return False
    travels_with = bool(one.boxes & bill.boxes) or not (one.boxes or bill.boxes)
    held = roles.get(one.filer, NOBODY)
    if one.is_house:
        return travels_with and bool(held & {Role.FORWARDER, Role.CARRIER})
    named = _named_carrier(bill, roles)
    return travels_with and named in {None, one.filer} and Role.CARRIER in held


def _related(bill: Declared, above: Mapping[int, tuple[Declared, ...]], roles: Roles) -> Related:
    claims = above[bill.consignment]
    claimants = frozenset(claim.filer for claim in claims)
    dispute = None
    if len(claimants) > 1:
        dispute = Dispute(Key(bill.bill.kind, bill.parent or ""), bill.customs, claimants)
    stands_above = tuple(_bare(claim, roles) for claim in _first(claims))
    carrier = _carrier(bill, above, roles)
    return Related(_consignment(bill, carrier, stands_above), dispute)


def _first(claims: tuple[Declared, ...]) -> tuple[Declared, ...]:
    """Those of whoever has declared one for longest: who withdrew and comes back comes last."""
    if not claims:
        return ()
    first = min(claims, key=lambda claim: (claim.since, claim.consignment))
    return tuple(one for one in claims if one.filer == first.filer)


def _bare(bill: Declared, roles: Roles) -> Consignment:
    return _consignment(bill, _carrier_of(bill, roles), ())


def _consignment(
    bill: Declared, carrier: PartyId | None, above: tuple[Consignment, ...]
) -> Consignment:
    return Consignment(
        bill.bill,
        bill.is_house,
        bill.filer,
        bill.customs,
        carrier=carrier,
        forwarder=bill.forwarder,
        above=above,
    )


def _carrier(
    bill: Declared, above: Mapping[int, tuple[Declared, ...]], roles: Roles
) -> PartyId | None:
    """Who carries it: as its paper says, else whoever filed the line's bill at the top."""
    for _ in range(LEVELS_MAX):
        if carrier := _carrier_of(bill, roles):
            return carrier
        claims = _first(above.get(bill.consignment, ()))
        if not claims:
            return None
        bill = claims[0]
    return None


def _carrier_of(bill: Declared, roles: Roles) -> PartyId | None:
    if named := _named_carrier(bill, roles):
        return named
    return bill.filer if Role.CARRIER in roles.get(bill.filer, NOBODY) else None


def _named_carrier(bill: Declared, roles: Roles) -> PartyId | None:
    # A forwarder writes his own code there when he files houses; it makes him no carrier.
    is_carrier = bill.carrier is not None and Role.CARRIER in roles.get(bill.carrier, NOBODY)
    return bill.carrier if is_carrier else None
