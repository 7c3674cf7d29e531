"""What the HTTP interface answers, as far as the demo day reads it; unknown members are let by."""

from datetime import datetime
from typing import TypeAlias

import msgspec

Value: TypeAlias = bool | int | str | list[str] | None


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
    filed_version: int
    status: str | None = None


class BillsAtDesk(msgspec.Struct, frozen=True):
    """The bills of a number."""

    bills: tuple[BillAtDesk, ...]


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


class CheckedSeen(msgspec.Struct, frozen=True):
    """What one manifest would be answered."""

    would_stand: bool
    findings: tuple[FindingSeen, ...]


class CheckSeen(msgspec.Struct, frozen=True):
    """A dry run: the findings of the file itself, and of each manifest in it."""

    manifests: tuple[CheckedSeen, ...]
    findings: tuple[FindingSeen, ...]

    @property
    def would_stand(self) -> bool:
        """Return whether the file would be accepted as it is."""
        return bool(self.manifests) and all(one.would_stand for one in self.manifests)

    @property
    def stopping(self) -> tuple[FindingSeen, ...]:
        """Return what stands against it."""
        told = (*self.findings, *(f for one in self.manifests for f in one.findings))
        return tuple(finding for finding in told if finding.severity == "error")


class SourceSeen(msgspec.Struct, frozen=True):
    """Who told a value, and in which kind of paper."""

    kind: str
    sender: str


class ClaimSeen(msgspec.Struct, frozen=True):
    """One thing that was told of a field; its number chooses it."""

    n: int
    value: Value
    source: SourceSeen


class FieldSeen(msgspec.Struct, frozen=True):
    """A field of a draft: what stands, and all that was told, the best first."""

    field: str
    value: Value
    conflict: bool
    losing: tuple[int, ...]
    told: tuple[ClaimSeen, ...]


class StepSeen(msgspec.Struct, frozen=True):
    """A step of a draft, and the message that it was filed as."""

    act: str
    message: str | None


class DraftSeen(msgspec.Struct, frozen=True):
    """A draft with all that was told."""

    id: str
    step: int
    state: str
    fields: tuple[FieldSeen, ...]
    steps: tuple[StepSeen, ...]


class DraftCheckSeen(msgspec.Struct, frozen=True):
    """What stands against filing a draft."""

    ready: bool
    findings: tuple[FindingSeen, ...]


class InvitedSeen(msgspec.Struct, frozen=True):
    """A colleague who was let in with a one-time link."""

    link: str


class LinkUsedSeen(msgspec.Struct, frozen=True):
    """Who has a password now."""

    login: str


class DifferenceSeen(msgspec.Struct, frozen=True):
    """One thing in which list and quay differ."""

    box: str
    finding: FindingSeen


class ListedSeen(msgspec.Struct, frozen=True):
    """A call's boxes: how many are listed, and told of by what happened to them."""

    listed: int
    told: dict[str, int]
    differences: tuple[DifferenceSeen, ...]


class StatusSeen(msgspec.Struct, frozen=True):
    """What customs has told of a bill, and the text that proves it."""

    bill: str
    text: str


class StatusesSeen(msgspec.Struct, frozen=True):
    """A status for each bill that was asked for."""

    found: tuple[StatusSeen, ...]


class DocumentSeen(msgspec.Struct, frozen=True):
    """A document that was handed in to a notice."""

    id: str


class AddresseeSeen(msgspec.Struct, frozen=True):
    """Whom a notice is for; without a party he must be told by other means."""

    capacity: str
    party: str | None


class NoticeSeen(msgspec.Struct, frozen=True):
    """A detention notice, with its addressees and the documents that one sees."""

    notice: str
    state: str
    version: int
    addressees: tuple[AddresseeSeen, ...] = ()
    documents: tuple[DocumentSeen, ...] = ()


class NoticesSeen(msgspec.Struct, frozen=True):
    """Notices, newest first."""

    notices: tuple[NoticeSeen, ...]


class LockSeen(msgspec.Struct, frozen=True):
    """A lock or tracker that was entered, or an installation of one."""

    id: str


class TripSeen(msgspec.Struct, frozen=True):
    """A trip under a lock, and how many acts of it there are."""

    id: str
    state: str
    version: int


class TripDoneSeen(msgspec.Struct, frozen=True):
    """Where a trip stands after an act."""

    state: str
    version: int


class ReasonSeen(msgspec.Struct, frozen=True):
    """Why a trip is not GREEN, and which entries of its log say so."""

    reason: str
    entries: tuple[str, ...] = ()


class VerdictSeen(msgspec.Struct, frozen=True):
    """What one authority's policy makes of a trip, and its worst outcome so far."""

    outcome: str
    worst: str
    reasons: tuple[ReasonSeen, ...] = ()
    quality: str = ""


class TruckSeen(msgspec.Struct, frozen=True):
    """What a checkpoint is to do with a truck."""

    answer: str
    verdict: VerdictSeen


class TripEventSeen(msgspec.Struct, frozen=True):
    """One event of a party's feed: what, and of which trip if it is of one."""

    code: str
    about: dict[str, str] = {}


class FeedSeen(msgspec.Struct, frozen=True):
    """A page of a party's feed."""

    events: tuple[TripEventSeen, ...]
    next: int
