"""`waglan webhook`: where your organisation is told of its events, and what became of that."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, made, path_step
from waglan.cli.wording import plain, say
from waglan.codes.moment import minute

app = typer.Typer(no_args_is_help=True, help="Where your systems are told of events, by HTTP.")

Webhook = Annotated[
    str, typer.Argument(help="The webhook's id, as `waglan webhook list` prints it.")
]


class Signs(StrEnum):
    """How what is sent is signed."""

    V1 = "v1"
    V1A = "v1a"


class State(StrEnum):
    """What became of an event at an endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to tell it: an https address of your own.")],
    wanted: Annotated[
        list[str], typer.Argument(help="Codes of events, their beginnings as `customs.`, or `*`.")
    ],
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    scheme: Annotated[Signs, typer.Option(help="v1: a secret; v1a: a key pair.")] = Signs.V1,
    after: Annotated[
        int | None, typer.Option(min=-1, help="From which number of the log on; else from now on.")
    ] = None,
) -> None:
    """Be told of events; prints the webhook's id, and what its receiver verifies with, once."""
    new = {
        "url": url,
        "wanted": wanted,
        "description": description,
        "scheme": scheme.value,
        "after": after,
    }
    with client(Settings()) as http:
        given = answered(made(http, "/v1/webhooks", new)).json()
    typer.echo(plain(given["id"]))
    typer.echo(plain(given["secret"]))


@app.command("list")
def list_webhooks() -> None:
    """List your organisation's webhooks, up to which number of the log each was told, and how."""
    settings = Settings()
    with client(settings) as http:
        for one in answered(http.get("/v1/webhooks")).json():
            what = f"{one['id']}  {one['url']}  {' '.join(one['wanted'])}"
            typer.echo(plain(f"{what}  {one['after']}  {_state(one, settings)}"))


def _state(one: dict[str, Any], settings: Settings) -> str:
    state = "on" if one["is_on"] else str(one["stopped"])
    told = say("webhook", f"is_{state}", settings.lang)
    counts = say("webhook", "kept", settings.lang, waiting=one["waiting"], dead=one["dead"])
    return f"{told}, {counts}"


@app.command()
def rotate(
    webhook: Webhook,
    hours: Annotated[
        int, typer.Option(min=0, max=168, help="How long the one before counts; 0 if it leaked.")
    ] = 24,
) -> None:
    """Give a webhook another secret, printed this once; for a time both count."""
    wanted = {"others_hours": hours}
    with client(Settings()) as http:
        given = answered(made(http, f"/v1/webhooks/{path_step(webhook)}/secret", wanted)).json()
    typer.echo(plain(given["secret"]))


@app.command()
def deliveries(
    webhook: Webhook,
    state: Annotated[State | None, typer.Option(help="Those alone that are so.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=200, help="How many.")] = 50,
) -> None:
    """List what became of events at a webhook, the newest in the log first."""
    asked: dict[str, str | int] = {"limit": most}
    if state is not None:
        asked["state"] = state.value
    with client(Settings()) as http:
        path = f"/v1/webhooks/{path_step(webhook)}/deliveries"
        for one in answered(http.get(path, params=asked)).json():
            came = one["failure"] or one["status"] or ""
            what = f"{one['seq']}  {one['code'] or '-'}  {one['state']}  {one['tries']}  {came}"
            typer.echo(plain(f"{what}  {minute(one['last_at'])}"))


@app.command()
def replay(
    webhook: Webhook,
    after: Annotated[
        int | None, typer.Option(min=-1, help="All beyond this number of the log.")
    ] = None,
) -> None:
    """Tell a webhook again: its dead letters, or all beyond a number of the log."""
    settings = Settings()
    with client(settings) as http:
        path = f"/v1/webhooks/{path_step(webhook)}/replay"
        done = answered(http.post(path, json={"after": after})).json()
    typer.echo(say("webhook", "again", settings.lang, count=done["dead"]))


@app.command()
def stop(webhook: Webhook) -> None:
    """Tell a webhook nothing until it is resumed."""
    _switch(webhook, is_on=False)


@app.command()
def resume(webhook: Webhook) -> None:
    """Tell a webhook again, from where it was stopped."""
    _switch(webhook, is_on=True)


@app.command()
def test(webhook: Webhook) -> None:
    """Send a webhook the event `webhook.tested`; `deliveries` says what became of it."""
    with client(Settings()) as http:
        answered(http.post(f"/v1/webhooks/{path_step(webhook)}/test", json={}))


@app.command()
def remove(webhook: Webhook) -> None:
    """Be told no more at a webhook; its secrets are forgotten."""
    with client(Settings()) as http:
        answered(http.delete(f"/v1/webhooks/{path_step(webhook)}"))


def _switch(webhook: str, *, is_on: bool) -> None:
    with client(Settings()) as http:
        path = f"/v1/webhooks/{path_step(webhook)}/state"
        answered(http.put(path, json={"is_on": is_on}))
