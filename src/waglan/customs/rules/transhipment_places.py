"""HK-MAN-033: what a bill says of transhipment agrees with where its goods go."""

from datetime import date
from functools import lru_cache

from waglan.codes.finding import Finding, Severity
from waglan.customs.coded import place_code
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Head, Manifest

CODE = "HK-MAN-033"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "Cap. 60C, paragraph 2(2)(h) asks for a clear indication whether the cargo is transhipment "
    "cargo (https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice); what "
    "the places say of it is the project's own."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_HERE = "HKHKG"


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill whose places speak against its indication of transhipment."""
    head, found = manifest.head, []
    for bill in manifest.bills:
        told = bill.transhipment
        if told is None:  # for HK-60C to tell
            continue
        if told and _ends_here(bill):
            where = of_bill(bill, "transhipment")
            found.append(Finding("HK-MAN-033-ENDS", Severity.WARNING, where, {"bill": bill.number}))
        elif not told and (onward := _goes_on(bill, head)):
            where = of_bill(bill, "transhipment")
            found.append(
                Finding(
                    "HK-MAN-033-ONWARD",
                    Severity.WARNING,
                    where,
                    {"bill": bill.number, "place": onward},
                )
            )
    return found


def _ends_here(bill: Bill) -> bool:
    """Whether goods said to go on are delivered in Hong Kong, coming from elsewhere."""
    comes_from = bill.place_of_loading
    return bool(comes_from) and _is_here(bill.place_of_delivery) and not _is_here(comes_from)


def _goes_on(bill: Bill, head: Head) -> str | None:
    """Return where goods said to stay go on to, from a ship that calls at Hong Kong."""
    if _is_here(bill.place_of_loading):
        return None  # an export: its own journey begins here
    if bill.place_of_transhipment and _is_here(bill.place_of_transhipment):
        end = bill.place_of_delivery or bill.port_of_discharge
        return None if end is None or _is_here(end) else end
    arrives = _is_here(bill.port_of_discharge) and _is_here(head.port_of_call or _HERE)
    delivery = bill.place_of_delivery
    return delivery if arrives and delivery and not _is_here(delivery) else None


@lru_cache(maxsize=1_000)  # a ship calls at few ports, and carries for thousands of bills
def _is_here(place: str | None) -> bool:
    if place is None:
        return False
    return place_code(place).startswith(("HK", "HONG KONG"))
