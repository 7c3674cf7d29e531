"""A checkpoint asks about a trip that can not be judged anew: its last signed state answers."""

from datetime import datetime

from waglan.elock.trip_state import fallen_back, read_state
from waglan.operations.check_truck import Checked
from waglan.operations.do_trip_act import state_of
from waglan.store import Transaction, trip_states, trips


async def check_by_last(
    tx: Transaction, truck: tuple[str | None, str | None], cause: str, *, now: datetime
) -> Checked | None:
    """Answer by the last state that was signed, with its age; the best that it says is to look.

    None if the authority is on no such trip.
    """
    plate, lock = truck
    kept = await trips.under_way(tx, plate=plate, lock=lock)
    if kept is None or await trips.own_policy(tx, kept.number) is None:
        return None
    state = state_of(await trips.acts(tx, kept.number))
    known = await trip_states.last(tx, kept.number)
    last = None if known is None else read_state(known.said)
    is_held = await trips.is_held(tx, kept.number)
    locks = [one.terminal for one in await trips.heard(tx, kept.number) if one.is_lock]
    seal = last.seal if last else ""
    answer = fallen_back(last, state, is_held=is_held)
    age_s = 0 if last is None else int((now - last.as_of).total_seconds())
    named = (locks[-1] if locks else "", seal)
    return Checked(answer, kept, state, named, is_held, None, last, cause, age_s)
