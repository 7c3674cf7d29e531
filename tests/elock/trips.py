"""Fixes of many trips for tests of the kernels: honest, tampered with, and as nobody drives."""

from collections.abc import Callable, Iterator
from random import Random

import msgspec

from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.elock.entry import Entry
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Cover, Mark, Plan, Stretch, planned
from waglan.elock.policy import Policy
from waglan.elock.route import compile_route
from waglan.elock.track import TIME_MAX_S, Fix, Source, Track

START_S = 1_800_000_000
BORDER = Position(225_030_000, 1_139_450_000)  # Shenzhen Bay
POLICY = Policy(PartyId("sample-customs"), "test-1")
STRICT = Policy(
    PartyId("other-customs"), "test-2", frozen=2, frozen_long=3, stop_s=60, gap_s=60, gap_long_s=90,
    turn_back_mm=300_000, pair_samples=1, pair_mm=10_000, pair_far_mm=50_000, pair_far_s=60,
)  # fmt: skip
FAR = [
    Position(900_000_000, 0),
    Position(-900_000_000, 1_800_000_000),
    Position(225_030_000, -1_800_000_000),
    Position(225_030_000, 1_800_000_000),
    Position(-225_030_000, 1_139_450_000 - 1_800_000_000),  # the antipodes of the border
    Position(0, 0),
]
TIMES_S = [-TIME_MAX_S, -2, -1, 0, 1, TIME_MAX_S - 1, TIME_MAX_S]


def plan(dice: Random) -> Plan:
    """A corridor that winds, crosses itself now and then, with whatever lies along it."""
    points = [BORDER]
    for _ in range(dice.randint(3, 60)):
        last = points[-1]
        north, east = dice.randint(-300_000, 600_000), dice.randint(-500_000, 500_000)
        points.append(Position(last.lat_e7 + north, last.lon_e7 + east))
    route = compile_route(points)
    way = route.length_mm
    marks = [
        Mark(f"S{n}", at, dice.choice([None, START_S + n * 900]))
        for n, at in enumerate(sorted(dice.randint(0, way) for _ in range(dice.randint(0, 6))))
    ]
    stretches = []
    for _ in range(dice.randint(0, 4)):
        from_mm = dice.randint(0, way - 2)
        to_mm = dice.randint(from_mm + 1, min(way, from_mm + 8_000_000))
        stretches.append(Stretch(dice.choice(list(Cover)), from_mm, to_mm))
    return planned(route, dice.choice([50_000, 200_000, 900_000]), marks, stretches)


def driven(along: Plan, dice: Random) -> list[Fix]:
    """An honest drive."""
    truck = Truck("L", START_S, every_s=dice.choice([15, 30, 60]))
    return fixes(drives.driven(along, truck, drives.honest_legs(along, dice), dice))


def stopped(along: Plan, dice: Random) -> list[Fix]:
    """A drive with a stop, a way beside the corridor, and a way back."""
    truck, speed = Truck("L", START_S), 15_000
    legs = [Leg(600, speed), Leg(900, 0), Leg(300, speed, dice.randint(-3_000_000, 3_000_000))]
    legs += [Leg(240, speed), Leg(500, -speed), Leg(900, speed)]
    return fixes(drives.driven(along, truck, legs, dice))


def attacked(along: Plan, dice: Random) -> list[Fix]:
    """A drive that somebody tampered with, in one way after the other."""
    truck = Truck("L", START_S)
    log = drives.driven(along, truck, drives.honest_legs(along, dice), dice)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(1, max(2, len(log) - 12))
        log = tampered(log, at, along, dice)
    return fixes(log)


def tampered(log: list[Entry], at: int, along: Plan, dice: Random) -> list[Entry]:
    end = min(len(log) - 1, at + dice.randint(1, 40))
    away_mm = dice.choice([300_000, 3_000_000, 40_000_000, 900_000_000])
    match dice.randrange(6):
        case 0:
            return drives.teleported(log, at, along, away_mm)
        case 1:
            return drives.outlier(log, at, along, away_mm)
        case 2:
            return drives.frozen(log, at, end)
        case 3:
            return drives.replayed(log, at, end)
        case 4:
            return drives.silent(log, at, end)
        case _:
            return drives.beside(log, dice, away_mm=away_mm)


def walked(along: Plan, dice: Random) -> list[Fix]:
    """Steps from place to place, in and out of time, and leaps to the ends of the globe."""
    at_s, place, told = START_S, along.route.place_at(dice.randint(0, along.route.length_mm)), []
    for _ in range(dice.randint(5, 120)):
        at_s += dice.choice([-30, 0, 1, 15, 30, 30, 30, 300, 301, 900, 901])
        north, east = dice.randint(-40_000, 40_000), dice.randint(-40_000, 40_000)
        place = dice.choice([
            place,
            Position(place.lat_e7 + north, place.lon_e7 + east),
            Position(place.lat_e7 + north // 9, place.lon_e7 + east // 9),
            along.route.place_at(dice.randint(0, along.route.length_mm)),
        ])  # fmt: skip
        there = dice.choice(FAR) if dice.random() < 0.05 else place
        when_s = dice.choice(TIMES_S) if dice.random() < 0.05 else at_s
        recorded_s = dice.choice([when_s, when_s - 120, when_s - 121, at_s])
        recorded_s = max(-TIME_MAX_S, recorded_s)
        speed_m_h = dice.choice([-1, 0, 5_000, 5_001, 70_000])
        source = Source(dice.random() < 0.3)
        told.append(Fix(when_s, recorded_s, there.lat_e7, there.lon_e7, speed_m_h, source))
    return told


def fixes(log: list[Entry]) -> list[Fix]:
    return [entry.what for entry in log if isinstance(entry.what, Fix)]


KINDS: list[Callable[[Plan, Random], list[Fix]]] = [driven, stopped, attacked, walked, walked]


class Trips(msgspec.Struct):
    """Trips, and their fixes as they come in: each in its own order, all mixed."""

    measures: list[tuple[Policy, Plan]]
    came: list[tuple[int, Fix]]


def trips(seed: int, count: int) -> Trips:
    dice = Random(seed)
    plans = [plan(dice) for _ in range(max(1, count // 3))]
    measures = [(dice.choice([POLICY, STRICT]), dice.choice(plans)) for _ in range(count)]
    own = [dice.choice(KINDS)(along, dice) for _, along in measures]
    return Trips(measures, mixed(dice, own))


def mixed(dice: Random, own: list[list[Fix]]) -> list[tuple[int, Fix]]:
    """Each trip's in its order, and one trip after the other as the dice fall."""
    turns = [trip for trip, some in enumerate(own) for _ in some]
    dice.shuffle(turns)
    left: list[Iterator[Fix]] = [iter(some) for some in own]
    return [(trip, next(left[trip])) for trip in turns]


def by_reference(one: Trips) -> tuple[list[Track], list[int]]:
    """What the reference makes of them: a track for each trip, and what each fix raises."""
    tracks = [Track() for _ in one.measures]
    return tracks, [step(*one.measures[trip], tracks[trip], fix) for trip, fix in one.came]
