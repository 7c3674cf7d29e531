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

# Whether `m` is the newest version of its manifest.
IS_NEWEST = """
    NOT EXISTS (
        SELECT 1 FROM manifest n WHERE (n.org, n.document, n.call, n.filed_with)
            = (m.org, m.document, m.call, m.filed_with) AND n.version > m.version)
"""
# Whether `m` stands: its filer cancelled nothing by it, and filed no newer version of it.
STANDS = f"m.function <> 'cancel' AND {IS_NEWEST}"


async def heads(tx: Transaction, chain: Chain) -> list[tuple[Head, datetime]]:
    """Return the head of each version of a manifest, and when it was filed, the first one first."""
    rows = await (
        await tx.execute(
            "SELECT head, filed_at FROM manifest" + IN_CHAIN + " ORDER BY version DESC LIMIT %s",
            [*chain, VERSIONS_MAX],
        )
    ).fetchall()
    return [(_head(head), filed_at) for head, filed_at in reversed(rows)]


async def before(tx: Transaction, manifest_id: int) -> int | None:
    """Return the manifest of which this one is the next version; None if it is the first."""
    rows = await tx.execute(
        """
        SELECT o.manifest_id FROM manifest m JOIN manifest o
          ON (o.org, o.document, o.call, o.filed_with) = (m.org, m.document, m.call, m.filed_with)
         AND o.version < m.version
        WHERE m.manifest_id = %s ORDER BY o.version DESC LIMIT 1
        """,
        [manifest_id],
    )
    row = await rows.fetchone()
    return None if row is None else int(row[0])
