"""How far a place lies from a route, against exact fractions and against every segment of it."""

from fractions import Fraction
from importlib import import_module
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.elock.frame import Frame, frame_at
from waglan.elock.kernel.reference import FAR_MM, Match, nearest
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.route import NoRoute, Route, Segment, compile_route
from waglan.elock.track import FIELDS, Fix, Track

WIDTH_MM = 200_000
BORDER = Position(225_030_000, 1_139_450_000)  # Shenzhen Bay

# Pieces of road from ten metres to ten kilometres, and some that run beyond a frame.
STEPS = st.tuples(st.integers(-900_000, 900_000), st.integers(-900_000, 900_000))
LEAPS = st.tuples(st.integers(-30_000_000, 30_000_000), st.integers(-30_000_000, 30_000_000))


def line(steps: list[tuple[int, int]]) -> list[Position]:
    points = [BORDER]
    for north, east in steps:
        last = points[-1]
        points.append(Position(last.lat_e7 + north, last.lon_e7 + east))
    return points


@st.composite
def routes(draw: st.DrawFn) -> Route:
    steps = draw(st.lists(STEPS, min_size=1, max_size=60) | st.lists(LEAPS, min_size=1, max_size=4))
    points = line(steps)
    try:
        return compile_route(points)
    except NoRoute:
        return compile_route([*points, Position(BORDER.lat_e7 + 90_000, BORDER.lon_e7)])


NEAR = st.builds(
    Position,
    st.integers(BORDER.lat_e7 - 5_000_000, BORDER.lat_e7 + 5_000_000),
    st.integers(BORDER.lon_e7 - 5_000_000, BORDER.lon_e7 + 5_000_000),
)
ANYWHERE = st.builds(
    Position,
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
)


def exact_squared(segment: Segment, x: int, y: int) -> Fraction:
    """The square of the distance of a place from a segment, in its frame."""
    ex, ey = x - segment.x, y - segment.y
    squared = segment.dx**2 + segment.dy**2
    along = min(max(Fraction(ex * segment.dx + ey * segment.dy, squared), Fraction(0)), Fraction(1))
    return (ex - along * segment.dx) ** 2 + (ey - along * segment.dy) ** 2


def matched(kernel: str, route: Route, at: Position) -> int:
    """How far a place lies from a route, as one of the kernels has it."""
    if kernel == "reference":
        return nearest(route, None, at, width_mm=WIDTH_MM).distance_mm
    pytest.importorskip(kernel, reason=f"{kernel} is not installed")
    packed = import_module("waglan.elock.kernel.packed")
    policy = Policy(PartyId("sample-customs"), "test-1")
    trips = packed.pack_trips([(policy, Plan(route, WIDTH_MM))])
    fixes = packed.pack_fixes([Fix(0, 0, at.lat_e7, at.lon_e7)])
    last = packed.pack_tracks([Track()])[:, FIELDS.index("segment")]
    [found] = import_module(f"waglan.elock.kernel.{kernel}").match(trips, last, fixes)
    return int(found[0])


@pytest.mark.parametrize("kernel", ["reference", "numpy", "numba"])
@given(route=routes(), at=NEAR)
def test_a_distance_is_the_exact_one_to_the_millimetre(
    kernel: str, route: Route, at: Position
) -> None:
    found_mm = matched(kernel, route, at)
    exact = min(exact_squared(one, *route.frames[one.frame].plane(at)) for one in route.segments)
    shortest = min(segment.length_mm for segment in route.segments)
    true_mm = isqrt(int(exact))
    assert true_mm - 1 <= found_mm <= true_mm + 1 + true_mm // shortest


@given(routes(), NEAR | ANYWHERE)
def test_who_was_nowhere_is_held_against_every_segment(route: Route, at: Position) -> None:
    each = [
        nearest(Route(route.frames, (one,), (), 0), 0, at, width_mm=4 * FAR_MM)
        for one in route.segments
    ]
    best = min(range(len(each)), key=lambda n: (each[n].distance_mm, n))
    found = nearest(route, None, at, width_mm=WIDTH_MM)
    assert found.distance_mm == each[best].distance_mm
    assert found == Match(found.distance_mm, found.segment, each[found.segment].progress_mm)


@given(routes(), st.data())
def test_wherever_a_vehicle_was_it_is_never_farther_than_its_corridor_says(
    route: Route, data: st.DataObject
) -> None:
    at = data.draw(NEAR)
    last = data.draw(st.integers(0, len(route.segments) - 1))
    whole = nearest(route, None, at, width_mm=WIDTH_MM)
    followed = nearest(route, last, at, width_mm=WIDTH_MM)
    assert (followed.distance_mm <= WIDTH_MM) == (whole.distance_mm <= WIDTH_MM)
    if followed.distance_mm > WIDTH_MM:
        assert followed == whole


def test_a_route_that_comes_back_on_itself_is_driven_in_its_order() -> None:
    # Forty times a kilometre of a road that winds by twenty metres, and the same way back.
    there = [((-1) ** n * 2_000, 100_000) for n in range(40)]
    route = compile_route(line([*there, (1_000, 0), *[(-n, -e) for n, e in reversed(there)]]))
    half = len(route.segments) // 2
    middle = Position(BORDER.lat_e7 + 500, BORDER.lon_e7 + 2_000_000)
    out = nearest(route, half // 2, middle, width_mm=WIDTH_MM)
    back = nearest(route, half + half // 2, middle, width_mm=WIDTH_MM)
    assert out.progress_mm < route.length_mm // 2 < back.progress_mm
    assert max(out.distance_mm, back.distance_mm) < WIDTH_MM


@given(ANYWHERE, ANYWHERE)
def test_a_frame_holds_the_whole_globe_in_64_bits(anchor: Position, at: Position) -> None:
    frame = frame_at(anchor)
    assert max(map(abs, frame.plane(at))) < 1 << 36
    assert max(map(abs, frame.plane(anchor))) == 0
    assert max(abs(frame.east), abs(frame.north)) * 3_600_000_000 < 1 << 63


def test_a_frame_measures_as_the_ellipsoid_does() -> None:
    # A degree of latitude at the equator and at a pole; a degree of longitude at the equator.
    equator, pole = frame_at(Position(0, 0)), frame_at(Position(900_000_000, 0))
    degree = Position(10_000_000, 10_000_000)
    assert equator.plane(degree) == pytest.approx((111_319_491, 110_574_276), abs=20)
    assert pole.plane(Position(890_000_000, 0))[1] == pytest.approx(-111_693_980, abs=20)


@pytest.mark.parametrize("points", [[], [BORDER], [BORDER, BORDER]])
def test_what_goes_nowhere_is_no_route(points: list[Position]) -> None:
    with pytest.raises(NoRoute):
        compile_route(points)


def test_a_point_outside_the_globe_is_refused() -> None:
    with pytest.raises(NoRoute):
        compile_route([BORDER, Position(900_000_001, 0)])


def test_what_lies_on_the_line_without_it_is_left_out() -> None:
    assert len(compile_route(line([(0, 10_000)] * 30)).segments) == 1


def test_a_frame_is_at_most_sixty_kilometres_high() -> None:
    route = compile_route(line([(2_000_000, 10_000), (2_000_000, 500_000)] * 8))
    for n, frame in enumerate(route.frames):
        own = [segment for segment in route.segments if segment.frame == n]
        ends = [y for one in own for y in (one.y, one.y + one.dy)]
        assert max(ends) - min(ends) <= 60_010_000
        assert isinstance(frame, Frame)
