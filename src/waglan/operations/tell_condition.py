"""Whoever operates a lock tells that it was lost, returned, is out of calibration, or fit again."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.store import Transaction, devices, events
from waglan.store.devices import Named


async def tell_condition(
    tx: Transaction,
    device: Named,
    terminal: str,
    told: tuple[str, datetime],
    *,
    now: datetime,
) -> None:
    """Keep in which condition a lock is from when on: one that is not fit is not armed."""
    condition, since = told
    await devices.hold(tx, device.device_id)
    await devices.tell_condition(tx, device.org, device.device_id, told, now=now)
    about, body = Key(KeyKind.DEVICE, terminal), {"condition": condition}
    said = Event(EventCode.DEVICE_CONDITION, about, device.party, since, now, body)
    await events.append(tx, [said])
