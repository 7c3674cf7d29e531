"""One row of a batch of events: a movement under an id of its sender's own, or the end of one."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

import msgspec

from waglan.cargo.movement import Conveyance, Movement
from waglan.codes.finding import Finding, Severity, Where

ID_CHARACTERS_MAX = 500  # DCSA Track & Trace 3.0, eventID


NO_CALL = Conveyance()  # one for all rows that name none


class EventPlaces(NamedTuple):
    """Where a form has what is found wrong beside the form itself."""

    box: str
    at: str
    updated_at: str
    id: str
    code: str
    author: str = ""


PLAIN_PLACES = EventPlaces("/box", "/at", "/updated_at", "/id", "/code")


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """One row as it was read; with an ERROR among its findings, nothing of it is to be taken."""

    row: int  # counted from 1
    id: str = ""  # unique among all that its sender ever tells; empty if it could not be read
    movement: Movement | None = None  # None: what was told under this id is taken back
    call: Conveyance = NO_CALL
    told_by: str | None = None  # whom the row itself names as its author
    happened_at: datetime | None = None  # the movement's time, with its zone or Hong Kong's
    version_at: datetime | None = None  # of two with one id the later one counts
    findings: tuple[Finding, ...] = ()
    places: EventPlaces = PLAIN_PLACES

    def where(self, path: str) -> Where:
        """Return a place in this row."""
        return Where(path, line=self.row)

    @property
    def is_wrong(self) -> bool:
        """Whether nothing of it is to be taken."""
        return bool(self.findings) and any(
            found.severity is Severity.ERROR for found in self.findings
        )


def told_once(
    rows: Sequence[EventRow], wrong: Sequence[tuple[Finding, ...]]
) -> list[tuple[Finding, ...]]:
    """Refuse an id that a right row before has too: which of them counts can't be known.

    `wrong` says why nothing of a row may be taken; it comes back with what is found here.
    """
    seen: set[str] = set()
    found = list[tuple[Finding, ...]]()
    for row, why in zip(rows, wrong, strict=True):
        if not why and row.id in seen:
            where = row.where(row.places.id)
            found.append((Finding("EVENT-ID-TWICE", Severity.ERROR, where, {}),))
            continue
        if not why:
            seen.add(row.id)
        found.append(why)
    return found


class RowState(Enum):
    """What became of a row."""

    __hash__ = object.__hash__  # as in `codes.event`

    TAKEN = "taken"
    KNOWN = "known"  # the same was told under this id before
    REFUSED = "refused"
    LEFT = "left"  # right, but the batch was to be taken whole or not at all


class EventFate(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of one row, and why."""

    row: int
    id: str
    state: RowState
    findings: tuple[Finding, ...] = ()
