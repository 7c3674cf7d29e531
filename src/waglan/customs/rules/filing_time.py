"""HK-MAN-045: a manifest is filed in its time.

Needed beside the file is when it is filed; the ship's arrival or departure stands in it. The days
of the law are counted in both readings, and late is what is late in both.
"""

from datetime import date, datetime, timedelta

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Beside, Kind
from waglan.manifest.call import time_of
from waglan.manifest.deadline import Deadline, DeadlineState, deadline, rules
from waglan.manifest.model import Head, Manifest

CODE = "HK-MAN-045"
KIND = Kind.LAW
SOURCE = (
    "Cargo manifests within 14 days after arrival or departure: "
    "https://www.censtatd.gov.hk/en/page_95.html (manifest/deadlines/filing_deadlines.csv, "
    "HK-EMAN-S2). How early is too early to be likely is the project's own."
)
CHECKED_ON = date(2026, 11, 28)
# The rule of law is older; a filing of before this day was not asked.
IN_FORCE_FROM = date(2026, 11, 28)

_RULE = "HK-EMAN-S2"
_MODES = {"1": "sea", "8": "river", "4": "air", "2": "rail"}  # UN/EDIFACT 8067
EARLY_DAYS = 60  # before arrival: a date with the wrong month or year, more likely than a plan


def lacks(manifest: Manifest, beside: Beside) -> Finding | None:
    """Return which time nobody told."""
    where = Where("head/arrival")
    if beside.filed_at is None:
        return Finding("DRY-RUN-NO-FILING-TIME", Severity.NOTE, where, {"rule": CODE})
    if _anchor(manifest.head) is None:
        return Finding("DRY-RUN-NO-ARRIVAL", Severity.NOTE, where, {"rule": CODE})
    return None


def check_beside(manifest: Manifest, beside: Beside) -> list[Finding]:
    """Ask about a manifest that comes too late, or so early that its date is hardly right."""
    anchor = _anchor(manifest.head)
    if anchor is None or beside.filed_at is None:
        return []
    name, at = anchor
    due = _deadline(manifest.head, name, at)
    shown = at.astimezone(HONG_KONG).date().isoformat()
    if due is not None and due.state is DeadlineState.DUE and _is_late(due, beside.filed_at):
        last = _last_day(due).isoformat()
        return [
            Finding(
                "HK-MAN-045-LATE",
                Severity.WARNING,
                Where(f"head/{name}"),
                {"date": shown, "last": last},
            )
        ]
    if (at - beside.filed_at).days > EARLY_DAYS:
        days = (at - beside.filed_at).days
        return [
            Finding(
                "HK-MAN-045-EARLY",
                Severity.NOTE,
                Where(f"head/{name}"),
                {"date": shown, "days": days},
            )
        ]
    return []


def _anchor(head: Head) -> tuple[str, datetime] | None:
    for name, text in (("arrival", head.arrival), ("departure", head.departure)):
        at = time_of(text, zone=HONG_KONG)
        if at is not None:
            return name, at
    return None


def _deadline(head: Head, name: str, at: datetime) -> Deadline | None:
    mode = _MODES.get(head.mode or "")
    if mode is None:
        return None
    direction = "import" if name == "arrival" else "export"
    facts = {"mode": mode, "direction": direction, "jurisdiction": "HK"}
    return deadline(rules()[_RULE], {name: at}, facts)


def _last_day(due: Deadline) -> date:
    # A reading by days ends at the midnight that begins the next one.
    last = max(time for time in (due.at, due.by_day) if time is not None)
    return (last - timedelta(seconds=1)).astimezone(HONG_KONG).date()


def _is_late(due: Deadline, filed_at: datetime) -> bool:
    return all(filed_at > last for last in (due.at, due.by_day) if last is not None)
