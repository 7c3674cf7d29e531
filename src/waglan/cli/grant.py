"""`waglan grant`: bills that you show to others, and take back."""

from enum import StrEnum
from typing import Annotated

import httpx
import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, listed, made, path_step
from waglan.cli.wording import plain, say, words
from waglan.codes.moment import minute

app = typer.Typer(no_args_is_help=True, help="Bills that you show to others.")


class Shown(StrEnum):
    """How much of a bill a grant shows; each shows what the one before does."""

    STATUS = "status"
    EQUIPMENT = "equipment"
    FULL = "full"


@app.command()
def give(  # noqa: PLR0913 (each is an option)
    bill: Annotated[str, typer.Argument(help="A bill that you filed.")],
    receiver: Annotated[str, typer.Argument(help="The organisation that is to see it.")],
    view: Annotated[
        Shown,
        typer.Option(
            help="What customs told of it; with its boxes at the quay; with all that is declared."
        ),
    ] = Shown.STATUS,
    days: Annotated[int, typer.Option(min=1, max=366, help="For how long.")] = 30,
    parent: Annotated[
        str | None,
        typer.Option(help="The bill above, where you gave one number to several houses."),
    ] = None,
    authority: Annotated[
        str | None,
        typer.Option(help="The authority that you filed it with, where you filed it with several."),
    ] = None,
) -> None:
    """Show a bill that you filed to another organisation; prints the grant's id."""
    settings = Settings()
    new = {"bill": bill, "parent": parent, "receiver": receiver, "view": view.value, "days": days}
    new |= {} if authority is None else {"authority": authority}
    with client(settings) as http:
        given = answered(made(http, "/v1/grants", new)).json()
    typer.echo(plain(given["id"]))
    if not given["in_effect"]:
        typer.echo(say("grant", "soon", settings.lang), err=True)


@app.command("list")
def list_grants(
    bill: Annotated[str, typer.Option(help="On this bill.")] = "",
    receiver: Annotated[str, typer.Option(help="To this organisation.")] = "",
    ended: Annotated[
        bool | None, typer.Option("--ended/--not-ended", help="Those over or revoked; those not.")
    ] = None,
) -> None:
    """List the grants that you gave, newest first."""
    settings = Settings()
    views = words("view", settings.lang)
    asked = {"bill": bill, "receiver": receiver}
    asked |= {} if ended is None else {"ended": str(ended).lower()}
    asked = {name: value for name, value in asked.items() if value}
    with client(settings) as http:
        for one in listed(http, "/v1/grants", "before", "id", **asked):
            view = views.get(one["view"], one["view"])
            typer.echo(plain(f"{one['id']}  {one['bill']}  {one['receiver']}: {view}"))
            times = {name: minute(one[name]) for name in ("given_at", "until", "revoked_at")}
            how = "revoked" if one["revoked_at"] else "until"
            typer.echo("    " + say("grant", how, settings.lang, **times))


@app.command()
def revoke(grant: Annotated[str, typer.Argument(help="The grant's id.")]) -> None:
    """Take a grant back: its receiver sees the bill no more, its past included."""
    settings = Settings()
    with client(settings) as http:
        done = answered(http.delete(f"/v1/grants/{path_step(grant)}"))
    if done.status_code != httpx.codes.NO_CONTENT:
        typer.echo(say("grant", "soon", settings.lang), err=True)
