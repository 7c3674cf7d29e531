"""A checkpoint asks what to do with a truck, by its plate or its lock."""

from dataclasses import dataclass
from datetime import datetime

from waglan.elock.gate_pass import Answer, answer
from waglan.elock.trip import State
from waglan.elock.trip_state import TripState
from waglan.logbook.sealed import Vault
from waglan.operations.judge_trip import Judged, judge_kept
from waglan.store import Transaction, trips
from waglan.store.trips import Kept


@dataclass(frozen=True, slots=True)
class Checked:
    """What a checkpoint is to do, and by what."""

    answer: Answer
    kept: Kept
    state: State
    named: tuple[str, str]  # the lock that is on it, and its seal
    is_held: bool
    judged: Judged | None
    last: TripState | None = None  # what answers where nobody could judge anew
    cause: str | None = None  # why nobody could
    age_s: int = 0  # of what answers


async def check_truck(
    tx: Transaction,
    vault: Vault,
    org: int,
    truck: tuple[str | None, str | None],
    *,
    now: datetime,
) -> Checked | None:
    """Judge the newest trip of a plate, or lock, or both; None if the authority is on none.

    Raise NotJudged where that can't be done: `check_by_last` answers then.
    """
    plate, lock = truck
    kept = await trips.under_way(tx, plate=plate, lock=lock)
    judged = None if kept is None else await judge_kept(tx, vault, org, kept, now=now)
    if kept is None or judged is None:
        return None
    is_held = await trips.is_held(tx, kept.number)
    told = answer(judged.verdict, judged.state, is_held=is_held)
    return Checked(told, kept, judged.state, (judged.lock, judged.seal), is_held, judged)
