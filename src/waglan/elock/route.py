"""A corridor's middle line as the verdict asks it: straight segments in whole millimetres."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isqrt
from typing import Final

import msgspec

from waglan.codes.position import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Position
from waglan.elock.frame import Frame, frame_at

POINTS_MAX: Final = 100_000  # of one corridor as it is loaded
SEGMENT_MAX_MM: Final = 50_000_000  # longer ones are cut; products stay far below 2**63
POLAR_E7: Final = 850_000_000  # no road is nearer to a pole, where a frame's east means little
FRAME_NORTH_MAX_E7: Final = 5_390_000  # sixty kilometres, north to south
SIMPLIFIED_MM: Final = 5_000  # what a point may lie beside the line without which it is left out
BOX_SEGMENTS: Final = 16


class NoRoute(ValueError):
    """The points make no corridor; the message says why."""


class Segment(msgspec.Struct, frozen=True, gc=False):
    """A straight piece of the line: where it begins, where it goes, how far the route had come.

    All in mm of its frame, `start_mm` from the begin of the route.
    """

    frame: int  # its place among the route's frames
    x: int
    y: int
    dx: int
    dy: int
    length_mm: int
    start_mm: int


class Box(msgspec.Struct, frozen=True, gc=False):
    """What neighbouring segments of one frame lie within; `first` to below `end` are they."""

    frame: int
    first: int
    end: int
    west: int
    south: int
    east: int
    north: int


class Route(msgspec.Struct, frozen=True, gc=False):
    """A compiled corridor: all integers, so that every machine reads it alike."""

    frames: tuple[Frame, ...]
    segments: tuple[Segment, ...]
    boxes: tuple[Box, ...]
    length_mm: int

    def place_at(self, progress_mm: int, *, beside_mm: int = 0) -> Position:
        """Return the place so far along the route, and so far to the right of it."""
        at_mm = min(max(progress_mm, 0), self.length_mm)
        n = max(bisect_right(self.segments, at_mm, key=lambda one: one.start_mm) - 1, 0)
        one = self.segments[n]
        along = at_mm - one.start_mm
        x = one.x + (one.dx * along + one.dy * beside_mm) // one.length_mm
        y = one.y + (one.dy * along - one.dx * beside_mm) // one.length_mm
        return self.frames[one.frame].place(x, y)


def compile_route(points: Sequence[Position]) -> Route:
    """Return the line through these points, ready to be asked; raise NoRoute if there is none.

    Points that lie within five metres of the line without them are left out.
    """
    if len(points) > POINTS_MAX:
        raise NoRoute(f"{len(points)} points; at most {POINTS_MAX} are taken")
    for point in points:
        if abs(point.lat_e7) > LATITUDE_MAX_E7 or abs(point.lon_e7) > LONGITUDE_MAX_E7:
            raise NoRoute(f"{point.lat_e7}, {point.lon_e7} lies outside the globe")
        if abs(point.lat_e7) > POLAR_E7:
            raise NoRoute(f"{point.lat_e7}, {point.lon_e7} lies too near to a pole")
    line = _cut(_simplified(_apart(points)))
    if len(line) < 2:
        raise NoRoute("a line has two points that are apart")
    frames, segments, come_mm = list[Frame](), list[Segment](), 0
    for first, end in _in_frames(line):
        frame = frame_at(_middle(line[first : end + 1]))
        at = [frame.plane(point) for point in line[first : end + 1]]
        for (x, y), (to_x, to_y) in pairwise(at):
            dx, dy = to_x - x, to_y - y
            length_mm = isqrt(dx * dx + dy * dy)
            if length_mm:
                segments.append(Segment(len(frames), x, y, dx, dy, length_mm, come_mm))
                come_mm += length_mm
        frames.append(frame)
    return Route(tuple(frames), tuple(segments), tuple(_boxes(segments)), come_mm)


def _apart(points: Sequence[Position]) -> list[Position]:
    """Leave out points that repeat the one before."""
    return [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]


def _simplified(points: list[Position]) -> list[Position]:
    """Leave out what lies on the line without it, to five metres (Douglas and Peucker)."""
    kept = {0, len(points) - 1} if points else set[int]()
    open_ = [(0, len(points) - 1)]
    while open_:
        first, last = open_.pop()
        if last - first < 2:
            continue
        frame = frame_at(points[first])
        at = [frame.plane(point) for point in points[first : last + 1]]
        beside = [_beside_mm(place, at[0], at[-1]) for place in at]
        most = max(beside)
        if most > SIMPLIFIED_MM:
            turn = first + beside.index(most)
            kept.add(turn)
            open_ += [(first, turn), (turn, last)]
    return [points[n] for n in sorted(kept)]


def _beside_mm(at: tuple[int, int], one: tuple[int, int], other: tuple[int, int]) -> int:
    """How far a place lies from a line between two others, for simplifying alone."""
    ex, ey, dx, dy = at[0] - one[0], at[1] - one[1], other[0] - one[0], other[1] - one[1]
    squared, along = dx * dx + dy * dy, ex * dx + ey * dy
    if along <= 0 or not squared:
        return isqrt(ex * ex + ey * ey)
    if along >= squared:
        fx, fy = at[0] - other[0], at[1] - other[1]
        return isqrt(fx * fx + fy * fy)
    return abs(ex * dy - ey * dx) // isqrt(squared)


def _cut(points: list[Position]) -> list[Position]:
    """Put points into segments that are longer than one may be, or than a frame is high."""
    line = points[:1]
    for one, other in pairwise(points):
        dx, dy = frame_at(one).plane(other)
        north_e7, east_e7 = other.lat_e7 - one.lat_e7, other.lon_e7 - one.lon_e7
        pieces = max(
            -(-isqrt(dx * dx + dy * dy) // SEGMENT_MAX_MM),
            -(-2 * abs(north_e7) // FRAME_NORTH_MAX_E7),
            1,
        )
        for n in range(1, pieces):
            north, east = north_e7 * n // pieces, east_e7 * n // pieces
            line.append(Position(one.lat_e7 + north, one.lon_e7 + east))
        line.append(other)
    return line


def _in_frames(line: Sequence[Position]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) points of each run that fits a frame; runs share the point between."""
    first, south, north = 0, line[0].lat_e7, line[0].lat_e7
    for n, point in enumerate(line):
        low, high = min(south, point.lat_e7), max(north, point.lat_e7)
        if high - low > FRAME_NORTH_MAX_E7:
            yield first, n - 1
            before = line[n - 1].lat_e7
            first, low, high = n - 1, min(before, point.lat_e7), max(before, point.lat_e7)
        south, north = low, high
    yield first, len(line) - 1


def _middle(points: Sequence[Position]) -> Position:
    north = [point.lat_e7 for point in points]
    return Position((min(north) + max(north)) // 2, points[0].lon_e7)


def _boxes(segments: Sequence[Segment]) -> Iterator[Box]:
    first = 0
    while first < len(segments):
        frame, end = segments[first].frame, first + 1
        while end < min(first + BOX_SEGMENTS, len(segments)) and segments[end].frame == frame:
            end += 1
        some = segments[first:end]
        xs = [x for one in some for x in (one.x, one.x + one.dx)]
        ys = [y for one in some for y in (one.y, one.y + one.dy)]
        yield Box(frame, first, end, min(xs), min(ys), max(xs), max(ys))
        first = end
