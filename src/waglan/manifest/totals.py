"""What the sender counted against what came: per bill, per part and over the whole.

Senders count in different ways: each message for itself or the whole in every message, all bills
or only the top ones. A total that fits one of these is taken as right; one that fits none is not.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.amount import mass_g_of, mass_g_of_goods, packages_of, packages_of_goods
from waglan.manifest.boxes import containers_of, numbers_of
from waglan.manifest.model import Bill, Equipment, Manifest, Part, Totals

# Papers round each mass to whole kilograms, so every figure in a sum may be out by half of one.
ROUNDING_G = 500


class Counted(NamedTuple):
    """One way to count; None where a figure is missing, so that nothing can be compared."""

    bills: int
    containers: int
    packages: int | None
    gross_mass_g: int | None


def check(parts: Sequence[Part], manifest: Manifest) -> list[Finding]:
    """Return a finding for each total that no way of counting gives."""
    findings = [*_packages_of_bills(manifest.bills), *_masses_of_bills(manifest.bills)]
    if all(part.totals == Totals() for part in parts):
        return findings
    # Most senders count what stands in the message, so the other ways are counted only when asked.
    odd = [part for part in parts if not _counts_itself(part)]
    if not odd:
        return findings
    known = {bill.number for bill in manifest.bills}
    whole = _ways(manifest.bills, manifest.equipment, known)
    for part in odd:
        ways = [*_ways(part.bills, part.equipment, known), *whole] if len(parts) > 1 else whole
        findings += [*_units(part, ways), *_mass(part, ways)]
    return findings


def _counts_itself(part: Part) -> bool:
    """Whether each total told is that of the part's own bills and boxes, or can't be compared."""
    told, bills = part.totals, part.bills
    if told.bills not in (None, len(bills)):
        return False
    if told.containers not in (None, len(numbers_of(part.equipment))):
        return False
    if told.packages is not None:
        packages = _sum(packages_of(bill) for bill in bills)
        if packages not in (None, told.packages):
            return False
    if told.gross_mass_g is None:
        return True
    mass_g = _sum(mass_g_of(bill) for bill in bills)
    return mass_g is None or _is_near(told.gross_mass_g, mass_g, len(bills))


def _is_near(told_g: int, counted_g: int, bills: int) -> bool:
    return abs(counted_g - told_g) <= ROUNDING_G * (bills + 1)


def _packages_of_bills(bills: Iterable[Bill]) -> list[Finding]:
    return [
        Finding(
            "MANIFEST-BILL-PACKAGES",
            Severity.WARNING,
            Where(f"bills/{bill.number}/packages", segment=bill.segment),
            {"bill": bill.number, "told": bill.packages, "counted": counted},
        )
        for bill in bills
        if bill.packages is not None
        and (counted := packages_of_goods(bill)) is not None
        and counted != bill.packages
    ]


def _masses_of_bills(bills: Iterable[Bill]) -> list[Finding]:
    return [
        Finding(
            "MANIFEST-BILL-MASS",
            Severity.WARNING,
            Where(f"bills/{bill.number}/gross_mass_g", segment=bill.segment),
            {"bill": bill.number, "told": kg(bill.gross_mass_g), "counted": kg(counted)},
        )
        for bill in bills
        if bill.gross_mass_g is not None
        and (counted := mass_g_of_goods(bill)) is not None
        and abs(counted - bill.gross_mass_g) > ROUNDING_G * (len(bill.goods) + 1)
    ]


def kg(mass_g: int) -> str:
    """Return a mass as papers write it: `1234.5`, without an exponent and never rounded."""
    whole, rest = divmod(abs(mass_g), 1000)
    text = f"{whole}.{rest:03}".rstrip("0").rstrip(".")
    return f"-{text}" if mass_g < 0 else text


def _ways(bills: Sequence[Bill], equipment: Iterable[Equipment], known: set[str]) -> list[Counted]:
    listed = numbers_of(equipment)
    counted = _counted(bills, len(listed))
    ways = [counted, counted._replace(containers=len(containers_of(bills)))]
    top = [bill for bill in bills if bill.parent is None or bill.parent not in known]
    return ways if len(top) == len(bills) else [*ways, _counted(top, len(listed))]


def _counted(bills: Sequence[Bill], containers: int) -> Counted:
    return Counted(
        len(bills),
        containers,
        _sum(packages_of(bill) for bill in bills),
        _sum(mass_g_of(bill) for bill in bills),
    )


def _sum(figures: Iterable[int | None]) -> int | None:
    total = 0
    for figure in figures:
        if figure is None:
            return None
        total += figure
    return total


def _units(part: Part, ways: Sequence[Counted]) -> list[Finding]:
    told, findings = part.totals, []
    where = f"parts/{part.number}/totals"
    if told.bills is not None and all(told.bills != way.bills for way in ways):
        findings.append(
            Finding(
                "MANIFEST-TOTAL-BILLS",
                Severity.ERROR,
                Where(f"{where}/bills"),
                {"part": part.number, "told": told.bills, "counted": ways[0].bills},
            )
        )
    if told.containers is not None and all(told.containers != way.containers for way in ways):
        findings.append(
            Finding(
                "MANIFEST-TOTAL-BOXES",
                Severity.WARNING,
                Where(f"{where}/containers"),
                {"part": part.number, "told": told.containers, "counted": ways[0].containers},
            )
        )
    counted = [way.packages for way in ways]
    if told.packages is not None and not {None, told.packages}.intersection(counted):
        findings.append(
            Finding(
                "MANIFEST-TOTAL-PACKAGES",
                Severity.WARNING,
                Where(f"{where}/packages"),
                {"part": part.number, "told": told.packages, "counted": counted[0] or 0},
            )
        )
    return findings


def _mass(part: Part, ways: Sequence[Counted]) -> list[Finding]:
    told = part.totals.gross_mass_g
    if told is None or any(
        way.gross_mass_g is None or _is_near(told, way.gross_mass_g, way.bills) for way in ways
    ):
        return []
    return [
        Finding(
            "MANIFEST-TOTAL-MASS",
            Severity.WARNING,
            Where(f"parts/{part.number}/totals/gross_mass_g"),
            {"part": part.number, "told": kg(told), "counted": kg(ways[0].gross_mass_g or 0)},
        )
    ]
