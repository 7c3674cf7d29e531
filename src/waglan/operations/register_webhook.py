"""An organisation says where it wants to be told of its events."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, events, webhooks
from waglan.store.webhooks import NewWebhook


async def register_webhook(
    tx: Transaction,
    vault: Vault,
    whose: tuple[int, PartyId],
    new: tuple[NewWebhook, str],
    *,
    now: datetime,
) -> bool:
    """Keep an endpoint with its first secret; False if the organisation has as many as it may.

    The log tells what is wanted, and neither address nor secret.
    """
    (org, party), (webhook, secret) = whose, new
    if not await webhooks.has_room(tx, org):
        return False
    number = await webhooks.add(tx, vault, org, webhook, now=now)
    await webhooks.add_secret(tx, vault, (org, number), secret, others_until=now)
    body: dict[str, Value] = {"webhook": str(webhook.id), "wanted": [*webhook.wanted]}
    about = Key(KeyKind.PARTY, party)
    told = Event(EventCode.WEBHOOK_REGISTERED, about, party, now, now, body)
    await events.append(tx, [told])
    return True
