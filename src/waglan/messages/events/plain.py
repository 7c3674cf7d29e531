"""Our own plain form of an event: what a gate's or a truck's program knows, in the trade's words.

Masses are whole grams. What is not known is left out; an unknown field is refused, because it is
nearly always a misspelt one.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from waglan.cargo.event_row import ID_CHARACTERS_MAX, NO_CALL, PLAIN_PLACES, EventRow
from waglan.cargo.movement import CONTAINER, Box, Conveyance, Movement
from waglan.codes.container import unparted
from waglan.codes.event import EventCode
from waglan.codes.plain import is_blank
from waglan.messages.events.checked import checked, missing

AMOUNT_MAX: Final = 10**15
LIST_MAX: Final = 100

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=ID_CHARACTERS_MAX)]
Code: TypeAlias = Annotated[str, Meta(max_length=35)]
Number: TypeAlias = Annotated[str, Meta(max_length=70)]
Words: TypeAlias = Annotated[str, Meta(max_length=350)]
Codes: TypeAlias = Annotated[tuple[Code, ...], Meta(max_length=LIST_MAX)]
Mass: TypeAlias = Annotated[int, Meta(ge=0, le=AMOUNT_MAX)]
Time: TypeAlias = Annotated[
    str, Meta(max_length=35, description="ISO 8601; without a zone it is Hong Kong time.")
]


Happened: TypeAlias = Literal["discharged", "loaded", "gate-in", "gate-out", "status"]
Direction: TypeAlias = Literal["import", "export", "transhipment"]

CODES: Final = {code: EventCode(f"equipment.{code}") for code in get_args(Happened)}
# 8249 of UN/EDIFACT, as COARRI and CODECO say it.
DIRECTIONS: Final = {"export": "2", "import": "3", "transhipment": "6"}


class EventForm(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True
):
    """One event of one box; written back, it names no field that was not sent."""

    id: Annotated[Id, Meta(description="Your own; unique among all that you ever send.")]
    code: Annotated[Happened, Meta(description="What happened to the box.")] | None = None
    box: Code | None = None
    at: Time | None = None
    retracted: Annotated[bool, Meta(description="True takes back what this id told.")] = False
    updated_at: Annotated[Time, Meta(description="Of two with one id the later counts.")] | None = (
        None
    )
    place: Annotated[Number, Meta(description="UN/LOCODE, or the name.")] | None = None
    terminal: Number | None = None
    vessel: Number | None = None
    imo: Number | None = None
    call_sign: Number | None = None
    voyage: Number | None = None
    mode: Annotated[Code, Meta(description="1 sea, 2 rail, 3 road, 4 air, 8 river.")] | None = None
    size_type: Annotated[Code, Meta(description="ISO 6346, such as 22G1.")] | None = None
    full: bool | None = None
    direction: Annotated[Direction, Meta(description="Where the box is going.")] | None = None
    operator: Code | None = None
    seals: Codes = ()
    gross_mass_g: Mass | None = None
    verified_mass_g: Mass | None = None
    tare_g: Mass | None = None
    set_point_mdegc: (
        Annotated[int, Meta(ge=-200_000, le=200_000, description="In 1/1000 °C.")] | None
    ) = None
    slot: Annotated[Code, Meta(description="Bay, row and tier on the ship.")] | None = None
    damage: Annotated[tuple[Words, ...], Meta(max_length=LIST_MAX)] = ()
    status: Annotated[Number, Meta(description="With code status: your own code of it.")] | None = (
        None
    )
    status_text: Words | None = None
    bills: Annotated[tuple[Number, ...], Meta(max_length=LIST_MAX)] = ()
    booking: Number | None = None
    dangerous: Annotated[Codes, Meta(description="UN numbers of dangerous goods.")] = ()


def plain_schema() -> dict[str, Any]:
    """Return the JSON Schema of one event, without references."""
    _, components = msgspec.json.schema_components([EventForm])
    form: dict[str, Any] = components["EventForm"]
    return form


def plain_row(row: int, told: EventForm) -> EventRow:
    """Return what a row in the plain form says."""
    if told.retracted:
        times = checked(row, None, told.updated_at, PLAIN_PLACES)
        return EventRow(row, told.id, None, NO_CALL, None, *times)
    if told.code is None or told.box is None or told.at is None:
        absent = (name for name in ("code", "box", "at") if getattr(told, name) is None)
        return EventRow(row, told.id, findings=(missing(row, next(absent)),))
    direction = DIRECTIONS[told.direction] if told.direction else None
    box = Box(
        unparted(told.box),
        CONTAINER,
        told.size_type,
        told.full,
        direction,
        told.operator,
        told.gross_mass_g,
        told.verified_mass_g,
        told.tare_g,
        told.seals,
        told.set_point_mdegc,
        told.dangerous,
    )
    movement = Movement(
        CODES[told.code],
        box,
        told.at,
        told.place,
        told.terminal,
        told.slot,
        tuple([number for number in told.bills if not is_blank(number)]),
        told.booking,
        told.damage,
        told.status,
        told.status_text,
        mode=told.mode,
    )
    call = NO_CALL
    if not (told.vessel is told.imo is told.call_sign is told.voyage is None):
        call = Conveyance(told.vessel, told.imo, told.call_sign, told.voyage)
    times = checked(row, movement, told.updated_at, PLAIN_PLACES)
    return EventRow(row, told.id, movement, call, None, *times)
