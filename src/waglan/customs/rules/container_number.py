"""CONTAINER: a container number has its shape and, most often, its check digit."""

from datetime import date

from msgspec.structs import replace

from waglan.codes.container import is_right, read
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Kind
from waglan.manifest.model import Equipment, Manifest

CODE = "CONTAINER"
KIND = Kind.PRACTICE
SOURCE = (
    "ISO 6346 (freight containers: coding, identification and marking), https://www.bic-code.org"
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each number without the shape of ISO 6346; note those with another check digit."""
    return [
        # Boxes owned by shippers bear numbers of any shape, and their cargo may still be declared.
        replace(finding, severity=Severity.WARNING)
        if finding.severity is Severity.ERROR
        else finding
        for box in manifest.equipment
        if box.kind == "CN" and not is_right(box.number)
        for finding in read(box.number, _where(box))[1]
    ]


def _where(box: Equipment) -> Where:
    return Where(f"equipment/{box.number}", segment=box.segment)
