"""What a draft becomes: prepared, checked, approved by another, handed over, answered, amended.

The steps are on record and the state is worked out from them. A step names the one before it that
its author saw, so that two people never act on the same step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import Function


class FilingState(Enum):
    """How a draft stands."""

    ABSENT = "absent"
    DRAFT = "draft"
    CHECKED = "checked"
    AWAITING_APPROVAL = "awaiting-approval"
    APPROVED = "approved"
    HANDED_OVER = "handed-over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    AMENDED = "amended"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


class FilingAct(Enum):
    """What is done to a draft."""

    CHANGE = "changed"  # the first one makes it
    CHECK = "checked"
    SUBMIT = "submitted"
    SEND_BACK = "sent-back"
    APPROVE = "approved"
    HAND_OVER = "handed-over"
    ACCEPT = "accepted"  # what the recipient answered
    REFUSE = "refused"
    AMEND = "amendment-begun"
    REPLACE = "replacement-begun"
    CANCEL = "cancellation-begun"
    LET_STAND = "let-stand"  # the amendment is given up; what was accepted stands
    DROP = "dropped"


_S, _A = FilingState, FilingAct
_OPEN = (_S.DRAFT, _S.CHECKED, _S.AWAITING_APPROVAL, _S.REFUSED)
_STANDS = (_S.ACCEPTED, _S.AMENDED)

NEXT: dict[tuple[FilingState, FilingAct], FilingState] = {
    (_S.ABSENT, _A.CHANGE): _S.DRAFT,
    **{(state, _A.CHANGE): _S.DRAFT for state in _OPEN},
    (_S.DRAFT, _A.CHECK): _S.CHECKED,
    (_S.CHECKED, _A.CHECK): _S.CHECKED,
    (_S.REFUSED, _A.CHECK): _S.CHECKED,
    (_S.CHECKED, _A.SUBMIT): _S.AWAITING_APPROVAL,
    (_S.AWAITING_APPROVAL, _A.SEND_BACK): _S.DRAFT,
    (_S.AWAITING_APPROVAL, _A.APPROVE): _S.APPROVED,
    (_S.APPROVED, _A.HAND_OVER): _S.HANDED_OVER,
    (_S.HANDED_OVER, _A.ACCEPT): _S.ACCEPTED,  # or amended, or cancelled: by what was handed over
    (_S.HANDED_OVER, _A.REFUSE): _S.REFUSED,
    # While it is open it may be begun anew: another way, or from what was filed meanwhile.
    **{
        (state, act): _S.DRAFT
        for state in (*_STANDS, *_OPEN)
        for act in (_A.AMEND, _A.REPLACE, _A.CANCEL)
    },
    **{(state, _A.LET_STAND): _S.ACCEPTED for state in _OPEN},
    **{(state, _A.DROP): _S.DROPPED for state in _OPEN},
}  # an act missing here is refused: what was handed over is neither changed nor dropped

BEGINS = {
    _A.AMEND: Function.CHANGE,
    _A.REPLACE: Function.REPLACE,
    _A.CANCEL: Function.CANCEL,
}


def acts_into(state: FilingState) -> frozenset[FilingAct]:
    """Return the acts, one of which came last wherever a draft stands so."""
    # What was amended or cancelled was accepted: by what was handed over before.
    by = FilingState.ACCEPTED if state in (_S.AMENDED, _S.CANCELLED) else state
    return frozenset(act for (_, act), then in NEXT.items() if then is by)


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a draft: its number, what, by whom (subject id), when."""

    n: int
    act: FilingAct
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A version that left the firm, what it did to what was filed before, and what came of it."""

    n: int
    version: int
    function: Function
    at: datetime
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """How a draft stands after its steps."""

    state: FilingState = FilingState.ABSENT
    n: int = 0  # of the last step
    changes: tuple[int, ...] = ()  # the steps whose content counts
    function: Function = Function.ORIGINAL
    changed_by: str = ""
    # Who began, changed or submitted what leaves next. What stands was approved in its own time.
    prepared_by: frozenset[str] = frozenset()
    filed: tuple[HandedOver, ...] = ()

    @property
    def version(self) -> int:
        """The step that last changed its content."""
        return self.changes[-1] if self.changes else 0

    @property
    def stands(self) -> HandedOver | None:
        """What was accepted last and still stands."""
        last = self.accepted
        return last if last and last.function is not Function.CANCEL else None

    @property
    def accepted(self) -> HandedOver | None:
        """What was accepted last, be it a cancellation."""
        return next((one for one in reversed(self.filed) if one.accepted), None)


def life(steps: Iterable[Step]) -> Life:
    """Return how a draft stands; steps that could not follow raise, because they were refused."""
    found = Life()
    for step in steps:
        after = after_step(found, step)
        if isinstance(after, Finding):
            raise ValueError(f"step {step.n} ({step.act.value}) can't follow {found.state.value}")
        found = after
    return found


def after_step(before: Life, step: Step) -> Life | Finding:
    """Return how a draft stands after one more step, or why it can't be taken."""
    act = step.act
    then = NEXT.get((before.state, act))
    if then is None or _is_senseless(before, act):
        return Finding(
            "DRAFT-NOT-NOW",
            Severity.ERROR,
            Where("draft"),
            {"act": act.value, "state": before.state.value},
        )
    filed, function = before.filed, before.function
    if act in BEGINS:
        function = BEGINS[act]
    elif act is FilingAct.HAND_OVER:
        filed = (*filed, HandedOver(step.n, before.version, function, step.at))
    elif act in (FilingAct.ACCEPT, FilingAct.REFUSE):
        last = filed[-1]
        is_accepted = act is FilingAct.ACCEPT
        filed = (
            *filed[:-1],
            HandedOver(last.n, last.version, last.function, last.at, is_accepted),
        )
        then = _accepted(last.function) if is_accepted else then
    elif act is FilingAct.LET_STAND:
        function = before.stands.function if before.stands else function
        then = _accepted(function)
    changed = step.by if act is FilingAct.CHANGE else before.changed_by
    prepared = _prepared(before, step)
    return Life(then, step.n, _changes(before, step), function, changed, prepared, filed)


def _prepared(before: Life, step: Step) -> frozenset[str]:
    if step.act in BEGINS and before.state in _STANDS:
        return frozenset({step.by})
    if step.act in BEGINS or step.act in (FilingAct.CHANGE, FilingAct.SUBMIT):
        return before.prepared_by | {step.by}
    return before.prepared_by


def _changes(before: Life, step: Step) -> tuple[int, ...]:
    if step.act is FilingAct.CHANGE:
        return (*before.changes, step.n)
    if step.act is FilingAct.LET_STAND and before.stands is not None:
        filed = before.stands.version
        return tuple(n for n in before.changes if n <= filed)
    return before.changes


def _is_senseless(before: Life, act: FilingAct) -> bool:
    """What the table alone can't say: nothing to let stand, to amend, to drop, or to change."""
    has_filed = before.stands is not None
    if act is FilingAct.LET_STAND or act in BEGINS:
        return not has_filed
    if act is FilingAct.DROP:
        return has_filed
    return act is FilingAct.CHANGE and before.function is Function.CANCEL


def _accepted(function: Function) -> FilingState:
    return {
        Function.ORIGINAL: FilingState.ACCEPTED,
        Function.CANCEL: FilingState.CANCELLED,
    }.get(function, FilingState.AMENDED)
