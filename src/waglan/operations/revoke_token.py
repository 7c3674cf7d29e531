"""A token is worth nothing from now on."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, parties


async def revoke_token(
    tx: Transaction, org: int, party: PartyId, token: str, *, now: datetime
) -> bool:
    """Revoke a token of one's own organisation; False if it has none of that id."""
    if not await parties.revoke_token(tx, org, token, now=now):
        return False
    told = Event(
        EventCode.TOKEN_REVOKED, Key(KeyKind.PARTY, party), party, now, now, {"token": token}
    )
    await events.append(tx, [told])
    return True
