"""A device is given another code, unless a seal is active on it."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events
from waglan.store.devices import Named


async def rotate_code(
    tx: Transaction, device: Named, terminal: str, code: str, *, now: datetime
) -> bool:
    """Let the device be known by this code alone from now on; False if a seal is active on it."""
    await devices.hold(tx, device.device_id)
    if (await devices.standing(tx, device.device_id)).is_sealed:
        return False
    await devices.add_code(
        tx, device.org, device.device_id, sha256(code.encode()).digest(), now=now
    )
    about = Key(KeyKind.DEVICE, terminal)
    told = Event(EventCode.DEVICE_CODE_ROTATED, about, device.party, now, now)
    await events.append(tx, [told])
    return True
