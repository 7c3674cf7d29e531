"""A haulier says by which key one of his drivers signs."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, openings


async def register_driver(
    tx: Transaction, by: tuple[int, PartyId], driver: str, public_key: bytes, *, now: datetime
) -> None:
    """Let a driver sign with this key, and with no other that he had."""
    org, party = by
    await openings.add_driver_key(tx, org, driver, public_key, now=now)
    body = {"driver": driver, "key_sha256": sha256(public_key).hexdigest()}
    about = Key(KeyKind.PARTY, party)
    await events.append(tx, [Event(EventCode.DRIVER_KEY_REGISTERED, about, party, now, now, body)])
