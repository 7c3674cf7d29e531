"""The versions of a manifest that stood before, as their filer declared them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from waglan.manifest.model import Function, Head
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


@dataclass(frozen=True, slots=True)
class Made:
    """The version that a message made of a manifest, and the one that stands of it now.

    `by_message` is the message that made what stands.
    """

    manifest: UUID
    document: str
    call: str
    version: int
    stands: int
    function: Function
    by_message: UUID


async def made_by(tx: Transaction, messages: Sequence[UUID]) -> dict[UUID, Made]:
    """Return what each of these messages made, as far as the reader filed it: its first manifest.

    A message that was refused, or made none, is left out.
    """
    rows = await tx.execute(
        """
        SELECT DISTINCT ON (x.id) x.id, m.id, m.document, m.call, m.version,
               n.version, n.function, y.id
        FROM message x JOIN manifest m USING (message_id)
        JOIN LATERAL (
            SELECT l.version, l.function, l.message_id FROM manifest l
            WHERE (l.org, l.document, l.call, l.filed_with)
                = (m.org, m.document, m.call, m.filed_with)
            ORDER BY l.version DESC LIMIT 1) n ON true
        JOIN message y ON y.message_id = n.message_id
        WHERE x.id = ANY (%s) AND m.org = current_org() ORDER BY x.id, m.manifest_id
        """,
        [list(messages)],
    )
    return {
        message: Made(manifest, document, call, version, stands, Function(function), by)
        for message, manifest, document, call, version, stands, function, by in (
            await rows.fetchall()
        )
    }
