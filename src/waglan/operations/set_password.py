"""A person has another password from now on, and is signed out wherever else he was."""

from dataclasses import dataclass, field
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, accounts, events
from waglan.store.accounts import Holder


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Whose, what argon2id made of it, how he came to it; `but` is the session he is in."""

    whose: Holder
    party: PartyId
    hashed: str = field(repr=False)
    salt: bytes
    how: str
    but: str = ""


async def set_password(tx: Transaction, vault: Vault, new: NewPassword, *, now: datetime) -> None:
    """Keep the hash, sealed, end his other sessions, and tell the log that it was done."""
    sealed = vault.seal(new.salt, new.hashed.encode())
    await accounts.set_password(tx, new.whose, (new.salt, sealed), now=now)
    ended = await accounts.end_sessions(tx, new.whose, but=new.but, now=now)
    told = Event(
        EventCode.PASSWORD_SET,
        Key(KeyKind.PARTY, new.party),
        new.party,
        now,
        now,
        {"subject": new.whose.subject, "how": new.how, "sessions_ended": len(ended)},
    )
    await events.append(tx, [told])
