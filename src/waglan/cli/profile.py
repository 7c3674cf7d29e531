"""`waglan party profile`: how a partner's files are read and answered."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from waglan.cli.json_file import read_json_file, read_toml_file
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, path_step
from waglan.cli.wording import plain
from waglan.codes.moment import second


def profile(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Whose files.")],
    file: Annotated[
        Path | None, typer.Option("--set", help="TOML or JSON file with the profile to set.")
    ] = None,
    based_on: Annotated[
        str | None, typer.Option(help="Packaged profile to set, or to begin with.")
    ] = None,
) -> None:
    """Show how a partner's files are read and answered, or set it, as the platform's operator."""
    settings = Settings()
    path = f"/v1/partners/{path_step(party)}/profile"
    told = {} if file is None else _read(file, settings)
    if based_on is not None:
        told["based_on"] = based_on
    with client(settings) as http:
        is_set = file is not None or based_on is not None
        response = http.put(path, json=told) if is_set else http.get(path)
        shown = answered(response).json()
    typer.echo(plain(f"{shown['party']}  {shown['version']}  {second(shown['set_at'])}"))
    typer.echo(json.dumps(shown["profile"], indent=2, ensure_ascii=False))


def _read(file: Path, settings: Settings) -> dict[str, Any]:
    if file.suffix == ".json":
        told = read_json_file(file, settings.lang)
        return told if isinstance(told, dict) else {"": told}
    return read_toml_file(file, settings.lang)
