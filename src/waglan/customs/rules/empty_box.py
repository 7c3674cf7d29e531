"""HK-MAN-027: a container listed as empty holds nothing."""

from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Kind
from waglan.manifest.model import Manifest

CODE = "HK-MAN-027"
KIND = Kind.PLAUSIBILITY
SOURCE = "The project's own"
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each container that is listed as empty while goods are declared in it."""
    empty = {box.number: box for box in manifest.equipment if box.full is False}
    if not empty:
        return []
    first = dict[str, str]()
    for bill in manifest.bills:
        for item in bill.goods:
            for package in item.stowed:
                if package.container in empty:
                    first.setdefault(package.container, bill.number)
    return [
        Finding(
            CODE,
            Severity.WARNING,
            Where(f"equipment/{number}/full", segment=box.segment),
            {"box": number, "bill": first[number]},
        )
        for number, box in empty.items()
        if number in first
    ]
