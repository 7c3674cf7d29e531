"""What makes two entries speak of one bill: its number, and the bill above it."""

from collections.abc import Iterable
from typing import TypeAlias

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.manifest.model import Bill

# Forwarders number their houses as they like: two may both have a 001, under two masters.
BillKey: TypeAlias = "tuple[str, str]"


def bill_key(bill: Bill) -> BillKey:
    """Return (number of the bill above or "", number): so its filer knows the bill."""
    return bill.parent or "", bill.number


def unnumbered(bills: Iterable[Bill]) -> list[Finding]:
    """Return a finding for each bill without a number: nobody could ever ask for it again."""
    return [
        Finding(
            "MANIFEST-BILL-UNNUMBERED",
            Severity.ERROR,
            Where("bills//number", segment=bill.segment),
            {"segment": bill.segment or 0},
        )
        for bill in bills
        if is_blank(bill.number)
    ]
