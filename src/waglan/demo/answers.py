"""What the HTTP interface answers, as far as the demo day reads it; unknown members are let by."""

from datetime import datetime

import msgspec


class FindingSeen(msgspec.Struct, frozen=True):
    """One thing wrong, in the reader's language."""

    code: str
    severity: str
    problem: str = ""
    remedy: str = ""


class ProblemSeen(msgspec.Struct, frozen=True):
    """Why a request was not done (RFC 9457)."""

    title: str
    status: int
    code: str = ""
    detail: str = ""
    findings: tuple[FindingSeen, ...] = ()


class AnswerSeen(msgspec.Struct, frozen=True):
    """An answer to a message that waits to be fetched."""

    kind: str
    href: str


class MessageSeen(msgspec.Struct, frozen=True):
    """A message and what became of it."""

    id: str
    state: str
    findings: tuple[FindingSeen, ...] = ()


class WhoSeen(msgspec.Struct, frozen=True):
    """The holder of a token."""

    party: str


class TableSeen(msgspec.Struct, frozen=True):
    """A published table."""

    sha256: str


class ColleagueSeen(msgspec.Struct, frozen=True):
    """One more person's first token."""

    secret: str


class OfficerSeen(msgspec.Struct, frozen=True):
    """Who the registered key belongs to."""

    officer: str


class OrderSeen(msgspec.Struct, frozen=True):
    """A standing order that was taken."""

    order_id: str


class CallSeen(msgspec.Struct, frozen=True):
    """Where a call's bills stand with customs, counted by the server from its own events."""

    bills: int
    decided_before_arrival: int
    by_status: dict[str, int]
    undecided: int
    served: int
    # Since filing: the median and the 95th percentile; empty while nothing is decided.
    seconds_to_decision: tuple[float, ...]
    arrives_at: datetime | None = None


class ManifestSeen(msgspec.Struct, frozen=True):
    """One version of a manifest."""

    id: str
    document: str
    version: int


class ManifestsSeen(msgspec.Struct, frozen=True):
    """Manifests, newest first."""

    manifests: tuple[ManifestSeen, ...]


class BillSeen(msgspec.Struct, frozen=True):
    """A bill as an officer sees it."""

    number: str
    status: str | None = None


class BillsSeen(msgspec.Struct, frozen=True):
    """A page of a manifest's bills, and the cursor to go on with."""

    bills: tuple[BillSeen, ...]
    next: int | None


class BillAtDesk(msgspec.Struct, frozen=True):
    """A bill as an act names it."""

    filer: str
    number: str
    parent: str
    version: int


class DoneSeen(msgspec.Struct, frozen=True):
    """What came of an officer's act."""

    act: str
    done: int
    notices: int | None = None


class EventSeen(msgspec.Struct, frozen=True):
    """One event; it has no number for the moment before the log has taken it in."""

    seq: int | None


class TrackedSeen(msgspec.Struct, frozen=True):
    """What a key names, with what happened to it."""

    events: tuple[EventSeen, ...]


class TrackSeen(msgspec.Struct, frozen=True):
    """Everything that a key names."""

    found: tuple[TrackedSeen, ...]
