"""`waglan up`: an instance of one's own."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer
from rich.console import Console

from waglan.cli.here import wanted
from waglan.cli.settings import Settings
from waglan.codes.render import render
from waglan.gateway.instance import Config, Running, running
from waglan.gateway.logs import configure
from waglan.gateway.witness import WitnessAt
from waglan.logbook.watched import read_witnesses
from waglan.store.migrate import prepare
from waglan.store.refused import Refused
from waglan.store.resolve import database


async def serve(settings: Settings) -> None:
    """Run an instance until a signal comes."""
    configure("interface")
    console = Console(stderr=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with instance(settings, console) as up:
            console.print(f"Waglan answers at [bold]{up.address}[/]; try {up.address}/docs")
            if up.operator_token is not None:
                console.print(
                    f"The operator's token is in {up.operator_token}; client commands find it."
                )
            console.print("Stop with Ctrl-C.")
            await stop.wait()
            console.print("Stopping …")
    except Refused as refused:
        advice = render(refused.finding, settings.lang)
        typer.echo(f"{refused.finding.code}: {advice.problem} {advice.remedy}", err=True)
        raise typer.Exit(2) from None


@asynccontextmanager
async def instance(settings: Settings, console: Console) -> AsyncIterator[Running]:
    """Run an instance inside the block, with progress for what takes longer than a second."""
    with console.status("Starting PostgreSQL …") as status:
        async with database(wanted(settings)) as resolved:
            for note in resolved.notes:
                advice = render(note, settings.lang)
                console.print(f"{advice.problem} {advice.remedy}")
            status.update("Bringing the schema up to date …")
            await prepare(resolved.dsn)
            status.update("Starting the interface …")
            config = Config(
                resolved.dsn,
                settings.home,
                settings.origin,
                settings.host,
                settings.port,
                settings.message_mib_max << 20,
                settings.workers,
                tuple(WitnessAt(*one) for one in read_witnesses(settings.witnesses)),
            )
            async with running(config) as up:
                status.stop()
                yield up
