"""HK-MAN-047: an arrival that is over is not put off.

Compared with the version before of the same manifest. A ship that was said to have come, and is
now said to come on a later day, may truly have come later: the finding asks, and stops nothing.
"""

from datetime import date

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Beside, Kind
from waglan.customs.times import anchor_of
from waglan.manifest.model import Manifest

CODE = "HK-MAN-047"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own. The 14 days count from arrival or departure "
    "(https://www.censtatd.gov.hk/en/page_95.html), so that a later day moves the last day too."
)
CHECKED_ON = date(2026, 11, 29)
IN_FORCE_FROM = date(2026, 11, 29)  # the day the rule joined the project


def lacks(manifest: Manifest, beside: Beside) -> Finding | None:
    """Return that nobody looked for a version before, or that the time of filing is not known."""
    where = Where("head/arrival")
    if beside.declared is None:
        return Finding("DRY-RUN-NO-OWN-FILINGS", Severity.NOTE, where, {"rule": CODE})
    if beside.filed_at is None:
        return Finding("DRY-RUN-NO-FILING-TIME", Severity.NOTE, where, {"rule": CODE})
    return None


def check_beside(manifest: Manifest, beside: Beside) -> list[Finding]:
    """Ask about an arrival or departure put off to a later day after it had passed."""
    now, filed_at = anchor_of(manifest.head), beside.filed_at
    before = anchor_of(beside.declared[-1].head) if beside.declared else None
    if now is None or before is None or filed_at is None:
        return []
    (name, at), (was, earlier) = now, before
    day, earlier_day = at.astimezone(HONG_KONG).date(), earlier.astimezone(HONG_KONG).date()
    if name != was or earlier > filed_at or day <= earlier_day:
        return []
    where = Where(f"head/{name}")
    return [
        Finding(
            CODE,
            Severity.WARNING,
            where,
            {"before": earlier_day.isoformat(), "date": day.isoformat()},
        )
    ]
