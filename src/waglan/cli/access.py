"""`waglan whoami`, `waglan party` and `waglan token`: who takes part, and with which tokens."""

from typing import Annotated, Any

import typer

from waglan.cli.profile import profile
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, listed, path_step
from waglan.cli.wording import plain, say
from waglan.codes.moment import day
from waglan.parties.role import ClientKind, Role, Scope

party = typer.Typer(no_args_is_help=True, help="Let organisations in, and list who takes part.")
token = typer.Typer(no_args_is_help=True, help="Issue, list and revoke your own tokens.")


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(whoami)
    party.command("profile")(profile)
    app.add_typer(party, name="party")
    app.add_typer(token, name="token")


def whoami() -> None:
    """Say who you are signed in as."""
    with client(Settings()) as http:
        shown = answered(http.get("/v1/whoami")).json()
    for name in ("party", "roles", "client", "scopes", "token"):
        value = shown[name]
        text = ", ".join(value) if isinstance(value, list) else value
        typer.echo(plain(f"{name:<8}{text}"))


@party.command("add")
def add_party(
    name_id: Annotated[str, typer.Argument(metavar="PARTY", help="Its id for ever: a-z 0-9 -.")],
    role: Annotated[list[Role], typer.Option(help="What it does; may be repeated.")],
    person: Annotated[str, typer.Option(help="Who first signs in for it, and answers.")],
    name: Annotated[str | None, typer.Option(help="Its name; else its id.")] = None,
    address: Annotated[
        list[str] | None, typer.Option(help="Address it sends from, as UNB has it: ID or ID:ZZZ.")
    ] = None,
) -> None:
    """Let an organisation in, as the platform's operator; prints its first token once."""
    new = {
        "party": name_id,
        "name": name or name_id,
        "roles": [one.value for one in role],
        "addresses": address or [],
        "person": person,
    }
    with client(Settings()) as http:
        _show_secret(answered(http.post("/v1/organisations", json=new)).json())


@party.command("readmit")
def readmit_party(
    party_id: Annotated[
        str, typer.Argument(metavar="PARTY", help="An organisation that is there.")
    ],
    person: Annotated[str, typer.Option(help="Who signs in for it from now on, and answers.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long his token is valid.")] = 90,
) -> None:
    """Let an organisation in again that nobody can sign in for; prints a token once."""
    new = {"person": person, "days": days}
    with client(Settings()) as http:
        _show_secret(
            answered(
                http.post(f"/v1/organisations/{path_step(party_id)}/admissions", json=new)
            ).json()
        )


@party.command("list")
def list_parties() -> None:
    """List who takes part in this port."""
    with client(Settings()) as http:
        found = listed(http, "/v1/organisations", "after", "party")
    for one in found:
        typer.echo(plain(f"{one['party']:<20}  {', '.join(one['roles']):<24}  {one['name']}"))


@token.command()
def issue(
    scope: Annotated[list[Scope], typer.Option(help="What it may be used for; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
    machine: Annotated[
        str | None, typer.Option(help="For a machine of this name; needs --accountable.")
    ] = None,
    accountable: Annotated[
        str | None, typer.Option(help="Who of your people answers for the machine: name or id.")
    ] = None,
    ai: Annotated[
        bool, typer.Option("--ai", help="For an AI client: it reads and checks, whatever --scope.")
    ] = False,
) -> None:
    """Issue a token of your organisation; prints its secret once.

    Without --machine or --ai it is one more of your own.
    """
    if (machine is None) != (accountable is None) or (machine is not None and ai):
        raise typer.BadParameter(say("usage", "machine", Settings().lang))
    kind = ClientKind.AI if ai else ClientKind.MACHINE if machine else ClientKind.PERSON
    wish: dict[str, Any] = {"client": kind.value, "scopes": [s.value for s in scope], "days": days}
    with client(Settings()) as http:
        if machine is not None:
            new = {"label": machine, "accountable_name": accountable}
            wish["credential"] = answered(http.post("/v1/credentials", json=new)).json()[
                "credential"
            ]
        _show_secret(answered(http.post("/v1/tokens", json=wish)).json())


@token.command()
def person(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person of your organisation.")],
    scope: Annotated[list[Scope], typer.Option(help="What he may do; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
) -> None:
    """Let one more person of your organisation in; prints his first token once."""
    new = {"name": name, "scopes": [one.value for one in scope], "days": days}
    with client(Settings()) as http:
        _show_secret(answered(http.post("/v1/persons", json=new)).json())


@token.command("list")
def list_tokens(
    kind: Annotated[
        ClientKind | None, typer.Option("--client", help="Those of this kind of client.")
    ] = None,
    ended: Annotated[
        bool | None, typer.Option("--ended/--not-ended", help="Those expired or revoked; the rest.")
    ] = None,
) -> None:
    """List your organisation's tokens; no secret is ever shown again."""
    settings = Settings()
    asked = {"client": kind.value} if kind else {}
    asked |= {} if ended is None else {"ended": str(ended).lower()}
    with client(settings) as http:
        found = listed(http, "/v1/tokens", "before", "token", **asked)
    for one in found:
        until = say("token", "until", settings.lang, at=day(one["expires_at"]))
        if one["revoked_at"]:
            until = say("token", "revoked", settings.lang, at=day(one["revoked_at"]))
        whose = f"{one['client']} {one['label'] or ''}".strip()
        typer.echo(plain(f"{one['token']}  {until}"))
        typer.echo(plain(f"    {whose}: {', '.join(one['scopes'])}"))


@token.command()
def revoke(token_id: Annotated[str, typer.Argument(metavar="TOKEN", help="tok_…")]) -> None:
    """Revoke a token of your organisation at once; its open streams end too."""
    settings = Settings()
    with client(settings) as http:
        answered(http.delete(f"/v1/tokens/{path_step(token_id)}"))
    typer.echo(say("token", "done", settings.lang, token=plain(token_id)), err=True)


def _show_secret(issued: dict[str, str]) -> None:
    """The secret alone goes to stdout, so that it can go straight into a file."""
    lang, until = Settings().lang, day(issued["expires_at"])
    typer.echo(issued["secret"])
    typer.echo(say("token", "once", lang, token=plain(issued["token"]), at=until), err=True)
