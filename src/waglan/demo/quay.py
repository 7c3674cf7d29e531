"""A smaller ship that is at the quay already: what is listed, what was planned, what came ashore.

The line, the plan and the terminal do not quite agree, as happens; who reads their reports finds
out by asking the server, never from here.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.demo import trade
from waglan.demo.answers import ListedSeen
from waglan.demo.call import HONG_KONG_PLACE, Call
from waglan.demo.client import Client
from waglan.demo.filing import Desk, File
from waglan.demo.lots import Yard
from waglan.demo.organisations import LINE, TERMINAL
from waglan.demo.papers import Numbers, master
from waglan.manifest.model import Equipment, Function, Manifest
from waglan.messages.edifact.quay_write import write_moves, write_stowage

VESSEL: Final = "SYNTHETIC FEEDER"
IMO: Final = "1234579"  # its check digit is right
BILLS: Final = 24
BERTHED_AGO: Final = timedelta(hours=5)
DISCHARGED_EVERY: Final = timedelta(minutes=4)
BILLS_BEFORE: Final = 90_000  # so that no bill has a number of the big ship's
MISSING: Final = 400  # permille of its goods that the heaviest box lacks on the quay's scale
MASS_DIFFERS: Final = "LISTED-MASS-DIFFERS"
COMPARED_S_MAX: Final = 30
LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class AtTheQuay:
    """One ship's papers: what the line lists, the plan on arrival, and the terminal's report."""

    call: str
    manifest: File
    plan: File
    report: File
    aboard: int  # boxes on the plan
    ashore: int  # in the terminal's report


def at_the_quay(big: Call, now: datetime) -> AtTheQuay:
    """Return the papers of a small ship that came in this morning."""
    listed = _manifest(big, now)
    desk = Desk(big.seed, listed.head, now)
    left_behind, *aboard = sorted(listed.equipment, key=_cargo_g)
    over = replace(left_behind, number=_other_box(big, listed))
    full = aboard[-1]
    light = replace(full, gross_mass_g=(full.gross_mass_g or 0) - _cargo_g(full) * MISSING // 1000)
    planned = desk.interchange(LINE, TERMINAL, "P")
    told = desk.interchange(TERMINAL, LINE, "Q")
    stowage, moves = _plan(listed, aboard, now), _moves(listed, (*aboard[:-1], light, over), now)
    return AtTheQuay(
        f"{IMO}/{listed.head.voyage}",
        desk.whole(LINE.party, listed, 1),
        desk.named(LINE, planned.reference, write_stowage(stowage, planned), stowage.document),
        desk.named(TERMINAL, told.reference, write_moves(moves, "COARRI", told), moves.document),
        len(stowage.slots),
        len(moves.movements),
    )


async def compared(client: Client, ship: AtTheQuay) -> ListedSeen:
    """Return list against quay as a reader sees it, once every report has reached him."""
    path = f"/v1/calls/{quote(ship.call)}/listed"
    wanted = {
        EventCode.EQUIPMENT_STOWED.value: ship.aboard,
        EventCode.EQUIPMENT_DISCHARGED.value: ship.ashore,
    }
    seen = await client.get(path, ListedSeen)
    for _ in range(int(COMPARED_S_MAX / LOOK_S)):
        if seen.told == wanted and seen.listed:
            break
        await asyncio.sleep(LOOK_S)
        seen = await client.get(path, ListedSeen)
    return seen


def _manifest(big: Call, now: datetime) -> Manifest:
    random = Random(f"waglan demo feeder {big.seed}")
    yard, numbers = Yard.of(random, 2 * BILLS), Numbers(random, given=BILLS_BEFORE)
    taken = {box.number for box in big.masters.equipment}
    yard.numbers = [number for number in yard.numbers if number not in taken]
    near = [port for port in trade.ports().loading if port.region == "asia"]
    bills = []
    for _ in range(BILLS):
        origin = random.choice(near)
        bills.append(master(numbers, (origin, None), [yard.full_load(origin.region, 1)]))
    arrival = (now - BERTHED_AGO).astimezone(HONG_KONG)
    voyage = f"{big.seed % 1000:03}W"
    head = replace(
        big.head,
        document=f"SYNLINE-{voyage}-HKG",
        vessel=VESSEL,
        imo=IMO,
        voyage=voyage,
        arrival=f"{arrival:%Y-%m-%dT%H:%M}",
    )
    return Manifest(head, tuple(bills), tuple(box.listed() for box in yard.loaded.values()))


def _other_box(big: Call, listed: Manifest) -> str:
    """Return a box that neither ship lists."""
    known = {box.number for box in (*big.masters.equipment, *listed.equipment)}
    others = Yard.of(Random(f"waglan demo over {big.seed}"), len(known) + 1).numbers
    return next(number for number in others if number not in known)


def _cargo_g(box: Equipment) -> int:
    return (box.gross_mass_g or 0) - (box.tare_g or 0)


def _plan(listed: Manifest, aboard: Iterable[Equipment], now: datetime) -> Stowage:
    head = listed.head
    return Stowage(
        document=f"BAY-{head.voyage}",
        function=Function.ORIGINAL,
        conveyance=_conveyance(listed),
        slots=tuple(Slot(_slot(n), _box(box)) for n, box in enumerate(aboard)),
        planned_at=_time(now - 2 * BERTHED_AGO),
        port=listed.bills[0].place_of_loading,
        next_port=HONG_KONG_PLACE,
        arrival=_time(now - BERTHED_AGO),
    )


def _moves(listed: Manifest, ashore: Iterable[Equipment], now: datetime) -> MovementReport:
    first = now - BERTHED_AGO + timedelta(hours=1)
    moved = tuple(
        Movement(
            EventCode.EQUIPMENT_DISCHARGED,
            _box(box),
            _time(first + n * DISCHARGED_EVERY),
            HONG_KONG_PLACE,
            TERMINAL.address.id,
            _slot(n),
        )
        for n, box in enumerate(ashore)
    )
    return MovementReport(
        document=f"DIS-{listed.head.voyage}",
        document_name="44",
        function=Function.ORIGINAL,
        conveyance=_conveyance(listed),
        movements=moved,
        reported_at=_time(now),
        place=HONG_KONG_PLACE,
        terminal=TERMINAL.address.id,
    )


def _conveyance(listed: Manifest) -> Conveyance:
    head = listed.head
    return Conveyance(head.vessel, head.imo, voyage=head.voyage, carrier=LINE.address.id, mode="1")


def _box(box: Equipment) -> Box:
    return Box(
        box.number,
        size_type=box.size_type,
        full=box.full,
        direction="3",
        gross_mass_g=box.gross_mass_g,
        seals=box.seals,
        port_of_discharge=HONG_KONG_PLACE,
    )


def _slot(number: int) -> str:
    """Return bay, row and tier (ISO 9711), counted up along the deck."""
    return f"{1 + 2 * (number // 8):03}{1 + number % 8:02}82"


def _time(at: datetime) -> str:
    return at.astimezone(HONG_KONG).isoformat(timespec="minutes")
