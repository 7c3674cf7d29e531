"""Files of provinces and of authorities' rules, tried out on past trips before they are signed."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.atlas import Atlas, joined
from waglan.elock.ground import FILE_BYTES_MAX, GroundFile, GroundRead
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.described import gives, takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem
from waglan.gateway.sandbox import read_ground
from waglan.operations._ground import ground_at
from waglan.operations.replay_trip import Replayed, Side, Tried, replay_trip
from waglan.parties.permission import Act
from waglan.store import trips
from waglan.store.trips import Kept

router = APIRouter(prefix="/v1/grounds", tags=["grounds"])

TRIPS_MAX: Final = 1_000
SECONDS_MAX: Final = 300.0
PERIOD: Final = timedelta(days=30)
_DAWN: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
NDJSON: Final = "application/x-ndjson"
TOML: Final = "application/toml"
# Files are read one at a time: each in a process of its own, which may use a gigabyte.
_ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="grounds")


@router.post(
    "/dry-runs",
    responses={**ERRORS, **gives(NDJSON)},
    response_class=StreamingResponse,
    openapi_extra=takes(TOML),
)
async def dry_run(  # noqa: PLR0913 (each is a parameter of the query)
    request: Request,
    visitor: TheVisitor,
    since: Annotated[AskedTime | None, Query(description="Trips planned from then on.")] = None,
    until: Annotated[AskedTime | None, Query(description="Trips planned before then.")] = None,
    on: Annotated[
        date | None, Query(description="The day whose rules and corridors are tried out.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=TRIPS_MAX)] = 200,
) -> StreamingResponse:
    """Try a province's or your own rules' file out on your past trips; nothing is kept.

    One JSON object a line: each trip as it is and as it would be, and a summary at the end. Without
    a time: the last thirty days. It ends after five minutes, and says so.
    """
    visitor.must(Act.JUDGE_TRIP)
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > FILE_BYTES_MAX:
            raise Problem(413, Finding("HTTP-TOO-LARGE", Severity.ERROR, Where("file"), {}))
    read = await read_ground_file(data, visitor)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        ground = await ground_at(tx, now)
    day = on or max(now.astimezone(HONG_KONG).date(), _first_day(read))
    end = until or now + timedelta(seconds=1)
    time = (since or max(end, _DAWN) - PERIOD, end)  # before that nobody drove
    then = _then(read, ground.atlas)
    tried = Tried(ground.atlas, then, ground.rules, read.jurisdiction, day)
    async with visitor.transaction() as tx:
        found = await trips.of_period(tx, time, at_most=limit + 1)
    lines = _lines(visitor, tried, found, limit)
    return StreamingResponse(lines, media_type=NDJSON)


async def read_ground_file(data: bytes, visitor: Visitor) -> GroundRead:
    """Return what a file says; raise Problem 422 if it is in no order, or another authority's."""
    async with visitor.transaction() as tx:
        ground = await ground_at(tx, visitor.kit.clock())
    file = GroundFile(data, tuple(ground.atlas.provinces.values()))
    loop = asyncio.get_running_loop()
    read = await loop.run_in_executor(_ONE_AT_A_TIME, read_ground, file)
    if read.kind is None:
        kind = Finding("HTTP-GROUND-REFUSED", Severity.ERROR, Where("file"), {})
        raise Problem(422, kind, findings=read.findings)
    mine = visitor.principal.org
    if read.jurisdiction is not None and read.jurisdiction.policy.authority != mine:
        whose = read.jurisdiction.policy.authority
        where = Where("policy/authority")
        other = Finding("GROUND-NOT-YOURS", Severity.ERROR, where, {"authority": whose})
        kind = Finding("HTTP-GROUND-REFUSED", Severity.ERROR, Where("file"), {})
        raise Problem(422, kind, findings=[other])
    return read


def _first_day(read: GroundRead) -> date:
    """Return from when on a file says anything."""
    if read.jurisdiction is not None:
        return read.jurisdiction.in_force_from or date.min
    corridors = () if read.province is None else read.province.corridors
    return max((one.in_force_from or date.min for one in corridors), default=date.min)


def _then(read: GroundRead, atlas: Atlas) -> Atlas:
    if read.province is None:
        return atlas
    named = {**atlas.provinces, read.province.id: read.province}
    return joined(named, is_checked=True)[0]


async def _lines(
    visitor: Visitor, tried: Tried, found: Sequence[Kept], limit: int
) -> AsyncIterator[str]:
    began, changed, looked, newly = monotonic(), 0, 0, 0
    refused, ways, done = 0, 0, 0
    for n, kept in enumerate(found[:limit], 1):
        if monotonic() - began > SECONDS_MAX:
            break
        done = n
        async with visitor.transaction() as tx:
            now, vault = visitor.kit.clock(), visitor.kit.keys.vault
            one = await replay_trip(tx, vault, (visitor.org, kept), tried, now=now)
            asked = "/v1/grounds/dry-runs"
            await visitor.looked_at(tx, asked, "trip", [str(kept.trip.id)])
        if one is None:
            yield _line({"n": n, "of": min(len(found), limit), "trip": None})
            continue
        looked += 1
        changed += one.is_changed
        ways += one.is_way_changed
        refused += bool(one.after.refused) and not one.before.refused
        newly += bool(one.before.refused) and not one.after.refused
        yield _line({"n": n, "of": min(len(found), limit), "trip": _shown(one)})
    summary = {
        "trips": looked,
        "changed": changed,
        "ways_changed": ways,
        "refused": refused,
        "newly_eligible": newly,
        "is_whole": done == len(found),
        "until": None if done == 0 else found[done - 1].trip.planned_at.isoformat(),
        "day": tried.day.isoformat(),
    }
    yield _line({"summary": summary})


def _line(told: object) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"


def _shown(one: Replayed) -> dict[str, object]:
    trip = one.kept.trip
    return {
        "id": str(trip.id),
        "vehicle": trip.vehicle,
        "origin": trip.origin,
        "destination": trip.destination,
        "planned_at": _time(trip.planned_at),
        "state": one.state,
        "before": _side(one.before),
        "after": _side(one.after),
        "is_way_changed": one.is_way_changed,
        "is_changed": one.is_changed,
    }


def _side(one: Side) -> dict[str, object]:
    return asdict(one)


def _time(at: datetime) -> str:
    return at.isoformat()
