"""The trucks' table: what came of each under its lock, for both authorities."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from waglan.codes.render import Lang
from waglan.demo.answers import VerdictSeen
from waglan.demo.land import Land, Truck
from waglan.demo.words import word, words

_COLOURS = {"GREEN": "green", "AMBER": "yellow", "UNPROVEN": "magenta", "RED": "red"}


def show_land(console: Console, land: Land, lang: Lang) -> None:
    """Print the trucks' table; every verdict was an answer of the server."""
    console.print(trucks_table(land, lang))


def trucks_table(land: Land, lang: Lang) -> RenderableType:
    """Return the table, with what such verdicts are worth."""
    say = words(lang)["land"]
    table = Table(title=say["title"], title_justify="left")
    for name in ("truck", "befell", "near", "far", "why", "checks"):
        table.add_column(say[name], overflow="fold")
    table.add_column(say["alarms"], justify="right")
    for truck in land.trucks:
        table.add_row(*_row(truck, lang))
    table.caption = say["note"]
    table.caption_justify = "left"
    total = say["total"].format(
        trips=len(land.trucks), frames=f"{sum(one.frames for one in land.trucks):,}"
    )
    return Group(table, Text(total))


def _row(truck: Truck, lang: Lang) -> Iterator[RenderableType]:
    say = words(lang)["land"]
    planned = f" ({say['planned']})" if truck.is_planned else ""
    yield f"{truck.plate} > {truck.destination}{planned}"
    yield word(lang, "befell", truck.befell)
    yield _outcome(truck.near, lang)
    yield _outcome(truck.far, lang)
    yield ", ".join(dict.fromkeys(why.reason for one in (truck.near, truck.far)
                                  for why in one.reasons)) or "-"  # fmt: skip
    yield ", ".join(word(lang, "checks", answer) for answer in truck.checks)
    yield str(truck.alarms)


def _outcome(verdict: VerdictSeen, lang: Lang) -> Text:
    told = verdict.outcome
    if verdict.worst != told:
        told += " " + words(lang)["land"]["worst"].format(worst=verdict.worst)
    return Text(told, style=_COLOURS.get(verdict.outcome, ""))
