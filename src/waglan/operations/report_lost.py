"""A lock that was told to be lost speaks: an alarm of its own, on nobody's trip."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events
from waglan.store.devices import Named


async def report_lost(tx: Transaction, device: Named, channel: str, *, now: datetime) -> bool:
    """Tell who operates a lost lock that it is heard; False if it is not told to be lost."""
    terminal = await devices.lost(tx, device.device_id)
    if terminal is None:
        return False
    about = Key(KeyKind.DEVICE, terminal)
    told = Event(EventCode.DEVICE_LOST_HEARD, about, device.party, now, now, {"channel": channel})
    await events.append(tx, [told])
    return True
