"""In which manifests the boxes of held bills are looked for, as the authority knows them."""

from collections.abc import Collection, Mapping

from waglan.customs.hold_list import HELD
from waglan.customs.likeness import ANEW_MAX
from waglan.store import Transaction, _binary


async def manifests(tx: Transaction, consignments: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the manifests of each of these bills that is held, oldest first; the last is there.

    They are those in which it was held first and those filed since, and those that stood then
    beside: a ship that came long before is another voyage's. What had been replaced by then held
    none of the goods any more.
    """
    asked = {"bills": _binary.numbers(consignments), "held": _HELD, "long": ANEW_MAX}
    rows = await tx.execute(_MANIFESTS, asked)
    return {int(bill): tuple(found) for bill, found in await rows.fetchall()}


_HELD = sorted(status.value for status in HELD)
_MANIFESTS = """
    WITH first AS MATERIALIZED (
        SELECT d.consignment, min(d.manifest_id) AS manifest_id FROM decision d
        WHERE d.consignment = ANY (%(bills)s::int8[]) AND d.status = ANY (%(held)s)
          AND NOT EXISTS (SELECT 1 FROM decision l WHERE l.consignment = d.consignment
                          AND l.version > d.version AND l.status <> ALL (%(held)s))
        GROUP BY d.consignment
    )
    SELECT f.consignment, array_agg(b.manifest_id ORDER BY b.manifest_id)
    FROM first f JOIN manifest o ON o.manifest_id = f.manifest_id
    JOIN bill b ON b.consignment = f.consignment
    JOIN manifest m ON m.manifest_id = b.manifest_id
    WHERE b.manifest_id >= f.manifest_id
       OR (greatest(m.filed_at, m.arrives_at) >= o.filed_at - %(long)s AND NOT EXISTS (
               SELECT 1 FROM manifest n WHERE (n.org, n.document, n.call, n.filed_with)
                   = (m.org, m.document, m.call, m.filed_with)
                 AND n.version > m.version AND n.manifest_id <= f.manifest_id))
    GROUP BY f.consignment
"""


async def boxes(tx: Transaction, held: Mapping[int, Collection[int]]) -> dict[int, tuple[str, ...]]:
    """Return each container that these bills name in such manifests of theirs."""
    both = [(bill, manifest) for bill, of in held.items() for manifest in of]
    asked = {
        "bills": _binary.numbers(bill for bill, _ in both),
        "of": _binary.numbers(manifest for _, manifest in both),
        "manifests": _binary.numbers({manifest for _, manifest in both}),
    }
    rows = await tx.execute(_BOXES, asked)
    return {int(bill): tuple(found) for bill, found in await rows.fetchall()}


# All boxes of such a manifest lie together, and those of one bill nowhere.
_BOXES = """
    WITH listed AS MATERIALIZED (
        SELECT consignment, manifest_id, container FROM bill_equipment
        WHERE manifest_id = ANY (%(manifests)s::int8[]) AND consignment = ANY (%(bills)s::int8[])
    )
    SELECT consignment, array_agg(DISTINCT container ORDER BY container)
    FROM unnest(%(bills)s::int8[], %(of)s::int8[]) AS h (consignment, manifest_id)
    JOIN listed USING (consignment, manifest_id)
    GROUP BY consignment
"""
