"""What addressees hand in to a notice: documents and words, each sealed under a salt of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from waglan.logbook.sealed import Vault
from waglan.store import Transaction


class Content(msgspec.Struct, frozen=True):
    """A document as it came: its name and bytes, and the salt of its commitment in the log."""

    name: str
    data: bytes
    salt: bytes


class Words(msgspec.Struct, frozen=True):
    """What an answer says, and the salt of its commitment in the log."""

    text: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class NewNoticeDocument:
    """A document to be kept."""

    id: UUID
    media_type: str
    size: int
    sha256: bytes
    commitment: bytes  # to the hash, for the log
    key_salt: bytes


@dataclass(frozen=True, slots=True)
class NoticeDocument:
    """A document of a notice; its bytes are sealed until they are asked for."""

    document_id: int
    detention_id: int
    id: UUID
    party: str
    media_type: str
    size: int
    sha256: bytes
    commitment: bytes
    received_at: datetime
    answer: int | None  # event of the answer that gave it; None: not given yet
    key_salt: bytes | None  # None: it was erased


async def add(  # noqa: PLR0913
    tx: Transaction,
    vault: Vault,
    of: tuple[int, int, int],
    new: NewNoticeDocument,
    content: Content,
    *,
    now: datetime,
) -> None:
    """Keep a document; `of` are the notice, its authority and the sender."""
    detention_id, authority, org = of
    row = await (
        await tx.execute(
            "INSERT INTO detention_document (detention_id, authority, org, id, media_type, size,"
            " sha256, commitment, received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING document_id",
            [detention_id, authority, org, new.id, new.media_type, new.size, new.sha256,
             new.commitment, now],
        )
    ).fetchone()  # fmt: skip
    if row is None:
        raise RuntimeError("PostgreSQL returned no row for an INSERT")
    await tx.execute(
        "INSERT INTO detention_document_secret (document_id, org, key_salt, sealed)"
        " VALUES (%s, %s, %s, %s)",
        [row[0], org, new.key_salt, vault.seal(new.key_salt, _encode(content))],
    )


_DOCUMENT = """
    SELECT d.document_id, d.detention_id, d.id, o.party, d.media_type, d.size, d.sha256,
           d.commitment, d.received_at, g.event_id, s.key_salt
    FROM detention_document d JOIN organisation o ON o.org = d.org
    LEFT JOIN detention_given g ON g.document_id = d.document_id
    LEFT JOIN detention_document_secret s ON s.document_id = d.document_id
"""


async def of_notice(tx: Transaction, detention_id: int) -> list[NoticeDocument]:
    """Return the documents of a notice that the reader may see, oldest first."""
    rows = await tx.execute(
        _DOCUMENT + " WHERE d.detention_id = %s ORDER BY d.document_id", [detention_id]
    )
    return [_document(row) for row in await rows.fetchall()]


def _document(row: Sequence[Any]) -> NoticeDocument:
    id_, detention, public, party, media_type, size, digest, commitment, at, answer, salt = row
    return NoticeDocument(
        id_,
        detention,
        public,
        party,
        media_type,
        size,
        digest,
        commitment,
        at.astimezone(UTC),
        answer,
        salt,
    )


async def opened(tx: Transaction, vault: Vault, document: NoticeDocument) -> Content | None:
    """Return what a document holds; None if it was erased."""
    row = await (
        await tx.execute(
            "SELECT key_salt, sealed FROM detention_document_secret WHERE document_id = %s",
            [document.document_id],
        )
    ).fetchone()
    return None if row is None else _decode(vault.open(row[0], row[1]))


async def give(
    tx: Transaction, of: tuple[int, int, int], event_id: int, documents: Collection[int]
) -> None:
    """Let the authority see these documents, as part of that answer."""
    detention_id, authority, org = of
    await tx.execute(
        "INSERT INTO detention_given (document_id, detention_id, event_id, authority, org)"
        " SELECT id, %s, %s, %s, %s FROM unnest(%s::int8[]) AS id",
        [detention_id, event_id, authority, org, list(documents)],
    )


async def add_words(  # noqa: PLR0913
    tx: Transaction,
    vault: Vault,
    of: tuple[int, int, int],
    event_id: int,
    words: Words,
    *,
    key_salt: bytes,
    id_: UUID,
) -> None:
    """Keep what an answer says."""
    detention_id, authority, org = of
    await tx.execute(
        "INSERT INTO detention_words (detention_id, event_id, authority, org, id, key_salt,"
        " sealed) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [detention_id, event_id, authority, org, id_, key_salt,
         vault.seal(key_salt, _encode_words(words))],
    )  # fmt: skip


async def words(tx: Transaction, vault: Vault, detention_id: int) -> dict[int, str]:
    """Return what the answers to a notice say, by their events, as far as the reader may see."""
    rows = await tx.execute(
        "SELECT event_id, key_salt, sealed FROM detention_words WHERE detention_id = %s",
        [detention_id],
    )
    return {
        event: _decode_words(vault.open(salt, sealed)).text
        for event, salt, sealed in await rows.fetchall()
    }


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Content).decode
_encode_words = msgspec.msgpack.Encoder().encode
_decode_words = msgspec.msgpack.Decoder(Words).decode
