"""Consignments whose bill moves below another: they stay what they were."""

from collections.abc import Mapping

from waglan.store import Transaction


async def move(tx: Transaction, org: int, below: Mapping[int, str]) -> None:
    """Put consignments below another bill, each where none of that number stands yet.

    Decisions, grants and notices go with them; one that can't move is left where it is.
    """
    await tx.execute(
        """
        UPDATE consignment c SET parent = n.parent
        FROM unnest(%s::int8[], %s::text[]) AS n (consignment, parent)
        WHERE c.consignment = n.consignment AND c.org = %s AND NOT EXISTS (
            SELECT 1 FROM consignment o
            WHERE (o.org, o.parent, o.number) = (c.org, n.parent, c.number))
        """,
        [list(below), list(below.values()), org],
    )
