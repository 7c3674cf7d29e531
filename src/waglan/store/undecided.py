"""What was left to an officer who has not decided of it yet: the authority's alone."""

from collections.abc import Collection
from dataclasses import dataclass

from waglan.codes.customs_status import CustomsStatus
from waglan.store import Transaction, _binary
from waglan.store.versions import STANDS


@dataclass(frozen=True, slots=True)
class Wish:
    """What a table or the sample wanted of a bill, and by which rows."""

    wanted: CustomsStatus
    targeting: tuple[str, ...]


async def wishes(tx: Transaction, consignments: Collection[int]) -> dict[int, list[Wish]]:
    """Return what was wanted of each of these bills and is not decided yet, the oldest first.

    So is what was wanted of a withdrawn bill that has its filer and number under another bill.
    """
    rows = await tx.execute(_WISHES, {"bills": _binary.numbers(consignments)})
    found: dict[int, list[Wish]] = {}
    for bill, wanted, targeting in await rows.fetchall():
        found.setdefault(int(bill), []).append(Wish(CustomsStatus(wanted), tuple(targeting)))
    return found


_WISHES = f"""
    WITH beside AS (
        SELECT bill, bill AS own FROM unnest(%(bills)s::int8[]) AS i (bill)
        UNION ALL
        SELECT c.consignment, o.consignment
        FROM consignment c JOIN consignment o ON (o.org, o.authority, o.number)
                = (c.org, c.authority, c.number) AND o.consignment <> c.consignment
        WHERE c.consignment = ANY (%(bills)s::int8[]) AND NOT EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = o.consignment AND {STANDS}))
    SELECT b.bill, a.wanted, a.targeting FROM beside b JOIN assessment a ON a.consignment = b.own
    WHERE a.targeting <> '{{}}' AND NOT EXISTS (
        SELECT 1 FROM decision d WHERE d.consignment = a.consignment
          AND d.decided_at > a.assessed_at)
    ORDER BY b.bill, a.event_id
""".encode()


async def left_elsewhere(
    tx: Transaction, consignments: Collection[int], manifest_id: int
) -> set[int]:
    """Return which of these bills wait for an officer by another manifest that stands."""
    rows = await tx.execute(
        f"""
        SELECT DISTINCT a.consignment FROM assessment a JOIN manifest m USING (manifest_id)
        WHERE a.consignment = ANY (%s::int8[]) AND a.manifest_id <> %s AND {STANDS}
          AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.consignment = a.consignment
                          AND d.decided_at > a.assessed_at)
        """.encode(),
        [_binary.numbers(consignments), manifest_id],
    )
    return {int(bill) for (bill,) in await rows.fetchall()}


async def standing_among(tx: Transaction, manifest_ids: Collection[int]) -> set[int]:
    """Return which of these manifests stand."""
    asked = f"SELECT m.manifest_id FROM manifest m WHERE m.manifest_id = ANY (%s) AND {STANDS}"
    rows = await tx.execute(asked.encode(), [list(manifest_ids)])
    return {int(manifest) for (manifest,) in await rows.fetchall()}
