"""Somebody who answers for what his organisation does is made known, under a key of his own."""

from dataclasses import dataclass
from datetime import datetime

from waglan.logbook.canonical import canonical
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, parties
from waglan.store.parties import PersonRow


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person; `subject` is what all else calls him, `key_salt` is fresh."""

    subject: str
    name: str
    contact: str
    key_salt: bytes


async def register_person(
    tx: Transaction, vault: Vault, org: int, person: NewPerson, *, now: datetime
) -> None:
    """Keep who he is, sealed; the log and every other row know him by his subject id alone."""
    plain = canonical({"name": person.name, "contact": person.contact})
    row = PersonRow(
        person.subject,
        person.key_salt,
        vault.seal(person.key_salt, plain),
        vault.blind(person.name),
    )
    await parties.add_person(tx, org, row, now=now)
