"""How client commands talk to an instance: the public interface, as any program would."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec
import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import plain, show_finding, stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http import HEADER

TIMEOUT_SECONDS = 60
PAGE = 200
TRIES_MAX = 4
FIRST_PAUSE_SECONDS = 0.5
DRAFTS_PAGE = 50
KEY = "Idempotency-Key"


@contextmanager
def client(settings: Settings) -> Iterator[httpx.Client]:
    """Open a client of the instance that the settings name; say plainly if it does not answer."""
    # An empty one is no token: `WAGLAN_TOKEN=$(cat session)` must not make an operator of anybody.
    token = _kept_token(settings) if settings.token is None else settings.token.strip()
    if token and not (token.isascii() and token.isprintable()):  # no header can carry it
        found = Finding("CLI-NO-TOKEN", Severity.ERROR, Where("settings/token"), {})
        raise stopped(found, settings.lang, 2)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with _opened(settings, settings.url, headers) as opened:
        yield opened


def path_step(text: str) -> str:
    """Return one step of a path: not even `..` leads anywhere else."""
    return quote(text, safe="").replace(".", "%2E")


@contextmanager
def public(settings: Settings, url: str) -> Iterator[httpx.Client]:
    """Open a client of any instance, as a stranger: no token is sent."""
    with _opened(settings, url, {}) as opened:
        yield opened


@contextmanager
def _opened(settings: Settings, url: str, headers: dict[str, str]) -> Iterator[httpx.Client]:
    headers = {"Accept-Language": settings.lang, **headers}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS) as opened:
            yield opened
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = type(error).__name__
        found = Finding(
            "CLI-NO-ANSWER", Severity.ERROR, Where("settings/url"), {"url": url, "reason": reason}
        )
        raise stopped(found, settings.lang, 2) from None


def _kept_token(settings: Settings) -> str | None:
    """The operator's own token, on the machine where the instance runs."""
    kept = settings.home / "operator.token"
    return kept.read_text().strip() if kept.is_file() else None


def new_key() -> str:
    """Return a key for one request that makes something."""
    return uuid4().hex


def made(http: httpx.Client, path: str, wanted: Mapping[str, Any]) -> httpx.Response:
    """Have something made, and ask again if the line breaks: under its key it is made once."""
    headers, pause = {KEY: new_key()}, FIRST_PAUSE_SECONDS
    for left in reversed(range(TRIES_MAX)):
        try:
            response = http.post(path, json=wanted, headers=headers)
            if response.status_code not in (502, 503, 504) or not left:
                return response
        except httpx.TransportError:
            if not left:
                raise
        time.sleep(pause)
        pause *= 2
    raise RuntimeError("unreachable")


def pages(
    http: httpx.Client,
    path: str,
    name: str,
    at_most: int = 10_000,
    *,
    cursor: str = "before",
    **asked: str,
) -> Iterator[dict[str, Any]]:
    """Yield what a list holds, page by page, each going on with the `next` of the one before."""
    before: dict[str, str] = {}
    while at_most > 0:
        limit = {"limit": str(min(DRAFTS_PAGE, at_most))}
        page = answered(http.get(path, params=asked | limit | before)).json()
        yield from page[name]
        at_most -= len(page[name])
        if page["next"] is None:
            return
        before = {cursor: page["next"]}


def answered(response: httpx.Response) -> httpx.Response:
    """Return a good answer; of a problem say title, detail and findings, and exit 1 (2: no token).

    Exit 2 is also for an answer that no Waglan gives.
    """
    lang = Settings().lang
    is_waglan = HEADER in response.headers
    if response.is_success and is_waglan:
        return response
    problem = _problem(response)
    if problem is not None and is_waglan and problem.code == "sign-in":
        found = Finding("CLI-NO-TOKEN", Severity.ERROR, Where("settings/token"), {})
        raise stopped(found, lang, 2)
    if problem is None:
        url, reason = str(response.url), f"HTTP {response.status_code}"
        found = Finding(
            "CLI-NO-ANSWER", Severity.ERROR, Where("settings/url"), {"url": url, "reason": reason}
        )
        raise stopped(found, lang, 2)
    if not any(finding["problem"] == problem.title for finding in problem.findings):
        typer.echo(plain(problem.title), err=True)
    if problem.detail:
        typer.echo(plain(problem.detail), err=True)
    for finding in problem.findings:
        show_finding(finding, lang)
    raise typer.Exit(1)


def listed(
    http: httpx.Client, path: str, cursor: str, name: str, **asked: str
) -> list[dict[str, Any]]:
    """Return a whole list, page by page; the cursor is what the last one seen has by that name."""
    found: list[dict[str, Any]] = []
    beyond: dict[str, str | int] = {"limit": PAGE, **asked}
    while True:
        page = answered(http.get(path, params=beyond)).json()
        found += page
        if len(page) < PAGE:
            return found
        beyond[cursor] = page[-1][name]


class _Problem(msgspec.Struct):
    title: str
    code: str = ""
    detail: str = ""
    findings: list[dict[str, Any]] = []


def _problem(response: httpx.Response) -> _Problem | None:
    if response.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        return None
    try:
        return msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        return None
