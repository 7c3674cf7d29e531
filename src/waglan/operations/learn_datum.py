"""Before a trip is armed, its devices' last drive is looked at: in which datum do they tell?"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.elock.datum_learned import DETECTION_VERSION, learned, mainland
from waglan.elock.plan import Plan
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations._ground import ground_at
from waglan.operations._hearing import sent_places
from waglan.store import Transaction, datums, devices, events, frames, trips
from waglan.store.datums import Drive, LearnedDatum
from waglan.store.devices import Device

DRIVE_FRAMES_MAX: Final = 400
_plan = msgspec.json.Decoder(Plan).decode


async def learn_datum(tx: Transaction, vault: Vault, trip: UUID, *, now: datetime) -> None:
    """Keep what each device's last drive says of its kind, if that is decided and was not known.

    In its operator's name, and of his own devices alone: who drives badly teaches nobody else's.
    """
    kept = await trips.by_id(tx, trip)
    if kept is None:
        return
    for id_ in (kept.trip.lock, *kept.trip.trackers):
        device, drive = await devices.by_id(tx, id_), await datums.last_drive(tx, id_)
        if device is not None and drive is not None:
            await _learn(tx, vault, (kept.org, device), drive, now)


async def _learn(
    tx: Transaction, vault: Vault, whose: tuple[int, Device], drive: Drive, now: datetime
) -> None:
    org, device = whose
    plan = _plan(drive.trip.trip.plan)
    between = mainland(plan, drive.trip.trip.origin, (await ground_at(tx, now)).atlas.territories)
    if between is None:
        return
    time = (drive.device.from_at or now, drive.device.until_at)
    came = await frames.of_time(tx, vault, drive.device.device_id, time, at_most=DRIVE_FRAMES_MAX)
    found = learned(plan, between, sent_places(drive.device, came))
    known = await datums.newest(tx, org, device.model, device.firmware)
    if not found.is_decided or known == (found.datum.value, DETECTION_VERSION):
        return
    told = Event(
        EventCode.DEVICE_DATUM_LEARNED,
        Key(KeyKind.DEVICE, device.terminal),
        drive.trip.party,
        now,
        now,
        {
            "model": device.model,
            "firmware": device.firmware,
            "datum": found.datum.value,
            "ratio_milli": found.ratio_milli,
            "fixes": found.fixes,
            "version": DETECTION_VERSION,
            "trip": str(drive.trip.trip.id),
        },
        readers=frozenset(
            {drive.trip.party, *[one.party for one in await trips.judging(tx, drive.trip.number)]}
        ),
    )
    (event_id,) = await events.append(tx, [told])
    new = LearnedDatum(
        device.model, device.firmware, found.datum.value, found.ratio_milli, found.fixes,
        DETECTION_VERSION, event_id,
    )  # fmt: skip
    await datums.add(tx, org, new, now=now)
