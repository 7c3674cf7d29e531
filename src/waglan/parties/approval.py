"""Who may approve a filing: somebody else than who prepared it, unless the firm is one person.

A firm may name its approvers; while it has named nobody, every person of it may approve. An
approver who is away lets another approve in his place, until a day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.role import ClientKind, Principal

COVER_MAX = timedelta(days=92)  # the project's own: leave ends


@dataclass(frozen=True, slots=True)
class Approver:
    """That a person (subject id) may approve; `until` is already outside.

    With `cover_for` he stands in for another and may approve as long as that one may.
    """

    id: str
    subject: str
    since: datetime
    until: datetime | None = None
    cover_for: str | None = None
    ended_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at that moment."""
        ended = (self.until is not None and at >= self.until) or (
            self.ended_at is not None and at >= self.ended_at
        )
        return self.since <= at and not ended


def is_approver(subject: str, named: Iterable[Approver], *, at: datetime) -> bool:
    """Whether a person may approve: as one named, or in place of one; nobody named: everybody."""
    known = list(named)
    own = {one.subject for one in known if one.cover_for is None and one.is_in_force(at)}
    if not any(one.cover_for is None and one.ended_at is None for one in known):
        return True
    covers = {one.cover_for for one in known if one.subject == subject and one.is_in_force(at)}
    return subject in own or bool(covers & own)


def direct_refusal(subject: str, named: Iterable[Approver], *, at: datetime) -> Finding | None:
    """Return why a person may not file past the drafts, in a message of his own; None: he may."""
    if is_approver(subject, named, at=at):
        return None
    return Finding("APPROVAL-NOT-AN-APPROVER", Severity.ERROR, Where("approval"), {})


def approval_refusal(
    principal: Principal,
    prepared_by: Collection[str],
    named: Iterable[Approver],
    *,
    self_approve: bool,
    at: datetime,
) -> Finding | None:
    """Return why this principal may not approve what these people prepared; None when he may."""
    where, subject = Where("approval"), principal.accountable
    if subject is None:
        return Finding("APPROVAL-NOBODY", Severity.ERROR, where, {})
    if refused := direct_refusal(subject, named, at=at):
        return refused
    if self_approve:
        return None
    if principal.client is not ClientKind.PERSON:
        return Finding("APPROVAL-PERSON-NEEDED", Severity.ERROR, where, {})
    if subject in prepared_by:
        return Finding("APPROVAL-OWN-WORK", Severity.ERROR, where, {})
    return None
