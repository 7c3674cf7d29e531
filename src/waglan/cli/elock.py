"""`waglan elock`: trips under a lock, what is done about them, and what a checkpoint does."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer

from waglan.cli import control_room, gate, ground
from waglan.cli.gate import show_verdict
from waglan.cli.paper import opened
from waglan.cli.settings import Settings
from waglan.cli.signing import private_key
from waglan.cli.talk import answered, client, listed, made, path_step
from waglan.cli.wording import language, plain, say
from waglan.codes.moment import minute

app = typer.Typer(no_args_is_help=True, help="Trips under an electronic lock.")
ground.add(app)
gate.add(app)
control_room.add(app)

Trip = Annotated[str, typer.Argument(help="The trip's id, as `waglan elock trips` prints it.")]
TRIP_BYTES_MAX = 1 << 20


@app.command()
def trip(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The trip as JSON; the guide has one.")
    ],
) -> None:
    """Plan a trip; prints its id. Whether it may go is asked when it is armed."""
    settings = Settings()
    with opened(file, settings.lang) as data:
        wanted = json.loads(data.read(TRIP_BYTES_MAX))
    with client(settings) as http:
        typer.echo(plain(answered(made(http, "/v1/trips", wanted)).json()["id"]))


@app.command("trips")
def list_trips(
    outcome: Annotated[
        str | None,
        typer.Option(help="Only those under way that come to this now: GREEN, AMBER …"),
    ] = None,
) -> None:
    """List the trips that you are on, newest first; an authority sees what each comes to now.

    That is a hint, as old as it says; `waglan elock verdict` judges anew.
    """
    asked = {} if outcome is None else {"outcome": outcome.upper()}
    with client(Settings()) as http:
        for one in listed(http, "/v1/trips", "after", "id", **asked):
            way = f"{one['origin']}-{one['destination']}"
            what = f"{one['vehicle']}  {way}  {one['state']}  {one['quality']}"
            typer.echo(plain(f"{one['id']}  {what}  {minute(one['planned_at'])}{_hint(one)}"))


def _hint(shown: dict[str, Any]) -> str:
    hint = shown["hint"]
    if hint is None:
        return ""
    why = " ".join(one["reason"] for one in hint["reasons"])
    return f"  {hint['outcome']}  {hint['age_seconds']} s" + (f"  {why}" if why else "")


@app.command()
def act(  # noqa: PLR0913 (each is an option)
    trip: Trip,
    what: Annotated[str, typer.Argument(help="What is done: arm, seal, inspect, cut, open …")],
    key: Annotated[
        Path | None, typer.Option(help="An officer's key; without it the act is the haulier's.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    seal: Annotated[str | None, typer.Option(help="The seal's number.")] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", help="Whatever else the act says, as name=value in JSON."),
    ] = None,
) -> None:
    """Do something about a trip as it stands now; prints where it stands then."""
    said: dict[str, Any] = {"reason": reason, "seal": seal, **_fields(fields or [])}
    said = {name: value for name, value in said.items() if value not in (None, "")}
    with client(Settings()) as http:
        shown = answered(http.get(f"/v1/trips/{path_step(trip)}")).json()
        told = {"act": what, "version": shown["version"], **said}
        if key is None:
            path = f"/v1/trips/{path_step(trip)}/steps"
            done = answered(http.post(path, json={"id": f"s-{uuid4().hex}", **told})).json()
        else:
            done = _signed(http, key, trip, told)
    typer.echo(plain(f"{done['state']}  {done['version']}"))


@app.command("open")
def open_lock(
    trip: Trip,
    driver: Annotated[str, typer.Option(help="The driver, by your own reference.")],
    key: Annotated[Path, typer.Option(help="The driver's key, as `waglan lock driver` made it.")],
) -> None:
    """Ask for the code that opens the lock where it stands, under an officer's order."""
    from base64 import b64encode

    import msgspec

    from waglan.elock.opening_code import PURPOSE, OpeningAsk

    told = {"purpose": PURPOSE, "trip": trip, "driver": driver, "at": datetime.now(UTC)}
    try:
        body = msgspec.convert(told, OpeningAsk).ask_bytes()
    except msgspec.ValidationError as error:
        why = say("usage", "act", language(), reason=str(error))
        raise typer.BadParameter(why) from None
    signed = {
        "body": b64encode(body).decode(),
        "signature": b64encode(private_key(key).sign(body)).decode(),
    }
    with client(Settings()) as http:
        found = answered(http.post(f"/v1/trips/{path_step(trip)}/openings", json=signed)).json()
    typer.echo(plain(f"{found['code']}  {minute(found['until'])}"))


@app.command()
def verdict(trip: Trip) -> None:
    """Judge a trip now by your authority's own policy. Exit 0: GREEN; 1: anything else."""
    with client(Settings()) as http:
        found = answered(http.get(f"/v1/trips/{path_step(trip)}/verdict")).json()
    show_verdict(found)
    raise typer.Exit(found["outcome"] != "GREEN")


@app.command()
def bundle(
    trip: Trip,
    folder: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
    without_policy: Annotated[
        bool, typer.Option("--without-policy", help="For others: your figures' hash alone.")
    ] = False,
) -> None:
    """Write a trip's signed evidence, and the script that proves it and judges again offline.

    The script needs Python, its package `cryptography`, and the log's key.
    """
    from waglan.cli.alone import script

    with client(Settings()) as http:
        path, asked = f"/v1/trips/{path_step(trip)}/bundle", {"policy": str(not without_policy)}
        found = answered(http.get(path, params=asked)).content
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (("trip.json", found), ("verify_trip.py", script().encode())):
        (folder / name).write_bytes(data)
        typer.echo(plain(str(folder / name)))


def _fields(told: list[str]) -> dict[str, Any]:
    said = dict[str, Any]()
    for one in told:
        name, _, value = one.partition("=")
        try:
            said[name] = json.loads(value)
        except ValueError:
            said[name] = value
    return said


def _signed(http: httpx.Client, file: Path, trip: str, told: dict[str, Any]) -> dict[str, Any]:
    from base64 import b64encode

    import msgspec

    from waglan.elock.trip_act import PURPOSE, TripAct

    who = answered(http.get("/v1/whoami")).json()
    about = {
        "purpose": PURPOSE,
        "id": f"a-{uuid4().hex}",
        "trip": trip,
        "by": who["accountable"] or who["token"],
        "party": who["party"],
        "at": datetime.now(UTC),
    }
    try:
        body = msgspec.convert({**about, **told}, TripAct, strict=False).act_bytes()
    except msgspec.ValidationError as error:
        why = say("usage", "act", language(), reason=str(error))
        raise typer.BadParameter(why) from None
    signed = {
        "body": b64encode(body).decode(),
        "signature": b64encode(private_key(file).sign(body)).decode(),
    }
    path = f"/v1/trips/{path_step(trip)}/acts"
    done: dict[str, Any] = answered(http.post(path, json=signed)).json()
    return done
