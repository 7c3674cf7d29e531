"""Alarms of trips in an authority's control room: who sees them, and what is done about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.measured import figures_of
from waglan.elock.policy import Policy
from waglan.elock.reason import Outcome, Reason
from waglan.elock.watch import OPEN, WatchAct, WatchState
from waglan.elock.watch_act import WatchSheet
from waglan.elock.watch_group import WatchGroup, WatchMember, groups
from waglan.gateway.http.alarm_views import (
    AlarmAct,
    AlarmDoneView,
    AlarmPage,
    AlarmStepView,
    AlarmWholeView,
    AskedSeverity,
    AskedState,
    GroupView,
    ManyAlarmsAct,
    OneAlarmAct,
    SeenAlarm,
    WatchFiguresView,
    alarm_view,
    is_changed_by_time,
)
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import Limit, cut, read_cursor, spell_cursor
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.operations.act_on_alarm import Handled, Unhandled, act_on_alarm
from waglan.operations.act_on_alarms import act_on_alarms
from waglan.operations.judge_trip import judge_trip
from waglan.operations.note_verdict import watch_of_party
from waglan.parties.permission import Act
from waglan.store import Transaction, alarms, trips
from waglan.store.alarms import Alarm, Wanted

router = APIRouter(prefix="/v1", tags=["alarms"])

GROUPED_MAX: Final = 5_000  # alarms that are open at once, among which mass events are looked for
OPERATORS_MAX: Final = 1_000
DAYS_MAX: Final = 400
_LATE: Responses = {409: {"description": "The alarm stands otherwise by now: look at it again."}}
DONE: Responses = {**ERRORS, **_LATE}
_policy = msgspec.json.Decoder(Policy).decode


class _Place(msgspec.Struct, frozen=True):
    severity: Annotated[int, msgspec.Meta(ge=0, le=Outcome.RED.value)]
    number: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


@router.get("/alarms", response_model=AlarmPage, responses=ERRORS)
async def list_alarms(  # noqa: PLR0913 (each is a filter)
    visitor: TheVisitor,
    state: Annotated[AskedState, Query()] = AskedState.OPEN,
    severity: Annotated[AskedSeverity | None, Query()] = None,
    trip: Annotated[UUID | None, Query()] = None,
    mine: Annotated[bool, Query()] = False,
    alone: Annotated[bool, Query()] = False,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
) -> AlarmPage:
    """List your authority's alarms, RED first, and of those the oldest.

    `mine` are those assigned to you; `alone` leaves out those that are in a group.
    """
    visitor.must(Act.JUDGE_TRIP)
    place = None if after is None else read_cursor(after, _Place)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        grouped = _members(await _groups(tx, visitor, now))
        wanted = Wanted(
            now,
            _STATES[state],
            None if severity is None else Outcome[severity.value].value,
            trip,
            visitor.holder.subject if mine else None,
            [*grouped] if alone else [],
        )
        behind = None if place is None else (place.severity, place.number)
        found = await alarms.listed(tx, wanted, after=behind, at_most=limit + 1)
        page, last = cut(found, limit)
        await _looked(visitor, tx, "/v1/alarms", page)
        shown = [alarm_view(one, now, grouped.get(one.id)) for one in page]
    more = None if last is None else spell_cursor(_Place(last.severity, last.number))
    return AlarmPage(alarms=shown, next=more)


_STATES: Final[dict[AskedState, tuple[str, ...]]] = {
    **{one: (one.value,) for one in AskedState},
    AskedState.OPEN: tuple(one.value for one in OPEN if one is not WatchState.MUTED),
    AskedState.ALL: tuple(one.value for one in WatchState),
}


@router.get("/alarms/groups", response_model=list[GroupView], responses=ERRORS)
async def list_groups(visitor: TheVisitor) -> list[GroupView]:
    """List mass events among your open alarms: many trips, one passing reason, one time and place.

    A RED alarm is in none. What is done to a group is done to its alarms, as you saw them.
    """
    visitor.must(Act.JUDGE_TRIP)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        found = await _groups(tx, visitor, now)
        await _looked(visitor, tx, "/v1/alarms/groups", [one for _, some in found for one in some])
    return [
        GroupView(
            id=some[0].id,
            reason=group.reason.name,
            severity=group.severity.name,
            since=some[0].first_at,
            until=some[-1].first_at,
            trips=len({one.trip for one in some}),
            alarms=[
                SeenAlarm(alarm=one.id, version=one.version + is_changed_by_time(one, now))
                for one in some
            ],
        )
        for group, some in found
    ]


@router.get("/alarms/figures", response_model=WatchFiguresView, responses=ERRORS)
async def alarm_figures(
    visitor: TheVisitor,
    since: Annotated[AskedTime | None, Query()] = None,
    until: Annotated[AskedTime | None, Query()] = None,
    operators: Annotated[int, Query(ge=1, le=OPERATORS_MAX)] = 1,
) -> WatchFiguresView:
    """Count what your control room was shown, and how soon somebody looked at it.

    Without times: the last day. `operators` is how many were on duty, for the share of each hour.
    """
    visitor.must(Act.JUDGE_TRIP)
    now = visitor.kit.clock()
    until = (until or now).astimezone(UTC)
    since = since or until - timedelta(days=1)
    if not timedelta() < until - since <= timedelta(days=DAYS_MAX):
        where = Where("query.since")
        raise misunderstood(Finding("HTTP-ALARM-TIME", Severity.ERROR, where, {"days": DAYS_MAX}))
    async with visitor.transaction() as tx:
        found = await alarms.count(tx, since, until, now=now)
    turned_out = {str(name): int(n) for name, n in found.found_out}
    known = sum(turned_out.values())
    seconds = max(1, int((until - since).total_seconds()))
    return WatchFiguresView(
        since=since,
        until=until,
        operators=operators,
        open={Outcome(severity).name: int(n) for severity, n in found.open},
        shown=found.shown,
        never_shown=found.never_shown,
        seen=found.seen,
        seen_median_s=found.seen_median_s,
        seen_p90_s=found.seen_p90_s,
        found_out=turned_out,
        false_share=turned_out.get("false", 0) * 1000 // known if known else None,
        per_operator_hour=found.shown * 3_600_000 // (seconds * operators),
    )


@router.post("/alarms/acts", response_model=list[AlarmDoneView], responses=ERRORS)
async def act_on_many(new: ManyAlarmsAct, visitor: TheVisitor) -> list[AlarmDoneView]:
    """Do one thing about many alarms that you saw, as of a group; each one's answer is told.

    What has moved on meanwhile stays as it is, and so does RED.
    """
    visitor.must(Act.HANDLE_ALARM)
    by = (visitor.org, visitor.principal)
    seen = {one.alarm: one.version for one in new.alarms}
    async with visitor.transaction() as tx:
        now = visitor.kit.clock()
        done = await act_on_alarms(tx, by, seen, _sheet(new, 1), now=now)
        if done is None:
            raise absent("alarm")
        return [_done_view(one) for one in done]


@router.get("/alarms/{alarm}", response_model=AlarmWholeView, responses=ERRORS)
async def one_alarm(alarm: UUID, visitor: TheVisitor) -> AlarmWholeView:
    """Show an alarm with its rule's figures, its evidence, and what was done about it.

    The trip is judged anew for it: `outcome` is how it stands now.
    """
    visitor.must(Act.JUDGE_TRIP)
    vault, now = visitor.kit.keys.vault, visitor.kit.clock()
    async with visitor.transaction() as tx:
        one = await alarms.by_id(tx, alarm)
        if one is None:
            raise absent("alarm")
        kept = await trips.by_id(tx, one.trip)
        judged = await judge_trip(tx, vault, visitor.org, one.trip, now=now)
        written = None if kept is None else await trips.own_policy(tx, kept.number)
        if judged is None or written is None:
            raise absent("alarm")
        policy = _policy(written)
        grouped = _members(await _groups(tx, visitor, now))
        done = await alarms.steps(tx, one.number)
        await _looked(visitor, tx, "/v1/alarms", [one])
    reason = Reason[one.reason]
    refs = set(one.entries).union(
        *[why.entries for why in judged.verdict.reasons if why.reason is reason]
    )
    log = msgspec.json.decode(judged.bundle, type=_Logged).log
    return AlarmWholeView(
        **alarm_view(one, now, grouped.get(one.id)).model_dump(),
        policy=policy.version,
        figures=figures_of(policy, reason),
        evidence=[entry for entry in log if entry.get("ref") in refs],
        steps=[
            AlarmStepView(n=step.n, act=step.act, state=step.state, why=step.why,
                          at=step.recorded_at, by=step.by, said=msgspec.json.decode(step.said))
            for step in done
        ],
        outcome=judged.verdict.outcome.name,
        is_standing=any(why.reason is reason for why in judged.verdict.reasons),
    )  # fmt: skip


class _Logged(msgspec.Struct):
    log: list[dict[str, Any]]


@router.post("/alarms/{alarm}/acts", status_code=201, response_model=AlarmDoneView, responses=DONE)
async def act_on_one(alarm: UUID, new: OneAlarmAct, visitor: TheVisitor) -> AlarmDoneView:
    """Acknowledge, assign, mute, unmute or close an alarm; again changes nothing.

    Of two who do it at once, one is told that it has moved on. RED is not muted, and closed only
    once a signed clearance has ended it, or the trip is over: closing never changes the verdict.
    """
    visitor.must(Act.HANDLE_ALARM)
    by = (visitor.org, visitor.principal)
    async with visitor.transaction() as tx:
        now = visitor.kit.clock()
        done = await act_on_alarm(tx, by, alarm, _sheet(new, new.version), now=now)
        if done is None:
            raise absent("alarm")
        if isinstance(done, Unhandled):
            if done.is_late:
                late = Finding("HTTP-ALARM-MOVED-ON", Severity.ERROR, Where("act"), {})
                raise Problem(409, late, findings=done.findings)
            refused = Finding("HTTP-ALARM-REFUSED", Severity.ERROR, Where("act"), {})
            raise Problem(422, refused, findings=done.findings)
        return _done_view(done)


def _sheet(new: AlarmAct, version: int) -> WatchSheet:
    return WatchSheet(
        new.id,
        WatchAct(new.act.value),
        version,
        new.words,
        new.assignee,
        new.until,
        new.found_out,
        tuple(new.entries),
        tuple(new.papers),
    )


def _done_view(done: Handled | Unhandled) -> AlarmDoneView:
    if isinstance(done, Unhandled):
        codes = [one.code for one in done.findings]
        return AlarmDoneView(
            alarm=done.alarm, is_done=False, state=None, version=None, findings=codes
        )
    state, version = done.state.value, done.version
    return AlarmDoneView(alarm=done.alarm, is_done=True, state=state, version=version, findings=[])


async def _groups(
    tx: Transaction, visitor: Visitor, now: datetime
) -> list[tuple[WatchGroup, list[Alarm]]]:
    """Return the mass events among the open alarms, muted ones too, each with its alarms."""
    found = dict[int, Alarm]()
    for severity in (Outcome.UNPROVEN, Outcome.AMBER):
        wanted = Wanted(now, [one.value for one in OPEN], severity.value)
        for one in await alarms.listed(tx, wanted, after=None, at_most=GROUPED_MAX):
            found[one.number] = one
    figures = watch_of_party(visitor.principal.org)
    members = [
        WatchMember(
            int(one.first_at.timestamp()), one.number, str(one.trip), Reason[one.reason], one.at
        )
        for one in found.values()
    ]
    return [
        (group, [found[member.id] for member in group.members])
        for group in groups(figures, members)
    ]


def _members(found: list[tuple[WatchGroup, list[Alarm]]]) -> dict[UUID, UUID]:
    return {one.id: some[0].id for _, some in found for one in some}


async def _looked(visitor: Visitor, tx: Transaction, asked: str, seen: Sequence[Alarm]) -> None:
    keys = dict.fromkeys(str(one.trip) for one in seen)
    await visitor.looked_at(tx, asked, "trip", [*keys])
