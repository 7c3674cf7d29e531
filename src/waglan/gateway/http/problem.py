"""Errors as problem documents (RFC 9457), with the findings behind them, in any language."""

from collections.abc import Iterable, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from waglan.codes.finding import Finding, Where
from waglan.codes.render import Lang, render

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
    """RFC 9457, with a stable code and the findings."""

    type: str
    title: str
    status: int
    detail: str = ""
    code: str
    findings: list[FindingView] = []


class Problem(Exception):
    """A request that can't be answered as asked; `code` is stable for programs."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        detail: str = "",
        findings: Sequence[Finding] = (),
    ) -> None:
        """Say what went wrong: the title is the same for every problem of this code."""
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.findings = findings


def absent(what: str) -> Problem:
    """Return the answer for what is not there and for what is somebody else's: they look alike."""
    return Problem(404, "not-found", f"There is no such {what} for you")


def language(accept: str | None) -> Lang:
    """Return the first language of an Accept-Language header that findings are written in."""
    for wish in (accept or "").lower().split(","):
        tag = wish.split(";")[0].strip()
        for prefix, lang in LANGS:
            if tag.startswith(prefix):
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
    known = {name: getattr(where, name) for name in Where.__slots__}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in known.items()
        if value is not None
    }


def handle(app: FastAPI) -> None:
    """Let every error of the application leave as a problem document."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> JSONResponse:
        return _answer(request, problem)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        title = str(error.detail)
        return _answer(request, Problem(error.status_code, f"http-{error.status_code}", title))

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> JSONResponse:
        detail = "; ".join(
            f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        return _answer(
            request, Problem(422, "bad-request", "The request is not understood", detail=detail)
        )

    @app.exception_handler(Exception)
    async def _ours(request: Request, _error: Exception) -> JSONResponse:
        # Its words are for nobody; the log has its kind and place under the request's id.
        reference = getattr(request.state, "request", "")
        title = "Waglan has a fault of its own; what was acknowledged is kept"
        return _answer(request, Problem(500, "our-fault", title, detail=f"request {reference}"))


def _answer(request: Request, problem: Problem) -> JSONResponse:
    lang = language(request.headers.get("accept-language"))
    body = ProblemView(
        type=f"urn:waglan:problem:{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        findings=view(problem.findings, lang),
    )
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return JSONResponse(
        body.model_dump(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )
