"""`waglan desk table back-test`: a draft beside what was decided, on past manifests."""

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client
from waglan.cli.wording import plain, say
from waglan.codes.moment import minute
from waglan.codes.render import Lang

LOOK_EVERY_SECONDS = 0.5
GROUPS = ("past", "draft", "newly", "no_more", "still", "neither", "sampled")


def back_test(
    sha256: Annotated[str, typer.Argument(metavar="TABLE", help="Its SHA-256, as imported.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = 30,
) -> None:
    """Run a table on past manifests, and compare with what was decided; it changes nothing."""
    settings = Settings()
    until = datetime.now(UTC)
    period = {"since": (until - timedelta(days=days)).isoformat(), "until": until.isoformat()}
    path = f"/v1/customs/tables/{sha256}/back-tests"
    with client(settings) as http:
        found = answered(http.post(path, json=period)).json()
        told = -1
        while found["ended_at"] is None:
            if found["done"] != told:
                told = found["done"]
                counts = {"done": told, "manifests": found["manifests"]}
                typer.echo(say("back_test", "progress", settings.lang, **counts), err=True)
            time.sleep(LOOK_EVERY_SECONDS)
            found = answered(http.post(path, json=period)).json()
    show(found, settings.lang)


def show(found: dict[str, Any], lang: Lang) -> None:
    """Print what came of a back-test, counts alone."""
    head = {name: plain(minute(found[name])) for name in ("since", "until")}
    counts = {"manifests": found["manifests"], "done": found["done"], "erased": found["erased"]}
    typer.echo(say("back_test", "head", lang, by=plain(found["asked_by"]), **head, **counts))
    for group in GROUPS:
        name = say("back_test", group, lang)
        typer.echo("  " + say("back_test", "counts", lang, name=name, **found[group]))
