"""The verdict's arithmetic over many trips at once: the same integers as the reference.

A batch that has several fixes of a trip is cut into rounds. Each function is one of the
reference's, over a column for each trip; what it does to a track, it does where a mask says so.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waglan.codes.position import LONGITUDE_MAX_E7
from waglan.elock.frame import SHIFT
from waglan.elock.kernel import columns as at
from waglan.elock.kernel import mask
from waglan.elock.kernel.packed import Integers, Packed, checked
from waglan.elock.kernel.reference import AHEAD, FAR_MM, RECEDING
from waglan.elock.policy import STEPS
from waglan.elock.track import NONE

_Where = NDArray[np.bool_]
_FULL_TURN_E7: Final = 2 * LONGITUDE_MAX_E7
_ROOT_MAX: Final = 3_037_000_499  # of what 64 bits hold
_BESIDE: Final = 1  # a fix's source
_BEYOND: Final = (1 << 63) - 1  # no square is so large


class _Trips(NamedTuple):
    """A column for each trip of a round."""

    packed: Packed
    policy: Integers
    plan: Integers
    track: Integers
    fix: Integers

    def only(self, where: _Where) -> "_Trips":
        """Return copies of the columns of some."""
        return _Trips(self.packed, *(one[:, where] for one in self[1:]))


class _Move(NamedTuple):
    distance_mm: Integers
    segment: Integers
    progress_mm: Integers
    step_mm: Integers
    dt_s: Integers
    is_off: _Where

    def only(self, where: _Where) -> "_Move":
        """Return the moves of some."""
        distance_mm, segment, progress_mm, step_mm, dt_s = (one[where] for one in self[:5])
        return _Move(distance_mm, segment, progress_mm, step_mm, dt_s, self.is_off[where])


def fold(
    packed: Packed, tracks: Integers, trip_index: Integers, fixes: Integers, out: Integers
) -> None:
    """Take a batch of fixes into the tracks of their trips, in order.

    `out` is told what each raises, as the reference's step returns it.
    """
    if not checked(packed, tracks, trip_index, fixes, out):
        return
    order = np.argsort(trip_index, kind="stable")
    sorted_ = trip_index[order]
    starts = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]])
    nth = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    by_round = order[np.argsort(nth, kind="stable")]
    for now in np.split(by_round, np.cumsum(np.bincount(nth))[:-1]):
        rows = trip_index[now]
        policy = packed.policies[packed.trips[rows, at.TRIP_POLICY]].T
        plan = packed.plans[packed.trips[rows, at.TRIP_PLAN]].T
        trips = _Trips(packed, policy, plan, tracks[rows].T.copy(), fixes[now].T)
        out[now] = _round(trips)
        tracks[rows] = trips.track.T


def isqrt(numbers: Integers) -> Integers:
    """Return whole square roots: a float's estimate, which is off by one at most, put right."""
    root = np.minimum(np.sqrt(numbers.astype(np.float64)).astype(np.int64), _ROOT_MAX)
    root -= root * root > numbers
    root += numbers - root * root >= 2 * root + 1
    return root


def match(packed: Packed, last: Integers, fixes: Integers) -> Integers:
    """Return each trip's nearest point to its fix: distance, segment and progress, in rows."""
    plan = packed.plans[packed.trips[:, at.TRIP_PLAN]].T
    policy = packed.policies[packed.trips[:, at.TRIP_POLICY]].T
    track = np.zeros((at.AGREED + 1, len(fixes)), dtype=np.int64)
    track[at.SEGMENT] = last
    return np.stack(_match(_Trips(packed, policy, plan, track, fixes.T)), axis=1)


def _plane(
    p: Packed, frame: Integers, lat_e7: Integers, lon_e7: Integers
) -> tuple[Integers, Integers]:
    turn = lon_e7 - p.frames[frame, at.FRAME_LON_E7] + LONGITUDE_MAX_E7
    east_e7 = turn % _FULL_TURN_E7 - LONGITUDE_MAX_E7
    north_e7 = lat_e7 - p.frames[frame, at.FRAME_LAT_E7]
    x = east_e7 * p.frames[frame, at.FRAME_EAST] >> SHIFT
    return x, north_e7 * p.frames[frame, at.FRAME_NORTH] >> SHIFT


def _near(p: Packed, n: Integers, lat_e7: Integers, lon_e7: Integers) -> tuple[Integers, Integers]:
    way = p.segments[n].T
    x, y = _plane(p, way[at.SEGMENT_FRAME], lat_e7, lon_e7)
    ex = np.clip(x - way[at.SEGMENT_X], -FAR_MM, FAR_MM)
    ey = np.clip(y - way[at.SEGMENT_Y], -FAR_MM, FAR_MM)
    dx, dy, length_mm = way[at.SEGMENT_DX], way[at.SEGMENT_DY], way[at.SEGMENT_LENGTH_MM]
    along = ex * dx + ey * dy
    is_before, is_past = along <= 0, along >= way[at.SEGMENT_SQUARED]
    beside = abs(ex * dy - ey * dx) // length_mm
    beside[is_before | is_past] = 0
    fx, fy = ex - is_past * dx, ey - is_past * dy
    squared = np.where(is_before | is_past, fx * fx + fy * fy, beside * beside)
    return squared, np.where(is_before, 0, np.where(is_past, length_mm, along // length_mm))


def _match(trips: _Trips) -> tuple[Integers, Integers, Integers]:
    p, plan, last = trips.packed, trips.plan, trips.track[at.SEGMENT]
    first, within = plan[at.PLAN_SEGMENT], plan[at.PLAN_BUFFER_MM] ** 2
    if (last >= plan[at.PLAN_SEGMENT_END] - first).any():
        raise IndexError("a track names a segment that its plan lacks")
    best = np.full(last.shape, _BEYOND)
    found, along = first.copy(), np.zeros_like(best)
    _ahead(trips, np.flatnonzero(last != NONE), (best, found, along))
    for one in np.flatnonzero((last == NONE) | (best > within)):
        every = np.arange(first[one], plan[at.PLAN_SEGMENT_END][one])
        lat_e7, lon_e7 = trips.fix[at.FIX_LAT_E7][one], trips.fix[at.FIX_LON_E7][one]
        squared, far = _near(p, every, lat_e7, lon_e7)
        n = squared.argmin()  # the first of equals
        best[one], found[one], along[one] = squared[n], every[n], far[n]
    progress_mm = p.segments[found, at.SEGMENT_START_MM] + along
    return isqrt(best), found - first, progress_mm


def _ahead(trips: _Trips, who: NDArray[np.intp], found: tuple[Integers, ...]) -> None:
    """Tell `found` the nearest of the segments that are looked at: its square, which, how far."""
    best, segment, along = found
    plan = trips.plan[:, who]
    begin = plan[at.PLAN_SEGMENT] + np.maximum(0, trips.track[at.SEGMENT][who] - 1)
    end = np.minimum(begin + AHEAD, plan[at.PLAN_SEGMENT_END])
    within = plan[at.PLAN_BUFFER_MM] ** 2
    lat_e7, lon_e7 = trips.fix[at.FIX_LAT_E7][who], trips.fix[at.FIX_LON_E7][who]
    receding = np.zeros_like(begin)
    open_ = np.arange(len(who))
    for further in range(AHEAD):
        n = begin[open_] + further
        squared, far = _near(trips.packed, n, lat_e7[open_], lon_e7[open_])
        is_nearer = squared < best[who[open_]]
        nearer = who[open_[is_nearer]]
        best[nearer], segment[nearer] = squared[is_nearer], n[is_nearer]
        along[nearer] = far[is_nearer]
        receding[open_] = np.where(is_nearer, 0, receding[open_] + 1)
        is_found = (receding[open_] >= RECEDING) & (best[who[open_]] <= within[open_])
        open_ = open_[~is_found & (n + 1 < end[open_])]
        if not len(open_):
            return


def _apart_mm(trips: _Trips, segment: Integers, lat_e7: Integers, lon_e7: Integers) -> Integers:
    p, fix = trips.packed, trips.fix
    frame = p.segments[trips.plan[at.PLAN_SEGMENT] + segment, at.SEGMENT_FRAME]
    x, y = _plane(p, frame, lat_e7, lon_e7)
    to_x, to_y = _plane(p, frame, fix[at.FIX_LAT_E7], fix[at.FIX_LON_E7])
    ex, ey = np.clip(to_x - x, -FAR_MM, FAR_MM), np.clip(to_y - y, -FAR_MM, FAR_MM)
    return isqrt(ex * ex + ey * ey)


def _within(trips: _Trips, is_stop_zone: int, from_mm: Integers, to_mm: Integers) -> _Where:
    """Where all that lies between is in one stretch of that kind."""
    p, plan = trips.packed, trips.plan
    found = np.zeros(from_mm.shape, dtype=np.bool_)
    n, end = plan[at.PLAN_STRETCH].copy(), plan[at.PLAN_STRETCH_END]
    while (open_ := np.flatnonzero(~found & (n < end))).size:
        one = p.stretches[n[open_]].T
        is_in = (one[at.STRETCH_FROM_MM] <= from_mm[open_]) & (
            to_mm[open_] <= one[at.STRETCH_TO_MM]
        )
        found[open_] = is_in & (one[at.STRETCH_IS_STOP_ZONE] == is_stop_zone)
        n[open_] += 1
    return found


def _raise(track: Integers, bits: Integers) -> Integers:
    new: Integers = bits & ~track[at.NOW]
    track[at.NOW] |= bits
    track[at.SEEN] |= bits
    return new


def _let_go(track: Integers, bits: int, where: _Where) -> None:
    track[at.NOW] &= ~np.where(where, bits, 0)


def _red_from(track: Integers, at_s: Integers, where: _Where) -> None:
    red_from_s = track[at.RED_FROM_S]
    is_earlier = where & ((red_from_s == NONE) | (at_s < red_from_s))
    track[at.RED_FROM_S] = np.where(is_earlier, at_s, red_from_s)


def _round(trips: _Trips) -> Integers:
    """Take a fix of each trip into its track; return what each raises."""
    track, fix = trips.track, trips.fix
    at_s, is_beside = fix[at.FIX_AT_S], fix[at.FIX_SOURCE] == _BESIDE
    is_ahead = at_s > fix[at.FIX_RECORDED_S] + trips.policy[at.POLICY_CLOCK_AHEAD_S]
    raised = _raise(track, np.where(is_ahead & ~is_beside, mask.CLOCK_AHEAD, 0))
    is_newer = is_beside & ~is_ahead & (at_s > track[at.BESIDE_S])
    for column, told in (
        (at.BESIDE_S, at.FIX_AT_S),
        (at.BESIDE_LAT_E7, at.FIX_LAT_E7),
        (at.BESIDE_LON_E7, at.FIX_LON_E7),
    ):
        track[column] = np.where(is_newer, fix[told], track[column])
    is_late = at_s <= np.maximum(track[at.LAST_S], track[at.CANDIDATE_S])
    where = ~is_ahead & ~is_beside & ~is_late
    if where.any():
        some = trips.only(where)
        raised[where] = _step(some)
        track[:, where] = some.track
    return raised


def _step(trips: _Trips) -> Integers:
    track, policy, at_s = trips.track, trips.policy, trips.fix[at.FIX_AT_S]
    track[at.NOW] &= ~mask.CLOCK_AHEAD
    distance_mm, segment, progress_mm = _match(trips)
    is_off = distance_mm > trips.plan[at.PLAN_BUFFER_MM]
    is_first = track[at.LAST_S] == NONE
    step_mm = _apart_mm(trips, segment, track[at.LAT_E7], track[at.LON_E7])
    dt_s = at_s - track[at.LAST_S]
    move = _Move(distance_mm, segment, progress_mm, step_mm, dt_s, is_off)
    is_odd = ~is_first & ~_is_feasible(trips, move)
    is_confirmed = is_odd & (track[at.CANDIDATE_S] != NONE) & _fits_candidate(trips, segment)
    is_candidate = is_odd & ~is_confirmed
    for column, told in (
        (at.CANDIDATE_S, at.FIX_AT_S),
        (at.CANDIDATE_LAT_E7, at.FIX_LAT_E7),
        (at.CANDIDATE_LON_E7, at.FIX_LON_E7),
    ):
        track[column] = np.where(is_candidate, trips.fix[told], track[column])
    raised = _raise(track, np.where(is_candidate, mask.OUTLIER, 0))
    is_anew = is_confirmed & (track[at.AGREED] < 2)
    is_moved = is_confirmed & ~is_anew
    dt_s[is_moved] = (track[at.CANDIDATE_S] - track[at.LAST_S])[is_moved]
    is_behind = ~is_off & (track[at.IS_OFF] == 0) & _is_behind(trips, progress_mm)
    is_gap = dt_s > policy[at.POLICY_GAP_S]
    red = np.where(is_behind, mask.REPLAYED, np.where(is_gap, mask.TOO_FAR, mask.JUMPED))
    _red_from(track, track[at.CANDIDATE_S], is_moved)
    raised |= _raise(track, np.where(is_moved, red, 0))
    _forget(track, is_anew)
    step_mm[is_first | is_anew] = 0
    dt_s[is_first | is_anew] = 0
    agreed = ~is_candidate
    if agreed.any():
        some = trips.only(agreed)
        raised[agreed] |= _agree(some, move.only(agreed))
        track[:, agreed] = some.track
    return raised


def _forget(track: Integers, where: _Where) -> None:
    for column in (at.LAST_S, at.SEGMENT):
        track[column][where] = NONE
    for column in (at.AGREED, at.PROGRESS_MM, at.HIGH_MM, at.STRAYED_MM, at.IS_OFF):
        track[column][where] = 0
    _let_go(track, mask.STRAYING, where)


def _is_feasible(trips: _Trips, move: _Move) -> _Where:
    track, policy = trips.track, trips.policy
    since_s = trips.fix[at.FIX_AT_S] - track[at.FROZEN_SINCE_S]
    is_frozen = track[at.FROZEN] >= policy[at.POLICY_FROZEN]
    dt_s = np.where(is_frozen, since_s, move.dt_s)
    most = policy[at.POLICY_SPEED_MAX_MM_S] * dt_s + policy[at.POLICY_SLACK_MM]
    driven = abs(move.progress_mm - track[at.PROGRESS_MM])
    is_apart = (track[at.IS_OFF] != 0) | (track[at.SEGMENT] == NONE) | move.is_off
    is_on_the_way = driven <= most + 2 * trips.plan[at.PLAN_BUFFER_MM]
    is_near: _Where = move.step_mm <= most
    is_near &= is_apart | is_on_the_way
    return is_near


def _fits_candidate(trips: _Trips, segment: Integers) -> _Where:
    track, policy = trips.track, trips.policy
    apart = _apart_mm(trips, segment, track[at.CANDIDATE_LAT_E7], track[at.CANDIDATE_LON_E7])
    dt_s = trips.fix[at.FIX_AT_S] - track[at.CANDIDATE_S]
    fits: _Where = apart <= policy[at.POLICY_SPEED_MAX_MM_S] * dt_s + policy[at.POLICY_SLACK_MM]
    return fits


def _is_behind(trips: _Trips, progress_mm: Integers) -> _Where:
    least_mm = trips.track[at.HIGH_MM] - trips.policy[at.POLICY_TURN_BACK_MM]
    is_behind: _Where = progress_mm < least_mm
    return is_behind


def _agree(trips: _Trips, move: _Move) -> Integers:
    track, fix = trips.track, trips.fix
    track[at.NOW] &= ~mask.OUTLIER
    raised = _gap(trips, move)
    raised |= _frozen(trips)
    raised |= _still(trips, move)
    raised |= _behind(trips, move)
    raised |= _strayed(trips, move)
    raised |= _marks(trips, move)
    raised |= _beside(trips, move)
    track[at.SEGMENT] = np.where(move.is_off, track[at.SEGMENT], move.segment)
    track[at.PROGRESS_MM] = np.where(move.is_off, track[at.PROGRESS_MM], move.progress_mm)
    highest = np.maximum(track[at.HIGH_MM], track[at.PROGRESS_MM])
    track[at.HIGH_MM] = np.where(move.is_off, track[at.HIGH_MM], highest)
    track[at.IS_OFF] = move.is_off
    track[at.LAST_S] = fix[at.FIX_AT_S]
    track[at.LAT_E7], track[at.LON_E7] = fix[at.FIX_LAT_E7], fix[at.FIX_LON_E7]
    track[at.CANDIDATE_S] = NONE
    track[at.AGREED] += 1
    return raised


def _gap(trips: _Trips, move: _Move) -> Integers:
    track, policy = trips.track, trips.policy
    is_on = ~((track[at.IS_OFF] != 0) | move.is_off | (track[at.SEGMENT] == NONE))
    near = np.where(is_on, np.minimum(track[at.PROGRESS_MM], move.progress_mm), 0)
    far = np.where(is_on, np.maximum(track[at.PROGRESS_MM], move.progress_mm), 0)
    margin_mm = policy[at.POLICY_COVERED_MARGIN_MM]
    is_covered = is_on & _within(trips, 0, near + margin_mm, far - margin_mm)
    is_open = (track[at.LAST_S] != NONE) & ~is_covered
    blind_s = np.maximum(0, move.dt_s - policy[at.POLICY_FRESH_S])
    track[at.BLIND_S] += np.where(is_open, blind_s, 0)
    is_long = move.dt_s > policy[at.POLICY_GAP_LONG_S]
    way_mm = np.where(is_on, far - near, move.step_mm)
    left_s = move.dt_s - way_mm // policy[at.POLICY_GAP_SPEED_MM_S]
    is_unseen = left_s > policy[at.POLICY_UNSEEN_STOP_S]
    is_unseen &= ~(is_on & _within(trips, 1, near, far))
    raised = np.where(is_long, mask.GAP_LONG, mask.GAP) | np.where(is_unseen, mask.UNSEEN_STOP, 0)
    return np.where(is_open & (move.dt_s > policy[at.POLICY_GAP_S]), raised, 0)


def _frozen(trips: _Trips) -> Integers:
    track, policy, fix = trips.track, trips.policy, trips.fix
    frozen, least = track[at.FROZEN], policy[at.POLICY_FROZEN]
    is_driving = fix[at.FIX_SPEED_M_H] > policy[at.POLICY_FROZEN_SPEED_M_H]
    is_same = (
        (track[at.LAST_S] != NONE)
        & (fix[at.FIX_LAT_E7] == track[at.LAT_E7])
        & (fix[at.FIX_LON_E7] == track[at.LON_E7])
    )
    is_more = is_same & (frozen != 0) & is_driving
    still_s = track[at.LAST_S] - track[at.FROZEN_SINCE_S] - policy[at.POLICY_FRESH_S]
    track[at.BLIND_S] += np.where(~is_more & (frozen >= least), np.maximum(0, still_s), 0)
    track[at.FROZEN] = np.where(is_more, frozen + 1, is_driving)
    track[at.FROZEN_SINCE_S] = np.where(is_more, track[at.FROZEN_SINCE_S], fix[at.FIX_AT_S])
    is_frozen = track[at.FROZEN] >= least
    _let_go(track, mask.FROZEN, ~is_frozen)
    is_long = track[at.FROZEN] >= policy[at.POLICY_FROZEN_LONG]
    bits = np.where(is_long, mask.FROZEN | mask.FROZEN_LONG, mask.FROZEN)
    return _raise(track, np.where(is_frozen, bits, 0))


def _still(trips: _Trips, move: _Move) -> Integers:
    track, policy, at_s = trips.track, trips.policy, trips.fix[at.FIX_AT_S]
    is_still = (
        (track[at.LAST_S] != NONE)
        & (move.step_mm < policy[at.POLICY_STOP_MM])
        & (move.dt_s <= policy[at.POLICY_STOP_APART_S])
        & (move.is_off | ~_within(trips, 1, move.progress_mm, move.progress_mm))
    )
    since_s = track[at.STILL_SINCE_S]
    since_s = np.where(since_s == NONE, track[at.LAST_S], since_s)
    track[at.STILL_SINCE_S] = np.where(is_still, since_s, NONE)
    is_stopped = is_still & (at_s - track[at.STILL_SINCE_S] > policy[at.POLICY_STOP_S])
    _let_go(track, mask.STOPPED, ~is_stopped)
    return _raise(track, np.where(is_stopped, mask.STOPPED, 0))


def _behind(trips: _Trips, move: _Move) -> Integers:
    is_behind = _is_behind(trips, move.progress_mm)
    _let_go(trips.track, mask.TURNED_BACK, ~move.is_off & ~is_behind)
    return _raise(trips.track, np.where(~move.is_off & is_behind, mask.TURNED_BACK, 0))


def _strayed(trips: _Trips, move: _Move) -> Integers:
    track, width = trips.track, trips.plan[at.PLAN_BUFFER_MM]
    more = np.minimum(np.maximum(move.distance_mm - width, -width), STEPS * width)
    track[at.STRAYED_MM] = np.maximum(0, track[at.STRAYED_MM] + more)
    strayed = track[at.STRAYED_MM]
    _let_go(track, mask.STRAYING, strayed == 0)
    is_gone = strayed > trips.policy[at.POLICY_STRAYED_MAX_BUFFERS] * width
    is_gone &= (strayed != 0) & move.is_off & (track[at.IS_OFF] != 0)
    _red_from(track, track[at.LAST_S], is_gone)
    bits = np.where(is_gone, mask.STRAYING | mask.OFF_CORRIDOR, mask.STRAYING)
    return _raise(track, np.where(strayed != 0, bits, 0))


def _marks(trips: _Trips, move: _Move) -> Integers:
    track, policy, plan = trips.track, trips.policy, trips.plan
    raised = np.zeros_like(move.progress_mm)
    open_ = np.flatnonzero(~move.is_off)
    while open_.size:
        n = plan[at.PLAN_MARK][open_] + track[at.NEXT_MARK][open_]
        open_ = open_[is_there := n < plan[at.PLAN_MARK_END][open_]]
        mark, progress_mm = trips.packed.marks[n[is_there]].T, move.progress_mm[open_]
        is_come = progress_mm >= mark[at.MARK_AT_MM] - policy[at.POLICY_MARK_MM][open_]
        open_, progress_mm, mark = open_[is_come], progress_mm[is_come], mark[:, is_come]
        is_late = trips.fix[at.FIX_AT_S][open_] > mark[at.MARK_UNTIL_S]
        is_past = progress_mm > mark[at.MARK_AT_MM] + policy[at.POLICY_BYPASS_MM][open_]
        is_past &= track[at.IS_OFF][open_] != 0
        raised[open_] |= np.where(is_late, mask.CHECKPOINT_LATE, 0)
        raised[open_] |= np.where(is_past, mask.CHECKPOINT_PASSED_BY, 0)
        track[at.NEXT_MARK][open_] += 1
    return _raise(track, raised)


def _beside(trips: _Trips, move: _Move) -> Integers:
    track, policy, at_s = trips.track, trips.policy, trips.fix[at.FIX_AT_S]
    skew_s = abs(at_s - track[at.BESIDE_S])
    is_there = (track[at.BESIDE_S] != NONE) & (skew_s <= policy[at.POLICY_PAIR_FAR_S])
    apart_mm = _apart_mm(trips, move.segment, track[at.BESIDE_LAT_E7], track[at.BESIDE_LON_E7])
    driven_mm = policy[at.POLICY_GAP_SPEED_MM_S] * skew_s
    is_apart = is_there & (apart_mm > policy[at.POLICY_PAIR_MM] + driven_mm)
    track[at.APART] = np.where(is_apart, track[at.APART] + 1, 0)
    is_far = is_there & (apart_mm > policy[at.POLICY_PAIR_FAR_MM] + driven_mm)
    since_s = np.where(track[at.FAR_SINCE_S] == NONE, at_s, track[at.FAR_SINCE_S])
    track[at.FAR_SINCE_S] = np.where(is_far, since_s, NONE)
    is_told = is_there & (track[at.APART] >= policy[at.POLICY_PAIR_SAMPLES])
    _let_go(track, mask.PAIR_APART, ~is_told)
    is_lost = is_far & (at_s - track[at.FAR_SINCE_S] >= policy[at.POLICY_PAIR_FAR_S])
    bits = np.where(is_lost, mask.PAIR_APART | mask.PAIR_LOST, mask.PAIR_APART)
    return _raise(track, np.where(is_told, bits, 0))
