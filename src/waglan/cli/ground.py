"""`waglan elock import` and what follows: files of provinces and rules, tried out and signed."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer

from waglan.cli.paper import opened
from waglan.cli.settings import Settings
from waglan.cli.signing import private_key
from waglan.cli.talk import answered, client, listed, path_step
from waglan.cli.wording import language, plain, say
from waglan.codes.moment import minute
from waglan.elock.ground import FILE_BYTES_MAX

TOML = {"Content-Type": "application/toml"}
Edition = Annotated[
    str, typer.Argument(help="The edition's id, as `waglan elock editions` prints it.")
]
Key = Annotated[Path, typer.Option(help="Your officer's key.")]
SECONDS_MAX = 600.0  # the interface ends after half of it


def add(app: typer.Typer) -> None:
    """Add the commands to `waglan elock`."""
    app.command("import")(import_file)
    app.command("editions")(list_editions)
    app.command("sign")(sign)
    app.command("withdraw")(withdraw)
    app.command("sites")(list_sites)
    app.command("ways")(ways)


def import_file(  # noqa: PLR0913 (each is an option)
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A province's or your own rules' file, in TOML.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Try it out on past trips; nothing is kept.")
    ] = False,
    since: Annotated[str | None, typer.Option(help="Trips planned from this time on.")] = None,
    until: Annotated[str | None, typer.Option(help="Trips planned before this time.")] = None,
    on: Annotated[
        str | None, typer.Option(help="The day whose rules and corridors are tried out.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many trips at most.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print each trip as JSON.")] = False,
    at: Annotated[
        str | None, typer.Option(help="From when on trips are planned by it; with --key.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Your officer's key, to propose it.")] = None,
) -> None:
    """Try a file out on past trips, or propose it to be in force from a time on."""
    if not dry_run and (at is None or key is None):
        raise typer.BadParameter(say("elock", "try_or_propose", language()))
    settings = Settings()
    with opened(file, settings.lang) as data:
        told = data.read(FILE_BYTES_MAX + 1)
    asked = {"since": since, "until": until, "on": on, "limit": limit}
    query = {name: value for name, value in asked.items() if value is not None}
    with client(settings) as http:
        if dry_run or at is None or key is None:
            _try_out(http, told, query, as_json=as_json)
        else:
            _propose(http, told, at, key)


def _propose(http: httpx.Client, data: bytes, at: str, key: Path) -> None:
    kind, name = _named(data)
    about = {
        "edition": str(uuid4()),
        "kind": kind,
        "name": name,
        "sha256": sha256(data).hexdigest(),
        "from_at": at,
    }
    signed = _signed(http, key, "propose", about)
    new = {"file": b64encode(data).decode(), **signed}
    _show_edition(answered(http.post("/v1/editions", json=new)).json())


def _named(data: bytes) -> tuple[str, str]:
    """Return what a file is and its name, as far as the officer's own machine reads it."""
    import tomllib

    try:
        told = tomllib.loads(data.decode("utf-8-sig"))
        return "jurisdiction" if "policy" in told else "province", str(told["id"])
    except (ValueError, KeyError, RecursionError) as error:
        why = say("elock", "unread", language(), reason=str(error))
        raise typer.BadParameter(why) from None


def sign(edition: Edition, key: Key) -> None:
    """Sign a proposed file for your authority: try it out before."""
    _act(edition, key, "sign", "")


def withdraw(
    edition: Edition,
    key: Key,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Withdraw a proposed file before it is in force."""
    _act(edition, key, "withdraw", reason)


def list_editions() -> None:
    """List the files that concern your authority, newest first, and who signed them."""
    with client(Settings()) as http:
        for one in listed(http, "/v1/editions", "after", "id"):
            _show_edition(one)


def list_sites(
    province: Annotated[str | None, typer.Argument(help="A province's id; all, if none.")] = None,
) -> None:
    """List the sites in force: status, how precisely each is placed, and on what that rests."""
    query = {} if province is None else {"province": province}
    with client(Settings()) as http:
        for one in answered(http.get("/v1/sites", params=query)).json():
            worth = one["status"] if one["is_verified"] else f"{one['status']} (!)"
            place = f"{one['lat']}, {one['lon']} +-{one['radius_m']} m"
            what = f"{one['id']}  {one['name_en']}  {one['role']}  {worth}"
            typer.echo(plain(f"{what}  {place}  {one['evidence']}"))
    typer.echo(say("elock", "sites_worth", language()))


def ways(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="The site where a trip begins.")],
    destination: Annotated[str, typer.Argument(metavar="TO", help="The site where it ends.")],
) -> None:
    """Show how a trip would go, corridor by corridor, and what each is worth."""
    query = {"origin": origin, "destination": destination}
    with client(Settings()) as http:
        found = answered(http.get("/v1/ways", params=query)).json()
    planned = "planned" if found["is_planned"] else ""
    typer.echo(plain(f"{found['origin']}-{found['destination']}  {found['quality']}  {planned}"))
    for leg in found["legs"]:
        way = f"{leg['from_site']}-{leg['to_site']}"
        typer.echo(plain(f"    {leg['corridor']}  {way}  {leg['quality']}"))
    if found["exit"]:
        typer.echo(plain(f"    {found['exit']}  {', '.join(found['ends_with'])}"))


def _act(edition: str, key: Path, what: str, reason: str) -> None:
    with client(Settings()) as http:
        known = {one["id"]: one for one in listed(http, "/v1/editions", "after", "id")}
        shown = known.get(edition, {})
        said = ("kind", "name", "sha256", "from_at")
        about = {"edition": edition, **{name: shown.get(name, "") for name in said}}
        if not shown:
            answered(http.get(f"/v1/editions/{path_step(edition)}"))
        signed = _signed(http, key, what, about | ({"reason": reason} if reason else {}))
        path = f"/v1/editions/{path_step(edition)}/acts"
        _show_edition(answered(http.post(path, json=signed)).json())


def _signed(http: httpx.Client, file: Path, what: str, about: dict[str, Any]) -> dict[str, str]:
    import msgspec

    from waglan.elock.edition import PURPOSE, EditionAct

    who = answered(http.get("/v1/whoami")).json()
    told = {
        "purpose": PURPOSE,
        "act": what,
        "by": who["accountable"] or who["token"],
        "party": who["party"],
        "at": datetime.now(UTC),
        **about,
    }
    try:
        body = msgspec.convert(told, EditionAct, strict=False).act_bytes()
    except msgspec.ValidationError as error:
        why = say("usage", "act", language(), reason=str(error))
        raise typer.BadParameter(why) from None
    signature = b64encode(private_key(file).sign(body)).decode()
    return {"body": b64encode(body).decode(), "signature": signature}


def _show_edition(one: dict[str, Any]) -> None:
    what = f"{one['kind']} {one['name']}  {one['sha256'][:12]}  {one['state']}"
    typer.echo(plain(f"{one['id']}  {what}  {minute(one['in_force_at'] or one['from_at'])}"))
    signed = {done["party"] for done in one["acts"] if done["act"] != "withdraw"}
    for done in one["acts"]:
        who = f"{done['party']}  {done['officer']}"
        typer.echo(plain(f"    {done['act']}  {who}  {minute(done['at'])}"))
    for party in one["concerned"]:
        if party not in signed:
            typer.echo(plain(f"    - {party}"))


def _try_out(http: httpx.Client, data: bytes, query: dict[str, Any], *, as_json: bool) -> None:
    url = "/v1/grounds/dry-runs"
    with http.stream(
        "POST", url, content=data, params=query, headers=TOML, timeout=SECONDS_MAX
    ) as answer:
        if answer.is_error:
            answer.read()
        answered(answer)
        for line in answer.iter_lines():
            one = json.loads(line)
            if as_json:
                typer.echo(plain(line))
            elif "summary" in one:
                _summed(one["summary"])
            else:
                typer.echo(f"\r{one['n']}/{one['of']} ", nl=False, err=True)
                if one["trip"] and one["trip"]["is_changed"]:
                    _show(one["trip"])


def _show(trip: dict[str, Any]) -> None:
    way = f"{trip['origin']}-{trip['destination']}"
    typer.echo(plain(f"{trip['id']}  {trip['vehicle']}  {way}  {trip['state']}"))
    before, after = trip["before"], trip["after"]
    for name in ("outcome", "reasons", "refused", "way", "quality"):
        if before[name] != after[name]:
            typer.echo(plain(f"    {name}: {_words(before[name])} -> {_words(after[name])}"))
    if trip["is_way_changed"] and before["way"] == after["way"]:
        typer.echo(plain(f"    way: {say('elock', 'otherwise', language())}"))


def _words(told: str | list[str] | None) -> str:
    return (told if isinstance(told, str) else ", ".join(told or [])) or "-"


def _summed(told: dict[str, Any]) -> None:
    typer.echo(say("elock", "summed", language(), **{k: str(v) for k, v in told.items()}))
    if not told["is_whole"]:
        typer.echo(say("elock", "not_whole", language(), until=str(told["until"])))
