"""Customs statuses and hold lists, signed for those who have no network; and the keys to them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.customs.hold_list import HoldList, sign_holds
from waglan.customs.signed_status import sign_status
from waglan.gateway.http.accepted import liked
from waglan.gateway.http.described import BYTES, Responses, gives
from waglan.gateway.http.door import TheKit, TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.gateway.status_code import PNG, SVG, picture
from waglan.logbook.signing import Purpose
from waglan.operations.list_holds import list_holds
from waglan.operations.prove_keys import prove_keys
from waglan.operations.state_status import Stated, state_status
from waglan.parties.permission import Act
from waglan.store.connect import transaction
from waglan.store.looks import Sight

router = APIRouter(prefix="/v1", tags=["customs status"])

T = TypeVar("T")

NEXT_MINUTES_MAX = 24 * 60
NUMBERED_WITHIN = timedelta(seconds=3)  # the log numbers what is told several times a second
LOOK_SECONDS = 0.1
NOT_NUMBERED = "STATUS-NOT-NUMBERED"
_UNTOLD: Responses = {
    409: {"description": "Customs has told nothing of it, or its filer withdrew it."}
}
VARY = {"Vary": "Accept"}
_DRAWN: Responses = {200: {"content": {SVG: BYTES, PNG: BYTES}}}
_NOT_YET: Responses = {503: {"description": "Told a moment ago: come again in a second."}}


class StatusView(BaseModel):
    """What customs has told of one bill, and the text that proves it offline; no release of cargo.

    `text` holds all but `filed_since`: the newest version of the manifest, where you may see that
    one was filed of which customs has not spoken.
    """

    authority: str
    status: str
    bill: str
    manifest: str
    version: int
    call: str
    boxes: list[str]
    boxes_of: int | None
    told_at: datetime
    as_of: datetime
    seq: int
    filed_since: int | None
    text: str


class StatusesView(BaseModel):
    """What was asked, and a status for each bill that it names."""

    key: str
    found: list[StatusView]


@router.get(
    "/customs-status/{key:path}",
    response_model=StatusesView,
    responses={**ERRORS, **_UNTOLD, **_NOT_YET, **_DRAWN},
)
async def customs_status(
    key: str,
    visitor: TheVisitor,
    request: Request,
    answer: Response,
    kind: Annotated[KeyKind | None, Query()] = None,
) -> StatusesView | Response:
    """State what customs has told of a bill, or of each bill in a container, signed for others.

    Who asks for `image/svg+xml` or `image/png` gets the text of one bill as a QR code, for paper.
    """
    visitor.must(Act.READ)

    async def ask() -> list[Stated] | Finding | None:
        async with visitor.transaction() as tx:
            found = await state_status(tx, key, kind, now=visitor.kit.clock())
            if isinstance(found, list):
                await visitor.looked(tx, "/v1/customs-status", [one.sight for one in found])
        return found

    found = await _numbered(visitor, ask)
    if found is None:
        raise absent("key")
    if isinstance(found, Finding):
        raise _refused(found)
    signer = visitor.kit.keys.signer(Purpose.CUSTOMS_STATUS)
    texts = [sign_status(one.status, signer) for one in found]
    if (drawn := _drawn(request)) is not None:
        if len(texts) > 1:
            raise Problem(409, _several(key, len(texts)))
        return Response(picture(texts[0], drawn), media_type=drawn, headers=VARY)
    answer.headers.update(VARY)
    return StatusesView(key=key, found=list(map(_view, found, texts)))


def _drawn(request: Request) -> str | None:
    """Return the kind of picture that is asked for by its name, if JSON is not liked better."""
    wishes = liked(request.headers)
    best = max((SVG, PNG), key=lambda one: wishes.get(one, 0.0))
    wish = wishes.get(best, 0.0)
    return best if wish > 0 and wish >= wishes.get("application/json", 0.0) else None


def _view(one: Stated, text: str) -> StatusView:
    said = one.status
    return StatusView(
        authority=said.authority,
        status=said.status.value,
        bill=said.bill,
        manifest=str(said.manifest),
        version=said.version,
        call=said.call,
        boxes=list(said.boxes),
        boxes_of=said.boxes_of,
        told_at=said.told_at,
        as_of=said.as_of,
        seq=said.seq,
        filed_since=one.filed_since,
        text=text,
    )


@router.get(
    "/calls/{call:path}/holds",
    response_class=Response,
    responses={**ERRORS, **gives("text/plain"), **_NOT_YET},
)
async def holds(
    call: str,
    visitor: TheVisitor,
    next_minutes: Annotated[int | None, Query(ge=1, le=NEXT_MINUTES_MAX)] = None,
) -> Response:
    """List what customs has told of each bill of a call that you may see, signed, for offline use.

    `next_minutes` is when you mean to fetch the next list: it is signed in, so that whoever holds
    this one sees that it is overdue.
    """
    visitor.must(Act.READ)

    async def ask() -> tuple[HoldList, list[Sight]] | Finding | None:
        now = visitor.kit.clock()
        until = None if next_minutes is None else now + timedelta(minutes=next_minutes)
        async with visitor.transaction() as tx:
            found = await list_holds(tx, visitor.principal.org, call, now=now, next_update=until)
            if isinstance(found, tuple):
                await visitor.looked(tx, "/v1/calls/holds", found[1])
        return found

    found = await _numbered(visitor, ask)
    if found is None:
        raise absent("call")
    if isinstance(found, Finding):
        raise _refused(found)
    signed = sign_holds(found[0], visitor.kit.keys.signer(Purpose.HOLD_LIST))
    return Response(signed, media_type="text/plain; charset=utf-8")


@router.get("/keys", response_class=Response, responses=gives("application/json"), tags=["log"])
async def keys(kit: TheKit) -> Response:
    """Return the keys to statuses and hold lists, proven by the log: for anybody."""
    async with transaction(kit.pools.app, None) as tx:
        bundle = await prove_keys(tx)
    if bundle is None:
        raise Problem(404, Finding("HTTP-NO-PROOF-YET", Severity.ERROR, Where("keys"), {}))
    return Response(bundle.encoded(), media_type="application/json")


def _several(key: str, bills: int) -> Finding:
    where = Where("key")
    return Finding("STATUS-SEVERAL", Severity.ERROR, where, {"key": key, "bills": bills})


async def _numbered(visitor: Visitor, ask: Callable[[], Awaitable[T | Finding]]) -> T | Finding:
    """Ask until the log has numbered what was told a moment ago, or for some seconds at most."""
    until = visitor.kit.clock() + NUMBERED_WITHIN
    while True:
        found = await ask()
        is_numbered = not (isinstance(found, Finding) and found.code == NOT_NUMBERED)
        if is_numbered or visitor.kit.clock() >= until:
            return found
        await asyncio.sleep(LOOK_SECONDS)


def _refused(why: Finding) -> Problem:
    if why.code == NOT_NUMBERED:
        return Problem(503, why, headers={"Retry-After": "1"})
    return Problem(409, why)
