"""`waglan verify`: an event, a customs status, a hold list or a pass, without any network."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.log import pinned_key
from waglan.cli.paper import opened
from waglan.cli.passed import AtGate, prove_pass
from waglan.cli.proven import Asked, prove_statement, proven_keys
from waglan.cli.settings import Settings
from waglan.cli.wording import plain, say, stopped, tell
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.customs.hold_list import LIST_BYTES_MAX, is_hold_list
from waglan.customs.officer_proof import officer_signed
from waglan.customs.signed_status import PREFIX
from waglan.elock.gate_pass import PREFIX as PASS_PREFIX
from waglan.logbook.evidence import Erased, Standing, Trust, Verdict
from waglan.logbook.evidence import verify as judge
from waglan.logbook.quorum import BadQuorum, Quorum


def add(app: typer.Typer) -> None:
    """Add this command to the root."""
    app.command()(verify)


def verify(  # noqa: PLR0913 (each is an option)
    what: Annotated[
        str, typer.Argument(metavar="FILE|-|TEXT", help="Evidence, status, or hold list.")
    ],
    key: Annotated[list[str], typer.Option(help="The log's key, from its operator.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness you believe in.")
    ] = None,
    needed: Annotated[
        int | None, typer.Option(min=1, help="How many of them it takes; else all.")
    ] = None,
    keys: Annotated[
        str | None, typer.Option(metavar="FILE", help="What `waglan keys get` gave.")
    ] = None,
    holds: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A hold list to hold a status against."),
    ] = None,
    max_age: Annotated[
        int | None, typer.Option(min=0, help="Minutes: refuse what is older; else nothing is.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="The time; else this clock's."),
    ] = None,
    about: Annotated[
        str | None, typer.Option(help="Ask a hold list for this bill or container.")
    ] = None,
    expect: Annotated[
        CustomsStatus | None, typer.Option(help="End with 1 if a proven status is another one.")
    ] = None,
    site: Annotated[str, typer.Option(help="Of a pass: the checkpoint where you are.")] = "",
    lock: Annotated[str, typer.Option(help="Of a pass: the lock, as you read it.")] = "",
    plate: Annotated[str, typer.Option(help="Of a pass: the plate, as you read it.")] = "",
    burnt: Annotated[
        Path | None, typer.Option(help="Passes that were used here; this one is added.")
    ] = None,
    held: Annotated[
        Path | None, typer.Option(help="Locks and plates that are held, one in a line.")
    ] = None,
) -> None:
    """Verify evidence, a customs status, a hold list or a checkpoint's pass offline.

    Exit 0: proven as you asked, and not held where you asked; 1: not proven, too old, superseded,
    held, or not the status that was expected; 2: unreadable; 3: not in this hold list, which is no
    answer. A status that is proven ends with 0 whatever it says, unless you say what you expect. A
    text scanned from a QR code may stand in the place of a file.

    Without --witness evidence proves at most that the log's operator has signed it.
    """
    settings = Settings()
    trust = trust_of(key, witness or [], needed, settings)
    data = _data(what, settings.lang)
    is_status = data.startswith(PREFIX.encode())
    if expect is not None and not is_status:
        raise typer.BadParameter(say("usage", "expect", settings.lang))
    if is_status or is_hold_list(data):
        age = None if max_age is None else timedelta(minutes=max_age)
        asked = Asked(at or datetime.now(UTC), age, about, expect)
        raise typer.Exit(prove_statement(data, (trust, keys, holds or []), asked, settings.lang))
    if data.startswith(PASS_PREFIX.encode()):
        known = proven_keys(keys, trust, settings.lang)
        gate = AtGate(site, lock, plate, burnt, held)
        text, now = data.decode("ascii", "replace").strip(), at or datetime.now(UTC)
        raise typer.Exit(prove_pass(text, known, gate, at=now, lang=settings.lang))
    verdict = judge(data, trust)
    _print(verdict, settings.lang)
    raise typer.Exit(_status(verdict, is_witness_wanted=trust.quorum is not None))


def trust_of(key: list[str], witness: list[str], needed: int | None, settings: Settings) -> Trust:
    """Return whom a verifier believes, by the keys that he was given; stop where one is none."""
    logs = [pinned_key(one, settings) for one in key]
    try:
        pinned = tuple(pinned_key(one, settings) for one in witness)
        quorum = Quorum(needed or len(pinned), pinned) if pinned or needed else None
        return Trust({one.name: [k for k in logs if k.name == one.name] for one in logs}, quorum)
    except BadQuorum as error:
        found = Finding("CLI-KEY", Severity.ERROR, Where("witness"), {"reason": str(error)})
        raise stopped(found, settings.lang, 2) from None


def _data(what: str, lang: Lang) -> bytes:
    if what.startswith((PREFIX, PASS_PREFIX)):
        return what.encode()
    with opened(what, lang) as file:
        return file.read(LIST_BYTES_MAX + 1)


def _print(verdict: Verdict, lang: Lang) -> None:
    for finding in verdict.findings:
        tell(finding, lang)
    typer.echo(say("verify", verdict.standing.value, lang))
    if verdict.checkpoint is not None:
        checkpoint = verdict.checkpoint
        typer.echo(
            say("verify", "log", lang, origin=plain(checkpoint.origin), size=checkpoint.size)
        )
    for one in verdict.cosigned:
        typer.echo(say("verify", "witness", lang, name=plain(one.key.name)))
    if verdict.said is not None and not isinstance(verdict.said, Erased):
        typer.echo(plain(verdict.said.event.decode()))
        signed = officer_signed(verdict.said.event)
        if signed is not None:
            name = "officer" if signed.is_signed else "no_officer"
            typer.echo(
                say("verify", name, lang, officer=plain(signed.officer), key=signed.key_sha256)
            )


def _status(verdict: Verdict, *, is_witness_wanted: bool) -> int:
    if any(f.code in ("LOG-BUNDLE-SIZE", "LOG-BUNDLE-SHAPE") for f in verdict.findings):
        return 2
    if verdict.standing is Standing.WITNESSED:
        return 0
    return 0 if verdict.standing is Standing.SIGNED and not is_witness_wanted else 1
