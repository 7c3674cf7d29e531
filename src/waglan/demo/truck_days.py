"""Made-up days of a sealed truck, honest ones and such as somebody tampered with, from a seed.

All of it is synthetic and Gaussian: no street canyon, no real detour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Final

import msgspec

from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.demo.lock import Dialect, Lock, Sign
from waglan.demo.speech import Manner, Turn, spoken
from waglan.elock.entry import Entry
from waglan.elock.plan import Plan
from waglan.elock.track import Fix

AWAY_MM: Final = 40_000_000  # of who is somewhere else all of a sudden
OUTLIER_MM: Final = 2_200_000  # each way: three kilometres
DETOUR_MM: Final = 894_000
AHEAD_S: Final = 4 * 3_600
NO_CODE: Final = "0" * 32
ASTRAY_S: Final = 900  # until it leaves its corridor, or stands
DRIVEN_S: Final = 1_500  # until it breaks down
BROKEN_S: Final = 420
JAM_S: Final = 1_500
_replace = msgspec.structs.replace


class Kind(Enum):
    """What befalls a truck."""

    PLAIN = "plain"
    STORED = "out of its store"  # without a network for some minutes, and all is told later
    RETRY = "answer lost"
    REBOOT = "reboot"
    HALF_OPEN = "half-open socket"
    OUTLIER = "one outlier"
    JAM = "jam"
    LOW_BATTERY = "low battery"
    FORGED = "forged cut"  # by somebody who can't prove to be this lock
    AHEAD = "clock ahead"  # and a cut with the true time behind it
    CUT = "cut"
    CUT_UNSEEN = "cut without a network"
    OPENED = "opened"
    CLONE = "clone"  # with its code, on a line of its own
    COPY = "copy"  # what it said, under another count
    DETOUR = "detour"
    TRANSLOAD = "transload"  # the lock goes on, and not with its vehicle
    JUMP = "jump"
    REPLAY = "replay"
    FREEZE = "freeze"
    GAP = "gap"
    BREAKDOWN = "breakdown"  # and it is opened where it stands, to load its cargo over


HONEST: Final = frozenset(
    {Kind.PLAIN, Kind.STORED, Kind.RETRY, Kind.REBOOT, Kind.HALF_OPEN, Kind.OUTLIER, Kind.JAM}
    | {Kind.LOW_BATTERY, Kind.FORGED}
)
# Some need what a dialect has not: a registration, a speed, a code, or a word for it.
_JTT808_ALONE: Final = frozenset({Kind.FREEZE, Kind.FORGED, Kind.COPY})
_JOINTECH_ALONE: Final = frozenset({Kind.LOW_BATTERY, Kind.OPENED, Kind.BREAKDOWN})


def may_be(kind: Kind, dialect: Dialect) -> bool:
    """Whether a lock that speaks so can have such a day."""
    if dialect is Dialect.JOINTECH:
        return kind not in _JTT808_ALONE
    return kind not in _JOINTECH_ALONE


@dataclass(frozen=True, slots=True)
class Day:
    """What a lock sends, where its vehicle was by the driver's telephone, and what was done."""

    kind: Kind
    lock: Lock
    turns: Sequence[Turn]
    fixes: Sequence[Fix]  # of the lock, as it told them
    beside: Sequence[Fix]
    at_s: int  # when it befell
    rival: Sequence[Turn] = field(default=())  # of a second device


class Drive(msgspec.Struct, frozen=True, gc=False):
    """When a truck starts, how often it tells where it is, and how long it is looked at."""

    start_s: int
    every_s: int = drives.EVERY_S
    lasts_s: int | None = None  # None: to the end of its corridor
    unseen_s: int = 0  # at its begin: another truck drove that


def day(kind: Kind, plan: Plan, lock: Lock, dice: Random, *, drive: Drive) -> Day:
    """Return a day of this kind."""
    truck = Truck(lock.terminal, drive.start_s, every_s=drive.every_s)
    log = _driven(kind, plan, truck, dice)
    log = [one for one in log if one.at_s >= drive.start_s + drive.unseen_s]
    if drive.lasts_s is not None:
        log = [one for one in log if one.at_s <= drive.start_s + drive.lasts_s]
    at = dice.randint(len(log) // 4, len(log) // 2)
    if kind in (Kind.DETOUR, Kind.JAM):
        at = sum(one.at_s < drive.start_s + ASTRAY_S for one in log)
    elif kind is Kind.BREAKDOWN:
        at = len(log) - 1
    vehicle = _fixes(log)
    fixes = _fixes(_LOGS.get(kind, _as_it_is)(log, at, plan))
    turns = spoken(lock, fixes, _manner(kind, at))
    beside = _beside(vehicle, kind, at)
    rival = _rival(kind, lock, fixes, at)
    return Day(kind, lock, turns, fixes, beside, fixes[at].at_s, rival)


def _driven(kind: Kind, plan: Plan, truck: Truck, dice: Random) -> list[Entry]:
    if kind is Kind.DETOUR:
        side = dice.choice([-1, 1]) * DETOUR_MM
        legs = [Leg(ASTRAY_S, 19_000), Leg(240, 19_000, side), Leg(900, 19_000)]
    elif kind is Kind.JAM:
        legs = [Leg(ASTRAY_S, 17_000), Leg(JAM_S, drives.STANDING_MM_S), Leg(900, 17_000)]
    elif kind is Kind.BREAKDOWN:
        legs = [Leg(DRIVEN_S, 18_000), Leg(BROKEN_S, drives.STANDING_MM_S)]
    else:
        legs = drives.honest_legs(plan, dice)
    return drives.driven(plan, truck, legs, dice)[1:]  # without the seal


def _as_it_is(log: list[Entry], at: int, plan: Plan) -> list[Entry]:
    return log


def _jumped(log: list[Entry], at: int, plan: Plan) -> list[Entry]:
    return drives.teleported(log, at, plan, AWAY_MM)


def _strayed_once(log: list[Entry], at: int, plan: Plan) -> list[Entry]:
    """One fix that lies on the corridor, three kilometres back."""
    fix, back = log[at].what, log[max(0, at - 6)].what
    if not isinstance(fix, Fix) or not isinstance(back, Fix):
        return log
    there = _replace(fix, lat_e7=back.lat_e7, lon_e7=back.lon_e7)
    return [*log[:at], _replace(log[at], what=there), *log[at + 1 :]]


def _replayed(log: list[Entry], at: int, plan: Plan) -> list[Entry]:
    return drives.replayed(log, max(0, at - 12), at)


def _frozen(log: list[Entry], at: int, plan: Plan) -> list[Entry]:
    return drives.frozen(log, at, at + 9)


_LOGS: Final[dict[Kind, Callable[[list[Entry], int, Plan], list[Entry]]]] = {
    Kind.JUMP: _jumped,
    Kind.OUTLIER: _strayed_once,
    Kind.REPLAY: _replayed,
    Kind.FREEZE: _frozen,
}


def _manner(kind: Kind, at: int) -> Manner:
    some = frozenset({at})
    away = ((at, at + 12),)
    manners = {
        Kind.STORED: Manner(stored=away),
        Kind.RETRY: Manner(unanswered=some),
        Kind.REBOOT: Manner(reboots=some),
        Kind.HALF_OPEN: Manner(half_open=some),
        Kind.LOW_BATTERY: Manner(signs={at: Sign.LOW_BATTERY}),
        Kind.AHEAD: Manner(signs={at + 4: Sign.CUT}, ahead_s={at: AHEAD_S}),
        Kind.CUT: Manner(signs={at: Sign.CUT}),
        Kind.CUT_UNSEEN: Manner(signs={at + 3: Sign.CUT}, stored=away),
        Kind.OPENED: Manner(signs={at: Sign.OPENED}),
        Kind.BREAKDOWN: Manner(signs={at: Sign.OPENED}),
        Kind.GAP: Manner(silent=((at, at + 40),)),
    }
    return manners.get(kind, Manner())


def _rival(kind: Kind, lock: Lock, fixes: Sequence[Fix], at: int) -> list[Turn]:
    """What a second device says in this lock's name."""
    rival = Lock(lock.terminal, lock.dialect, NO_CODE if kind is Kind.FORGED else lock.code)
    if kind is Kind.CLONE:
        rival.serial = 100
        return [_aside(turn) for turn in spoken(rival, fixes[at : at + 20], Manner())]
    if kind is Kind.COPY:
        rival.serial = 4_000
        old = fixes[at - 6 : at - 3]
        late_s = fixes[at].at_s - old[0].at_s
        turns = spoken(rival, old, Manner())
        return [_aside(_replace(turn, at_s=turn.at_s + late_s)) for turn in turns]
    if kind is Kind.FORGED:
        told = spoken(rival, fixes[at : at + 3], Manner(signs={0: Sign.CUT}))
        return [_aside(turn) for turn in told]
    return []


def _aside(turn: Turn) -> Turn:
    return _replace(turn, line=turn.line + 100)


def _beside(vehicle: Sequence[Fix], kind: Kind, at: int) -> list[Fix]:
    """The driver's telephone; after a transload it stays with the vehicle, where that stands."""
    if kind is not Kind.TRANSLOAD:
        return list(vehicle)
    there = {"lat_e7": vehicle[at].lat_e7, "lon_e7": vehicle[at].lon_e7}
    return [*vehicle[:at], *[_replace(fix, **there) for fix in vehicle[at:]]]


def _fixes(log: Sequence[Entry]) -> list[Fix]:
    return [entry.what for entry in log if isinstance(entry.what, Fix)]
