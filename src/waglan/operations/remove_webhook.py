"""An organisation is told no more at an endpoint, and its secrets are forgotten."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, webhooks
from waglan.store.webhooks import Webhook


async def remove_webhook(
    tx: Transaction, party: PartyId, webhook: Webhook, *, now: datetime
) -> None:
    """Forget an endpoint; what was under way may still arrive once."""
    await webhooks.remove(tx, webhook.number)
    about = Key(KeyKind.PARTY, party)
    body = {"webhook": str(webhook.id)}
    told = Event(EventCode.WEBHOOK_REMOVED, about, party, now, now, body)
    await events.append(tx, [told])
