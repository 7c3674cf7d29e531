"""Whether a corridor makes sense: its line, what lies along it, and the sites that it joins.

No coast is at hand here: that a line lies in the sea is not found, only that it lies far from every
site.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isqrt
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.position import LONGITUDE_MAX_E7, Position
from waglan.elock.frame import frame_at
from waglan.elock.province import FINDINGS_MAX, MM_IN_KM, MM_IN_M, Corridor, Province, Site
from waglan.elock.route import NoRoute, Route, compile_route

CORRIDOR_POINTS_MAX: Final = 5_000  # a line that goes to and fro is looked at pair by pair
CORRIDOR_KM_MAX: Final = 2_000
BUFFER_M_MAX: Final = 5_000
MARKS_MAX: Final = 32  # of one corridor
STRETCHES_MAX: Final = 64  # of one corridor
OUTSIDE_E7: Final = 5_000_000  # half a degree beyond the box of the sites that a file names
FAR_KM: Final = 300  # from the nearest site

Sites = Mapping[str, Site]


class Passing(msgspec.Struct, frozen=True, gc=False):
    """Where a route passes a place: how far beside it, and how far along."""

    beside_mm: int
    at_mm: int


def passing(route: Route, place: Position, *, from_mm: int = 0) -> Passing:
    """Return where the route comes nearest to a place, not before `from_mm` along it."""
    best = Passing(2**62, route.length_mm)
    planes = [frame.plane(place) for frame in route.frames]
    for one in route.segments:
        if one.start_mm + one.length_mm < from_mm:
            continue
        x, y = planes[one.frame]
        ex, ey = x - one.x, y - one.y
        length_2 = one.dx * one.dx + one.dy * one.dy
        along = min(max((ex * one.dx + ey * one.dy) * one.length_mm // length_2, 0), one.length_mm)
        along = max(along, from_mm - one.start_mm)
        fx = ex - one.dx * along // one.length_mm
        fy = ey - one.dy * along // one.length_mm
        beside = isqrt(fx * fx + fy * fy)
        if beside < best.beside_mm:
            best = Passing(beside, one.start_mm + along)
    return best


def check_corridor(corridor: Corridor, province: Province, sites: Sites) -> list[Finding]:
    """Return what is wrong with one corridor of a province; `sites` are those of all files."""
    where = Where(f"corridors/{corridor.id}")
    if refused := [*_sized(where, corridor), *_unknown(where, corridor, sites)]:
        return refused
    line = corridor.line
    if turn := _turned(where, corridor, line):
        return turn
    try:
        route = compile_route(line)
    except NoRoute as no:
        return [_no_line(where, corridor, str(no))]
    if route.length_mm > CORRIDOR_KM_MAX * MM_IN_KM:
        return [_long(where, corridor, route.length_mm // MM_IN_KM)]
    return [
        *_crossed(where, corridor, line),
        *_outside(where, corridor, line, _spanned(province, sites)),
        *_far(where, corridor, line, sites),
        *_marks(where, corridor, route, sites),
        *_windows(where, corridor),
        *_stretches(where, corridor, route),
        *_dates(where, corridor),
    ]


def sites_known(corridor: Corridor, sites: Sites) -> bool:
    """Whether every site that a corridor names is there."""
    return not _unknown(Where(""), corridor, sites)


def _no_line(where: Where, corridor: Corridor, reason: str) -> Finding:
    return Finding(
        "PROVINCE-LINE", Severity.ERROR, where, {"corridor": corridor.id, "reason": reason}
    )


def _long(where: Where, corridor: Corridor, km: int) -> Finding:
    return Finding(
        "PROVINCE-LONG",
        Severity.ERROR,
        where,
        {"corridor": corridor.id, "km": km, "max": CORRIDOR_KM_MAX},
    )


def _sized(where: Where, corridor: Corridor) -> list[Finding]:
    counts = {
        "points": (len(corridor.points), CORRIDOR_POINTS_MAX),
        "checkpoints": (len(corridor.checkpoints), MARKS_MAX),
        "stretches": (len(corridor.stretches), STRETCHES_MAX),
    }
    findings = [
        Finding("PROVINCE-SIZE", Severity.ERROR, where, {"what": what, "count": count, "max": most})
        for what, (count, most) in counts.items()
        if count > most
    ]
    if not 0 < corridor.buffer_m <= BUFFER_M_MAX:
        wide = corridor.buffer_m
        findings.append(
            Finding(
                "PROVINCE-BUFFER",
                Severity.ERROR,
                where,
                {"corridor": corridor.id, "buffer_m": wide, "max": BUFFER_M_MAX},
            )
        )
    return findings


def _unknown(where: Where, corridor: Corridor, sites: Sites) -> list[Finding]:
    named = [corridor.from_site, corridor.to_site, *[one.site for one in corridor.checkpoints]]
    return [
        Finding("PROVINCE-SITE-UNKNOWN", Severity.ERROR, where, {"site": site})
        for site in dict.fromkeys(named)
        if site not in sites
    ]


def _turned(where: Where, corridor: Corridor, line: Sequence[Position]) -> list[Finding]:
    """No corridor leads over the 180th meridian: there the shorter way is not what numbers say."""
    for n, (one, other) in enumerate(pairwise(line), 1):
        if abs(one.lon_e7 - other.lon_e7) > LONGITUDE_MAX_E7:
            return [
                Finding(
                    "PROVINCE-MERIDIAN",
                    Severity.ERROR,
                    where,
                    {"corridor": corridor.id, "point": n},
                )
            ]
    return []


def _crossed(where: Where, corridor: Corridor, line: Sequence[Position]) -> list[Finding]:
    """Tell the first place where the line meets itself: allowed, and worth a look."""
    met = first_crossing(line)
    if met is None:
        return []
    return [
        Finding(
            "PROVINCE-CROSSES",
            Severity.WARNING,
            where,
            {"corridor": corridor.id, "one": met[0] + 1, "other": met[1] + 1},
        )
    ]


def first_crossing(line: Sequence[Position]) -> tuple[int, int] | None:
    """Return which two pieces of a line meet though they are no neighbours, counted from 0.

    Seen as flat degrees: whether two pieces meet does not hang on the scale of a map.
    """
    line = _lengthwise(line)
    kept = [n for n, point in enumerate(line) if n == 0 or point != line[n - 1]]
    pieces = sorted((_west(line[n], line[m]), k) for k, (n, m) in enumerate(pairwise(kept)))
    # By where they end in the east, with their south and north end.
    open_ = list[tuple[int, int, int, int]]()
    for west, k in pieces:
        while open_ and open_[0][0] < west:
            open_.pop(0)
        piece = line[kept[k]], line[kept[k + 1]]
        south, north = sorted(one.lat_e7 for one in piece)
        beside = [m for _, m, low, high in open_ if low <= north and south <= high]
        for m in beside:
            if abs(m - k) > 1 and _meet(piece, (line[kept[m]], line[kept[m + 1]])):
                return kept[min(m, k)], kept[max(m, k)]
        insort(open_, (max(one.lon_e7 for one in piece), k, south, north))
    return None


def _lengthwise(line: Sequence[Position]) -> Sequence[Position]:
    """Return the line from west to east, so that few of its pieces lie beside one another."""
    norths, easts = [one.lat_e7 for one in line], [one.lon_e7 for one in line]
    if max(easts) - min(easts) >= max(norths) - min(norths):
        return line
    return [Position(one.lon_e7, one.lat_e7) for one in line]


def _west(one: Position, other: Position) -> int:
    return min(one.lon_e7, other.lon_e7)


def _meet(one: tuple[Position, Position], other: tuple[Position, Position]) -> bool:
    """Whether two pieces meet whose boxes do."""
    (a, b), (c, d) = one, other
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    return sides[0] * sides[1] <= 0 and sides[2] * sides[3] <= 0


def _side(a: Position, b: Position, c: Position) -> int:
    turn = (b.lon_e7 - a.lon_e7) * (c.lat_e7 - a.lat_e7)
    turn -= (b.lat_e7 - a.lat_e7) * (c.lon_e7 - a.lon_e7)
    return (turn > 0) - (turn < 0)


def _spanned(province: Province, sites: Sites) -> list[Position]:
    """Where the sites lie that a file holds or names."""
    named = {one.id for one in province.sites}
    for corridor in province.corridors:
        named |= {corridor.from_site, corridor.to_site}
    return [sites[one].position for one in sorted(named) if one in sites]


def _outside(
    where: Where, corridor: Corridor, line: Sequence[Position], spanned: Sequence[Position]
) -> list[Finding]:
    lats = [one.lat_e7 for one in spanned]
    lons = [one.lon_e7 for one in spanned]
    south, north = min(lats) - OUTSIDE_E7, max(lats) + OUTSIDE_E7
    west, east = min(lons) - OUTSIDE_E7, max(lons) + OUTSIDE_E7
    return [
        Finding(
            "PROVINCE-OUTSIDE", Severity.ERROR, where, {"corridor": corridor.id, "point": n + 1}
        )
        for n, point in enumerate(line)
        if not (south <= point.lat_e7 <= north and west <= point.lon_e7 <= east)
    ][:FINDINGS_MAX]


def _far(where: Where, corridor: Corridor, line: Sequence[Position], sites: Sites) -> list[Finding]:
    """Tell the point that lies farthest from every site, if it is too far."""
    places = [site.position for site in sites.values()]
    farthest, at = 0, 0
    for n, point in enumerate(line):
        near_mm = _nearest_mm(point, places)
        farthest, at = max((farthest, at), (near_mm, n + 1))
    if farthest <= FAR_KM * MM_IN_KM:
        return []
    km = farthest // MM_IN_KM
    return [
        Finding(
            "PROVINCE-FAR",
            Severity.WARNING,
            where,
            {"corridor": corridor.id, "point": at, "km": km, "max": FAR_KM},
        )
    ]


def _nearest_mm(point: Position, places: Sequence[Position]) -> int:
    frame = frame_at(point)
    planes = [frame.plane(place) for place in places]
    return isqrt(min(x * x + y * y for x, y in planes))


def _marks(where: Where, corridor: Corridor, route: Route, sites: Sites) -> list[Finding]:
    """Its ends and checkpoints lie on the line, in order."""
    findings = list[Finding]()
    come_mm = 0
    named = [corridor.from_site, *[one.site for one in corridor.checkpoints], corridor.to_site]
    for site in named:
        near_mm = corridor.buffer_m * MM_IN_M + sites[site].radius_mm
        behind = passing(route, sites[site].position, from_mm=come_mm)
        if behind.beside_mm <= near_mm:
            come_mm = behind.at_mm
        elif passing(route, sites[site].position).beside_mm <= near_mm:
            findings.append(_disordered(where, corridor, site))
        else:
            off_m = behind.beside_mm // MM_IN_M
            findings.append(_beside(where, site, off_m, near_mm // MM_IN_M))
    return findings


def _disordered(where: Where, corridor: Corridor, site: str) -> Finding:
    return Finding("PROVINCE-ORDER", Severity.ERROR, where, {"corridor": corridor.id, "site": site})


def _beside(where: Where, site: str, off_m: int, most_m: int) -> Finding:
    return Finding(
        "PROVINCE-BESIDE", Severity.ERROR, where, {"site": site, "off_m": off_m, "max": most_m}
    )


def _windows(where: Where, corridor: Corridor) -> list[Finding]:
    findings = list[Finding]()
    for one in corridor.checkpoints:
        begins = one.from_minutes or 0
        ends = begins if one.until_minutes is None else one.until_minutes
        if begins < 0 or ends < begins:
            findings.append(
                Finding(
                    "PROVINCE-WINDOW",
                    Severity.ERROR,
                    where,
                    {"site": one.site, "begins": begins, "ends": ends},
                )
            )
    return findings


def _stretches(where: Where, corridor: Corridor, route: Route) -> list[Finding]:
    findings = list[Finding]()
    for one in corridor.stretches:
        begins = passing(route, Position.of_degrees(*one.from_place))
        ends = passing(route, Position.of_degrees(*one.to_place))
        most_mm = corridor.buffer_m * MM_IN_M
        if max(begins.beside_mm, ends.beside_mm) > most_mm or begins.at_mm >= ends.at_mm:
            findings.append(
                Finding(
                    "PROVINCE-STRETCH",
                    Severity.ERROR,
                    where,
                    {"corridor": corridor.id, "cover": one.cover.value},
                )
            )
    return findings


def _dates(where: Where, corridor: Corridor) -> list[Finding]:
    begins, ends = corridor.in_force_from, corridor.in_force_until
    if begins is None or ends is None or begins <= ends:
        return []
    return [Finding("PROVINCE-DATES", Severity.ERROR, where, {"corridor": corridor.id})]
