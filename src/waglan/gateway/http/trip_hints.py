"""What trips come to as they drive, as the authority sees it whose policy says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from pydantic import BaseModel

from waglan.store import Transaction, lives
from waglan.store.lives import Live

Hinted = Literal["GREEN", "AMBER", "UNPROVEN", "RED"]


class ReasonView(BaseModel):
    """Why a trip is not GREEN, what that alone makes of it, and which entries of its log say so."""

    reason: str
    outcome: str
    entries: list[str]


class HintView(BaseModel):
    """What your authority's policy makes of a trip as it drives: a hint, so many seconds old.

    Act on a verdict, which is made anew from the whole log: `/v1/trips/{trip}/verdict`.
    """

    outcome: str
    worst: str
    reasons: list[ReasonView]
    red_from: datetime | None
    backfill_until: datetime | None
    as_of: datetime
    age_seconds: int


_read = msgspec.json.Decoder(dict[str, list[dict[str, Any]]]).decode


async def hints(tx: Transaction, trips: Sequence[int], now: datetime) -> dict[int, HintView]:
    """Return the hints of the authority that asks on these trips, by the trips' numbers."""
    return {number: _hint(live, now) for number, live in (await lives.own(tx, trips)).items()}


def _hint(live: Live, now: datetime) -> HintView:
    return HintView(
        outcome=live.outcome,
        worst=live.worst,
        reasons=[ReasonView(**one) for one in _read(live.reasons)["reasons"]],
        red_from=live.red_from,
        backfill_until=live.backfill_until,
        as_of=live.as_of,
        age_seconds=max(0, int((now - live.as_of).total_seconds())),
    )
