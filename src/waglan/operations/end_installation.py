"""A device is taken off its vehicle."""

from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events


async def end_installation(
    tx: Transaction, party: PartyId, installation: UUID, until: datetime, *, now: datetime
) -> bool:
    """End an installation; False if there is none that began before and goes on."""
    if not await devices.end_installation(tx, installation, until=until):
        return False
    found = await devices.installed(tx, installation)
    if found is None:
        raise LookupError("an installation that was ended just now is not there")
    about = Key(KeyKind.DEVICE, found[1])
    body = {"installation": str(installation)}
    told = Event(EventCode.DEVICE_INSTALLATION_ENDED, about, party, until, now, body)
    await events.append(tx, [told])
    return True
