"""An addressee answers a notice, in words and with the documents that he handed in to it."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.detention import NoticeStep
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.leaf import SALT_BYTES, commit
from waglan.logbook.sealed import Vault
from waglan.operations.attach_document import awaiting_answer
from waglan.parties.role import Principal
from waglan.store import Transaction, detention_documents, detentions, events, messages
from waglan.store.detention_documents import NoticeDocument, Words
from waglan.store.detentions import Detention, StepRow

_WHERE = Where("answer")


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """What is said, and which documents go with it."""

    id: UUID  # of its words
    text: str = field(repr=False)
    documents: Collection[UUID] = ()


async def answer_notice(  # noqa: PLR0913
    tx: Transaction,
    vault: Vault,
    by: tuple[int, Principal],
    number: str,
    answer: NoticeAnswer,
    *,
    now: datetime,
) -> list[Finding]:
    """Give the answer to customs with an event of it; or return why it can't be given.

    The log learns no word and no name, only commitments. Raise LookupError where no such notice is
    for him.
    """
    org, who = by
    notice = await awaiting_answer(tx, number)
    if isinstance(notice, Finding):
        return [notice]
    kept = await detention_documents.of_notice(tx, notice.detention_id)
    free = {one.id: one for one in kept if one.answer is None and one.key_salt is not None}
    unknown = [id_ for id_ in answer.documents if id_ not in free]
    if unknown:
        return [
            Finding(
                "NOTICE-DOCUMENT-UNKNOWN",
                Severity.ERROR,
                _WHERE,
                {"document": str(unknown[0]), "notice": number},
            )
        ]
    given = [free[id_] for id_ in dict.fromkeys(answer.documents)]
    if not given and not answer.text.strip():
        return [Finding("NOTICE-ANSWER-EMPTY", Severity.ERROR, _WHERE, {"notice": number})]
    words = Words(answer.text, os.urandom(SALT_BYTES))
    told = _told(notice, who, given, words, now=now)
    [event_id] = await events.append(tx, [told], consignments=[notice.consignment])
    row = StepRow(
        notice.detention_id,
        event_id,
        who.org,
        NoticeStep.ANSWER,
        who.accountable or who.token,
        now,
    )
    await detentions.add_steps(tx, notice.org, org, [row])
    of = (notice.detention_id, notice.org, org)
    await detention_documents.give(tx, of, event_id, [one.document_id for one in given])
    key_salt = await messages.new_salt()
    await detention_documents.add_words(
        tx, vault, of, event_id, words, key_salt=key_salt, id_=answer.id
    )
    return []


def _told(
    notice: Detention,
    who: Principal,
    given: Collection[NoticeDocument],
    words: Words,
    *,
    now: datetime,
) -> Event:
    documents: list[Value] = [
        {
            "document": str(one.id),
            "media_type": one.media_type,
            "size": one.size,
            "commitment": one.commitment.hex(),
        }
        for one in given
    ]
    body: dict[str, Value] = {
        "notice": notice.number,
        "by": who.accountable or who.token,
        "documents": documents,
        "commitment": commit(words.salt, sha256(words.text.encode()).hexdigest()).hex(),
    }
    return Event(
        EventCode.NOTICE_ANSWERED,
        Key(KeyKind.BILL, notice.bill),
        who.org,
        now,
        now,
        body,
        (),
        frozenset({notice.authority}),
    )
