"""The platform makes known the keys that it signs statements with, and which have ended."""

from collections.abc import Collection
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.key_set import read_key_set, renewed
from waglan.logbook.signing import PublicKey
from waglan.store import Transaction, events, key_sets


async def publish_keys(
    tx: Transaction,
    by: PartyId,
    signing: Collection[PublicKey],
    compromised: Collection[str],
    *,
    now: datetime,
) -> bool:
    """Publish the set in which these keys sign and all others have ended; False if it stands so."""
    await key_sets.alone(tx)
    last = await key_sets.newest(tx)
    old = None if last is None else read_key_set(last.said)
    if last is not None and old is None:
        raise ValueError("the key set that was published last can't be read")
    new = renewed(old, signing, compromised, now=now)
    if new == old:
        return False
    told = Event(EventCode.KEY_SET_PUBLISHED, Key(KeyKind.PARTY, by), by, now, now, new.body())
    [event_id] = await events.append(tx, [told])
    await key_sets.add(tx, event_id)
    return True
