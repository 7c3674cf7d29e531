"""What `waglan track` prints."""

import tomllib
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from waglan.codes.data import load
from waglan.codes.render import Lang


def show(answer: Mapping[str, Any], lang: Lang) -> None:
    """Print everything that was found, oldest first, with what nobody said."""
    console = Console()
    words = tomllib.loads(load("cli/words")[lang])["track"]
    for found in answer["found"]:
        console.print(f"[bold]{found['kind']} {found['key']}[/]  {found['declaration']}")
        declared, customs = found["declared"], found["customs"]
        if declared:
            at, version = declared["happened_at"], found["version"]
            said = words["declared"].format(by=declared["said_by"], at=at, version=version)
            console.print(f"  {said}")
        if found["parts"]:
            console.print("  " + words["parts"].format(parts=found["parts"]))
        if customs:
            said = words["customs"].format(status=customs["what"], at=customs["happened_at"])
            console.print(f"  {said}")
        else:
            console.print("  " + words["silent"])
        table = Table(box=None, pad_edge=False)
        for column in ("seq", "when", "what", "who"):
            table.add_column(words[column])
        for event in found["events"]:
            seq = "…" if event["seq"] is None else str(event["seq"])
            table.add_row(seq, event["happened_at"], event["code"], event["said_by"])
        console.print(table)
