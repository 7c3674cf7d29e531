"""A firm names who approves its filings; an approver lets another stand in for him."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations.step_draft import By
from waglan.parties.approval import COVER_MAX, Approver, is_approver
from waglan.store import Transaction, approvals, events
from waglan.store.approvals import APPROVERS_MAX


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom to name, from when until when; as cover he stands in for who names him."""

    id: UUID
    subject: str
    since: datetime
    until: datetime | None
    is_cover: bool


async def name_approver(tx: Transaction, by: By, naming: Naming) -> list[Finding]:
    """Keep an approver or a cover; findings mean that nothing was done."""
    known = await approvals.approvers(tx)
    if wrong := await _wrong(tx, by, naming, known):
        return [wrong]
    cover_for = by.subject if naming.is_cover else None
    new = Approver(str(naming.id), naming.subject, naming.since, naming.until, cover_for)
    await approvals.add(tx, by.org, by.subject, new)
    told = Event(
        EventCode.APPROVER_NAMED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {
            "approver": new.id,
            "subject": new.subject,
            "cover_for": cover_for,
            "since": new.since.isoformat(),
            "until": None if new.until is None else new.until.isoformat(),
            "by": by.subject,
        },
    )
    await events.append(tx, [told])
    return []


async def _wrong(tx: Transaction, by: By, naming: Naming, known: list[Approver]) -> Finding | None:
    where = Where("approver")
    if len(known) >= APPROVERS_MAX:
        return Finding("APPROVER-TOO-MANY", Severity.ERROR, where, {"max": APPROVERS_MAX})
    if not await approvals.is_person(tx, naming.subject):
        return Finding("APPROVER-UNKNOWN", Severity.ERROR, where, {"subject": naming.subject})
    if naming.until is not None and naming.until <= naming.since:
        return Finding("APPROVER-DATES", Severity.ERROR, where, {})
    if not naming.is_cover:
        return None
    if naming.until is None or naming.until - naming.since > COVER_MAX:
        return Finding("APPROVER-COVER-DAYS", Severity.ERROR, where, {"days": COVER_MAX.days})
    if naming.subject == by.subject or not is_approver(by.subject, known, at=by.at):
        return Finding("APPROVER-COVER-OTHERS", Severity.ERROR, where, {})
    return None
