"""A sender's messages begin one after the other, as he sent them, whichever worker does them.

A look at what waits shows all that a sender sent before: his next message begins in that look only
after the one before it has ended. One that fails holds the later ones up until it is given up, and
not longer; how often it failed stands in the store, since workers are many and die.
"""

from datetime import datetime

from waglan.gateway.patience import FIRST_RETRY, LAST_RETRY
from waglan.store import Transaction, lease, message_tries
from waglan.store.connect import Pool, transaction
from waglan.store.message_tries import Tried

TRIES_MAX = 8  # of a message, in some four minutes; then it is ended without what fails


async def claim(tx: Transaction, message_id: int, *, now: datetime) -> int:
    """Take a message until the transaction ends; return how many tries of it failed.

    Raise Claimed while another worker has it, or the time of its next try has not come.
    """
    await lease.claim(tx, "message", message_id)
    tried = await message_tries.last(tx, message_id)
    if tried.until is not None and now < tried.until:
        raise lease.Claimed(f"message {message_id} is put off")
    return tried.n


async def count_failed(pool: Pool, org: int, message_id: int, *, now: datetime) -> int:
    """Write down that a try failed; return how many did.

    Raise Claimed where another worker tries it by now, or has counted this moment: a message that
    later ones pass is begun by nobody, so no try may end uncounted beside one that runs.
    """
    async with transaction(pool, org) as tx:
        tries = await claim(tx, message_id, now=now) + 1
        wait = min(FIRST_RETRY * 2 ** min(tries - 1, TRIES_MAX), LAST_RETRY)
        await message_tries.add(tx, message_id, Tried(tries, now + wait), now=now)
    return tries
