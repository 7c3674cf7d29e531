"""Time changes an alarm: what was held has lasted, or its mute is over, and it is shown."""

from datetime import datetime

from waglan.elock.watch import due
from waglan.operations.note_verdict import keep_steps, turned, watched
from waglan.store import Transaction, alarms, trips


async def wake_alarm(tx: Transaction, authority: int, number: int, *, now: datetime) -> bool:
    """Show an alarm for which it is time, and tell its authority; False if nothing is to be done.

    The role is the authority's own.
    """
    one = await alarms.by_number(tx, number)
    if one is None:
        return False
    muted_s = None if one.muted_until is None else int(one.muted_until.timestamp())
    turn = due(watched(one), now_s=int(now.timestamp()), muted_until_s=muted_s)
    kept = await trips.by_id(tx, one.trip)
    if turn is None or kept is None:
        return False
    [judging] = [each for each in await trips.judging(tx, kept.number) if each.org == authority]
    one = turned(one, turn, now)
    await alarms.turn(tx, one)
    await keep_steps(tx, judging, [(one, turn)], now=now)
    return True
