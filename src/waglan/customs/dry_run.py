"""What a filer may be shown before he files: what the file and his own filings tell, and the rest.

No table, sample or other's filing is at hand here, on purpose: this module is given none, so that
neither the answer nor the time it takes can tell a filer what customs looks for.
"""

from dataclasses import dataclass
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.judge import judge, judge_wider, run_on
from waglan.customs.rule import Beside
from waglan.manifest.model import Manifest


@dataclass(frozen=True, slots=True)
class DryRun:
    """The findings, which rules gave them, and notes on all that was not run."""

    findings: tuple[Finding, ...]
    rules_run: tuple[str, ...]
    not_run: tuple[Finding, ...]


def dry_run(manifest: Manifest, *, on: date, beside: Beside | None = None) -> DryRun:
    """Judge a manifest as it would be judged if filed on this day, as far as its filer may see."""
    run, early = run_on(on)
    wider = judge_wider(manifest, beside or Beside(), on=on)
    return DryRun(
        (*judge(manifest, on=on), *wider.findings),
        (*run, *wider.run),
        (*early, *wider.not_run, *never_run()),
    )


def never_run() -> list[Finding]:
    """Return notes on what no dry run looks at."""
    where = Where("manifest")
    return [
        Finding("DRY-RUN-NO-TARGETING", Severity.NOTE, where, {}),
        Finding("DRY-RUN-NO-OTHER-FILINGS", Severity.NOTE, where, {}),
        Finding("DRY-RUN-NO-LICENCES", Severity.NOTE, where, {}),
    ]
