"""A firm says whether its people may approve what they prepared: a firm of one has to."""

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.operations.step_draft import By
from waglan.store import Transaction, approvals, events


async def set_filing_rule(tx: Transaction, by: By, *, self_approve: bool) -> None:
    """Let the rule hold from now on; it is on record who set it."""
    await approvals.set_rule(tx, by.org, by.subject, self_approve=self_approve, now=by.at)
    told = Event(
        EventCode.FILING_RULE_SET,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {"self_approve": self_approve, "by": by.subject},
    )
    await events.append(tx, [told])
