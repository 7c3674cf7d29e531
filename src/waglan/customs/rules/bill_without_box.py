"""HK-MAN-030: where cargo comes in containers, a bill says in which.

Cap. 60C asks for the numbers "if the cargo is containerized", which only the carrier knows; so this
asks only where most other bills of the manifest name theirs. A house may leave it to its master.
"""

from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-030"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "Cap. 60C, paragraph 2(2)(k) asks for the container numbers if the cargo is containerized: "
    "https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

# UN/ECE recommendation 21: in bulk, unpacked, vehicles, and what is too long for a container.
_LOOSE = frozenset(
    {
        *("VG", "VL", "VO", "VQ", "VR", "VS", "VY", "VN", "NE", "NF", "NG", "LG", "LZ"),
        *("PI", "PV", "GI", "GZ", "BR", "BZ", "CL", "SB", "PG", "PY"),
    }
)


def check(manifest: Manifest) -> list[Finding]:
    """Ask about bills without a container on a ship whose cargo is in containers."""
    if not manifest.equipment:
        return []
    numbers = {bill.number for bill in manifest.bills}
    top = [b for b in manifest.bills if b.parent is None or b.parent not in numbers]
    without = [bill for bill in top if not _is_stowed(bill)]
    if 2 * len(without) >= len(top):  # as much break-bulk as boxes: nothing is told by it
        return []
    return [
        Finding(CODE, Severity.WARNING, of_bill(bill, "goods"), {"bill": bill.number})
        for bill in without
        if not _is_loose(bill)
    ]


def _is_stowed(bill: Bill) -> bool:
    return any([item.stowed for item in bill.goods])


def _is_loose(bill: Bill) -> bool:
    # A bill without goods is for HK-60C to tell.
    return all(item.package_kind in _LOOSE for item in bill.goods)
