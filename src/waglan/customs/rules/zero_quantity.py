"""HK-MAN-022: goods that weigh nothing, measure nothing or come in no packages are not stated.

Only a bill's whole is looked at: an item packed with another one may rightly have no packages.
"""

from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-022"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own: Cap. 60C, paragraph 2(2)(a) asks for number, weight and volume "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice) and does not "
    "say that zero is none."
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Return one finding for each total of a bill that is stated and is zero."""
    found: list[Finding] = []
    for bill in manifest.bills:
        # None, which is for HK-60C to tell, and any other number pass here.
        if 0 in (bill.packages, bill.gross_mass_g, bill.volume_cm3) or _has_zero_goods(bill):
            found += _of_bill(bill)
    return found


def _has_zero_goods(bill: Bill) -> bool:
    return any([0 in (item.packages, item.gross_mass_g, item.volume_cm3) for item in bill.goods])


def _of_bill(bill: Bill) -> Iterator[Finding]:
    look, number, goods = Severity.WARNING, bill.number, bill.goods
    if _is_zero(bill.packages, [item.packages for item in goods]):
        yield Finding("HK-MAN-022-PACKAGES", look, of_bill(bill, "packages"), {"bill": number})
    if _is_zero(bill.gross_mass_g, [item.gross_mass_g for item in goods]):
        yield Finding("HK-MAN-022-MASS", look, of_bill(bill, "gross_mass_g"), {"bill": number})
    if _is_zero(bill.volume_cm3, [item.volume_cm3 for item in goods]):
        yield Finding("HK-MAN-022-VOLUME", look, of_bill(bill, "volume_cm3"), {"bill": number})


def _is_zero(told: int | None, items: list[int | None]) -> bool:
    return told == 0 or (told is None and bool(items) and all(item == 0 for item in items))
