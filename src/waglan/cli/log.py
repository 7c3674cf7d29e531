"""`waglan log`: the log of everything that happened, and whether it is still what was signed."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from waglan.cli import here
from waglan.cli.settings import Settings
from waglan.cli.wording import coded, plain, say, stopped, tell
from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.codes.moment import second
from waglan.logbook.note import BadNote, VerifierKey, read_verifier_key
from waglan.logbook.watched import read_witnesses

if TYPE_CHECKING:
    from waglan.cli.audited import Audited

app = typer.Typer(
    no_args_is_help=True, help="Show the log, its key, and prove that nothing in it was changed."
)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in Hong Kong.")]
CLEAN, FOUND, UNTOLD = 0, 1, 2


@app.command()
def key() -> None:
    """Print the log's key, one line: what verifiers and witnesses pin."""
    typer.echo(here.log_key(Settings()).text)


@app.command()
def show(  # noqa: PLR0913 -- each is an option of its own
    after: Annotated[int, typer.Option(min=-1, help="Begin behind this number.")] = -1,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many events.")] = 50,
    code: Annotated[EventCode | None, typer.Option(help="Events of this code.")] = None,
    kind: Annotated[KeyKind | None, typer.Option(help="About keys of this kind.")] = None,
    since: Day = None,
    until: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the interface's answer.")] = False,
) -> None:
    """List what happened that you may see, in the log's order; of days, those of recording."""
    from waglan.cli.talk import answered, client

    settings = Settings()
    wanted = {"after": str(after), "limit": str(limit)}
    wanted |= {} if code is None else {"code": code.value}
    wanted |= {} if kind is None else {"kind": kind.value}
    wanted |= {} if since is None else {"since": _midnight(since)}
    wanted |= {} if until is None else {"until": _midnight(until)}
    with client(settings) as http:
        response = answered(http.get("/v1/events", params=wanted))
    if as_json:
        typer.echo(response.text)
        return
    for event in response.json()["events"]:
        about = event["about"]
        who = event["said_by"]
        what = coded("event", event["code"], settings.lang)
        line = f"{event['seq']:>8}  {second(event['happened_at'])}  {what}"
        typer.echo(plain(line))
        typer.echo(plain(f"          {about['kind']} {about['key']}  ({who})"))


def _midnight(day: datetime) -> str:
    return day.replace(tzinfo=HONG_KONG).isoformat()


@app.command()
def verify(
    url: Annotated[
        str | None, typer.Option(help="Over the web, as any outsider; else from the database.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The log's key; else the one kept here.")] = None,
) -> None:
    """Verify the whole log. Exit 0: as it was signed; 1: something was changed; 2: can't tell."""
    from waglan.cli.audited import audit_web

    settings = Settings()
    pinned = [witness for _, witness in read_witnesses(settings.witnesses)]
    trusted = pinned_key(key, settings) if key else here.log_key(settings)
    if url is None:
        found = asyncio.run(_from_database(settings, trusted, pinned))
    else:
        from waglan.cli.talk import public

        with public(settings, url) as http:
            found = audit_web(http, trusted, pinned)
    for finding in found.findings:
        tell(finding, settings.lang)
    if found.more:
        typer.echo(say("log", "more", settings.lang, count=found.more), err=True)
    counts = {"size": found.size, "checkpoints": found.checkpoints}
    names = ", ".join(found.cosigned_by) or "-"
    outcome, status = _outcome(found)
    typer.echo(say("log", outcome, settings.lang, **counts))
    if url is None:  # an outsider sees hashes, and not which of them still has its event
        typer.echo(say("log", "gone", settings.lang, gone=found.gone))
    if found.is_signed:
        typer.echo(say("log", "cosigned", settings.lang, names=names))
    raise typer.Exit(status)


def _outcome(found: "Audited") -> tuple[str, int]:
    """Return in which words the command ends, and with which number."""
    if any(finding.severity is Severity.ERROR for finding in found.findings):
        return "differs", FOUND
    return ("stands", CLEAN) if found.is_signed else ("unsigned", UNTOLD)


@app.command()
def resume(
    yes: Annotated[bool, typer.Option("--yes", help="You have looked, and it is right.")] = False,
) -> None:
    """Let the log sign again after a witness's alarm, which you have looked into."""
    settings = Settings()
    if not yes:
        found = Finding("CLI-NEEDS-YES", Severity.ERROR, Where("command"), {})
        raise stopped(found, settings.lang, 2)
    count = asyncio.run(_lift(settings))
    typer.echo(say("log", "resumed", settings.lang, count=count))


def pinned_key(text: str, settings: Settings) -> VerifierKey:
    """Read a key that somebody gave; say plainly what is wrong with it."""
    try:
        return read_verifier_key(text.strip())
    except BadNote as error:
        found = Finding("CLI-KEY", Severity.ERROR, Where("key"), {"reason": str(error)})
        raise stopped(found, settings.lang, 2) from None


async def _from_database(
    settings: Settings, trusted: VerifierKey, pinned: list[VerifierKey]
) -> "Audited":
    from waglan.cli.audited import audit_database
    from waglan.cli.audited_raw import audit_raw
    from waglan.gateway.keys import vault_of
    from waglan.store.connect import pools

    vault = vault_of(settings.home / "keys")
    async with here.database(settings) as resolved, pools(resolved.dsn, size_max=2) as opened:
        found = await audit_database(opened.engine, trusted, pinned)
        if vault is None:
            found.find(Finding("LOG-RAW-SEALED", Severity.WARNING, Where("messages"), {}))
        else:
            async for finding in audit_raw(opened.engine, vault):
                found.find(finding)
    return found


async def _lift(settings: Settings) -> int:
    from waglan.store import witnesses
    from waglan.store.connect import pools, transaction

    async with (
        here.database(settings) as resolved,
        pools(resolved.dsn, size_max=1) as opened,
        transaction(opened.engine, None) as tx,
    ):
        return await witnesses.lift(tx)
