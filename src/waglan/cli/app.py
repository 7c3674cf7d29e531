"""The command's root: the one place that joins the groups.

Heavy modules are imported inside the commands, so that `waglan --help` stays quick.
"""

import asyncio
import sys
from importlib.metadata import version as installed
from typing import Annotated

import typer

from waglan.cli import (
    access,
    address,
    bridge,
    ccrn,
    client,
    desk,
    draft,
    elock,
    filing,
    grant,
    keeping,
    keys,
    letter,
    lock,
    log,
    looks,
    notice,
    operating,
    paper,
    people,
    places,
    proof,
    status,
    template,
    webhook,
    witness,
)
from waglan.cli.guard import guarded
from waglan.cli.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
paper.add(app)
template.add(app)
client.add(app)
status.add(app)
filing.add(app)
proof.add(app)
operating.add(app)
access.add(app)
looks.add(app)
app.add_typer(draft.app, name="draft")
app.add_typer(address.app, name="address")
app.add_typer(letter.app, name="letter")
app.add_typer(grant.app, name="grant")
app.add_typer(lock.app, name="lock")
app.add_typer(elock.app, name="elock")
app.add_typer(webhook.app, name="webhook")
app.add_typer(ccrn.app, name="ccrn")
app.add_typer(bridge.app, name="bridge")
people.add(app)
app.add_typer(desk.app, name="desk")
app.add_typer(notice.app, name="notice")
app.add_typer(places.app, name="codes")
app.add_typer(log.app, name="log")
app.add_typer(keys.app, name="keys")
keeping.add(app)
app.add_typer(witness.app, name="witness")


def _told_version(is_asked: bool) -> None:
    if is_asked:
        version()
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_told_version, help="Print the version."),
    ] = False,
) -> None:
    """Waglan: one open port community system."""


@app.command()
def up() -> None:
    """Start Waglan here: database, log, interface. The first start does what `init` does."""
    from waglan.cli.instance import serve

    asyncio.run(serve(Settings()))


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another seed makes another day.")] = 1,
    fast: Annotated[bool, typer.Option("--fast", help="Without pauses to read.")] = False,
    leave: Annotated[bool, typer.Option("--exit", help="Stop when the day is over.")] = False,
) -> None:
    """Live a synthetic day: a ship's cargo is filed, judged, decided before she arrives."""
    from waglan.cli.demo import demo as live

    asyncio.run(live(Settings(), seed=seed, fast=fast, leave=leave))


@app.command()
def openapi() -> None:
    """Print the interface's OpenAPI 3.1 document."""
    import json

    from waglan.gateway.http.app import describe

    typer.echo(json.dumps(describe().openapi(), indent=2, sort_keys=True))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(installed("waglan"))


def main() -> None:
    """Run the command."""
    sys.exit(guarded(app, sys.argv[1:]))
