"""Commands that talk to a running instance, as any program may."""

from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.settings import Settings


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(submit)
    app.command()(track)


def submit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The message.")],
    answers: Annotated[
        Path | None, typer.Option(help="Folder to put the answers in, as files.")
    ] = None,
) -> None:
    """Hand in a message to the instance and print what became of it."""
    from waglan.cli.talk import answered, client

    with client(Settings()) as http, file.open("rb") as body:
        shown = answered(http.post("/v1/messages", content=body)).json()
        typer.echo(f"{shown['state']}  {shown['id']}")
        for finding in shown["findings"]:
            typer.echo(f"{finding['code']}: {finding['problem']} {finding['remedy']}", err=True)
        for answer in shown["answers"]:
            typer.echo(f"{answer['kind']}  {answer['size']} bytes  {answer['href']}")
            if answers is not None:
                answers.mkdir(parents=True, exist_ok=True)
                name = f"{file.stem}.{answer['n']}.{answer['kind'].lower()}.edi"
                (answers / name).write_bytes(answered(http.get(answer["href"])).content)
    raise typer.Exit(0 if shown["state"] in ("accepted", "waiting") else 1)


def track(
    key: Annotated[str, typer.Argument(help="A bill, container, manifest or call.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the interface's answer.")] = False,
) -> None:
    """Say how a bill, a container, a manifest or a call stands."""
    from urllib.parse import quote

    from waglan.cli.talk import answered, client

    with client(Settings()) as http:
        response = answered(http.get(f"/v1/track/{quote(key, safe='/')}"))
    if as_json:
        typer.echo(response.text)
        return
    from waglan.cli.tracked import show

    show(response.json(), Settings().lang)
