"""Plans, policies, tracks and fixes as arrays of 64-bit integers, to and from what they are."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from waglan.codes.position import LATITUDE_MAX_E7, LONGITUDE_MAX_E7
from waglan.elock.kernel.columns import FIGURES
from waglan.elock.plan import BUFFER_MAX_MM, Cover, Plan
from waglan.elock.policy import Policy
from waglan.elock.route import SEGMENT_MAX_MM
from waglan.elock.track import FIELDS, TIME_MAX_S, Fix, Source, Track

Integers: TypeAlias = NDArray[np.int64]

SPEED_MAX_M_H: Final = 1 << 40  # of what a device tells; it is compared alone
_NEVER_S: Final = (1 << 63) - 1  # when a checkpoint without a window is late


class NoPacking(ValueError):
    """A number lies beyond what 64 bits are proved to hold; the message says which."""


class Packed(NamedTuple):
    """What trips are measured against; a row of `trips` names a trip's plan and its policy."""

    trips: Integers
    plans: Integers
    policies: Integers
    frames: Integers
    segments: Integers
    boxes: Integers
    marks: Integers
    stretches: Integers


class _Rows(NamedTuple):
    plans: list[tuple[int, ...]]
    frames: list[tuple[int, ...]]
    segments: list[tuple[int, ...]]
    boxes: list[tuple[int, ...]]
    marks: list[tuple[int, ...]]
    stretches: list[tuple[int, ...]]


def pack_trips(trips: Sequence[tuple[Policy, Plan]]) -> Packed:
    """Return what these trips are measured against; a plan that many follow is there once."""
    policies, plans = dict[int, tuple[int, Policy]](), dict[int, int]()
    rows, own = _Rows([], [], [], [], [], []), list[tuple[int, int]]()
    for policy, plan in trips:
        at = plans.setdefault(id(plan), len(plans))
        if at == len(rows.plans):
            _pack_plan(rows, plan)
        own.append((at, policies.setdefault(id(policy), (len(policies), policy))[0]))
    figures = [tuple(getattr(one, name) for name in FIGURES) for _, one in policies.values()]
    return Packed(
        _matrix(own, 2),
        _matrix(rows.plans, 9),
        _matrix(figures, len(FIGURES)),
        _matrix(rows.frames, 4),
        _matrix(rows.segments, 8),
        _matrix(rows.boxes, 7),
        _matrix(rows.marks, 2),
        _matrix(rows.stretches, 3),
    )


def _pack_plan(rows: _Rows, plan: Plan) -> None:
    route, frame, first = plan.route, len(rows.frames), len(rows.segments)
    box, mark, stretch = len(rows.boxes), len(rows.marks), len(rows.stretches)
    if not 0 < plan.buffer_mm <= BUFFER_MAX_MM or not route.segments:
        raise NoPacking(f"a plan of {len(route.segments)} segments, {plan.buffer_mm} mm to a side")
    for one in route.frames:
        rows.frames.append((one.anchor.lat_e7, one.anchor.lon_e7, one.east, one.north))
    for way in route.segments:
        if max(abs(way.dx), abs(way.dy)) > 2 * SEGMENT_MAX_MM or way.length_mm <= 0:
            raise NoPacking(f"a segment of {way.dx} and {way.dy} mm")
        squared = way.dx * way.dx + way.dy * way.dy
        rows.segments.append(
            (frame + way.frame, way.x, way.y, way.dx, way.dy, way.length_mm, way.start_mm, squared)
        )
    for some in route.boxes:
        edges = (some.west, some.south, some.east, some.north)
        rows.boxes.append((frame + some.frame, first + some.first, first + some.end, *edges))
    for site in plan.marks:
        until_s = _NEVER_S if site.until_s is None else site.until_s
        rows.marks.append((site.at_mm, until_s))
    for part in plan.stretches:
        is_stop_zone = int(part.cover is Cover.STOP_ZONE)
        rows.stretches.append((is_stop_zone, part.from_mm, part.to_mm))
    ends = (len(rows.segments), len(rows.boxes), len(rows.marks), len(rows.stretches))
    starts = (first, box, mark, stretch)
    bounds = (bound for pair in zip(starts, ends, strict=True) for bound in pair)
    rows.plans.append((*bounds, plan.buffer_mm))


def pack_tracks(tracks: Iterable[Track]) -> Integers:
    """Return a row for each track, its columns in the order of the track's fields."""
    return _matrix([msgspec.structs.astuple(track) for track in tracks], len(FIELDS))


def unpack_tracks(tracks: Integers) -> list[Track]:
    """Return the tracks that these rows are."""
    return [Track(*row) for row in tracks.tolist()]


def pack_fixes(fixes: Iterable[Fix]) -> Integers:
    """Return a row for each fix; raise NoPacking beyond the globe or thousands of years."""
    found = _matrix([msgspec.structs.astuple(fix) for fix in fixes], 6)
    most = np.array(
        [TIME_MAX_S, TIME_MAX_S, LATITUDE_MAX_E7, LONGITUDE_MAX_E7, SPEED_MAX_M_H, 1],
        dtype=np.int64,
    )
    if (np.minimum(found, -found) < -most).any():
        raise NoPacking("a fix beyond the globe, or at a time that no calendar has")
    return found


def unpack_fixes(fixes: Integers) -> list[Fix]:
    """Return the fixes that these rows are."""
    return [
        Fix(at_s, recorded_s, lat_e7, lon_e7, speed_m_h, Source(source))
        for at_s, recorded_s, lat_e7, lon_e7, speed_m_h, source in fixes.tolist()
    ]


def checked(
    packed: Packed, tracks: Integers, trip_index: Integers, fixes: Integers, out: Integers
) -> int:
    """Return how many fixes a batch has; raise NoPacking if its arrays do not belong together.

    Compiled code looks at no bounds: what it may read and write is made sure of here.
    """
    count = len(fixes)
    if tracks.shape != (len(packed.trips), len(FIELDS)) or fixes.shape != (count, 6):
        raise NoPacking(f"tracks of {tracks.shape} or fixes of {fixes.shape}")
    if trip_index.shape != (count,) or out.shape != (count,):
        raise NoPacking(f"{trip_index.shape} trips and {out.shape} answers for {count} fixes")
    if any(one.dtype != np.int64 for one in (tracks, trip_index, fixes, out)):
        raise NoPacking("other numbers than of 64 bits")
    if count and not 0 <= trip_index.min() <= trip_index.max() < len(tracks):
        raise NoPacking("a fix of a trip that is not there")
    return count


def _matrix(rows: Sequence[Sequence[int]], columns: int) -> Integers:
    try:
        return np.array(rows, dtype=np.int64).reshape(len(rows), columns)
    except OverflowError as error:
        raise NoPacking("a number of more than 64 bits") from error
