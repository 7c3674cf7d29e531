"""HK-MAN-045: a manifest is filed in its time.

Needed beside the file is when it is filed; the ship's arrival or departure stands in it. The days
of the law are counted in both readings, and late is what is late in both. A later arrival than one
that had passed when it was changed does not make a late manifest one in time. Where the manifest
tells neither, a box of the ship's that was discharged in Hong Kong shows that she had come by then.
"""

from datetime import date, datetime, timedelta

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Beside, Kind
from waglan.customs.times import anchor_of, passed
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
_ROAD = "3"  # its law is another; of every other code nobody can say which law it is
_SHIPS = "1"  # whatever has an IMO number is a ship, by sea or river: the law is the same
CAME_DAYS_MAX = 180  # before filing: a ship uses the number of a voyage again, some time
EARLY_DAYS = 60  # before arrival: a date with the wrong month or year, more likely than a plan


def lacks(manifest: Manifest, beside: Beside) -> Finding | None:
    """Return what nobody told that it takes: a time, or by what the goods move."""
    where = Where("head/arrival")
    if beside.filed_at is None:
        return Finding("DRY-RUN-NO-FILING-TIME", Severity.NOTE, where, {"rule": CODE})
    if anchor_of(manifest.head) is None and not _discharged(manifest.head, beside):
        return Finding("DRY-RUN-NO-ARRIVAL", Severity.NOTE, where, {"rule": CODE})
    if not _mode(manifest.head):
        return Finding("DRY-RUN-NO-MODE", Severity.NOTE, Where("head/mode"), {"rule": CODE})
    return None


def check_beside(manifest: Manifest, beside: Beside) -> list[Finding]:
    """Ask about a manifest that comes too late, or so early that its date is hardly right."""
    head, filed_at = manifest.head, beside.filed_at
    anchor = anchor_of(head)
    if anchor is None or filed_at is None:
        return _discharged(head, beside)
    name, at = anchor
    where = Where(f"head/{name}")
    if last := _overdue(head, name, at, filed_at):
        return [
            Finding(
                "HK-MAN-045-LATE",
                Severity.WARNING,
                where,
                {"date": _day(at), "last": last.isoformat()},
            )
        ]
    for earlier in sorted(time for what, time in passed(beside, filed_at) if what == name):
        if earlier < at and (last := _overdue(head, name, earlier, filed_at)):
            return [
                Finding(
                    "HK-MAN-045-LATE-EARLIER",
                    Severity.WARNING,
                    where,
                    {"date": _day(earlier), "last": last.isoformat()},
                )
            ]
    days = (at - filed_at).days
    if days > EARLY_DAYS:
        return [Finding("HK-MAN-045-EARLY", Severity.NOTE, where, {"date": _day(at), "days": days})]
    return []


def _discharged(head: Head, beside: Beside) -> list[Finding]:
    """Find what is late even if the ship came no sooner than a box left her.

    Nothing is said of what is not: she may have come days before.
    """
    came, filed_at = beside.discharge, beside.filed_at
    if came is None or filed_at is None or filed_at - came.at > timedelta(days=CAME_DAYS_MAX):
        return []
    last = _overdue(head, "arrival", came.at, filed_at)
    if last is None:
        return []
    return [
        Finding(
            "HK-MAN-045-LATE-CAME",
            Severity.WARNING,
            Where("head/arrival"),
            {"date": _day(came.at), "by": came.told_by, "last": last.isoformat()},
        )
    ]


def _mode(head: Head) -> str | None:
    if head.mode in (*_MODES, _ROAD):
        return head.mode
    return _SHIPS if head.imo else None


def _overdue(head: Head, name: str, at: datetime, filed_at: datetime) -> date | None:
    """Return the last day on which it was in time, if it is late in both readings."""
    mode = _MODES.get(_mode(head) or "")
    if mode is None:
        return None
    direction = "import" if name == "arrival" else "export"
    facts = {"mode": mode, "direction": direction, "jurisdiction": "HK"}
    due = deadline(rules()[_RULE], {name: at}, facts)
    is_late = due.state is DeadlineState.DUE and all(filed_at > one for one in _readings(due))
    # A reading by days ends at the midnight that begins the next one.
    last = max(_readings(due), default=at) - timedelta(seconds=1)
    return last.astimezone(HONG_KONG).date() if is_late else None


def _readings(due: Deadline) -> list[datetime]:
    return [time for time in (due.at, due.by_day) if time is not None]


def _day(at: datetime) -> str:
    return at.astimezone(HONG_KONG).date().isoformat()
