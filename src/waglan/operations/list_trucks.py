"""A gate's authority wants what it needs without a network: what is held, and how trips stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.gate_lists import (
    HOLDS_FORM,
    STATES_FORM,
    TRIPS_MAX,
    HeldTruck,
    HeldTrucks,
    TruckState,
    TruckStates,
    gate_figures,
)
from waglan.elock.reason import Outcome
from waglan.elock.trip import ENDED, State
from waglan.elock.trip_state import TripState, read_state
from waglan.logbook.sealed import Vault
from waglan.logbook.signing import PrivateKey
from waglan.operations.judge_trip import NotJudged, judge_kept
from waglan.operations.keep_state import AGAIN, keep_state
from waglan.store import Transaction, trip_states, trips
from waglan.store.trips import UnderWay

JUDGED_AT_ONCE: Final = 50


async def list_trucks(
    tx: Transaction,
    sealing: tuple[Vault, PrivateKey],
    by: tuple[int, PartyId],
    *,
    now: datetime,
    next_update: datetime,
) -> tuple[HeldTrucks, TruckStates] | Finding:
    """Return both lists of the trips under way that the authority judges.

    A list is never cut short: half of one would look like a whole one.
    """
    ended = [state.value for state in ENDED]
    found = await trips.on_their_way(tx, ended, at_most=TRIPS_MAX + 1)
    if len(found) > TRIPS_MAX:
        return Finding("GATE-TOO-MANY", Severity.ERROR, Where("trips"), {"limit": TRIPS_MAX})
    numbers = [one.kept.number for one in found]
    old = await _states(tx, numbers)
    late = [one for one in found if _is_old(old.get(one.kept.number), now)]
    late.sort(key=lambda one: (one.kept.number in old, _as_of(old.get(one.kept.number), now)))
    for one in late[:JUDGED_AT_ONCE]:
        await _anew(tx, sealing, by, one, now)
    states = await _states(tx, numbers)
    held = await trips.held(tx, numbers)
    rows = [_row(one, states.get(one.kept.number)) for one in found]
    figures, (_, party) = gate_figures(), by
    stopped = [
        HeldTruck(row.trip, row.plate, row.lock, why)
        for one, row in zip(found, rows, strict=True)
        if (why := _why(row, is_held=one.kept.number in held))
    ]
    return (
        HeldTrucks(HOLDS_FORM, party, now, next_update, figures.stale_holds_minutes,
                   tuple(stopped)),
        TruckStates(STATES_FORM, party, now, next_update, figures.stale_green_minutes,
                    tuple(rows)),
    )  # fmt: skip


async def _states(tx: Transaction, numbers: Sequence[int]) -> Mapping[int, TripState]:
    said = await trip_states.newest(tx, numbers)
    read = {number: read_state(one.said) for number, one in said.items()}
    return {number: one for number, one in read.items() if one is not None}


async def _anew(
    tx: Transaction,
    sealing: tuple[Vault, PrivateKey],
    by: tuple[int, PartyId],
    one: UnderWay,
    now: datetime,
) -> None:
    vault, key = sealing
    try:
        judged = await judge_kept(tx, vault, by[0], one.kept, now=now)
    except NotJudged:
        return  # its last state stands in the list, with its age
    if judged is not None:
        await keep_state(tx, by, judged, key)


def _is_old(state: TripState | None, now: datetime) -> bool:
    return state is None or now - state.as_of >= AGAIN


def _as_of(state: TripState | None, now: datetime) -> datetime:
    return now if state is None else state.as_of


def _row(one: UnderWay, last: TripState | None) -> TruckState:
    told = (str(one.kept.trip.id), one.kept.trip.vehicle, one.lock)
    state = State(one.state)
    if last is None:
        return TruckState(*told, "", state, None, (), None)
    reasons = tuple(why["reason"] for why in last.verdict["reasons"])
    return TruckState(*told, last.seal, state, last.outcome.name, reasons, last.as_of)


def _why(row: TruckState, *, is_held: bool) -> str:
    """Why a truck is stopped wherever it comes; empty if it is not."""
    if is_held:
        return "goods"
    if row.state is State.ALARMED:
        return "alarm"
    return "red" if row.outcome == Outcome.RED.name else ""
