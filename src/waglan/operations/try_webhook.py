"""An endpoint is sent an event that means nothing, to see that it is told."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events
from waglan.store.webhooks import Webhook


async def try_webhook(
    tx: Transaction, party: PartyId, webhook: Webhook, times: int, *, now: datetime
) -> None:
    """Tell the organisation's own log of a test: it goes the way of every event, to this endpoint.

    It is told there so many times, whatever is wanted; others are told of it if they want it.
    """
    body = {"webhook": str(webhook.id)}
    about = Key(KeyKind.PARTY, party)
    told = Event(EventCode.WEBHOOK_TESTED, about, party, now, now, body)
    await events.append(tx, [told] * times)
