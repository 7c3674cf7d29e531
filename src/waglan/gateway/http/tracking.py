"""How a key stands, what happened, and the proof of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, JsonValue

from waglan.cargo.same_manifest import ToldIdentity
from waglan.cargo.standing import Standing, Told, declares, past_moves, standing_moves
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.codes.plain import is_blank
from waglan.codes.raw import Raw
from waglan.gateway.bell import Bell
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.described import gives
from waglan.gateway.http.door import TheKit, TheVisitor, Visitor
from waglan.gateway.http.event_view import EventView, event_view
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.named import NamedView, named_view
from waglan.gateway.http.paging import BEFORE_ALL, AfterSeq, must_be_within
from waglan.gateway.http.problem import Problem, absent
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.operations._sights import sights
from waglan.operations.prove_event import prove_event
from waglan.operations.track_key import Tracked, track_key
from waglan.parties.permission import Act
from waglan.store import Transaction, events
from waglan.store.events import Sought

T = TypeVar("T")

router = APIRouter(tags=["tracking"])

PAGE_MAX = 500
HEARTBEAT_SECONDS = 15.0
STREAM_PAUSE_SECONDS = 0.25  # at most four looks a second and stream


class ToldView(BaseModel):
    """Something that somebody said, and when; null where nobody said it to you."""

    what: JsonValue
    said_by: str
    happened_at: datetime
    recorded_at: datetime


class ClearedView(BaseModel):
    """A part that customs let go: a goods item, a container, or so many packages of either."""

    goods: int | None
    container: str | None
    packages: int | None


class TrackedView(BaseModel):
    """One thing that a key names or leads to, and how it stands by all of it that you may see."""

    kind: str
    key: str
    declaration: str
    declared: ToldView | None
    filer: str | None  # of a manifest: who files it, for which call, and with which authority
    call: str | None
    filed_with: str | None
    version: int | None
    parts: str | None
    customs: ToldView | None
    is_served: bool  # customs told its status; else it is decided, and officers alone see it
    cleared: list[ClearedView]  # of a partly cleared bill: what may go, as far as you were told
    answered: ToldView | None  # a manifest: of how many of its bills customs served notices last
    moved: ToldView | None
    nobody_said: list[str]
    particulars: dict[str, object]
    named: list[NamedView]  # a bill's parties and marks; of each filer whose names you may read
    events: list[EventView]
    has_older: bool  # there are older events: they are not listed, and count for nothing here


class TrackView(BaseModel):
    """What was asked and all that was found: what it names first, then what that leads to."""

    key: str
    found: list[TrackedView]
    has_more: bool  # it leads to more than was found: older things, to be asked for by their keys


class PageView(BaseModel):
    """Events beyond a cursor, and the cursor to go on with."""

    events: list[EventView]
    next: int


@router.get("/v1/track", include_in_schema=False)
async def track_nothing(
    visitor: TheVisitor,
    key: Annotated[str, Query()] = "",
    kind: Annotated[str, Query()] = "",
) -> None:
    """Say where the key belongs: in the path, not in what is asked of it."""
    del key, kind
    visitor.must(Act.READ)
    raise _no_key()


def _no_key() -> Problem:
    return Problem(422, Finding("HTTP-TRACK-KEY", Severity.ERROR, Where("path.key"), {}))


@router.get("/v1/track/{key:path}", response_model=TrackView, responses=ERRORS)
async def track(
    key: str, visitor: TheVisitor, kind: Annotated[KeyKind | None, Query()] = None
) -> TrackView:
    """Say how a bill, a container, a manifest or a call stands, as far as you may see it."""
    visitor.must(Act.READ)
    if is_blank(key):
        raise _no_key()
    async with visitor.transaction() as tx:
        found = await track_key(tx, visitor.kit.keys.vault, key, kind)
        seen = [sight for one in found.things for sight in one.sights]
        await visitor.looked(tx, "/v1/track", seen)
    if not found.things:
        raise absent("key")
    return TrackView(
        key=key, found=[_tracked(one) for one in found.things], has_more=found.has_more
    )


def _tracked(one: Tracked) -> TrackedView:
    stands = one.standing
    identity = one.identity or ToldIdentity()
    return TrackedView(
        kind=one.about.kind.value,
        key=one.about.text,
        declaration=stands.declaration.value,
        declared=None if stands.declared is None else _told(stands.declared, None),
        filer=identity.filer,
        call=identity.call,
        filed_with=identity.authority,
        version=_version(one),
        parts=_parts(stands),
        customs=None if stands.customs is None else _told(stands.customs, _status(stands)),
        is_served=stands.is_served,
        cleared=[
            ClearedView(goods=part.goods, container=part.container, packages=part.packages)
            for part in stands.cleared
        ],
        answered=(
            None if stands.answered is None else _told(stands.answered, stands.answered.what)
        ),
        moved=None if stands.moved is None else _told(stands.moved, stands.moved.what.value),
        nobody_said=list(stands.nobody_said),
        particulars=_particulars([event for _, event in one.events]),
        named=[named_view(whom) for whom in one.named],
        events=[event_view(seq, event) for seq, event in one.events],
        has_older=one.has_older,
    )


def _version(one: Tracked) -> int | None:
    """Return the version that stands; of a cancelled manifest the one that withdrew it."""
    withdrawn = one.standing.cancelled
    if one.about.kind is KeyKind.MANIFEST and withdrawn and withdrawn.what is not None:
        return withdrawn.what
    declared = declares(one.standing.timeline)
    if declared and isinstance(number := declared.body.get("version"), int):
        return number
    versions = one.standing.versions
    return versions[-1].what.number if versions else None


def _particulars(events: Sequence[Event]) -> dict[str, object]:
    """Return what was said of it the last time: what was refused only if nothing else was.

    A bill that stands in an older manifest than the last that declared it says what that says.
    """
    if declared := declares(events):
        return dict(declared.body)
    told = [event for event in events if "level" in event.body or "bills" in event.body]
    accepted = [event for event in told if event.code is not EventCode.MANIFEST_REFUSED]
    said = accepted or told or past_moves(events) or standing_moves(events)
    return dict(said[-1].body) if said else {}


def _told(told: Told[T], what: JsonValue) -> ToldView:
    return ToldView(
        what=what,
        said_by=told.said_by,
        happened_at=told.happened_at,
        recorded_at=told.recorded_at,
    )


def _status(stands: Standing) -> str | None:
    if stands.customs is None:
        return None
    status = stands.customs.what
    return status.text if isinstance(status, Raw) else status.value


def _parts(stands: Standing) -> str | None:
    if stands.parts is None:
        return None
    parts = stands.parts.what
    return f"{len(parts.came)} of {'?' if parts.of is None else parts.of}"


Time = Annotated[AskedTime | None, Query(examples=["2026-11-28T09:00:00+08:00"])]


@router.get("/v1/events", response_model=PageView, responses=ERRORS)
async def page(  # noqa: PLR0913 -- each is a filter of its own
    visitor: TheVisitor,
    after: AfterSeq = BEFORE_ALL,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    code: Annotated[EventCode | None, Query(examples=["customs.notice-served"])] = None,
    kind: Annotated[KeyKind | None, Query(examples=["bill"])] = None,
    since: Time = None,
    until: Time = None,
) -> PageView:
    """List what happened that you may see, in the log's order, beyond a cursor.

    `kind` is of the key that an event is about; `since` and `until` (which is outside) are times of
    recording. With any of them a page may be short, or empty: you are at the end once `next` stays
    as it was.
    """
    visitor.must(Act.READ)
    sought = Sought(code, kind, since, until)
    if sought == Sought():
        found = await _page(visitor, "/v1/events", after, limit)
        numbers = [one.seq for one in found if one.seq is not None]
        return PageView(events=found, next=max(numbers, default=after))
    async with visitor.transaction() as tx:
        told, beyond = await events.search(tx, sought, after=after, at_most=limit)
        if beyond == after:
            await must_be_within(tx, after)
        shown = await _seen(tx, visitor, "/v1/events", told)
    return PageView(events=shown, next=beyond)


async def _page(visitor: Visitor, asked: str, after: int, limit: int) -> list[EventView]:
    async with visitor.transaction() as tx:
        found = await events.feed(tx, after=after, at_most=limit)
        if not found:
            await must_be_within(tx, after)
        return await _seen(tx, visitor, asked, found)


async def _seen(
    tx: Transaction, visitor: Visitor, asked: str, found: Sequence[events.Told]
) -> list[EventView]:
    told = [(one, read_event(one.canonical)) for one in found]
    await visitor.looked(tx, asked, sights((one.consignment, event) for one, event in told))
    return [event_view(one.seq, event) for one, event in told]


@router.get(
    "/stream", responses=ERRORS | gives("text/event-stream"), response_class=StreamingResponse
)
async def stream(
    visitor: TheVisitor,
    kit: TheKit,
    last_event_id: Annotated[int | None, Header(ge=BEFORE_ALL)] = None,
    after: AfterSeq = BEFORE_ALL,
) -> StreamingResponse:
    """Follow what happens as server-sent events; `Last-Event-ID` resumes where you left."""
    visitor.must(Act.READ)
    cursor = after if last_event_id is None else last_event_id
    async with visitor.transaction() as tx:
        await must_be_within(tx, cursor)
    return StreamingResponse(
        _follow(visitor, kit.bell, cursor),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _sent(event: EventView) -> str:
    return f"id: {event.seq}\nevent: {event.code}\ndata: {event.model_dump_json()}\n\n"


async def _follow(visitor: Visitor, bell: Bell, cursor: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    while True:
        rung = bell.next()
        # Open streams ask again who they are: a token revoked meanwhile ends its stream.
        if not await visitor.still_known():
            return
        found = await _page(visitor, "/stream", cursor, PAGE_MAX)
        for event in found:
            cursor = event.seq if event.seq is not None else cursor
        if found:
            # In one piece: who went away is noticed between two, not after each line of hundreds.
            yield "".join(map(_sent, found))
        if len(found) == PAGE_MAX:
            continue
        try:
            await asyncio.wait_for(rung.wait(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield ": still here\n\n"
        await asyncio.sleep(STREAM_PAUSE_SECONDS)


@router.get(
    "/v1/evidence/{seq}", responses=ERRORS | gives("application/json"), response_class=Response
)
async def evidence(seq: int, visitor: TheVisitor) -> Response:
    """Return the proof of one event, which `waglan verify` checks without any network."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        proven = await prove_event(tx, seq)
        if proven is not None:
            await visitor.looked(tx, "/v1/evidence", proven[1])
    if proven is None:
        raise Problem(404, Finding("HTTP-NO-PROOF-YET", Severity.ERROR, Where("event"), {}))
    return Response(proven[0].encoded(), media_type="application/json")
