"""Made-up trips, honest ones and such as somebody tampered with: for demo days, drills and tests.

All of it is synthetic and Gaussian: no street canyon, no real detour.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

import msgspec

from waglan.elock.alarm import Alarm
from waglan.elock.entry import Channel, Entry, Heard, Identity, Said, Seal
from waglan.elock.plan import Cover, Plan
from waglan.elock.track import Fix, Source

_replace = msgspec.structs.replace

EVERY_S: Final = 30
NOISE_MM: Final = 8_000  # standard deviation of a fix, each way
SPEED_MM_S: Final = 19_000  # about 68 km/h
STANDING_MM_S: Final = 0


class Leg(msgspec.Struct, frozen=True, gc=False):
    """How a truck drives: so long, so fast, and so far beside its corridor."""

    seconds: int
    speed_mm_s: int
    beside_mm: int = 0


class Truck(msgspec.Struct, frozen=True, gc=False):
    """Who drives, from when, and over which kind of line its lock reports."""

    lock: str
    start_s: int
    channel: Channel = Channel.MTLS
    every_s: int = EVERY_S
    noise_mm: int = NOISE_MM


def honest_legs(plan: Plan, dice: Random) -> list[Leg]:
    """Return a drive to the end of the corridor, faster and slower, without a stop."""
    legs, left_mm = list[Leg](), plan.route.length_mm
    while left_mm > 0:
        speed = SPEED_MM_S + dice.randint(-5_000, 5_000)
        leg = Leg(min(dice.randint(120, 900), left_mm // speed + 1), speed)
        legs.append(leg)
        left_mm -= leg.seconds * speed
    return legs


def driven(plan: Plan, truck: Truck, legs: Sequence[Leg], dice: Random) -> list[Entry]:
    """Return the log of a sealed truck that drives so; in a tunnel it is not seen."""
    log = [_entry(truck, 0, 0, Seal(truck.lock, f"SEAL-{truck.lock}"))]
    at_s, progress_mm, serial = 0, 0, 1
    for leg in legs:
        for until_s in _beats(leg.seconds, truck.every_s):
            progress_mm += leg.speed_mm_s * until_s
            at_s += until_s
            if not _is_hidden(plan, progress_mm):
                log.append(_seen(plan, truck, (at_s, serial, progress_mm), leg, dice))
                serial += 1
    return log


def _beats(seconds: int, every_s: int) -> Iterator[int]:
    yield from [every_s] * (seconds // every_s)
    if rest := seconds % every_s:
        yield rest


def _is_hidden(plan: Plan, progress_mm: int) -> bool:
    hidden = (one for one in plan.stretches if one.cover is Cover.TUNNEL)
    return any(one.from_mm <= progress_mm <= one.to_mm for one in hidden)


def _seen(plan: Plan, truck: Truck, when: tuple[int, int, int], leg: Leg, dice: Random) -> Entry:
    at_s, serial, progress_mm = when
    along, beside = (round(dice.gauss(0, truck.noise_mm)) for _ in range(2))
    place = plan.route.place_at(progress_mm + along, beside_mm=leg.beside_mm + beside)
    now_s = truck.start_s + at_s
    speed_m_h = leg.speed_mm_s * 3_600 // 1_000
    fix = Fix(now_s, now_s + dice.randint(1, 4), place.lat_e7, place.lon_e7, speed_m_h)
    return _entry(truck, at_s, serial, fix)


def _entry(truck: Truck, at_s: int, serial: int, what: Fix | Said | Seal | Heard) -> Entry:
    now_s = truck.start_s + at_s
    recorded_s = what.recorded_s if isinstance(what, Fix) else now_s + 1
    ref = f"{truck.lock}-{serial}"
    return Entry(ref, now_s, recorded_s, serial, what, "s1", serial, truck.channel)


def cut(log: Sequence[Entry], at: int, truck: Truck) -> list[Entry]:
    """Have the rope cut at the time of an entry; the truck drives on as if nothing were."""
    when = log[at]
    said = Said(truck.lock, (Alarm.ROPE_CUT,))
    told = Entry(f"{when.ref}-cut", when.at_s, when.recorded_s, when.ingest, said,
                 when.session, when.serial, truck.channel)  # fmt: skip
    return [*log[: at + 1], told, *log[at + 1 :]]


def opened(log: Sequence[Entry], at: int, truck: Truck, actor: str | None = None) -> list[Entry]:
    """Have the lock opened at the time of an entry."""
    when = log[at]
    said = Said(truck.lock, (Alarm.UNLOCKED,), actor=actor)
    told = Entry(f"{when.ref}-open", when.at_s, when.recorded_s, when.ingest, said,
                 when.session, when.serial, truck.channel)  # fmt: skip
    return [*log[: at + 1], told, *log[at + 1 :]]


def silent(log: Sequence[Entry], first: int, last: int) -> list[Entry]:
    """Leave a stretch of the log out, as if nothing had been received."""
    return [*log[:first], *log[last + 1 :]]


def teleported(log: Sequence[Entry], at: int, plan: Plan, away_mm: int) -> list[Entry]:
    """Have the truck be somewhere else from an entry on."""
    return [*log[:at], *[_moved(plan, entry, away_mm) for entry in log[at:]]]


def outlier(log: Sequence[Entry], at: int, plan: Plan, away_mm: int) -> list[Entry]:
    """Have one fix lie somewhere else."""
    return [*log[:at], _moved(plan, log[at], away_mm), *log[at + 1 :]]


def _moved(plan: Plan, entry: Entry, away_mm: int) -> Entry:
    fix = entry.what
    if not isinstance(fix, Fix):
        return entry
    frame = plan.route.frames[0]
    x, y = frame.plane(fix.place)
    place = frame.place(x + away_mm, y + away_mm)
    return _replace(entry, what=_replace(fix, lat_e7=place.lat_e7, lon_e7=place.lon_e7))


def frozen(log: Sequence[Entry], first: int, last: int) -> list[Entry]:
    """Have the receiver tell one place again and again, with the speed of a truck that drives."""
    stands = log[first].what
    if not isinstance(stands, Fix):
        return list(log)
    there = {"lat_e7": stands.lat_e7, "lon_e7": stands.lon_e7}
    return [
        _replace(entry, what=_replace(entry.what, **there))
        if first <= n <= last and isinstance(entry.what, Fix)
        else entry
        for n, entry in enumerate(log)
    ]


def replayed(log: Sequence[Entry], first: int, last: int) -> list[Entry]:
    """Have places of before be told again, at later times, instead of what was driven then."""
    own = [entry.what for entry in log[first : last + 1]]
    told = list(log)
    for n, was in enumerate(own, last + 1):
        if n < len(told) and isinstance(was, Fix) and isinstance(told[n].what, Fix):
            there = {"lat_e7": was.lat_e7, "lon_e7": was.lon_e7}
            told[n] = _replace(told[n], what=_replace(told[n].what, **there))
    return told


def cloned(log: Sequence[Entry], at: int) -> list[Entry]:
    """Have a second device speak as the lock from an entry on."""
    when = log[at]
    heard = Heard(Identity.CLONE, when.ref.rpartition("-")[0], when.serial, when.serial)
    told = Entry(f"{when.ref}-clone", when.at_s, when.recorded_s, when.ingest, heard,
                 when.session, when.serial, when.channel)  # fmt: skip
    return [*log[: at + 1], told, *log[at + 1 :]]


def beside(log: Sequence[Entry], dice: Random, *, away_mm: int = 0) -> list[Entry]:
    """Have the vehicle's own tracker told beside the lock, so far from it."""
    told = list[Entry]()
    for entry in log:
        told.append(entry)
        if isinstance(entry.what, Fix):
            shift_e7 = away_mm // 11 + dice.randint(-500, 500)
            fix = _replace(entry.what, lat_e7=entry.what.lat_e7 + shift_e7, source=Source.BESIDE)
            told.append(_replace(entry, ref=f"{entry.ref}-beside", what=fix, session="beside"))
    return told
