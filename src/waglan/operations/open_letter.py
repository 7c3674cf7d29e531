"""Somebody looks at a client's letter of authorisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.codes.chinese import match_key
from waglan.logbook.sealed import Vault
from waglan.parties.authorisation import Letter
from waglan.store import Transaction, sheets
from waglan.store.sheets import KeptStep

KIND = "letter"
END = "ended"
LETTERS_MAX = 5_000
LOOKED_AT_ONCE = 200


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
    return _kept(letter, await sheets.steps(tx, vault, letter))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are asked for: by a part of what their client is called, and ended or not."""

    at: datetime
    client: str = ""
    ended: bool | None = None

    def takes(self, one: KeptLetter) -> bool:
        """Whether a letter is one of those."""
        letter = one.letter
        is_over = letter is None or letter.ended_at is not None or letter.until <= self.at
        if self.ended not in (None, is_over):
            return False
        key = match_key(self.client)
        called = (*letter.client_names, letter.client_code) if letter else ()
        return not self.client or any(key in match_key(name) for name in called if name)


async def list_letters(
    tx: Transaction,
    vault: Vault,
    wanted: Wanted,
    *,
    before: UUID | None,
    at_most: int,
) -> list[KeptLetter]:
    """Return the firm's letters that are asked for, newest first, from below one on.

    What is sealed can't be searched in the database: it is opened page by page.
    """
    found = list[KeptLetter]()
    at_once = max(LOOKED_AT_ONCE, at_most)
    while True:
        some = [one.sheet for one in await sheets.listed(tx, KIND, before=before, at_most=at_once)]
        steps = await sheets.steps_of(tx, vault, some)
        kept = [_kept(one, steps[one]) for one in some]
        found += [one for one in kept if wanted.takes(one)]
        if len(found) >= at_most or len(some) < at_once:
            return found[:at_most]
        before = some[-1]


def _kept(letter: UUID, steps: Sequence[KeptStep]) -> KeptLetter:
    first, *rest = steps
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
