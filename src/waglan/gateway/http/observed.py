"""What every request leaves behind: an id in the answer, a line in the log, and its figures."""

import os
from dataclasses import dataclass
from time import perf_counter

import structlog
from prometheus_client import Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waglan.gateway.http import HEADER

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds
# Counts would tell a filer that a table was published, or an act done, before he is told of it.
OFFICERS_ALONE = "/v1/customs/"
ID_BYTES = 12

REQUESTS = Counter("waglan_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "waglan_request_seconds",
    "Time until the last byte of an answer",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
OPEN = Gauge("waglan_requests_open", "Requests being answered, streams among them")

logger = structlog.get_logger()


def note(request: Request, *, party: str | None = None, message: str | None = None) -> None:
    """Let the request's line in the log name the organisation, or the message it was about."""
    if party is not None:
        request.state.party = party
    if message is not None:
        request.state.message = message


@dataclass(slots=True)
class _Seen:
    status: int = 0  # 0: nothing was answered, the client had gone


class Observed:
    """Wraps the application; the log line names the path's template, never what was looked up."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request and note how that went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, seen = perf_counter(), _Seen()
        state = scope.setdefault("state", {})
        state["request"] = os.urandom(ID_BYTES).hex()

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = state["request"]
            await send(message)

        OPEN.inc()
        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            seen.status = seen.status or 500  # answered further out
            raise
        finally:
            OPEN.dec()
            _note(scope, seen.status, perf_counter() - began)


def _note(scope: Scope, status: int, seconds: float) -> None:
    route, method = _template(scope), _method(scope)
    if not route.startswith(OFFICERS_ALONE):
        REQUESTS.labels(method, route, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
    if route in QUIET and status < 500:
        return
    state = scope["state"]
    logger.info(
        "request",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        request=state["request"],
        **{name: state[name] for name in ("party", "message") if name in state},
    )


def _template(scope: Scope) -> str:
    """The route's path with its placeholders: a path itself may name a bill or a person."""
    template = getattr(scope.get("route"), "path", None)
    if template is None and scope.get("path", "").startswith("/log/"):
        return "/log"
    return str(template) if template else "other"


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"
