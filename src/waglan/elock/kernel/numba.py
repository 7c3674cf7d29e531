"""The verdict's arithmetic compiled in the process: the same integers as the reference, faster.

Each function is one of the reference's, by the same name and in the same order; a track, a policy
and a plan are rows of the packed arrays. No float is in it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol, TypeVar, cast

import numba
import numpy as np

from waglan.codes.position import LONGITUDE_MAX_E7
from waglan.elock.frame import SHIFT
from waglan.elock.kernel import columns as at
from waglan.elock.kernel import mask
from waglan.elock.kernel.packed import Integers, Packed, checked
from waglan.elock.kernel.reference import AHEAD, BOX_FAR_MM, FAR_MM, RECEDING
from waglan.elock.policy import STEPS
from waglan.elock.track import NONE

_Function = TypeVar("_Function", bound=Callable[..., object])
_FULL_TURN_E7: Final = 2 * LONGITUDE_MAX_E7
_BESIDE: Final = 1  # a fix's source
_MOVE: Final = 10  # numbers of a move


class _Compiler(Protocol[_Function]):
    def __call__(
        self, function: _Function, *, error_model: str, nogil: bool, _nrt: bool
    ) -> _Function: ...


class _Batch(NamedTuple):
    trip_index: Integers
    fixes: Integers
    out: Integers


def _compiled(function: _Function) -> _Function:
    # Who calls holds the arrays, and nothing here makes one: counting references of rows again and
    # again took half of the time.
    compiler = cast(_Compiler[_Function], numba.njit)  # whose types lack that option
    return compiler(function, error_model="numpy", nogil=True, _nrt=False)


def fold(
    packed: Packed, tracks: Integers, trip_index: Integers, fixes: Integers, out: Integers
) -> None:
    """Take a batch of fixes into the tracks of their trips, in order.

    `out` is told what each raises, as the reference's step returns it.
    """
    if checked(packed, tracks, trip_index, fixes, out):
        _fold(packed, tracks, _Batch(trip_index, fixes, out), _no_move())


def match(packed: Packed, last: Integers, fixes: Integers) -> Integers:
    """Return each trip's nearest point to its fix: distance, segment and progress, in rows."""
    found = np.zeros((len(fixes), 3), dtype=np.int64)
    batch = _Batch(np.arange(len(fixes), dtype=np.int64), fixes, found)
    _match_all(packed, last, batch, _no_move())
    return found


def _no_move() -> Integers:
    return np.zeros(_MOVE, dtype=np.int64)


def isqrt(number: int) -> int:
    """Return the whole square root of a number below 2**63, by Newton's steps in integers."""
    return int(_isqrt(number))


@_compiled
def _isqrt(number: int) -> int:
    if number < 2:
        return number
    left, bits = number, 1
    for shift in (32, 16, 8, 4, 2, 1):
        if left >> shift:
            left >>= shift
            bits += shift
    root = 1 << (bits + 1) // 2  # no less than it is
    while True:
        lower = (root + number // root) >> 1
        if lower >= root:
            return root
        root = lower


@_compiled
def _clamped(offset: int) -> int:
    return max(-FAR_MM, min(FAR_MM, offset))


@_compiled
def _plane(p: Packed, frame: int, lat_e7: int, lon_e7: int) -> tuple[int, int]:
    turn = lon_e7 - p.frames[frame, at.FRAME_LON_E7] + LONGITUDE_MAX_E7
    east_e7 = turn % _FULL_TURN_E7 - LONGITUDE_MAX_E7
    north_e7 = lat_e7 - p.frames[frame, at.FRAME_LAT_E7]
    x = east_e7 * p.frames[frame, at.FRAME_EAST] >> SHIFT
    return x, north_e7 * p.frames[frame, at.FRAME_NORTH] >> SHIFT


@_compiled
def _near(p: Packed, n: int, x: int, y: int) -> tuple[int, int]:
    ex, ey = _clamped(x - p.segments[n, at.SEGMENT_X]), _clamped(y - p.segments[n, at.SEGMENT_Y])
    dx, dy = p.segments[n, at.SEGMENT_DX], p.segments[n, at.SEGMENT_DY]
    along, squared = ex * dx + ey * dy, p.segments[n, at.SEGMENT_SQUARED]
    if along <= 0:
        return ex * ex + ey * ey, 0
    length_mm = p.segments[n, at.SEGMENT_LENGTH_MM]
    if along >= squared:
        fx, fy = ex - dx, ey - dy
        return fx * fx + fy * fy, length_mm
    beside = abs(ex * dy - ey * dx) // length_mm
    return beside * beside, along // length_mm


@_compiled
def _ahead(p: Packed, first: int, end: int, move: Integers, within: int) -> tuple[int, int, int]:
    """Return the squared distance of the nearest segment that is looked at, which, how far."""
    frame = p.segments[first, at.SEGMENT_FRAME]
    x, y = _plane(p, frame, move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7])
    best, along = _near(p, first, x, y)
    nearest, receding = first, 0
    for n in range(first + 1, min(first + AHEAD, end)):
        if p.segments[n, at.SEGMENT_FRAME] != frame:
            frame = p.segments[n, at.SEGMENT_FRAME]
            x, y = _plane(p, frame, move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7])
        squared, far = _near(p, n, x, y)
        if squared < best:
            best, along, nearest, receding = squared, far, n, 0
            continue
        receding += 1
        if receding >= RECEDING and best <= within:
            break
    return best, nearest, along


@_compiled
def _to_box(p: Packed, n: int, x: int, y: int) -> int:
    west, south = p.boxes[n, at.BOX_WEST], p.boxes[n, at.BOX_SOUTH]
    east, north = p.boxes[n, at.BOX_EAST], p.boxes[n, at.BOX_NORTH]
    ex = min(max(west - x, 0, x - east), BOX_FAR_MM)
    ey = min(max(south - y, 0, y - north), BOX_FAR_MM)
    whole = _isqrt(ex * ex + ey * ey)
    return whole * whole


@_compiled
def _anywhere(p: Packed, plan: Integers, move: Integers) -> tuple[int, int, int]:
    best, nearest, along = NONE, plan[at.PLAN_SEGMENT], 0
    for box in range(plan[at.PLAN_BOX], plan[at.PLAN_BOX_END]):
        frame = p.boxes[box, at.BOX_FRAME]
        x, y = _plane(p, frame, move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7])
        if best != NONE and _to_box(p, box, x, y) >= best:
            continue
        for n in range(p.boxes[box, at.BOX_SEGMENT], p.boxes[box, at.BOX_SEGMENT_END]):
            squared, far = _near(p, n, x, y)
            if best == NONE or squared < best:
                best, nearest, along = squared, n, far
    return best, nearest, along


@_compiled
def _match(p: Packed, plan: Integers, last: int, move: Integers) -> None:
    width_mm = plan[at.PLAN_BUFFER_MM]
    first, end = plan[at.PLAN_SEGMENT], plan[at.PLAN_SEGMENT_END]
    within, best, n, along = width_mm * width_mm, -1, first, 0
    if last >= end - first:
        raise IndexError("a track names a segment that its plan lacks")
    if last != NONE:
        best, n, along = _ahead(p, first + max(0, last - 1), end, move, within)
    if last == NONE or best > within:
        best, n, along = _anywhere(p, plan, move)
    move[at.MOVE_DISTANCE_MM] = _isqrt(best)
    move[at.MOVE_SEGMENT] = n - first
    move[at.MOVE_PROGRESS_MM] = p.segments[n, at.SEGMENT_START_MM] + along
    move[at.MOVE_IS_OFF] = int(move[at.MOVE_DISTANCE_MM] > width_mm)


@_compiled
def _apart_mm(p: Packed, plan: Integers, move: Integers, lat_e7: int, lon_e7: int) -> int:
    n = plan[at.PLAN_SEGMENT] + move[at.MOVE_SEGMENT]
    frame = p.segments[n, at.SEGMENT_FRAME]
    x, y = _plane(p, frame, lat_e7, lon_e7)
    to_x, to_y = _plane(p, frame, move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7])
    ex, ey = _clamped(to_x - x), _clamped(to_y - y)
    return _isqrt(ex * ex + ey * ey)


@_compiled
def _within(p: Packed, plan: Integers, is_stop_zone: int, from_mm: int, to_mm: int) -> bool:
    """Whether all that lies between is in one stretch of that kind."""
    for n in range(plan[at.PLAN_STRETCH], plan[at.PLAN_STRETCH_END]):
        if p.stretches[n, at.STRETCH_IS_STOP_ZONE] != is_stop_zone:
            continue
        if (
            p.stretches[n, at.STRETCH_FROM_MM] <= from_mm
            and to_mm <= p.stretches[n, at.STRETCH_TO_MM]
        ):
            return True
    return False


@_compiled
def _raise(track: Integers, bits: int) -> int:
    new: int = bits & ~track[at.NOW]
    track[at.NOW] |= bits
    track[at.SEEN] |= bits
    return new


@_compiled
def _red_from(track: Integers, at_s: int) -> None:
    if track[at.RED_FROM_S] == NONE or at_s < track[at.RED_FROM_S]:
        track[at.RED_FROM_S] = at_s


@_compiled
def _forget(track: Integers) -> None:
    track[at.LAST_S], track[at.SEGMENT], track[at.AGREED] = NONE, NONE, 0
    track[at.PROGRESS_MM] = track[at.HIGH_MM] = 0
    track[at.STRAYED_MM] = track[at.IS_OFF] = 0
    track[at.NOW] &= ~mask.STRAYING


@_compiled
def _step(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    """Take a fix that is the lock's, in its time and newer into a track."""
    track[at.NOW] &= ~mask.CLOCK_AHEAD
    _match(p, plan, track[at.SEGMENT], move)
    move[at.MOVE_STEP_MM] = move[at.MOVE_DT_S] = 0
    if track[at.LAST_S] == NONE:
        return _agree(p, policy, plan, track, move)
    move[at.MOVE_STEP_MM] = _apart_mm(p, plan, move, track[at.LAT_E7], track[at.LON_E7])
    move[at.MOVE_DT_S] = move[at.MOVE_AT_S] - track[at.LAST_S]
    if _is_feasible(policy, plan, track, move):
        return _agree(p, policy, plan, track, move)
    if track[at.CANDIDATE_S] == NONE or not _fits_candidate(p, policy, plan, track, move):
        track[at.CANDIDATE_S] = move[at.MOVE_AT_S]
        track[at.CANDIDATE_LAT_E7] = move[at.MOVE_LAT_E7]
        track[at.CANDIDATE_LON_E7] = move[at.MOVE_LON_E7]
        return _raise(track, mask.OUTLIER)
    first_s = track[at.CANDIDATE_S]
    if track[at.AGREED] < 2:
        _forget(track)
        move[at.MOVE_STEP_MM] = move[at.MOVE_DT_S] = 0
        return _agree(p, policy, plan, track, move)
    move[at.MOVE_DT_S] = first_s - track[at.LAST_S]
    is_on = not move[at.MOVE_IS_OFF] and not track[at.IS_OFF]
    if is_on and _is_behind(policy, track, move):
        red = mask.REPLAYED
    elif move[at.MOVE_DT_S] > policy[at.POLICY_GAP_S]:
        red = mask.TOO_FAR
    else:
        red = mask.JUMPED
    _red_from(track, first_s)
    raised = _raise(track, red)
    return raised | _agree(p, policy, plan, track, move)


@_compiled
def _is_feasible(policy: Integers, plan: Integers, track: Integers, move: Integers) -> bool:
    dt_s = move[at.MOVE_DT_S]
    if track[at.FROZEN] >= policy[at.POLICY_FROZEN]:
        dt_s = move[at.MOVE_AT_S] - track[at.FROZEN_SINCE_S]
    most = policy[at.POLICY_SPEED_MAX_MM_S] * dt_s + policy[at.POLICY_SLACK_MM]
    if move[at.MOVE_STEP_MM] > most:
        return False
    if track[at.IS_OFF] or track[at.SEGMENT] == NONE or move[at.MOVE_IS_OFF]:
        return True
    driven = abs(move[at.MOVE_PROGRESS_MM] - track[at.PROGRESS_MM])
    return bool(driven <= most + 2 * plan[at.PLAN_BUFFER_MM])


@_compiled
def _fits_candidate(
    p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers
) -> bool:
    lat_e7, lon_e7 = track[at.CANDIDATE_LAT_E7], track[at.CANDIDATE_LON_E7]
    apart = _apart_mm(p, plan, move, lat_e7, lon_e7)
    dt_s = move[at.MOVE_AT_S] - track[at.CANDIDATE_S]
    return bool(apart <= policy[at.POLICY_SPEED_MAX_MM_S] * dt_s + policy[at.POLICY_SLACK_MM])


@_compiled
def _is_behind(policy: Integers, track: Integers, move: Integers) -> bool:
    return bool(move[at.MOVE_PROGRESS_MM] < track[at.HIGH_MM] - policy[at.POLICY_TURN_BACK_MM])


@_compiled
def _agree(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    track[at.NOW] &= ~mask.OUTLIER
    raised = 0
    if track[at.LAST_S] != NONE:
        raised = _gap(p, policy, plan, track, move)
    raised |= _frozen(policy, track, move)
    raised |= _still(p, policy, plan, track, move)
    raised |= _behind(policy, track, move)
    raised |= _strayed(policy, plan, track, move)
    raised |= _marks(p, policy, plan, track, move)
    raised |= _beside(p, policy, plan, track, move)
    if not move[at.MOVE_IS_OFF]:
        track[at.SEGMENT] = move[at.MOVE_SEGMENT]
        track[at.PROGRESS_MM] = move[at.MOVE_PROGRESS_MM]
        track[at.HIGH_MM] = max(track[at.HIGH_MM], track[at.PROGRESS_MM])
    track[at.IS_OFF] = move[at.MOVE_IS_OFF]
    track[at.LAST_S] = move[at.MOVE_AT_S]
    track[at.LAT_E7], track[at.LON_E7] = move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7]
    track[at.CANDIDATE_S] = NONE
    track[at.AGREED] += 1
    return raised


@_compiled
def _gap(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    is_on = not (track[at.IS_OFF] or move[at.MOVE_IS_OFF] or track[at.SEGMENT] == NONE)
    near = far = 0
    if is_on:
        near = min(track[at.PROGRESS_MM], move[at.MOVE_PROGRESS_MM])
        far = max(track[at.PROGRESS_MM], move[at.MOVE_PROGRESS_MM])
        margin_mm = policy[at.POLICY_COVERED_MARGIN_MM]
        if _within(p, plan, 0, near + margin_mm, far - margin_mm):
            return 0
    dt_s = move[at.MOVE_DT_S]
    track[at.BLIND_S] += max(0, dt_s - policy[at.POLICY_FRESH_S])
    if dt_s <= policy[at.POLICY_GAP_S]:
        return 0
    raised = mask.GAP_LONG if dt_s > policy[at.POLICY_GAP_LONG_S] else mask.GAP
    way_mm = far - near if is_on else move[at.MOVE_STEP_MM]
    left_s = dt_s - way_mm // policy[at.POLICY_GAP_SPEED_MM_S]
    if left_s > policy[at.POLICY_UNSEEN_STOP_S] and not (is_on and _within(p, plan, 1, near, far)):
        raised |= mask.UNSEEN_STOP
    return raised


@_compiled
def _frozen(policy: Integers, track: Integers, move: Integers) -> int:
    is_driving = move[at.MOVE_SPEED_M_H] > policy[at.POLICY_FROZEN_SPEED_M_H]
    is_same = (
        track[at.LAST_S] != NONE
        and move[at.MOVE_LAT_E7] == track[at.LAT_E7]
        and move[at.MOVE_LON_E7] == track[at.LON_E7]
    )
    if is_same and track[at.FROZEN] and is_driving:
        track[at.FROZEN] += 1
    else:
        if track[at.FROZEN] >= policy[at.POLICY_FROZEN]:
            still_s = track[at.LAST_S] - track[at.FROZEN_SINCE_S]
            track[at.BLIND_S] += max(0, still_s - policy[at.POLICY_FRESH_S])
        track[at.FROZEN] = int(is_driving)
        track[at.FROZEN_SINCE_S] = move[at.MOVE_AT_S]
    if track[at.FROZEN] < policy[at.POLICY_FROZEN]:
        track[at.NOW] &= ~mask.FROZEN
        return 0
    is_long = track[at.FROZEN] >= policy[at.POLICY_FROZEN_LONG]
    return _raise(track, mask.FROZEN | (mask.FROZEN_LONG if is_long else 0))


@_compiled
def _still(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    progress_mm = move[at.MOVE_PROGRESS_MM]
    is_still = (
        track[at.LAST_S] != NONE
        and move[at.MOVE_STEP_MM] < policy[at.POLICY_STOP_MM]
        and move[at.MOVE_DT_S] <= policy[at.POLICY_STOP_APART_S]
        and (move[at.MOVE_IS_OFF] or not _within(p, plan, 1, progress_mm, progress_mm))
    )
    if not is_still:
        track[at.STILL_SINCE_S] = NONE
    elif track[at.STILL_SINCE_S] == NONE:
        track[at.STILL_SINCE_S] = track[at.LAST_S]
    still_s = move[at.MOVE_AT_S] - track[at.STILL_SINCE_S]
    if is_still and still_s > policy[at.POLICY_STOP_S]:
        return _raise(track, mask.STOPPED)
    track[at.NOW] &= ~mask.STOPPED
    return 0


@_compiled
def _behind(policy: Integers, track: Integers, move: Integers) -> int:
    if move[at.MOVE_IS_OFF]:
        return 0
    if _is_behind(policy, track, move):
        return _raise(track, mask.TURNED_BACK)
    track[at.NOW] &= ~mask.TURNED_BACK
    return 0


@_compiled
def _strayed(policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    width = plan[at.PLAN_BUFFER_MM]
    more = min(max(move[at.MOVE_DISTANCE_MM] - width, -width), STEPS * width)
    track[at.STRAYED_MM] = max(0, track[at.STRAYED_MM] + more)
    if not track[at.STRAYED_MM]:
        track[at.NOW] &= ~mask.STRAYING
        return 0
    is_gone = track[at.STRAYED_MM] > policy[at.POLICY_STRAYED_MAX_BUFFERS] * width
    if is_gone and move[at.MOVE_IS_OFF] and track[at.IS_OFF]:
        _red_from(track, track[at.LAST_S])
        return _raise(track, mask.STRAYING | mask.OFF_CORRIDOR)
    return _raise(track, mask.STRAYING)


@_compiled
def _marks(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    if move[at.MOVE_IS_OFF]:
        return 0
    raised, progress_mm = 0, move[at.MOVE_PROGRESS_MM]
    for n in range(plan[at.PLAN_MARK] + track[at.NEXT_MARK], plan[at.PLAN_MARK_END]):
        at_mm = p.marks[n, at.MARK_AT_MM]
        if progress_mm < at_mm - policy[at.POLICY_MARK_MM]:
            break
        if move[at.MOVE_AT_S] > p.marks[n, at.MARK_UNTIL_S]:
            raised |= mask.CHECKPOINT_LATE
        if track[at.IS_OFF] and progress_mm > at_mm + policy[at.POLICY_BYPASS_MM]:
            raised |= mask.CHECKPOINT_PASSED_BY
        track[at.NEXT_MARK] += 1
    return _raise(track, raised)


@_compiled
def _beside(p: Packed, policy: Integers, plan: Integers, track: Integers, move: Integers) -> int:
    at_s = move[at.MOVE_AT_S]
    skew_s = abs(at_s - track[at.BESIDE_S])
    if track[at.BESIDE_S] == NONE or skew_s > policy[at.POLICY_PAIR_FAR_S]:
        track[at.APART], track[at.FAR_SINCE_S] = 0, NONE
        track[at.NOW] &= ~mask.PAIR_APART
        return 0
    apart_mm = _apart_mm(p, plan, move, track[at.BESIDE_LAT_E7], track[at.BESIDE_LON_E7])
    driven_mm = policy[at.POLICY_GAP_SPEED_MM_S] * skew_s
    is_apart = apart_mm > policy[at.POLICY_PAIR_MM] + driven_mm
    track[at.APART] = track[at.APART] + 1 if is_apart else 0
    if apart_mm <= policy[at.POLICY_PAIR_FAR_MM] + driven_mm:
        track[at.FAR_SINCE_S] = NONE
    elif track[at.FAR_SINCE_S] == NONE:
        track[at.FAR_SINCE_S] = at_s
    if track[at.APART] < policy[at.POLICY_PAIR_SAMPLES]:
        track[at.NOW] &= ~mask.PAIR_APART
        return 0
    far_s = at_s - track[at.FAR_SINCE_S]
    is_lost = track[at.FAR_SINCE_S] != NONE and far_s >= policy[at.POLICY_PAIR_FAR_S]
    return _raise(track, mask.PAIR_APART | (mask.PAIR_LOST if is_lost else 0))


@_compiled
def _take(policy: Integers, track: Integers, fix: Integers, move: Integers) -> int:
    """Read a fix into a move; return what it raises, or NONE if it is to be stepped by."""
    at_s = fix[at.FIX_AT_S]
    is_beside = fix[at.FIX_SOURCE] == _BESIDE
    if at_s > fix[at.FIX_RECORDED_S] + policy[at.POLICY_CLOCK_AHEAD_S]:
        return 0 if is_beside else _raise(track, mask.CLOCK_AHEAD)
    if is_beside:
        if at_s > track[at.BESIDE_S]:
            track[at.BESIDE_S] = at_s
            track[at.BESIDE_LAT_E7] = fix[at.FIX_LAT_E7]
            track[at.BESIDE_LON_E7] = fix[at.FIX_LON_E7]
        return 0
    if at_s <= max(track[at.LAST_S], track[at.CANDIDATE_S]):
        return 0
    move[at.MOVE_AT_S], move[at.MOVE_SPEED_M_H] = at_s, fix[at.FIX_SPEED_M_H]
    move[at.MOVE_LAT_E7], move[at.MOVE_LON_E7] = fix[at.FIX_LAT_E7], fix[at.FIX_LON_E7]
    return NONE


@_compiled
def _fold(p: Packed, tracks: Integers, batch: _Batch, move: Integers) -> None:
    for n in range(len(batch.fixes)):
        trip = batch.trip_index[n]
        policy = p.policies[p.trips[trip, at.TRIP_POLICY]]
        plan = p.plans[p.trips[trip, at.TRIP_PLAN]]
        raised = _take(policy, tracks[trip], batch.fixes[n], move)
        if raised == NONE:
            raised = _step(p, policy, plan, tracks[trip], move)
        batch.out[n] = raised


@_compiled
def _match_all(p: Packed, last: Integers, batch: _Batch, move: Integers) -> None:
    for n in range(len(batch.fixes)):
        move[at.MOVE_LAT_E7] = batch.fixes[n, at.FIX_LAT_E7]
        move[at.MOVE_LON_E7] = batch.fixes[n, at.FIX_LON_E7]
        _match(p, p.plans[p.trips[batch.trip_index[n], at.TRIP_PLAN]], last[n], move)
        for column in range(3):
            batch.out[n, column] = move[column]
