"""A dry run over a file: manifests joined from their parts, judged as their filer may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang, render
from waglan.customs.dry_run import DryRun, dry_run
from waglan.manifest.assembly import NotWhole, join
from waglan.manifest.model import Manifest, Part, PartKey
from waglan.messages.edifact import read
from waglan.messages.envelope import InterchangeEnd, Message


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One manifest of the file, and its dry run."""

    manifest: Manifest
    run: DryRun


def rehearse(blocks: Iterable[bytes], day: date) -> tuple[list[Rehearsal], list[Finding]]:
    """Return the dry run of every manifest that is whole, and all findings of the file."""
    findings: list[Finding] = []
    parts: dict[PartKey, dict[int, Part]] = {}
    for item in read(blocks):
        findings += item.findings
        if isinstance(item, InterchangeEnd):
            continue
        if item.part is not None and not _is_wrong(item):
            findings += _offered(parts, item.part)
    rehearsals = []
    for assembly in parts.values():
        try:
            manifest, differing = join([*assembly.values()])
        except NotWhole:
            findings.append(_not_whole(assembly))
            continue
        run = dry_run(manifest, on=day)
        said = {(finding.code, *finding.params.items()) for finding in findings}
        fresh = [f for f in run.findings if (f.code, *f.params.items()) not in said]
        findings += [*differing, *fresh]
        rehearsals.append(Rehearsal(manifest, run))
    if not parts:
        findings.append(Finding("CLI-NO-MANIFEST", Severity.ERROR, Where("file"), {}))
    return rehearsals, findings


def as_object(rehearsals: Iterable[Rehearsal], findings: Iterable[Finding], lang: Lang) -> str:
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
                for one in rehearsals
            ],
            "findings": [_shown(finding, lang) for finding in findings],
        }
    ).decode()


def _is_wrong(message: Message) -> bool:
    return any(finding.severity is Severity.ERROR for finding in message.findings)


def _offered(parts: dict[PartKey, dict[int, Part]], part: Part) -> list[Finding]:
    assembly = parts.setdefault(part.key, {})
    if part.number in assembly:
        number, reference = part.number, part.key.access_reference
        return [
            Finding(
                "CLI-PART-TWICE",
                Severity.ERROR,
                Where(f"parts/{number}"),
                {"number": number, "reference": reference},
            )
        ]
    assembly[part.number] = part
    return []


def _not_whole(assembly: dict[int, Part]) -> Finding:
    reference = next(iter(assembly.values())).key.access_reference
    came = ", ".join(str(number) for number in sorted(assembly))
    return Finding(
        "CLI-PARTS-MISSING", Severity.ERROR, Where("parts"), {"reference": reference, "came": came}
    )


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
