"""What `waglan verify` finds of a customs status and of a hold list, and how it says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import typer

from waglan.cli.paper import opened
from waglan.cli.wording import coded, plain, say, stopped, tell
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import second
from waglan.codes.render import Lang
from waglan.customs.hold_list import (
    LIST_BYTES_MAX,
    Answer,
    HoldList,
    ask,
    check_holds,
    is_hold_list,
)
from waglan.customs.signed_status import SignedStatus, check_status
from waglan.logbook.evidence import BUNDLE_BYTES_MAX, Kept, Standing, Trust
from waglan.logbook.evidence import verify as judge
from waglan.logbook.key_set import KeySet, read_key_set

PROVEN, NOT_PROVEN, UNREADABLE, NOT_LISTED = 0, 1, 2, 3
TEXTS_MAX = 1_000
_SHAPES = ("STATUS-SHAPE", "HOLDS-SHAPE")


@dataclass(frozen=True, slots=True)
class Asked:
    """At what time, how old at most, what of a hold list, and what a status has to be."""

    at: datetime
    age_max: timedelta | None
    about: str | None
    expect: CustomsStatus | None = None


def prove_statement(
    data: bytes, pinned: tuple[Trust, str | None, list[str]], asked: Asked, lang: Lang
) -> int:
    """Verify what was given, say what it proves, and return how the command ends."""
    trust, file, others = pinned
    keys = proven_keys(file, trust, lang)
    if is_hold_list(data):
        return _hold_list(data, keys, asked, lang)
    lists = [_beside(other, keys, asked, lang) for other in others]
    texts = data.decode("ascii", "replace").split("\n")[:TEXTS_MAX]
    return max(_text(text, keys, lists, asked, lang) for text in texts if text.strip())


def proven_keys(file: str | None, trust: Trust, lang: Lang) -> KeySet:
    """Return the keys that the log proves; stop where they are missing or not proven."""
    if file is None:
        raise stopped(Finding("CLI-NO-KEYS", Severity.ERROR, Where("keys"), {}), lang, UNREADABLE)
    with opened(file, lang) as data:
        verdict = judge(data.read(BUNDLE_BYTES_MAX + 1), trust)
    wanted = Standing.SIGNED if trust.quorum is None else Standing.WITNESSED
    is_proven = verdict.standing in (wanted, Standing.WITNESSED)
    if not is_proven:
        for finding in verdict.findings:
            tell(finding, lang)
    keys = read_key_set(verdict.said.event) if isinstance(verdict.said, Kept) else None
    if keys is None or not is_proven:
        found = Finding("CLI-KEYS-UNPROVEN", Severity.ERROR, Where("keys"), {"file": file})
        raise stopped(found, lang, NOT_PROVEN)
    return keys


def _beside(file: str, keys: KeySet, asked: Asked, lang: Lang) -> HoldList:
    with opened(file, lang) as data:
        done = check_holds(data.read(LIST_BYTES_MAX + 1), keys, at=asked.at, age_max=asked.age_max)
    for finding in done.findings:
        tell(finding, lang)
    if done.held is None or _is_bad(done.findings):
        raise typer.Exit(NOT_PROVEN)
    return done.held


def _text(text: str, keys: KeySet, lists: list[HoldList], asked: Asked, lang: Lang) -> int:
    done = check_status(text, keys, lists, at=asked.at, age_max=asked.age_max)
    for finding in done.findings:
        tell(finding, lang)
    if any(finding.code in _SHAPES for finding in done.findings):
        return UNREADABLE
    if done.status is None:
        typer.echo(say("verify", "unproven", lang))
        return NOT_PROVEN
    _say_status(done.status, asked.at, lang)
    status = done.status.status
    is_other = asked.expect is not None and asked.expect is not status
    if asked.expect is not None and is_other:
        expected, found = (coded("customs", one.value, lang) for one in (asked.expect, status))
        _say("unexpected", lang, expected=expected, status=found)
    return NOT_PROVEN if is_other or _is_bad(done.findings) else PROVEN


def _say_status(said: SignedStatus, at: datetime, lang: Lang) -> None:
    boxes = ", ".join(said.boxes) or "-"
    of = "?" if said.boxes_of is None else str(said.boxes_of)
    age = _minutes(said.as_of, at)
    _say(
        "signed_status",
        lang,
        authority=said.authority,
        bill=said.bill,
        status=coded("customs", said.status.value, lang),
    )
    _say("of", lang, call=said.call, manifest=str(said.manifest), version=said.version)
    _say("boxes", lang, boxes=boxes, of=of)
    _say("told", lang, at=_time(said.told_at), seq=said.seq)
    _say("as_of", lang, at=_time(said.as_of), age=age)
    _say("no_release", lang)


def _hold_list(data: bytes, keys: KeySet, asked: Asked, lang: Lang) -> int:
    done = check_holds(data, keys, at=asked.at, age_max=asked.age_max)
    for finding in done.findings:
        tell(finding, lang)
    if any(finding.code in _SHAPES for finding in done.findings):
        return UNREADABLE
    if done.held is None:
        typer.echo(say("verify", "unproven", lang))
        return NOT_PROVEN
    held = done.held
    count = sum(row.is_held for row in held.rows)
    age = _minutes(held.as_of, asked.at)
    _say("hold_list", lang, call=held.call, reader=held.reader, number=held.number)
    _say("listed", lang, bills=len(held.rows), held=count)
    _say("as_of", lang, at=_time(held.as_of), age=age)
    answer = _answered(held, asked, lang)
    if _is_bad(done.findings):
        return NOT_PROVEN
    return answer


def _answered(held: HoldList, asked: Asked, lang: Lang) -> int:
    if asked.about is None:
        for row in held.rows:
            if row.is_held:
                _say("row", lang, bill=row.bill, status=coded("customs", row.status.value, lang),
                     boxes=", ".join(row.boxes or ()) or "?")  # fmt: skip
        return PROVEN
    answer, rows = ask(held, asked.about)
    _say(answer.name.lower(), lang, what=asked.about)
    for row in rows:
        _say("row", lang, bill=row.bill, status=coded("customs", row.status.value, lang),
             boxes=", ".join(row.boxes or ()) or "?")  # fmt: skip
    return {Answer.HELD: NOT_PROVEN, Answer.NOT_HELD: PROVEN, Answer.NOT_LISTED: NOT_LISTED}[answer]


def _say(name: str, lang: Lang, **params: str | int) -> None:
    typer.echo(plain(say("statement", name, lang, **params)))


def _is_bad(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _minutes(since: datetime, at: datetime) -> int:
    return int((at - since) / timedelta(minutes=1))


def _time(at: datetime) -> str:
    return second(at.isoformat())
