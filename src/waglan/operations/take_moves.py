"""A terminal, carrier or trucker tells of boxes: it is kept, told as events, and corrected by more.

Nothing of it is taken for a declaration, and nothing of a manifest is changed by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from waglan.cargo.correction import correct
from waglan.cargo.movement import Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.manifest import lengths
from waglan.manifest.call import Voyage, time_of
from waglan.messages.envelope import Message
from waglan.store import Transaction, events, moves
from waglan.store.messages import Kept
from waglan.store.moves import NewReport, Row, Withdrawn

AMENDED = "ACW"  # 1153: reference number to previous message
AT_QUAY = {EventCode.EQUIPMENT_DISCHARGED, EventCode.EQUIPMENT_LOADED}
AHEAD_MAX = timedelta(hours=1)  # the project's own: clocks differ, and what happened is past


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells, by which kept message, and when we were told."""

    party: PartyId
    message: Kept
    now: datetime


async def take_moves(tx: Transaction, teller: Teller, sent: tuple[Message, int]) -> list[Finding]:
    """Keep a report and tell of every box in it; with an ERROR among the findings, of none.

    `sent` is the message and its place in what was sent. The very same message again changes
    nothing, whatever interchange it comes in.
    """
    message, _ = sent
    report = message.content
    if not isinstance(report, MovementReport):
        raise TypeError("only a report of movements can be taken")
    findings = [
        found
        for movement in report.movements
        if (found := _ahead(movement, teller.now)) is not None
    ]
    call = report.conveyance
    rows = [Row(m, _time(m.happened_at), _voyage(call, m)) for m in report.movements]
    return [*findings, *await keep(tx, teller, sent, report, rows)]


async def keep(
    tx: Transaction,
    teller: Teller,
    sent: tuple[Message, int],
    report: MovementReport | Stowage,
    rows: Sequence[Row],
) -> list[Finding]:
    """Keep a report or plan with what it tells, takes back, and is told as events."""
    message, place = sent
    kind = message.header.type
    if too_long := lengths.check_report(report):
        return too_long
    if await moves.is_known(tx, kind, report.document, message.sha256):
        return []
    stands = await moves.standing(tx, kind, _about(report))
    told = [row.movement for row in rows]
    correction = correct(report.function, report.document, stands, told)
    findings = [*correction.findings, *_without_call(report)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        await events.append(tx, [_refused(teller, report, findings)])
        return findings
    withdrawn = await moves.of_numbers(tx, correction.withdrawn)
    taken = [*(_withdrawal(one, teller.now) for one in withdrawn)]
    taken += rows if correction.told else []
    numbers = await moves.new_numbers(tx, len(taken))
    numbered = list(zip(numbers, taken, strict=True))
    happened = [_event(teller, report, sent, one) for one in numbered]
    is_plan = isinstance(report, Stowage)
    ids = await events.append(tx, [_planned(teller, report, len(rows))] if is_plan else happened)
    new = NewReport(
        org=teller.message.org,
        addressee=_addressee(message),
        message_id=teller.message.message_id,
        message=teller.message.id,
        place=place,
        kind=kind,
        sha256=message.sha256,
        told_at=teller.now,
    )
    await moves.add(tx, new, report, numbered, None if is_plan else ids)
    return findings


def _about(report: MovementReport | Stowage) -> str:
    """Return the document that a correction names, else its own number."""
    named = (number for qualifier, number in report.references if qualifier == AMENDED)
    return next(named, report.document)


def _addressee(message: Message) -> str:
    if message.interchange is None:
        return ""
    who = message.interchange.recipient
    return f"{who.id}:{who.qualifier}" if who.qualifier else who.id


def _voyage(call: Conveyance, movement: Movement) -> Voyage:
    # Only at the quay does the place say of which call it was: a gate may be anywhere.
    port = movement.place if movement.code in AT_QUAY else None
    return Voyage(call.voyage, call.imo, call.vessel, port)


def _time(text: str | None) -> datetime | None:
    """Return a time in the zone that was sent, or in Hong Kong's where none was."""
    at = time_of(text, zone=HONG_KONG)
    if at is None:
        return None
    return at.astimezone(datetime.fromisoformat(text or "").tzinfo or HONG_KONG)


def _ahead(movement: Movement, now: datetime) -> Finding | None:
    at = _time(movement.happened_at)
    if at is None or at <= now + AHEAD_MAX:
        return None
    box = movement.box.number
    where = Where(f"boxes/{box}/happened_at", segment=movement.segment, tag="EQD")
    return Finding(
        "QUAY-TIME-AHEAD",
        Severity.WARNING,
        where,
        {"box": box[:35], "text": (movement.happened_at or "")[:35]},
    )


def _without_call(report: MovementReport | Stowage) -> list[Finding]:
    call = report.conveyance
    if call.voyage and (call.imo or call.vessel):
        return []
    boxes = report.movements if isinstance(report, MovementReport) else ()
    if boxes and all(movement.bills for movement in boxes):
        return []
    where = Where("report/conveyance", tag="TDT")
    return [Finding("QUAY-CALL-MISSING", Severity.NOTE, where, {})]


def _withdrawal(one: Withdrawn, now: datetime) -> Row:
    movement = msgspec.structs.replace(one.movement, code=EventCode.EQUIPMENT_WITHDRAWN)
    return Row(movement, now, one.voyage, one.number)


def _event(
    teller: Teller,
    report: MovementReport | Stowage,
    sent: tuple[Message, int],
    numbered: tuple[int, Row],
) -> Event:
    message, _ = sent
    number, row = numbered
    movement = row.movement
    reported_at = _time(report.reported_at) if isinstance(report, MovementReport) else None
    return Event(
        movement.code,
        Key(KeyKind.CONTAINER, movement.box.number.upper()),
        teller.party,
        row.happened_at or reported_at or teller.now,
        teller.now,
        {
            "movement": number,
            "withdraws": row.withdraws,
            "kind": message.header.type,
            "document": report.document,
            **_particulars(movement, row.voyage),
        },
        (Key(KeyKind.MESSAGE, str(teller.message.id)),),
    )


def _particulars(movement: Movement, call: Voyage) -> dict[str, Value]:
    """What the log says of a movement: the box alone. What is in it is others' business."""
    box = movement.box
    return {
        "happened_as_sent": movement.happened_at,
        "vessel": call.vessel,
        "imo": call.imo,
        "voyage": call.voyage,
        "place": movement.place,
        "terminal": movement.terminal,
        "slot": movement.slot,
        "status": movement.status,
        "status_text": movement.status_text,
        "mode": movement.mode,
        "damage": [*movement.damage],
        "size_type": box.size_type,
        "full": box.full,
        "direction": box.direction,
        "gross_mass_g": box.gross_mass_g,
        "verified_mass_g": box.verified_mass_g,
        "tare_g": box.tare_g,
        "seals": [*box.seals],
        "set_point_mdegc": box.set_point_mdegc,
    }


def _planned(teller: Teller, report: MovementReport | Stowage, count: int) -> Event:
    call = report.conveyance
    return Event(
        EventCode.STOWAGE_REPORTED,
        Key(KeyKind.MESSAGE, str(teller.message.id)),
        teller.party,
        teller.now,
        teller.now,
        {
            "document": report.document,
            "function": report.function.value,
            "vessel": call.vessel,
            "imo": call.imo,
            "voyage": call.voyage,
            "boxes": count,
        },
    )


def _refused(
    teller: Teller, report: MovementReport | Stowage, findings: Sequence[Finding]
) -> Event:
    codes = dict.fromkeys(f.code for f in findings if f.severity is Severity.ERROR)
    return Event(
        EventCode.EQUIPMENT_REPORT_REFUSED,
        Key(KeyKind.MESSAGE, str(teller.message.id)),
        teller.party,
        teller.now,
        teller.now,
        {"document": report.document, "codes": [*codes], "findings": len(findings)},
    )
