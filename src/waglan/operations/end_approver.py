"""An approver approves no more, or whom somebody stood in for is back."""

from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations.step_draft import By
from waglan.store import Transaction, approvals, events


async def end_approver(tx: Transaction, by: By, approver: UUID) -> bool:
    """End it at once; False if this organisation has none of that id. Again changes nothing."""
    known = {one.id: one for one in await approvals.approvers(tx)}.get(str(approver))
    if known is None:
        return False
    if known.ended_at is not None:
        return True
    await approvals.end(tx, by.org, approver, by.subject, now=by.at)
    told = Event(
        EventCode.APPROVER_ENDED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {"approver": str(approver), "by": by.subject},
    )
    await events.append(tx, [told])
    return True
