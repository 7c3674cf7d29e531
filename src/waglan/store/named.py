"""Whom bills name, and the marks of their goods, for those who may read names beside a bill."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from waglan.codes.party import PartyId
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Bill, Party
from waglan.manifest.personal import is_whole, open_personal
from waglan.store import Transaction, _binary

_bill = msgspec.json.Decoder(Bill).decode


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a bill names by the newest manifest that stands; what was erased is left out."""

    consignment: int
    filer: PartyId
    parent: str  # the bill above, empty for none
    parties: tuple[Party, ...]
    marks: tuple[tuple[int, str], ...]  # (goods item, what its packages bear), where told
    is_erased: bool  # in part or whole


async def named(
    tx: Transaction, vault: Vault, consignments: Collection[int], *, until: int | None = None
) -> list[Named]:
    """Return whom these bills name, of those that the organisation may read by name.

    They are opened for the filer, for the authority and by a full grant; a link opens none. With
    `until` it is as they stood when that manifest was filed.
    """
    asked = {"bills": _binary.numbers(consignments), "until": until}
    rows = await tx.execute(_NAMED, asked)
    return [
        Named(consignment, PartyId(filer), parent or "", *_opened(vault, *sealed))
        for consignment, filer, parent, *sealed in await rows.fetchall()
    ]


_NAMED = """
    SELECT b.consignment, o.party, b.parent, b.particulars, p.key_salt, p.sealed
    FROM (SELECT DISTINCT ON (k.consignment) k.consignment, k.manifest_id, k.org, k.parent,
                 k.particulars
          FROM names_bill(%(bills)s::int8[]) s JOIN bill k ON k.consignment = s.consignment
          WHERE %(until)s::int8 IS NULL AND k.manifest_id = s.manifest_id
             OR k.manifest_id <= %(until)s::int8
          ORDER BY k.consignment, k.manifest_id DESC) b
    JOIN organisation o ON o.org = b.org
    LEFT JOIN bill_personal p USING (consignment, manifest_id)
    ORDER BY b.consignment
"""


def _opened(
    vault: Vault, bill: bytes, salt: bytes | None, sealed: bytes
) -> tuple[tuple[Party, ...], tuple[tuple[int, str], ...], bool]:
    if salt is None:  # every bill has its sealed row until that is erased
        return (), (), True
    personal = open_personal(vault, bytes(salt), bytes(sealed))
    said = _bill(bill)
    items = zip(said.goods, personal.marks, strict=True)
    marks = tuple((goods.number, marks) for goods, marks in items if marks)
    return personal.parties, marks, said.erased or not is_whole(personal)
