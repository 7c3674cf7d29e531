"""HK-MAN-021: the houses of a consolidation add up to the bill above them.

Compared only while both are in hand: the houses said to be all there (the count that closes the
consolidation), and the figures given on both sides. Houses that are still to come are a note.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.policy import Policy, policy
from waglan.customs.rule import Kind
from waglan.manifest.amount import mass_g_of, packages_of
from waglan.manifest.model import Bill, Level, Manifest

CODE = "HK-MAN-021"
KIND = Kind.PLAUSIBILITY
SOURCE = "The project's own; the tolerances are its own policy too: customs/policy.toml"
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Return what is missing, too many, or adds up to something else, for each bill with houses."""
    houses = dict[str, list[Bill]]()
    for bill in manifest.bills:
        if bill.parent is not None:
            houses.setdefault(bill.parent, []).append(bill)
    if not houses:
        return []
    above = _unambiguous(manifest.bills, houses)
    return [f for bill in above for f in _of_consolidation(bill, houses[bill.number], policy())]


def _unambiguous(bills: Sequence[Bill], houses: dict[str, list[Bill]]) -> list[Bill]:
    # Where a number names two bills nobody knows whose houses these are: HK-MAN-020 tells.
    above = dict[str, list[Bill]]()
    for bill in bills:
        if bill.number in houses:
            above.setdefault(bill.number, []).append(bill)
    likely = [[b for b in found if b.level is Level.MASTER] or found for found in above.values()]
    return [found[0] for found in likely if len(found) == 1]


def _of_consolidation(bill: Bill, houses: Sequence[Bill], limits: Policy) -> Iterator[Finding]:
    where, came = of_bill(bill, "houses"), len(houses)
    number, told = bill.number, bill.houses
    if told is not None and came > told:
        yield Finding(
            "HK-MAN-021-EXTRA",
            Severity.WARNING,
            where,
            {"bill": number, "told": told, "came": came},
        )
    elif told is not None and came < told:
        yield Finding(
            "HK-MAN-021-OPEN", Severity.NOTE, where, {"bill": number, "told": told, "came": came}
        )
    is_closed = bill.houses == came
    yield from _of_mass(bill, houses, limits, is_closed=is_closed)
    yield from _of_packages(bill, houses, limits, is_closed=is_closed)


def _of_mass(
    bill: Bill, houses: Sequence[Bill], limits: Policy, *, is_closed: bool
) -> Iterator[Finding]:
    masses = [mass for house in houses if (mass := mass_g_of(house)) is not None]
    told, sum_g = mass_g_of(bill), sum(masses)
    if told is None:
        return
    tolerance_g = max(told * limits.mass_tolerance_permille // 1000, limits.mass_tolerance_min_g)
    is_whole = is_closed and len(masses) == len(houses)
    if sum_g - told > tolerance_g or (is_whole and told - sum_g > tolerance_g):
        yield Finding(
            "HK-MAN-021-MASS",
            Severity.WARNING,
            of_bill(bill, "gross_mass_g"),
            {"bill": bill.number, "told_g": told, "sum_g": sum_g, "tolerance_g": tolerance_g},
        )


def _of_packages(
    bill: Bill, houses: Sequence[Bill], limits: Policy, *, is_closed: bool
) -> Iterator[Finding]:
    kinds = {item.package_kind for one in (bill, *houses) for item in one.goods}
    if len(kinds) != 1 or None in kinds:  # ten pallets may well be four hundred cartons
        return
    counts = [count for house in houses if (count := packages_of(house)) is not None]
    told, total = packages_of(bill), sum(counts)
    if told is None:
        return
    is_whole = is_closed and len(counts) == len(houses)
    spare = limits.packages_tolerance
    if total - told > spare or (is_whole and told - total > spare):
        yield Finding(
            "HK-MAN-021-PACKAGES",
            Severity.WARNING,
            of_bill(bill, "packages"),
            {"bill": bill.number, "told": told, "sum": total},
        )
