"""`waglan elock import`: files of provinces and rules, tried out on past trips."""

import json
from typing import Annotated, Any

import httpx
import typer

from waglan.cli.paper import opened
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client
from waglan.cli.wording import language, plain, say
from waglan.elock.ground import FILE_BYTES_MAX

TOML = {"Content-Type": "application/toml"}
SECONDS_MAX = 600.0  # the interface ends after half of it


def add(app: typer.Typer) -> None:
    """Add the commands to `waglan elock`."""
    app.command("import")(import_file)


def import_file(  # noqa: PLR0913 (each is an option)
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A province's or your own rules' file, in TOML.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Try it out on past trips; nothing is kept.")
    ] = False,
    since: Annotated[str | None, typer.Option(help="Trips planned from this time on.")] = None,
    until: Annotated[str | None, typer.Option(help="Trips planned before this time.")] = None,
    on: Annotated[
        str | None, typer.Option(help="The day whose rules and corridors are tried out.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many trips at most.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print each trip as JSON.")] = False,
) -> None:
    """Try a file out on your authority's past trips, and print what would change."""
    settings = Settings()
    with opened(file, settings.lang) as data:
        told = data.read(FILE_BYTES_MAX + 1)
    asked = {"since": since, "until": until, "on": on, "limit": limit}
    query = {name: value for name, value in asked.items() if value is not None}
    with client(settings) as http:
        _try_out(http, told, query, as_json=as_json)


def _try_out(http: httpx.Client, data: bytes, query: dict[str, Any], *, as_json: bool) -> None:
    url = "/v1/grounds/dry-runs"
    with http.stream(
        "POST", url, content=data, params=query, headers=TOML, timeout=SECONDS_MAX
    ) as answer:
        if answer.is_error:
            answer.read()
        answered(answer)
        for line in answer.iter_lines():
            one = json.loads(line)
            if as_json:
                typer.echo(plain(line))
            elif "summary" in one:
                _summed(one["summary"])
            else:
                typer.echo(f"\r{one['n']}/{one['of']} ", nl=False, err=True)
                if one["trip"] and one["trip"]["is_changed"]:
                    _show(one["trip"])


def _show(trip: dict[str, Any]) -> None:
    way = f"{trip['origin']}-{trip['destination']}"
    typer.echo(plain(f"{trip['id']}  {trip['vehicle']}  {way}  {trip['state']}"))
    before, after = trip["before"], trip["after"]
    for name in ("outcome", "reasons", "refused", "way", "quality"):
        if before[name] != after[name]:
            typer.echo(plain(f"    {name}: {_words(before[name])} -> {_words(after[name])}"))
    if trip["is_way_changed"] and before["way"] == after["way"]:
        typer.echo(plain(f"    way: {say('elock', 'otherwise', language())}"))


def _words(told: str | list[str] | None) -> str:
    return (told if isinstance(told, str) else ", ".join(told or [])) or "-"


def _summed(told: dict[str, Any]) -> None:
    typer.echo(say("elock", "summed", language(), **{k: str(v) for k, v in told.items()}))
    if not told["is_whole"]:
        typer.echo(say("elock", "not_whole", language(), until=str(told["until"])))
