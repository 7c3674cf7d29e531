"""Codes of places: the list an operator loads, and looking into it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.here import database
from waglan.cli.settings import Settings
from waglan.cli.wording import say, stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.unlocode import Place, Places, is_code, packaged
from waglan.gateway.kit import wall_clock
from waglan.operations.load_places import Issue, load_places
from waglan.store import Transaction, places
from waglan.store.connect import pools, transaction

FILE_BYTES_MAX = 64 << 20
UNECE = "UN/LOCODE of UNECE, https://unece.org/trade/uncefact/unlocode"

app = typer.Typer(no_args_is_help=True, help="Codes of places (UN/LOCODE).")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The list, as CSV.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the issue, if you know.")
    ] = None,
    source: Annotated[str, typer.Option(help="Where it is from.")] = UNECE,
    may_lack: Annotated[
        bool, typer.Option("--may-lack", help="Take it though it lacks places known before.")
    ] = False,
) -> None:
    """Load the whole list that UNECE issues, or one with columns code and name.

    UNECE's files come in parts: put them one after the other into one file. Exit 1: rows were left
    out; 2: it is no such list, or lacks much of the one before, which goes on.
    """
    settings = Settings()
    if file.stat().st_size > FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX >> 20
        found = Finding("CLI-FILE-SIZE", Severity.ERROR, Where("file"), {"limit_mib": limit})
        raise stopped(found, settings.lang, 2)
    issue = Issue(source[:300], as_of.date() if as_of else None)
    raise typer.Exit(asyncio.run(_load(settings, file.read_bytes(), issue, may_lack=may_lack)))


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="A code such as CNYTN, or a name.")],
) -> None:
    """Look a place up by code or name: in the list that was loaded here, else in the short one."""
    settings = Settings()
    known = asyncio.run(_known(settings, text))
    named = [place] if is_code(text) and (place := known.at(text)) else known.named(text)
    for found in named:
        typer.echo(_line(found))
    if not named:
        name = "unknown" if known.is_whole else "unknown_here"
        typer.echo(say("places", name, settings.lang, text=text), err=True)
    raise typer.Exit(0 if named else 1)


def _line(place: Place) -> str:
    return f"{place.code}  {place.name}  {place.subdivision or '-'}  {place.functions}"


async def _load(settings: Settings, data: bytes, issue: Issue, *, may_lack: bool) -> int:
    async with _engine(settings) as tx:
        loaded, findings = await load_places(tx, data, issue, now=wall_clock(), may_lack=may_lack)
    for finding in findings:
        tell(finding, settings.lang)
    if loaded is None:
        return 2
    counts = {"rows": loaded.rows, "left_out": loaded.left_out}
    typer.echo(say("places", "loaded", settings.lang, source=loaded.source, **counts))
    return 1 if loaded.left_out else 0


async def _known(settings: Settings, text: str) -> Places:
    if not (settings.home / "keys" / "checkpoint.key").is_file():
        return packaged()
    async with _engine(settings) as tx:
        return await places.known(tx, [text]) or packaged()


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[Transaction]:
    async with (
        database(settings) as resolved,
        pools(resolved.dsn, size_max=1) as opened,
        transaction(opened.engine, None) as tx,
    ):
        yield tx
