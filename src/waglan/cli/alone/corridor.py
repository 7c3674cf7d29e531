"""A corridor, in whole millimetres."""

from collections.abc import Sequence
from math import isqrt

from waglan.cli.alone.words import (
    AHEAD,
    FAR,
    HALF_TURN_E7,
    NONE,
    RECEDING,
    TURN_E7,
    Place,
    Said,
)

SEGMENT = ("frame", "x", "y", "dx", "dy", "length_mm", "start_mm")


def plane(frame: Sequence[int], lat: int, lon: int) -> Place:
    """A place in mm east and north of a frame's anchor."""
    anchor_lat, anchor_lon, east, north = frame
    turn = (lon - anchor_lon + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    return turn * east >> 20, (lat - anchor_lat) * north >> 20


def clamp(mm: int) -> int:
    """So far, and no farther."""
    return max(-FAR, min(FAR, mm))


class Corridor:
    """The corridor of a trip."""

    def __init__(self, plan: Said) -> None:
        """Take the corridor's integers as they were compiled."""
        self.width = plan["buffer_mm"]
        route = plan["route"]
        self.frames = [
            (one["anchor"]["lat_e7"], one["anchor"]["lon_e7"], one["east"], one["north"])
            for one in route["frames"]
        ]
        self.segments = [[one[name] for name in SEGMENT] for one in route["segments"]]
        self.marks, self.stretches = plan["marks"], plan["stretches"]

    def near(self, n: int, places: Sequence[Place]) -> tuple[int, int]:
        """(square of the distance, mm along) of segment n."""
        frame, x, y, dx, dy, length, _ = self.segments[n]
        ex, ey = clamp(places[frame][0] - x), clamp(places[frame][1] - y)
        along, squared = ex * dx + ey * dy, dx * dx + dy * dy
        if along <= 0:
            return ex * ex + ey * ey, 0
        if along >= squared:
            return (ex - dx) ** 2 + (ey - dy) ** 2, length
        return (abs(ex * dy - ey * dx) // length) ** 2, along // length

    def nearest(self, last: int, lat: int, lon: int) -> tuple[int, int, int]:
        """(distance, segment, progress) of a place, looked for from the last segment on."""
        places = [plane(frame, lat, lon) for frame in self.frames]
        best = None
        if last != NONE:
            first = max(0, last - 1)
            best, receding = (*self.near(first, places), first), 0
            for n in range(first + 1, min(first + AHEAD, len(self.segments))):
                squared, along = self.near(n, places)
                if squared < best[0]:
                    best, receding = (squared, along, n), 0
                    continue
                receding += 1
                if receding >= RECEDING and best[0] <= self.width**2:
                    break
        if best is None or best[0] > self.width**2:
            every = ((*self.near(n, places), n) for n in range(len(self.segments)))
            best = min(every, key=lambda one: (one[0], one[2]))
        squared, along, n = best
        return isqrt(squared), n, self.segments[n][6] + along

    def apart(self, n: int, one: Place, other: Place) -> int:
        """Millimetres between two places, in the frame of segment n."""
        frame = self.frames[self.segments[n][0]]
        (x, y), (to_x, to_y) = plane(frame, *one), plane(frame, *other)
        return isqrt(clamp(to_x - x) ** 2 + clamp(to_y - y) ** 2)

    def zones(self, *, stops: bool) -> list[Said]:
        """The declared stop zones, or what hides a truck."""
        return [one for one in self.stretches if (one["cover"] == "stop zone") == stops]
