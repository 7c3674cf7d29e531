"""A device is put on a vehicle; from when to when is written down, and who did it."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events
from waglan.store.devices import Installation, Named


async def install_lock(
    tx: Transaction, device: Named, terminal: str, new: Installation, *, now: datetime
) -> None:
    """Write an installation down; ExclusionViolation if the device sits elsewhere at that time."""
    await devices.add_installation(tx, device.org, device.device_id, new)
    told = Event(
        EventCode.DEVICE_INSTALLED,
        Key(KeyKind.DEVICE, terminal),
        device.party,
        new.from_at,
        now,
        # The vehicle and who worked on it stand beside the log: both may lead to a person.
        {"installation": str(new.id), "accreditation": new.accreditation or ""},
    )
    await events.append(tx, [told])
