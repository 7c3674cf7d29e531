"""HK-MAN-020: a bill stands in a manifest once."""

from collections import Counter
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.identity import bill_key
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-020"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own: Cap. 60C, paragraph 2(2)(g) asks for the number of the bill of lading "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice), which names "
    "the goods only if no other bill of the manifest bears it."
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Refuse several bills that bear one number; houses are told apart by the bill above."""
    times = Counter([_identity(bill) for bill in manifest.bills])
    if len(times) == len(manifest.bills):
        return []
    return [
        Finding(
            CODE,
            Severity.ERROR,
            of_bill(bill, "number"),
            {"bill": bill.number, "times": times[_identity(bill)]},
        )
        for bill in manifest.bills
        # A number left out is for HK-60C to tell.
        if bill.number and times[_identity(bill)] > 1
    ]


def _identity(bill: Bill) -> tuple[str, str]:
    above, number = bill_key(bill)
    return above.upper(), number.upper()
