"""A lock is given a key by which it checks the codes that drivers type."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, devices, events, openings
from waglan.store.devices import Named


async def set_opening_key(
    tx: Transaction, vault: Vault, device: tuple[Named, str], key: bytes, *, now: datetime
) -> bool:
    """Have a lock check codes by this key from now on; False if a seal is active on it."""
    named, terminal = device
    await devices.hold(tx, named.device_id)
    if (await devices.standing(tx, named.device_id)).is_sealed:
        return False
    await openings.add_opening_key(tx, vault, (named.org, named.device_id), key, now=now)
    about = Key(KeyKind.DEVICE, terminal)
    told = Event(EventCode.DEVICE_OPENING_KEY_SET, about, named.party, now, now)
    await events.append(tx, [told])
    return True
