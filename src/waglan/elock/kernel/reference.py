"""How a fix is taken into a trip's track, in integers alone: this way defines the answer."""

from math import isqrt
from typing import Final, NamedTuple

from waglan.codes.position import Position
from waglan.elock.kernel import mask
from waglan.elock.plan import Plan
from waglan.elock.policy import STEPS, Policy
from waglan.elock.route import SEGMENT_MAX_MM, Box, Route, Segment
from waglan.elock.track import NONE, Fix, Source, Track

AHEAD: Final = 24  # segments that are looked at from the last one on
RECEDING: Final = 2  # of them one after the other, and the nearest is behind
FAR_MM: Final = 1_500_000_000  # beyond it, all is equally far: squares stay below 2**63
BOX_FAR_MM: Final = FAR_MM - 2 * SEGMENT_MAX_MM  # a far place may be nearer to a segment's end


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
    ex = min(max(box.west - x, 0, x - box.east), BOX_FAR_MM)
    ey = min(max(box.south - y, 0, y - box.north), BOX_FAR_MM)
    whole = isqrt(ex * ex + ey * ey)
    return whole * whole


def _clamped(offset: int) -> int:
    return max(-FAR_MM, min(FAR_MM, offset))


def step(policy: Policy, plan: Plan, track: Track, fix: Fix) -> int:
    """Take a fix into a track; return the reasons that it raises, of which gaps wait for backfill.

    A gap's reasons stand in no track: whoever keeps the log knows when its backfill is due.
    """
    if fix.at_s > fix.recorded_s + policy.clock_ahead_s:
        return 0 if fix.source is Source.BESIDE else _raise(track, mask.CLOCK_AHEAD)
    if fix.source is Source.BESIDE:
        if fix.at_s > track.beside_s:
            track.beside_s, track.beside_lat_e7, track.beside_lon_e7 = (
                fix.at_s,
                fix.lat_e7,
                fix.lon_e7,
            )
        return 0
    if fix.at_s <= max(track.last_s, track.candidate_s):
        return 0  # late: it counts when the trip is judged from its log
    track.now &= ~mask.CLOCK_AHEAD
    last = None if track.segment == NONE else track.segment
    found = nearest(plan.route, last, fix.place, width_mm=plan.buffer_mm)
    if track.last_s == NONE:
        move = _Move(found, 0, 0, is_off=found.distance_mm > plan.buffer_mm)
        return _agree(policy, plan, track, fix, move)
    move = _moved(policy, plan, track, fix, found)
    if _is_feasible(policy, plan, track, fix, move):
        return _agree(policy, plan, track, fix, move)
    if track.candidate_s == NONE or not _fits_candidate(policy, plan, track, fix, found):
        track.candidate_s = fix.at_s
        track.candidate_lat_e7, track.candidate_lon_e7 = fix.lat_e7, fix.lon_e7
        return _raise(track, mask.OUTLIER)
    first_s = track.candidate_s
    if track.agreed < 2:  # one fix against two: it was the outlier
        _forget(track)
        begun = _Move(found, 0, 0, is_off=move.is_off)
        return _agree(policy, plan, track, fix, begun)
    if not move.is_off and not track.is_off and _is_behind(policy, track, found):
        red = mask.REPLAYED
    else:
        red = mask.TOO_FAR if first_s - track.last_s > policy.gap_s else mask.JUMPED
    _red_from(track, first_s)
    confirmed = move._replace(dt_s=first_s - track.last_s)
    return _raise(track, red) | _agree(policy, plan, track, fix, confirmed)


class _Move(NamedTuple):
    """From the last agreed fix to this one: straight, and in time."""

    match: Match
    step_mm: int
    dt_s: int
    is_off: bool


def _moved(policy: Policy, plan: Plan, track: Track, fix: Fix, found: Match) -> _Move:
    step_mm = _apart_mm(plan.route, found, Position(track.lat_e7, track.lon_e7), fix.place)
    is_off = found.distance_mm > plan.buffer_mm
    return _Move(found, step_mm, fix.at_s - track.last_s, is_off)


def _apart_mm(route: Route, found: Match, one: Position, other: Position) -> int:
    frame = route.frames[route.segments[found.segment].frame]
    (x, y), (to_x, to_y) = frame.plane(one), frame.plane(other)
    ex, ey = _clamped(to_x - x), _clamped(to_y - y)
    return isqrt(ex * ex + ey * ey)


def _is_feasible(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> bool:
    """Whether a truck can have driven that, straight, and along the corridor if it was on it.

    Where the receiver was frozen, nobody knows since when it has been elsewhere.
    """
    is_frozen = track.frozen >= policy.frozen
    dt_s = fix.at_s - track.frozen_since_s if is_frozen else move.dt_s
    most = policy.speed_max_mm_s * dt_s + policy.slack_mm
    if move.step_mm > most:
        return False
    if track.is_off or track.segment == NONE or move.is_off:
        return True
    return abs(move.match.progress_mm - track.progress_mm) <= most + 2 * plan.buffer_mm


def _fits_candidate(policy: Policy, plan: Plan, track: Track, fix: Fix, found: Match) -> bool:
    one = Position(track.candidate_lat_e7, track.candidate_lon_e7)
    apart = _apart_mm(plan.route, found, one, fix.place)
    return apart <= policy.speed_max_mm_s * (fix.at_s - track.candidate_s) + policy.slack_mm


def _is_behind(policy: Policy, track: Track, found: Match) -> bool:
    return found.progress_mm < track.high_mm - policy.turn_back_mm


def _agree(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> int:
    """Take an agreed fix into a track by the rules, in their order; return what it raises."""
    track.now &= ~mask.OUTLIER
    raised = _gap(policy, plan, track, move) if track.last_s != NONE else 0
    raised |= _frozen(policy, track, fix)
    raised |= _still(policy, plan, track, fix, move)
    raised |= _behind(policy, track, move)
    raised |= _strayed(policy, plan, track, fix, move)
    raised |= _marks(policy, plan, track, fix, move)
    raised |= _beside(policy, plan, track, fix, move)
    if not move.is_off:
        track.segment, track.progress_mm = move.match.segment, move.match.progress_mm
        track.high_mm = max(track.high_mm, track.progress_mm)
    track.is_off = int(move.is_off)
    track.last_s, track.lat_e7, track.lon_e7 = fix.at_s, fix.lat_e7, fix.lon_e7
    track.candidate_s = NONE
    track.agreed += 1
    return raised


def _gap(policy: Policy, plan: Plan, track: Track, move: _Move) -> int:
    is_on = not (track.is_off or move.is_off or track.segment == NONE)
    near, far = sorted((track.progress_mm, move.match.progress_mm)) if is_on else (0, 0)
    if is_on and plan.covered(near, far, margin_mm=policy.covered_margin_mm):
        return 0
    track.blind_s += max(0, move.dt_s - policy.fresh_s)
    if move.dt_s <= policy.gap_s:
        return 0
    raised = mask.GAP_LONG if move.dt_s > policy.gap_long_s else mask.GAP
    way_mm = far - near if is_on else move.step_mm
    left_s = move.dt_s - way_mm // policy.gap_speed_mm_s
    if left_s > policy.unseen_stop_s and not (is_on and plan.stops_within(near, far)):
        raised |= mask.UNSEEN_STOP
    return raised


def _frozen(policy: Policy, track: Track, fix: Fix) -> int:
    is_same = track.last_s != NONE and (fix.lat_e7, fix.lon_e7) == (track.lat_e7, track.lon_e7)
    if is_same and track.frozen and fix.speed_m_h > policy.frozen_speed_m_h:
        track.frozen += 1
    else:
        if track.frozen >= policy.frozen:
            track.blind_s += max(0, track.last_s - track.frozen_since_s - policy.fresh_s)
        track.frozen = int(fix.speed_m_h > policy.frozen_speed_m_h)
        track.frozen_since_s = fix.at_s
    if track.frozen < policy.frozen:
        track.now &= ~mask.FROZEN
        return 0
    long = mask.FROZEN_LONG if track.frozen >= policy.frozen_long else 0
    return _raise(track, mask.FROZEN | long)


def _still(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> int:
    is_still = (
        track.last_s != NONE
        and move.step_mm < policy.stop_mm
        and move.dt_s <= policy.stop_apart_s
        and (move.is_off or not plan.stop_zone_at(move.match.progress_mm))
    )
    if not is_still:
        track.still_since_s = NONE
    elif track.still_since_s == NONE:
        track.still_since_s = track.last_s
    if is_still and fix.at_s - track.still_since_s > policy.stop_s:
        return _raise(track, mask.STOPPED)
    track.now &= ~mask.STOPPED
    return 0


def _behind(policy: Policy, track: Track, move: _Move) -> int:
    if move.is_off:
        return 0
    if _is_behind(policy, track, move.match):
        return _raise(track, mask.TURNED_BACK)
    track.now &= ~mask.TURNED_BACK
    return 0


def _strayed(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> int:
    width = plan.buffer_mm
    more = min(max(move.match.distance_mm - width, -width), STEPS * width)
    track.strayed_mm = max(0, track.strayed_mm + more)
    if not track.strayed_mm:
        track.now &= ~mask.STRAYING
        return 0
    is_gone = track.strayed_mm > policy.strayed_max_buffers * width
    if is_gone and move.is_off and track.is_off:
        _red_from(track, track.last_s)
        return _raise(track, mask.STRAYING | mask.OFF_CORRIDOR)
    return _raise(track, mask.STRAYING)


def _marks(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> int:
    raised = 0
    while track.next_mark < len(plan.marks) and not move.is_off:
        mark = plan.marks[track.next_mark]
        if move.match.progress_mm < mark.at_mm - policy.mark_mm:
            break
        if mark.until_s is not None and fix.at_s > mark.until_s:
            raised |= mask.CHECKPOINT_LATE
        if track.is_off and move.match.progress_mm > mark.at_mm + policy.bypass_mm:
            raised |= mask.CHECKPOINT_PASSED_BY
        track.next_mark += 1
    return _raise(track, raised)


def _beside(policy: Policy, plan: Plan, track: Track, fix: Fix, move: _Move) -> int:
    skew_s = abs(fix.at_s - track.beside_s)
    if track.beside_s == NONE or skew_s > policy.pair_far_s:
        track.apart, track.far_since_s = 0, NONE
        track.now &= ~mask.PAIR_APART
        return 0
    beside = Position(track.beside_lat_e7, track.beside_lon_e7)
    apart_mm = _apart_mm(plan.route, move.match, beside, fix.place)
    driven_mm = policy.gap_speed_mm_s * skew_s
    track.apart = track.apart + 1 if apart_mm > policy.pair_mm + driven_mm else 0
    if apart_mm <= policy.pair_far_mm + driven_mm:
        track.far_since_s = NONE
    elif track.far_since_s == NONE:
        track.far_since_s = fix.at_s
    if track.apart < policy.pair_samples:
        track.now &= ~mask.PAIR_APART
        return 0
    is_lost = track.far_since_s != NONE and fix.at_s - track.far_since_s >= policy.pair_far_s
    return _raise(track, mask.PAIR_APART | (mask.PAIR_LOST if is_lost else 0))


def _forget(track: Track) -> None:
    """Begin anew, as if the only fix that was agreed had not come."""
    track.last_s, track.segment, track.agreed = NONE, NONE, 0
    track.progress_mm = track.high_mm = track.strayed_mm = track.is_off = 0
    track.now &= ~mask.STRAYING


def _raise(track: Track, reasons: int) -> int:
    """Let these reasons stand; return those that did not."""
    new = reasons & ~track.now
    track.now |= reasons
    track.seen |= reasons
    return new


def _red_from(track: Track, at_s: int) -> None:
    if track.red_from_s == NONE or at_s < track.red_from_s:
        track.red_from_s = at_s
