"""An addressee hands in a document to a notice; customs sees it once an answer gives it."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.detention import NoticeStep, Unlawful, after, state_of
from waglan.customs.notice_document import DOCUMENTS_MAX, document_findings
from waglan.logbook.leaf import SALT_BYTES, commit
from waglan.logbook.sealed import Vault
from waglan.operations.extend_notice import unlawful
from waglan.parties.role import Principal
from waglan.store import Transaction, detention_documents, detentions, erasure, messages
from waglan.store.detention_documents import Content, NewNoticeDocument
from waglan.store.detentions import Detention


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it comes in; `id` is its own here."""

    id: UUID
    media_type: str
    name: str
    data: bytes = field(repr=False)


async def attach_document(  # noqa: PLR0913
    tx: Transaction,
    vault: Vault,
    by: tuple[int, Principal],
    number: str,
    upload: Upload,
    *,
    now: datetime,
) -> list[Finding]:
    """Keep the very bytes, sealed, with their SHA-256; or return why they are not taken.

    Raise LookupError where no such notice is for him.
    """
    org, who = by
    notice = await awaiting_answer(tx, number)
    if isinstance(notice, Finding):
        return [notice]
    found = document_findings(upload.media_type, upload.data)
    if found:
        return found
    kept = await detention_documents.of_notice(tx, notice.detention_id)
    if len([one for one in kept if one.party == who.org]) >= DOCUMENTS_MAX:
        return [
            Finding(
                "NOTICE-DOCUMENTS-MAX",
                Severity.ERROR,
                Where("document"),
                {"notice": number, "most": DOCUMENTS_MAX},
            )
        ]
    digest, salt = sha256(upload.data), os.urandom(SALT_BYTES)
    new = NewNoticeDocument(
        upload.id,
        upload.media_type,
        len(upload.data),
        digest.digest(),
        commit(salt, digest.hexdigest()),
        await messages.new_salt(),
    )
    content = Content(upload.name, upload.data, salt)
    of = (notice.detention_id, notice.org, org)
    await detention_documents.add(tx, vault, of, new, content, now=now)
    return []


async def awaiting_answer(tx: Transaction, number: str) -> Detention | Finding:
    """Return a notice that may be answered now, held until the commit; or why it may not be.

    Raise LookupError where no such notice is for him.
    """
    await erasure.keep_out(tx)
    await detentions.alone_with(tx, [number])
    notice = await detentions.by_number(tx, number)
    if notice is None:
        raise LookupError(number)
    done = (await detentions.steps(tx, [notice.detention_id]))[notice.detention_id]
    state = state_of(row.step for row in done)
    try:
        after(state, NoticeStep.ANSWER)
    except Unlawful:
        return unlawful(number, state.value, NoticeStep.ANSWER)
    return notice
