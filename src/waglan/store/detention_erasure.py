"""What addressees handed in to notices, as the engine looks through it and destroys of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from waglan.logbook.sealed import Vault
from waglan.store import Transaction

AT_ONCE = 10  # each may hold as much as a document


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A document with its name, or the words of an answer, as packed before they were sealed."""

    id: UUID
    plain: bytes = field(repr=False)


async def after(tx: Transaction, vault: Vault, last: UUID) -> list[HandedIn]:
    """Return the next ones beyond an id that can still be read, whoever's they are."""
    rows = await tx.execute(
        """
        SELECT id, key_salt, sealed FROM detention_words WHERE id > %(last)s UNION ALL
        SELECT d.id, s.key_salt, s.sealed FROM detention_document d
        JOIN detention_document_secret s USING (document_id) WHERE d.id > %(last)s
        ORDER BY id LIMIT %(at_most)s
        """,
        {"last": last, "at_most": AT_ONCE},
    )
    return [HandedIn(id_, vault.open(salt, sealed)) for id_, salt, sealed in await rows.fetchall()]


async def orgs_of(tx: Transaction, ids: Sequence[UUID]) -> set[int]:
    """Return whose they are, and the authorities that have them."""
    rows = await tx.execute(
        """
        SELECT org FROM detention_words WHERE id = ANY (%(ids)s) UNION
        SELECT authority FROM detention_words WHERE id = ANY (%(ids)s) UNION
        SELECT org FROM detention_document WHERE id = ANY (%(ids)s) UNION
        SELECT d.authority FROM detention_document d JOIN detention_given USING (document_id)
        WHERE d.id = ANY (%(ids)s)
        """,
        {"ids": list(ids)},
    )
    return {int(org) for (org,) in await rows.fetchall()}


async def destroy(tx: Transaction, ids: Sequence[UUID]) -> int:
    """Destroy what they held with their salts; that they came, and their hashes, stay."""
    words = await tx.execute("DELETE FROM detention_words WHERE id = ANY (%s)", [list(ids)])
    documents = await tx.execute(
        "DELETE FROM detention_document_secret s USING detention_document d"
        " WHERE d.document_id = s.document_id AND d.id = ANY (%s)",
        [list(ids)],
    )
    return words.rowcount + documents.rowcount
