"""Papers that declare nothing, kept for whoever sent them and whoever they are addressed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from waglan.codes.party import PartyId
from waglan.logbook.sealed import Vault
from waglan.manifest.instruction import Instruction
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.store import Transaction, bulk

Content: TypeAlias = Instruction | VerifiedMassList
KeyName: TypeAlias = Literal["booking", "bill", "container", "party"]
VERIFIED_MASS: Final = "verified-mass"
FOUND_MAX: Final = 500  # documents of one look-up
KEYS_MAX: Final = 100_000  # of one document


class Sealed(msgspec.Struct, frozen=True):
    """What of a document is sealed: its content, and the salt of the commitment in its event."""

    salt: bytes
    instruction: Instruction | None = None
    masses: VerifiedMassList | None = None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to be kept; `keys` are what finds it."""

    org: int
    id: UUID
    message_id: int
    place: int
    kind: str
    number: str
    function: str
    addressee: int | None
    received_at: datetime
    key_salt: bytes
    keys: Mapping[KeyName, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is kept; its content is sealed until it is asked for."""

    document_id: int
    org: int
    id: UUID
    sender: PartyId
    addressee: PartyId | None
    kind: str
    number: str
    function: str
    received_at: datetime
    message: UUID | None  # None where the message is another's
    key_salt: bytes
    sealed: bytes


async def compared(name: KeyName, text: str, vault: Vault) -> str:
    """Return a number as it is compared: no blanks, no case; a party's name as its blind index."""
    if name == "party":
        return vault.blind(text).hex()
    return "".join(text.split()).upper()


async def addressee_at(tx: Transaction, address: str) -> tuple[int, PartyId] | None:
    """Return the firm that papers to this address are for; None where nobody here has it."""
    row = await (await tx.execute("SELECT org, party FROM addressee_at(%s)", [address])).fetchone()
    return None if row is None else (int(row[0]), PartyId(row[1]))


async def add(tx: Transaction, vault: Vault, new: NewDocument, sealed: Sealed) -> int:
    """Keep a document with what finds it, and let its addressee read it."""
    row = await (
        await tx.execute(
            "INSERT INTO document (org, id, message_id, place, kind, number, function, addressee,"
            " received_at, key_salt, sealed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING document_id",
            [
                new.org,
                new.id,
                new.message_id,
                new.place,
                new.kind,
                new.number,
                new.function,
                new.addressee,
                new.received_at,
                new.key_salt,
                vault.seal(new.key_salt, _encode(sealed)),
            ],
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL returned no row for an INSERT")
    document_id = int(row[0])
    keys = {
        (name, await compared(name, text, vault)): None
        for name, texts in new.keys.items()
        for text in texts
        if text.strip()
    }
    readers = {new.org, new.org if new.addressee is None else new.addressee}
    rows = [(org, *key, document_id) for org in sorted(readers) for key in [*keys][:KEYS_MAX]]
    columns = (("org", "int8"), ("kind", "text"), ("key", "text"), ("document_id", "int8"))
    await bulk.insert(tx, "document_key", columns, rows)
    return document_id


_DOCUMENT = """
    SELECT d.document_id, d.org, d.id, s.party, a.party, d.kind, d.number, d.function,
           d.received_at, m.id, d.key_salt, d.sealed
    FROM document d JOIN organisation s ON s.org = d.org
    LEFT JOIN organisation a ON a.org = d.addressee
    LEFT JOIN message m ON m.message_id = d.message_id
"""
# Of several with one number the last word counts, whatever it takes back.
_STANDING = """
    AND NOT EXISTS (SELECT 1 FROM document n WHERE n.org = d.org AND n.kind = d.kind
                    AND n.number = d.number AND n.document_id > d.document_id)
    AND d.function <> 'cancel'
"""


async def find(
    tx: Transaction, vault: Vault, name: KeyName, text: str, *, at_most: int = FOUND_MAX
) -> list[Document]:
    """Return the documents that stand and name this thing or party, newest first.

    A document that another of the same sender, kind and number has replaced or cancelled is left
    out; `history` has it.
    """
    key = await compared(name, text, vault)
    rows = await tx.execute(
        _DOCUMENT
        + " JOIN document_key k ON k.document_id = d.document_id WHERE k.org = current_org()"
        + " AND k.kind = %s AND k.key = %s"
        + _STANDING
        + " ORDER BY d.document_id DESC LIMIT %s",
        [name, key, at_most],
    )
    return [_document(row) for row in await rows.fetchall()]


async def is_addressed(tx: Transaction, number: str, sender: str) -> bool:
    """Whether the reader sees a paper of this number by whoever has that address, or may have one.

    What a terminal or trucker tells, or is told, is a report, of which no paper is kept.
    """
    rows = await tx.execute(
        "SELECT EXISTS (SELECT 1 FROM document d, addressee_at(%(sender)s) s"
        " WHERE d.org = s.org AND d.number = %(number)s AND d.addressee = current_org())"
        " OR EXISTS (SELECT 1 FROM organisation o, addressee_at(%(sender)s) s"
        " WHERE o.org IN (s.org, current_org()) AND o.roles && ARRAY['terminal', 'trucker'])",
        {"number": number, "sender": sender},
    )
    row = await rows.fetchone()
    return row is not None and bool(row[0])


async def addressed(tx: Transaction, message_id: int) -> list[tuple[str, PartyId]]:
    """Return the numbers of what a message of one's own holds, and whom each is for."""
    rows = await tx.execute(
        "SELECT d.number, o.party FROM document d JOIN organisation o ON o.org = d.addressee"
        " WHERE d.org = current_org() AND d.message_id = %(id)s AND d.number <> ''"
        " UNION SELECT r.document, a.party FROM report r, addressee_at(r.addressee) a"
        " WHERE r.org = current_org() AND r.message_id = %(id)s AND r.document <> ''",
        {"id": message_id},
    )
    return [(number, PartyId(party)) for number, party in await rows.fetchall()]


async def newest(tx: Transaction, *, before: int | None, at_most: int) -> list[Document]:
    """Return the documents that the reader may see, newest first, all versions of each."""
    rows = await tx.execute(
        _DOCUMENT + " WHERE d.document_id < %s ORDER BY d.document_id DESC LIMIT %s",
        [before or (1 << 62), at_most],
    )
    return [_document(row) for row in await rows.fetchall()]


async def history(tx: Transaction, document: Document) -> list[Document]:
    """Return every version of a document's number, oldest first."""
    rows = await tx.execute(
        _DOCUMENT + " WHERE d.org = %s AND d.kind = %s AND d.number = %s ORDER BY d.document_id",
        [document.org, document.kind, document.number],
    )
    return [_document(row) for row in await rows.fetchall()]


async def last_words(
    tx: Transaction, papers: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[datetime, bool]]:
    """Return when the newest version of each paper came, and whether it cancels it.

    A paper is named by sender, kind and number; one that the reader can't see is left out.
    """
    senders, kinds, numbers = zip(*papers, strict=True) if papers else ((), (), ())
    rows = await tx.execute(
        """
        SELECT w.party, w.kind, w.number, n.received_at, n.function = 'cancel'
        FROM unnest(%s::text[], %s::text[], %s::text[]) w (party, kind, number)
        JOIN organisation o ON o.party = w.party
        CROSS JOIN LATERAL (
            SELECT received_at, function FROM document d
            WHERE d.org = o.org AND d.kind = w.kind AND d.number = w.number
            ORDER BY d.document_id DESC LIMIT 1) n
        """,
        [list(senders), list(kinds), list(numbers)],
    )
    return {
        (party, kind, number): (at, bool(is_withdrawn))
        for party, kind, number, at, is_withdrawn in await rows.fetchall()
    }


async def by_id(tx: Transaction, id_: UUID) -> Document | None:
    """Return a document that the reader may see."""
    row = await (await tx.execute(_DOCUMENT + " WHERE d.id = %s", [id_])).fetchone()
    return None if row is None else _document(row)


async def opened(vault: Vault, document: Document) -> Content:
    """Return what a document says."""
    sealed = _decode(vault.open(document.key_salt, document.sealed))
    content = sealed.instruction or sealed.masses
    if content is None:
        raise ValueError("a document has a content")
    return content


def _document(row: Sequence[object]) -> Document:
    return Document(*row)  # type: ignore[arg-type]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Sealed).decode
