"""An alarm as a control room is shown it, and what is asked of it."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from waglan.elock.reason import Outcome
from waglan.elock.watch import FoundOut, WatchState
from waglan.elock.watch_act import ENTRIES_MAX, PAPERS_MAX, WORDS_MAX
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.paging import HASH
from waglan.store.alarms import Alarm

AT_ONCE_MAX: Final = 500
Hex = Annotated[str, Field(pattern=HASH)]
Ref = Annotated[str, Field(min_length=1, max_length=200)]


class AskedState(Enum):
    """How alarms that are asked for stand; `open` is what somebody may have to look at."""

    OPEN = "open"
    HELD = "held"
    PASSED = "passed"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    MUTED = "muted"
    ENDED = "ended"
    CLOSED = "closed"
    ALL = "all"


class AskedSeverity(Enum):
    """What an alarm's reason alone makes of a trip."""

    RED = "RED"
    UNPROVEN = "UNPROVEN"
    AMBER = "AMBER"


class PersonsAct(Enum):
    """What a person does about an alarm."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    MUTE = "mute"
    UNMUTE = "unmute"
    CLOSE = "close"


class AlarmAct(Asked):
    """What you do about an alarm; `id` is your own, and the same if you send it again.

    `assign` needs `assignee`, a person of your authority; `mute` needs `until` and `words`; `close`
    needs `found_out` and `words`. `entries` are of the trip's log, `papers` SHA-256 of what you
    looked at beside it. The verdict on the trip stays as it is: RED ends by a signed clearance.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    act: PersonsAct
    words: str = Field(default="", max_length=WORDS_MAX)
    assignee: str | None = Field(default=None, min_length=1, max_length=64)
    until: AskedTime | None = None
    found_out: FoundOut | None = None
    entries: list[Ref] = Field(default=[], max_length=ENTRIES_MAX)
    papers: list[Hex] = Field(default=[], max_length=PAPERS_MAX)


class OneAlarmAct(AlarmAct):
    """What you do about one alarm; `version` is how many steps of it you saw."""

    version: int = Field(ge=1, lt=1 << 31)


class SeenAlarm(Asked):
    """An alarm as you saw it."""

    alarm: UUID
    version: int = Field(ge=1, lt=1 << 31)


class ManyAlarmsAct(AlarmAct):
    """What you do about many alarms that you saw, as of a group; RED is looked at one by one."""

    alarms: list[SeenAlarm] = Field(min_length=1, max_length=AT_ONCE_MAX)


class AlarmView(BaseModel):
    """One reason of your authority's verdict on a trip, and what was done about it.

    `why` tells why it is shown now, or is not; `times` how often its cause came; `group` names the
    mass event that it belongs to, by that one's oldest alarm.
    """

    id: UUID
    trip: UUID
    reason: str
    severity: str
    state: str
    version: int
    times: int
    why: str | None
    first_at: datetime
    due_at: datetime
    shown_at: datetime | None
    seen_at: datetime | None
    ended_at: datetime | None
    assignee: str | None
    muted_until: datetime | None
    found_out: str | None
    lat_e7: int | None
    lon_e7: int | None
    group: UUID | None
    entries: list[str]


class AlarmPage(BaseModel):
    """Alarms, RED first and of those the oldest; `next` goes on, null on the last page."""

    alarms: list[AlarmView]
    next: str | None


class AlarmStepView(BaseModel):
    """What became of an alarm: by a person, or by the verdict and time where `by` is null."""

    n: int
    act: str
    state: str
    why: str | None
    at: datetime
    by: str | None
    said: dict[str, JsonValue]


class AlarmWholeView(AlarmView):
    """An alarm with its rule's figures, the entries that say so, and what was done about it.

    `outcome` is your verdict on the trip now, which nothing that is done here changes.
    """

    policy: str
    figures: dict[str, int]
    evidence: list[dict[str, JsonValue]]
    steps: list[AlarmStepView]
    outcome: str
    is_standing: bool


class GroupView(BaseModel):
    """One mass event: its oldest alarm names it; all its alarms are still in the list."""

    id: UUID
    reason: str
    severity: str
    since: datetime
    until: datetime
    trips: int
    alarms: list[SeenAlarm]


class AlarmDoneView(BaseModel):
    """Where an alarm stands after an act, or the codes of why nothing was done about it."""

    alarm: UUID
    is_done: bool
    state: str | None
    version: int | None
    findings: list[str]


class WatchFiguresView(BaseModel):
    """Whether a control room can keep up: its own alarms of a time, and those open now.

    `never_shown` were held off and passed. `false_share` is of those that were found out, in
    thousandths. `per_operator_hour` is in thousandths too.
    """

    since: datetime
    until: datetime
    operators: int
    open: dict[str, int]
    shown: int
    never_shown: int
    seen: int
    seen_median_s: int | None
    seen_p90_s: int | None
    found_out: dict[str, int]
    false_share: int | None
    per_operator_hour: int


def alarm_view(one: Alarm, now: datetime, group: UUID | None) -> AlarmView:
    """Return an alarm as it stands now, whether or not that was written down yet."""
    is_changed = is_changed_by_time(one, now)
    return AlarmView(
        id=one.id,
        trip=one.trip,
        reason=one.reason,
        severity=Outcome(one.severity).name,
        state=WatchState.RAISED.value if is_changed else one.state,
        version=one.version + is_changed,
        times=one.times,
        why=one.why,
        first_at=one.first_at,
        due_at=one.due_at,
        shown_at=one.shown_at,
        seen_at=one.seen_at,
        ended_at=one.ended_at,
        assignee=one.assignee,
        muted_until=one.muted_until,
        found_out=one.found_out,
        lat_e7=one.at.lat_e7 if one.at else None,
        lon_e7=one.at.lon_e7 if one.at else None,
        group=group,
        entries=list(one.entries),
    )


def is_changed_by_time(one: Alarm, now: datetime) -> bool:
    """Whether it is to be shown by now: that is its next step, written down or not."""
    is_due = one.state == WatchState.HELD.value and one.due_at <= now
    return is_due or (one.state == WatchState.MUTED.value and (one.muted_until or now) <= now)
