"""`waglan demo`: a synthetic day, lived through the public interface of an instance of its own."""

import asyncio
import fcntl
import logging
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import httpx
import typer
from rich.console import Console

from waglan.cli.instance import instance
from waglan.cli.settings import Settings
from waglan.cli.wording import say, stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.demo.client import TooSlow
from waglan.demo.day import Plan, run
from waglan.demo.land import Reach, drive_all
from waglan.demo.land_table import show_land
from waglan.demo.organisations import CUSTOMS, LINE, by_land, organisations
from waglan.demo.proof import NoProof
from waglan.demo.results import Results
from waglan.demo.table import next_commands, show
from waglan.demo.watch import watching
from waglan.demo.wire import Ports, Unanswered
from waglan.demo.words import words
from waglan.gateway.keys import keys
from waglan.gateway.kit import wall_clock
from waglan.gateway.logs import configure
from waglan.store.embedded import house
from waglan.store.embedded.supervisor import Settings as Embedded
from waglan.store.embedded.supervisor import start, stop

FOLDER = "waglan-demo"  # beside the operator's own data, never in it
MARK = ".waglan-demo"
ORIGIN = "demo.waglan.local/log"
DEVICES = "jtt808 127.0.0.1:0, jointech 127.0.0.1:0"
CUSTOMS_TOKEN, LINE_TOKEN = "customs.token", "line.token"


async def demo(settings: Settings, *, seed: int, fast: bool, leave: bool) -> None:
    """Start a fresh instance, live through the day, show what it came to; then stay up or leave."""
    configure("demo", least=logging.WARNING)
    console = Console()
    home = settings.home.parent / FOLDER
    with _alone(home):
        await _emptied(home, settings.pg_user)
        await _demo(console, settings, home, (seed, fast, leave))


async def _demo(
    console: Console, settings: Settings, home: Path, how: tuple[int, bool, bool]
) -> None:
    seed, fast, leave = how
    own = settings.model_copy(
        update={"home": home, "port": 0, "dsn": None, "origin": ORIGIN, "devices": DEVICES}
    )
    stop = asyncio.Event()
    day = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def leave_now() -> None:
        stop.set()
        if day is not None:
            day.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave_now)
    try:
        async with instance(own, console) as up:
            results = await _lived(own, (up.address, up.devices), console, seed=seed, fast=fast)
            say = words(own.lang)["table"]
            if leave:
                console.print(say["ended"])
                return
            day = None  # from now on Ctrl-C is no interruption: it is how one leaves
            _look_around(own, up.address, say, next_commands(results))
            await stop.wait()
    except asyncio.CancelledError:
        console.print("Stopped.")
        raise typer.Exit(130) from None


def _look_around(
    own: Settings, address: str, say: Mapping[str, str], commands: Iterable[str]
) -> None:
    """Print lines to be copied as they are, however narrow the terminal is."""
    programs = Path(sys.executable).parent
    typer.echo(f"\n{say['stays'].format(address=address)} {say['next']}")
    typer.echo(f"  export PATH={quote(str(programs))}:$PATH")
    typer.echo(f"  export WAGLAN_URL={address} WAGLAN_HOME={quote(str(own.home))}")
    typer.echo(f"  export WAGLAN_TOKEN=$(cat {quote(str(own.home / CUSTOMS_TOKEN))})")
    for command in commands:
        typer.echo(f"  {command}")


async def _lived(
    own: Settings, at: tuple[str, Ports], console: Console, *, seed: int, fast: bool
) -> Results:
    address, ports = at
    tokens = await _let_in(own.home, address)
    key = keys(own.home / "keys", ORIGIN).checkpoint.verifier.text
    plan = Plan(seed, wall_clock(), fast, own.lang, key)
    with watching(console, own.lang) as report:
        try:
            results = await run(address, tokens, plan, report)
            reach = Reach(address, ports, _operator(own.home), tokens, own.lang)
            land = await drive_all(reach, report, seed=seed)
        except (TooSlow, NoProof, Unanswered, httpx.TimeoutException):
            found = Finding("CLI-DEMO-SLOW", Severity.ERROR, Where("demo"), {})
            raise stopped(found, own.lang, 2) from None
    show(console, results, own.lang)
    show_land(console, land, own.lang)
    return results


def _operator(home: Path) -> str:
    return (home / "operator.token").read_text().strip()


async def _let_in(home: Path, address: str) -> dict[PartyId, str]:
    """Register the day's organisations as the platform's operator does, over the interface."""
    tokens: dict[PartyId, str] = {}
    headers = {"Authorization": f"Bearer {_operator(home)}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http:
        for who in (*organisations(), *by_land()):
            answer = await http.post(
                "/v1/organisations",
                json={
                    "party": who.party,
                    "name": who.name,
                    "roles": sorted(role.value for role in who.roles),
                    "addresses": list(who.addresses),
                    "person": f"Sample person of {who.name}",
                },
            )
            answer.raise_for_status()
            tokens[who.party] = answer.json()["secret"]
    _keep(home / CUSTOMS_TOKEN, tokens[CUSTOMS.party])
    _keep(home / LINE_TOKEN, tokens[LINE.party])
    return tokens


def _keep(file: Path, token: str) -> None:
    file.touch(mode=0o600)
    file.write_text(token + "\n")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep a second demo out while this one lives."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / ".waglan-demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            typer.echo("A demo is running already; stop it first (Ctrl-C there).", err=True)
            raise typer.Exit(2) from None
        yield


async def _emptied(home: Path, user: str | None) -> None:
    """Begin each demo day with an empty house; only what a demo made is removed."""
    where = await asyncio.to_thread(house.built, home, user)
    for folder in {home, where.home}:
        if (folder / MARK).exists():
            # A demo that was killed leaves its PostgreSQL running: join it, then stop it.
            if folder == where.home and where.data.exists():
                await stop(await start(Embedded(home, user)))
            await asyncio.to_thread(shutil.rmtree, folder)
        elif folder.exists() and (folder / "operator.token").exists():
            told = say("usage", "demo", Settings().lang, folder=str(folder))
            raise typer.BadParameter(told)
    home.mkdir(parents=True, mode=0o711, exist_ok=True)
    where = await asyncio.to_thread(house.built, home, user)
    for folder in {home, where.home}:
        (folder / MARK).touch()
