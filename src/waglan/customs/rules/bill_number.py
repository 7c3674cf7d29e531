"""HK-MAN-044: a bill's number can be typed, printed and searched for.

So can that of the bill above it, which the manifest may not hold. Forwarders number their houses as
they like, so nothing is said of how it is made up.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from waglan.codes.chinese import spelt_out
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.party_name import names_nobody
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-044"
KIND = Kind.PRACTICE
SOURCE = (
    "UN/EDIFACT 1154, reference number, an..35 in CUSCAR's directories up to D.03A: "
    "https://service.unece.org/trade/untdid/d95b/tred/tred1154.htm; the characters are those that "
    "documents and screens of the trade share."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

CHARACTERS_MAX = 35
_PLAIN = re.compile(r"[A-Z0-9][A-Z0-9/.\-]{0,34}")
# Most numbers, told at one glance: plain, and with a figure that is not zero.
_USUAL = re.compile(r"(?=.*[1-9])[A-Z0-9][A-Z0-9/.\-]{0,34}")


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill number that is no number, too long, or made of odd characters."""
    is_usual, found = _USUAL.fullmatch, list[Finding]()
    for bill in manifest.bills:
        number = bill.number
        # A number left out is for HK-60C to tell.
        if number and is_usual(number) is None:
            found += _of_number(number, of_bill(bill, "number"))
    return found + _of_parents(manifest.bills)


def _of_parents(bills: Sequence[Bill]) -> list[Finding]:
    """Ask once about each bill above that is not in the manifest itself."""
    odd: dict[str, Bill] = {}
    for bill in bills:
        if bill.parent and _USUAL.fullmatch(bill.parent) is None:
            odd.setdefault(bill.parent, bill)
    own = {bill.number for bill in bills} if odd else set()
    return [
        finding
        for number, bill in odd.items()
        if number not in own
        for finding in _of_number(number, of_bill(bill, "parent"))
    ]


def _of_number(number: str, where: Where) -> Iterator[Finding]:
    if names_nobody(number) or not any(char.isalnum() and char != "0" for char in number):
        yield Finding("HK-MAN-044-NOBODY", Severity.WARNING, where, {"bill": number})
    elif len(number) > CHARACTERS_MAX:
        yield Finding(
            "HK-MAN-044-LONG",
            Severity.WARNING,
            where,
            {"bill": number, "characters": len(number), "max": CHARACTERS_MAX},
        )
    elif _PLAIN.fullmatch(number.upper()) is None:
        told = spelt_out(number)
        yield Finding("HK-MAN-044-CHARACTERS", Severity.WARNING, where, {"bill": told})
    elif number != number.upper():
        yield Finding("HK-MAN-044-CASE", Severity.NOTE, where, {"bill": number})
