"""An event of a box as DCSA's Track & Trace 3.0.0 has it (POST /events).

Read is what tells of a box; what the standard adds later, or tells of no box, is passed over. Which
event becomes which of ours stands in EQUIPMENT; the others are a status in the sender's own words.
"""

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from waglan.cargo.event_row import ID_CHARACTERS_MAX, NO_CALL, EventPlaces, EventRow
from waglan.cargo.movement import Box, Conveyance, Movement
from waglan.codes.container import unparted
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.messages.events.checked import (
    SHOWN_CHARACTERS_MAX,
    checked,
    missing,
)

LIST_MAX: Final = 100
Code: TypeAlias = Annotated[str, Meta(max_length=35)]
Number: TypeAlias = Annotated[str, Meta(max_length=70)]
Text: TypeAlias = Annotated[str, Meta(max_length=100)]
Time: TypeAlias = Annotated[str, Meta(max_length=35)]

EQUIPMENT: Final = {
    "DISC": EventCode.EQUIPMENT_DISCHARGED,
    "LOAD": EventCode.EQUIPMENT_LOADED,
    "GTIN": EventCode.EQUIPMENT_GATE_IN,
    "GTOT": EventCode.EQUIPMENT_GATE_OUT,
}
STATUSES: Final = frozenset(
    {"AVDO", "AVPU", "CROS", "DROP", "INSP", "PICK", "RMVD", "RSEA", "STRP", "STUF"}
)
# What customs wants of a box is said by customs alone, and by nobody else about customs.
OF_CUSTOMS: Final = frozenset({"CUSI", "CUSR", "CUSS"})
TRANSPORT: Final = frozenset({"ARRI", "DEPA"})
# 8249 and 8067 of UN/EDIFACT, as COARRI and CODECO say them.
DIRECTIONS: Final = {"EXPORT": "2", "IMPORT": "3", "TRANSSHIPMENT": "6"}
MODES: Final = {"VESSEL": "1", "RAIL": "2", "TRUCK": "3", "MULTIMODAL": "6", "BARGE": "8"}
FULL: Final = {"LADEN": True, "EMPTY": False}
OUTWARD: Final = frozenset({EventCode.EQUIPMENT_LOADED, EventCode.EQUIPMENT_GATE_IN})


class _Party(msgspec.Struct, frozen=True, gc=False):
    """Who the sender says he is."""

    partyCode: Annotated[str, Meta(max_length=150)] | None = None


class _Routing(msgspec.Struct, frozen=True, gc=False):
    """From whom the event comes."""

    originatingParty: _Party | None = None


class _Facility(msgspec.Struct, frozen=True, gc=False):
    """A terminal or depot."""

    facilityCode: Number | None = None


class _Location(msgspec.Struct, frozen=True, gc=False):
    """Where it happened."""

    locationName: Text | None = None
    UNLocationCode: Code | None = None
    facility: _Facility | None = None


class _Classification(msgspec.Struct, frozen=True, gc=False):
    """What happened, and whether it has."""

    eventTypeCode: Code | None = None
    eventClassifierCode: Code | None = None
    equipmentEventTypeCode: Code | None = None
    transportEventTypeCode: Code | None = None


class _Reference(msgspec.Struct, frozen=True, gc=False):
    """A document's kind and number."""

    typeCode: Code | None = None
    reference: Number | None = None


class _Shipment(msgspec.Struct, frozen=True, gc=False):
    """The papers that the box travels under."""

    documentReference: _Reference | None = None
    additionalDocumentReferences: Annotated[tuple[_Reference, ...], Meta(max_length=LIST_MAX)] = ()


class _Voyage(msgspec.Struct, frozen=True, gc=False):
    """A carrier's number of a voyage."""

    carrierVoyageNumber: Number | None = None


class _Vessel(msgspec.Struct, frozen=True, gc=False):
    """A ship."""

    vesselIMONumber: Number | None = None
    vesselName: Number | None = None
    vesselCallSign: Number | None = None


class _Call(msgspec.Struct, frozen=True, gc=False):
    """A call of what carries the box."""

    modeOfTransport: Annotated[str, Meta(max_length=50)] | None = None
    exportVoyageNumberOrReference: _Voyage | None = None
    importVoyageNumberOrReference: _Voyage | None = None
    vesselTransport: _Vessel | None = None


class _Transport(msgspec.Struct, frozen=True, gc=False):
    """What carries the box."""

    transportCall: _Call | None = None


class _Seal(msgspec.Struct, frozen=True, gc=False):
    """A seal."""

    number: Code | None = None


class _Equipment(msgspec.Struct, frozen=True, gc=False):
    """The box."""

    equipmentReference: Code | None = None
    ISOEquipmentCode: Code | None = None
    emptyIndicatorCode: Code | None = None
    movementType: Code | None = None
    seals: Annotated[tuple[_Seal, ...], Meta(max_length=LIST_MAX)] = ()


class DcsaEvent(msgspec.Struct, frozen=True, gc=False):
    """One event."""

    eventID: Annotated[str, Meta(min_length=1, max_length=ID_CHARACTERS_MAX)]
    isRetracted: bool = False
    eventDateTime: Time | None = None
    eventUpdatedDateTime: Time | None = None
    eventRouting: _Routing | None = None
    eventLocation: _Location = _Location()
    eventClassification: _Classification = _Classification()
    shipmentDetails: _Shipment | None = None
    transportDetails: _Transport | None = None
    equipmentDetails: _Equipment = _Equipment()


def dcsa_row(row: int, told: DcsaEvent) -> EventRow:
    """Return what an event in DCSA's form says of a box."""
    party = told.eventRouting.originatingParty if told.eventRouting else None
    told_by = party.partyCode if party else None
    if told.isRetracted:
        times = checked(row, None, told.eventUpdatedDateTime, _POINTERS)
        return EventRow(row, told.eventID, None, NO_CALL, told_by, *times, _POINTERS)
    if found := _unusable(row, told):
        return EventRow(row, told.eventID, findings=(found,))
    kind = told.eventClassification
    code = EQUIPMENT.get(kind.equipmentEventTypeCode or "", EventCode.EQUIPMENT_STATUS)
    movement, call = _movement(told, code), _call(told, code)
    times = checked(row, movement, told.eventUpdatedDateTime, _POINTERS)
    return EventRow(row, told.eventID, movement, call, told_by, *times, _POINTERS)


_POINTERS = EventPlaces(
    "/equipmentDetails/equipmentReference",
    "/eventDateTime",
    "/eventUpdatedDateTime",
    "/eventID",
    "/eventClassification",
    "/eventRouting/originatingParty/partyCode",
)


def _unusable(row: int, told: DcsaEvent) -> Finding | None:
    """Return why nothing of this event can be told here."""
    kind, path = told.eventClassification, "/eventClassification"
    if kind.eventTypeCode == "TRANSPORT":
        name, code, known = "transportEventTypeCode", kind.transportEventTypeCode, TRANSPORT
    else:
        name, code = "equipmentEventTypeCode", kind.equipmentEventTypeCode
        known = STATUSES | EQUIPMENT.keys()
    if kind.eventTypeCode not in ("EQUIPMENT", "TRANSPORT"):
        name, code, known = "eventTypeCode", kind.eventTypeCode, frozenset()
    where = Where(f"{path}/{name}", line=row)
    if code in OF_CUSTOMS:
        return Finding("EVENT-OF-CUSTOMS", Severity.ERROR, where, {"code": code})
    if code not in known:
        shown = (code or "")[:SHOWN_CHARACTERS_MAX]
        return Finding("EVENT-CODE", Severity.ERROR, where, {"code": shown})
    if kind.eventClassifierCode != "ACT":
        where = Where(f"{path}/eventClassifierCode", line=row)
        return Finding("EVENT-NOT-ACTUAL", Severity.ERROR, where, {})
    if not told.equipmentDetails.equipmentReference:
        return missing(row, "equipmentDetails/equipmentReference")
    return None


def _movement(told: DcsaEvent, code: EventCode) -> Movement:
    given, kind, place = told.equipmentDetails, told.eventClassification, told.eventLocation
    box = Box(
        unparted(given.equipmentReference or ""),
        size_type=given.ISOEquipmentCode,
        full=FULL.get(given.emptyIndicatorCode or ""),
        direction=DIRECTIONS.get(given.movementType or ""),
        seals=tuple([seal.number for seal in given.seals if seal.number]),
    )
    is_status = code is EventCode.EQUIPMENT_STATUS
    carried = told.transportDetails.transportCall if told.transportDetails else None
    papers = _papers(told.shipmentDetails)
    return Movement(
        code,
        box,
        told.eventDateTime,
        place.UNLocationCode or place.locationName,
        place.facility.facilityCode if place.facility else None,
        bills=tuple([number for kind_, number in papers if kind_ == "TRD"]),
        booking=next((number for kind_, number in papers if kind_ == "BKG"), None),
        status=kind.equipmentEventTypeCode or kind.transportEventTypeCode if is_status else None,
        mode=MODES.get(carried.modeOfTransport or "") if carried else None,
    )


def _papers(told: _Shipment | None) -> list[tuple[str, str]]:
    if told is None:
        return []
    first = (told.documentReference,) if told.documentReference else ()
    return [
        (one.typeCode, one.reference)
        for one in (*first, *told.additionalDocumentReferences)
        if one.typeCode and not is_blank(one.reference or "")
    ]


def _call(told: DcsaEvent, code: EventCode) -> Conveyance:
    """A ship comes on her import voyage and goes on her export voyage."""
    call = told.transportDetails.transportCall if told.transportDetails else None
    if call is None:
        return NO_CALL
    both = (call.importVoyageNumberOrReference, call.exportVoyageNumberOrReference)
    numbers = [voyage.carrierVoyageNumber for voyage in both if voyage is not None]
    wanted = reversed(numbers) if code in OUTWARD else iter(numbers)
    ship = call.vesselTransport or _Vessel()
    return Conveyance(
        ship.vesselName,
        ship.vesselIMONumber,
        ship.vesselCallSign,
        next((number for number in wanted if number), None),
    )
