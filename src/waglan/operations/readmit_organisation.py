"""The platform's operator lets an organisation in again that has nobody left who can sign in."""

from dataclasses import dataclass
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.issue_token import issue_token
from waglan.operations.register_person import NewPerson, register_person
from waglan.store import Transaction, events
from waglan.store.connect import act_as
from waglan.store.parties import NewToken


@dataclass(frozen=True, slots=True)
class Readmission:
    """Whom the operator lets in again, the person who signs in for it from now on, his token."""

    party: PartyId
    org: int
    by: PartyId
    first: NewPerson
    token: NewToken


async def readmit_organisation(
    tx: Transaction, vault: Vault, new: Readmission, *, now: datetime
) -> None:
    """Enter one more person with a token; that the operator did it stands in both their logs.

    Nobody else's token ends. The transaction goes on in the organisation's name.
    """
    told = Event(
        EventCode.ORGANISATION_READMITTED,
        Key(KeyKind.PARTY, new.party),
        new.by,
        now,
        now,
        {"subject": new.first.subject, "token": new.token.token},
        (),
        frozenset({new.party, new.by}),
    )
    await events.append(tx, [told])
    await act_as(tx, new.org)
    await register_person(tx, vault, new.org, new.first, now=now)
    await issue_token(tx, new.org, new.party, new.token)
