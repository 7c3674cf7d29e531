"""What a trip was judged to be is kept, signed, for when nobody can judge it anew."""

from datetime import timedelta

from waglan.codes.party import PartyId
from waglan.elock.trip_state import read_state, sign_state, state_of_trip
from waglan.logbook.signing import PrivateKey
from waglan.operations.judge_trip import Judged
from waglan.store import Transaction, trip_states
from waglan.store.trip_states import KeptState

AGAIN = timedelta(minutes=1)  # one that says the same is kept so often


async def keep_state(
    tx: Transaction, by: tuple[int, PartyId], judged: Judged, key: PrivateKey
) -> None:
    """Keep a judged trip's state for the authority it was judged for, unless it is as it was."""
    org, party = by
    as_of = judged.as_of
    told = (judged.state, judged.verdict, judged.sha256)
    new = state_of_trip(party, judged.bundled.trip, told, as_of=as_of)
    last = await trip_states.last(tx, judged.kept.number)
    before = None if last is None else read_state(last.said)
    if before is not None and new.is_like(before) and as_of - before.as_of < AGAIN:
        return
    said, signature = sign_state(new, key)
    await trip_states.keep(tx, org, judged.kept.number, KeptState(as_of, said, signature))
