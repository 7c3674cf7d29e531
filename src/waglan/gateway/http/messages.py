"""Messages in, answers out."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where, decode
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.described import Responses, gives, takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.intake import count_intake
from waglan.gateway.http.observed import note
from waglan.gateway.http.paging import (
    BEFORE_ALL,
    LISTED_MAX,
    AfterSeq,
    Before,
    Limit,
    cut,
    must_be_within,
)
from waglan.gateway.http.problem import FindingView, Problem, ProblemView, absent, view
from waglan.messages.edifact import peek
from waglan.operations.partner_answers import partner_answers
from waglan.operations.receive_message import (
    KEY_CHARACTERS_MAX,
    Raced,
    Received,
    receive_message,
    reference_key,
)
from waglan.parties.permission import Act
from waglan.store import Transaction, messages, uploads
from waglan.store.messages import CHUNK_BYTES, Answer, Chunk, Kept, Sent, Wanted

ANSWERS_MAX = (1 << 31) - 1

router = APIRouter(prefix="/v1/messages", tags=["messages"])

UPLOAD_SECONDS_MAX = 3_600.0
WAIT_SECONDS = 10.0
WAIT_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.05
LOOK_SECONDS_MAX = 0.5
RACES_MAX = 5
REPLAYED = "Waglan-Replayed"
MessageState = Literal["waiting", "accepted", "partly", "refused"]
JSON_ANSWERS = {"RESULT", "NOTICE"}


class AnswerView(BaseModel):
    """An answer that waits to be fetched."""

    n: int
    kind: str
    size: int
    made_at: datetime
    href: str


class PartnerAnswerView(BaseModel):
    """What a partner answered to a message of yours, or to a paper in it."""

    kind: str  # APERAK, CONTRL
    verdict: str  # accepted, partly, refused, received, unknown
    about: str  # the paper's number, or the interchange's reference
    said_by: str
    number: str
    codes: list[str]
    told_at: datetime
    seq: int | None


class MessageView(BaseModel):
    """A message and what became of it."""

    id: UUID
    sha256: str
    size: int
    received_at: datetime
    state: str
    findings: list[FindingView]
    answers: list[AnswerView]


class SentView(BaseModel):
    """A message in a list; its findings and answers stand at its own address."""

    id: UUID
    sha256: str
    size: int
    content_type: str
    received_at: datetime
    state: MessageState
    finished_at: datetime | None
    answers: int


class MessagePage(BaseModel):
    """Messages, newest first; `next` is the `before` of the next page, null on the last."""

    messages: list[SentView]
    next: UUID | None


FILES = (
    "application/edifact",
    "application/json",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
)
# What every signed-in call may answer; any other problem is told as the default.
ERRORS: Responses = {
    401: {"model": ProblemView, "description": "A valid token is needed."},
    403: {"model": ProblemView, "description": "You may not do this."},
    429: {"model": ProblemView, "description": "You ask too often: `Retry-After` says how long."},
}
HANDED_IN: Responses = {
    **ERRORS,
    200: {"description": "The very same message came before.", "model": MessageView},
    202: {"description": "Kept durably, and not worked off yet.", "model": MessageView},
    408: {"description": "It did not come to its end in an hour."},
    409: {"description": "Another message came under this key or reference before."},
    413: {"description": "Larger than this instance takes."},
    503: {"description": "Come again in some seconds."},
}


@router.post(
    "",
    status_code=201,
    response_model=MessageView,
    responses=HANDED_IN,
    openapi_extra=takes(*FILES),
)
async def hand_in(
    request: Request,
    response: Response,
    visitor: TheVisitor,
    idempotency_key: Annotated[str | None, Header(max_length=KEY_CHARACTERS_MAX)] = None,
    prefer: Annotated[str | None, Header()] = None,
) -> MessageView:
    """Hand in a message of any supported format, as bytes.

    When this answers, the bytes are kept durably with a receipt: 201 says what became of them, 202
    that it will be said later, 200 that the same message came before.
    """
    visitor.must(Act.HAND_IN)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            kept, salt, head = await _keep(request, visitor)
    except TimeoutError:
        raise Problem(408, Finding("HTTP-TOO-SLOW", Severity.ERROR, Where("message"), {})) from None
    received = await _receive(visitor, kept, salt, _key(head, kept, idempotency_key))
    if received.id != kept.id:
        await _drop(visitor, kept.id)
    note(request, message=str(received.id))
    if received.clash and idempotency_key:
        place = Where("header.idempotency-key")
        raise Problem(
            409, Finding("HTTP-KEY-USED", Severity.ERROR, place, {}), detail=_as(received)
        )
    if received.clash:
        raise Problem(
            409,
            Finding("HTTP-ANOTHER-MESSAGE", Severity.ERROR, Where("message"), {}),
            detail=_as(received),
            findings=[_clash(head, kept)],
        )
    shown = await _settled(visitor, received.id, _patience(prefer))
    if received.replayed:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
    elif shown.state == "waiting":
        response.status_code = 202
    response.headers["Location"] = f"/v1/messages/{shown.id}"
    return shown


async def _keep(request: Request, visitor: Visitor) -> tuple[Kept, bytes, bytes]:
    """Keep the body chunk by chunk, each in a short transaction; return its salt and head too."""
    kit, limit = visitor.kit, visitor.kit.message_bytes_max
    if int(request.headers.get("content-length") or 0) > limit:
        raise _too_large(limit)
    id_, salt = kit.new_id(), await messages.new_salt()
    try:
        digest, size, head = await _keep_chunks(request, visitor, id_, salt)
    except BaseException:
        # What came of it is no message: nobody may fill a disk with what is refused or broken off.
        await _drop(visitor, id_)
        raise
    content_type = request.headers.get("content-type", "")[:100]
    kept = Kept(
        0,
        visitor.org,
        id_,
        "http",
        visitor.principal.token,
        digest,
        size,
        content_type,
        kit.clock(),
    )
    return kept, salt, head


async def _keep_chunks(
    request: Request, visitor: Visitor, id_: UUID, salt: bytes
) -> tuple[bytes, int, bytes]:
    """Keep the body; return its hash, its size, and its first chunk."""
    kit, limit = visitor.kit, visitor.kit.message_bytes_max
    digest, size, head, now = hashlib.sha256(), 0, b"", kit.clock()
    number = 0
    async for chunk in _chunks(request):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        count_intake(visitor, len(chunk), Where("message"))
        digest.update(chunk)
        head = head or chunk
        async with visitor.transaction() as tx:
            piece = Chunk(visitor.org, id_, number, salt, chunk)
            await messages.keep_chunk(tx, kit.keys.vault, piece, now=now)
        number += 1
    return digest.digest(), size, head


async def _drop(visitor: Visitor, upload: UUID) -> None:
    async with visitor.transaction() as tx:
        await uploads.sweep(tx, visitor.org, upload)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in pieces of the size that the store keeps; the last may be shorter."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


async def _receive(visitor: Visitor, kept: Kept, salt: bytes, key: str) -> Received:
    for _ in range(RACES_MAX):
        try:
            async with visitor.transaction() as tx:
                return await receive_message(tx, visitor.principal.org, kept, salt, key)
        except Raced:
            continue
    busy = Finding("HTTP-BUSY", Severity.ERROR, Where("message"), {})
    raise Problem(503, busy, headers={"Retry-After": "2"})


def _key(head: bytes, kept: Kept, given: str | None) -> str:
    """The receipt's key: what the client names, else the envelope's reference, else the bytes."""
    if given:
        return f"key:{given}"
    envelope = peek(head)
    if envelope is None or not envelope.reference:
        return f"sha256:{kept.sha256.hex()}"
    return reference_key(envelope)


def _as(received: Received) -> str:
    return f"this one is kept as {received.id}"


def _clash(head: bytes, kept: Kept) -> Finding:
    envelope = peek(head)
    reference = envelope.reference if envelope else kept.sha256.hex()[:16]
    return Finding(
        "MESSAGE-REFERENCE-TAKEN",
        Severity.ERROR,
        Where("interchange/reference", interchange=reference),
        {"reference": reference},
    )


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        Finding("HTTP-TOO-LARGE", Severity.ERROR, Where("message"), {}),
        findings=[
            Finding("MESSAGE-TOO-LARGE", Severity.ERROR, Where("message"), {"bytes_max": limit})
        ],
    )


def _patience(prefer: str | None) -> timedelta:
    for wish in (prefer or "").split(","):
        name, _, value = wish.strip().partition("=")
        if name == "respond-async":
            return timedelta()
        if name == "wait" and value.isdecimal() and len(value) < 6:
            return timedelta(seconds=min(float(value), WAIT_SECONDS_MAX))
    return timedelta(seconds=WAIT_SECONDS)


async def _settled(visitor: Visitor, message: UUID, patience: timedelta) -> MessageView:
    """Return the message once it is worked off, or as it stands when the patience ends."""
    until = visitor.kit.clock() + patience
    pause = LOOK_SECONDS
    while True:
        async with visitor.transaction() as tx:
            shown = await _shown(tx, visitor, message)
        if shown is None:
            raise absent("message")
        if shown.state != "waiting" or visitor.kit.clock() >= until:
            return shown
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LOOK_SECONDS_MAX)


async def _shown(tx: Transaction, visitor: Visitor, message: UUID) -> MessageView | None:
    kept = await messages.by_id(tx, message)
    if kept is None:
        return None
    outcome = await messages.outcome(tx, visitor.kit.keys.vault, kept.message_id)
    return MessageView(
        id=kept.id,
        sha256=kept.sha256.hex(),
        size=kept.size,
        received_at=kept.received_at,
        state="waiting" if outcome is None else outcome.state,
        findings=[] if outcome is None else view(decode(outcome.findings), visitor.lang),
        answers=_answers(kept, await messages.answers(tx, kept.message_id)),
    )


def _answers(kept: Kept, found: Sequence[Answer]) -> list[AnswerView]:
    return [
        AnswerView(
            n=answer.n,
            kind=answer.kind,
            size=answer.size,
            made_at=answer.made_at,
            href=f"/v1/messages/{kept.id}/answers/{answer.n}",
        )
        for answer in found
    ]


@router.get("", response_model=MessagePage, responses=ERRORS)
async def newest(
    visitor: TheVisitor,
    state: Annotated[MessageState | None, Query(examples=["refused"])] = None,
    since: Annotated[AskedTime | None, Query(examples=["2026-11-28T00:00:00+08:00"])] = None,
    before: Before = None,
    limit: Limit = 50,
) -> MessagePage:
    """List the messages that your organisation sent, newest first, and what became of each."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        wanted = Wanted(state, since)
        found = await messages.newest(tx, wanted, before=before, at_most=limit + 1)
    page, last = cut(found, limit)
    return MessagePage(messages=[_line(one) for one in page], next=last.id if last else None)


def _line(one: Sent) -> SentView:
    return SentView(
        id=one.id,
        sha256=one.sha256.hex(),
        size=one.size,
        content_type=one.content_type,
        received_at=one.received_at,
        state=cast("MessageState", one.state or "waiting"),
        finished_at=one.finished_at,
        answers=one.answers,
    )


@router.get("/{message}", response_model=MessageView, responses=ERRORS)
async def show(message: UUID, visitor: TheVisitor) -> MessageView:
    """Show a message that your organisation sent, and what became of it."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        shown = await _shown(tx, visitor, message)
    if shown is None:
        raise absent("message")
    return shown


@router.get(
    "/{message}/raw",
    responses=ERRORS | gives("application/octet-stream"),
    response_class=StreamingResponse,
)
async def raw(message: UUID, visitor: TheVisitor) -> StreamingResponse:
    """Return the bytes as they were sent; nothing once they are erased."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        kept = await _kept(tx, message)
    return StreamingResponse(_raw(visitor, kept), media_type="application/octet-stream")


async def _kept(tx: Transaction, message: UUID) -> Kept:
    kept = await messages.by_id(tx, message)
    if kept is None:
        raise absent("message")
    return kept


async def _raw(visitor: Visitor, kept: Kept) -> AsyncIterator[bytes]:
    async with visitor.transaction() as tx:
        async for block in messages.blocks(tx, visitor.kit.keys.vault, kept):
            yield block


@router.get("/{message}/answers", response_model=list[AnswerView], responses=ERRORS)
async def answers(
    message: UUID,
    visitor: TheVisitor,
    after: Annotated[int, Query(ge=0, le=ANSWERS_MAX)] = 0,
    limit: Limit = LISTED_MAX,
) -> list[AnswerView]:
    """List the answers to a message: CONTRL, APERAK, CUSRES; RESULT and NOTICE as JSON.

    `after` is the `n` of the last one you saw.
    """
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        kept = await _kept(tx, message)
        found = await messages.answers(tx, kept.message_id, after=after, at_most=limit)
    return _answers(kept, found)


@router.get("/{message}/partner-answers", response_model=list[PartnerAnswerView], responses=ERRORS)
async def from_partners(
    message: UUID,
    visitor: TheVisitor,
    after: AfterSeq = BEFORE_ALL,
    limit: Limit = LISTED_MAX,
) -> list[PartnerAnswerView]:
    """List what those answered whom a message, or a paper in it, was for: APERAK and CONTRL.

    In the log's order; `after` is the `seq` of the last one you saw.
    """
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        kept = await _kept(tx, message)
        await must_be_within(tx, after)
        found = await partner_answers(tx, visitor.kit.keys.vault, kept)
    page = [one for one in found if one.seq is None or one.seq > after][:limit]
    return [PartnerAnswerView(**{**asdict(one), "codes": [*one.codes]}) for one in page]


@router.get(
    "/{message}/answers/{n}",
    responses=ERRORS | gives("application/edifact"),
    response_class=Response,
)
async def answer(message: UUID, n: int, visitor: TheVisitor) -> Response:
    """Return one answer, byte for byte as it was made."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        kept = await messages.by_id(tx, message)
        found = (
            None
            if kept is None
            else await messages.answer(tx, visitor.kit.keys.vault, kept.message_id, n)
        )
    if found is None:
        raise absent("answer")
    media_type = "application/json" if found[0] in JSON_ANSWERS else "application/edifact"
    return Response(found[1], media_type=media_type)
