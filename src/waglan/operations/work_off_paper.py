"""A paper without an envelope is filed as the same content in EDIFACT is, and answered as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from waglan.cargo.movement import MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.instruction import Instruction
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.messages.edifact import Profile
from waglan.messages.envelope import Message
from waglan.messages.form import Form, PaperRead, read_paper
from waglan.messages.paper import Sent, message_of
from waglan.messages.place import in_sheet
from waglan.messages.result import result
from waglan.messages.sheet.cell import Sheet
from waglan.operations.file_manifest import Filing
from waglan.operations.take_document import take_document
from waglan.operations.take_part import Means, Sender, Taken, take_part
from waglan.parties.permission import Act
from waglan.parties.reporting import role_refusal
from waglan.store import Transaction

# The form of what was handed in, its bytes, and what was read of it, where that was done before.
Handed: TypeAlias = tuple[Form, bytes, PaperRead | None]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a paper, and the answer to it."""

    findings: tuple[Finding, ...]
    filing: Filing | None
    answer: bytes

    @property
    def is_accepted(self) -> bool:
        """Whether it was taken for what it says."""
        return not _is_wrong(self.findings)


async def work_off_paper(
    tx: Transaction, vault: Vault, sender: Sender, sent: Handed, means: Means
) -> Done:
    """Read a paper and do what it asks, whole or not at all.

    A workbook comes as it was read before: that is done where it can do no harm. So does what is
    long, whose reading would keep the transaction open.
    """
    message, findings = _read(sender, sent, means.profile)
    taken = Taken([])
    if message is not None and not _is_wrong(findings):
        taken = await _take(tx, vault, sender, message, means)
        findings = (*findings, *(in_sheet(one, message.told_at) for one in taken.findings))
    filing = taken.filing
    document = message.interchange.reference if message and message.interchange else ""
    answer = result(
        document,
        message.header.type if message else "",
        findings,
        accepted=not _is_wrong(findings),
        version=filing.version if filing and filing.is_accepted else None,
    )
    return Done(findings, filing, answer)


def _read(
    sender: Sender, sent: Handed, profile: Profile
) -> tuple[Message | None, tuple[Finding, ...]]:
    form, data, known = sent
    paper, found = known or read_paper(form, data, profile.charset, lambda _: Sheet([]))
    if sender.message.clash:
        found = [*found, _taken()]
    if paper is None:
        return None, profile.weigh(found)
    sent_by = Sent(sender.party, sender.message.sha256, form.value)
    message = message_of(paper, sent_by, tuple(found))
    findings = profile.weigh(message.findings)
    return replace(message, findings=findings), findings


def role_refused(message: Message, sender: Sender) -> Finding | None:
    """Return why a message of this type may not be sent, which the door could not know.

    The organisation is in no role for it, or it files a manifest and who handed it in may not.
    """
    act = Act.FILE
    if isinstance(message.content, MovementReport | Stowage):
        act = Act.REPORT
    elif isinstance(message.content, VerifiedMassList):
        act = Act.HAND_IN
    unapproved = sender.unapproved if message.part is not None else None
    return role_refusal(message.header.type, act, sender.roles) or unapproved


async def _take(
    tx: Transaction, vault: Vault, sender: Sender, message: Message, means: Means
) -> Taken:
    if refused := role_refused(message, sender):
        return Taken([refused])
    if refused := role_refusal(message.header.type, Act.FILE, sender.roles):
        return Taken([refused])
    if message.part is not None:
        return await take_part(tx, vault, sender, (message, 1), means)
    if isinstance(message.content, Instruction):
        return Taken(await take_document(tx, vault, sender, (message, 1), means))
    raise ValueError("a paper without an error has a content")


def _taken() -> Finding:
    key = "Idempotency-Key"
    return Finding("MESSAGE-REFERENCE-TAKEN", Severity.ERROR, Where("message"), {"reference": key})


def _is_wrong(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)
