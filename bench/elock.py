"""How many positions of locks a second one processor judges, and beside what others have for it.

Run with `.venv/bin/python bench/elock.py [trips]`; numba and numpy are needed. The drives are made
up: 819 corridors of 1,272 points and 20,000 trucks that tell a fix every 30 seconds, one in a
hundred of them beside its corridor. A batch is 1,000 fixes of 1,000 trips, the next batch is of the
next thousand trips. The first fix of each trip is held against its whole corridor and told apart.
Every figure is processor time, the least of several rounds; ratios are what counts.

Shapely (fetched into bench/.peers) and PostGIS (where WAGLAN_BENCH_POSTGIS_DSN names a database
that has it) are asked for the distance of each fix from its corridor's line alone.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from time import perf_counter, process_time  # noqa: TID251 -- it measures

import numpy as np
import peers
import psycopg

from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.elock.kernel import numba, reference
from waglan.elock.kernel import numpy as by_numpy
from waglan.elock.kernel.columns import FIX_LAT_E7, SEGMENT
from waglan.elock.kernel.packed import (
    Integers,
    Packed,
    pack_fixes,
    pack_tracks,
    pack_trips,
    unpack_fixes,
    unpack_tracks,
)
from waglan.elock.plan import Cover, Mark, Plan, Stretch, planned
from waglan.elock.policy import Policy
from waglan.elock.route import Route, compile_route
from waglan.elock.track import Fix, Track

ROUTES, POINTS, TRIPS, BEATS = 819, 1_272, 20_000, 21
EVERY_S, START_S = 30, 1_800_000_000
ODD = 100  # one fix in so many lies beside its corridor
BATCH = 1_000
ROUNDS = 5
PER_PING = 4_000  # that a peer is asked for, one after the other
TARGET_PER_S, TARGET_SHAPELY, TARGET_POSTGIS = 1_000_000, 60, 200
HASHED = (1, 100, 1_000, 20_000)
HASHED_TRIPS = 1_000  # with batches of one fix, a call of Python each
POLICY = Policy(PartyId("sample-customs"), "bench")
Fold = Callable[[Packed, Integers, Integers, Integers, Integers], None]


@dataclass(frozen=True, slots=True)
class Drives:
    """Trips with their plans, and what comes: `fixes[beat]` has one of each trip."""

    plans: list[Plan]
    packed: Packed
    fixes: list[Integers]

    @property
    def trips(self) -> int:
        """How many there are."""
        return len(self.packed.trips)


def main() -> None:
    """Print what each kernel does in a second, the peers, and the hashes."""
    trips = int(sys.argv[1]) if len(sys.argv) > 1 else TRIPS
    drives = made_up(trips)
    segments = len(drives.packed.segments) // len(drives.packed.plans)
    print(f"{trips:,} trips, {len(drives.packed.plans)} corridors of {segments:,} segments")
    first_s, rest_s = folded_s(numba.fold, drives, ROUNDS)
    ours_s = rest_s
    judged("numba, first fix", first_s)
    is_met = judged("numba", rest_s, TARGET_PER_S)
    _, rest_s = folded_s(by_numpy.fold, drives, 1)
    judged("numpy", rest_s)
    judged("reference", reference_s(drives))
    print(f"numba in batches of 100: {folded_s(numba.fold, drives, 1, 100)[1] / ours_s:.2f} x")
    is_met &= distances(drives)
    is_met &= hashes(drives)
    print("all targets met" if is_met else "a target is MISSED")


def made_up(trips: int) -> Drives:
    """Make corridors, and trucks that drive along them."""
    dice = Random(20260401)
    own = [plan(dice) for _ in range(min(ROUTES, trips))]
    plans = [own[n % len(own)] for n in range(trips)]
    speeds = [dice.randint(14_000, 24_000) for _ in plans]
    most = BEATS * EVERY_S * 24_000
    starts = [dice.randint(0, one.route.length_mm - most) for one in plans]
    fixes = []
    for beat in range(BEATS):
        at_s = START_S + beat * EVERY_S
        came_mm = [
            start + beat * EVERY_S * speed for start, speed in zip(starts, speeds, strict=True)
        ]
        some = (fix(one.route, mm, at_s, dice) for one, mm in zip(plans, came_mm, strict=True))
        fixes.append(pack_fixes(some))
    return Drives(plans, pack_trips([(POLICY, one) for one in plans]), fixes)


def plan(dice: Random) -> Plan:
    """Make a road that winds to the east, with checkpoints, a tunnel and services."""
    points = [Position(225_030_000 + dice.randint(0, 9_000_000), 1_080_000_000)]
    middle_e7 = points[0].lat_e7
    for _ in range(POINTS - 1):
        last = points[-1]
        home = (middle_e7 - last.lat_e7) // 50
        north, east = home + dice.randint(-9_000, 9_000), dice.randint(2_000, 12_000)
        points.append(Position(last.lat_e7 + north, last.lon_e7 + east))
    route = compile_route(points)
    way = route.length_mm
    marks = [Mark(f"S{n}", way * n // 5, START_S + n * 3_600) for n in range(6)]
    tunnel = Stretch(Cover.TUNNEL, way // 3, way // 3 + 2_000_000)
    return planned(route, 200_000, marks, [tunnel, Stretch(Cover.STOP_ZONE, 0, 400_000)])


def fix(route: Route, come_mm: int, at_s: int, dice: Random) -> Fix:
    """Make a fix of a truck that has come so far."""
    off_mm = 450_000 if dice.randrange(ODD) == 0 else 0
    place = route.place_at(come_mm, beside_mm=off_mm + round(dice.gauss(0, 8_000)))
    return Fix(at_s, at_s + 2, place.lat_e7, place.lon_e7, 68_000)


def folded_s(fold: Fold, drives: Drives, rounds: int, batch: int = BATCH) -> tuple[float, float]:
    """Return the processor seconds of a fix: of a trip's first, and of the others."""
    every = np.arange(drives.trips, dtype=np.int64)
    out = np.zeros(drives.trips, dtype=np.int64)
    first, rest = [], []
    fold(drives.packed, new(drives), every[:1], drives.fixes[0][:1], out[:1])  # compiles
    for _ in range(rounds):
        tracks, times_s = new(drives), []
        for fixes in drives.fixes:
            began_s = process_time()
            for n in range(0, drives.trips, batch):
                end = n + batch
                fold(drives.packed, tracks, every[n:end], fixes[n:end], out[n:end])
            times_s.append(process_time() - began_s)
        first.append(times_s[0] / drives.trips)
        rest.append(sum(times_s[1:]) / drives.trips / (BEATS - 1))
    return min(first), min(rest)


def new(drives: Drives) -> Integers:
    """Return tracks of trips that have not begun."""
    return pack_tracks(Track() for _ in range(drives.trips))


def reference_s(drives: Drives) -> float:
    """Return the processor seconds of a fix in pure Python, over a part of the trips."""
    some = min(drives.trips, 500)
    tracks = [Track() for _ in range(some)]
    for n, one in enumerate(unpack_fixes(drives.fixes[0][:some])):
        reference.step(POLICY, drives.plans[n], tracks[n], one)
    beats = [unpack_fixes(fixes[:some]) for fixes in drives.fixes[1:]]
    began_s = process_time()
    for beat in beats:
        for n, one in enumerate(beat):
            reference.step(POLICY, drives.plans[n], tracks[n], one)
    return (process_time() - began_s) / some / len(beats)


def judged(name: str, fix_s: float, target: int | None = None) -> bool:
    """Print a kernel's rate; return whether its target is met."""
    wanted = f" (target {target:,})" if target else ""
    print(f"full verdict step, {name:18}{1 / fix_s:12,.0f} fixes a second{wanted}")
    return target is None or 1 / fix_s >= target


def distances(drives: Drives) -> bool:
    """Print how often slower the peers find how far a fix lies from its corridor."""
    every, out = np.arange(drives.trips, dtype=np.int64), np.zeros(drives.trips, dtype=np.int64)
    tracks = new(drives)
    for beat in drives.fixes[:-1]:
        numba.fold(drives.packed, tracks, every, beat, out)
    last = tracks[:, SEGMENT].copy()
    numba.match(drives.packed, last, drives.fixes[-1])
    ours_s = least_s(lambda: numba.match(drives.packed, last, drives.fixes[-1])) / drives.trips
    found = numba.match(drives.packed, last, drives.fixes[-1])
    print(f"distance alone, numba      {1 / ours_s:12,.0f} fixes a second")
    some = min(PER_PING, drives.trips)
    at = [placed(drives, n) for n in range(some)]
    naive_s, told_mm = by_shapely(drives, at)
    apart_mm = max(abs(mm - found[n][0]) for n, mm in enumerate(told_mm))
    print(f"Shapely, a call a fix      {naive_s / ours_s:12,.1f} x (target {TARGET_SHAPELY}), "
          f"at most {apart_mm:.1f} mm apart from ours")  # fmt: skip
    is_met = naive_s / ours_s >= TARGET_SHAPELY
    dsn = os.environ.get("WAGLAN_BENCH_POSTGIS_DSN")
    if dsn is None:
        print("PostGIS, a query a fix     skipped: WAGLAN_BENCH_POSTGIS_DSN is not given")
        return is_met
    ratio = by_postgis_s(dsn, drives, at) / ours_s
    print(f"PostGIS, a query a fix     {ratio:12,.1f} x (target {TARGET_POSTGIS}), wall time")
    return is_met and ratio >= TARGET_POSTGIS


def placed(drives: Drives, n: int) -> tuple[int, int]:
    """Return where a trip's last fix lies in the frame of its corridor, in mm."""
    lat_e7, lon_e7 = drives.fixes[-1][n, FIX_LAT_E7 : FIX_LAT_E7 + 2].tolist()
    [frame] = drives.plans[n].route.frames
    return frame.plane(Position(lat_e7, lon_e7))


def line(route: Route) -> list[tuple[int, int]]:
    """Return the points of a corridor's line in its frame, in mm."""
    end = route.segments[-1]
    return [(one.x, one.y) for one in route.segments] + [(end.x + end.dx, end.y + end.dy)]


def by_shapely(drives: Drives, at: list[tuple[int, int]]) -> tuple[float, list[float]]:
    """Return the processor seconds of a fix, and the distances."""
    sys.path.append(str(peers.shapely()))
    from shapely import LineString, Point

    lines = {id(one): LineString(line(one.route)) for one in drives.plans}
    own = [lines[id(drives.plans[n])] for n in range(len(at))]

    def ask() -> list[float]:
        return [one.distance(Point(x, y)) for one, (x, y) in zip(own, at, strict=True)]

    return least_s(ask) / len(at), ask()


def by_postgis_s(dsn: str, drives: Drives, at: list[tuple[int, int]]) -> float:
    """Return the seconds of a fix on the wall: the work is done in another process."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("CREATE TEMPORARY TABLE corridor (id bigint PRIMARY KEY, way geometry)")
        rows = {id(one): n for n, one in enumerate(drives.plans[: len(at)])}
        for one in drives.plans[: len(at)]:
            text = ", ".join(f"{x} {y}" for x, y in line(one.route))
            conn.execute(
                "INSERT INTO corridor VALUES (%s, %s::geometry) ON CONFLICT DO NOTHING",
                (rows[id(one)], f"LINESTRING({text})"),
            )
        ask = "SELECT ST_Distance(way, ST_MakePoint(%s, %s)) FROM corridor WHERE id = %s"
        began_s = perf_counter()
        for n, (x, y) in enumerate(at):
            conn.execute(ask, (x, y, rows[id(drives.plans[n])]), prepare=True).fetchone()
        return (perf_counter() - began_s) / len(at)


def hashes(drives: Drives) -> bool:
    """Print the hash of all tracks for each kernel and batch; return whether they are one."""
    some = min(HASHED_TRIPS, drives.trips)
    packed = pack_trips([(POLICY, one) for one in drives.plans[:some]])
    index = np.tile(np.arange(some, dtype=np.int64), BEATS)
    fixes = np.concatenate([beat[:some] for beat in drives.fixes])
    tracks = [Track() for _ in range(some)]
    for trip, one in zip(index.tolist(), unpack_fixes(fixes), strict=True):
        reference.step(POLICY, drives.plans[trip], tracks[trip], one)
    found = {hashed("reference", pack_tracks(tracks))}
    for name, fold in (("numba", numba.fold), ("numpy", by_numpy.fold)):
        for batch in (*HASHED, len(fixes)):
            if name == "numpy" and batch == 1:
                continue  # a minute, and in the tests
            state = pack_tracks(Track() for _ in range(some))
            out = np.zeros(len(fixes), dtype=np.int64)
            for n in range(0, len(fixes), batch):
                end = n + batch
                fold(packed, state, index[n:end], fixes[n:end], out[n:end])
            found.add(hashed(f"{name}, {batch:,}", state))
            if unpack_tracks(state) != tracks:
                raise SystemExit(f"{name} is not the reference")
    return len(found) == 1


def hashed(name: str, tracks: Integers) -> str:
    """Print and return the hash of all tracks."""
    told = sha256(tracks.tobytes()).hexdigest()
    print(f"SHA-256 of all tracks, {name:16}{told}")
    return told


def least_s(act: Callable[[], object]) -> float:
    """Return the processor seconds of the fastest round."""
    times_s = []
    for _ in range(ROUNDS):
        began_s = process_time()
        act()
        times_s.append(process_time() - began_s)
    return min(times_s)


if __name__ == "__main__":
    main()
