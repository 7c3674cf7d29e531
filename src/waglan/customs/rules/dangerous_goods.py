"""HK-MAN-042: dangerous goods are named by a UN number, and one that can exist.

The manifest of the trade carries the number alone: class and packing group follow from it.
"""

import re
from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Goods, Manifest

CODE = "HK-MAN-042"
KIND = Kind.PRACTICE
SOURCE = (
    "UN Recommendations on the Transport of Dangerous Goods, Model Regulations: four-digit UN "
    "numbers, https://unece.org/transport/dangerous-goods; no text of law that was read asks a "
    "manifest for them."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

# 0004 is the first number of the list, and the last ones begin with 35; 8000 is IATA's.
_NUMBER = re.compile(r"(?:UN|ID)?\s*(?:000[4-9]|00[1-9]\d|0[1-9]\d\d|[123]\d\d\d|8000)", re.I)
# What a description says of goods that are dangerous, unless it says that they are not.
_TELLS = re.compile(
    r"\bUN\s?(?:NO\.?|NUMBER|#)?\s?[0-3]\d{3}\b|\b(?:IMO|IMDG|DG|HAZ(?:ARD)?)\s?CLASS\s?\d"
    r"|\b(?:DANGEROUS|HAZARDOUS)\s+(?:GOODS|CARGO)\b|\bIMDG\b|危險品|危险品|危險貨物|危险货物",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:NON|NOT|NO)\b[\s-]*(?:\w+\s+){0,2}(?:DANGEROUS|HAZ|IMDG|IMO|DG)|非危|不屬危|不属危",
    re.IGNORECASE,
)


def check(manifest: Manifest) -> list[Finding]:
    """Ask about UN numbers that can't be, and about goods called dangerous that have none."""
    known = dict[str, bool]()
    found = list[Finding]()
    for bill in manifest.bills:
        for item in bill.goods:
            if item.dangerous:
                found += _of_numbers(bill, item)
                continue
            text = item.description
            tells = known.get(text)
            if tells is None:
                tells = known[text] = bool(_TELLS.search(text)) and not _DENIES.search(text)
            if tells:
                found.append(_untold(bill, item))
    return found


def _of_numbers(bill: Bill, item: Goods) -> Iterator[Finding]:
    for number in item.dangerous:
        if not _NUMBER.fullmatch(number.strip()):
            yield Finding(
                "HK-MAN-042-NUMBER",
                Severity.WARNING,
                of_bill(bill, f"goods/{item.number}/dangerous"),
                {"bill": bill.number, "number": number},
            )


def _untold(bill: Bill, item: Goods) -> Finding:
    shown = " ".join(item.description.split())[:80]
    return Finding(
        "HK-MAN-042-UNTOLD",
        Severity.WARNING,
        of_bill(bill, f"goods/{item.number}/dangerous"),
        {"bill": bill.number, "description": shown},
    )
