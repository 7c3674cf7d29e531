"""Every kernel gives the same integers as the reference, in whatever batches its fixes come."""

import subprocess
import sys
from hashlib import sha256
from importlib import import_module
from itertools import groupby
from math import isqrt
from random import Random
from types import ModuleType

import msgspec
import numpy as np
import pytest
import trips
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.position import Position
from waglan.elock.kernel import columns
from waglan.elock.kernel.packed import (
    Integers,
    NoPacking,
    pack_fixes,
    pack_tracks,
    pack_trips,
    unpack_fixes,
    unpack_tracks,
)
from waglan.elock.kernel.reference import nearest
from waglan.elock.plan import BUFFER_MAX_MM, NoPlan, Plan, planned
from waglan.elock.policy import FIGURE_MAX, SPEED_MAX, Policy
from waglan.elock.reason import Reason, reasons_in
from waglan.elock.route import POLAR_E7, SEGMENT_MAX_MM, NoRoute, compile_route
from waglan.elock.track import FIELDS, NONE, TIME_MAX_S, Fix, Source, Track

LARGEST = (1 << 63) - 1


@pytest.fixture(params=["numpy", "numba"], scope="module")
def kernel(request: pytest.FixtureRequest) -> ModuleType:
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    return import_module(f"waglan.elock.kernel.{request.param}")


def folded(kernel: ModuleType, one: trips.Trips, *, batch: int) -> tuple[Integers, Integers]:
    packed = pack_trips(one.measures)
    tracks = pack_tracks(Track() for _ in one.measures)
    index = np.array([trip for trip, _ in one.came], dtype=np.int64)
    fixes = pack_fixes(fix for _, fix in one.came)
    out = np.full(len(fixes), -7, dtype=np.int64)
    for n in range(0, len(fixes), batch):
        end = n + batch
        kernel.fold(packed, tracks, index[n:end], fixes[n:end], out[n:end])
    return tracks, out


@pytest.mark.parametrize("seed", range(12))
def test_a_kernel_raises_what_the_reference_raises_and_ends_where_it_does(
    kernel: ModuleType, seed: int
) -> None:
    one = trips.trips(seed, 30)
    tracks, raised = trips.by_reference(one)
    found, told = folded(kernel, one, batch=1_000)
    assert unpack_tracks(found) == tracks
    assert told.tolist() == raised


def test_what_the_kernels_are_compared_by_raises_every_reason_there_is_of_positions() -> None:
    seen = 0
    for seed in range(12):
        for track in trips.by_reference(trips.trips(seed, 30))[0]:
            seen |= track.seen
    raised = {mask for seed in range(12) for mask in trips.by_reference(trips.trips(seed, 30))[1]}
    for mask in raised:
        seen |= mask
    positions = {reason for reason in Reason if reason.value < Reason.LOW_BATTERY.value}
    assert set(reasons_in(seen)) == positions


@settings(max_examples=40)
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 6))
def test_whatever_comes_a_kernel_says_what_the_reference_says(
    kernel: ModuleType, seed: int, count: int
) -> None:
    one = trips.trips(seed, count)
    tracks, raised = trips.by_reference(one)
    found, told = folded(kernel, one, batch=64)
    assert unpack_tracks(found) == tracks
    assert told.tolist() == raised


def test_one_hash_for_every_kernel_batch_and_interleaving(kernel: ModuleType) -> None:
    one = trips.trips(99, 250)
    tracks, _ = trips.by_reference(one)
    wanted = sha256(pack_tracks(tracks).tobytes()).hexdigest()
    came = sorted(range(len(one.came)), key=lambda n: one.came[n][0])
    own = [[one.came[n][1] for n in some] for _, some in groupby(came, lambda n: one.came[n][0])]
    several = [*[trips.Trips(one.measures, trips.mixed(Random(n), own)) for n in range(3)]]
    several.append(trips.Trips(one.measures, [one.came[n] for n in came]))  # trip after trip
    assert len(one.came) > 20_000
    every = [100, 1_000, 20_000, len(one.came)]
    ways = [*[(one, batch) for batch in every], *zip(several, [1_000, *every[1:]], strict=True)]
    for order, batch in ways:
        found, _ = folded(kernel, order, batch=batch)
        assert sha256(found.tobytes()).hexdigest() == wanted
    few = trips.Trips(one.measures, one.came[:1_500])
    wanted = sha256(pack_tracks(trips.by_reference(few)[0]).tobytes()).hexdigest()
    assert sha256(folded(kernel, few, batch=1)[0].tobytes()).hexdigest() == wanted


def test_a_root_is_the_whole_one_around_every_square(kernel: ModuleType) -> None:
    dice = Random(7)
    roots = [dice.randrange(1 << 26, isqrt(LARGEST)) for _ in range(20_000)]
    roots += [isqrt(1 << 53) + n for n in range(-50, 50)] + [isqrt(LARGEST) - n for n in range(50)]
    squares = [root * root + more for root in roots for more in (-1, 0, 1)]
    squares += [*range(200), LARGEST, LARGEST - 1, 4_500_000_000_000_000_000]
    if kernel.__name__.endswith("numpy"):
        found = kernel.isqrt(np.array(squares, dtype=np.int64)).tolist()
    else:
        found = [kernel.isqrt(square) for square in squares]
    assert found == [isqrt(square) for square in squares]


@settings(max_examples=60)
@given(seed=st.integers(0, 1 << 32), data=st.data())
def test_the_nearest_point_is_the_one_the_reference_finds(
    kernel: ModuleType, seed: int, data: st.DataObject
) -> None:
    along = trips.plan(Random(seed))
    near = st.builds(
        Position,
        st.integers(trips.BORDER.lat_e7 - 5_000_000, trips.BORDER.lat_e7 + 15_000_000),
        st.integers(trips.BORDER.lon_e7 - 9_000_000, trips.BORDER.lon_e7 + 9_000_000),
    )
    on_it = st.integers(0, along.route.length_mm).map(along.route.place_at)
    places = data.draw(st.lists(near | on_it | st.sampled_from(trips.FAR), min_size=1, max_size=30))
    last = [data.draw(st.integers(NONE, len(along.route.segments) - 1)) for _ in places]
    packed = pack_trips([(trips.POLICY, along)] * len(places))
    fixes = pack_fixes(Fix(0, 0, place.lat_e7, place.lon_e7) for place in places)
    found = kernel.match(packed, np.array(last, dtype=np.int64), fixes)
    for n, place in enumerate(places):
        was = None if last[n] == NONE else last[n]
        assert tuple(found[n]) == nearest(along.route, was, place, width_mm=along.buffer_mm)


def test_the_columns_are_the_fields_in_their_order() -> None:
    assert [getattr(columns, name.upper()) for name in FIELDS] == list(range(len(FIELDS)))
    fields = Fix.__struct_fields__
    assert [getattr(columns, f"FIX_{name.upper()}") for name in fields] == list(range(len(fields)))
    for n, name in enumerate(columns.FIGURES):
        assert getattr(columns, f"POLICY_{name.upper()}") == n


def test_tracks_and_fixes_come_back_from_their_arrays_as_they_were() -> None:
    one = trips.trips(5, 20)
    tracks, _ = trips.by_reference(one)
    fixes = [fix for _, fix in one.came]
    assert unpack_tracks(pack_tracks(tracks)) == tracks
    assert unpack_fixes(pack_fixes(fixes)) == fixes
    assert pack_tracks([]).shape == (0, len(FIELDS))


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_s": TIME_MAX_S + 1}, {"recorded_s": -TIME_MAX_S - 1}, {"at_s": 1 << 63},
        {"lat_e7": 900_000_001}, {"lon_e7": -1_800_000_001}, {"lat_e7": -(1 << 63)},
    ],
)  # fmt: skip
def test_a_fix_beyond_what_is_proved_is_refused(wrong: dict[str, int]) -> None:
    fix = Fix(trips.START_S, trips.START_S, 0, 0)
    with pytest.raises(NoPacking):
        pack_fixes([fix, msgspec.structs.replace(fix, **wrong)])


def test_a_batch_that_does_not_belong_to_its_tracks_is_refused(kernel: ModuleType) -> None:
    one = trips.trips(1, 2)
    packed, tracks = pack_trips(one.measures), pack_tracks([Track(), Track()])
    fixes = pack_fixes([fix for _, fix in one.came[:1]])
    out = np.zeros(1, dtype=np.int64)
    for index in ([2], [-1], [0, 1]):
        with pytest.raises(NoPacking):
            kernel.fold(packed, tracks, np.array(index, dtype=np.int64), fixes, out)
    with pytest.raises(NoPacking):
        kernel.fold(packed, tracks[:1], np.array([0], dtype=np.int64), fixes, out)
    with pytest.raises(NoPacking):
        kernel.fold(packed, tracks, np.array([0], dtype=np.int64), fixes, out[:0])
    tracks[0, columns.SEGMENT] = 1 << 40
    later = pack_fixes([Fix(trips.START_S + 9**9, trips.START_S + 9**9, 0, 0)])
    with pytest.raises(IndexError):
        kernel.fold(packed, tracks, np.array([0], dtype=np.int64), later, out)


def extreme(policy: Policy, along: Plan) -> trips.Trips:
    dice = Random(3)
    places = [*trips.FAR, along.route.place_at(0), along.route.place_at(along.route.length_mm)]
    came = []
    for at_s in [0, 1, 2, 3, TIME_MAX_S - 3, TIME_MAX_S - 2, TIME_MAX_S - 1, TIME_MAX_S]:
        for n, place in enumerate(dice.sample(places, len(places))):
            fix = Fix(
                at_s, TIME_MAX_S, place.lat_e7, place.lon_e7, 90_000, dice.choice(list(Source))
            )
            came.append((n, fix))
    return trips.Trips([(policy, along)] * len(places), came)


@pytest.mark.parametrize("figure", [0, 1, FIGURE_MAX])
def test_the_largest_and_least_figures_leave_no_64_bits(kernel: ModuleType, figure: int) -> None:
    own = Policy.__struct_fields__
    figures = {name: figure for name in own if name[-2:] in ("mm", "_s") and "speed" not in name}
    speeds = {name: max(1, min(figure, SPEED_MAX)) for name in own if "speed" in name}
    policy = msgspec.structs.replace(trips.POLICY, **figures, **speeds)
    long = compile_route([Position(0, 0), Position(0, 900_000_000), Position(9, 1_799_999_999)])
    for along in (trips.plan(Random(2)), planned(long, BUFFER_MAX_MM)):
        one = extreme(policy, along)
        tracks, raised = trips.by_reference(one)
        found, told = folded(kernel, one, batch=1_000)
        assert unpack_tracks(found) == tracks
        assert told.tolist() == raised


def test_figures_that_no_policy_means_are_refused() -> None:
    for wrong in ({"gap_s": -1}, {"gap_s": FIGURE_MAX + 1}, {"gap_speed_mm_s": 0}):
        with pytest.raises(ValueError, match=r"gap_"):
            msgspec.structs.replace(trips.POLICY, **wrong)
    with pytest.raises(ValueError, match="speed_max"):
        msgspec.structs.replace(trips.POLICY, speed_max_mm_s=SPEED_MAX + 1)


def test_a_corridor_is_no_wider_than_a_hundred_kilometres_to_a_side() -> None:
    long = compile_route([Position(0, 0), Position(0, 90_000_000)])
    assert planned(long, BUFFER_MAX_MM).buffer_mm == BUFFER_MAX_MM
    with pytest.raises(NoPlan):
        planned(long, BUFFER_MAX_MM + 1)


def test_no_segment_is_longer_than_is_proved_and_none_lies_at_a_pole() -> None:
    ends = [Position(POLAR_E7, 0), Position(POLAR_E7 - 2_600_000, 1_790_000_000)]
    for points in (ends, ends[::-1], [Position(-one.lat_e7, one.lon_e7) for one in ends]):
        for one in compile_route(points).segments:
            assert max(abs(one.dx), abs(one.dy)) <= 2 * SEGMENT_MAX_MM
    with pytest.raises(NoRoute, match="pole"):
        compile_route([Position(POLAR_E7 + 1, 0), Position(POLAR_E7, 0)])


def test_a_verdict_needs_no_arrays() -> None:
    told = "import sys, waglan.elock.verdict, waglan.elock.kernel.reference; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    )
    assert {"numpy", "numba"}.isdisjoint(loaded.stdout.split())
