"""HK-MAN-046: a bill is declared in one manifest.

Compared with what the same filer has declared, and with nobody else's: what others filed is for
officers to know. Cargo in transhipment rightly has its bill on two calls.
"""

from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.place import of_bill
from waglan.customs.rule import Beside, Kind
from waglan.manifest.identity import bill_key
from waglan.manifest.model import Manifest

CODE = "HK-MAN-046"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own: Cap. 60C, paragraph 2(2)(g) asks for the number of the bill of lading "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice)."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def lacks(manifest: Manifest, beside: Beside) -> Finding | None:
    """Return that the filer's own filings are not at hand."""
    if beside.twins is None:
        where = Where("manifest")
        return Finding("DRY-RUN-NO-OWN-FILINGS", Severity.NOTE, where, {"rule": CODE})
    return None


def check_beside(manifest: Manifest, beside: Beside) -> list[Finding]:
    """Ask about each bill that stands in another manifest of the same filer."""
    twins = beside.twins
    if not twins:
        return []
    found = []
    for bill in manifest.bills:
        twin = twins.get(bill_key(bill))
        if twin is None:
            continue
        where = of_bill(bill, "number")
        if twin.call == beside.call:
            found.append(
                Finding(
                    CODE,
                    Severity.WARNING,
                    where,
                    {"bill": bill.number, "document": twin.document},
                )
            )
        elif not bill.transhipment:
            found.append(
                Finding(
                    "HK-MAN-046-CALL",
                    Severity.NOTE,
                    where,
                    {"bill": bill.number, "document": twin.document, "call": twin.call},
                )
            )
    return found
