"""What `waglan verify` finds of a pass for a checkpoint, and how it says so."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import typer

from waglan.cli.wording import plain, say, tell
from waglan.codes.finding import Severity
from waglan.codes.moment import second
from waglan.codes.render import Lang
from waglan.elock.gate_pass import Gate, check_pass, read_pass
from waglan.logbook.key_set import KeySet

PROVEN, NOT_PROVEN, UNREADABLE = 0, 1, 2


class AtGate(NamedTuple):
    """What a guard has before him: the site, lock and plate, and files that he keeps."""

    site: str
    lock: str
    plate: str
    burnt: Path | None = None  # passes that were used here, one in a line; this one is added
    held: Path | None = None  # locks and plates of the newest list, one in a line


def prove_pass(text: str, keys: KeySet, gate: AtGate, *, at: datetime, lang: Lang) -> int:
    """Verify a pass, say what it proves and how old that is, and return how the command ends."""
    burnt = frozenset(bytes.fromhex(one) for one in _lines(gate.burnt))
    here = Gate(gate.site, gate.lock, gate.plate, burnt, frozenset(_lines(gate.held)))
    done = check_pass(text, keys, here, at=at)
    for finding in done.findings:
        tell(finding, lang)
    read = read_pass(text)
    if not isinstance(read, tuple):
        return UNREADABLE
    one = done.allowed
    if one is None or any(each.severity is Severity.ERROR for each in done.findings):
        typer.echo(say("verify", "unproven", lang))
        return NOT_PROVEN
    age = int((at - one.as_of) / timedelta(minutes=1))
    told = {"authority": one.authority, "plate": one.plate, "lock": one.lock, "seal": one.seal}
    typer.echo(plain(say("elock", "pass", lang, site=one.site, trip=one.trip, **told)))
    as_of, until = second(one.as_of.isoformat()), second(one.expires.isoformat())
    typer.echo(plain(say("elock", "pass_age", lang, at=as_of, age=age, until=until)))
    typer.echo(say("elock", "no_proof", lang))
    if gate.burnt is not None:
        with gate.burnt.open("a") as file:
            file.write(one.jti.hex() + "\n")
    return PROVEN


def _lines(file: Path | None) -> list[str]:
    if file is None or not file.exists():
        return []
    return [line.strip() for line in file.read_text().splitlines() if line.strip()]
