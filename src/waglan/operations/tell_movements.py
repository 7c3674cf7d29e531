"""Movements are told in the log, whether they came in a message or in a batch of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from waglan.cargo.movement import AHEAD_MAX, OLD, Conveyance, Movement
from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Stated
from waglan.logbook.event import Event
from waglan.manifest.call import Voyage
from waglan.store import Transaction, events, moves
from waglan.store.messages import Kept
from waglan.store.moves import Row, Withdrawn

AT_QUAY = frozenset({EventCode.EQUIPMENT_DISCHARGED, EventCode.EQUIPMENT_LOADED})


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells, by which kept message, and when we were told."""

    party: PartyId
    message: Kept
    now: datetime


@dataclass(frozen=True, slots=True)
class TellingPaper:
    """What movements came in; a row may have a document of its own."""

    kind: str
    document: str = ""
    reported_at: datetime | None = None


async def tell_movements(
    tx: Transaction,
    teller: Teller,
    paper: TellingPaper,
    rows: Sequence[Row],
    before: Sequence[Event] = (),
) -> tuple[int, list[int]]:
    """Tell movements as events; return the first one's number, and the events' numbers.

    `before` are other events of this transaction, written at once with them.
    """
    first = await moves.first_number(tx)
    told = await events.append(tx, [*before, *_events(teller, paper, first, rows)])
    return first, told[len(before) :]


def _events(teller: Teller, paper: TellingPaper, first: int, rows: Sequence[Row]) -> list[Event]:
    also = (Key(KeyKind.MESSAGE, str(teller.message.id)),)
    otherwise = paper.reported_at or teller.now
    return [
        Event(
            row.movement.code,
            Key(KeyKind.CONTAINER, row.movement.box.number.upper()),
            teller.party,
            row.happened_at or otherwise,
            teller.now,
            Stated(_particulars(number, row, paper)),
            also,
        )
        for number, row in enumerate(rows, start=first)
    ]


def voyage_of(call: Conveyance, movement: Movement) -> Voyage:
    """Return the call that a movement belongs to, as its report names it."""
    # Only at the quay does the place say of which call it was: a gate may be anywhere.
    port = movement.place if movement.code in AT_QUAY else None
    return Voyage(call.voyage, call.imo, call.vessel, port)


def time_told(text: str | None) -> datetime | None:
    """Return a time in the zone that was sent, or in Hong Kong's where none was."""
    try:
        at = datetime.fromisoformat(text or "")
        if at.tzinfo is None:
            at = at.replace(tzinfo=HONG_KONG)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at


def is_expected(happened_at: datetime | None, now: datetime) -> bool:
    """Whether a movement's time raises no question; where nobody said when, there is none."""
    # A span is asked, not two times: to compare times of two zones takes three times as long.
    return happened_at is None or -AHEAD_MAX <= now - happened_at <= OLD


def questioned(
    movement: Movement, happened_at: datetime | None, where: Where, now: datetime
) -> Finding:
    """Find that a movement is told of before it can have happened, or ages after."""
    box, text = movement.box.number[:35], (movement.happened_at or "")[:35]
    if happened_at is not None and happened_at > now:
        return Finding("QUAY-TIME-AHEAD", Severity.WARNING, where, {"box": box, "text": text})
    return Finding("QUAY-TIME-OLD", Severity.WARNING, where, {"box": box, "text": text})


def withdrawal(one: Withdrawn, now: datetime, document: str | None = None) -> Row:
    """Return the row that takes a movement back."""
    movement = msgspec.structs.replace(one.movement, code=EventCode.EQUIPMENT_WITHDRAWN)
    return Row(movement, now, one.voyage, one.number, document)


class _Particulars(msgspec.Struct, frozen=True, gc=False):
    """What the log says of a movement: the box alone. What is in it is others' business.

    In the order of the names, as canonical JSON has them: so nothing is sorted for each event.
    """

    damage: tuple[str, ...]
    direction: str | None
    document: str
    full: bool | None
    gross_mass_g: int | None
    happened_as_sent: str | None
    imo: str | None
    kind: str
    mode: str | None
    movement: int
    place: str | None
    seals: tuple[str, ...]
    set_point_mdegc: int | None
    size_type: str | None
    slot: str | None
    status: str | None
    status_list: str | None
    status_meaning: str | None
    status_text: str | None
    tare_g: int | None
    terminal: str | None
    verified_mass_g: int | None
    vessel: str | None
    voyage: str | None
    withdraws: int | None


def _particulars(number: int, row: Row, paper: TellingPaper) -> _Particulars:
    movement, call, box = row.movement, row.voyage, row.movement.box
    return _Particulars(
        movement.damage,
        box.direction,
        paper.document if row.document is None else row.document,
        box.full,
        box.gross_mass_g,
        movement.happened_at,
        call.imo,
        paper.kind,
        movement.mode,
        number,
        movement.place,
        box.seals,
        box.set_point_mdegc,
        box.size_type,
        movement.slot,
        movement.status,
        movement.status_list,
        movement.status_meaning,
        movement.status_text,
        box.tare_g,
        movement.terminal,
        box.verified_mass_g,
        call.vessel,
        call.voyage,
        row.withdraws,
    )
