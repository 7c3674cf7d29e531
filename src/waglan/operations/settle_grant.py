"""A grant that was given, or taken back, takes effect."""

from datetime import datetime

from waglan.operations.fit_readers import fit_readers
from waglan.store import Transaction, links
from waglan.store.links import Unsettled


async def settle_grant(tx: Transaction, grant: Unsettled, *, now: datetime) -> None:
    """Show the consignment to its receiver, or take it from him, with all its events at once.

    For the engine: the giver's own role may write neither for others nor of others' events.
    """
    await links.alone(tx)
    await fit_readers(tx, {grant.consignment}, now=now)
    await links.add_settled(tx, grant, now=now)
