"""A haulier arms, seals, calls off or closes his trip, by his own word."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.elock.trip import Act
from waglan.elock.trip_act import NEEDS, TripAct
from waglan.operations.do_trip_act import Done, Refusal, do_trip_act
from waglan.parties.role import Principal
from waglan.store import Transaction, trips


@dataclass(frozen=True, slots=True)
class Step:
    """What a haulier does, and how many acts of the trip he saw; `id` is the same if sent again."""

    id: str
    act: Act
    version: int
    reason: str = ""
    seal: str | None = None
    receiver: str | None = None
    site: str | None = None
    at: datetime | None = None  # None: now


async def step_trip(
    tx: Transaction, by: tuple[int, Principal], trip: UUID, step: Step, *, now: datetime
) -> Done | Refusal | None:
    """Do a haulier's act; None: he has no such trip. The lock is the one that is on the trip."""
    await trips.hold(tx, trip)
    kept = await trips.by_id(tx, trip)
    if kept is None:
        return None
    _, principal = by
    who = principal.accountable or principal.token
    lock = None
    if "lock" in NEEDS[step.act]:
        heard = await trips.heard(tx, kept.number)
        lock = next((one.terminal for one in heard if one.is_lock and not one.until_at), None)
    for act in await trips.acts(tx, kept.number):
        if act.act_id == step.id and act.body:  # it came before: the very same words again
            return await do_trip_act(tx, by, trip, (act.body, act.signature), now=now)
    sheet = TripAct(
        "waglan/trip-act/v1", step.id, str(trip), who, principal.org, step.act,
        step.at or now, step.version,
        reason=step.reason, lock=lock, seal=step.seal, receiver=step.receiver,
        site=step.site,
    )  # fmt: skip
    return await do_trip_act(tx, by, trip, (sheet.act_bytes(), None), now=now)
