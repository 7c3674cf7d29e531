"""Somebody asks how list and quay agree for a call: boxes listed, on board, discharged, loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from waglan.codes.event import EventCode
from waglan.codes.party import PartyId
from waglan.manifest.call import Voyage, is_same_call
from waglan.manifest.listed import Bound, Comparison, Listed, Reported, Source, bound, compare
from waglan.operations._sights import box_seen
from waglan.store import Transaction, manifests, moves, parties
from waglan.store.looks import Sight
from waglan.store.manifests import Filed
from waglan.store.moves import Told

MANIFESTS_MAX = 500  # of one call: carriers share a ship, and each may file several
MOVEMENTS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class CallListed:
    """The manifests of a call that the reader sees, and how they agree with what he sees told."""

    manifests: Sequence[Filed]
    comparison: Comparison
    sights: Sequence[Sight]


async def compare_listed(tx: Transaction, call: str) -> CallListed | None:
    """Compare what this reader may see of a call; None where he may see nothing of it."""
    filed = await manifests.of_call(tx, call, at_most=MANIFESTS_MAX)
    vessel, _, voyage = call.rpartition("/")
    calls = [_voyage(one) for one in filed] or _named(vessel, voyage)
    found = [
        told
        for told in await moves.of_voyage(tx, voyage, at_most=MOVEMENTS_MAX)
        if any(is_same_call(told.voyage, one) for one in calls)
    ]
    if not filed and not found:
        return None
    listed: list[Listed] = []
    for one in filed:
        listed += await _listed(tx, one)
    here = {one.head.port_of_call for one in filed if one.head.port_of_call}
    told = [_reported(told, here) for told in _newest_plan(found)]
    sights = [box_seen(one) for one in found]
    # Withdrawn, too: what was moved is declared by nobody any more.
    is_declared = bool(filed) or await manifests.was_filed(tx, call)
    return CallListed(filed, compare(listed, told, is_declared=is_declared), sights)


def _voyage(filed: Filed) -> Voyage:
    head = filed.head
    return Voyage(head.voyage, head.imo, head.vessel, head.port_of_call)


def _named(vessel: str, voyage: str) -> list[Voyage]:
    """The call as its key alone names it: by IMO number, or by the ship's name."""
    return [Voyage(voyage, vessel, None), Voyage(voyage, None, vessel)]


async def _listed(tx: Transaction, filed: Filed) -> list[Listed]:
    party = await parties.party_of(tx, filed.org)
    boxes = await manifests.boxes(tx, filed.manifest_id)
    head = filed.head
    is_outward = head.arrival is None and head.departure is not None
    found = []
    for box in boxes.equipment:
        ports = boxes.ports.get(box.number.upper(), ())
        way = bound(ports, head.port_of_call, is_outward=is_outward)
        source = Source(party, str(filed.id), filed.document, box.segment)
        found.append(Listed(box.number, way, source, box.full, box.gross_mass_g, box.tare_g))
    known = {box.number.upper() for box in boxes.equipment}
    source = Source(party, str(filed.id), filed.document)
    found += [Listed(n, Bound.UNKNOWN, source) for n in sorted(boxes.ports.keys() - known)]
    return found


def _newest_plan(found: Sequence[Told]) -> list[Told]:
    """Leave out the slots of plans that a later one superseded."""
    plans = [told for told in found if told.movement.code is EventCode.EQUIPMENT_STOWED]
    newest = max(plans, key=lambda told: (told.told_at, told.number), default=None)
    return [
        told
        for told in found
        if told.movement.code is not EventCode.EQUIPMENT_STOWED
        or (newest is not None and told.message == newest.message)
    ]


def _reported(told: Told, here: set[str]) -> Reported:
    movement = told.movement
    source = Source(PartyId(told.said_by), str(told.message), told.document, movement.segment)
    discharge = movement.box.port_of_discharge
    return Reported(
        movement.code, movement.box, source, discharge is not None and discharge in here
    )
