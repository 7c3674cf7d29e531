"""When a vessel calls, as her papers say it."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec

YEARS = range(1900, 2200)  # what papers can be about; anything else is a slip


def time_of(text: str | None, *, zone: timezone) -> datetime | None:
    """Return a time as sent, taken in `zone` where it names none; None if it is not to be read."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in YEARS:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def is_before(
    at: datetime, arrival: datetime | None, *, lead: timedelta = timedelta()
) -> bool | None:
    """Whether something was done before arrival by at least `lead`; None if nobody said when."""
    return None if arrival is None else at <= arrival - lead


class Voyage(msgspec.Struct, frozen=True, gc=False):
    """A ship on a voyage, and the port of the call, as somebody's paper names them."""

    voyage: str | None = None
    imo: str | None = None
    vessel: str | None = None
    port: str | None = None  # UN/LOCODE or name


def is_same_call(one: Voyage, other: Voyage) -> bool:
    """Whether two papers surely speak of one call: same voyage of the same ship at the same port.

    Ships are told apart by IMO number where both give one, else by name; a call sign alone tells no
    ship that the other paper knows. A port that one of them leaves out is no difference.
    """
    voyage = _bare(one.voyage)
    if not voyage or voyage != _bare(other.voyage):
        return False
    if one.imo and other.imo:
        is_ship = _bare(one.imo) == _bare(other.imo)
    else:
        is_ship = bool(one.vessel) and _words(one.vessel) == _words(other.vessel)
    ports = {_bare(port) for port in (one.port, other.port) if port}
    return is_ship and len(ports) < 2


def _bare(text: str | None) -> str:
    return "".join((text or "").upper().split())


def _words(text: str | None) -> str:
    return " ".join((text or "").upper().split())
