"""Bills of one number: declared elsewhere, too, or gone on under another bill than before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from waglan.manifest.identity import BillKey
from waglan.store import Transaction, _binary
from waglan.store.versions import STANDS, Chain


async def twins(
    tx: Transaction, chain: Chain, bills: Iterable[BillKey], *, at_most: int | None = None
) -> dict[BillKey, tuple[str, str]]:
    """Return where else its filer has declared these bills, with the same authority.

    It is document and call of one. The manifest in hand is no other; manifests that were withdrawn,
    and bills that an amendment took out, are not counted.
    """
    wanted = list(bills)
    rows = await (
        await tx.execute(
            _TWINS,
            {
                **chain._asdict(),
                "parents": _binary.texts([parent for parent, _ in wanted]),
                "numbers": _binary.texts([number for _, number in wanted]),
                "at_most": at_most,
            },
        )
    ).fetchall()
    return {(parent, number): (document, call) for parent, number, document, call in rows}


TWINS_MAX = 1_000  # whoever declares a thousand bills anew knows what he did
_TWINS = f"""
    SELECT DISTINCT ON (b.number, coalesce(b.parent, ''))
           coalesce(b.parent, ''), b.number, m.document, m.call
    FROM unnest(%(parents)s::text[], %(numbers)s::text[]) AS asked (parent, number)
    JOIN bill b ON b.number = asked.number AND coalesce(b.parent, '') = asked.parent
               AND b.org = %(org)s
    JOIN manifest m ON m.manifest_id = b.manifest_id AND m.org = %(org)s
                   AND m.filed_with = coalesce(%(authority)s::int8, m.filed_with)
    WHERE (m.document, m.call) <> (%(document)s, %(call)s) AND {STANDS}
    ORDER BY b.number, coalesce(b.parent, ''), m.manifest_id DESC
    LIMIT %(at_most)s
"""


@dataclass(frozen=True, slots=True)
class StandsIn:
    """A bill and the newest manifest that stands with it."""

    consignment: int
    manifest: UUID
    version: int
    call: str


async def stand_in(tx: Transaction, bills: Iterable[int], *, before: int) -> dict[int, StandsIn]:
    """Return where these bills stand, of those that no manifest from that one on declares."""
    rows = await tx.execute(
        f"""
        SELECT b.consignment, m.id, m.version, m.call
        FROM (SELECT b.consignment, max(b.manifest_id) AS manifest_id
              FROM bill b JOIN manifest m USING (manifest_id)
              WHERE b.consignment = ANY (%s::int8[]) AND {STANDS} GROUP BY b.consignment) b
        JOIN manifest m USING (manifest_id) WHERE manifest_id < %s
        """.encode(),
        [_binary.numbers(bills), before],
    )
    return {int(row[0]): StandsIn(*row) for row in await rows.fetchall()}


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A consignment that no manifest declares any more; `parent` is the bill above, "" for none."""

    consignment: int
    parent: str
    number: str


async def left_behind(
    tx: Transaction, chain: Chain, bills: Collection[BillKey]
) -> list[LeftBehind]:
    """Return those that have these bills' numbers under another bill, the last to stand first.

    What was filed with another authority is another bill. The chain is that of the manifest in
    hand: what it declared does not count.
    """
    rows = await tx.execute(
        f"""
        SELECT c.consignment, c.parent, c.number
        FROM unnest(%(parents)s::text[], %(numbers)s::text[]) AS n (parent, number)
        JOIN consignment c ON (c.org, c.authority) = (%(org)s, %(authority)s)
                          AND c.number = n.number AND c.parent <> n.parent
        WHERE NOT EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = c.consignment
              AND (m.document, m.call) <> (%(document)s, %(call)s) AND {STANDS})
        ORDER BY (SELECT max(b.manifest_id) FROM bill b WHERE b.consignment = c.consignment) DESC
        """.encode(),
        {
            **chain._asdict(),
            "parents": _binary.texts([parent for parent, _ in bills]),
            "numbers": _binary.texts([number for _, number in bills]),
        },
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
                          WHERE (o.org, o.authority, o.parent, o.number)
                              = (c.org, c.authority, n.parent, c.number))
        """,
        [
            [one.consignment for one in below],
            [one.parent for one in below],
            list(below.values()),
            org,
        ],
    )
