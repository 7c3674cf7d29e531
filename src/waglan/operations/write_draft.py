"""A draft as the message that its filing is: the same bytes whether it is checked or filed."""

from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft import Draft
from waglan.manifest.draft_manifest import manifest_of
from waglan.manifest.model import Function, Manifest, PartKey
from waglan.manifest.split import split
from waglan.manifest.version import PREVIOUS
from waglan.messages.edifact.cuscar_write import write_manifest
from waglan.messages.edifact.write import Unwritable
from waglan.messages.envelope import Address, Interchange
from waglan.operations.filed_otherwise import base_of
from waglan.operations.open_draft import Opened
from waglan.operations.step_draft import By
from waglan.store import Transaction, parties

_NOBODY = "NOBODY"  # at either end of a message that is only looked at


@dataclass(frozen=True, slots=True)
class Written:
    """The message, empty if no characters hold it, and what keeps it from being sent."""

    body: bytes
    findings: tuple[Finding, ...]


async def write_draft(
    tx: Transaction, by: By, opened: Opened, *, message_bytes_max: int
) -> Written:
    """Return the message that this draft is filed with now, to the desk that it names."""
    envelope, findings = await _envelope(tx, by, opened)
    manifest = await _amending(tx, by, opened)
    try:
        body = write_manifest(split(manifest, _key(envelope)), envelope)
    except Unwritable as error:
        return Written(b"", (*findings, error.finding))
    if len(body) > message_bytes_max:
        limit = message_bytes_max >> 20
        where = Where("draft")
        findings.append(Finding("DRAFT-MESSAGE-SIZE", Severity.ERROR, where, {"limit_mib": limit}))
    return Written(body, tuple(findings))


async def _envelope(tx: Transaction, by: By, opened: Opened) -> tuple[Interchange, list[Finding]]:
    """Return who sends it to which desk, and what is wrong with either."""
    findings: list[Finding] = []
    own = sorted(await parties.addresses(tx))
    if not own:
        findings.append(Finding("DRAFT-NO-ADDRESS", Severity.ERROR, Where("sender"), {}))
    desks = [address for address, _ in await parties.authority_addresses(tx)]
    desk = opened.draft.setup.desk or (desks[0] if len(desks) == 1 else None)
    if desk not in desks:
        known, where = ", ".join(desks) or "-", Where("setup/desk")
        findings.append(Finding("DRAFT-NO-DESK", Severity.ERROR, where, {"desks": known}))
        desk = None
    return Interchange(
        sender=_address(own[0] if own else _NOBODY),
        recipient=_address(desk or _NOBODY),
        reference=_reference(opened.sheet.sheet, len(opened.steps)),
        syntax_id="UNOY",
        syntax_version="4",
        prepared=f"{by.at.astimezone(HONG_KONG):%y%m%d:%H%M}",
        acknowledge=True,
    ), findings


async def desk_org(tx: Transaction, draft: Draft) -> int | None:
    """Return whose the desk is that the draft names; None if it names none, or nobody's."""
    found = await parties.authority_at(tx, draft.setup.desk) if draft.setup.desk else None
    return None if found is None else found[0]


async def _amending(tx: Transaction, by: By, opened: Opened) -> Manifest:
    """Return the manifest to be filed; an amendment names the version that it goes on from.

    A draft is always whole, so an amendment replaces all of it. What was filed since by other means
    has another number: the desk refuses what does not name it.
    """
    draft = opened.draft
    manifest = manifest_of(draft.values, draft.profile, draft.mode)
    if draft.life.function is Function.ORIGINAL:
        return manifest
    base = await base_of(tx, opened)
    named = ((PREVIOUS, str(base)),) if base else ()
    if draft.life.function is Function.CANCEL:
        head = replace(manifest.head, function=Function.CANCEL, references=named)
        return Manifest(head, (), ())
    return replace(
        manifest, head=replace(manifest.head, function=Function.REPLACE, references=named)
    )


def _key(envelope: Interchange) -> PartKey:
    sender, recipient = (
        f"{who.id}:{who.qualifier}" if who.qualifier else who.id
        for who in (envelope.sender, envelope.recipient)
    )
    return PartKey(sender, recipient, "CUSCAR", "")


def _address(text: str) -> Address:
    id_, _, qualifier = text.partition(":")
    return Address(id_, qualifier)


def _reference(draft: UUID, step: int) -> str:
    """A control reference of our own within UNB 0020's 14 characters."""
    return f"D{draft.hex[-8:]}{step:x}"[:14].upper()
