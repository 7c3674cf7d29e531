"""The versions of a manifest that stood before, as their filer declared them."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from waglan.manifest.model import Head
from waglan.store import Transaction

VERSIONS_MAX = 200  # the newest; whoever amends more often is told by these
_head = msgspec.json.Decoder(Head).decode


class Chain(NamedTuple):
    """What the versions of one manifest have in common: its filer and authority among it.

    Another authority's manifest of the same document and call is another one. `authority` is None
    where nobody knows yet with whom it is to be filed: then any will do.
    """

    org: int
    document: str
    call: str
    authority: int | None


IN_CHAIN = """
    WHERE org = %s AND document = %s AND call = %s AND filed_with = coalesce(%s::int8, filed_with)
"""


async def heads(tx: Transaction, chain: Chain) -> list[tuple[Head, datetime]]:
    """Return the head of each version of a manifest, and when it was filed, the first one first."""
    rows = await (
        await tx.execute(
            "SELECT head, filed_at FROM manifest" + IN_CHAIN + " ORDER BY version DESC LIMIT %s",
            [*chain, VERSIONS_MAX],
        )
    ).fetchall()
    return [(_head(head), filed_at) for head, filed_at in reversed(rows)]
