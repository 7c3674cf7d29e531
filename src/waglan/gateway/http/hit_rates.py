"""How often a look was borne out, by row, by rule and in the random sample. Officers only."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.hit_rate import ENOUGH, Pointer, Share, Tally, against, share
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import misunderstood
from waglan.parties.permission import Act
from waglan.store import hit_rates

router = APIRouter(prefix="/v1/customs", tags=["customs"])

DAYS_MAX = 366
DAYS = 90  # if nothing is said


class ShareView(BaseModel):
    """Hits of a thousand, and between which shares the true one lies (Wilson, 95 in 100)."""

    permille: int
    low: int
    high: int


class HitRateView(BaseModel):
    """What came of the bills that one thing pointed at; what is unknown is no miss."""

    pointer: str  # row, sample, rule
    name: str
    bills: int
    not_examined: int
    hits: int
    misses: int
    unsaid: int  # examined, and nobody can say what it bears out
    share: ShareView | None  # null: too few
    against_sample: str | None  # above, below, not-told-apart; null: too few on one side


class HitRatesView(BaseModel):
    """Hit rates of a time; `enough` hits and misses make a share. As CSV the rates alone."""

    ROWS: ClassVar = "rates"

    since: datetime
    until: datetime
    enough: int
    rates: list[HitRateView]


@router.get("/hit-rates", response_model=HitRatesView, responses=ERRORS)
async def rates(
    visitor: TheVisitor,
    since: Annotated[AskedTime | None, Query()] = None,
    until: Annotated[AskedTime | None, Query()] = None,
    table: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> HitRatesView:
    """Count what came of the bills that rows, rules and the sample pointed at in that time."""
    visitor.must(Act.READ_TARGETING)
    end = until or visitor.kit.clock()
    try:
        begin = since or end - timedelta(days=DAYS)
        is_good = timedelta(0) < end - begin <= timedelta(days=DAYS_MAX)
    except OverflowError:
        is_good = False
    if not is_good:
        days = Finding("HTTP-PERIOD", Severity.ERROR, Where("query.since"), {"days": DAYS_MAX})
        raise misunderstood(days)
    async with visitor.transaction() as tx:
        found = await hit_rates.tallies(
            tx, since=begin, until=end, sha256=bytes.fromhex(table) if table else None
        )
    sample = next((share(one) for one in found if one.pointer is Pointer.SAMPLE), None)
    return HitRatesView(
        since=begin, until=end, enough=ENOUGH, rates=[_view(one, sample) for one in found]
    )


def _view(one: Tally, sample: Share | None) -> HitRateView:
    mine = share(one)
    is_sample = one.pointer is Pointer.SAMPLE
    compared = None if is_sample else against(mine, sample)
    return HitRateView(
        pointer=one.pointer.value,
        name=one.name,
        bills=one.bills,
        not_examined=one.not_examined,
        hits=one.hits,
        misses=one.misses,
        unsaid=one.unsaid,
        share=ShareView(permille=mine.permille, low=mine.low, high=mine.high) if mine else None,
        against_sample=compared.value if compared else None,
    )
