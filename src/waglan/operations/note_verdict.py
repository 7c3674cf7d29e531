"""A trip was judged for an authority: its control room's alarms are raised, counted and ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.elock.jurisdiction import jurisdictions
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.verdict import Verdict
from waglan.elock.watch import Turn, Watch, WatchAct, Watched, WatchState, watch
from waglan.logbook.event import Event
from waglan.store import Transaction, alarms, editions, events
from waglan.store.alarms import Alarm, AlarmStep
from waglan.store.trips import Judging, Kept

_watch = msgspec.json.Decoder(Watch).decode
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RAISE: Final = "raise"
_CODES: Final = {
    WatchState.RAISED: EventCode.ALARM_RAISED,
    WatchState.ACKNOWLEDGED: EventCode.ALARM_CAME_BACK,
    WatchState.ASSIGNED: EventCode.ALARM_CAME_BACK,
    WatchState.ENDED: EventCode.ALARM_ENDED,
}


@dataclass(frozen=True, slots=True)
class Noted:
    """What an authority's policy makes of a trip now, and where the truck was last."""

    authority: Judging
    verdict: Verdict
    at: Position | None = None


async def note_verdict(
    tx: Transaction, kept: Kept, noted: Noted, *, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Raise, count and end alarms by a verdict, in the transaction that keeps it.

    The role is the engine's, or the authority's own. The same verdict again changes nothing, and
    so does none that was left out between two.
    """
    authority = noted.authority
    figures = await watch_of(tx, authority, now=now)
    await alarms.hold(tx, kept.number, authority.org)
    since = now - timedelta(seconds=figures.return_s)
    known = await alarms.of_trip(tx, kept.number, authority.org, ended_since=since)
    turns = watch(figures, map(watched, known), noted.verdict, now_s=_seconds(now))
    by_number = {one.number: one for one in known}
    done = list[tuple[Alarm, Turn]]()
    for turn in turns:
        if turn.id is None:
            one = _new(kept, noted, turn, now, new_id())
            one = replace(one, number=await alarms.add(tx, kept.number, authority.org, one))
        else:
            one = by_number[turn.id] = turned(by_number[turn.id], turn, now)
            await alarms.turn(tx, one)
        done.append((one, turn))
    red_from = noted.verdict.red_from_s
    await keep_steps(tx, authority, done, now=now, red_from_s=red_from)


async def keep_steps(
    tx: Transaction,
    authority: Judging,
    done: Sequence[tuple[Alarm, Turn]],
    *,
    now: datetime,
    red_from_s: int | None = None,
) -> None:
    """Write down what became of alarms, each with its event if it is to be seen."""
    told = [_event(authority, one, turn, now, red_from_s) for one, turn in done]
    ids = iter(await events.append(tx, [event for event in told if event is not None]))
    for (one, turn), event in zip(done, told, strict=True):
        act = turn.act.value if turn.act else _RAISE
        event_id = None if event is None else next(ids)
        new = AlarmStep(one.version, act, one.state, one.why, now, event_id=event_id)
        await alarms.add_step(tx, one.number, authority.org, new)


async def watch_of(tx: Transaction, authority: Judging, *, now: datetime) -> Watch:
    """Return by what figures an authority's control room is kept quiet."""
    published = await editions.watch_of(tx, authority.jurisdiction, now)
    if published is not None:
        return _watch(published)
    found = jurisdictions().get(authority.jurisdiction)
    return Watch() if found is None else found.watch


def watch_of_party(party: PartyId) -> Watch:
    """Return the figures of the control room of an authority."""
    own = [one for one in jurisdictions().values() if one.policy.authority == party]
    return own[0].watch if own else Watch()


def watched(one: Alarm) -> Watched:
    """Return an alarm as the core knows it."""
    return Watched(
        one.number,
        Reason[one.reason],
        WatchState(one.state),
        one.times,
        _seconds(one.due_at),
        None if one.ended_at is None else _seconds(one.ended_at),
        one.seen_at is not None,
        one.assignee is not None,
    )


def turned(one: Alarm, turn: Turn, now: datetime) -> Alarm:
    """Return an alarm after what the verdict or time made of it."""
    is_back = turn.act in _BACK
    entries = one.entries + tuple(ref for ref in turn.entries if ref not in one.entries)
    is_shown = turn.state in (WatchState.RAISED, WatchState.ACKNOWLEDGED, WatchState.ASSIGNED)
    is_over = turn.act is WatchAct.END
    return replace(
        one,
        state=turn.state.value,
        version=one.version + 1,
        times=turn.times,
        why=one.why if turn.why is None else turn.why.value,
        due_at=_time(turn.due_s) if is_back else one.due_at,
        entries=entries[-ENTRIES_KEPT:],
        shown_at=one.shown_at or (now if is_shown else None),
        ended_at=now if is_over else None if is_back else one.ended_at,
        muted_until=one.muted_until if turn.state is WatchState.MUTED else None,
    )


_BACK: Final = frozenset({WatchAct.RETURN, WatchAct.RETURN_SEEN, WatchAct.RETURN_ASSIGNED})
ENTRIES_KEPT: Final = 40


def _new(kept: Kept, noted: Noted, turn: Turn, now: datetime, id_: UUID) -> Alarm:
    is_shown = turn.state is WatchState.RAISED
    return Alarm(
        0,
        id_,
        kept.trip.id,
        turn.reason.name,
        WEIGHT[turn.reason].value,
        noted.at,
        now,
        turn.state.value,
        1,
        turn.times,
        turn.why.value if turn.why else None,
        _time(turn.due_s),
        turn.entries,
        shown_at=now if is_shown else None,
    )


def _event(
    authority: Judging, one: Alarm, turn: Turn, now: datetime, red_from_s: int | None
) -> Event | None:
    """Nobody is told of what is held, or was over before it was shown."""
    is_again = turn.act is WatchAct.EXPIRE
    code = EventCode.ALARM_SHOWN_AGAIN if is_again else _CODES.get(turn.state)
    if code is None:
        return None
    is_red = one.severity == Outcome.RED.value and turn.act is None
    happened = _time(red_from_s) if is_red and red_from_s is not None else now
    return alarm_event(code, authority, one, (happened, now))


def alarm_event(
    code: EventCode,
    authority: Judging,
    one: Alarm,
    times: tuple[datetime, datetime],
    more: Mapping[str, str] | None = None,
) -> Event:
    """Return what an authority, and nobody else, is told of an alarm; no words of persons."""
    happened_at, recorded_at = times
    said: dict[str, str | int] = {
        "alarm": str(one.id),
        "reason": one.reason,
        "severity": Outcome(one.severity).name,
        "state": one.state,
        "version": one.version,
        "times": one.times,
        **({"why": one.why} if one.why else {}),
        **(more or {}),
    }
    about = Key(KeyKind.TRIP, str(one.trip))
    return Event(code, about, authority.party, happened_at, recorded_at, said)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _time(at_s: int) -> datetime:
    return _EPOCH + timedelta(seconds=at_s)
