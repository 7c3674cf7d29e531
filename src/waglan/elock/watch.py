"""What a control room is shown of a verdict: one alarm for one trip, one authority and one reason.

An alarm is raised, counted when it comes back, and ended as the verdict has it; persons
acknowledge, assign, mute and close it. None of that changes the verdict: RED ends by a signed
clearance alone.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

import msgspec

from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.verdict import ENTRIES_MAX, Verdict

FIGURE_MAX: Final = 10**9


class WatchState(Enum):
    """Where an alarm stands."""

    HELD = "held"  # kept, and not shown before it has lasted
    PASSED = "passed"  # over before it was shown
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    MUTED = "muted"
    ENDED = "ended"  # its cause is gone, and nobody has said yet what it was
    CLOSED = "closed"


class WatchAct(Enum):
    """What becomes of an alarm: the first six by the verdict or time, the others by a person."""

    SHOW = "show"  # it has lasted, or came too often
    RETURN = "return"  # it came back shortly after its end, and nobody had looked at it
    RETURN_SEEN = "return seen"
    RETURN_ASSIGNED = "return assigned"
    END = "end"
    EXPIRE = "expire"  # its mute
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    MUTE = "mute"
    UNMUTE = "unmute"
    CLOSE = "close"


class FoundOut(Enum):
    """What an alarm turned out to be."""

    TRUE = "true"
    FALSE = "false"  # nothing was wrong, and it should not have been raised
    EXPLAINED = "explained"  # it was as it says, and there was a good reason for it
    UNCLEAR = "unclear"  # nobody found out


class WatchRefused(Exception):
    """The act is not lawful in this state; the message says which acts are."""


_S, _A = WatchState, WatchAct
_SHOWN: Final = (_S.RAISED, _S.ACKNOWLEDGED, _S.ASSIGNED)

NEXT: Final[dict[tuple[WatchState, WatchAct], WatchState]] = {
    (_S.HELD, _A.SHOW): _S.RAISED,
    (_S.HELD, _A.END): _S.PASSED,
    (_S.PASSED, _A.RETURN): _S.HELD,
    (_S.RAISED, _A.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    **{(state, _A.ASSIGN): _S.ASSIGNED for state in _SHOWN},
    **{(state, _A.MUTE): _S.MUTED for state in (*_SHOWN, _S.MUTED)},
    (_S.MUTED, _A.UNMUTE): _S.RAISED,
    (_S.MUTED, _A.EXPIRE): _S.RAISED,  # who muted it wanted to be asked again
    **{(state, _A.END): _S.ENDED for state in (*_SHOWN, _S.MUTED)},
    (_S.ENDED, _A.RETURN): _S.RAISED,
    (_S.ENDED, _A.RETURN_SEEN): _S.ACKNOWLEDGED,
    (_S.ENDED, _A.RETURN_ASSIGNED): _S.ASSIGNED,
    **{(state, _A.CLOSE): _S.CLOSED for state in (*_SHOWN, _S.MUTED, _S.ENDED)},
    (_S.CLOSED, _A.END): _S.CLOSED,  # so that it may be raised anew
}
OPEN: Final = frozenset({*_SHOWN, _S.MUTED})
OF_PERSONS: Final = frozenset({_A.ACKNOWLEDGE, _A.ASSIGN, _A.MUTE, _A.UNMUTE, _A.CLOSE})


def watch_after(state: WatchState, act: WatchAct) -> WatchState:
    """Return where an act leads; raise WatchRefused if it is not lawful there."""
    if (found := NEXT.get((state, act))) is None:
        lawful = sorted(one.value for at, one in NEXT if at is state)
        raise WatchRefused(f"an alarm that is {state.value} takes {', '.join(lawful) or 'nothing'}")
    return found


class Debounce(Enum):
    """Why an alarm is shown now, or is not."""

    AT_ONCE = "at once"  # RED waits for nothing
    HELD = "held"
    LASTED = "lasted"  # its hold-off is over and its cause still stands
    CAME_BACK = "came back"  # within so long of its end: the same alarm, counted
    OFTEN = "often"  # it never lasted, and came too often
    TOO_SHORT = "too short"  # it ended before its hold-off: kept, and not shown


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what a jurisdiction's control room is kept quiet; no figure holds for RED.

    Times in seconds, lengths in mm. The start values are this project's own.
    """

    amber_hold_s: int = 60  # that AMBER must last before it is shown
    unproven_hold_s: int = 120
    return_s: int = 600  # of its end, within which it is the same alarm
    often: int = 4  # times within which it may come and go unseen
    mute_max_s: int = 28_800
    group_s: int = 900  # between two alarms of one mass event
    group_mm: int = 5_000_000
    group_trips: int = 5  # from which on it is one

    def hold_s(self, reason: Reason) -> int:
        """Return how long a reason must stand before it is shown."""
        held = {Outcome.AMBER: self.amber_hold_s, Outcome.UNPROVEN: self.unproven_hold_s}
        return held.get(WEIGHT[reason], 0)


class Watched(msgspec.Struct, frozen=True):
    """An alarm as it stands; `id` is its maker's, times are seconds since 1970 UTC."""

    id: int
    reason: Reason
    state: WatchState
    times: int = 1  # that its cause came
    due_s: int = 0  # of a held one: when it has lasted
    ended_s: int | None = None  # its cause; None: it stands
    is_seen: bool = False
    is_assigned: bool = False


class Turn(msgspec.Struct, frozen=True):
    """What becomes of an alarm; without `id` it is a new one, and without `act` its first state."""

    id: int | None
    reason: Reason
    act: WatchAct | None
    state: WatchState
    why: Debounce | None
    times: int
    due_s: int = 0
    entries: tuple[str, ...] = ()


def watch(
    figures: Watch, known: Iterable[Watched], verdict: Verdict, *, now_s: int
) -> tuple[Turn, ...]:
    """Return what a verdict makes of a trip's alarms, those that came back last among them.

    A verdict that says the same again changes nothing, so it may be noted twice.
    """
    known, turns = list(known), list[Turn]()
    standing = {one.reason: one for one in known if one.ended_s is None}
    told = {why.reason: why.entries[-ENTRIES_MAX:] for why in verdict.reasons}
    for reason, one in standing.items():
        if reason not in told:
            turns.append(_ended(one))
        elif one.state is WatchState.HELD and now_s >= one.due_s:
            turns.append(_turn(one, WatchAct.SHOW, Debounce.LASTED))
    for reason, entries in told.items():
        if reason in standing:
            continue
        before = _come_back(figures, known, reason, now_s)
        if before is None:
            turns.append(_raised(figures, reason, entries, now_s))
        else:
            turns += _returned(figures, before, entries, now_s)
    return tuple(turns)


def due(one: Watched, *, now_s: int, muted_until_s: int | None = None) -> Turn | None:
    """Return what time alone makes of an alarm: it has lasted, or its mute is over."""
    if one.state is WatchState.HELD and now_s >= one.due_s:
        return _turn(one, WatchAct.SHOW, Debounce.LASTED)
    if one.state is WatchState.MUTED and muted_until_s is not None and now_s >= muted_until_s:
        return _turn(one, WatchAct.EXPIRE, None)
    return None


def _turn(one: Watched, act: WatchAct, why: Debounce | None) -> Turn:
    return Turn(one.id, one.reason, act, watch_after(one.state, act), why, one.times)


def _ended(one: Watched) -> Turn:
    why = Debounce.TOO_SHORT if one.state is WatchState.HELD else None
    return _turn(one, WatchAct.END, why)


def _raised(figures: Watch, reason: Reason, entries: tuple[str, ...], now_s: int) -> Turn:
    hold_s = figures.hold_s(reason)
    if hold_s:
        state, why = WatchState.HELD, Debounce.HELD
    else:
        state = WatchState.RAISED
        why = Debounce.AT_ONCE if WEIGHT[reason] is Outcome.RED else Debounce.LASTED
    return Turn(None, reason, None, state, why, 1, now_s + hold_s, entries)


def _come_back(
    figures: Watch, known: Sequence[Watched], reason: Reason, now_s: int
) -> Watched | None:
    """Return the alarm that a reason is again; RED is new each time, and so is what was closed."""
    if WEIGHT[reason] is Outcome.RED:
        return None
    before = [
        one
        for one in known
        if one.reason is reason and one.ended_s is not None
        if one.state in (WatchState.ENDED, WatchState.PASSED)
        if now_s - one.ended_s <= figures.return_s
    ]
    return max(before, key=lambda one: one.ended_s or 0, default=None)


def _returned(figures: Watch, one: Watched, entries: tuple[str, ...], now_s: int) -> list[Turn]:
    act = WatchAct.RETURN
    if one.state is WatchState.ENDED and one.is_assigned:
        act = WatchAct.RETURN_ASSIGNED
    elif one.state is WatchState.ENDED and one.is_seen:
        act = WatchAct.RETURN_SEEN
    state, times = watch_after(one.state, act), one.times + 1
    due_s = now_s + figures.hold_s(one.reason)
    back = Turn(one.id, one.reason, act, state, Debounce.CAME_BACK, times, due_s, entries)
    if state is WatchState.HELD and times >= figures.often:
        shown = watch_after(state, WatchAct.SHOW)
        return [back, Turn(one.id, one.reason, WatchAct.SHOW, shown, Debounce.OFTEN, times)]
    return [back]
