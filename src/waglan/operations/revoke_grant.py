"""What was shown is shown no longer."""

from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, grants


async def revoke_grant(
    tx: Transaction, giver: tuple[int, PartyId], grant_id: UUID, *, now: datetime
) -> bool:
    """Take a grant back; False if this organisation gave none of that id. Again changes nothing.

    What its receiver has read meanwhile, he has read; the engine takes the rest from his sight.
    """
    org, party = giver
    grant = await grants.given(tx, grant_id)
    if grant is None:
        return False
    if not await grants.revoke(tx, org, grant_id, now=now):
        return True
    told = Event(
        EventCode.GRANT_REVOKED,
        Key(KeyKind.BILL, grant.bill),
        party,
        now,
        now,
        {"grant": str(grant_id), "receiver": grant.receiver},
        (),
        frozenset({grant.receiver}),
    )
    await events.append(tx, [told], consignments=[grant.consignment])
    return True
