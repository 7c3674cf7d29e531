"""A manifest was filed: its bills are linked with what others filed above and below them."""

from datetime import datetime

from waglan.operations.fit_readers import fit_readers
from waglan.store import Transaction, links


async def link_consignments(tx: Transaction, manifest_id: int, *, now: datetime) -> int:
    """Let those see the bills who have to do with them by others' filings; return what changed.

    For the engine, after the filing's commit and in a transaction of its own; who calls again for
    the same manifest changes nothing.
    """
    await links.alone(tx)
    changed = await fit_readers(tx, await links.touched(tx, manifest_id), now=now)
    await links.add_linked(tx, manifest_id, now=now)
    return changed
