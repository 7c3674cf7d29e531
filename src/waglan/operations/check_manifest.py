"""Somebody asks what a filing would be answered, and declares nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.dry_run import never_run
from waglan.customs.judge import run_on
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Manifest
from waglan.messages.edifact import Profile, handed_in, no_test, read
from waglan.messages.edifact.grouped import by_document, interchanges
from waglan.messages.envelope import Message
from waglan.messages.whole import Whole
from waglan.operations.file_manifest import Claim, Examined, examine
from waglan.operations.work_off_message import issued
from waglan.store import Transaction, events, parties


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and when."""

    party: PartyId
    org: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What one manifest would be answered, and what was not looked at.

    `sent` is what was sent of it; `manifest` is the whole as it would stand then.
    """

    sent: Manifest
    manifest: Manifest
    would_stand: bool
    findings: tuple[Finding, ...]
    rules_run: tuple[str, ...]
    not_run: tuple[Finding, ...]


async def check_manifest(
    tx: Transaction, vault: Vault, asker: Asker, sent: Sequence[Whole]
) -> list[Checked]:
    """Return what each manifest would be answered if it were filed now; keep that it was asked.

    A filing comes the same way, as far as its filer may see: no officers' table, sample or order
    is read, and no filing of anybody else.
    """
    own = {asker.party, *await parties.addresses(tx)}
    checked = []
    for whole in sent:
        envelope = [] if whole.key.sender in own else [_foreign(whole)]
        if await parties.authority_at(tx, whole.key.recipient) is None:
            envelope.append(_nobody(whole))
        checked.append(await check_whole(tx, vault, asker, whole, envelope))
    await events.append(tx, [_asked(asker, checked)])
    return checked


async def check_whole(
    tx: Transaction, vault: Vault, asker: Asker, whole: Whole, envelope: Sequence[Finding]
) -> Checked:
    """Return what one manifest would be answered, with what is wrong with its envelope."""
    with_ = await parties.authority_at(tx, whole.key.recipient)
    desk = None if with_ is None else with_[0]
    claim = Claim(asker.party, asker.org, desk, whole.key.access_reference, asker.at, asker.at)
    seen = await examine(tx, vault, claim, whole.manifest, whole.findings)
    return _checked(whole, seen, envelope, asker.at)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What was read of a file.

    `unbelieved` are places in `messages`: of interchanges that would be refused, however right
    what is in them looks.
    """

    messages: list[Message]
    findings: list[Finding]
    unbelieved: set[int]


def read_edifact(data: bytes, profile: Profile, own: Collection[str]) -> FileRead:
    """Read EDIFACT as a worker reads a filing: what was agreed with its sender holds here too."""
    messages, findings, unbelieved = list[Message](), list[Finding](), set[int]()
    for end, inside in interchanges(read([data], profile, validate=profile.structure)):
        end, inside = no_test(end), [issued(handed_in(message), own) for message in inside]
        findings += [*end.findings, *(f for message in inside for f in message.findings)]
        first = len(messages)
        messages += by_document(inside) if profile.parts_by_document else inside
        if any(finding.severity is Severity.ERROR for finding in end.findings):
            unbelieved.update(range(first, len(messages)))
    return FileRead(messages, findings, unbelieved)


def _checked(whole: Whole, seen: Examined, envelope: Sequence[Finding], at: datetime) -> Checked:
    # What is wrong with the envelope has a filing refused, and says nothing of what is in it.
    findings = tuple(whole.placed([*envelope, *seen.findings]))
    would_stand = not (seen.is_wrong or envelope)
    if seen.wider is None:
        refused = Finding("DRY-RUN-REFUSED", Severity.NOTE, Where("manifest"), {})
        return Checked(
            whole.manifest, seen.manifest, would_stand, findings, (), (refused, *never_run())
        )
    run, early = run_on(at.astimezone(HONG_KONG).date())
    return Checked(
        whole.manifest,
        seen.manifest,
        would_stand,
        findings,
        (*run, *seen.wider.run),
        (*early, *seen.wider.not_run, *never_run()),
    )


def _foreign(whole: Whole) -> Finding:
    where, address = Where("interchange/sender"), whole.key.sender
    return Finding("PARTY-SENDER-NOT-YOURS", Severity.ERROR, where, {"address": address})


def _nobody(whole: Whole) -> Finding:
    where, recipient = Where("interchange/recipient"), whole.key.recipient
    return Finding("PARTY-RECIPIENT", Severity.ERROR, where, {"recipient": recipient})


def _asked(asker: Asker, checked: Sequence[Checked]) -> Event:
    """All that is kept: who asked, when, and how much; nothing of what the paper said."""
    return Event(
        EventCode.MANIFEST_CHECKED,
        Key(KeyKind.PARTY, asker.party),
        asker.party,
        asker.at,
        asker.at,
        {
            "manifests": len(checked),
            "bills": sum(len(one.manifest.bills) for one in checked),
            "findings": sum(len(one.findings) for one in checked),
        },
    )
