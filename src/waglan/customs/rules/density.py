"""HK-MAN-023: goods are neither lighter than packed air nor heavier than packed lead."""

from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.policy import policy
from waglan.customs.rule import Kind
from waglan.manifest.amount import mass_g_of, volume_cm3_of
from waglan.manifest.model import Manifest

CODE = "HK-MAN-023"
KIND = Kind.PLAUSIBILITY
SOURCE = "The project's own; the limits are its own policy too: customs/policy.toml"
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill whose weight and volume can hardly both be right."""
    limits, found = policy(), []
    least, most = limits.density_min_kg_per_m3, limits.density_max_kg_per_m3
    for bill in manifest.bills:
        mass_g, volume_cm3 = bill.gross_mass_g, bill.volume_cm3
        if mass_g is None or volume_cm3 is None:
            mass_g, volume_cm3 = mass_g_of(bill), volume_cm3_of(bill)
        # Zero, and what nobody said, are for other rules to tell.
        if not mass_g or not volume_cm3:
            continue
        # g per cm³ times a thousand is kg per m³.
        if least * volume_cm3 <= mass_g * 1000 <= most * volume_cm3:
            continue
        found.append(
            Finding(
                CODE,
                Severity.WARNING,
                of_bill(bill, "volume_cm3"),
                {
                    "bill": bill.number,
                    "mass_kg": _kilograms(mass_g),
                    "volume_l": volume_cm3 // 1000,
                    "density": _kilograms(mass_g * 1_000_000 // volume_cm3),
                },
            )
        )
    return found


def _kilograms(mass_g: int) -> str:
    """Return a mass with its grams where it is little, so that no such thing reads as nothing."""
    whole, grams = divmod(mass_g, 1000)
    return f"{whole}.{grams:03}".rstrip("0").rstrip(".") if whole < 10 else str(whole)
