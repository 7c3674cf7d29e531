"""Commands that talk to a running instance, as any program may."""

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO

import httpx
import typer

from waglan.cli.paper import opened
from waglan.cli.settings import Settings
from waglan.cli.wording import plain, say, show_finding, stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.codes.render import Lang

SHOW_PROGRESS_FROM_BYTES = 2 << 20
BLOCK_BYTES = 256 << 10
TRIES_MAX = 5
FIRST_PAUSE_SECONDS = 0.5
LOOK_SECONDS = 0.5
ACCEPTED, REFUSED, WAITING = 0, 1, 3


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(submit)
    app.command()(track)
    app.command()(messages)
    app.command()(answers)
    app.command()(listed)


def submit(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The message; - is standard input.")
    ],
    answers: Annotated[
        Path | None, typer.Option(help="Folder to put the answers in, as files.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, max=3600, help="Seconds to wait for answers.")] = 60,
) -> None:
    """Hand in a message and print what became of it; doing it again changes nothing.

    A batch of events (JSON or NDJSON) is taken row by row, and each wrong row is told. Exit 0:
    accepted; 1: refused, all or in part; 2: not handed in; 3: kept, and still waiting.
    """
    from waglan.cli.batch import show_batch
    from waglan.cli.talk import answered, client
    from waglan.messages.events.read import HEAD_BYTES, is_events

    settings = Settings()
    with client(settings) as http, _repeatable(file, http, settings.lang) as body:
        if is_events(body.read(HEAD_BYTES), file):
            response = answered(_handed_in(http, body, settings, "/v1/equipment-events"))
            raise typer.Exit(show_batch(response.json(), settings.lang))
        response = answered(_handed_in(http, body, settings))
        shown = _settled(http, response.json(), wait)
        if "Waglan-Replayed" in response.headers:
            typer.echo(say("submit", "replayed", settings.lang), err=True)
        typer.echo(f"{shown['state']}  {shown['id']}")
        for finding in shown["findings"]:
            show_finding(finding, settings.lang)
        for answer in shown["answers"]:
            typer.echo(plain(f"{answer['kind']}  {answer['size']} bytes  {answer['href']}"))
            if answers is not None:
                _keep(answers, _stem(file), answer, answered(http.get(answer["href"])).content)
    raise typer.Exit({"accepted": ACCEPTED, "waiting": WAITING}.get(shown["state"], REFUSED))


@contextmanager
def _repeatable(file: str, http: httpx.Client, lang: Lang) -> Iterator[BinaryIO]:
    """Hold the message open so that it can be sent again; what comes through a pipe is copied.

    No more is copied than the instance takes: a pipe may have no end.
    """
    from waglan.cli.talk import answered

    with opened(file, lang) as data:
        if file != "-" and stat.S_ISREG(os.fstat(data.fileno()).st_mode):
            yield data
            return
        who = answered(_patiently(lambda: http.get("/v1/whoami"), lang)).json()
        most = int(who["message_bytes_max"])
        with TemporaryFile() as copy:
            while block := data.read(BLOCK_BYTES):
                if copy.tell() + len(block) > most:
                    large = Finding(
                        "MESSAGE-TOO-LARGE", Severity.ERROR, Where("message"), {"bytes_max": most}
                    )
                    raise stopped(large, lang, REFUSED)
                copy.write(block)
            yield copy


def _handed_in(
    http: httpx.Client, body: BinaryIO, settings: Settings, path: str = "/v1/messages"
) -> httpx.Response:
    """Post the file, and once more if the line breaks: the same bytes are never taken twice."""
    size = body.seek(0, os.SEEK_END)
    headers = {**_HEADERS, "Content-Length": str(size)}

    def post() -> httpx.Response:
        body.seek(0)
        with _progress(body, size) as blocks:
            return http.post(path, content=blocks, headers=headers)

    return _patiently(post, settings.lang)


def _patiently(ask: Callable[[], httpx.Response], lang: Lang) -> httpx.Response:
    """Ask, and again a little later each time while nobody is there to answer."""
    pause = FIRST_PAUSE_SECONDS
    for left in reversed(range(TRIES_MAX)):
        try:
            response = ask()
            if response.status_code not in (502, 503, 504) or not left:
                return response
        except httpx.TransportError:
            if not left:
                raise
        typer.echo(say("submit", "again", lang, left=left), err=True)
        time.sleep(pause)
        pause *= 2
    raise RuntimeError("unreachable")


_HEADERS = {"Content-Type": "application/octet-stream", "Prefer": "wait=10"}


@contextmanager
def _progress(body: BinaryIO, size: int) -> Iterator[Iterator[bytes]]:
    """Give the body block by block, with a bar for whoever looks at a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    shown = console.is_terminal and size >= SHOW_PROGRESS_FROM_BYTES
    with Progress(console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("", total=size)

        def blocks() -> Iterator[bytes]:
            while block := body.read(BLOCK_BYTES):
                yield block
                bar.advance(task, len(block))

        yield blocks()


def _settled(http: httpx.Client, shown: dict[str, Any], wait_seconds: int) -> dict[str, Any]:
    from waglan.cli.talk import answered

    until = time.monotonic() + wait_seconds
    while shown["state"] == "waiting" and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        shown = answered(http.get(f"/v1/messages/{shown['id']}")).json()
    return shown


def _stem(file: str) -> str:
    return "message" if file == "-" else Path(file).stem


def _keep(folder: Path, stem: str, answer: Mapping[str, Any], content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kind = "".join(c for c in str(answer["kind"]).lower() if c.isalnum())
    suffix = "json" if content[:1] == b"{" else "edi"
    (folder / f"{stem}.{int(answer['n'])}.{kind}.{suffix}").write_bytes(content)


def track(
    key: Annotated[str, typer.Argument(help="A bill, container, manifest or call.")],
    kind: Annotated[KeyKind | None, typer.Option(help="Look for this kind only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the interface's answer.")] = False,
) -> None:
    """Say how a bill, a container, a manifest or a call stands. Exit 1: nothing for you to see."""
    from waglan.cli.talk import answered, client, path_step
    from waglan.cli.tracked import show

    settings = Settings()
    wanted = {} if kind is None else {"kind": kind.value}
    with client(settings) as http:
        response = answered(http.get(f"/v1/track/{path_step(key)}", params=wanted))
    if as_json:
        typer.echo(response.text)
        return
    show(response.json(), settings.lang)


def messages(
    state: Annotated[
        str | None, typer.Option(help="Only these: waiting, accepted, partly, refused.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
) -> None:
    """List what your organisation sent, newest first, and what became of it."""
    from waglan.cli import talk
    from waglan.cli.tracked import show_messages

    settings = Settings()
    asked = {"state": state} if state else {}
    with talk.client(settings) as http:
        found = talk.pages(http, "/v1/messages", "messages", at_most=limit, **asked)
        show_messages(found, settings.lang)


def answers(
    message: Annotated[str, typer.Argument(help="The message's id, as `submit` printed it.")],
) -> None:
    """List the answers to a message of yours: Waglan's, and those of whom it was for."""
    from waglan.cli import talk
    from waglan.cli.tracked import show_answers

    settings = Settings()
    path = f"/v1/messages/{talk.path_step(message)}"
    with talk.client(settings) as http:
        own = talk.listed(http, f"{path}/answers", "after", "n")
        partners = talk.listed(http, f"{path}/partner-answers", "after", "seq")
    show_answers(own, partners, settings.lang)


def listed(
    call: Annotated[
        str, typer.Argument(help="IMO number or ship's name, and voyage: 9811000/001E.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the interface's answer.")] = False,
) -> None:
    """Hold the boxes listed for a call against those on board, discharged and loaded.

    Exit 0: nothing differs as far as you see; 1: something does, or nothing is for you to see.
    """
    from waglan.cli.talk import answered, client, path_step
    from waglan.cli.tracked import show_listed

    settings = Settings()
    with client(settings) as http:
        response = answered(http.get(f"/v1/calls/{path_step(call)}/listed"))
    if as_json:
        typer.echo(response.text)
    else:
        show_listed(response.json(), settings.lang)
    raise typer.Exit(1 if response.json()["differences"] else 0)
