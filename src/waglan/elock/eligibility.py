"""Whether a trip may go under the lock: refused with each reason, and told what to do instead."""

from collections.abc import Iterator
from datetime import date

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.atlas import Way
from waglan.elock.jurisdiction import CargoKind, Equipment, Jurisdiction, JurisdictionUse
from waglan.elock.province import Quality


class Accreditation(msgspec.Struct, frozen=True, gc=False):
    """What a vehicle, lock or tracker was granted: by whom or in which register, and how long."""

    by: str
    since: date
    until: date | None = None

    def holds(self, by: str, on: date) -> bool:
        """Whether it is that one, and holds on a day."""
        return self.by == by and self.since <= on and (self.until is None or on <= self.until)


class TripRequest(msgspec.Struct, frozen=True):
    """What is told of a trip before it is armed. The lock and tracker are those installed then."""

    origin: str
    destination: str
    way: Way | None  # None: the atlas has none
    cargo: CargoKind
    schemes: frozenset[str]  # that cover the cargo
    vehicle: str  # its registration mark
    registers: tuple[Accreditation, ...] = ()
    lock: tuple[Accreditation, ...] = ()
    tracker: tuple[Accreditation, ...] = ()


def eligible(trip: TripRequest, jurisdiction: Jurisdiction, *, on: date) -> list[Finding]:
    """Return why a trip may not be armed on a day; no error among the findings is that it may.

    After errors stands how the cargo may go instead; under a hypothetical jurisdiction, that it is.
    """
    findings = [
        *_in_force(jurisdiction, on),
        *_way(trip, jurisdiction),
        *_ends(trip, jurisdiction, on),
        *_cargo(trip, jurisdiction, on),
        *_vehicle(trip, jurisdiction, on),
        *_equipment(trip, jurisdiction, on),
    ]
    if findings:
        instead = jurisdiction.fallback.name
        findings.append(Finding("TRIP-INSTEAD", Severity.NOTE, Where("trip"), {"instead": instead}))
    if jurisdiction.use is JurisdictionUse.HYPOTHETICAL:
        findings.append(
            Finding(
                "TRIP-HYPOTHETICAL",
                Severity.NOTE,
                Where("trip"),
                {"jurisdiction": jurisdiction.id},
            )
        )
    return findings


def _in_force(jurisdiction: Jurisdiction, on: date) -> Iterator[Finding]:
    if not jurisdiction.is_in_force(on):
        yield Finding(
            "TRIP-NOT-IN-FORCE",
            Severity.ERROR,
            Where("trip"),
            {"jurisdiction": jurisdiction.id, "on": on.isoformat()},
        )


def _way(trip: TripRequest, jurisdiction: Jurisdiction) -> Iterator[Finding]:
    where = Where("trip/way")
    way = trip.way
    if way is None or (way.origin.id, way.destination.id) != (trip.origin, trip.destination):
        yield Finding(
            "TRIP-NO-WAY",
            Severity.ERROR,
            where,
            {"origin": trip.origin, "destination": trip.destination},
        )
    elif jurisdiction.use is JurisdictionUse.LIVE:
        for leg in way.legs:
            if leg.corridor.quality is not Quality.SURVEYED:
                corridor = leg.corridor.id
                yield Finding("TRIP-ILLUSTRATIVE", Severity.ERROR, where, {"corridor": corridor})


def _ends(trip: TripRequest, jurisdiction: Jurisdiction, on: date) -> Iterator[Finding]:
    """Neither end is a point that may not be one, and the pair is not excepted."""
    points = jurisdiction.points
    allowed = points.statuses if points.is_in_force(on) else ()
    for site in (trip.way.origin, trip.way.destination) if trip.way else ():
        if site.status not in allowed:
            yield Finding(
                "TRIP-POINT",
                Severity.ERROR,
                Where(f"trip/sites/{site.id}"),
                {"site": site.id, "status": site.status.value},
            )
    ends = {trip.origin, trip.destination}
    for pair in jurisdiction.pairs:
        if {pair.from_site, pair.to_site} == ends and pair.is_in_force(on):
            yield Finding(
                "TRIP-PAIR",
                Severity.ERROR,
                Where("trip/way"),
                {"origin": trip.origin, "destination": trip.destination, "reason": pair.reason},
            )


def _cargo(trip: TripRequest, jurisdiction: Jurisdiction, on: date) -> Iterator[Finding]:
    """One rule that lets it travel is enough; of those that don't, the first is told."""
    where = Where("trip/cargo")
    rules = [
        rule for rule in jurisdiction.cargo if rule.cargo is trip.cargo and rule.is_in_force(on)
    ]
    ends = {trip.origin, trip.destination}
    there = [rule for rule in rules if not rule.sites or ends & {*rule.sites}]
    if not rules:
        yield Finding("TRIP-CARGO", Severity.ERROR, where, {"cargo": trip.cargo.value})
    elif not there:
        yield Finding("TRIP-CARGO-THERE", Severity.ERROR, where, {"cargo": trip.cargo.value})
    elif all({*rule.schemes} - trip.schemes for rule in there):
        missing = sorted({*there[0].schemes} - trip.schemes)
        yield Finding("TRIP-SCHEME", Severity.ERROR, where, {"schemes": ", ".join(missing)})


def _vehicle(trip: TripRequest, jurisdiction: Jurisdiction, on: date) -> Iterator[Finding]:
    for rule in jurisdiction.vehicles:
        if rule.is_in_force(on) and not any(one.holds(rule.register, on) for one in trip.registers):
            yield Finding(
                "TRIP-VEHICLE",
                Severity.ERROR,
                Where("trip/vehicle"),
                {"vehicle": trip.vehicle, "register": rule.register},
            )


def _equipment(trip: TripRequest, jurisdiction: Jurisdiction, on: date) -> Iterator[Finding]:
    granted = {Equipment.LOCK: trip.lock, Equipment.TRACKER: trip.tracker}
    for rule in jurisdiction.equipment:
        held = granted[rule.equipment]
        if not rule.is_in_force(on) or any(one.holds(rule.authority, on) for one in held):
            continue
        where = Where(f"trip/{rule.equipment.value}")
        if rule.equipment is Equipment.LOCK:
            yield Finding("TRIP-LOCK", Severity.ERROR, where, {"authority": rule.authority})
        else:
            yield Finding("TRIP-TRACKER", Severity.ERROR, where, {"authority": rule.authority})
