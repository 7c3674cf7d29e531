"""Somebody else approves a draft, and it leaves the firm: to a desk here, or as a file.

To a desk on this platform it goes as a message like any other: kept raw with its receipt, read,
filed and answered by the same acts as a carrier's own file. Elsewhere nothing is sent: files are
made and kept byte for byte, whoever files hands them in himself, and pastes the reply.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from waglan.codes.finding import Finding, Severity
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_profile import Recipient
from waglan.manifest.filing_state import FilingAct
from waglan.messages.bridge.make import bridge_files
from waglan.operations.check_draft import check_draft
from waglan.operations.open_draft import Opened, Said, open_draft
from waglan.operations.receive_message import receive_message
from waglan.operations.step_draft import By, Doing, seen, step_draft, with_files
from waglan.operations.write_draft import write_draft
from waglan.parties.approval import approval_refusal
from waglan.store import Transaction, approvals, erasure, messages, sheets
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
    why = approval_refusal(
        by.principal,
        opened.draft.life.prepared_by,
        await approvals.approvers(tx),
        self_approve=await approvals.self_approve(tx),
        at=by.at,
    )
    if why is not None:
        return [why]
    checked = await check_draft(tx, vault, by, opened, message_bytes_max=means.message_bytes_max)
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
    written = await write_draft(tx, by, opened, message_bytes_max=means.message_bytes_max)
    if written.findings:
        return None, [*written.findings]
    body, id_ = written.body, means.new_id()
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
