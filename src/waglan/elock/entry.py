"""What stands in a trip's log, entry by entry, and in which order it is judged."""

from enum import Enum
from typing import Final, TypeAlias

import msgspec

from waglan.codes.position import Position
from waglan.elock.alarm import Alarm
from waglan.elock.frame import Frame, frame_at
from waglan.elock.track import Fix


class Channel(Enum):
    """How a device's messages came: `PLAIN` is an open line, on which anybody may speak."""

    MTLS = "mtls"
    PRIVATE = "private"
    PLAIN = "plain"


class Said(msgspec.Struct, frozen=True, gc=False):
    """What a lock said of itself at one time, by its model's table."""

    lock: str
    alarms: tuple[Alarm, ...]
    at: Position | None = None
    actor: str | None = None  # card, user or telephone, where it tells
    is_known: bool = True  # there is a table of its model
    is_encrypted: bool = False


class OrderKind(Enum):
    """What an officer allows, beforehand or on the spot."""

    OPEN = "open"  # by a person, who may be named
    INSPECT = "inspect"  # open, look, and seal again
    CUT = "cut"
    REPLACE = "replace"
    TRANSLOAD = "transload"
    ABORT = "abort"  # and go back
    LIST = "list"  # openings that were allowed before a network went; uses are told later


class Place(msgspec.Struct, frozen=True, gc=False):
    """A circle; the factors of its frame stand with it, so that nobody works them out again."""

    centre: Position
    radius_mm: int
    east: int
    north: int

    def holds(self, at: Position) -> bool:
        """Whether a place lies in it."""
        x, y = Frame(self.centre, self.east, self.north).plane(at)
        return x * x + y * y <= self.radius_mm * self.radius_mm


def circle(centre: Position, radius_mm: int) -> Place:
    """Return the circle around a place."""
    frame = frame_at(centre)
    return Place(centre, radius_mm, frame.east, frame.north)


class Order(msgspec.Struct, frozen=True, gc=False):
    """An officer's signed order; times are seconds since 1970 UTC."""

    kind: OrderKind
    officer: str
    lock: str
    from_s: int
    until_s: int
    reason: str
    place: Place | None = None  # None: anywhere
    actor: str | None = None  # None: anybody
    returned_by_s: int | None = None  # of a list: until then its uses are awaited


class Seal(msgspec.Struct, frozen=True, gc=False):
    """A seal period begins: which lock, and the number that was written down."""

    lock: str
    number: str
    officer: str | None = None  # None: the haulier's, at the start


class Unseal(msgspec.Struct, frozen=True, gc=False):
    """The seal period ended lawfully: at the end of a trip, or as an order had it."""

    lock: str
    officer: str


class Clearance(msgspec.Struct, frozen=True, gc=False):
    """An officer's signed word that what these entries say is explained; of others it is not."""

    officer: str
    entries: tuple[str, ...]
    reason: str


class Identity(Enum):
    """What the sessions of a device tell of who speaks."""

    CLONE = "clone"
    REGRESSION = "regression"
    EPOCH = "epoch"  # it registered anew: serials say nothing across the seam


class Heard(msgspec.Struct, frozen=True, gc=False):
    """Something of who speaks, with the two serials that it was told by."""

    identity: Identity
    device: str
    before: int | None = None
    after: int | None = None


class Missing(msgspec.Struct, frozen=True, gc=False):
    """Frames of a session that were counted and did not come, from the first to the last.

    Counted from the session's first frame, which is 0; the times are of those around them.
    """

    device: str
    session: str
    first: int
    last: int
    after_s: int
    before_s: int

    @property
    def name(self) -> str:
        """By what it is told to be filled or explained."""
        return f"{self.device} {self.session} {self.first}-{self.last}"


class Filled(msgspec.Struct, frozen=True, gc=False):
    """A hole that a backfill closed, or of which it is known why; `why` is empty for a backfill."""

    hole: str  # its name
    why: str = ""


class Passed(msgspec.Struct, frozen=True, gc=False):
    """A checkpoint's officer let the truck pass: which, of those along the way."""

    site: str
    officer: str


class Misread(msgspec.Struct, frozen=True, gc=False):
    """A device is read in one datum, and such devices were found to tell another.

    It was known when the trip was armed, and changes nothing about how it is read.
    """

    device: str
    read_as: str
    learned_as: str
    version: int  # of how it was found


What: TypeAlias = (
    Fix | Said | Order | Seal | Unseal | Clearance | Heard | Missing | Filled | Passed | Misread
)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of the log of a trip; `ref` names it, and so does whoever clears it."""

    ref: str
    at_s: int  # by its own clock; of an officer's act, when he signed it
    recorded_s: int
    ingest: int  # the order in which it was written down
    what: What
    session: str = ""
    serial: int = 0
    channel: Channel | None = None


NO_CLOCK_S: Final = 120


def in_order(entry: Entry) -> tuple[int, str, int, int]:
    """Return by what entries are sorted: their own time, or when they came if it is impossible."""
    at_s = min(entry.at_s, entry.recorded_s) if _is_ahead(entry) else entry.at_s
    return at_s, entry.session, entry.serial, entry.ingest


def _is_ahead(entry: Entry) -> bool:
    return entry.at_s > entry.recorded_s + NO_CLOCK_S
