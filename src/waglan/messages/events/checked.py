"""What every row is asked, in whatever form it came: is this a box, is this a time."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import TypeAlias

from msgspec import structs

from waglan.cargo.event_row import EventPlaces
from waglan.cargo.movement import Movement
from waglan.codes.calendar import HONG_KONG
from waglan.codes.container import is_right, read
from waglan.codes.finding import Finding, Severity, Where

SHOWN_CHARACTERS_MAX = 70
_EDGES = (MINYEAR, MAXYEAR)  # where a zone leads out of the calendar


Checked: TypeAlias = "tuple[datetime | None, datetime | None, tuple[Finding, ...]]"


def checked(
    row: int, movement: Movement | None, updated_at: str | None, pointers: EventPlaces
) -> Checked:
    """Return a row's time and its version's, and what is wrong with them and with its box."""
    found: tuple[Finding, ...] = ()
    happened_at = version_at = None
    if movement is not None:
        number = movement.box.number
        if not is_right(number):
            found = _box(row, pointers.box, number)
        happened_at = time_of_row(movement.happened_at)
        if happened_at is None:
            found += (_bad_time(row, pointers.at, movement.happened_at),)
    if updated_at is not None:
        version_at = time_of_row(updated_at)
        if version_at is None:
            found += (_bad_time(row, pointers.updated_at, updated_at),)
    return happened_at, version_at, found


def _box(row: int, path: str, number: str) -> tuple[Finding, ...]:
    if not number:
        return (missing(row, path[1:]),)
    # As at the quay: a number of another shape is told of too, for not every box is ISO's.
    found = read(number, Where(path, line=row))[1]
    return tuple([structs.replace(one, severity=Severity.NOTE) for one in found])


def time_of_row(text: str | None) -> datetime | None:
    """Return a day and time that the calendar has, with a zone of whole minutes; else None."""
    try:
        at = datetime.fromisoformat(text or "")
        if at.tzinfo is None:
            at = at.replace(tzinfo=HONG_KONG)
            if len(text or "") <= len("2027-05-03T"):
                return None
        if at.year in _EDGES:
            at.astimezone(UTC)
        zone = at.utcoffset()
    except (ValueError, OverflowError):
        return None
    return None if zone is None or zone.seconds % 60 or zone.microseconds else at


def _bad_time(row: int, path: str, text: str | None) -> Finding:
    shown = (text or "")[:SHOWN_CHARACTERS_MAX]
    return Finding("EVENT-TIME", Severity.ERROR, Where(path, line=row), {"text": shown})


def missing(row: int, name: str) -> Finding:
    """Find that a row does not say something without which nothing can be told."""
    where = Where(f"/{name}", line=row)
    return Finding("EVENT-FIELD-MISSING", Severity.ERROR, where, {"field": name})
