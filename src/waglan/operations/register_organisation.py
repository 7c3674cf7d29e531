"""The platform's operator lets an organisation in, with a person who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.issue_token import issue_token
from waglan.operations.register_person import NewPerson, register_person
from waglan.parties.role import Role
from waglan.store import Transaction, events, parties
from waglan.store.connect import act_as
from waglan.store.parties import NewToken


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """Who is let in: its id for ever, its name, what it does, and where it sends from."""

    party: PartyId
    name: str
    roles: Sequence[Role]
    addresses: Sequence[str]
    first: NewPerson
    token: NewToken


async def register_organisation(
    tx: Transaction, vault: Vault, new: NewOrganisation, *, now: datetime
) -> int:
    """Enter an organisation, its first person and his token; return its number in the store.

    The transaction goes on in the new organisation's name.
    """
    org = await parties.register(tx, new.party, new.name, new.roles, now=now)
    for address in new.addresses:
        await parties.add_address(tx, org, address, now=now)
    await act_as(tx, org)
    await register_person(tx, vault, org, new.first, now=now)
    told = Event(
        EventCode.ORGANISATION_REGISTERED,
        Key(KeyKind.PARTY, new.party),
        new.party,
        now,
        now,
        {
            "name": new.name,
            "roles": [*sorted(role.value for role in new.roles)],
            "addresses": [*sorted(new.addresses)],
        },
    )
    await events.append(tx, [told])
    await issue_token(tx, org, new.party, new.token)
    return org
