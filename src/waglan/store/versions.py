"""The versions of a manifest that stood before, as their filer declared them."""

from datetime import datetime

import msgspec

from waglan.manifest.model import Head
from waglan.store import Transaction

VERSIONS_MAX = 200  # the newest; whoever amends more often is told by these
_head = msgspec.json.Decoder(Head).decode


async def heads(tx: Transaction, org: int, document: str, call: str) -> list[tuple[Head, datetime]]:
    """Return the head of each version that an organisation filed, and when, the first one first."""
    rows = await (
        await tx.execute(
            "SELECT head, filed_at FROM manifest WHERE org = %s AND document = %s AND call = %s"
            " ORDER BY version DESC LIMIT %s",
            [org, document, call, VERSIONS_MAX],
        )
    ).fetchall()
    return [(_head(head), filed_at) for head, filed_at in reversed(rows)]
