"""`waglan status` and `waglan holds`: what customs has told, signed, for where no network is."""

import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import coded, plain, say, stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.codes.moment import second
from waglan.codes.render import Lang
from waglan.gateway.status_code import PNG, SVG, picture

PICTURES = {".svg": SVG, ".png": PNG}
TRIES_MAX = 10
PAUSE_SECONDS = 0.5


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(status)
    app.command()(holds)


def status(
    key: Annotated[str, typer.Argument(help="A bill, or a container.")],
    kind: Annotated[KeyKind | None, typer.Option(help="bill or container only.")] = None,
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it as a QR code: .svg or .png.")
    ] = None,
) -> None:
    """Get a customs status as a signed text, one line for each bill; words go to standard error.

    Exit 1: nothing was told of it, or nothing is for you to see.
    """
    from waglan.cli.talk import client, path_step

    settings = Settings()
    if qr is not None and qr.suffix not in PICTURES:
        found = Finding("CLI-PICTURE", Severity.ERROR, Where("qr"), {"file": str(qr)})
        raise stopped(found, settings.lang, 2)
    wanted = {} if kind is None else {"kind": kind.value}
    with client(settings) as http:
        response = _got(http, f"/v1/customs-status/{path_step(key)}", wanted)
    found_all = response.json()["found"]
    for n, one in enumerate(found_all, 1):
        _tell(one, settings.lang)
        typer.echo(plain(one["text"]))
        if qr is not None:
            file = qr if len(found_all) == 1 else qr.with_stem(f"{qr.stem}-{n}")
            file.write_bytes(picture(one["text"], PICTURES[file.suffix]))
            typer.echo(say("status", "drawn", settings.lang, file=plain(str(file))), err=True)


def holds(
    call: Annotated[
        str, typer.Argument(help="IMO number or ship's name, and voyage: 9811000/001E.")
    ],
    again: Annotated[
        int | None,
        typer.Option(min=1, max=1440, help="Minutes until you mean to fetch the next list."),
    ] = None,
) -> None:
    """Get the signed list of what customs holds on a call, as far as you may see, for offline use.

    It goes to standard output as it was signed: keep it as it is. Exit 1: there is none for you.
    """
    from waglan.cli.talk import client, path_step

    settings = Settings()
    wanted = {} if again is None else {"next_minutes": str(again)}
    with client(settings) as http:
        response = _got(http, f"/v1/calls/{path_step(call)}/holds", wanted)
    typer.echo(response.text, nl=False)


def _got(http: httpx.Client, path: str, wanted: dict[str, str]) -> httpx.Response:
    """Ask, and again while a notice waits for its number, which takes a moment."""
    from waglan.cli.talk import answered

    for _ in range(TRIES_MAX):
        response = http.get(path, params=wanted)
        if response.status_code != 503:
            break
        time.sleep(PAUSE_SECONDS)
    return answered(response)


def _tell(one: dict[str, Any], lang: Lang) -> None:
    lines = [
        say(
            "status",
            "told",
            lang,
            bill=one["bill"],
            status=coded("customs", one["status"], lang),
            authority=one["authority"],
            at=second(one["told_at"]),
            version=one["version"],
            seq=one["seq"],
        )
    ]
    if one["filed_since"] is not None:
        lines.append(say("status", "since", lang, version=one["filed_since"]))
    for line in lines:
        typer.echo(plain(line), err=True)
