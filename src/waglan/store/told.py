"""What filings that an organisation may see tell of single bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from waglan.codes.party import PartyId
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Bill, Equipment, Head
from waglan.store import Transaction
from waglan.store.manifests import whole_bill
from waglan.store.versions import IS_NEWEST

_head = msgspec.json.Decoder(Head).decode
_equipment = msgspec.json.Decoder(Equipment).decode


@dataclass(frozen=True, slots=True)
class Told:
    """What one filing tells of one bill, as far as the reader may see it."""

    filer: PartyId
    document: str  # its number for the filer himself, for others the bill's
    filed_at: datetime | None
    head: Head
    bill: Bill
    consignment: int
    equipment: tuple[Equipment, ...]


async def told_of(
    tx: Transaction, vault: Vault, numbers: Sequence[str], *, at_most: int
) -> list[Told]:
    """Return the newest that each filer's manifests tell of bills of these numbers.

    Heads and lists of boxes are seen by their filer alone. A bill that its filer's newest version
    does not name any more is left out.
    """
    rows = await tx.execute(_TOLD, {"numbers": list(numbers), "at_most": at_most})
    found = []
    for filer, document, filed_at, head, consignment, manifest_id, *bill in await rows.fetchall():
        whole = await whole_bill(vault, *bill)
        boxes = await tx.execute(
            "SELECT particulars FROM equipment WHERE manifest_id = %s AND number = ANY (%s)"
            " ORDER BY n",
            [manifest_id, list({p.container for g in whole.goods for p in g.stowed})],
        )
        equipment = tuple(_equipment(particulars) for (particulars,) in await boxes.fetchall())
        known = _head(head) if head is not None else Head(document or whole.number)
        told = (PartyId(filer), document or whole.number, filed_at, known, whole)
        found.append(Told(*told, consignment, equipment))
    return found


_TOLD = f"""
    SELECT o.party, m.document, m.filed_at, m.head, b.consignment,
           b.manifest_id, b.particulars, p.key_salt, p.sealed
    FROM (SELECT DISTINCT ON (consignment) consignment, manifest_id, org, particulars FROM bill
          WHERE number = ANY (%(numbers)s)
          ORDER BY consignment, manifest_id DESC LIMIT %(at_most)s) b
    JOIN organisation o ON o.org = b.org
    LEFT JOIN bill_personal p USING (consignment, manifest_id)
    LEFT JOIN manifest m ON m.manifest_id = b.manifest_id
    WHERE {IS_NEWEST}
    ORDER BY b.manifest_id
"""
