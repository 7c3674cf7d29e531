"""All that is worked out from the record is worked out again: standings, feeds, readers."""

from datetime import datetime

from waglan.operations.fit_movements import fit_movements
from waglan.operations.fit_readers import fit_readers
from waglan.store import Transaction, links, report_links
from waglan.store.rebuild import Difference, consignments, drop_expired, renew

BATCH_BILLS = 2_000
BATCH_MOVEMENTS = 5_000


async def rebuild(tx: Transaction, *, now: datetime) -> list[Difference]:
    """Put right what differs from the record, and return how much did; zeros mean nothing did.

    To look only, roll the transaction back. Whoever writes projections waits until it ends.
    """
    found = await renew(tx)
    await links.alone(tx)
    await drop_expired(tx, now)
    changed, last = 0, -1
    while batch := await consignments(tx, after=last, at_most=BATCH_BILLS):
        last = batch[-1]
        changed += await fit_readers(tx, batch, now=now)
    moved, last = 0, -1
    while movements := await report_links.every(tx, after=last, at_most=BATCH_MOVEMENTS):
        last = movements[-1]
        moved += await fit_movements(tx, movements, now=now)
    return [
        *found,
        Difference("reader by link or grant", changed, 0),
        Difference("movement_reader", moved, 0),
    ]
