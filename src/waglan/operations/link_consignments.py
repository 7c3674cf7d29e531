"""A manifest was filed: its bills are linked with what others filed above and below them."""

from datetime import datetime

from waglan.operations.fit_movements import fit_movements
from waglan.operations.fit_readers import fit_readers
from waglan.store import Transaction, links, report_links


async def link_consignments(tx: Transaction, manifest_id: int, *, now: datetime) -> int:
    """Let those see the bills who have to do with them by others' filings; return what changed.

    For the engine, after the filing's commit and in a transaction of its own; who calls again for
    the same manifest changes nothing.
    """
    await links.alone(tx)
    touched = await links.touched(tx, manifest_id)
    moved = await report_links.of_consignments(tx, touched)
    changed = await fit_readers(tx, touched, now=now)
    # What was told of the boxes before the manifest came, or belonged to its version before.
    moved |= await report_links.of_manifest(tx, manifest_id)
    await fit_movements(tx, moved, now=now)
    await links.add_linked(tx, manifest_id, now=now)
    return changed
