"""HK-MAN-024: what a container weighs, empty and full, is possible."""

from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.size_type import is_closed_box
from waglan.customs.policy import Policy, policy
from waglan.customs.rule import Kind
from waglan.manifest.model import Equipment, Manifest

CODE = "HK-MAN-024"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "ISO 668 (freight containers: dimensions and ratings), "
    "https://www.iso.org/standard/76912.html, "
    "for the highest rating; the other limits are the project's own: customs/policy.toml"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each listed container whose own weights can't be right."""
    limits = policy()
    tare_min_g, tare_max_g = limits.tare_min_kg * 1000, limits.tare_max_kg * 1000
    gross_max_g = limits.gross_max_kg * 1000
    found = list[Finding]()
    for box in manifest.equipment:
        gross_g, tare_g = box.gross_mass_g, box.tare_g
        is_right = gross_g is None or gross_g <= gross_max_g
        if tare_g is not None:
            is_right = is_right and tare_min_g <= tare_g <= tare_max_g
            is_right = is_right and (gross_g is None or tare_g <= gross_g)
        if not is_right and box.kind == "CN":
            found += _of_box(box, limits)
    return found


def _of_box(box: Equipment, limits: Policy) -> Iterator[Finding]:
    gross_g, tare_g = box.gross_mass_g, box.tare_g
    tare_kg, gross_kg = (tare_g or 0) // 1000, (gross_g or 0) // 1000
    if tare_g is not None and not limits.tare_min_kg <= tare_kg <= limits.tare_max_kg:
        yield Finding(
            "HK-MAN-024-TARE",
            Severity.WARNING,
            _where(box, "tare_g"),
            {"box": box.number, "tare_kg": tare_kg},
        )
    # An empty box is often listed with its cargo's weight, which is none.
    if tare_g is not None and gross_g is not None and gross_g < tare_g and box.full is not False:
        yield Finding(
            "HK-MAN-024-LESS",
            Severity.WARNING,
            _where(box, "gross_mass_g"),
            {"box": box.number, "gross_kg": gross_kg, "tare_kg": tare_kg},
        )
    if gross_g is not None and gross_kg > limits.gross_max_kg and is_closed_box(box.size_type):
        yield Finding(
            "HK-MAN-024-HEAVY",
            Severity.WARNING,
            _where(box, "gross_mass_g"),
            {"box": box.number, "gross_kg": gross_kg, "max_kg": limits.gross_max_kg},
        )


def _where(box: Equipment, field: str) -> Where:
    return Where(f"equipment/{box.number}/{field}", segment=box.segment)
