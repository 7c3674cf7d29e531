"""HK-MAN-043: the ship's IMO number has its check digit, and the voyage is a voyage.

A wrong check digit is a note and no more: papers that are otherwise right carry some.
"""

import re
from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.party_name import names_nobody
from waglan.customs.rule import Kind
from waglan.manifest.model import Head, Manifest

CODE = "HK-MAN-043"
KIND = Kind.PRACTICE
SOURCE = (
    "IMO resolution A.1117(30), IMO ship identification number scheme: "
    "https://www.imo.org/en/OurWork/IIIS/Pages/IMO-Identification-Number-Schemes.aspx"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_IMO = re.compile(r"(?:IMO)?\s*([0-9]{7})", re.IGNORECASE)
_VESSEL_MODES = frozenset({"1", "8", None})  # UN/EDIFACT 8067; None: nobody said


def check(manifest: Manifest) -> list[Finding]:
    """Return what is odd about the ship's number, and about the number of the voyage."""
    return list(_of_head(manifest.head))


def _of_head(head: Head) -> Iterator[Finding]:
    if head.imo and head.mode in _VESSEL_MODES:
        number = _IMO.fullmatch(head.imo.strip())
        if number is None:
            yield Finding("HK-MAN-043-IMO", Severity.NOTE, Where("head/imo"), {"imo": head.imo})
        elif not _has_check_digit(number[1]):
            yield Finding(
                "HK-MAN-043-CHECK-DIGIT", Severity.NOTE, Where("head/imo"), {"imo": head.imo}
            )
    if head.voyage and names_nobody(head.voyage):
        yield Finding(
            "HK-MAN-043-VOYAGE", Severity.WARNING, Where("head/voyage"), {"voyage": head.voyage}
        )


def _has_check_digit(digits: str) -> bool:
    # The six digits weigh 7 to 2; the last figure of their sum is the seventh.
    weights = range(7, 1, -1)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:6], weights, strict=True))
    return total % 10 == int(digits[6])
