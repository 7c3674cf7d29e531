"""What `waglan track` prints: readable in eighty columns, and by whom each thing was said."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import typer

from waglan.cli.wording import plain, say
from waglan.codes.render import Lang

COLUMNS = 80


def show(answer: Mapping[str, Any], lang: Lang) -> None:
    """Print everything that was found, oldest first, with what nobody said."""
    for found in answer["found"]:
        _print(f"{found['kind']} {found['key']}  {found['declaration']}")
        for line in _stands(found, lang):
            _print(line, indent=2)
        for event in found["events"]:
            seq = "…" if event["seq"] is None else str(event["seq"])
            when = event["happened_at"][:19].replace("T", " ")
            _print(f"{seq:>8}  {when}  {event['code']}  ({event['said_by']})")
        typer.echo()


def _stands(found: Mapping[str, Any], lang: Lang) -> list[str]:
    declared, customs, told = found["declared"], found["customs"], found["particulars"]
    lines = []
    if declared:
        by, at = declared["said_by"], declared["happened_at"][:19]
        lines.append(say("track", "declared", lang, by=by, at=at, version=found["version"] or "?"))
    if found["parts"]:
        lines.append(say("track", "parts", lang, parts=found["parts"]))
    if told.get("parent"):
        lines.append(say("track", "parent", lang, parent=told["parent"]))
    containers = told.get("containers")
    if isinstance(containers, list) and containers:
        lines.append(say("track", "containers", lang, containers=", ".join(map(str, containers))))
    if customs:
        at = customs["happened_at"][:19]
        lines.append(say("track", "customs", lang, status=customs["what"], at=at))
    else:
        lines.append(say("track", "silent", lang))
    return lines


def _print(text: str, *, indent: int = 0) -> None:
    blank = " " * indent
    for line in wrap(plain(text), COLUMNS, initial_indent=blank, subsequent_indent=blank + "  "):
        typer.echo(line)
