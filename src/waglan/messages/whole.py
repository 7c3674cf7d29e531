"""The manifests that are whole in one file: their parts joined, without any database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from waglan.cargo.movement import MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.assembly import NotWhole, join
from waglan.manifest.model import Manifest, PartKey
from waglan.messages.envelope import Message
from waglan.messages.place import in_message, in_parts


@dataclass(frozen=True, slots=True)
class Whole:
    """One manifest of the file, by whom and to whom, its parts, and what they say differently."""

    key: PartKey
    manifest: Manifest
    findings: tuple[Finding, ...]
    messages: Mapping[int, Message]  # by the number of the part

    def placed(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return findings of this manifest with the message that each is about."""
        return in_parts(findings, self.manifest, self.messages)


def wholes(messages: Iterable[Message]) -> tuple[list[Whole], list[Finding]]:
    """Return the manifests that are whole, and findings about the parts of the others.

    A file of reports or plans holds no manifest, and is none the worse for it.
    """
    findings: list[Finding] = []
    parts: dict[tuple[PartKey, int], dict[int, Message]] = {}
    reports = 0
    for place, message in enumerate(messages, start=1):
        reports += isinstance(message.content, MovementReport | Stowage)
        if message.part is not None and not _is_wrong(message):
            # Without UNH 0068 it stands alone, as where it is filed: senders use 0062 anew in
            # every interchange.
            alone = 0 if message.header.access_reference else place
            findings += _offered(parts.setdefault((message.part.key, alone), {}), message)
    found = []
    for (key, _), assembly in parts.items():
        try:
            manifest, differing = join([m.part for m in assembly.values() if m.part])
        except NotWhole:
            findings.append(_not_whole(key, assembly))
            continue
        found.append(Whole(key, manifest, tuple(differing), assembly))
    if not (parts or reports):
        findings.append(Finding("CLI-NO-MANIFEST", Severity.ERROR, Where("file"), {}))
    return found, findings


def _is_wrong(message: Message) -> bool:
    return any(finding.severity is Severity.ERROR for finding in message.findings)


def _offered(assembly: dict[int, Message], message: Message) -> list[Finding]:
    part = message.part
    if part is None:
        return []
    if part.number in assembly:
        number, reference = part.number, part.key.access_reference
        twice = Finding(
            "CLI-PART-TWICE",
            Severity.ERROR,
            Where(f"parts/{number}"),
            {"number": number, "reference": reference},
        )
        return [in_message(twice, message)]
    assembly[part.number] = message
    return []


def _not_whole(key: PartKey, assembly: Collection[int]) -> Finding:
    reference = key.access_reference
    came = ", ".join(str(number) for number in sorted(assembly))
    return Finding(
        "CLI-PARTS-MISSING", Severity.ERROR, Where("parts"), {"reference": reference, "came": came}
    )
