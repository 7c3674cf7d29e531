"""How client commands talk to an instance: the public interface, as any program would."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import stopped
from waglan.codes.finding import Finding, Severity, Where

TIMEOUT_SECONDS = 60


@contextmanager
def client(settings: Settings) -> Iterator[httpx.Client]:
    """Open a client of the instance that the settings name; say plainly if it does not answer."""
    token = settings.token or _kept_token(settings)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with _opened(settings, settings.url, headers) as opened:
        yield opened


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


def answered(response: httpx.Response) -> httpx.Response:
    """Return a good answer; of a problem say title, detail and findings, and exit 1."""
    if response.is_success:
        return response
    problem = response.json() if "json" in response.headers.get("content-type", "") else {}
    typer.echo(problem.get("title") or f"HTTP {response.status_code}", err=True)
    if problem.get("detail"):
        typer.echo(problem["detail"], err=True)
    for finding in problem.get("findings", []):
        typer.echo(f"{finding['code']}: {finding['problem']} {finding['remedy']}", err=True)
    raise typer.Exit(1)
