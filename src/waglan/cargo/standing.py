"""How one bill or manifest stands: worked out from what was told of it, never stored.

Reports come late, early, twice and out of order; what counts is the order of the quay. What nobody
said stays None. These fields of an event's body are read, and all may be missing:

    manifest.part-received                  assembly (text), part, of (numbers), round (number; 1)
    manifest.declared, bill.declared        manifest (text), version (number), function (text)
    manifest.cancelled, bill.withdrawn      version (number)
    bill.still-declared                     manifest (text)
    bill.declared-again                     nothing
    party.grant-given                       nothing
    manifest.refused                        findings (number)
    customs.status                          status (text)
    customs.notice-served                   notice, status (text), parts (let go: goods, container,
                                            packages of each), so_far (true: they are all that was
                                            let go; else what the notices before let go is added)
    customs.notice-addressed                kind (text)
    customs.notice-released-in-part         nothing
    customs.notice-ended                    how (text)
    customs.manifest-answered               notices (number)
    equipment.discharged and its like       movement (number)
    equipment.report-withdrawn              withdraws (number of a movement)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Generic, TypeVar

from msgspec.structs import replace

from waglan.cargo.movement import AHEAD_MAX
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.party import PartyId
from waglan.codes.raw import Raw
from waglan.logbook.canonical import canonical
from waglan.logbook.event import Event

T = TypeVar("T")

_DECLARED = (EventCode.MANIFEST_DECLARED, EventCode.BILL_DECLARED)
_TAKEN_BACK = (EventCode.MANIFEST_CANCELLED, EventCode.BILL_WITHDRAWN)
MOVES = frozenset(
    {
        EventCode.EQUIPMENT_DISCHARGED,
        EventCode.EQUIPMENT_LOADED,
        EventCode.EQUIPMENT_GATE_IN,
        EventCode.EQUIPMENT_GATE_OUT,
        EventCode.EQUIPMENT_STATUS,
    }
)
_STATUS = (EventCode.CUSTOMS_STATUS, EventCode.NOTICE_SERVED)
# Whom customs tells of a notice alone knows by it how the bill stands.
_BY_NOTICE = (EventCode.NOTICE_ADDRESSED, EventCode.NOTICE_EASED, EventCode.NOTICE_ENDED)
_NOTICED = {
    "documents": CustomsStatus.DOCUMENTS_ASKED,
    "detention": CustomsStatus.DETAINED,
    "inspection": CustomsStatus.INSPECT,
    "seize": CustomsStatus.SEIZED,
}
# Told of bills that somebody declared, also to whoever is not told of their declaration.
_OF_DECLARED = (EventCode.GRANT_GIVEN, EventCode.NOTICE_SERVED, EventCode.NOTICE_ADDRESSED)


class Declaration(Enum):
    """How far the declaration of it has come."""

    UNTOLD = "untold"  # nobody said anything of it
    NOT_SHOWN = "not-shown"  # the reader is told of a bill, but not how it is declared
    PARTS_AWAITED = "parts-awaited"  # nothing is declared before all parts are there
    REFUSED = "refused"  # and nothing stands declared
    DECLARED = "declared"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """Something that somebody said, and by which clocks."""

    what: T
    said_by: PartyId
    happened_at: datetime
    recorded_at: datetime

    def age(self, as_of: datetime) -> timedelta:
        """Return how long ago it happened; negative for what was told ahead of its hour."""
        return as_of - self.happened_at

    @property
    def delay(self) -> timedelta:
        """How long after it happened we were told; negative when told ahead."""
        return self.recorded_at - self.happened_at


@dataclass(frozen=True, slots=True)
class Version:
    """One version that was declared; None where the event does not say."""

    number: int | None
    function: str | None


@dataclass(frozen=True, slots=True)
class Parts:
    """`2 of 3 parts`: which numbers have come, of how many; None until the last one has come."""

    came: frozenset[int]
    of: int | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """A part of a bill that customs let go; None where the event does not say."""

    goods: int | None  # the number of a goods item
    container: str | None
    packages: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known, who said it and when; None is what nobody said to this reader."""

    declaration: Declaration
    declared: Told[Version] | None  # the first time
    versions: tuple[Told[Version], ...]  # each once, in the order of the quay
    cancelled: Told[int | None] | None  # by which version; only while no later one stands
    refused: Told[int | None] | None  # the last refusal: how many findings; told until mended
    parts: Told[Parts] | None  # of the assembly last heard of; said by who sent its last part
    customs: Told[CustomsStatus | Raw] | None  # Raw: a status that this Waglan does not know
    is_served: bool  # customs told its status; else it is decided, and officers alone see it
    cleared: tuple[Cleared, ...]  # of a partly cleared bill, as far as it was told
    answered: Told[int | None] | None  # of a manifest: of how many bills customs told the last time
    notices: tuple[Told[str | None], ...]  # served, by their numbers
    heard: Told[EventCode] | None  # what we were told last, whenever it happened
    timeline: tuple[Event, ...]  # each thing once, in the order of the quay
    moved: Told[EventCode] | None = (
        None  # of a box: where it is known to have been last, and nobody took it back
    )

    @property
    def nobody_said(self) -> tuple[str, ...]:
        """Names of what is unknown, so that a screen shows the gap instead of nothing."""
        told = {
            "declared": self.declared,
            "parts": self.parts,
            "customs": self.customs or self.answered,
            "heard": self.heard,
        }
        return tuple(name for name, value in told.items() if value is None)


def visible(events: Iterable[Event], reader: PartyId) -> tuple[Event, ...]:
    """Return the events that this reader may see; `standing` of others' would tell him too much."""
    return tuple(event for event in events if reader in event.readers)


def standing(events: Iterable[Event]) -> Standing:
    """Return how the thing stands by these events, whatever order and however often they came.

    Give only events that the reader may see: a status that customs has not served yet is known
    from the officers' events alone.
    """
    told = in_order(events)
    versions = _versions(told)
    cancelled = _after(_taken_back(told), versions)
    refused = _after(_last(told, (EventCode.MANIFEST_REFUSED,)), versions)
    parts, customs = _parts(told), _customs(told)
    declaration = _declaration(versions, cancelled, refused, parts)
    answered = _last(told, (EventCode.MANIFEST_ANSWERED,))
    if declaration is Declaration.UNTOLD and _last(told, _OF_DECLARED):
        declaration = Declaration.NOT_SHOWN
    return Standing(
        declaration=declaration,
        declared=versions[0] if versions else None,
        versions=versions,
        cancelled=_told(cancelled, _number(cancelled, "version")) if cancelled else None,
        refused=_told(refused, _number(refused, "findings")) if refused else None,
        parts=parts,
        customs=customs[0] if customs else None,
        is_served=customs is not None and customs[1].code is not EventCode.CUSTOMS_STATUS,
        cleared=_cleared(told),
        answered=_told(answered, _number(answered, "notices")) if answered else None,
        notices=tuple(
            _told(event, _text(event, "notice"))
            for event in told
            if event.code is EventCode.NOTICE_SERVED
        ),
        heard=_heard(told),
        timeline=told,
        moved=_moved(told),
    )


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return each thing that happened once, as first recorded, in the order of the quay."""
    first: dict[tuple[object, ...], Event] = {}
    for event in events:
        same = (event.code, event.about, event.said_by, event.happened_at, _body(event))
        known = first.setdefault(same, event)
        if event.recorded_at < known.recorded_at:
            first[same] = event
    return tuple(sorted(first.values(), key=_quay))


def _quay(event: Event) -> tuple[datetime, datetime, str, str, str, bytes]:
    # After the two clocks only so that equal hours give the same answer on every machine.
    return (
        event.happened_at,
        event.recorded_at,
        event.code.value,
        event.about.text,
        event.said_by,
        _body(event),
    )


def _body(event: Event) -> bytes:
    return canonical(dict(event.body))


def _versions(told: Sequence[Event]) -> tuple[Told[Version], ...]:
    seen: dict[object, Told[Version]] = {}
    for event in told:
        if event.code in _DECLARED:
            number = _number(event, "version")
            version = Version(number, _text(event, "function"))
            # The manifest's own event and the bill's tell of one version; another document or call
            # has versions of the same numbers.
            manifest = _text(event, "manifest")
            same = (event.said_by, manifest, event.happened_at if number is None else number)
            seen.setdefault(same, _told(event, version))
    return tuple(seen.values())


def declares(told: Sequence[Event]) -> Event | None:
    """Return what declares a bill, of these events of it in the order of the quay.

    It is declared as it was the last time; where that manifest has ended or leaves it out, as the
    one has it that still stands.
    """
    for event in reversed(told):
        if event.code is EventCode.BILL_DECLARED:
            return event
        if event.code is EventCode.BILL_STILL_DECLARED:
            manifest = _text(event, "manifest")
            declared = [one for one in told if one.code is EventCode.BILL_DECLARED]
            by_it = [one for one in declared if _text(one, "manifest") == manifest]
            return next(reversed(by_it or declared), None)
    return None


def _taken_back(told: Sequence[Event]) -> Event | None:
    """What was told last of taking it back, unless it was told to be declared again since."""
    last = _last(told, (*_TAKEN_BACK, EventCode.BILL_DECLARED_AGAIN))
    return last if last and last.code in _TAKEN_BACK else None


def _after(event: Event | None, versions: Sequence[Told[Version]]) -> Event | None:
    if event is None or (versions and versions[-1].happened_at > event.happened_at):
        return None
    return event


def _declaration(
    versions: Sequence[Told[Version]],
    cancelled: Event | None,
    refused: Event | None,
    parts: Told[Parts] | None,
) -> Declaration:
    if cancelled:
        return Declaration.CANCELLED
    if versions:
        return Declaration.DECLARED
    if refused and not (parts and parts.happened_at > refused.happened_at):
        return Declaration.REFUSED
    return Declaration.PARTS_AWAITED if parts else Declaration.UNTOLD


def _parts(told: Sequence[Event]) -> Told[Parts] | None:
    last = _last(told, (EventCode.PART_RECEIVED,))
    if last is None:
        return None
    of_one = [
        event
        for event in told
        if event.code is EventCode.PART_RECEIVED and _assembly(event) == _assembly(last)
    ]
    came = (_number(event, "part") for event in of_one)
    totals = [total for event in of_one if (total := _number(event, "of")) is not None]
    parts = Parts(frozenset(n for n in came if n is not None), max(totals, default=None))
    return _told(last, parts)


def _assembly(event: Event) -> tuple[str | None, int]:
    """Which assembly a part came to; one that ended refused is begun again, as the next round."""
    return _text(event, "assembly"), _number(event, "round") or 1


def _customs(told: Sequence[Event]) -> tuple[Told[CustomsStatus | Raw], Event] | None:
    """The status that stands, and the event that tells it."""
    for event in reversed(told):
        text = _text(event, "status") if event.code in _STATUS else None
        if text is not None:
            return _told(event, _STATUS_BY_TEXT.get(text) or Raw(text)), event
    noticed = _last(told, _BY_NOTICE)
    status = _noticed(noticed) if noticed else None
    return (_told(noticed, status), noticed) if noticed and status else None


def _noticed(event: Event) -> CustomsStatus | None:
    if event.code is EventCode.NOTICE_EASED:
        return CustomsStatus.PARTLY_CLEARED
    name = "kind" if event.code is EventCode.NOTICE_ADDRESSED else "how"
    return _NOTICED.get(_text(event, name) or "")


def _cleared(told: Sequence[Event]) -> tuple[Cleared, ...]:
    """What customs let go since another status was served: all that the last notice names.

    One that names its own part alone adds to those before it.
    """
    found: list[Cleared] = []
    for event in told:
        if event.code is not EventCode.NOTICE_SERVED:
            continue
        if _text(event, "status") != CustomsStatus.PARTLY_CLEARED.value:
            found.clear()
            continue
        if event.body.get("so_far") is True:
            found.clear()
        parts = event.body.get("parts")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                one = replace(event, body=part)
                number, box = _number(one, "goods"), _text(one, "container")
                found.append(Cleared(number, box, _number(one, "packages")))
    return tuple(found)


def _moved(told: Sequence[Event]) -> Told[EventCode] | None:
    last = next(reversed(past_moves(told)), None)
    return _told(last, last.code) if last else None


def past_moves(told: Iterable[Event]) -> list[Event]:
    """Return the standing movements that had happened when they were told, in the order given."""
    return [
        event
        for event in standing_moves(told)
        if event.happened_at <= event.recorded_at + AHEAD_MAX
    ]


def standing_moves(told: Iterable[Event]) -> list[Event]:
    """Return the movements that nobody took back, in the order given; each sender takes his own."""
    events = list(told)
    gone = {
        (event.said_by, _number(event, "withdraws"))
        for event in events
        if event.code is EventCode.EQUIPMENT_WITHDRAWN
    }
    return [
        event
        for event in events
        if event.code in MOVES and (event.said_by, _number(event, "movement")) not in gone
    ]


def _heard(told: Sequence[Event]) -> Told[EventCode] | None:
    last = max(told, key=lambda event: (event.recorded_at, _quay(event)), default=None)
    return _told(last, last.code) if last else None


def _last(told: Sequence[Event], codes: tuple[EventCode, ...]) -> Event | None:
    return next((event for event in reversed(told) if event.code in codes), None)


def _told(event: Event, what: T) -> Told[T]:
    return Told(what, event.said_by, event.happened_at, event.recorded_at)


def _number(event: Event, name: str) -> int | None:
    value = event.body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(event: Event, name: str) -> str | None:
    value = event.body.get(name)
    return value if isinstance(value, str) else None


_STATUS_BY_TEXT: dict[str, CustomsStatus | Raw] = {status.value: status for status in CustomsStatus}
