"""A terminal, carrier or trucker tells of boxes: it is kept, told as events, and corrected by more.

Nothing of it is taken for a declaration, and nothing of a manifest is changed by it.
"""

from collections.abc import Sequence

from waglan.cargo.correction import correct
from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.manifest import lengths
from waglan.messages.envelope import Message
from waglan.operations.tell_movements import (
    Teller,
    TellingPaper,
    is_expected,
    questioned,
    tell_movements,
    time_told,
    voyage_of,
    withdrawal,
)
from waglan.store import Transaction, events, moves
from waglan.store.moves import NewReport, Row

AMENDED = "ACW"  # 1153: reference number to previous message


async def take_moves(tx: Transaction, teller: Teller, sent: tuple[Message, int]) -> list[Finding]:
    """Keep a report and tell of every box in it; with an ERROR among the findings, of none.

    `sent` is the message and its place in what was sent. The very same message again changes
    nothing, whatever interchange it comes in.
    """
    message, _ = sent
    report = message.content
    if not isinstance(report, MovementReport):
        raise TypeError("only a report of movements can be taken")
    call = report.conveyance
    rows = [Row(m, time_told(m.happened_at), voyage_of(call, m)) for m in report.movements]
    findings = [
        questioned(row.movement, row.happened_at, _where(row.movement), teller.now)
        for row in rows
        if not is_expected(row.happened_at, teller.now)
    ]
    return [*findings, *await keep(tx, teller, sent, report, rows)]


def _where(movement: Movement) -> Where:
    path = f"boxes/{movement.box.number}/happened_at"
    return Where(path, segment=movement.segment, tag="EQD")


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
    taken = [*(withdrawal(one, teller.now) for one in withdrawn)]
    taken += rows if correction.told else []
    if isinstance(report, Stowage):
        first, ids = await moves.first_number(tx), None
        await events.append(tx, [_planned(teller, report, len(rows))])
    else:
        source = TellingPaper(kind, report.document, time_told(report.reported_at))
        first, ids = await tell_movements(tx, teller, source, taken)
    new = NewReport(
        org=teller.message.org,
        addressee=_addressee(message),
        message_id=teller.message.message_id,
        message=teller.message.id,
        place=place,
        kind=kind,
        sha256=message.sha256,
        told_at=teller.now,
        first=first,
    )
    await moves.add(tx, new, report, taken, ids)
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


def _without_call(report: MovementReport | Stowage) -> list[Finding]:
    call = report.conveyance
    if call.voyage and (call.imo or call.vessel):
        return []
    boxes = report.movements if isinstance(report, MovementReport) else ()
    if boxes and all(movement.bills for movement in boxes):
        return []
    where = Where("report/conveyance", tag="TDT")
    return [Finding("QUAY-CALL-MISSING", Severity.NOTE, where, {})]


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
