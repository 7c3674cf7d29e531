"""HK-MAN-026: the volumes of a bill's goods add up to the bill's.

Packages and weights are compared when the message is read; this is the third of Cap. 60C's figures.
"""

from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.policy import policy
from waglan.customs.rule import Kind
from waglan.manifest.amount import volume_cm3_of_goods
from waglan.manifest.model import Manifest

CODE = "HK-MAN-026"
KIND = Kind.PLAUSIBILITY
SOURCE = "The project's own; the tolerance is its own policy too: customs/policy.toml"
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

# Papers round each volume to whole cubic metres at worst.
ROUNDING_CM3 = 500_000


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill whose own volume is not that of its goods."""
    permille, found = policy().capacity_tolerance_permille, []
    for bill in manifest.bills:
        told = bill.volume_cm3
        if told is None:
            continue
        total = volume_cm3_of_goods(bill)
        if total is None or total == told:
            continue
        if abs(total - told) > told * permille // 1000 + ROUNDING_CM3 * (len(bill.goods) + 1):
            found.append(
                Finding(
                    CODE,
                    Severity.WARNING,
                    of_bill(bill, "volume_cm3"),
                    {"bill": bill.number, "told_l": told // 1000, "sum_l": total // 1000},
                )
            )
    return found
