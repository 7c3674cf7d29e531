"""`waglan elock check` and `sync`: what a checkpoint does with a truck, also without a network."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from waglan.cli.proof import trust_of
from waglan.cli.proven import proven_keys
from waglan.cli.settings import Settings
from waglan.cli.wording import language, plain, say, stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import second
from waglan.codes.render import Lang
from waglan.elock.gate_lists import (
    HeldTrucks,
    TruckStates,
    by_state,
    check_list,
    found_in,
    held_names,
    is_fresh,
)
from waglan.elock.gate_pass import Answer, Gate, check_pass
from waglan.logbook.evidence import Trust
from waglan.logbook.key_set import KeySet

STOP, UNREADABLE, INSPECT = 1, 2, 3
ENDS = {Answer.PASS: 0, Answer.STOP: STOP, Answer.INSPECT: INSPECT}
HOLDS, STATES, KEYS, BURNT, NEWEST = "holds", "states", "keys.json", "burnt.txt", "newest.txt"
_L = TypeVar("_L", HeldTrucks, TruckStates)

Folder = Annotated[Path | None, typer.Option(help="Where the gate keeps its lists.")]
LogKey = Annotated[list[str] | None, typer.Option(help="The log's key, from its operator.")]
Witness = Annotated[list[str] | None, typer.Option(help="The key of a witness you believe in.")]
Needed = Annotated[int | None, typer.Option(min=1, help="How many of them it takes; else all.")]
At = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="The time; else this clock's."),
]


def add(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(check)
    app.command()(sync)


def check(  # noqa: PLR0913 (each is an option)
    site: Annotated[str, typer.Argument(help="The checkpoint's site.")],
    plate: Annotated[str | None, typer.Option(help="The truck's plate.")] = None,
    lock: Annotated[str | None, typer.Option(help="The lock's name in its protocol.")] = None,
    minutes: Annotated[int, typer.Option(min=1, help="How long a pass holds.")] = 60,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: go by the lists in the folder.")
    ] = False,
    folder: Folder = None,
    key: LogKey = None,
    witness: Witness = None,
    needed: Needed = None,
    pass_text: Annotated[
        str | None, typer.Option("--pass", metavar="TEXT", help="The pass that the driver shows.")
    ] = None,
    at: At = None,
) -> None:
    """Say what to do with a truck; prints the signed pass if there is one.

    Exit 0: pass; 1: stop; 3: inspect; 2: nothing can be said, as with a wrong clock offline.
    """
    settings = Settings()
    if offline:
        pinned = trust_of(key or [], witness or [], needed, settings)
        kept = AtHand(_folder(folder, settings.lang), pinned, at or datetime.now(UTC))
        answer = _offline(kept, (site, plate, lock, pass_text), settings.lang)
        raise typer.Exit(ENDS[answer])
    from waglan.cli.talk import answered, client

    asked = {"site": site, "plate": plate, "lock": lock, "minutes": minutes}
    with client(settings) as http:
        found = answered(http.post("/v1/checkpoints", json=asked)).json()
    typer.echo(plain(f"{found['answer']}  {found['plate']}  {found['lock']}  {found['seal']}"))
    if found["fallback"] is not None:
        told = {"cause": found["fallback"], "age": found["age_seconds"] // 60}
        typer.echo(plain(say("gate", "fallback", settings.lang, **told)))
    if found["verdict"] is not None:
        show_verdict(found["verdict"])
    if found["pass_text"]:
        typer.echo(plain(found["pass_text"]))
    raise typer.Exit(ENDS[Answer(found["answer"])])


def sync(
    folder: Annotated[Path, typer.Option(help="Where the gate keeps its lists.")],
    key: Annotated[list[str], typer.Option(help="The log's key, from its operator.")],
    witness: Witness = None,
    needed: Needed = None,
    again: Annotated[
        int, typer.Option(min=1, max=1440, help="Minutes until you mean to fetch the next lists.")
    ] = 15,
) -> None:
    """Get the lists of holds and states, and the keys, for when there is no network.

    They are verified before they take the place of those at hand; older ones never do.
    """
    from waglan.cli.talk import answered, client

    settings = Settings()
    trust = trust_of(key, witness or [], needed, settings)
    with client(settings) as http:
        path, asked = "/v1/gate-lists", {"next_minutes": str(again)}
        found = answered(http.get(path, params=asked)).json()
    folder.mkdir(parents=True, exist_ok=True)
    at, fresh = datetime.now(UTC), folder / f"{KEYS}.new"
    fresh.write_text(found["keys"])
    keys = proven_keys(str(fresh), trust, settings.lang)
    holds = _proven(found[HOLDS].encode(), HeldTrucks, keys, (at, settings.lang))
    states = _proven(found[STATES].encode(), TruckStates, keys, (at, settings.lang))
    newest = _newest(folder)
    if newest is not None and holds.as_of < newest:
        wrong = Finding("GATE-LIST-OLDER", Severity.ERROR, Where("list"), {
            "as_of": _time(holds.as_of), "newest": _time(newest)})  # fmt: skip
        raise stopped(wrong, settings.lang, UNREADABLE)
    for name in (HOLDS, STATES):
        _keep(folder / name, found[name])
    os.replace(fresh, folder / KEYS)
    _keep(folder / NEWEST, holds.as_of.isoformat())
    count = {"held": len(holds.rows), "trips": len(states.rows)}
    typer.echo(say("gate", "synced", settings.lang, at=_time(holds.as_of), **count))


class AtHand(NamedTuple):
    """What a gate without a network has: its folder, whom it believes, and its clock."""

    folder: Path
    trust: Trust
    at: datetime


def _offline(
    kept: AtHand, asked: tuple[str, str | None, str | None, str | None], lang: Lang
) -> Answer:
    """Say what the lists at hand let do with a truck, how old they are, and burn its pass."""
    folder, trust, at = kept
    site, plate, lock, text = asked
    if plate is None and lock is None:
        raise stopped(Finding("TRIP-NO-TRUCK", Severity.ERROR, Where("body"), {}), lang, UNREADABLE)
    newest = _newest(folder)
    if newest is not None and at < newest:
        wrong = Finding("PASS-CLOCK", Severity.ERROR, Where("pass"), {
            "at": _time(at), "signed": _time(newest)})  # fmt: skip
        raise stopped(wrong, lang, UNREADABLE)
    keys = proven_keys(str(_there(folder / KEYS, lang)), trust, lang)
    holds = _proven(_there(folder / HOLDS, lang).read_bytes(), HeldTrucks, keys, (at, lang))
    states = _proven(_there(folder / STATES, lang).read_bytes(), TruckStates, keys, (at, lang))
    for name, one in (("holds", holds), ("states", states)):
        age = int((at - one.as_of) / timedelta(minutes=1))
        typer.echo(say("gate", name, lang, at=_time(one.as_of), age=age, authority=one.authority))
    held = [row for row in holds.rows if row.plate == plate or row.lock == lock]
    row = found_in(states, plate, lock)
    if held:
        answer = Answer.STOP
        why = say("gate", held[0].why, lang)
        typer.echo(plain(say("gate", "held", lang, trip=held[0].trip, why=why)))
    elif text is not None:
        names = (site, lock or "", plate or "")
        answer = _by_pass(text, (keys, holds, newest), names, kept, lang)
    else:
        answer = by_state(states, row, at=at)
    if answer is Answer.PASS and not is_fresh(holds, at=at):
        typer.echo(say("gate", "stale", lang))
        answer = Answer.INSPECT
    typer.echo(plain(f"{answer.value}  {plate or '-'}  {lock or '-'}"))
    if row is None or row.outcome is None:
        typer.echo(say("gate", "unlisted", lang))
    elif row.as_of is not None:
        age = int((at - row.as_of) / timedelta(minutes=1))
        told_of = {"outcome": row.outcome, "state": row.state.value, "seal": row.seal or "-"}
        because = ", ".join(row.reasons) or "-"
        typer.echo(plain(say("gate", "state", lang, age=age, why=because, **told_of)))
    typer.echo(say("elock", "no_proof", lang))
    return answer


def _by_pass(
    text: str,
    known: tuple[KeySet, HeldTrucks, datetime | None],
    names: tuple[str, str, str],
    kept: AtHand,
    lang: Lang,
) -> Answer:
    keys, holds, newest = known
    burnt = kept.folder / BURNT
    used = burnt.read_text().split() if burnt.exists() else []
    ids = frozenset(map(bytes.fromhex, used))
    gate = Gate(*names, ids, held_names(holds), newest)
    done = check_pass(text, keys, gate, at=kept.at)
    for finding in done.findings:
        tell(finding, lang)
    if done.allowed is None:
        is_held = any(finding.code == "PASS-HELD" for finding in done.findings)
        return Answer.STOP if is_held else Answer.INSPECT
    with burnt.open("a") as file:
        file.write(done.allowed.jti.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Answer.PASS


def _proven(data: bytes, kind: type[_L], keys: KeySet, seen: tuple[datetime, Lang]) -> _L:
    at, lang = seen
    done = check_list(data, kind, keys, at=at)
    for finding in done.findings:
        tell(finding, lang)
    is_bad = any(finding.severity is Severity.ERROR for finding in done.findings)
    if is_bad or not isinstance(done.said, kind):
        raise typer.Exit(UNREADABLE)
    return done.said


def show_verdict(found: dict[str, Any]) -> None:
    """Print a verdict, and that GREEN is no proof."""
    state = f"{found['outcome']}  {found['worst']}  {found['state']}"
    typer.echo(plain(f"{state}  {found['policy']}  {found['quality']}  {found['as_of']}"))
    for one in found["reasons"]:
        entries = ", ".join(one["entries"]) or "-"
        typer.echo(plain(f"    {one['outcome']}  {one['reason']}  {entries}"))
    typer.echo(say("elock", "no_proof", language()))


def _folder(folder: Path | None, lang: Lang) -> Path:
    if folder is None:
        raise stopped(_no_lists("--folder"), lang, UNREADABLE)
    return folder


def _there(file: Path, lang: Lang) -> Path:
    if not file.exists():
        raise stopped(_no_lists(str(file)), lang, UNREADABLE)
    return file


def _no_lists(file: str) -> Finding:
    return Finding("GATE-NO-LISTS", Severity.ERROR, Where("folder"), {"file": file})


def _newest(folder: Path) -> datetime | None:
    """Return the newest time in anything that was verified here."""
    file = folder / NEWEST
    return datetime.fromisoformat(file.read_text().strip()) if file.exists() else None


def _keep(file: Path, text: str) -> None:
    """Have a file say this, wholly or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text)
    os.replace(fresh, file)


def _time(at: datetime) -> str:
    return second(at.isoformat())
