"""A trip is armed: lock, vehicle and corridor are looked at by each authority's rules."""

from datetime import datetime

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.eligibility import Accreditation, TripRequest, eligible
from waglan.elock.jurisdiction import CargoKind
from waglan.operations._ground import ground_at
from waglan.store import Transaction, devices, trips
from waglan.store.trips import Kept, TripDevice

_registers = msgspec.json.Decoder(tuple[Accreditation, ...]).decode
_WHERE = Where("trip")


async def arm_trip(tx: Transaction, kept: Kept, *, now: datetime) -> list[Finding]:
    """Have the trip's devices heard for it, those installed now; or return why it can't be."""
    found = list[TripDevice]()
    for device in (kept.trip.lock, *kept.trip.trackers):
        one = await trips.installed(tx, kept.org, device, kept.trip.vehicle, now)
        if one is None:
            vehicle = kept.trip.vehicle
            return [Finding("TRIP-NO-LOCK", Severity.ERROR, _WHERE, {"vehicle": vehicle})]
        found.append(one)
    for one in sorted(found, key=lambda each: each.device_id):
        await devices.hold(tx, one.device_id)
    for one in found:
        if (condition := await devices.condition(tx, one.device_id)) != "fit":
            return [
                Finding(
                    "TRIP-LOCK-UNFIT",
                    Severity.ERROR,
                    _WHERE,
                    {"lock": one.terminal, "condition": condition},
                )
            ]
        is_sealed = (await devices.standing(tx, one.device_id)).is_sealed
        if is_sealed or await trips.is_busy(tx, one.device_id):
            return [Finding("TRIP-LOCK-BUSY", Severity.ERROR, _WHERE, {"lock": one.terminal})]
    wrong = await _eligible(tx, kept, found, now)
    if any(one.severity is Severity.ERROR for one in wrong):
        return wrong
    for n, one in enumerate(found):
        at = (kept.number, kept.org)
        await trips.add_device(tx, at, one, is_lock=n == 0, since=now)
    return []


async def _eligible(
    tx: Transaction, kept: Kept, found: list[TripDevice], now: datetime
) -> list[Finding]:
    # The way is the one that it was planned by; who may go is asked of today's rules.
    planned, ground = await ground_at(tx, kept.trip.planned_at), await ground_at(tx, now)
    trip, on = kept.trip, now.astimezone(HONG_KONG).date()
    asked = TripRequest(
        trip.origin,
        trip.destination,
        planned.atlas.way(trip.origin, trip.destination, on=on),
        CargoKind(trip.cargo),
        frozenset(trip.schemes),
        trip.vehicle,
        _registers(trip.registers),
        granted(found[0]),
        tuple(each for one in found[1:] for each in granted(one)),
    )
    wrong = list[Finding]()
    for one in await trips.judging(tx, kept.number):
        wrong += eligible(asked, ground.rules[one.jurisdiction], on=on)
    return wrong


def granted(one: TripDevice) -> tuple[Accreditation, ...]:
    """Return by whom a device or its installation is accredited: several with commas between."""
    told = [one.accreditation or "", one.installation_accreditation or ""]
    since = one.installed_at.astimezone(HONG_KONG).date()
    names = [name.strip() for text in told for name in text.split(",")]
    return tuple(Accreditation(name, since) for name in dict.fromkeys(names) if name)
