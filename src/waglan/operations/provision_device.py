"""The platform's operator enters a lock or tracker for the organisation that operates it."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events
from waglan.store.connect import act_as
from waglan.store.devices import Device


async def provision_device(
    tx: Transaction, whose: tuple[int, PartyId], device: Device, *, now: datetime
) -> None:
    """Enter a device; before that nothing it says counts. Raise Taken if its name is taken.

    The transaction goes on in the name of the organisation that operates it.
    """
    org, party = whose
    await devices.add(tx, org, device)
    await act_as(tx, org)
    number = await devices.number_of(tx, device.id)
    if number is None:
        raise LookupError("a device that was entered just now is not there")
    await devices.add_secret(tx, org, number, now=now)
    told = Event(
        EventCode.DEVICE_PROVISIONED,
        Key(KeyKind.DEVICE, device.terminal),
        party,
        now,
        now,
        {
            "id": str(device.id),
            "protocol": device.protocol,
            "maker": device.maker,
            "model": device.model,
            "firmware": device.firmware,
            "accreditation": device.accreditation or "",
            "datum": device.datum,
            "territory": device.territory or "",
        },
    )
    await events.append(tx, [told])
