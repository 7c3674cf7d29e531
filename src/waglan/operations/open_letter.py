"""Somebody looks at a client's letter of authorisation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.logbook.sealed import Vault
from waglan.parties.authorisation import Letter
from waglan.store import Transaction, sheets

END = "ended"


class LetterSheet(msgspec.Struct, frozen=True):
    """What is kept of a letter, sealed: who gave it, for what, and the hash of the paper itself."""

    client: str
    profiles: tuple[str, ...]
    since: datetime
    until: datetime
    document_sha256: str
    client_zh: str = ""
    salt: bytes = b""


read_letter = msgspec.msgpack.Decoder(LetterSheet).decode


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter as kept; `said` is None once its client was erased."""

    id: UUID
    letter: Letter | None
    said: LetterSheet | None
    recorded_at: datetime
    recorded_by: str


async def open_letter(tx: Transaction, vault: Vault, letter: UUID) -> KeptLetter | None:
    """Return a letter of this organisation; None if it has none of that id."""
    sheet = await sheets.one(tx, letter, "letter")
    if sheet is None:
        return None
    first, *rest = await sheets.steps(tx, vault, letter)
    ended = next((one.done_at for one in rest if one.act == END), None)
    if not first.plain:
        return KeptLetter(letter, None, None, first.done_at, first.done_by)
    said = read_letter(first.plain)
    known = Letter(str(letter), frozenset(said.profiles), said.since, said.until, ended)
    return KeptLetter(letter, known, said, first.done_at, first.done_by)
