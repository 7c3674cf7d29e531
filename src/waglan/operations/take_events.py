"""A batch of events is taken row by row: as the same movements that a message of EDIFACT makes.

A wrong row spoils no other, unless its sender asked for all or nothing. An id is taken once for
each sender, so that nothing that is sent again counts twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count

import msgspec

from waglan.cargo.event_row import NO_CALL, EventFate, EventRow, RowState, told_once
from waglan.cargo.event_version import EventVersion, Step, step
from waglan.cargo.movement import Conveyance, MovementReport
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.codes.function import Function
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.operations.tell_movements import (
    Teller,
    TellingPaper,
    is_expected,
    questioned,
    tell_movements,
    voyage_of,
    withdrawal,
)
from waglan.parties.reporting import tellers
from waglan.parties.role import Role
from waglan.store import Transaction, event_ids, events, moves
from waglan.store.event_ids import ToldEvent
from waglan.store.moves import NewReport, Row

KIND = "EVENTS"


@dataclass(frozen=True, slots=True)
class EventAuthor:
    """What the sender of a batch is known as, and what he may tell."""

    names: frozenset[str]  # his party id and his addresses, with and without their qualifiers
    may_tell: frozenset[EventCode]


@dataclass(frozen=True, slots=True)
class SentRows:
    """The rows of a batch, and what else is told of it in the log."""

    rows: Sequence[EventRow]
    came: Sequence[Event]  # told whatever becomes of the rows
    whole: bool  # one wrong row leaves all others untold


def author_of(party: PartyId, addresses: Collection[str], roles: Collection[Role]) -> EventAuthor:
    """Return an author by what is registered of him."""
    bare = (address.partition(":")[0] for address in addresses)
    may_tell = (code for code in EventCode if tellers(code) & set(roles))
    return EventAuthor(frozenset({party, *addresses, *bare}), frozenset(may_tell))


async def take_events(
    tx: Transaction, teller: Teller, author: EventAuthor, sent: SentRows
) -> list[EventFate]:
    """Keep what the rows tell, and say what became of each, in their order.

    Raises `store.Taken` if another transaction took an id at the same moment: roll back and begin
    again.
    """
    rows = sent.rows
    judged = [_judged(row, author) for row in rows]
    right = [row.id for row, wrong in zip(rows, judged, strict=True) if not wrong]
    stand = await event_ids.stand(tx, set(right))
    texts = await moves.written([row.movement for row in rows])
    if len(set(right)) < len(right):
        judged = told_once(rows, judged)
    plan = [
        _refused(row, wrong) if wrong else _planned(row, text, stand.get(row.id), teller.now)
        for row, text, wrong in zip(rows, texts, judged, strict=True)
    ]
    if sent.whole and any(one.fate.state is RowState.REFUSED for one in plan):
        await events.append(tx, sent.came)
        return [_left(one.fate) for one in plan]
    taken = [one for one in plan if one.fate.state is RowState.TAKEN]
    if taken:
        await _tell(tx, teller, taken, sent.came)
    else:
        await events.append(tx, sent.came)
    return [one.fate for one in plan]


class _Plan(msgspec.Struct, frozen=True, gc=False):
    """What becomes of a row, what it tells, and the version that it makes of its id."""

    fate: EventFate
    tells: Row | None = None
    version: int = 1
    sha256: bytes = b""
    updated_at: datetime | None = None
    takes_back: int | None = None


def _judged(row: EventRow, author: EventAuthor) -> tuple[Finding, ...]:
    """Return why nothing of a row may be taken, with all else that was found; else nothing."""
    if row.findings and row.is_wrong:
        return row.findings
    movement = row.movement
    is_his = row.told_by is None or row.told_by in author.names
    if is_his and (movement is None or movement.code in author.may_tell):
        return ()
    if movement is None or not is_his:
        where = row.where(row.places.author)
        address = (row.told_by or "")[:80]
        return (Finding("PARTY-SENDER-NOT-YOURS", Severity.ERROR, where, {"address": address}),)
    roles = ", ".join(sorted(role.value for role in tellers(movement.code)))
    code, where = movement.code.value, row.where(row.places.code)
    return (Finding("EVENT-ROLE", Severity.ERROR, where, {"code": code, "roles": roles}),)


def _planned(row: EventRow, text: bytes, stands: ToldEvent | None, now: datetime) -> _Plan:
    """Plan a row; `text` is its movement as it is written."""
    movement, at, takes_back = row.movement, row.happened_at, None
    call = _NO_CALL if row.call is NO_CALL else _encode(row.call)
    digest = sha256(b"[%b,%b]" % (text, call)).digest()
    if stands is not None or movement is None:
        new = EventVersion(digest, row.version_at, movement is None)
        done = step(new, None if stands is None else _version(stands), row.where(row.places.id))
        if done.state is not RowState.TAKEN:
            return _Plan(_fate(row, done))
        takes_back = stands.movement if stands and done.takes_back else None
    tells, found = None, row.findings
    if movement is not None:
        if not is_expected(at, now):
            found = (*found, questioned(movement, at, row.where(row.places.at), now))
        tells = Row(movement, at, voyage_of(row.call, movement), document=row.id, written=text)
    return _Plan(
        EventFate(row.row, row.id, RowState.TAKEN, found),
        tells,
        stands.version + 1 if stands else 1,
        digest,
        row.version_at,
        takes_back,
    )


def _version(stands: ToldEvent) -> EventVersion:
    return EventVersion(stands.sha256, stands.updated_at, stands.movement is None, stands.before)


def _fate(row: EventRow, done: Step) -> EventFate:
    found = (*row.findings, done.finding) if done.finding else row.findings
    return EventFate(row.row, row.id, done.state, found)


def _refused(row: EventRow, wrong: tuple[Finding, ...]) -> _Plan:
    return _Plan(EventFate(row.row, row.id, RowState.REFUSED, wrong))


def _left(fate: EventFate) -> EventFate:
    if fate.state is RowState.REFUSED:
        return fate
    return EventFate(fate.row, fate.id, RowState.LEFT, fate.findings)


async def _tell(
    tx: Transaction, teller: Teller, plan: Sequence[_Plan], came: Sequence[Event]
) -> None:
    documents = {one.takes_back: one.fate.id for one in plan if one.takes_back is not None}
    gone = await moves.of_numbers(tx, sorted(documents)) if documents else []
    back = [withdrawal(one, teller.now, documents[one.number]) for one in gone]
    taken = [*back, *(one.tells for one in plan if one.tells is not None)]
    first, ids = await tell_movements(tx, teller, TellingPaper(KIND), taken, came)
    await moves.add(tx, _report_of(teller, first), _REPORT, taken, ids)
    numbers = count(first + len(back))
    stand = {
        one.fate.id: ToldEvent(
            one.version, one.sha256, one.updated_at, None if one.tells is None else next(numbers)
        )
        for one in plan
    }
    await event_ids.add(tx, teller.message.org, stand)


def _report_of(teller: Teller, first: int) -> NewReport:
    kept = teller.message
    return NewReport(
        org=kept.org,
        addressee="",
        message_id=kept.message_id,
        message=kept.id,
        place=1,
        kind=KIND,
        sha256=kept.sha256,
        told_at=teller.now,
        first=first,
    )


_REPORT = MovementReport("", "", Function.ORIGINAL, Conveyance())
_encode = msgspec.json.Encoder(order="deterministic").encode
_NO_CALL = _encode(NO_CALL)
