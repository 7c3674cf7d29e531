"""The manifests that are whole in one file: their parts joined, without any database."""

from collections.abc import Iterable
from dataclasses import dataclass

from waglan.cargo.movement import MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.assembly import NotWhole, join
from waglan.manifest.model import Manifest, Part, PartKey
from waglan.messages.envelope import Message


@dataclass(frozen=True, slots=True)
class Whole:
    """One manifest of the file, by whom and to whom, and what its parts say differently."""

    key: PartKey
    manifest: Manifest
    findings: tuple[Finding, ...]


def wholes(messages: Iterable[Message]) -> tuple[list[Whole], list[Finding]]:
    """Return the manifests that are whole, and findings about the parts of the others.

    A file of reports or plans holds no manifest, and is none the worse for it.
    """
    findings: list[Finding] = []
    parts: dict[tuple[PartKey, int], dict[int, Part]] = {}
    reports = 0
    for place, message in enumerate(messages, start=1):
        reports += isinstance(message.content, MovementReport | Stowage)
        if message.part is not None and not _is_wrong(message):
            # Without UNH 0068 it stands alone, as where it is filed: senders use 0062 anew in
            # every interchange.
            alone = 0 if message.header.access_reference else place
            findings += _offered(parts.setdefault((message.part.key, alone), {}), message.part)
    found = []
    for (key, _), assembly in parts.items():
        try:
            manifest, differing = join([*assembly.values()])
        except NotWhole:
            findings.append(_not_whole(assembly))
            continue
        found.append(Whole(key, manifest, tuple(differing)))
    if not (parts or reports):
        findings.append(Finding("CLI-NO-MANIFEST", Severity.ERROR, Where("file"), {}))
    return found, findings


def _is_wrong(message: Message) -> bool:
    return any(finding.severity is Severity.ERROR for finding in message.findings)


def _offered(assembly: dict[int, Part], part: Part) -> list[Finding]:
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
