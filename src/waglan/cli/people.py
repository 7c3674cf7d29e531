"""`waglan person`, `waglan me`, `waglan sign-in`: the people of a firm, and how they get in."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, made, public
from waglan.cli.wording import plain, say
from waglan.codes.moment import day, minute

person = typer.Typer(no_args_is_help=True, help="The people of your firm, and their roles.")
me = typer.Typer(no_args_is_help=True, help="Your own account: password, sessions.")
Subject = Annotated[str, typer.Argument(metavar="PERSON", help="sub_…, as `person list` shows.")]


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command("sign-in")(sign_in)
    app.command("use-link")(use_link)
    app.command("ask-for-link")(ask_for_link)
    app.add_typer(person, name="person")
    app.add_typer(me, name="me")


def sign_in(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Your organisation's id.")],
    login: Annotated[str, typer.Argument(help="Your login name in it.")],
) -> None:
    """Sign in with your password; prints a token for some hours, for WAGLAN_TOKEN.

    The password is asked for, or read as the first line of standard input.
    """
    settings = Settings()
    [password] = _secrets(settings, "password")
    who = {"party": party, "login": login, "password": password}
    with public(settings, settings.url) as http:
        shown = answered(http.post("/v1/sign-in", json=who)).json()
    typer.echo(shown["secret"])
    until = minute(shown["expires_at"])
    typer.echo(say("people", "signed_in", settings.lang, at=until), err=True)


def use_link() -> None:
    """Set your password with a one-time link that you were given.

    Link and password are asked for, or read as two lines of standard input: neither belongs into
    a history of commands.
    """
    settings = Settings()
    link, password = _secrets(settings, "secret", "password")
    said = {"secret": link.rpartition("#")[2], "password": password}
    with public(settings, settings.url) as http:
        shown = answered(http.post("/v1/links/use", json=said)).json()
    told = {name: plain(shown[name]) for name in ("party", "login")}
    typer.echo(say("people", "set", settings.lang, **told), err=True)


def ask_for_link(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Your organisation's id.")],
    login: Annotated[str, typer.Argument(help="Your login name in it: an e-mail address.")],
) -> None:
    """Have a link for a new password mailed to you, where the platform sends mail."""
    settings = Settings()
    with public(settings, settings.url) as http:
        answered(http.post("/v1/password-resets", json={"party": party, "login": login}))
    typer.echo(say("people", "asked", settings.lang), err=True)


@person.command("add")
def add_person(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person of your organisation.")],
    role: Annotated[list[str], typer.Option(help="What he does there; may be repeated.")],
    login: Annotated[
        str | None, typer.Option(help="Login name, best an e-mail address; prints an invitation.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="Prints a token for so long instead.")
    ] = None,
    contact: Annotated[str, typer.Option(help="How to reach him.")] = "",
) -> None:
    """Let a person of your organisation in; prints his link or his token once."""
    if (login is None) == (days is None):
        raise typer.BadParameter(say("usage", "person", Settings().lang))
    new = {"name": name, "roles": role, "login": login, "days": days, "contact": contact}
    settings = Settings()
    with client(settings) as http:
        shown = answered(http.post("/v1/persons", json=new)).json()
    if shown["secret"]:
        typer.echo(shown["secret"])
        at = day(shown["expires_at"])
        typer.echo(say("token", "once", settings.lang, token=shown["token"], at=at), err=True)
    else:
        _show_link(settings, shown["link"], shown["person"], shown["link_expires_at"])


@person.command("list")
def list_persons() -> None:
    """List the people of your organisation with their roles."""
    settings = Settings()
    with client(settings) as http:
        for one in _pages(http, "/v1/persons", "persons"):
            roles = ", ".join(one["roles"]) or "-"
            if one["left_at"]:
                roles = say("people", "gone", settings.lang, at=day(one["left_at"]))
            typer.echo(plain(f"{one['person']}  {one['name']}"))
            typer.echo(plain(f"    {one['login'] or '-'}: {roles}"))


@person.command("link")
def link(
    subject: Subject,
    login: Annotated[
        str | None, typer.Option(help="Login name, if he has none or is to have another.")
    ] = None,
) -> None:
    """Make a link with which a colleague sets his password; earlier ones are worth nothing."""
    settings = Settings()
    with client(settings) as http:
        path = f"/v1/persons/{quote(subject, safe='')}/links"
        shown = answered(http.post(path, json={"login": login})).json()
    _show_link(settings, shown["link"], subject, shown["expires_at"])


@person.command("give-roles")
def give_roles(
    subject: Subject,
    role: Annotated[list[str], typer.Option(help="All that he does from now on; repeat it.")],
) -> None:
    """Change a colleague's roles: what is taken is gone at once, what is new comes on sign-in."""
    settings = Settings()
    with client(settings) as http:
        path = f"/v1/persons/{quote(subject, safe='')}/roles"
        shown = answered(http.put(path, json={"roles": role})).json()
    typer.echo(plain(f"{shown['person']}  {', '.join(shown['roles'])}"))


@person.command("let-go")
def let_go(
    subject: Subject,
    to: Annotated[
        str | None, typer.Option(help="Who takes over his machines and open drafts.")
    ] = None,
) -> None:
    """Let a colleague go, at once and for good; prints what was handed over."""
    settings = Settings()
    with client(settings) as http:
        path = f"/v1/persons/{quote(subject, safe='')}/departure"
        shown = answered(made(http, path, {"successor": to})).json()
    for name in ("credentials", "drafts"):
        for one in shown[name]:
            typer.echo(plain(one))
    typer.echo(say("people", "left", settings.lang, person=plain(subject)), err=True)


@person.command("roles")
def roles() -> None:
    """List the roles that people have within a firm, and what each may do."""
    with client(Settings()) as http:
        for one in answered(http.get("/v1/firm-roles")).json():
            typer.echo(plain(f"{one['name']:<14}  {', '.join(one['scopes']):<22}  {one['what']}"))


@me.command("show")
def show() -> None:
    """Show what is kept of you."""
    with client(Settings()) as http:
        shown = answered(http.get("/v1/me")).json()
    for name, value in shown.items():
        text = ", ".join(value) if isinstance(value, list) else value
        typer.echo(plain(f"{name:<14}{text}"))


@me.command("password")
def change_password() -> None:
    """Change your password; old and new are asked for, or read as two lines of standard input."""
    settings = Settings()
    old, new = _secrets(settings, "old", "password")
    with client(settings) as http:
        answered(http.put("/v1/me/password", json={"old": old, "new": new}))
    typer.echo(say("people", "changed", settings.lang), err=True)


@me.command("sessions")
def sessions() -> None:
    """List where you are signed in."""
    settings = Settings()
    with client(settings) as http:
        for one in _pages(http, "/v1/me/sessions", "sessions"):
            kind = say("people", "session" if one["is_session"] else "token", settings.lang)
            until = say("people", "until", settings.lang, at=minute(one["expires_at"]))
            here = f" ({say('people', 'this', settings.lang)})" if one["is_this"] else ""
            typer.echo(plain(f"{one['token']}  {kind} {until}{here}"))


@me.command("sign-out")
def sign_out(
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="One of your sessions; else this one.")
    ] = "this",
) -> None:
    """End a session or token of yours at once."""
    settings = Settings()
    with client(settings) as http:
        answered(http.delete(f"/v1/me/sessions/{quote(token, safe='')}"))
    typer.echo(say("people", "ended", settings.lang, token=plain(token)), err=True)


def _pages(http: httpx.Client, path: str, name: str) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = answered(http.get(path, params={"after": after})).json()
        yield from page[name]
        after = page["next"]


def _show_link(settings: Settings, path: str, subject: str, until: str) -> None:
    """The link alone goes to stdout, so that it can go straight into a file."""
    typer.echo(settings.url.rstrip("/") + path)
    told = say("people", "link", settings.lang, person=plain(subject), at=minute(until))
    typer.echo(told, err=True)


def _secrets(settings: Settings, *names: str) -> list[str]:
    """Ask for secrets without showing them, the last one twice; or read a line for each."""
    if not sys.stdin.isatty():
        return [sys.stdin.readline().rstrip("\r\n") for _ in names]
    asked = [(say("people", name, settings.lang), name == names[-1]) for name in names]
    again, is_new = say("people", "again", settings.lang), len(names) > 1
    return [
        typer.prompt(
            text,
            hide_input=True,
            confirmation_prompt=again if is_new and is_last else False,
            err=True,
        )
        for text, is_last in asked
    ]
