"""How far a place lies from a route, in integers alone: this way defines the answer."""

from math import isqrt
from typing import Final, NamedTuple

from waglan.codes.position import Position
from waglan.elock.route import SEGMENT_MAX_MM, Box, Route, Segment

AHEAD: Final = 24  # segments that are looked at from the last one on
RECEDING: Final = 2  # of them one after the other, and the nearest is behind
FAR_MM: Final = 1_500_000_000  # beyond it, all is equally far: squares stay below 2**63
_BOX_FAR_MM: Final = FAR_MM - 2 * SEGMENT_MAX_MM  # a far place may be nearer to a segment's end


class Match(NamedTuple):
    """The nearest point of a route: how far it lies, on which segment, and how far along."""

    distance_mm: int
    segment: int
    progress_mm: int


class _Near(NamedTuple):
    squared: int  # mm, of the distance
    along_mm: int


def nearest(route: Route, last: int | None, at: Position, *, width_mm: int) -> Match:
    """Return the nearest point of a route that a vehicle on segment `last` follows.

    It is looked for from there on, so that a route that crosses itself is driven in order. Who is
    farther than `width_mm` from all that, or was nowhere before, is held against the whole route.
    """
    planes = [frame.plane(at) for frame in route.frames]
    if last is not None:
        found = _ahead(route, max(0, last - 1), planes, width_mm * width_mm)
        if found[0].squared <= width_mm * width_mm:
            return _match(route, *found)
    return _match(route, *_anywhere(route, planes))


def _match(route: Route, near: _Near, n: int) -> Match:
    return Match(isqrt(near.squared), n, route.segments[n].start_mm + near.along_mm)


_Planes = list[tuple[int, int]]


def _ahead(route: Route, first: int, planes: _Planes, within: int) -> tuple[_Near, int]:
    best, at, receding = _near(route.segments[first], planes), first, 0
    for n in range(first + 1, min(first + AHEAD, len(route.segments))):
        one = _near(route.segments[n], planes)
        if one.squared < best.squared:
            best, at, receding = one, n, 0
            continue
        receding += 1
        if receding >= RECEDING and best.squared <= within:
            break
    return best, at


def _anywhere(route: Route, planes: _Planes) -> tuple[_Near, int]:
    best: _Near | None = None
    at = 0
    for box in route.boxes:
        if best is not None and _to_box(box, planes) >= best.squared:
            continue
        for n in range(box.first, box.end):
            one = _near(route.segments[n], planes)
            if best is None or one.squared < best.squared:
                best, at = one, n
    if best is None:
        raise ValueError("a route has segments")
    return best, at


def _near(segment: Segment, planes: _Planes) -> _Near:
    x, y = planes[segment.frame]
    ex, ey = _clamped(x - segment.x), _clamped(y - segment.y)
    dx, dy = segment.dx, segment.dy
    along, squared = ex * dx + ey * dy, dx * dx + dy * dy
    if along <= 0:
        return _Near(ex * ex + ey * ey, 0)
    if along >= squared:
        fx, fy = ex - dx, ey - dy
        return _Near(fx * fx + fy * fy, segment.length_mm)
    beside = abs(ex * dy - ey * dx) // segment.length_mm
    return _Near(beside * beside, along // segment.length_mm)


def _to_box(box: Box, planes: _Planes) -> int:
    """Return a square that no segment of the box is nearer than, rounded down as they are."""
    x, y = planes[box.frame]
    ex = min(max(box.west - x, 0, x - box.east), _BOX_FAR_MM)
    ey = min(max(box.south - y, 0, y - box.north), _BOX_FAR_MM)
    whole = isqrt(ex * ex + ey * ey)
    return whole * whole


def _clamped(offset: int) -> int:
    return max(-FAR_MM, min(FAR_MM, offset))
