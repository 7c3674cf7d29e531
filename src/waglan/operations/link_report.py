"""A report was kept: its movements are shown to those who have to do with what is in the boxes."""

from datetime import datetime

from waglan.operations.fit_movements import fit_movements
from waglan.store import Transaction, links, report_links


async def link_report(tx: Transaction, report_id: int, *, now: datetime) -> int:
    """Let readers of the boxes' bills see what was told of the boxes; return what changed.

    For the engine, after the report's commit and in a transaction of its own; who calls again for
    the same report changes nothing.
    """
    await links.alone(tx)
    changed = await fit_movements(tx, await report_links.of_report(tx, report_id), now=now)
    await report_links.add_linked(tx, report_id, now=now)
    return changed
