"""An endpoint gets another secret; for a time bodies are signed under both."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, events, webhooks
from waglan.store.webhooks import Webhook


async def rotate_webhook_secret(
    tx: Transaction,
    whose: tuple[int, PartyId],
    kept: tuple[Vault, tuple[Webhook, str], datetime],
    *,
    now: datetime,
) -> None:
    """Keep a newer secret of an endpoint; those before it count until then."""
    (org, party), (vault, (webhook, secret), until) = whose, kept
    await webhooks.add_secret(tx, vault, (org, webhook.number), secret, others_until=until)
    body = {"webhook": str(webhook.id)}
    about = Key(KeyKind.PARTY, party)
    told = Event(EventCode.WEBHOOK_SECRET_ROTATED, about, party, now, now, body)
    await events.append(tx, [told])
