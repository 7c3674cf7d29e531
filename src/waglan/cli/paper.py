"""`waglan read` and `waglan check`: what a file says, offline and without any database."""

import errno
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import language, say, stopped, tell
from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang

if TYPE_CHECKING:
    from waglan.cli.handed import Handed
    from waglan.messages.envelope import InterchangeEnd, Item, Message

BLOCK_BYTES = 1 << 20
READ_BYTES_MAX = 4 << 30  # of one file; memory stays flat all the way
BAD = {Severity.ERROR, Severity.HOLD}
CLEAN, FOUND, UNREADABLE = 0, 1, 2

TheFile = Annotated[str, typer.Argument(metavar="FILE|-", help="The file; - is standard input.")]
TheLang = Annotated[str | None, typer.Option("--lang", help="en or zh-Hant-HK; else WAGLAN_LANG.")]


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(read)
    app.command()(check)


def read(file: TheFile, lang: TheLang = None) -> None:
    """Read a message of any supported format: JSON on stdout, findings on stderr.

    One line of JSON for each message (EDIFACT, a sheet as CSV or XLSX, a JSON document) or for
    each row of a batch of events. Exit 0: clean; 1: errors were found; 2: unreadable.
    """
    from waglan.cli.handed import handed
    from waglan.cli.spelled import spell
    from waglan.messages.envelope import InterchangeEnd, Message
    from waglan.messages.form import Form

    wanted = chosen(lang)
    messages, status = 0, CLEAN
    with opened(file, wanted) as data:
        sent = handed(_limited(data, READ_BYTES_MAX, wanted), file)
        if sent.is_batch:
            raise typer.Exit(_read_batch(sent, wanted))
        if sent.form is not Form.EDIFACT:
            raise typer.Exit(_read_paper(sent, wanted))
        for item in spell(_messages(sent.blocks), sys.stdout.buffer):
            messages += isinstance(item, Message)
            if isinstance(item, Message | InterchangeEnd):
                for finding in item.findings:
                    tell(finding, wanted)
                    status = max(status, FOUND if finding.severity in BAD else CLEAN)
    raise typer.Exit(status if messages else UNREADABLE)


def _messages(blocks: Iterator[bytes]) -> "Iterator[Item | Message | InterchangeEnd]":
    """Read EDIFACT in slices; an answer, which is short, brings along what it says."""
    from waglan.messages.edifact import as_answer, stream
    from waglan.messages.envelope import Message

    first = next(blocks, b"")
    is_short = len(first) < BLOCK_BYTES  # all of it, so that memory stays flat
    for item in stream(chain([first], blocks), with_lists=is_short):
        yield as_answer(item) if isinstance(item, Message) and item.lists else item


def _read_batch(sent: "Handed", lang: Lang) -> int:
    import msgspec

    from waglan.cli.handed import rows_in

    rows, findings = rows_in(sent)
    wrong = {finding.where.line for finding in findings if finding.severity in BAD}
    for row in rows:
        said = {"row": row.row, "id": row.id, "sound": row.row not in wrong}
        line = {**said, "movement": row.movement, "call": row.call, "told_by": row.told_by}
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
    for finding in findings:
        tell(finding, lang)
    return _status(findings, bool(rows))


def _read_paper(sent: "Handed", lang: Lang) -> int:
    from msgspec.structs import replace

    from waglan.cli.handed import paper_in
    from waglan.cli.spelled import as_json

    paper, _, findings = paper_in(sent)
    if paper is not None:
        is_wrong = any(finding.severity in BAD for finding in findings)
        said = replace(paper, told_at=None)  # where it was told is for findings
        line = {"form": sent.form.value, "sound": not is_wrong, "paper": said}
        sys.stdout.buffer.write(as_json(line) + b"\n")
        sys.stdout.buffer.flush()
    for finding in findings:
        tell(finding, lang)
    return _status(findings, paper is not None)


def check(
    file: TheFile,
    lang: TheLang = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day of filing; else today, and not how late.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge a manifest, a report of boxes or a batch of events before it is sent.

    Only what needs the file alone is looked at; rules that were not run are listed. Exit 0: clean;
    1: errors or holds; 2: unreadable.
    """
    from waglan.cli.handed import handed
    from waglan.cli.rehearsal import as_object, boxes, rehearse

    wanted = chosen(lang)
    day = on.date() if on is not None else _today()
    # Of the day that somebody says, its end: no manifest is in time on the day after its last one.
    end = None if on is None else datetime.combine(day, time.max, HONG_KONG)
    with opened(file, wanted) as data:
        blocks = _limited(data, Settings().message_mib_max << 20, wanted)
        done = rehearse(handed(blocks, file), day, filed_at=end)
    has_any = bool(done.manifests or done.reports or done.events)
    status = _status(done.findings, has_any)
    if as_json:
        typer.echo(as_object(done, wanted))
        raise typer.Exit(status)
    for finding in done.findings:
        tell(finding, wanted, err=False)
    for one in done.manifests:
        head = one.manifest.head
        sizes = {"bills": len(one.manifest.bills), "boxes": len(one.manifest.equipment)}
        typer.echo()
        typer.echo(
            say(
                "check",
                "manifest",
                wanted,
                document=head.document,
                function=head.function.value,
                **sizes,
            )
        )
        typer.echo(say("check", "run", wanted, rules=", ".join(one.run.rules_run)))
        typer.echo(say("check", "not_run", wanted))
        for note in one.run.not_run:
            tell(note, wanted, err=False)
    for report in done.reports:
        typer.echo(say("check", "report", wanted, document=report.document, boxes=boxes(report)))
    if done.events:
        typer.echo(say("check", "events", wanted, events=len(done.events)))
    typer.echo(_verdict(done.findings, wanted))
    raise typer.Exit(status)


def chosen(lang: str | None) -> Lang:
    """Return the language asked for on the command line, else the environment's."""
    if lang is None:
        return Settings().lang
    if lang not in ("en", "zh-Hant-HK"):
        raise typer.BadParameter(say("usage", "lang", language()), param_hint="--lang")
    return cast(Lang, lang)


@contextmanager
def opened(file: str, lang: Lang) -> Iterator[BinaryIO]:
    """Hold a file open, or standard input for `-`; say plainly why it can't be read."""
    if file == "-" and sys.stdin is not None:
        yield sys.stdin.buffer
        return
    try:
        if file == "-":  # whoever started us closed it
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        # Without blocking, or a pipe that nobody writes to would hold us for ever.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        os.set_blocking(descriptor, True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        found = Finding(
            "CLI-FILE", Severity.ERROR, Where("file"), {"file": file, "reason": str(reason)}
        )
        raise stopped(found, lang, UNREADABLE) from None
    with os.fdopen(descriptor, "rb") as data:
        yield data


def _limited(data: BinaryIO, limit_bytes: int, lang: Lang) -> Iterator[bytes]:
    taken = 0
    while block := data.read(BLOCK_BYTES):
        taken += len(block)
        if taken > limit_bytes:
            limit_mib = limit_bytes >> 20
            found = Finding(
                "CLI-FILE-SIZE", Severity.ERROR, Where("file"), {"limit_mib": limit_mib}
            )
            raise stopped(found, lang, UNREADABLE)
        yield block


def _today() -> date:
    return datetime.now(HONG_KONG).date()


def _status(findings: list[Finding], has_manifest: bool) -> int:
    if not has_manifest:
        return UNREADABLE
    return FOUND if any(finding.severity in BAD for finding in findings) else CLEAN


def _verdict(findings: list[Finding], lang: Lang) -> str:
    count = Counter(finding.severity for finding in findings)
    if not (count[Severity.ERROR] or count[Severity.HOLD]):
        return say("check", "clean", lang)
    return say(
        "check",
        "bad",
        lang,
        errors=count[Severity.ERROR],
        holds=count[Severity.HOLD],
        warnings=count[Severity.WARNING],
    )
