"""A haulier ends a driver's key that was lost, or is no longer his."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, openings


async def end_driver(
    tx: Transaction, by: tuple[int, PartyId], driver: str, *, now: datetime
) -> bool:
    """Let a driver's key sign no more; False if he has none."""
    org, party = by
    if not await openings.end_driver_key(tx, org, driver, now=now):
        return False
    about, body = Key(KeyKind.PARTY, party), {"driver": driver}
    await events.append(tx, [Event(EventCode.DRIVER_KEY_ENDED, about, party, now, now, body)])
    return True
