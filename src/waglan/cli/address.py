"""`waglan address`: the parties that a firm names again and again."""

from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.pairs import pairs
from waglan.cli.settings import Settings
from waglan.cli.talk import KEY, answered, client, made, new_key, pages, path_step
from waglan.cli.wording import plain, say, show_finding

app = typer.Typer(no_args_is_help=True, help="Your address book, in either script or both.")


Id = Annotated[str, typer.Argument(metavar="ADDRESS", help="The entry's id.")]
Told = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME=VALUE...",
        help="name=, name_zh=, address=, address_zh=, code=, note=; one of the names at least.",
    ),
]
_SHOWN = ("id", "alike", "findings")  # of an entry, and no part of what its person wrote


@app.command()
def add(told: Told) -> None:
    """Put a party into your address book; prints its id, and names entries that look alike."""
    settings = Settings()
    with client(settings) as http:
        kept = answered(made(http, "/v1/addresses", pairs(told))).json()
    typer.echo(plain(kept["id"]))
    for finding in kept["findings"]:
        show_finding(finding, settings.lang)
    if kept["alike"]:
        alike = ", ".join(kept["alike"])
        typer.echo(say("address", "alike", settings.lang, ids=plain(alike)), err=True)


@app.command("import")
def import_sheet(
    sheet: Annotated[Path, typer.Argument(help="A CSV sheet.", exists=True, dir_okay=False)],
) -> None:
    """Import a CSV sheet: columns name, name_zh, address, address_zh, code, note.

    Exit 1: some rows are left out.
    """
    settings = Settings()
    headers = {KEY: new_key(), "Content-Type": "text/csv"}
    with client(settings) as http:
        body = sheet.read_bytes()
        done = answered(http.post("/v1/addresses/import", content=body, headers=headers)).json()
    for finding in done["findings"]:
        show_finding(finding, settings.lang)
    typer.echo(say("address", "kept", settings.lang, count=len(done["kept"])))
    raise typer.Exit(1 if any(one["severity"] == "error" for one in done["findings"]) else 0)


@app.command("list")
def list_addresses(
    containing: Annotated[str, typer.Option(help="Only entries with these words.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 200,
) -> None:
    """List your address book, newest first."""
    asked = {"containing": containing} if containing else {}
    with client(Settings()) as http:
        for one in pages(http, "/v1/addresses", "addresses", limit, **asked):
            names = " / ".join(filter(None, (one["name"], one["name_zh"])))
            place = " / ".join(filter(None, (one["address"], one["address_zh"])))
            typer.echo(plain(f"{one['id']}  {names}  {one['code']}".rstrip()))
            if place:
                typer.echo(plain(f"    {place}"))


@app.command()
def change(address: Id, told: Told) -> None:
    """Change an entry: what you don't name stays as it is, and nothing after = empties a field."""
    settings = Settings()
    with client(settings) as http:
        book = pages(http, "/v1/addresses", "addresses")
        entry = next((one for one in book if one["id"] == address), {})
        stands = {name: value for name, value in entry.items() if name not in _SHOWN}
        wanted = {"step": 1, **stands, **pairs(told)}
        kept = answered(http.put(f"/v1/addresses/{path_step(address)}", json=wanted)).json()
    for finding in kept["findings"]:
        show_finding(finding, settings.lang)


@app.command()
def drop(address: Id) -> None:
    """Take an entry out of your address book."""
    with client(Settings()) as http:
        answered(http.delete(f"/v1/addresses/{path_step(address)}"))
