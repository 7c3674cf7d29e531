"""What an endpoint was not told, or was told before, is told again."""

from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, webhooks
from waglan.store.webhooks import Webhook


async def replay_webhook(
    tx: Transaction, party: PartyId, webhook: Webhook, after: int | None, *, now: datetime
) -> int:
    """Try an endpoint's dead letters anew, or tell all beyond a number of the log again.

    Return how many dead letters there were. What was delivered keeps its id.
    """
    revived = 0
    body: dict[str, str | int] = {"webhook": str(webhook.id)}
    if after is None:
        revived = await webhooks.revive(tx, webhook.number, now=now)
        body["dead"] = revived
    else:
        await webhooks.rewind(tx, webhook.number, after)
        body["after"] = after
    about = Key(KeyKind.PARTY, party)
    told = Event(EventCode.WEBHOOK_REPLAYED, about, party, now, now, body)
    await events.append(tx, [told])
    return revived
