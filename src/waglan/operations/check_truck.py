"""A checkpoint asks what to do with a truck, by its plate or its lock."""

from dataclasses import dataclass
from datetime import datetime

from waglan.elock.gate_pass import Answer, answer
from waglan.logbook.sealed import Vault
from waglan.operations.judge_trip import Judged, judge_kept
from waglan.store import Transaction, trips


@dataclass(frozen=True, slots=True)
class Checked:
    """What a checkpoint is to do, and by what."""

    answer: Answer
    judged: Judged
    is_held: bool


async def check_truck(
    tx: Transaction,
    vault: Vault,
    org: int,
    truck: tuple[str | None, str | None],
    *,
    now: datetime,
) -> Checked | None:
    """Judge the newest trip of a plate, or lock, or both; None if the authority is on none."""
    plate, lock = truck
    kept = await trips.under_way(tx, plate=plate, lock=lock)
    judged = None if kept is None else await judge_kept(tx, vault, org, kept, now=now)
    if judged is None:
        return None
    is_held = await trips.is_held(tx, judged.kept.number)
    return Checked(answer(judged.verdict, judged.state, is_held=is_held), judged, is_held)
