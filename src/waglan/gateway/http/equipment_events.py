"""Events of boxes, by the thousand: taken row by row, durable when answered."""

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.intake import count_intake
from waglan.gateway.http.messages import ERRORS, RACES_MAX
from waglan.gateway.http.observed import note
from waglan.gateway.http.problem import Problem, absent
from waglan.messages.events.plain import plain_schema
from waglan.messages.events.read import NDJSON, ROWS_MAX, read_events
from waglan.operations.receive_events import Answered, SentBatch, receive_events
from waglan.operations.receive_message import KEY_CHARACTERS_MAX, Raced
from waglan.parties.permission import Act
from waglan.store import Taken, messages
from waglan.store.messages import Kept

router = APIRouter(prefix="/v1/equipment-events", tags=["messages"])

BATCH_BYTES_MAX = 8 << 20
UPLOAD_SECONDS_MAX = 60.0
BATCH = Where("batch")
JSON = "application/json"

_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["form", "batch", "state", "taken", "known", "refused", "left", "rows"],
    "properties": {
        "form": {"type": "string"},
        "batch": {"type": "string", "format": "uuid"},
        "state": {"enum": ["accepted", "partly", "refused"]},
        "taken": {"type": "integer"},
        "known": {"type": "integer"},
        "refused": {"type": "integer"},
        "left": {"type": "integer"},
        "findings": {"type": "array", "items": {"type": "object"}},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["row", "id", "state"],
                "properties": {
                    "row": {"type": "integer"},
                    "id": {"type": "string"},
                    "state": {"enum": ["taken", "known", "refused", "left"]},
                    "findings": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
    },
}
_ROW = {"anyOf": [plain_schema(), {"type": "object", "required": ["eventID"]}]}
_ROWS = {"type": "array", "minItems": 1, "maxItems": ROWS_MAX, "items": _ROW}
_WRAPPED = {"type": "object", "required": ["events"], "properties": {"events": _ROWS}}
TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"anyOf": [_ROWS, _WRAPPED]}},
            NDJSON: {"schema": {"type": "string"}},
        },
    }
}
_ANSWERED = {JSON: {"schema": _ANSWER}}
GIVES: Responses = {
    **ERRORS,
    200: {"description": "The very same batch came before.", "content": _ANSWERED},
    201: {"description": "Kept durably; each row says what became of it.", "content": _ANSWERED},
    408: {"description": "It did not come to its end in a minute."},
    409: {"description": "Another batch came under this key before."},
    413: {"description": "Larger than a batch may be."},
    503: {"description": "Come again in some seconds."},
}


@router.post("", status_code=201, response_class=Response, responses=GIVES, openapi_extra=TAKES)
async def tell(
    request: Request,
    visitor: TheVisitor,
    whole: Annotated[bool, Query(description="All rows or none.")] = False,
    idempotency_key: Annotated[str | None, Header(max_length=KEY_CHARACTERS_MAX)] = None,
) -> Response:
    """Tell what happened to boxes: a JSON array, DCSA's `events`, or a line of JSON for each.

    Each row is one event, as DCSA's Track & Trace 3.0 has it or in the plain form below. Right rows
    are taken though others are wrong, unless `whole` is set. When this answers, all that is said
    to be taken is durable; a row that comes again is known and counts once.
    """
    visitor.must(Act.REPORT)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            data = await _body(request, min(BATCH_BYTES_MAX, visitor.kit.message_bytes_max))
    except TimeoutError:
        raise Problem(408, Finding("HTTP-TOO-SLOW", Severity.ERROR, BATCH, {})) from None
    count_intake(visitor, len(data), BATCH)
    sent = await _sent(request, visitor, data, idempotency_key, whole=whole)
    note(request, message=str(sent.kept.id))
    done = await _receive(visitor, sent)
    if done.clash:
        place = Where("header.idempotency-key")
        raise Problem(409, Finding("HTTP-KEY-USED", Severity.ERROR, place, {}))
    if done.answer is None:
        raise absent("batch")
    headers = {"Waglan-Replayed": "true"} if done.replayed else {}
    return Response(done.answer, 200 if done.replayed else 201, headers, JSON)


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > limit:
            found = Finding("MESSAGE-TOO-LARGE", Severity.ERROR, BATCH, {"bytes_max": limit})
            kind = Finding("HTTP-TOO-LARGE", Severity.ERROR, BATCH, {})
            raise Problem(413, kind, findings=[found])
    return bytes(data)


async def _sent(
    request: Request, visitor: Visitor, data: bytes, key: str | None, *, whole: bool
) -> SentBatch:
    digest = hashlib.sha256(data).digest()
    content_type = request.headers.get("content-type", "")[:100]
    kit, token = visitor.kit, visitor.principal.token
    kept = Kept(
        0, visitor.org, kit.new_id(), "http", token, digest, len(data), content_type, kit.clock()
    )
    # Without a key each sending is looked at anew: its rows are known by their ids. The same bytes
    # taken otherwise are another request.
    kind = "whole-events" if whole else "events"
    name = f"key:{key}" if key else f"batch:{kept.id}"
    return SentBatch(
        kept, data, await messages.new_salt(), read_events(data), f"{kind}:{name}", whole
    )


async def _receive(visitor: Visitor, sent: SentBatch) -> Answered:
    for _ in range(RACES_MAX):
        try:
            async with visitor.transaction() as tx:
                return await receive_events(tx, visitor.kit.keys.vault, visitor.principal, sent)
        except (Raced, Taken):
            continue
    busy = Finding("HTTP-BUSY", Severity.ERROR, BATCH, {})
    raise Problem(503, busy, headers={"Retry-After": "2"})
