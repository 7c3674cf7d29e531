"""Movements and stowage plans as COARRI, CODECO, IFTSTA and BAPLIE: mirrors of what is read.

The order of segments serves the early directories and the late ones; where they differ, the
directory says. What a message has no place for is left out: a stowage plan has no seals.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.event import EventCode
from waglan.messages.edifact.cuscar_write import FUNCTION, decimal
from waglan.messages.edifact.tree import directory_order
from waglan.messages.edifact.write import Segment, write
from waglan.messages.envelope import Header, Interchange

TEXTS_PER_FTX_MAX: Final = 5  # C108
LATE_FROM: Final = "13A"  # BAPLIE has its ports and masses behind the box from here on
LATE_GATE_FROM: Final = "99A"  # CODECO has temperatures and dangerous goods at the end of a box
DOCUMENT_NAME: Final = {
    EventCode.EQUIPMENT_DISCHARGED: "44",
    EventCode.EQUIPMENT_LOADED: "46",
    EventCode.EQUIPMENT_GATE_IN: "34",
    EventCode.EQUIPMENT_GATE_OUT: "36",
}
HEAD_PLACE: Final = {"44": "11", "46": "9"}


def write_moves(
    report: MovementReport, kind: str, interchange: Interchange, directory: str = "95B"
) -> bytes:
    """Return an interchange of one COARRI or CODECO: `kind` says which."""
    header = Header("1", kind, "D", directory, "UN")
    return write(interchange, [(header, _moves(report, header, interchange))])


def write_status(report: MovementReport, interchange: Interchange, directory: str = "00B") -> bytes:
    """Return an interchange of one IFTSTA."""
    header = Header("1", "IFTSTA", "D", directory, "UN")
    return write(interchange, [(header, _statuses(report))])


def write_stowage(stowage: Stowage, interchange: Interchange, directory: str = "95B") -> bytes:
    """Return an interchange of one BAPLIE, in the form of SMDG 2 (D.95B) or 3 (D.13B)."""
    is_late = directory_order(directory) >= directory_order(LATE_FROM)
    header = Header("1", "BAPLIE", "D", directory, "UN", "SMDG31" if is_late else "SMDG22")
    return write(interchange, [(header, _stowage(stowage, is_late=is_late))])


def _moves(report: MovementReport, header: Header, interchange: Interchange) -> Iterator[Segment]:
    name = report.document_name or _name_of(report.movements)
    yield from _beginning(name, report.document, FUNCTION[report.function], report.reported_at)
    for qualifier, number in report.references:
        yield ("RFF", (qualifier, number))
    place = HEAD_PLACE.get(name, "165")
    if header.type == "COARRI" or _is_told(report.conveyance) or report.place is not None:
        yield _transport("20", report.conveyance)
        if report.place is not None:
            yield _place(place, report.place, report.terminal)
        yield from _call(report.arrival, report.departure)
    yield ("NAD", "MS", interchange.sender.id)
    if report.place is None and report.terminal is not None:
        yield ("NAD", "TR", report.terminal)
    is_gate = header.type == "CODECO"
    is_late = directory_order(header.release) >= directory_order(LATE_GATE_FROM)
    for movement in report.movements:
        yield from _movement(movement, report, "7" if is_gate else "203")
        yield from _late_gate(movement) if is_gate and is_late else _rest(movement)
    if report.boxes is not None:
        yield ("CNT", ("16", str(report.boxes)))


def _movement(movement: Movement, report: MovementReport, executed: str) -> Iterator[Segment]:
    box = movement.box
    yield _equipment(box)
    if movement.booking is not None:
        yield ("RFF", ("BN", movement.booking))
    for bill in movement.bills:
        yield ("RFF", ("BM", bill))
    if movement.happened_at is not None:
        yield ("DTM", _time(executed, movement.happened_at))
    if movement.slot is not None:
        yield ("LOC", "147", (movement.slot, "", "5"))
    if movement.place is not None and movement.place != report.place:
        yield _place("165", movement.place, movement.terminal)
    yield from _ports(box, "7")
    yield from _masses(box)


def _rest(movement: Movement) -> Iterator[Segment]:
    box = movement.box
    yield from (*_cold(box), *_looks(movement), *_dangerous(box))
    yield from (*_leg(movement), *_operator("CF", box))


def _late_gate(movement: Movement) -> Iterator[Segment]:
    box = movement.box
    yield from (*_looks(movement), *_leg(movement), *_operator("CF", box))
    yield from (*_dangerous(box), *_cold(box))


def _looks(movement: Movement) -> Iterator[Segment]:
    for seal in movement.box.seals:
        yield ("SEL", seal)
    for text in movement.damage:
        yield ("FTX", "DAR", "", "", text)


def _statuses(report: MovementReport) -> Iterator[Segment]:
    name = report.document_name or "23"
    yield from _beginning(name, report.document, FUNCTION[report.function], report.reported_at)
    if report.conveyance.carrier is not None:
        yield ("NAD", "CA", report.conveyance.carrier)
    for qualifier, number in report.references:
        yield ("RFF", (qualifier, number))
    for n, movement in enumerate(report.movements, start=1):
        yield ("CNI", str(n))
        lists = [*(movement.status_list or "").split(":"), ""][:2]
        yield ("STS", "1", (movement.status or "", *lists, movement.status_text or ""))
        for bill in movement.bills:
            yield ("RFF", ("BM", bill))
        if movement.booking is not None:
            yield ("RFF", ("BN", movement.booking))
        if movement.happened_at is not None:
            yield ("DTM", _time("334", movement.happened_at))
        if movement.place is not None:
            yield _place("175", movement.place, None)
        yield _transport("20", report.conveyance)
        yield _equipment(movement.box)
        yield from _masses(movement.box)
        for seal in movement.box.seals:
            yield ("SEL", seal)


def _stowage(stowage: Stowage, *, is_late: bool) -> Iterator[Segment]:
    yield from _beginning("", stowage.document, FUNCTION[stowage.function], stowage.planned_at)
    if is_late:
        for qualifier, number in stowage.references:
            yield ("RFF", (qualifier, number))
    yield _transport("20", stowage.conveyance)
    if stowage.port is not None:
        yield _place("5", stowage.port, None)
    if stowage.next_port is not None:
        yield _place("61", stowage.next_port, None)
    yield from _call(stowage.arrival, stowage.departure)
    if is_late:
        yield ("UNS", "D")
    else:
        for qualifier, number in stowage.references:
            yield ("RFF", (qualifier, number))
    for slot in stowage.slots:
        yield ("LOC", "147", (slot.slot, "", "5"))
        yield from _late_slot(slot) if is_late else _early_slot(slot)
    if stowage.boxes is not None and is_late:
        yield ("CNT", ("16", str(stowage.boxes)))


def _early_slot(slot: Slot) -> Iterator[Segment]:
    box = slot.box
    if box.gross_mass_g is not None:
        yield ("MEA", "WT", "", ("KGM", decimal(box.gross_mass_g, 3)))
    if box.verified_mass_g is not None:
        yield ("MEA", "VGM", "", ("KGM", decimal(box.verified_mass_g, 3)))
    yield from _cold(box)
    yield from _ports(box, "83")
    yield ("RFF", ("BM", "1"))  # must be there, and says nothing
    yield _equipment(box)
    yield from _operator("CA", box)
    yield from _dangerous(box)


def _late_slot(slot: Slot) -> Iterator[Segment]:
    box = slot.box
    yield _equipment(box)
    yield from _operator("CF", box)
    yield from _masses(box)
    yield from _ports(box, "83")
    yield from _cold(box)
    yield from _dangerous(box)


def _beginning(name: str, document: str, function: str, made_at: str | None) -> Iterator[Segment]:
    yield ("BGM", name, document, function)
    if made_at is not None:
        yield ("DTM", _time("137", made_at))


def _transport(stage: str, conveyance: Conveyance) -> Segment:
    identity = (
        (conveyance.imo, "146", "11")
        if conveyance.imo
        else (conveyance.call_sign, "103", "")
        if conveyance.call_sign
        else ("", "", "")
    )
    return (
        "TDT",
        stage,
        conveyance.voyage or "",
        conveyance.mode or "",
        "",
        (conveyance.carrier, "172", "20") if conveyance.carrier else "",
        "",
        "",
        (*identity, conveyance.vessel or ""),
    )


def _is_told(conveyance: Conveyance) -> bool:
    return conveyance != Conveyance()


def _call(arrival: str | None, departure: str | None) -> Iterator[Segment]:
    if arrival is not None:
        yield ("DTM", _time("132", arrival))
    if departure is not None:
        yield ("DTM", _time("133", departure))


def _place(qualifier: str, place: str, terminal: str | None) -> Segment:
    if terminal is None:
        return ("LOC", qualifier, (place, "139", "6"))
    return ("LOC", qualifier, (place, "139", "6"), (terminal, "TER", "ZZZ"))


def _equipment(box: Box) -> Segment:
    full = {None: "", True: "5", False: "4"}[box.full]
    size: str | tuple[str, ...] = (box.size_type, "102", "5") if box.size_type else ""
    return ("EQD", box.kind, box.number, size, "", box.direction or "", full)


def _ports(box: Box, delivery: str) -> Iterator[Segment]:
    told = (
        ("9", box.port_of_loading),
        ("11", box.port_of_discharge),
        (delivery, box.place_of_delivery),
    )
    for qualifier, place in told:
        if place is not None:
            yield _place(qualifier, place, None)


def _masses(box: Box) -> Iterator[Segment]:
    told = (("G", box.gross_mass_g), ("VGM", box.verified_mass_g), ("T", box.tare_g))
    for kind, mass_g in told:
        if mass_g is not None:
            yield ("MEA", "AAE", kind, ("KGM", decimal(mass_g, 3)))


def _cold(box: Box) -> Iterator[Segment]:
    if box.set_point_mdegc is not None:
        yield ("TMP", "2", (decimal(box.set_point_mdegc, 3), "CEL"))


def _dangerous(box: Box) -> Iterator[Segment]:
    for number in box.dangerous:
        yield ("DGS", "IMD", "", number)


def _leg(movement: Movement) -> Iterator[Segment]:
    if movement.mode is not None:
        is_in = movement.code is EventCode.EQUIPMENT_GATE_IN
        yield ("TDT", "10" if is_in else "30", "", movement.mode)


def _operator(qualifier: str, box: Box) -> Iterator[Segment]:
    if box.operator is not None:
        yield ("NAD", qualifier, (box.operator, "172", "20"))


def _name_of(movements: Iterable[Movement]) -> str:
    return next((DOCUMENT_NAME.get(movement.code, "") for movement in movements), "")


def _time(qualifier: str, text: str) -> tuple[str, ...]:
    """Write ISO 8601 in its 2379 format, with its zone in whole hours; else as it was sent."""
    moment, zone = text[:16], text[16:]
    digits = "".join(c for c in text[:19] if c.isdecimal())
    shape = "".join("9" if c.isdecimal() else c for c in text)
    code = {"9999-99-99": "102", "9999-99-99T99:99": "203", "9999-99-99T99:99:99": "204"}.get(shape)
    if code is not None:
        return (qualifier, digits, code)
    if shape in {"9999-99-99T99:99+99:99", "9999-99-99T99:99-99:99"} and zone.endswith(":00"):
        return (qualifier, "".join(c for c in moment if c.isdecimal()) + zone[:3], "303")
    return (qualifier, text)
