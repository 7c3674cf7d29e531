"""A haulier plans a trip under a lock: the way, what travels, and which authorities judge it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.elock.atlas import plan_of
from waglan.elock.eligibility import Accreditation
from waglan.elock.jurisdiction import CargoKind, Jurisdiction
from waglan.elock.plan import NoPlan
from waglan.elock.route import NoRoute
from waglan.logbook.event import Event
from waglan.operations._ground import InForceThen, ground_at
from waglan.parties.role import Role
from waglan.store import Transaction, devices, events, parties, trips
from waglan.store.trips import Judging, Trip

CONSIGNMENTS_MAX = 100
JURISDICTIONS_MAX = 4
TRACKERS_MAX = 4
BEGINS_WITHIN = timedelta(days=1_096)
_WHERE = Where("trip")
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Wanted:
    """A trip as its haulier wants it."""

    vehicle: str
    lock: UUID
    trackers: tuple[UUID, ...]
    origin: str
    destination: str
    cargo: CargoKind
    schemes: tuple[str, ...]
    registers: tuple[Accreditation, ...]
    jurisdictions: tuple[str, ...]
    consignments: tuple[str, ...]
    begins_at: datetime
    leg_of: UUID | None = None


async def plan_trip(
    tx: Transaction, by: tuple[int, PartyId], id_: UUID, wanted: Wanted, *, now: datetime
) -> list[Finding]:
    """Keep a trip; return why not, if it makes none. Whether it may be armed is asked then."""
    org, party = by
    found = [
        Finding("TRIP-NO-LOCK", Severity.ERROR, _WHERE, {"vehicle": wanted.vehicle})
        for device in (wanted.lock, *wanted.trackers)
        if await devices.number_of(tx, device) is None
    ][:1]
    if abs(wanted.begins_at - now) > BEGINS_WITHIN:
        return [
            Finding(
                "TRIP-BEGINS", Severity.ERROR, Where("trip/begins_at"), {"days": BEGINS_WITHIN.days}
            )
        ]
    ground = await ground_at(tx, now)
    judging, wrong = await _judging(tx, ground, wanted.jurisdictions)
    found += wrong
    way = ground.atlas.way(wanted.origin, wanted.destination, on=_day(wanted.begins_at))
    if way is None:
        found.append(
            Finding(
                "TRIP-NO-WAY",
                Severity.ERROR,
                Where("trip/way"),
                {"origin": wanted.origin, "destination": wanted.destination},
            )
        )
    if found or way is None:
        return found
    try:
        plan = plan_of(way, ground.atlas.sites, begins_s=[int(wanted.begins_at.timestamp())])
    except (NoPlan, NoRoute) as no:
        reason = str(no)
        return [Finding("TRIP-NO-PLAN", Severity.ERROR, Where("trip/way"), {"reason": reason})]
    written = _encode(plan)
    new = Trip(
        id_,
        wanted.vehicle,
        wanted.origin,
        wanted.destination,
        wanted.cargo.value,
        wanted.schemes,
        _encode(wanted.registers),
        way.quality.value,
        written,
        sha256(written).digest(),
        wanted.begins_at,
        now,
        wanted.lock,
        wanted.trackers,
        wanted.leg_of,
        None if way.exit is None else way.exit.id,
        () if way.exit is None else tuple(end.value for end in way.exit.ends_with),
    )
    number = await trips.add(tx, org, new, judging)
    await trips.add_consignments(tx, org, number, list(dict.fromkeys(wanted.consignments)))
    told = _planned(new, party, len(set(wanted.consignments)), judging)
    await events.append(tx, [told])
    return []


def _planned(new: Trip, party: PartyId, count: int, judging: Sequence[Judging]) -> Event:
    return Event(
        EventCode.TRIP_PLANNED,
        Key(KeyKind.TRIP, str(new.id)),
        party,
        new.planned_at,
        new.planned_at,
        {
            "plan": new.plan_sha256.hex(),
            "quality": new.quality,
            "origin": new.origin,
            "destination": new.destination,
            "consignments": count,
            "policies": [one.policy_sha256.hex() for one in judging],
        },
        readers=frozenset({party, *(one.party for one in judging)}),
    )


async def _judging(
    tx: Transaction, ground: InForceThen, wanted: Sequence[str]
) -> tuple[list[Judging], list[Finding]]:
    known, found, judging = ground.rules, list[Finding](), dict[PartyId, Judging]()
    for name in dict.fromkeys(wanted):
        one = known.get(name)
        org = None if one is None else await _authority(tx, one)
        if one is None or org is None:
            found.append(
                Finding("TRIP-NO-AUTHORITY", Severity.ERROR, _WHERE, {"jurisdiction": name[:80]})
            )
            continue
        party = one.policy.authority
        edition = ground.editions.get(name)
        if edition is None:
            policy = _encode(one.policy)
            hashed = sha256(policy).digest()
            judging[party] = Judging(org, party, one.id, policy, None, hashed)
        else:
            hashed = edition.policy_sha256 or b""
            judging[party] = Judging(org, party, one.id, b"", edition.number, hashed)
    return list(judging.values()), found


async def _authority(tx: Transaction, one: Jurisdiction) -> int | None:
    """Return the organisation that is this authority here, if it is one."""
    party = one.policy.authority
    if Role.CUSTOMS not in await parties.roles_of(tx, party):
        return None
    return await parties.org_of(tx, party)


def _day(at: datetime) -> date:
    return at.astimezone(HONG_KONG).date()
