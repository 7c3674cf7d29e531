"""`waglan ccrn`: customs' cargo references by road, bundled with a vehicle."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, listed, made, path_step
from waglan.cli.wording import language, plain, show_finding
from waglan.codes.moment import minute

app = typer.Typer(no_args_is_help=True, help="Customs' cargo references (CCRN) and vehicles.")


class Why(StrEnum):
    """Why references are bundled no more."""

    AMEND = "amend"
    NOT_GOING = "not going"
    CROSSED = "crossed"
    SENT_BACK = "sent back"


@app.command()
def bundle(
    vehicle: Annotated[str, typer.Argument(help="The vehicle's plate.")],
    ccrn: Annotated[list[str], typer.Argument(help="The references, one or more.")],
    at: Annotated[str, typer.Option(help="The control point.")],
    when: Annotated[datetime, typer.Option(help="When it crosses, in UTC unless it says.")],
    trip: Annotated[str | None, typer.Option(help="Your trip under a lock, if it is one.")] = None,
) -> None:
    """Write down which references are bundled with a vehicle; prints the bundling's id.

    Waglan is not connected to customs' road cargo system: bundle there too.
    """
    crosses = when.replace(tzinfo=when.tzinfo or UTC)
    new = {"vehicle": vehicle, "ccrns": ccrn, "control_point": at,
           "crosses_at": crosses.isoformat(), "trip": trip}  # fmt: skip
    with client(Settings()) as http:
        _show(answered(made(http, "/v1/bundlings", new)).json())


@app.command()
def unbundle(
    bundling: Annotated[str, typer.Argument(help="The bundling's id.")],
    why: Annotated[Why, typer.Option(help="amend, not going, crossed, or sent back.")],
) -> None:
    """Write down that what is bundled is bundled no more, and why."""
    path = f"/v1/bundlings/{path_step(bundling)}/end"
    with client(Settings()) as http:
        _show(answered(http.post(path, json={"reason": why.value})).json())


@app.command("list")
def list_bundlings(
    vehicle: Annotated[str | None, typer.Option(help="Of this vehicle alone.")] = None,
) -> None:
    """List what is and was bundled, newest first."""
    asked = {} if vehicle is None else {"vehicle": vehicle}
    with client(Settings()) as http:
        for one in listed(http, "/v1/bundlings", "after", "id", **asked):
            _show(one)


def _show(one: dict[str, Any]) -> None:
    where = f"{one['control_point']}  {minute(one['crosses_at'])}"
    typer.echo(plain(f"{one['id']}  {one['vehicle']}  {where}  {one['ended'] or '-'}"))
    typer.echo(plain(f"    {', '.join(one['ccrns'])}"))
    for finding in one["findings"]:
        show_finding(finding, language())
