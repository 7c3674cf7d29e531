"""Somebody who answers for what his organisation does is made known, under a key of his own."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from waglan.logbook.canonical import canonical
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, accounts, parties
from waglan.store.accounts import Holder
from waglan.store.parties import PersonRow


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person; `subject` is what all else calls him, `key_salt` is fresh."""

    subject: str
    name: str
    contact: str
    key_salt: bytes
    roles: tuple[str, ...] = ()  # within his firm; none for whose token alone says it
    by: str = ""  # who gives them


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
    if person.roles:
        by = person.by or person.subject
        await accounts.set_roles(tx, Holder(org, person.subject), person.roles, by=by, now=now)


def read_person(vault: Vault, salt: bytes, sealed: bytes) -> tuple[str, str]:
    """Return the name and contact that were sealed."""
    read = msgspec.json.decode(vault.open(salt, sealed), type=dict[str, str])
    return read["name"], read["contact"]
