"""What became of a batch of events, row by row, as a person reads it."""

from collections.abc import Mapping
from typing import Any

import typer

from waglan.cli.wording import plain, say, show_finding
from waglan.codes.render import Lang

TAKEN, NOT_ALL = 0, 1


def show_batch(answer: Mapping[str, Any], lang: Lang) -> int:
    """Print the answer to a batch; return the exit status."""
    typer.echo(f"{answer['state']}  {answer['batch']}")
    counts = {name: int(answer[name]) for name in ("taken", "known", "refused", "left")}
    typer.echo(say("submit", "rows", lang, **counts))
    for finding in answer["findings"]:
        _show(finding, "", lang)
    for row in answer["rows"]:
        for finding in row.get("findings", ()):
            _show(finding, say("submit", "row", lang, row=row["row"], id=row["id"]), lang)
    return TAKEN if answer["state"] == "accepted" else NOT_ALL


def _show(finding: Mapping[str, Any], row: str, lang: Lang) -> None:
    path = " ".join(part for part in (row, finding["place"]) if part)
    shown = {**finding, **finding["words"][lang], "where": {"path": plain(path)}}
    show_finding(shown, lang)
