"""A machine may act for an organisation because one of its people answers for it."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, events, parties, people
from waglan.store.accounts import Holder
from waglan.store.parties import Credential


async def person_meant(tx: Transaction, vault: Vault, by: Holder, said: str) -> str | Finding:
    """Return the one person of the firm who is meant by a name or id; his subject id.

    A name that is the asker's own is himself. Nobody leaves the firm until the transaction ends.
    """
    await people.alone(tx, by.org)
    here = await people.here(tx, by.org, said.strip(), vault.blind(said))
    if by.subject in here:
        return by.subject
    where = Where("body.accountable_name")
    if not here:
        return Finding("CREDENTIAL-PERSON-UNKNOWN", Severity.ERROR, where, {})
    if len(here) > 1:
        return Finding("CREDENTIAL-PERSON-SEVERAL", Severity.ERROR, where, {"persons": len(here)})
    return here[0]


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
