"""Somebody looks at a client's letter of authorisation."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.logbook.sealed import Vault
from waglan.parties.authorisation import Letter
from waglan.store import Transaction, sheets

KIND = "letter"
END = "ended"
LETTERS_MAX = 5_000


class LetterSheet(msgspec.Struct, frozen=True):
    """What is kept of a letter, sealed: who gave it, for what, and the hash of the paper itself."""

    client: str
    profiles: tuple[str, ...]
    since: datetime
    until: datetime
    document_sha256: str
    client_zh: str = ""
    salt: bytes = b""
    client_code: str = ""  # what messages call him


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
    sheet = await sheets.one(tx, letter, KIND)
    if sheet is None:
        return None
    first, *rest = await sheets.steps(tx, vault, letter)
    ended = next((one.done_at for one in rest if one.act == END), None)
    if not first.plain:
        return KeptLetter(letter, None, None, first.done_at, first.done_by)
    said = read_letter(first.plain)
    known = replace(_letter(letter, said), ended_at=ended)
    return KeptLetter(letter, known, said, first.done_at, first.done_by)


async def letters_held(tx: Transaction, vault: Vault) -> list[Letter]:
    """Return the letters of this organisation that were not taken back, newest first."""
    found = await sheets.last_steps(tx, vault, KIND, before=None, at_most=LETTERS_MAX)
    return [_letter(sheet, read_letter(step.plain)) for sheet, step in found if step.plain]


def _letter(id_: UUID, said: LetterSheet) -> Letter:
    return Letter(
        str(id_),
        frozenset(said.profiles),
        said.since,
        said.until,
        client_names=tuple(filter(None, (said.client, said.client_zh))),
        client_code=said.client_code,
    )
