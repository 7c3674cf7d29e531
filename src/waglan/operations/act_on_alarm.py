"""A person of a control room acknowledges, assigns, mutes or closes an alarm of his authority's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.trip import ENDED
from waglan.elock.watch import WatchAct, WatchState, due, watch_after
from waglan.elock.watch_act import WatchSheet, watch_faults
from waglan.logbook.canonical import canonical
from waglan.operations.do_trip_act import state_of
from waglan.operations.note_verdict import alarm_event, keep_steps, turned, watch_of, watched
from waglan.parties.role import Principal
from waglan.store import Transaction, alarms, events, people, trips
from waglan.store.alarms import Alarm, AlarmStep
from waglan.store.trips import Judging

_WHERE: Final = Where("act")
_CODES: Final = {
    WatchAct.ACKNOWLEDGE: EventCode.ALARM_ACKNOWLEDGED,
    WatchAct.ASSIGN: EventCode.ALARM_ASSIGNED,
    WatchAct.MUTE: EventCode.ALARM_MUTED,
    WatchAct.UNMUTE: EventCode.ALARM_SHOWN_AGAIN,
    WatchAct.CLOSE: EventCode.ALARM_CLOSED,
}
_LATE: Final = frozenset({"ALARM-MOVED-ON", "ALARM-NOT-LAWFUL"})


@dataclass(frozen=True, slots=True)
class Handled:
    """Where an alarm stands after an act, and how many steps of it there are."""

    alarm: UUID
    state: WatchState
    version: int


@dataclass(frozen=True, slots=True)
class Unhandled:
    """Why nothing was done about an alarm; `is_late` says that it stands otherwise than thought."""

    alarm: UUID
    findings: Sequence[Finding]

    @property
    def is_late(self) -> bool:
        """Whether it could have been done before, or may be later."""
        return any(one.code in _LATE for one in self.findings)


async def act_on_alarm(
    tx: Transaction,
    by: tuple[int, Principal],
    alarm: UUID,
    sheet: WatchSheet,
    *,
    now: datetime,
) -> Handled | Unhandled | None:
    """Do it and keep it with its event; the same again changes nothing. None: no such alarm.

    Of two who do something at once, one is told that the alarm has moved on. The verdict on the
    trip stays as it is, whatever is done here.
    """
    org, principal = by
    who = principal.accountable or principal.token
    one = await alarms.by_id(tx, alarm, to_change=True)
    if one is None:
        return None
    said = canonical(msgspec.json.decode(msgspec.json.encode(sheet), type=dict[str, Any]))
    for step in await alarms.steps(tx, one.number):
        if step.act_id == sheet.id:
            if (step.by, step.said) == (who, said):
                return Handled(alarm, WatchState(step.state), step.n)
            taken = Finding("ALARM-ACT-ID-TAKEN", Severity.ERROR, _WHERE, {"act": sheet.id})
            return Unhandled(alarm, [taken])
    kept = await trips.by_id(tx, one.trip)
    if kept is None:
        raise LookupError("an alarm of a trip that its authority does not judge")
    [authority] = [each for each in await trips.judging(tx, kept.number) if each.org == org]
    one = await _as_of(tx, authority, one, now)
    if sheet.version != one.version:
        moved_on = Finding(
            "ALARM-MOVED-ON",
            Severity.ERROR,
            _WHERE,
            {"saw": sheet.version, "version": one.version, "state": one.state},
        )
        return Unhandled(alarm, [moved_on])
    is_over = state_of(await trips.acts(tx, kept.number)) in ENDED
    figures = await watch_of(tx, authority, now=now)
    found = watch_faults(figures, watched(one), sheet, now=now, is_over=is_over)
    if sheet.assignee and not await people.here(tx, org, sheet.assignee, b""):
        where = Where("act/assignee")
        found.append(Finding("ALARM-NO-PERSON", Severity.ERROR, where, {"person": sheet.assignee}))
    if found:
        return Unhandled(alarm, found)
    one = _acted(one, sheet, now)
    event = alarm_event(_CODES[sheet.act], authority, one, (now, now), {"by": who, **_told(sheet)})
    [event_id] = await events.append(tx, [event])
    await alarms.act(tx, one)
    step = AlarmStep(one.version, sheet.act.value, one.state, one.why, now, said, sheet.id, who,
                     event_id)  # fmt: skip
    await alarms.add_step(tx, one.number, org, step)
    return Handled(alarm, WatchState(one.state), one.version)


async def _as_of(tx: Transaction, authority: Judging, one: Alarm, now: datetime) -> Alarm:
    """Write down first what time has made of an alarm."""
    muted_s = None if one.muted_until is None else int(one.muted_until.timestamp())
    turn = due(watched(one), now_s=int(now.timestamp()), muted_until_s=muted_s)
    if turn is None:
        return one
    one = turned(one, turn, now)
    await alarms.turn(tx, one)
    await keep_steps(tx, authority, [(one, turn)], now=now)
    return one


def _acted(one: Alarm, sheet: WatchSheet, now: datetime) -> Alarm:
    state = watch_after(WatchState(one.state), sheet.act)
    return replace(
        one,
        state=state.value,
        version=one.version + 1,
        seen_at=one.seen_at or now,
        assignee=sheet.assignee if sheet.act is WatchAct.ASSIGN else one.assignee,
        muted_until=sheet.until if state is WatchState.MUTED else None,
        found_out=sheet.found_out.value if sheet.found_out else one.found_out,
    )


def _told(sheet: WatchSheet) -> Mapping[str, str]:
    """What an act says, as far as it holds no words of a person's own."""
    told = {"assignee": sheet.assignee, "until": sheet.until and sheet.until.isoformat()}
    told["found_out"] = sheet.found_out.value if sheet.found_out else None
    return {name: text for name, text in told.items() if text}
