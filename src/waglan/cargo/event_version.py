"""What becomes of an event, given what its sender told under that id before.

As in DCSA's Track & Trace: of two events with one id the one that was updated later counts, and an
event that is retracted is as if it had not been told. Nothing is changed: what was told is taken
back by one more row, and told anew.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from waglan.cargo.event_row import RowState
from waglan.codes.finding import Finding, Severity, Where


class EventVersion(msgspec.Struct, frozen=True, gc=False):
    """What is told, or stands, under an id."""

    sha256: bytes  # of what is told, in whatever form it came
    updated_at: datetime | None
    is_retracted: bool = False
    before: Sequence[bytes] = ()  # of all that was told under the id until then


class Step(msgspec.Struct, frozen=True, gc=False):
    """What is to be done with a row: take it, and take back what stood; or why not."""

    state: RowState
    takes_back: bool = False
    finding: Finding | None = None


_NEW = Step(RowState.TAKEN)
_KNOWN = Step(RowState.KNOWN)
_INSTEAD = Step(RowState.TAKEN, takes_back=True)


def step(new: EventVersion, stands: EventVersion | None, where: Where) -> Step:
    """Return what a row does to what stands under its id; `where` is the place of that id."""
    if stands is None:
        return (
            _refused(Finding("EVENT-NOTHING-TO-RETRACT", Severity.ERROR, where, {}))
            if new.is_retracted
            else _NEW
        )
    is_again = not new.is_retracted and new.sha256 in stands.before
    if is_again and not _is_later(new.updated_at, stands.updated_at):
        return _KNOWN  # it was sent again: what came after it stands
    if new.is_retracted or stands.is_retracted:
        if new.is_retracted and stands.is_retracted:
            return _KNOWN
        if new.is_retracted:
            return _INSTEAD
        return _refused(Finding("EVENT-ID-RETRACTED", Severity.ERROR, where, {}))
    if new.sha256 == stands.sha256:
        return _KNOWN
    if _is_later(new.updated_at, stands.updated_at):
        return _INSTEAD
    return _refused(Finding("EVENT-ID-TAKEN", Severity.ERROR, where, {}))


def _is_later(new: datetime | None, stands: datetime | None) -> bool:
    """Whether a version surely is the later one; where nobody said, it is not."""
    return new is not None and (stands is None or new > stands)


def _refused(finding: Finding) -> Step:
    return Step(RowState.REFUSED, finding=finding)
