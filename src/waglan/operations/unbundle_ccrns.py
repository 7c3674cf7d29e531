"""What is bundled with a vehicle is bundled no more: to be amended, or it crossed, or came back."""

from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.operations.bundle_ccrns import readers_of
from waglan.store import Transaction, bundlings, events

SENT_BACK = "sent back"


async def unbundle_ccrns(
    tx: Transaction, by: tuple[int, PartyId], bundling: UUID, reason: str, *, now: datetime
) -> list[Finding] | None:
    """End a bundling; None if there is none. The same end again changes nothing.

    Cargo that was sent back is told to need a new inbound reference, and its old one is bundled
    no more.
    """
    org, party = by
    await bundlings.hold(tx, org)
    one = await bundlings.by_id(tx, bundling)
    if one is None:
        return None
    if one.ended is not None and one.ended[0] != reason:
        was = one.ended[0]
        return [Finding("CCRN-UNBUNDLED", Severity.ERROR, Where("bundling"), {"reason": was})]
    if await bundlings.end(tx, org, bundling, reason, now=now):
        readers = await readers_of(tx, party, one.trip)
        body = {"bundling": str(bundling), "reason": reason}
        await events.append(tx, [
            Event(EventCode.CCRN_UNBUNDLED, Key(KeyKind.CCRN, ccrn), party, now, now, body,
                  readers=readers)
            for ccrn in one.ccrns
        ])  # fmt: skip
    if reason != SENT_BACK:
        return []
    count = len(one.ccrns)
    return [Finding("CCRN-NEW-INBOUND", Severity.WARNING, Where("bundling"), {"count": count})]
