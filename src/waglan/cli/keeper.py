"""What the keeping commands do, and what they say of it."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import typer
from rich.console import Console

from waglan.cli.here import wanted
from waglan.cli.settings import Settings
from waglan.cli.wording import say
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import second
from waglan.codes.render import Lang
from waglan.gateway import backup as backups
from waglan.gateway import restore as restores
from waglan.gateway.kit import wall_clock
from waglan.gateway.known_keys import known_keys
from waglan.gateway.sealed_file import (
    BadKey,
    Holder,
    Recipient,
    new_holder,
    put,
    read_holder,
    read_recipient,
)
from waglan.gateway.witness import Unanswered, WitnessAt, newest_cosigned
from waglan.logbook.checkpoint import Checkpoint, open_checkpoint
from waglan.logbook.note import BadNote, read_verifier_key
from waglan.logbook.watched import read_witnesses
from waglan.operations.rebuild import rebuild as rebuild_all
from waglan.store.connect import pools, transaction
from waglan.store.rebuild import Difference
from waglan.store.refused import Refused
from waglan.store.resolve import database

GROUP = "keeping"
LOOK_SECONDS = 0.2
ERASE_SECONDS_MAX = 600


def make_key(file: Path) -> None:
    """Make a pair of keys; print the public one."""
    holder = new_holder()
    with put(file) as out:
        out.write(holder.text.encode() + b"\n")
    typer.echo(holder.recipient.text)
    typer.echo(say(GROUP, "new_key", Settings().lang, file=str(file)), err=True)


async def backup(
    settings: Settings, where: tuple[Path | None, str | None, Path | None], *, with_vault: bool
) -> None:
    """Write the backup, and the list of erasures, as far as they were asked for."""
    (file, to, erasures), lang = where, settings.lang
    recipient = new_holder().recipient if to is None else _recipient(to)
    async with database(wanted(settings)) as resolved, pools(resolved.dsn, size_max=1) as opened:
        held = await known_keys(opened.engine, settings.home / "keys")
        plan = backups.Plan(held, settings.home, recipient, wall_clock(), with_vault)
        if erasures is not None:
            count = await backups.export_erasures(opened.engine, erasures, plan)
            typer.echo(say(GROUP, "erasures", lang, count=count, file=str(erasures)))
        if file is None:
            return
        with _progress() as report:
            taken = await backups.back_up(opened.engine, file, plan, report)
    rows = sum(part.rows for part in taken.manifest.parts)
    mib = file.stat().st_size >> 20
    head = taken.head
    typer.echo(
        say(GROUP, "backed_up", lang, rows=rows, events=head.log.size, mib=mib, file=str(file))
    )
    if not with_vault:
        typer.echo(say(GROUP, "vault", lang, vault=str(settings.home / "keys" / "vault.key")))


@dataclass(frozen=True, slots=True)
class Wish:
    """What to restore, and all that says how the log stood."""

    file: Path
    key: Path
    witnesses: tuple[str, ...]
    seen: Path | None
    erasures: Path | None


async def restore(settings: Settings, wish: Wish) -> None:
    """Restore, and say under which name and key the log goes on, why, and what is lost."""
    holder, lang = _holder(wish.key), settings.lang
    head = restores.read_head(wish.file, holder)
    witnesses = [WitnessAt(*one) for text in wish.witnesses for one in read_witnesses(text)]
    seen = await _seen(head.log.origin, witnesses)
    if wish.seen is not None:
        seen.append(_checkpoint(wish.seen.read_bytes(), head.log.key, head.log.origin))
    listed = None if wish.erasures is None else wish.erasures.read_bytes()
    base = settings.origin if "origin" in settings.model_fields_set else None
    plan = restores.Plan(settings.home, tuple(seen), wall_clock(), listed, base)
    async with database(wanted(settings)) as resolved:
        with _progress() as report:
            done = await restores.restore(resolved.dsn, wish.file, holder, plan, report)
    typer.echo(say(GROUP, "restored", lang, rows=done.rows, at=second(done.head.taken_at)))
    _say_of_the_log(done, lang)
    if done.listed_at is None:
        typer.echo(say(GROUP, "not_forgotten", lang), err=True)
    else:
        listed_at = second(done.listed_at.isoformat())
        typer.echo(say(GROUP, "forgotten", lang, count=done.erasures, at=listed_at))
        if done.listed_at < datetime.fromisoformat(done.head.taken_at):
            typer.echo(say(GROUP, "old_list", lang, taken=second(done.head.taken_at)), err=True)
    typer.echo(say(GROUP, "token", lang, file=str(done.token_file)))


def _say_of_the_log(done: restores.Restored, lang: Lang) -> None:
    old, size, seen = done.head.log.origin, done.head.log.size, done.seen
    typer.echo(say(GROUP, "new_origin", lang, origin=done.key.name, old=old, size=size))
    if seen is None:
        typer.echo(say(GROUP, "unseen", lang, size=size))
    elif seen.size <= size:
        typer.echo(say(GROUP, "not_longer", lang, seen=seen.size, size=size))
    else:
        typer.echo(say(GROUP, "lost", lang, seen=seen.size, first=size, last=seen.size - 1))
    if done.old_key is None:
        typer.echo(say(GROUP, "no_old_key", lang))
    else:
        typer.echo(say(GROUP, "old_key", lang, file=str(done.old_key)))
    typer.echo(say(GROUP, "log_key", lang, key=done.key.text))


async def _seen(origin: str, witnesses: Sequence[WitnessAt]) -> list[Checkpoint]:
    found = []
    async with httpx.AsyncClient() as client:
        for witness in witnesses:
            try:
                checkpoint = await newest_cosigned(client, witness, origin)
            except Unanswered as error:
                raise Refused(_no_witness(str(error))) from None
            if checkpoint is not None:
                found.append(checkpoint)
    return found


def _checkpoint(note: bytes, key: str, origin: str) -> Checkpoint:
    try:
        checkpoint = open_checkpoint(note, [read_verifier_key(key)])
    except BadNote as error:
        raise Refused(_no_witness(str(error))) from None
    if checkpoint is None or checkpoint.origin != origin:
        raise Refused(_no_witness("--seen"))
    return checkpoint


async def rebuild(settings: Settings, *, check: bool) -> int:
    """Rebuild, or only compare; return 1 if only looking found a difference."""
    found: list[Difference] = []
    async with database(wanted(settings)) as resolved, pools(resolved.dsn, size_max=1) as opened:
        try:
            with Console(stderr=True).status("…"):
                async with transaction(opened.engine, None) as tx:
                    found = await rebuild_all(tx, now=wall_clock())
                    if check:
                        raise _OnlyLooked
        except _OnlyLooked:
            pass
    differ = [one for one in found if one.missing or one.surplus]
    for one in differ:
        counts = {"missing": one.missing, "surplus": one.surplus}
        typer.echo(say(GROUP, "differs", settings.lang, table=one.table, **counts))
    if not differ:
        typer.echo(say(GROUP, "agrees", settings.lang))
    return 1 if differ and check else 0


class _OnlyLooked(Exception):
    """Rolls back what was worked out, because it was only to be looked at."""


def erase(settings: Settings, kind: str, target: str, rule: str) -> None:
    """Ask for an erasure and wait until it is done."""
    from waglan.cli.talk import answered, client

    if target == "-":
        target = sys.stdin.readline().strip()
    with client(settings) as http:
        wish = {"kind": kind, "target": target, "rule": rule}
        shown = answered(http.post("/v1/erasures", json=wish)).json()
        for _ in range(int(ERASE_SECONDS_MAX / LOOK_SECONDS)):
            if shown["state"] == "done":
                break
            time.sleep(LOOK_SECONDS)
            shown = answered(http.get(f"/v1/erasures/{shown['id']}")).json()
    if shown["state"] != "done":
        typer.echo(say(GROUP, "waiting", settings.lang, id=shown["id"]), err=True)
        raise typer.Exit(1)
    counts = {name: shown[name] for name in ("bills", "messages", "persons", "events", "sheets")}
    typer.echo(say(GROUP, "erased", settings.lang, **counts))
    if shown["still_named"]:
        numbers = ", ".join(map(str, shown["still_named"]))
        typer.echo(say(GROUP, "still_named", settings.lang, numbers=numbers))


def _recipient(text: str) -> Recipient:
    file = Path(text)
    try:
        return read_recipient(file.read_text() if _is_file(file) else text)
    except (BadKey, UnicodeDecodeError):
        raise Refused(_bad_key(text)) from None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def _holder(file: Path) -> Holder:
    try:
        return read_holder(file.read_text())
    except (BadKey, UnicodeDecodeError):
        raise Refused(_bad_key(str(file))) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    with Console(stderr=True).status("…") as status:

        def report(table: str, size: int) -> None:
            status.update(f"{table}  {size >> 20} MiB")

        yield report


def _bad_key(file: str) -> Finding:
    return Finding("BACKUP-KEY", Severity.ERROR, Where("backup/key"), {"file": file})


def _no_witness(reason: str) -> Finding:
    return Finding("RESTORE-WITNESS", Severity.ERROR, Where("restore/log"), {"reason": reason})
