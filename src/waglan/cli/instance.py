"""`waglan up`: an instance of one's own."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer
from rich.console import Console

from waglan.cli.here import wanted
from waglan.cli.settings import Settings
from waglan.cli.wording import plain, say, tell
from waglan.gateway.devices.ports import read_ports
from waglan.gateway.instance import Config, Running, running
from waglan.gateway.logs import configure
from waglan.gateway.outbox import Outbox
from waglan.gateway.outward.address import read_allowed
from waglan.gateway.turns import ClientLimits
from waglan.gateway.witness import WitnessAt
from waglan.logbook.watched import read_witnesses
from waglan.store.migrate import prepare
from waglan.store.resolve import database

FOR_THE_DOCTOR = frozenset({"STORE-OLD-MINOR"})


async def serve(settings: Settings) -> None:
    """Run an instance until a signal comes."""
    configure("interface")
    console = Console(stderr=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    lang = settings.lang
    async with instance(settings, console) as up:
        typer.echo(say("up", "answers", lang, address=up.address), err=True)
        if up.operator_token is not None:
            typer.echo(say("up", "first", lang, path=plain(str(up.operator_token))), err=True)
        for protocol, (host, port) in up.devices.items():
            heard = say("up", "hears", lang, protocol=protocol, host=host, port=port)
            typer.echo(heard, err=True)
        typer.echo(say("up", "stop", lang), err=True)
        await stop.wait()
        typer.echo(say("up", "stopping", lang), err=True)


@asynccontextmanager
async def instance(settings: Settings, console: Console) -> AsyncIterator[Running]:
    """Run an instance inside the block, with progress for what takes longer than a second.

    Notes on the database are told first, but for what `waglan doctor` is there for.
    """
    with console.status(say("up", "database", settings.lang)) as status:
        async with database(wanted(settings)) as resolved:
            for note in resolved.notes:
                if note.code not in FOR_THE_DOCTOR:
                    tell(note, settings.lang)
            status.update(say("up", "schema", settings.lang))
            await prepare(resolved.dsn)
            status.update(say("up", "interface", settings.lang))
            config = Config(
                resolved.dsn,
                settings.home,
                settings.origin,
                settings.host,
                settings.port,
                settings.message_mib_max << 20,
                settings.workers,
                tuple(WitnessAt(*one) for one in read_witnesses(settings.witnesses)),
                outbox=_outbox(settings),
                limits=ClientLimits(
                    settings.client_requests,
                    settings.network_requests,
                    settings.intake_mib_a_day,
                ),
                devices=read_ports(settings.devices),
                trip_workers=settings.trip_workers,
                outward=read_allowed(settings.outward_allow),
            )
            async with running(config) as up:
                status.stop()
                yield up


def _outbox(settings: Settings) -> Outbox | None:
    return None if settings.outbox is None else Outbox(settings.outbox, settings.public_url)
