"""`waglan lock`: locks and trackers, their codes, and the vehicles they sit on."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, listed, made, path_step
from waglan.cli.wording import plain
from waglan.codes.moment import minute

app = typer.Typer(no_args_is_help=True, help="Locks and trackers.")

Lock = Annotated[str, typer.Argument(help="The lock's id, as `waglan lock list` prints it.")]

Driver = Annotated[str, typer.Argument(help="The driver, by your own reference, not by name.")]


class Speaks(StrEnum):
    """What a lock or tracker speaks."""

    JTT808 = "jtt808"
    JOINTECH = "jointech"
    OWNTRACKS = "owntracks"


class Tells(StrEnum):
    """In which datum a lock or tracker tells its places."""

    WGS_84 = "WGS-84"
    GCJ_02 = "GCJ-02"
    BD_09 = "BD-09"
    UNKNOWN = "unknown"


class Made(StrEnum):
    """A customs territory."""

    HONG_KONG = "HK"
    MACAO = "MO"
    MAINLAND = "CN"


@app.command()
def add(  # noqa: PLR0913 (each is an option)
    party: Annotated[str, typer.Argument(help="The organisation that operates it.")],
    terminal: Annotated[str, typer.Argument(help="Its name in its protocol.")],
    maker: Annotated[str, typer.Option(help="Who made it.")],
    model: Annotated[str, typer.Option(help="Its model: what its bits mean depends on it.")],
    protocol: Annotated[Speaks, typer.Option(help="What it speaks.")] = Speaks.JTT808,
    firmware: Annotated[str, typer.Option(help="Its firmware.")] = "",
    accreditation: Annotated[str, typer.Option(help="By whom it is accredited.")] = "",
    datum: Annotated[Tells, typer.Option(help="The datum it tells its places in.")] = Tells.UNKNOWN,
    territory: Annotated[
        Made | None, typer.Option(help="The customs territory of who makes out its places.")
    ] = None,
) -> None:
    """Enter a lock for an organisation, as the platform's operator; prints the lock's id."""
    new = {
        "party": party,
        "protocol": protocol.value,
        "terminal": terminal,
        "maker": maker,
        "model": model,
        "firmware": firmware,
        "accreditation": accreditation or None,
        "datum": datum.value,
        "territory": territory,
    }
    with client(Settings()) as http:
        typer.echo(plain(answered(made(http, "/v1/locks", new)).json()["id"]))


@app.command("list")
def list_locks() -> None:
    """List your organisation's locks, in the order in which they were entered."""
    with client(Settings()) as http:
        for one in listed(http, "/v1/locks", "after", "id"):
            what = f"{one['protocol']} {one['terminal']}  {one['maker']} {one['model']}"
            typer.echo(plain(f"{one['id']}  {what}  {minute(one['provisioned_at'])}"))


@app.command()
def code(lock: Lock) -> None:
    """Give a lock another code, unless a seal is active on it; it is printed this once."""
    with client(Settings()) as http:
        given = answered(http.post("/v1/lock-codes", json={"lock": lock}))
    typer.echo(plain(given.json()["code"]))


@app.command()
def install(
    lock: Lock,
    vehicle: Annotated[str, typer.Argument(help="The vehicle's plate.")],
    installer: Annotated[str, typer.Option(help="Who put it there.")],
    since: Annotated[datetime | None, typer.Option(help="From when on, in UTC unless now.")] = None,
    accreditation: Annotated[str, typer.Option(help="By whom the work is accredited.")] = "",
) -> None:
    """Write down on which vehicle a lock is put; prints the installation's id."""
    at = datetime.now(UTC) if since is None else since.replace(tzinfo=since.tzinfo or UTC)
    new = {
        "vehicle": vehicle,
        "installer": installer,
        "since": at.isoformat(),
        "accreditation": accreditation or None,
    }
    with client(Settings()) as http:
        done = answered(made(http, f"/v1/locks/{path_step(lock)}/installations", new))
    typer.echo(plain(done.json()["id"]))


@app.command("opening-key")
def opening_key(lock: Lock) -> None:
    """Make a key by which a lock checks codes, to be put into it; it is printed this once."""
    with client(Settings()) as http:
        given = answered(http.post("/v1/opening-keys", json={"lock": lock}))
    typer.echo(plain(given.json()["key"]))


@app.command()
def driver(
    driver: Driver,
    key: Annotated[Path, typer.Option(help="The driver's key file; made if it is not there.")],
) -> None:
    """Say by which key a driver signs, so that he may ask for codes; one before it ends."""
    from base64 import b64encode

    from waglan.cli.signing import make_key, private_key

    if not key.exists():
        make_key(key)
    public = b64encode(private_key(key).public_key().public_bytes_raw()).decode()
    with client(Settings()) as http:
        answered(http.post("/v1/driver-keys", json={"driver": driver, "public_key": public}))
    typer.echo(plain(driver))


@app.command()
def drivers() -> None:
    """List your drivers who have a key."""
    with client(Settings()) as http:
        for one in listed(http, "/v1/driver-keys", "after", "driver"):
            typer.echo(plain(f"{one['driver']}  {minute(one['registered_at'])}"))


@app.command("end-driver")
def end_driver(driver: Driver) -> None:
    """End a driver's key that was lost, or is no longer his."""
    with client(Settings()) as http:
        answered(http.delete(f"/v1/driver-keys/{path_step(driver)}"))
