"""Errors as problem documents (RFC 9457), with the findings behind them, in any language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from waglan.codes.calendar import FIRST, LAST
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang, render
from waglan.gateway.http import HEADER
from waglan.gateway.http.accepted import weighed
from waglan.gateway.http.asked import OFF_THE_CALENDAR, UNKEEPABLE
from waglan.gateway.reason import explained
from waglan.store import NoDatabase, is_gone

logger = structlog.get_logger()

HERE = Where("request")
FAULTS_MAX = 20
MEDIA_TYPE = "application/problem+json"
LANGS: tuple[tuple[str, Lang], ...] = (
    ("zh-hant", "zh-Hant-HK"),
    ("zh-hk", "zh-Hant-HK"),
    ("zh-tw", "zh-Hant-HK"),
    ("zh", "zh-Hant-HK"),
    ("en", "en"),
)


class FindingView(BaseModel):
    """One thing wrong: its stable code, its place, and the words in the reader's language."""

    code: str
    severity: str
    where: dict[str, str | int | list[int]]
    params: dict[str, str | int]
    problem: str
    remedy: str


class ProblemView(BaseModel):
    """A problem document (RFC 9457), with a stable code and the findings, of which there is one."""

    type: str
    title: str
    status: int
    detail: str = ""
    code: str
    findings: list[FindingView] = []


class Problem(Exception):
    """A request that can't be answered as asked.

    The finding says what kind of problem it is: its code, without HTTP-, is the problem's, and its
    words are the title. Where more is known, `findings` say it instead of the finding's remedy.
    """

    def __init__(
        self,
        status: int,
        kind: Finding,
        *,
        detail: str = "",
        findings: Sequence[Finding] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what went wrong."""
        super().__init__(kind.code)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.findings = findings or (kind,)
        self.headers = headers or {}

    @property
    def code(self) -> str:
        """What programs tell problems apart by."""
        return self.kind.code.removeprefix("HTTP-").lower()


def absent(what: str) -> Problem:
    """Return the answer for what is not there and for what is somebody else's: they look alike."""
    return Problem(404, Finding("HTTP-NOT-FOUND", Severity.ERROR, Where(what), {}))


def language(accept: str | None) -> Lang:
    """Return what an Accept-Language header likes best of what findings are written in."""
    wishes = weighed(accept or "")
    for tag in sorted(wishes, key=lambda tag: -wishes[tag]):  # of equal ones the first
        for prefix, lang in LANGS:
            if wishes[tag] > 0 and tag.startswith(prefix):
                return lang
    return "en"


def view(findings: Iterable[Finding], lang: Lang) -> list[FindingView]:
    """Return findings as the interface shows them."""
    return [
        FindingView(
            code=finding.code,
            severity=finding.severity.value,
            where=place(finding.where),
            params=dict(finding.params),
            problem=advice.problem,
            remedy=advice.remedy,
        )
        for finding in findings
        for advice in (render(finding, lang),)
    ]


def place(where: Where) -> dict[str, str | int | list[int]]:
    """Return what is known of a place, and nothing of what is not."""
    known = {name: getattr(where, name) for name in Where.__struct_fields__}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in known.items()
        if value is not None
    }


def handle(app: FastAPI) -> None:
    """Let every error of the application leave as a problem document."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return answer(request, problem)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return answer(request, _of_the_framework(error))

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> JSONResponse:
        lang = language(request.headers.get("accept-language"))
        return answer(request, misunderstood(*(_fault(one, lang) for one in error.errors())))

    @app.exception_handler(NoDatabase)
    async def _database(request: Request, error: NoDatabase) -> JSONResponse:
        if not is_gone(error):
            raise error  # the statement could not be done: that is our fault, not the database's
        logger.warning("no database", error=type(error).__name__)
        kind = Finding("HTTP-NO-DATABASE", Severity.ERROR, HERE, {})
        return answer(request, Problem(503, kind, headers={"Retry-After": "2"}))

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _gone: ClientDisconnect) -> None:
        """Nobody is there to be answered; the request's line in the log says so by its status."""

    @app.exception_handler(Exception)
    async def _ours(request: Request, _error: Exception) -> JSONResponse:
        # Its words are for nobody; the log has its kind and place under the request's id.
        reference = getattr(request.state, "request", "")
        kind = Finding("HTTP-OUR-FAULT", Severity.ERROR, HERE, {})
        headers = {HEADER: reference}
        return answer(request, Problem(500, kind, detail=f"request {reference}", headers=headers))


def misunderstood(*faults: Finding) -> Problem:
    """Return the answer to a request with these faults in it."""
    kind = Finding("HTTP-BAD-REQUEST", Severity.ERROR, HERE, {})
    return Problem(422, kind, findings=faults[:FAULTS_MAX])


def _fault(fault: Mapping[str, Any], lang: Lang) -> Finding:
    place = Where(".".join(str(step) for step in fault["loc"]))
    if fault["type"] == UNKEEPABLE:
        return Finding("HTTP-TEXT", Severity.ERROR, place, {})
    if fault["type"] == OFF_THE_CALENDAR:
        first, last = FIRST.isoformat(), LAST.isoformat()
        return Finding("HTTP-TIME", Severity.ERROR, place, {"first": first, "last": last})
    return Finding("HTTP-FIELD", Severity.ERROR, place, {"reason": explained(fault, lang)})


def _of_the_framework(error: HTTPException) -> Problem:
    kinds = {
        404: Finding("HTTP-NO-ROUTE", Severity.ERROR, HERE, {}),
        405: Finding("HTTP-METHOD", Severity.ERROR, HERE, {}),
    }
    other = Finding("HTTP-BAD-REQUEST", Severity.ERROR, HERE, {})
    return Problem(error.status_code, kinds.get(error.status_code, other), headers=error.headers)


def answer(request: Request, problem: Problem) -> JSONResponse:
    """Return a problem as its document, in the language that the request asks for."""
    lang = language(request.headers.get("accept-language"))
    body = ProblemView(
        type=f"urn:waglan:problem:{problem.code}",
        title=render(problem.kind, lang).problem,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        findings=view(problem.findings, lang),
    )
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return JSONResponse(
        body.model_dump(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": lang, **headers, **problem.headers},
    )
