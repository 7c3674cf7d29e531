"""All rules over one manifest."""

from datetime import date

from waglan.codes.finding import Finding
from waglan.customs.rules import RULES
from waglan.manifest.model import Manifest


def judge(manifest: Manifest, *, on: date) -> list[Finding]:
    """Return every finding of the rules in force on the day of filing."""
    return [f for rule in RULES if on >= rule.IN_FORCE_FROM for f in rule.check(manifest)]
