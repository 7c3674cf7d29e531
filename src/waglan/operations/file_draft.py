"""Somebody else approves a draft, and it leaves the firm: to a desk here, or as a file.

To a desk on this platform it goes as a message like any other: kept raw with its receipt, read,
filed and answered by the same acts as a carrier's own file. Elsewhere nothing is sent: files are
made and kept byte for byte, whoever files hands them in himself, and pastes the reply.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.draft import Draft
from waglan.manifest.draft_manifest import manifest_of
from waglan.manifest.filing_profile import Recipient
from waglan.manifest.filing_state import FilingAct
from waglan.manifest.model import Function, Manifest, Part, PartKey
from waglan.manifest.split import totals
from waglan.manifest.version import PREVIOUS, call_of
from waglan.messages.bridge.make import bridge_files
from waglan.messages.edifact.cuscar_write import write_manifest
from waglan.messages.edifact.write import Unwritable
from waglan.messages.envelope import Address, Interchange
from waglan.operations.check_draft import check_draft
from waglan.operations.open_draft import Opened, Said, open_draft
from waglan.operations.receive_message import receive_message
from waglan.operations.step_draft import By, Doing, seen, step_draft, with_files
from waglan.parties.approval import approval_refusal
from waglan.store import Transaction, approvals, erasure, manifests, messages, parties, sheets
from waglan.store.messages import CHUNK_BYTES, Chunk, Kept


@dataclass(frozen=True, slots=True)
class Means:
    """What filing needs from outside: ids and salts for what it makes, and how big it may be."""

    new_id: Callable[[], UUID]
    salt: bytes
    message_bytes_max: int


async def file_draft(
    tx: Transaction, vault: Vault, by: By, which: tuple[UUID, int], means: Means
) -> list[Finding] | None:
    """Approve the step of a draft that was seen and hand it over, whole or not at all.

    None if there is no such draft; findings mean that nothing was done.
    """
    draft, step = which
    await erasure.keep_out(tx)
    await sheets.lock(tx, draft)
    opened = await open_draft(tx, vault, draft)
    if opened is None or opened.sheet.is_erased:
        return None
    if meanwhile := seen(opened, step):
        return meanwhile
    life = opened.draft.life
    why = approval_refusal(
        by.principal,
        {life.changed_by, life.submitted_by},
        await approvals.approvers(tx),
        self_approve=await approvals.self_approve(tx),
        at=by.at,
    )
    if why is not None:
        return [why]
    checked = await check_draft(tx, vault, by.principal, opened.draft, at=by.at)
    if not checked.is_clean:
        return [one for one in checked.findings if one.severity is Severity.ERROR]
    if wrong := await step_draft(tx, vault, by, opened, Doing(FilingAct.APPROVE)):
        return wrong
    again = await open_draft(tx, vault, draft)
    if again is None:
        raise LookupError("a draft that was just approved is gone")
    doing = Doing(FilingAct.HAND_OVER)
    if opened.draft.profile.recipient is Recipient.CUSTOMS_DESK:
        message, wrong = await _message(tx, vault, by, again, means)
        if wrong or message is None:
            return wrong
        doing = Doing(FilingAct.HAND_OVER, message=message)
    elif files := bridge_files(again.draft).files:
        doing = with_files(FilingAct.HAND_OVER, Said(salt=means.salt, files=files))
    return await step_draft(tx, vault, by, again, doing)


async def _message(
    tx: Transaction, vault: Vault, by: By, opened: Opened, means: Means
) -> tuple[tuple[int, UUID] | None, list[Finding]]:
    """Keep the filing as a message of the firm's own; a worker reads it like any other."""
    envelope, wrong = await _envelope(tx, by, opened)
    if envelope is None:
        return None, wrong
    manifest = await _amending(tx, by, opened.draft)
    try:
        body = write_manifest([_part(manifest, envelope)], envelope)
    except Unwritable as error:
        return None, [error.finding]
    if len(body) > means.message_bytes_max:
        limit = means.message_bytes_max >> 20
        return None, [
            Finding("DRAFT-MESSAGE-SIZE", Severity.ERROR, Where("draft"), {"limit_mib": limit})
        ]
    id_ = means.new_id()
    for n, start in enumerate(range(0, len(body), CHUNK_BYTES)):
        piece = Chunk(by.org, id_, n, means.salt, body[start : start + CHUNK_BYTES])
        await messages.keep_chunk(tx, vault, piece, now=by.at)
    digest = hashlib.sha256(body).digest()
    token = by.principal.token
    kept = Kept(0, by.org, id_, "http", token, digest, len(body), "application/edifact", by.at)
    key = f"draft {opened.sheet.sheet} {len(opened.steps)}"
    await receive_message(tx, by.party, kept, means.salt, key)
    row = await messages.by_id(tx, id_)
    if row is None:
        raise LookupError("a message that was just kept is gone")
    return (row.message_id, id_), []


async def _envelope(
    tx: Transaction, by: By, opened: Opened
) -> tuple[Interchange | None, list[Finding]]:
    own = sorted(await parties.addresses(tx))
    if not own:
        return None, [Finding("DRAFT-NO-ADDRESS", Severity.ERROR, Where("sender"), {})]
    desks = await parties.authority_addresses(tx)
    desk = opened.draft.setup.desk or (desks[0][0] if len(desks) == 1 else None)
    if desk is None or desk not in {address for address, _ in desks}:
        known = ", ".join(address for address, _ in desks) or "-"
        return None, [
            Finding("DRAFT-NO-DESK", Severity.ERROR, Where("setup/desk"), {"desks": known})
        ]
    return Interchange(
        sender=_address(own[0]),
        recipient=_address(desk),
        reference=_reference(opened.sheet.sheet, len(opened.steps)),
        syntax_id="UNOY",
        syntax_version="4",
        prepared=f"{by.at.astimezone(HONG_KONG):%y%m%d:%H%M}",
        acknowledge=True,
    ), []


async def _amending(tx: Transaction, by: By, draft: Draft) -> Manifest:
    """Return the manifest to be filed; an amendment names the version that stands.

    A draft is always whole, so an amendment replaces all of it.
    """
    manifest = manifest_of(draft.values, draft.profile, draft.mode)
    function = draft.life.function
    if function is Function.ORIGINAL:
        return manifest
    call = call_of(manifest.head)
    stands = await manifests.latest(
        tx, by.org, manifest.head.document.strip(), call.text if call else ""
    )
    named = ((PREVIOUS, str(stands.version)),) if stands is not None else ()
    if function is Function.CANCEL:
        head = replace(manifest.head, function=Function.CANCEL, references=named)
        return Manifest(head, (), ())
    return replace(
        manifest, head=replace(manifest.head, function=Function.REPLACE, references=named)
    )


def _part(manifest: Manifest, envelope: Interchange) -> Part:
    sender, recipient = (
        f"{who.id}:{who.qualifier}" if who.qualifier else who.id
        for who in (envelope.sender, envelope.recipient)
    )
    return Part(
        PartKey(sender, recipient, "CUSCAR", ""),
        1,
        is_final=True,
        sha256=b"",
        head=manifest.head,
        bills=manifest.bills,
        equipment=manifest.equipment,
        totals=totals(manifest),
    )


def _address(text: str) -> Address:
    id_, _, qualifier = text.partition(":")
    return Address(id_, qualifier)


def _reference(draft: UUID, step: int) -> str:
    """A control reference of our own within UNB 0020's 14 characters."""
    return f"D{draft.hex[-8:]}{step:x}"[:14].upper()
