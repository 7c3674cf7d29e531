"""A dry run over a file: manifests joined from their parts, judged as their filer may see."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec

from waglan.cargo.event_row import EventRow
from waglan.cargo.movement import MovementReport
from waglan.cargo.stowage import Stowage
from waglan.cli.handed import Handed, paper_in, rows_in
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang, render
from waglan.customs.dry_run import DryRun, dry_run
from waglan.customs.rule import Beside
from waglan.manifest import lengths
from waglan.manifest.model import Manifest
from waglan.manifest.on_behalf import profile_of
from waglan.messages.edifact import handed_in, no_test, read
from waglan.messages.envelope import Message
from waglan.messages.form import Form
from waglan.messages.whole import wholes


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One manifest of the file, and its dry run."""

    manifest: Manifest
    run: DryRun


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a file holds, and all that was found of it: manifests, reports of boxes, or events."""

    manifests: list[Rehearsal]
    reports: list[MovementReport | Stowage]
    findings: list[Finding]
    events: list[EventRow]


def rehearse(sent: Handed, day: date, *, filed_at: datetime | None = None) -> Rehearsed:
    """Return the dry run of every manifest that is whole, and what is wrong with every report.

    `filed_at` is when it is meant to be filed, if anybody said.
    """
    if sent.is_batch:
        rows, wrong = rows_in(sent)
        return Rehearsed([], [], wrong, rows)
    findings: list[Finding] = []
    messages = _messages(sent, findings)
    contents = [message.content for message in messages]
    reports = [content for content in contents if isinstance(content, MovementReport | Stowage)]
    found, wrong = wholes(messages)
    findings += wrong
    rehearsals, read = [], {(finding.code, *finding.params.items()) for finding in findings}
    for whole in found:
        run = dry_run(whole.manifest, on=day, beside=Beside(filed_at=filed_at))
        said = read | {(finding.code, *finding.params.items()) for finding in whole.findings}
        fresh = [f for f in run.findings if (f.code, *f.params.items()) not in said]
        findings += whole.placed([*whole.findings, *fresh])
        unknown = (*run.not_run, *_of_the_port(whole.manifest))
        rehearsals.append(Rehearsal(whole.manifest, replace(run, not_run=unknown)))
    for report in reports:
        findings += lengths.check_report(report)
    return Rehearsed(rehearsals, reports, findings, [])


def _of_the_port(manifest: Manifest) -> list[Finding]:
    """Return notes on what the port alone can tell of who hands a manifest in."""
    found = [Finding("DRY-RUN-NO-SENDER", Severity.NOTE, Where("interchange"), {})]
    if profile_of(manifest) is not None:
        where, carrier = Where("head/carrier"), manifest.head.carrier or "-"
        found.append(Finding("DRY-RUN-NO-LETTER", Severity.NOTE, where, {"carrier": carrier}))
    return found


def _messages(sent: Handed, findings: list[Finding]) -> list[Message]:
    """Return the messages of a file, and put what is wrong with it to the findings."""
    if sent.form is not Form.EDIFACT:
        _, message, found = paper_in(sent)
        findings += found
        return [message] if message else []
    messages = []
    for item in read(sent.blocks):
        if isinstance(item, Message):
            item = handed_in(item)
            messages.append(item)
        else:
            item = no_test(item)
        findings += item.findings
    return messages


def boxes(report: MovementReport | Stowage) -> int:
    """Return how many boxes a report tells of."""
    return len(report.movements if isinstance(report, MovementReport) else report.slots)


def as_object(done: Rehearsed, lang: Lang) -> str:
    """Return the dry run as JSON."""
    return msgspec.json.encode(
        {
            "manifests": [
                {
                    "document": one.manifest.head.document,
                    "bills": len(one.manifest.bills),
                    "containers": len(one.manifest.equipment),
                    "rules_run": one.run.rules_run,
                    "not_run": [_shown(note, lang) for note in one.run.not_run],
                }
                for one in done.manifests
            ],
            "reports": [
                {"document": report.document, "boxes": boxes(report)} for report in done.reports
            ],
            "events": len(done.events),
            "findings": [_shown(finding, lang) for finding in done.findings],
        }
    ).decode()


def _shown(finding: Finding, lang: Lang) -> dict[str, object]:
    advice = render(finding, lang)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
        "params": finding.params,
        "problem": advice.problem,
        "remedy": advice.remedy,
    }
