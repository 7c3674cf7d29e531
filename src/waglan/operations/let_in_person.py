"""Somebody lets one more person of his own organisation in, and the log says who did."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.register_person import NewPerson, register_person
from waglan.parties.role import Principal
from waglan.store import Transaction, events


async def let_in_person(
    tx: Transaction, by: tuple[int, Principal], vault: Vault, person: NewPerson, *, now: datetime
) -> None:
    """Keep who he is, sealed, and tell who let him in: both by their subject ids alone."""
    org, giver = by
    await register_person(tx, vault, org, person, now=now)
    told = Event(
        EventCode.PERSON_REGISTERED,
        Key(KeyKind.PARTY, giver.org),
        giver.org,
        now,
        now,
        {"subject": person.subject, "roles": [*person.roles], "by": person.by},
    )
    await events.append(tx, [told])
