"""HK-MAN-031: goods are not discharged where they were loaded."""

from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Manifest

CODE = "HK-MAN-031"
KIND = Kind.PLAUSIBILITY
SOURCE = "The project's own"
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill that names one place for loading and for discharge."""
    found = []
    for bill in manifest.bills:
        loading, discharge = bill.place_of_loading, bill.port_of_discharge
        if loading and discharge and (loading == discharge or loading.upper() == discharge.upper()):
            where = of_bill(bill, "port_of_discharge")
            found.append(
                Finding(CODE, Severity.WARNING, where, {"bill": bill.number, "place": loading})
            )
    return found
