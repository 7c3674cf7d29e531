"""A checkpoint tells that a pass was used."""

from datetime import datetime
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.elock.gate_pass import Pass
from waglan.store import Transaction, trips


async def use_pass(
    tx: Transaction, by: tuple[int, PartyId], one: Pass, at: datetime, *, now: datetime
) -> bool | None:
    """Write a pass down as used; False if it was before, None if it is on no trip of his."""
    org, party = by
    try:
        trip = UUID(one.trip)
    except ValueError:
        return None
    kept = await trips.by_id(tx, trip)
    if kept is None or one.authority != party:
        return None
    return await trips.use_pass(tx, (org, one.jti, kept.number, one.site), at, now=now)
