"""How often an honest trip is called dishonest, and how many attacks are found: both in one run.

Run it with `.venv/bin/python bench/alarm_burden.py [trips]`. Either figure alone is worth nothing:
who never calls has no false alarm, and who always calls finds all. Everything is synthetic and
Gaussian: no street canyon, no real detour; a transload that opens no lock, makes no stop and parts
no pair is invisible to these sensors. With `--traces FILE` the trips of a bus line are each judged
along the corridor of another one.
"""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

import msgspec

from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.elock.entry import Channel, Entry, Seal
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Plan, planned
from waglan.elock.policy import Policy
from waglan.elock.reason import Outcome
from waglan.elock.route import compile_route
from waglan.elock.track import Fix
from waglan.elock.verdict import Measure, Verdict, judge

TRIPS, LOST = 3_000, 0.02
START_S = 1_800_000_000
# Made up: some sixty kilometres with turns.
LINE = [
    Position(225_030_000, 1_139_450_000),
    Position(225_900_000, 1_139_300_000),
    Position(226_700_000, 1_138_400_000),
    Position(228_000_000, 1_137_900_000),
    Position(229_500_000, 1_136_800_000),
]
POLICY = Policy(PartyId("sample-customs"), "start-values")
PLAN = planned(compile_route(LINE), POLICY.buffer_mm)
TRUCK = Truck("L1", START_S)


def main() -> None:
    """Print both figures, with how many trips and which seeds they are of."""
    if "--traces" in sys.argv:
        _traces(sys.argv[sys.argv.index("--traces") + 1])
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TRIPS
    worst, km, hours = _honest(count)
    print(f"{count} honest synthetic trips (seeds 0 to {count - 1}), {LOST:.0%} of fixes lost")
    for outcome in (Outcome.RED, Outcome.UNPROVEN, Outcome.AMBER):
        share = worst[outcome] / count
        bound = f", below {3 / count:.4f} (95 %)" if not worst[outcome] else ""
        print(f"worst {outcome.name:9} {worst[outcome]:6}  {share:.4f} of trips{bound}")
    calls = sum(count for outcome, count in worst.items() if outcome)
    print(f"{calls / km * 1000:.3f} calls per 1,000 km, {calls / hours:.4f} per hour driven")
    print("targets: RED at most 1 of 1,000 trips, AMBER at most 3 of 100")
    attacks = max(count // 10, 20)
    print(f"\n{attacks} trips of each attack: found is not GREEN, for the attack's own reason")
    for name, (attack, reasons) in ATTACKS.items():
        found = [_found(attack, seed) for seed in range(attacks)]
        own = sum(bool(reasons & {why.reason.name for why in one.reasons}) for one in found)
        red = sum(one.outcome is Outcome.RED for one in found)
        print(f"{name:24} found {own / attacks:7.2%}   RED {red / attacks:7.2%}")
    print("target: 99 % found; a cut and a clone RED")


def _honest(count: int) -> tuple[Counter[Outcome], float, float]:
    worst, metres, seconds = Counter[Outcome](), 0, 0
    for seed in range(count):
        dice = Random(seed)
        log = list(_lossy(_driven(dice), dice))
        worst[_verdict(log).worst] += 1
        metres += PLAN.route.length_mm // 1_000
        seconds += log[-1].at_s - log[0].at_s
    return worst, metres / 1_000, seconds / 3_600


def _driven(dice: Random) -> list[Entry]:
    return drives.driven(PLAN, TRUCK, drives.honest_legs(PLAN, dice), dice)


def _lossy(log: list[Entry], dice: Random) -> Iterator[Entry]:
    return (one for one in log if not isinstance(one.what, Fix) or dice.random() >= LOST)


def _verdict(log: list[Entry], plan: Plan = PLAN) -> Verdict:
    """As of ten minutes after the last of it, with a grace for backfill that is over by then."""
    policy = msgspec.structs.replace(POLICY, gap_grace_s=60)
    as_of_s = max(one.recorded_s for one in log) + 600
    return judge(Measure(policy, plan, step), log, as_of_s=as_of_s)


Attack = Callable[[list[Entry], int, Random], list[Entry]]


def _detour(log: list[Entry], at: int, dice: Random) -> list[Entry]:
    ways = [Leg(900, 19_000), Leg(240, 19_000, dice.choice([-1, 1]) * 894_000), Leg(600, 19_000)]
    return drives.driven(PLAN, TRUCK, ways, dice)


ATTACKS: dict[str, tuple[Attack, set[str]]] = {
    "cut": (lambda log, at, dice: drives.cut(log, at, TRUCK), {"CUT"}),
    "opened": (lambda log, at, dice: drives.opened(log, at, TRUCK), {"OPENED_UNDER_SEAL"}),
    "clone": (lambda log, at, dice: drives.cloned(log, at), {"CLONE"}),
    "detour of four minutes": (_detour, {"OFF_CORRIDOR"}),
    "transload, pair parts": (
        lambda log, at, dice: drives.beside(log, dice, away_mm=2_000_000),
        {"PAIR_LOST", "PAIR_APART"},
    ),
    "teleport of 56 km": (
        lambda log, at, dice: drives.teleported(log, at, PLAN, 40_000_000),
        {"JUMPED"},
    ),
    "own places replayed": (lambda log, at, dice: drives.replayed(log, at - 12, at), {"REPLAYED"}),
    "receiver frozen": (lambda log, at, dice: drives.frozen(log, at, at + 9), {"FROZEN_LONG"}),
    "gap of twenty minutes": (
        lambda log, at, dice: drives.silent(log, at, at + 40),
        {"GAP_LONG"},
    ),
}


def _found(attack: Attack, seed: int) -> Verdict:
    dice = Random(seed)
    log = _driven(dice)
    return _verdict(attack(log, dice.randint(20, len(log) - 50), dice))


def _traces(path: str) -> None:
    """Judge each trip of a file along the corridor that the longest of the others drove."""
    trips: dict[tuple[str, str], list[tuple[int, Position]]] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            place = Position(
                round(float(row["latitude"]) * 1e7), round(float(row["longitude"]) * 1e7)
            )
            at_s = int(datetime.fromisoformat(row["timestamp"]).timestamp())
            trips.setdefault((row["vehicle_id"], row["trip_id"]), []).append((at_s, place))
    worst = Counter[Outcome]()
    for own, fixes in trips.items():
        longest = max((other for other in trips if other != own), key=lambda one: len(trips[one]))
        line = [place for _, place in sorted(trips[longest])]
        plan = planned(compile_route(line), POLICY.buffer_mm)
        log = [Entry("seal", min(fixes)[0] - 1, min(fixes)[0] - 1, 0, Seal("L1", "S"))]
        for n, (at_s, place) in enumerate(sorted(set(fixes)), 1):
            fix = Fix(at_s, at_s + 2, place.lat_e7, place.lon_e7)
            log.append(Entry(f"f{n}", at_s, at_s + 2, n, fix, "s", n, Channel.MTLS))
        found = _verdict(log, plan)
        worst[found.worst] += 1
        why = ", ".join(why.reason.name for why in found.reasons)
        print(f"{' '.join(own):12} {len(fixes):4} fixes  worst {found.worst.name:9} {why}")
    print(", ".join(f"{count} {outcome.name}" for outcome, count in sorted(worst.items())))


if __name__ == "__main__":
    main()
