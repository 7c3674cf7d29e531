"""`waglan access`: who looked at what is yours."""

from typing import Annotated

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import client, pages
from waglan.cli.wording import coded, plain, say, words
from waglan.codes.moment import second


def add(app: typer.Typer) -> None:
    """Add this command to the root."""
    app.command()(access)


def access(
    mine: Annotated[
        bool, typer.Option("--mine", help="At what is kept of yourself, not of your firm.")
    ] = False,
    key: Annotated[
        str, typer.Option(help="Only looks that name this bill, container, draft ….")
    ] = "",
    party: Annotated[str, typer.Option(help="Only looks by this organisation.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
) -> None:
    """List who looked at what is your firm's, as what, at what, and what that rested on."""
    settings = Settings()
    path = "/v1/me/access-log" if mine else "/v1/access-log"
    asked = {name: value for name, value in {"key": key, "party": party}.items() if value}
    reasons = words("basis", settings.lang)
    with client(settings) as http:
        for one in pages(http, path, "looks", at_most=limit, **asked):
            roles = [coded("role", role, settings.lang) for role in one["roles"]]
            who = ", ".join([*roles, coded("client", one["client"], settings.lang)])
            whose = f" {one['person']}" if one["person"] else ""
            reason = reasons.get(one["basis"], one["basis"])
            typer.echo(plain(f"{second(one['at'])}  {one['party']} ({who}){whose}: {reason}"))
            more = one["count"] - len(one["keys"])
            rest = f" {say('access', 'more', settings.lang, n=more)}" if more else ""
            keys = ", ".join(one["keys"]) + rest
            typer.echo(plain(f"    {one['asked']}  {one['kind']} {keys}"))
