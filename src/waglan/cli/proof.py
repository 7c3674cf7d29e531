"""`waglan verify`: one event proven by its bundle, without any network."""

from typing import Annotated

import typer

from waglan.cli.log import pinned_key
from waglan.cli.paper import opened
from waglan.cli.settings import Settings
from waglan.cli.wording import plain, say, stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.customs.officer_proof import officer_signed
from waglan.logbook.evidence import BUNDLE_BYTES_MAX, Erased, Standing, Trust, Verdict
from waglan.logbook.evidence import verify as judge
from waglan.logbook.quorum import BadQuorum, Quorum


def add(app: typer.Typer) -> None:
    """Add this command to the root."""
    app.command()(verify)


def verify(
    bundle: Annotated[str, typer.Argument(metavar="FILE|-", help="The evidence.")],
    key: Annotated[list[str], typer.Option(help="The log's key, from its operator.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness you believe in.")
    ] = None,
    needed: Annotated[
        int | None, typer.Option(min=1, help="How many of them it takes; else all.")
    ] = None,
) -> None:
    """Verify a proof offline. Exit 0: proven; 1: not, or not witnessed as you asked; 2: unreadable.

    Without --witness it proves at most that the log's operator has signed it.
    """
    settings = Settings()
    logs = [pinned_key(one, settings) for one in key]
    try:
        pinned = tuple(pinned_key(one, settings) for one in witness or [])
        quorum = Quorum(needed or len(pinned), pinned) if pinned or needed else None
        trust = Trust({one.name: [k for k in logs if k.name == one.name] for one in logs}, quorum)
    except BadQuorum as error:
        found = Finding("CLI-KEY", Severity.ERROR, Where("witness"), {"reason": str(error)})
        raise stopped(found, settings.lang, 2) from None
    with opened(bundle, settings.lang) as data:
        verdict = judge(data.read(BUNDLE_BYTES_MAX + 1), trust)
    _print(verdict, settings.lang)
    raise typer.Exit(_status(verdict, is_witness_wanted=quorum is not None))


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
