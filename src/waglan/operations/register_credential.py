"""A machine may act for an organisation because a named person answers for it."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, parties
from waglan.store.parties import Credential


async def register_credential(
    tx: Transaction, org: int, party: PartyId, credential: Credential, *, now: datetime
) -> None:
    """Register a machine credential with the person accountable for it, and tell the log."""
    await parties.add_credential(tx, org, credential, now=now)
    told = Event(
        EventCode.CREDENTIAL_REGISTERED,
        Key(KeyKind.PARTY, party),
        party,
        now,
        now,
        {
            "credential": credential.credential,
            "label": credential.label,
            "accountable": credential.accountable,
        },
    )
    await events.append(tx, [told])
