"""What a filer may be shown before he files: everything the file alone can tell, and what was left.

No table, sample or earlier filing is at hand here, on purpose: this module is given none, so that
neither the answer nor the time it takes can tell a filer what customs looks for.
"""

from dataclasses import dataclass
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.judge import judge
from waglan.customs.rules import RULES
from waglan.manifest.model import Manifest


@dataclass(frozen=True, slots=True)
class DryRun:
    """The findings, which rules gave them, and notes on all that was not run."""

    findings: tuple[Finding, ...]
    rules_run: tuple[str, ...]
    not_run: tuple[Finding, ...]


def dry_run(manifest: Manifest, *, on: date) -> DryRun:
    """Judge a manifest as it would be judged if filed on this day, as far as its filer may see."""
    run = [rule.CODE for rule in RULES if on >= rule.IN_FORCE_FROM]
    return DryRun(tuple(judge(manifest, on=on)), tuple(run), tuple(_not_run(on)))


def _not_run(on: date) -> list[Finding]:
    where = Where("manifest")
    later = [
        Finding(
            "DRY-RUN-NOT-IN-FORCE",
            Severity.NOTE,
            where,
            {"rule": rule.CODE, "from": rule.IN_FORCE_FROM.isoformat()},
        )
        for rule in RULES
        if on < rule.IN_FORCE_FROM
    ]
    return [
        *later,
        Finding("DRY-RUN-NO-TARGETING", Severity.NOTE, where, {}),
        Finding("DRY-RUN-NO-OTHER-FILINGS", Severity.NOTE, where, {}),
        Finding("DRY-RUN-NO-LICENCES", Severity.NOTE, where, {}),
    ]
