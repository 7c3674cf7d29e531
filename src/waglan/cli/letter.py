"""`waglan letter`: clients' letters of authorisation; the paper stays with you."""

from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, made, pages
from waglan.cli.wording import plain, say, show_finding
from waglan.codes.calendar import HONG_KONG
from waglan.codes.moment import day

LISTED_MAX = 10_000

app = typer.Typer(no_args_is_help=True, help="Clients' letters, under which you file for them.")

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="A day in Hong Kong.")]


@app.command()
def add(
    client_name: Annotated[
        str,
        typer.Argument(
            metavar="CLIENT",
            help="Who gave it: NAME, NAME/中文名, or with what messages call him NAME/中文名/CODE.",
        ),
    ],
    paper: Annotated[
        Path,
        typer.Option(help="The signed paper; its hash alone is sent.", exists=True, dir_okay=False),
    ],
    profile: Annotated[list[str], typer.Option(help="For this kind of filing; may be repeated.")],
    since: Day,
    until: Day,
) -> None:
    """Record a client's letter; prints its id. The day named by --until is already outside."""
    settings = Settings()
    with paper.open("rb") as data:
        digest = file_digest(data, "sha256").hexdigest()
    name, name_zh, code = [*client_name.split("/", 2), "", ""][:3]
    new = {
        "client": name.strip(),
        "client_zh": name_zh.strip(),
        "client_code": code.strip(),
        "profiles": profile,
        "since": _midnight(since),
        "until": _midnight(until),
        "document_sha256": digest,
    }
    with client(settings) as http:
        kept = answered(made(http, "/v1/letters", new)).json()
    typer.echo(plain(kept["id"]))
    for finding in kept["findings"]:
        show_finding(finding, settings.lang)


@app.command("list")
def list_letters(
    of: Annotated[
        str, typer.Option("--client", help="Whose name or code has these words in it.")
    ] = "",
    ended: Annotated[
        bool | None, typer.Option("--ended/--not-ended", help="Those over; those not.")
    ] = None,
) -> None:
    """List your clients' letters, newest first; one that soon ends says so."""
    settings = Settings()
    asked = {"client": of} if of else {}
    asked |= {} if ended is None else {"ended": str(ended).lower()}
    with client(settings) as http:
        for one in pages(http, "/v1/letters", "letters", at_most=LISTED_MAX, **asked):
            who = (
                " / ".join(filter(None, (one["client"], one["client_zh"], one["client_code"])))
                or "-"
            )
            typer.echo(plain(f"{one['id']}  {who}: {', '.join(one['profiles'])}"))
            if one["ended_at"]:
                at = day(one["ended_at"])
                typer.echo("    " + say("letter", "ended", settings.lang, at=at))
            elif one["until"]:
                days = {"since": day(one["since"]), "until": day(one["until"])}
                typer.echo("    " + say("letter", "until", settings.lang, **days))
            for finding in one["findings"]:
                show_finding(finding, settings.lang)


@app.command()
def end(letter: Annotated[str, typer.Argument(help="The letter's id.")]) -> None:
    """End a letter at once: nothing more is filed under it."""
    from urllib.parse import quote

    with client(Settings()) as http:
        answered(http.delete(f"/v1/letters/{quote(letter, safe='')}"))


def _midnight(day: datetime) -> str:
    return day.replace(tzinfo=HONG_KONG).astimezone(UTC).isoformat()
