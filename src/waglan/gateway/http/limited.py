"""A client that asks too often is told when to come again, before anything is looked up for it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.observed import QUIET
from waglan.gateway.http.problem import Problem, answer
from waglan.gateway.kit import Kit
from waglan.gateway.tokens import digest_of
from waglan.parties.limit import NO_WAIT


class Limited:
    """Wraps the application; what its monitor asks is never refused."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or answer 429 with the seconds to wait."""
        kit = getattr(scope["app"].state, "kit", None) if scope["type"] == "http" else None
        if not isinstance(kit, Kit) or scope["path"] in QUIET:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        host = "" if request.client is None else request.client.host
        token = _token(request)
        wait = kit.turns.wait(token, host, at=kit.clock())
        if wait > NO_WAIT:
            kind = Finding("HTTP-TOO-OFTEN", Severity.ERROR, Where("platform"), {})
            seconds = 1 + int(wait.total_seconds())
            problem = Problem(429, kind, headers={"Retry-After": str(seconds)})
            await answer(request, problem)(scope, receive, send)
            return

        async def send_noted(message: Message) -> None:
            if token is not None and message["type"] == "http.response.start":
                # The door leaves the organisation's name where a token held.
                if "party" in scope["state"]:
                    kit.turns.held(token, host, at=kit.clock())
                elif message["status"] == 401:
                    kit.turns.did_not_hold(token)
            await send(message)

        await self.app(scope, receive, send_noted)


def _token(request: Request) -> bytes | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return digest_of(secret.strip()) if scheme.lower() == "bearer" else None
