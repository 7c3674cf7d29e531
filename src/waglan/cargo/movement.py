"""What is told from quay and gate: which box was moved, when, where, and how it looked.

Terminals, depots, carriers and truckers tell it; none of them tells parties or goods. Text is kept
as sent, times are ISO 8601 with the zone that was sent, if any was. None: nobody said.
"""

from datetime import timedelta
from typing import Final

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.function import Function

AHEAD_MAX = timedelta(hours=1)  # the project's own: clocks differ, and what happened is past
OLD = timedelta(days=3653)  # the project's own: ten years before it was told, a slip more likely
CONTAINER: Final = "CN"  # 8053: what is meant where nobody says otherwise


class Conveyance(msgspec.Struct, frozen=True, gc=False):
    """The ship and her voyage, as a report names them."""

    vessel: str | None = None
    imo: str | None = None
    call_sign: str | None = None
    voyage: str | None = None
    carrier: str | None = None
    mode: str | None = None  # 8067, as sent


class Box(msgspec.Struct, frozen=True, gc=False):
    """A container (or other unit) as whoever had it before him describes it."""

    number: str  # as sent but for blanks; `codes.container` judges it
    kind: str = CONTAINER  # 8053, as sent
    size_type: str | None = None
    full: bool | None = None
    direction: str | None = None  # 8249, as sent: 2 export, 3 import, 6 transhipment
    operator: str | None = None  # who runs the container, by code
    gross_mass_g: int | None = None
    verified_mass_g: int | None = None  # VGM
    tare_g: int | None = None
    seals: tuple[str, ...] = ()
    set_point_mdegc: int | None = None
    dangerous: tuple[str, ...] = ()  # UN numbers, as sent
    port_of_loading: str | None = None
    port_of_discharge: str | None = None
    place_of_delivery: str | None = None


class Movement(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened to one box."""

    code: EventCode
    box: Box
    happened_at: str | None = None
    place: str | None = None  # UN/LOCODE or name
    terminal: str | None = None
    slot: str | None = None  # where on the ship it stood or stands: bay, row, tier
    bills: tuple[str, ...] = ()
    booking: str | None = None
    damage: tuple[str, ...] = ()
    status: str | None = None  # of a status report: its code, as sent
    status_text: str | None = None
    status_list: str | None = None  # whose list the code is from, as sent: 1131 and 3055
    status_meaning: str | None = None  # where it is agreed of what list the codes are
    mode: str | None = None  # by what it came or went on: 8067, as sent
    segment: int | None = None  # where it began in its message


class MovementReport(msgspec.Struct, frozen=True, gc=False):
    """One message from the quay or the gate."""

    document: str  # BGM 1004; empty where the sender gives none
    document_name: str  # BGM 1001, as sent
    function: Function
    conveyance: Conveyance
    movements: tuple[Movement, ...] = ()
    reported_at: str | None = None
    place: str | None = None
    terminal: str | None = None
    arrival: str | None = None
    departure: str | None = None
    boxes: int | None = None  # how many the sender counted
    references: tuple[tuple[str, str], ...] = ()  # qualifier, number
