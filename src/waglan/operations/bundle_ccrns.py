"""A driver's haulier or his agent bundles customs' cargo references with a vehicle."""

from typing import Final
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.elock.trip import ENDED
from waglan.logbook.event import Event
from waglan.manifest.deadline import deadline, rules
from waglan.operations.do_trip_act import state_of
from waglan.store import Transaction, bundlings, events, trips
from waglan.store.bundlings import Bundling
from waglan.store.trips import Kept

RULE: Final = "HK-BUNDLE"
_WHERE: Final = Where("bundling")


async def bundle_ccrns(
    tx: Transaction, by: tuple[int, PartyId], new: Bundling
) -> list[Finding] | None:
    """Keep a bundling; an error among the findings means that nothing was kept.

    None: there is no such trip. With a trip, its authorities are told.
    """
    org, party = by
    await bundlings.hold(tx, org)
    kept = None
    if new.trip is not None:
        await trips.hold(tx, new.trip)
        kept = await trips.by_id(tx, new.trip)
        if kept is None:
            return None
    found = await _of_trip(tx, kept, new.vehicle) + await _taken(tx, new.ccrns)
    if found:
        return found
    await bundlings.add(tx, org, new, None if kept is None else kept.number)
    readers = await readers_of(tx, party, new.trip)
    body = {"bundling": str(new.id), "control_point": new.control_point,
            "trip": "" if new.trip is None else str(new.trip)}  # fmt: skip
    await events.append(tx, [
        Event(EventCode.CCRN_BUNDLED, Key(KeyKind.CCRN, ccrn), party, new.bundled_at,
              new.bundled_at, body, readers=readers)
        for ccrn in new.ccrns
    ])  # fmt: skip
    return _late(new)


async def _of_trip(tx: Transaction, kept: Kept | None, vehicle: str) -> list[Finding]:
    if kept is None:
        return []
    if kept.trip.vehicle != vehicle:
        other = kept.trip.vehicle
        return [Finding("CCRN-OTHER-VEHICLE", Severity.ERROR, _WHERE, {"vehicle": other})]
    state = state_of(await trips.acts(tx, kept.number))
    if state in ENDED:
        return [Finding("CCRN-TRIP-OVER", Severity.ERROR, _WHERE, {"state": state.value})]
    return []


async def _taken(tx: Transaction, ccrns: tuple[str, ...]) -> list[Finding]:
    found = list[Finding]()
    for ccrn, (vehicle, reason) in sorted((await bundlings.standing(tx, ccrns)).items()):
        if reason is None:
            found.append(
                Finding("CCRN-BUNDLED", Severity.ERROR, _WHERE, {"ccrn": ccrn, "vehicle": vehicle})
            )
        else:
            found.append(Finding("CCRN-SENT-BACK", Severity.ERROR, _WHERE, {"ccrn": ccrn}))
    return found


def _late(new: Bundling) -> list[Finding]:
    """Say if it came later than the rule has it: the rule is the authority's to hold against."""
    rule = rules()[RULE]
    due = deadline(rule, {rule.anchor: new.crosses_at}, {"mode": "road"})
    if due.at is None or new.bundled_at <= due.at:
        return []
    minutes = -(rule.offset_minutes or 0)
    return [Finding("CCRN-LATE", Severity.WARNING, _WHERE, {"minutes": minutes})]


async def readers_of(tx: Transaction, party: PartyId, trip: UUID | None) -> frozenset[PartyId]:
    """Return who is told of a bundling: who made it, and the authorities on its trip."""
    kept = None if trip is None else await trips.by_id(tx, trip)
    judging = [] if kept is None else await trips.judging(tx, kept.number)
    return frozenset({party, *(one.party for one in judging)})
