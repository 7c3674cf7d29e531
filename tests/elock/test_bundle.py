"""A trip's bundle, judged again by a script that imports nothing of Waglan."""

import json
from random import Random

import msgspec
import pytest
from test_verdict import ATTACKS, PLAN, POLICY, ROUTE, TRUCK, attacked, honest

from waglan.cli.alone.trip import judged
from waglan.demo import drives
from waglan.demo.drives import Leg
from waglan.elock.bundle import Bundled, trip_bundle
from waglan.elock.entry import Entry
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Cover, Plan, Stretch, planned
from waglan.elock.verdict import Measure, judge

sorted_json = msgspec.json.Encoder(order="sorted").encode


def bundled(log: list[Entry], plan: Plan = PLAN) -> bytes:
    as_of_s = max(entry.recorded_s for entry in log) + 800
    found = judge(Measure(POLICY, plan, step), log, as_of_s=as_of_s)
    measure = (sorted_json(POLICY), sorted_json(plan))
    return trip_bundle(Bundled("trip-1", measure, tuple(log), found))


@pytest.mark.parametrize("seed", range(20, 26))
@pytest.mark.parametrize("kind", ["honest", *ATTACKS])
def test_the_script_comes_to_the_verdict_of_the_reference(kind: str, seed: int) -> None:
    log = honest(seed) if kind == "honest" else attacked(kind, seed)
    bundle = json.loads(bundled(log))
    assert judged(bundle) == bundle["verdict"]


@pytest.mark.parametrize("seed", range(12))
def test_the_script_agrees_on_drives_that_are_neither_straight_nor_whole(seed: int) -> None:
    dice = Random(seed)
    zones = [Stretch(Cover.TUNNEL, 9_000_000, 15_000_000), Stretch(Cover.STOP_ZONE, 0, 3_000_000)]
    plan = planned(ROUTE, 200_000, PLAN.marks, zones)
    ways = [
        Leg(
            dice.randint(30, 900),
            dice.choice([0, 9_000, 25_000, 60_000]),
            dice.randint(-9, 9) * 10**5,
        )
        for _ in range(12)
    ]
    log = [e for e in drives.driven(plan, TRUCK, ways, dice) if dice.random() > 0.1]
    log = drives.beside(log, dice, away_mm=dice.choice([0, 400_000]))
    at = dice.randrange(5, len(log) - 20)
    log = drives.frozen(drives.outlier(log, at, plan, 2_000_000), at + 5, at + 9)
    log = drives.opened(drives.cut(log, at, TRUCK), at + 3, TRUCK)
    dice.shuffle(log)
    bundle = json.loads(bundled(log, plan))
    assert judged(bundle) == bundle["verdict"]
