"""What a request's body may be: of a limited size and depth, and without a key twice."""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key_twice import key_twice, keys_twice
from waglan.customs.notice_document import DOCUMENT_BYTES_MAX
from waglan.elock.edition import EDITION_BYTES_MAX
from waglan.elock.ground import FILE_BYTES_MAX
from waglan.gateway.http.problem import Problem, answer, misunderstood
from waglan.manifest.address_book import SHEET_BYTES_MAX

JSON_BYTES_MAX = 2 << 20
DEPTH_MAX = 32
# Calls that take files: each reads its own piece by piece, and says itself how much is too much.
STREAMED = ("/v1/messages", "/v1/equipment-events", "/v1/checks", "/v1/customs/tables")
# Calls that take a file whole, and how large it may be.
FILES = (
    (re.compile("/v1/addresses/import"), SHEET_BYTES_MAX),
    (re.compile("/v1/grounds/dry-runs"), FILE_BYTES_MAX),
    (re.compile("/v1/notices/[^/]+/documents"), DOCUMENT_BYTES_MAX),
)
# Calls whose JSON may be longer: a file stands in it.
LONGER = {"/v1/editions": EDITION_BYTES_MAX}
BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

# An unfinished string counts as one too: nothing is looked at twice.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Bounded:
    """Wraps the application: too large, too deep, or a key twice is answered before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on with its body at hand, or say why not."""
        if scope["type"] != "http" or scope["method"] not in BODIES or scope["path"] in STREAMED:
            await self.app(scope, receive, send)
            return
        file = next((most for path, most in FILES if path.fullmatch(scope["path"])), None)
        limit = LONGER.get(scope["path"], JSON_BYTES_MAX) if file is None else file
        messages = await _read(receive, limit)
        problem = None
        if messages is None:
            problem = _too_large(limit)
        elif messages[-1]["type"] == "http.disconnect":
            return
        elif file is None:
            problem = _unclear(_body(messages))
        if problem is not None:
            await answer(Request(scope), problem)(scope, receive, send)
            return
        waiting = iter(messages or ())

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self.app(scope, replay, send)


def depth(body: bytes) -> int:
    """Return how deep lists and objects of a JSON text are nested; no further than too deep."""
    deepest = now = 0
    for bracket in _STRING.sub(b"", body).translate(None, _ALL_BUT_BRACKETS):
        if bracket in b"]}":
            now -= 1
            continue
        now += 1
        deepest = max(deepest, now)
        if deepest > DEPTH_MAX:
            break
    return deepest


async def _read(receive: Receive, limit: int) -> list[Message] | None:
    """Return what comes until the body's end; None once it is larger than the limit."""
    messages: list[Message] = []
    size, goes_on = 0, True
    while goes_on:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            return None
        goes_on = message["type"] == "http.request" and message.get("more_body", False)
    return messages


def _too_large(limit: int) -> Problem:
    kind = Finding("HTTP-TOO-LARGE", Severity.ERROR, Where("body"), {})
    more = Finding("HTTP-BODY-TOO-LARGE", Severity.ERROR, Where("body"), {"bytes_max": limit})
    return Problem(413, kind, findings=[more])


def _unclear(body: bytes) -> Problem | None:
    if depth(body) > DEPTH_MAX:
        kind = Finding("HTTP-TOO-DEEP", Severity.ERROR, Where("body"), {"max": DEPTH_MAX})
        return Problem(422, kind)
    ways = keys_twice(body)
    places = (Where(".".join(["body", *map(str, way)])) for way in ways)
    return misunderstood(*map(key_twice, places, ways)) if ways else None


def _body(messages: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)
