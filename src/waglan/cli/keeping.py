"""Commands by which an operator keeps what must be kept and destroys what must not."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import say


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(backup)
    app.command()(restore)
    app.command()(rebuild)
    app.command()(erase)


def backup(
    file: Annotated[Path | None, typer.Argument(help="The backup, a new file.")] = None,
    to: Annotated[
        str | None, typer.Option(help="Whose eyes it is for: a public key, or the file with it.")
    ] = None,
    with_vault: Annotated[
        bool, typer.Option("--with-vault", help="Put the vault's key in: whoever reads it has all.")
    ] = False,
    erasures: Annotated[
        Path | None,
        typer.Option(help="Where the signed list of erasures goes; an earlier one gives way."),
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option(help="Make a pair of keys instead: the secret one goes there.")
    ] = None,
) -> None:
    """Write everything into one sealed file while the instance goes on; keys stay out of it."""
    from waglan.cli import keeper

    if new_key is not None:
        keeper.make_key(new_key)
        return
    if (file is None) != (to is None) or (file is None and erasures is None):
        raise typer.BadParameter(say("usage", "backup", Settings().lang))
    asyncio.run(keeper.backup(Settings(), (file, to, erasures), with_vault=with_vault))


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The backup.")],
    key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Its secret key.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="Who saw the log grow: 'url key'; may be repeated.")
    ] = None,
    seen: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The newest checkpoint known.")
    ] = None,
    erasures: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The newest list of erasures.")
    ] = None,
) -> None:
    """Put a backup into an empty database. The log goes on under a new name and a new key.

    The new name is WAGLAN_ORIGIN, or the old one, with the time of the restore after it.
    """
    from waglan.cli import keeper

    wish = keeper.Wish(file, key, tuple(witness or ()), seen, erasures)
    asyncio.run(keeper.restore(Settings(), wish))


def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if anything differs.")
    ] = False,
) -> None:
    """Work out again what is worked out from the record: standings, feeds, who sees what."""
    from waglan.cli import keeper

    raise typer.Exit(asyncio.run(keeper.rebuild(Settings(), check=check)))


def erase(
    kind: Annotated[
        str, typer.Argument(help="name, message, subject, event, device, trip, retention.")
    ],
    rule: Annotated[str, typer.Option(help="Under which rule: an article, a request's number.")],
    target: Annotated[
        str, typer.Argument(help="Whom or what; '-' reads it, so that no history keeps a name.")
    ] = "-",
) -> None:
    """Destroy a person's traces, a message or an event's words; the log goes on to prove."""
    from waglan.cli import keeper

    keeper.erase(Settings(), kind, target, rule)
