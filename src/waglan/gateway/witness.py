"""A witness on the web (C2SP tlog-witness), and the log's side that asks it for cosignatures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import TypeAlias

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waglan.gateway.witness_folder import Memory, WitnessFolder
from waglan.logbook.checkpoint import Checkpoint, read_checkpoint
from waglan.logbook.cosignature import Cosigned, cosign, cosigned_by
from waglan.logbook.note import BadNote, Note, Signature, VerifierKey, read_note
from waglan.logbook.witness import (
    ANSWER_BYTES_MAX,
    REQUEST_BYTES_MAX,
    Known,
    Refusal,
    Refused,
    Request,
    Why,
    ask,
    judge,
    read_answer,
    read_request,
    with_cosignatures,
)

BODY_WITHIN_S = 10
ANSWER_WITHIN_S = 10
TRIES_MAX = 3  # the first tells the size, the second asks, a third if another asked in between

Clock: TypeAlias = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Witness:
    """One witness at work: it keeps what it has seen on disk before it cosigns it."""

    def __init__(self, folder: WitnessFolder, clock: Clock = _now) -> None:
        """Work in this folder, which nobody else may hold."""
        self.folder = folder
        self._clock = clock
        self._locks: dict[str, Lock] = {}

    def answer(self, body: bytes) -> Signature | Refusal:
        """Judge a request; any number of threads may call this."""
        request = read_request(body)
        if isinstance(request, Refusal):
            return request
        origin = request.checkpoint.origin
        if self.folder.recall(origin) is None:  # so that strangers' origins get no lock
            return Refusal(Why.UNKNOWN_ORIGIN)
        with self._locks.setdefault(origin, Lock()):
            return self._cosign(request, body)

    def newest(self, origin_id: str) -> Note | None:
        """Return the longest tree seen of a log, cosigned now; `origin_id` is `origin_id_of`."""
        for origin in self.folder.origins():
            memory = self.folder.recall(origin)
            if origin_id_of(origin) == origin_id and memory is not None and memory.seen.size:
                text = Checkpoint(origin, memory.seen.size, memory.seen.root).text
                at_s = int(self._clock().timestamp())
                return Note(text, (cosign(text, self.folder.signer, at_s),))
        return None

    def _cosign(self, request: Request, body: bytes) -> Signature | Refusal:
        origin, size = request.checkpoint.origin, request.checkpoint.size
        memory = self.folder.recall(origin)
        if memory is None:
            return Refusal(Why.UNKNOWN_ORIGIN)
        seen = judge(request, memory.keys, memory.seen)
        if isinstance(seen, Refusal):
            if seen.is_a_split_view:
                self.folder.keep_split_view(origin, size, body)
            return seen
        # Written even if nothing changed: the last write may have failed after its rename.
        self.folder.remember(Memory(origin, memory.keys, seen))
        return cosign(request.note.text, self.folder.signer, int(self._clock().timestamp()))


def origin_id_of(origin: str) -> str:
    """Return how a log is named in a path: an origin may hold what a path may not."""
    return sha256(origin.encode()).hexdigest()


def witness_app(witness: Witness) -> Starlette:
    """Return the web application: POST /add-checkpoint, GET /checkpoint/{origin_id} and /healthz.

    What it saw last of a log is what a restored backup of that log must be measured against.
    """

    async def add_checkpoint(request: HttpRequest) -> Response:
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await _body(request)
        except TimeoutError:
            return Response(status_code=408)
        if body is None:
            return Response(status_code=413)
        answer = await run_in_threadpool(witness.answer, body)
        if isinstance(answer, Signature):
            return Response(answer.line, media_type="text/plain; charset=utf-8")
        return Response(answer.text, answer.status, headers={"Content-Type": answer.content_type})

    async def checkpoint(request: HttpRequest) -> Response:
        note = await run_in_threadpool(witness.newest, request.path_params["origin_id"])
        if note is None:
            return Response(status_code=404)
        headers = {"Cache-Control": "no-store"}
        return Response(note.encoded(), media_type="text/plain; charset=utf-8", headers=headers)

    async def healthz(_request: HttpRequest) -> Response:
        origins = await run_in_threadpool(witness.folder.origins)
        return JSONResponse({"key": witness.folder.signer.verifier.text, "logs": len(origins)})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/checkpoint/{origin_id}", checkpoint, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ]
    )


@dataclass(frozen=True, slots=True)
class WitnessAt:
    """A witness as the log's operator pinned it: where it listens and its key."""

    url: str  # the submission prefix, without a slash at the end
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer came, in time or at all."""

    why: str


# Given an old size, the proof that the log asking is consistent with its own past.
Prove: TypeAlias = Callable[[int], Awaitable[Sequence[bytes]]]
# Known: the witness has cosigned a longer tree than this one: the log was rolled back. Stop.
Outcome: TypeAlias = Cosigned | Known | Refused | Unreachable


async def cosignature_from(
    client: httpx.AsyncClient, witness: WitnessAt, note: Note, prove: Prove, *, old_size: int
) -> Outcome:
    """Ask one witness to cosign, telling it again from the size it knows if that is another."""
    size = read_checkpoint(note.text).size
    outcome: Outcome = Known(min(old_size, size))
    for _ in range(TRIES_MAX):
        if not isinstance(outcome, Known) or outcome.size > size:
            break
        request = ask(outcome.size, await prove(outcome.size), note)
        outcome = await _post(client, witness, request)
    return outcome


async def gather_cosignatures(
    client: httpx.AsyncClient,
    witnesses: Iterable[WitnessAt],
    note: Note,
    prove: Prove,
    *,
    old_size: int,
) -> tuple[Note, dict[VerifierKey, Outcome]]:
    """Ask all witnesses at once; return the note with what came in time, and every outcome."""
    asked = list(witnesses)
    outcomes = await asyncio.gather(
        *(cosignature_from(client, w, note, prove, old_size=old_size) for w in asked)
    )
    cosigned = [outcome for outcome in outcomes if isinstance(outcome, Cosigned)]
    by_key = {w.key: outcome for w, outcome in zip(asked, outcomes, strict=True)}
    return with_cosignatures(note, cosigned), by_key


async def newest_cosigned(
    client: httpx.AsyncClient, witness: WitnessAt, origin: str
) -> Checkpoint | None:
    """Return the longest tree of a log that a witness saw; None if it knows nothing of it.

    Raise Unanswered if it gave no answer that its key verifies: that is not the same as nothing.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            url = f"{witness.url}/checkpoint/{origin_id_of(origin)}"
            headers = {"Accept-Encoding": "identity"}
            async with client.stream(
                "GET", url, headers=headers, follow_redirects=False
            ) as response:
                body = await _answer_body(response)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unanswered(f"{witness.url}: {type(error).__name__}") from None
    if response.status_code == 404:
        return None
    try:
        note = read_note(body)
        checkpoint = read_checkpoint(note.text)
    except BadNote as error:
        raise Unanswered(f"{witness.url}: {error}") from None
    if checkpoint.origin != origin or not cosigned_by(note, [witness.key]):
        raise Unanswered(f"{witness.url}: not cosigned with the key you pinned")
    return checkpoint


class Unanswered(RuntimeError):
    """A witness gave no answer that counts; the message says which and why."""


async def _post(client: httpx.AsyncClient, witness: WitnessAt, request: Request) -> Outcome:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            async with client.stream(
                "POST",
                f"{witness.url}/add-checkpoint",
                content=request.encoded(),
                headers={"Accept-Encoding": "identity"},
                follow_redirects=False,
            ) as response:
                body = await _answer_body(response)
    except TimeoutError:
        return Unreachable(f"no answer within {ANSWER_WITHIN_S} s")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Unreachable(type(error).__name__)
    kind = response.headers.get("Content-Type", "")
    return read_answer(response.status_code, kind, body, request.note, witness.key)


async def _answer_body(response: httpx.Response) -> bytes:
    """At most one byte more than an answer may have, so that reading it refuses it."""
    body = bytearray()
    async for part in response.aiter_bytes(ANSWER_BYTES_MAX):
        body += part
        if len(body) > ANSWER_BYTES_MAX:
            break
    return bytes(body[: ANSWER_BYTES_MAX + 1])


async def _body(request: HttpRequest) -> bytes | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > REQUEST_BYTES_MAX:
            return None
    return bytes(body)
