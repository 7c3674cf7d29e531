"""Consignments that go on under another bill than before: they stay what they were."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from waglan.manifest.identity import BillKey
from waglan.store import Transaction, _binary


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A consignment that no manifest declares any more; `parent` is the bill above, "" for none."""

    consignment: int
    parent: str
    number: str


async def left_behind(
    tx: Transaction, org: int, bills: Collection[BillKey], *, beside: tuple[str, str]
) -> list[LeftBehind]:
    """Return those that have these bills' numbers under another bill, the last to stand first.

    `beside` are document and call of the manifest in hand: what it declared does not count.
    """
    rows = await tx.execute(
        """
        SELECT c.consignment, c.parent, c.number
        FROM unnest(%s::text[], %s::text[]) AS n (parent, number)
        JOIN consignment c ON c.org = %s AND c.number = n.number AND c.parent <> n.parent
        WHERE NOT EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = c.consignment AND m.function <> 'cancel'
              AND (m.document, m.call) <> (%s, %s) AND NOT EXISTS (
                SELECT 1 FROM manifest l WHERE (l.org, l.document, l.call)
                    = (m.org, m.document, m.call) AND l.version > m.version))
        ORDER BY (SELECT max(b.manifest_id) FROM bill b WHERE b.consignment = c.consignment) DESC
        """,
        [
            _binary.texts([parent for parent, _ in bills]),
            _binary.texts([number for _, number in bills]),
            org,
            *beside,
        ],
    )
    return [LeftBehind(*row) for row in await rows.fetchall()]


async def move(tx: Transaction, org: int, below: Mapping[LeftBehind, str]) -> None:
    """Put consignments below another bill, each where none of that number stands yet.

    Decisions, grants and notices go with them. Where there is one already, or another transaction
    was quicker, the grants alone go over to it: see `grants.move`.
    """
    await tx.execute(
        """
        UPDATE consignment c SET parent = n.parent
        FROM unnest(%s::int8[], %s::text[], %s::text[]) AS n (consignment, before, parent)
        WHERE (c.consignment, c.parent) = (n.consignment, n.before) AND c.org = %s
          AND NOT EXISTS (SELECT 1 FROM consignment o
                          WHERE (o.org, o.parent, o.number) = (c.org, n.parent, c.number))
        """,
        [
            [one.consignment for one in below],
            [one.parent for one in below],
            list(below.values()),
            org,
        ],
    )
