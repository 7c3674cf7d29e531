"""Back-tests of officers' tables: begun by one, seen by whoever publishes. Officers only."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.back_test import Counts
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import LISTED_MAX, cut
from waglan.gateway.http.problem import absent, misunderstood
from waglan.gateway.http.tables import Sha256
from waglan.operations.begin_back_test import begin_back_test
from waglan.parties.permission import Act
from waglan.store import back_tests, orders
from waglan.store.back_tests import BackTest

router = APIRouter(prefix="/v1/customs/tables", tags=["customs"])

DAYS_MAX = 366
LISTED = 20
NUMBER_MAX = (1 << 63) - 1


class Period(Asked):
    """Which manifests a table is run on: those filed in this time, which lies in the past."""

    since: AskedTime
    until: AskedTime


class CountsView(BaseModel):
    """How many bills; what nobody examined is neither hit nor miss."""

    bills: int
    examined: int
    hits: int
    misses: int


class BackTestView(BaseModel):
    """How a table's pointing differs from what pointed at the bills when they were judged."""

    table: str
    since: datetime
    until: datetime
    asked_by: str
    asked_at: datetime  # outcomes that were known then are counted
    manifests: int
    done: int
    ended_at: datetime | None
    newly: CountsView
    no_more: CountsView
    still: CountsView
    neither: CountsView
    past: CountsView  # all that was pointed at
    draft: CountsView  # all that this table points at
    sampled: CountsView  # the random sample
    erased: int  # bills whose parties are erased: the table can't ask for them


@router.post("/{sha256}/back-tests", status_code=201, response_model=BackTestView, responses=ERRORS)
async def begin(sha256: Sha256, period: Period, visitor: TheVisitor) -> BackTestView:
    """Begin to run a table on past manifests; the same period again is the same back-test."""
    visitor.must(Act.PUBLISH_TABLE)
    now = visitor.kit.clock()
    length = period.until - period.since
    if not timedelta(0) < length <= timedelta(days=DAYS_MAX) or period.until > now:
        kind = Finding("HTTP-PERIOD", Severity.ERROR, Where("body.since"), {"days": DAYS_MAX})
        raise misunderstood(kind)
    async with visitor.transaction() as tx:
        found = await begin_back_test(
            tx,
            (visitor.org, visitor.principal),
            bytes.fromhex(sha256),
            (period.since, period.until),
            now=now,
        )
    if found is None:
        raise absent("table")
    if isinstance(found, Finding):
        raise misunderstood(found)
    return _view(found)


class BackTestPage(BaseModel):
    """Back-tests, newest first; `next` is the `before` of the next page, null on the last."""

    back_tests: list[BackTestView]
    next: int | None


@router.get("/{sha256}/back-tests", response_model=BackTestPage, responses=ERRORS)
async def of_table(
    sha256: Sha256,
    visitor: TheVisitor,
    before: Annotated[int | None, Query(ge=0, le=NUMBER_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = LISTED,
) -> BackTestPage:
    """List the back-tests of a table, newest first, and how far each has come."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        table = bytes.fromhex(sha256)
        if await orders.imported(tx, table) is None:
            raise absent("table")
        found = await back_tests.of_table(tx, table, before=before, at_most=limit + 1)
    page, last = cut(found, limit)
    return BackTestPage(back_tests=[*map(_view, page)], next=last.number if last else None)


def _view(one: BackTest) -> BackTestView:
    found = one.found
    return BackTestView(
        table=one.sha256.hex(),
        since=one.since,
        until=one.until,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        manifests=one.manifests,
        done=one.done,
        ended_at=one.ended_at,
        newly=_counts(found.newly),
        no_more=_counts(found.no_more),
        still=_counts(found.still),
        neither=_counts(found.neither),
        past=_counts(found.past),
        draft=_counts(found.draft),
        sampled=_counts(found.sampled),
        erased=found.erased,
    )


def _counts(one: Counts) -> CountsView:
    return CountsView(bills=one.bills, examined=one.examined, hits=one.hits, misses=one.misses)
