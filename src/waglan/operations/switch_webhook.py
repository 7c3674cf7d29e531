"""An endpoint is told nothing for a time, and later again from where it was stopped."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, webhooks
from waglan.store.webhooks import Webhook


async def switch_webhook(
    tx: Transaction, party: PartyId, webhook: Webhook, *, is_on: bool, now: datetime
) -> None:
    """Stop an endpoint or resume it; nothing happens to one that is so already."""
    if is_on:
        done = await webhooks.resume(tx, webhook.number, now=now)
    else:
        done = await webhooks.stop(tx, webhook.number)
    if not done:
        return
    code = EventCode.WEBHOOK_RESUMED if is_on else EventCode.WEBHOOK_STOPPED
    body = {"webhook": str(webhook.id)} | ({} if is_on else {"why": "owner"})
    told = Event(code, Key(KeyKind.PARTY, party), party, now, now, body)
    await events.append(tx, [told])
