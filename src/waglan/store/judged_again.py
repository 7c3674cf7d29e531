"""What is judged again in PostgreSQL, since a bill that was held is declared no more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.customs.likeness import ANEW_MAX
from waglan.customs.worklist import KEPT_ON
from waglan.store import Transaction, _binary
from waglan.store.versions import STANDS


async def held_and_gone(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (bill, authority) of those withdrawn while held of which nothing was judged again.

    For the engine, as the log was last read.
    """
    rows = await tx.execute(
        """
        SELECT s.consignment, s.authority FROM standing s
        WHERE s.is_withdrawn AND (s.waits IS NOT NULL OR s.status = 'seized')
          AND (s.waits = ANY (%s) OR s.status = 'seized')
          AND NOT EXISTS (SELECT 1 FROM judged_again j WHERE (j.consignment, j.manifest_id)
                          = (s.consignment, s.manifest_id))
        ORDER BY s.consignment LIMIT %s
        """,
        [[wait.value for wait in KEPT_ON], at_most],
    )
    return [(int(bill), int(authority)) for bill, authority in await rows.fetchall()]


async def add(tx: Transaction, authority: int, consignment: int, *, now: datetime) -> None:
    """Say that what may be of this bill's goods was judged again since it was withdrawn."""
    await tx.execute(
        "INSERT INTO judged_again (consignment, manifest_id, authority, judged_at)"
        " SELECT consignment, manifest_id, %s, %s FROM standing WHERE consignment = %s"
        " ON CONFLICT DO NOTHING",
        [authority, now, consignment],
    )


async def held_since(tx: Transaction, consignments: Collection[int]) -> dict[int, int]:
    """Return in which manifest each of these bills was held first, without a break since.

    One that a table or the sample wanted is held from then on, though no officer decided of it yet.
    """
    rows = await tx.execute(
        """
        SELECT h.consignment, min(h.manifest_id) FROM (
            SELECT d.consignment, d.manifest_id, d.decided_at AS at FROM decision d
            WHERE d.consignment = ANY (%(bills)s::int8[]) AND d.status <> ALL (%(free)s)
            UNION ALL
            SELECT a.consignment, a.manifest_id, a.assessed_at FROM assessment a
            WHERE a.consignment = ANY (%(bills)s::int8[]) AND a.targeting <> '{}') h
        WHERE NOT EXISTS (SELECT 1 FROM decision l WHERE l.consignment = h.consignment
                          AND l.decided_at > h.at AND l.status = ANY (%(free)s))
        GROUP BY h.consignment
        """,
        {"bills": _binary.numbers(consignments), "free": _FREE},
    )
    return {int(bill): int(manifest) for bill, manifest in await rows.fetchall()}


_FREE = ["not-selected", "cleared"]


async def boxes_since(tx: Transaction, since: dict[int, int]) -> list[tuple[int, str]]:
    """Return (bill, container) of each container that these bills named since such a manifest."""
    rows = await tx.execute(
        "SELECT DISTINCT e.consignment, e.container"
        " FROM unnest(%s::int8[], %s::int8[]) AS s (consignment, manifest_id)"
        " JOIN bill b ON b.consignment = s.consignment AND b.manifest_id >= s.manifest_id"
        " JOIN bill_equipment e ON (e.manifest_id, e.consignment) = (b.manifest_id, b.consignment)",
        [_binary.numbers(since), _binary.numbers(since.values())],
    )
    return [(int(bill), container) for bill, container in await rows.fetchall()]


async def boxes_left(tx: Transaction, since: dict[int, int]) -> list[tuple[int, str]]:
    """Return (bill, container) of what these bills named since and in no manifest name now."""
    rows = await tx.execute(
        f"""
        SELECT DISTINCT e.consignment, e.container
        FROM unnest(%s::int8[], %s::int8[]) AS s (consignment, manifest_id)
        JOIN bill_equipment e ON e.consignment = s.consignment AND e.manifest_id >= s.manifest_id
        WHERE NOT EXISTS (
            SELECT 1 FROM bill_equipment k JOIN manifest m USING (manifest_id)
            WHERE k.consignment = e.consignment AND k.container = e.container AND {STANDS})
        """.encode(),
        [_binary.numbers(since), _binary.numbers(since.values())],
    )
    return [(int(bill), container) for bill, container in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Heir:
    """A manifest that stands and may declare a withdrawn bill's goods."""

    manifest_id: int
    is_judged: bool


async def heirs(
    tx: Transaction, consignment: int, *, since: int, consignees: Sequence[bytes]
) -> list[Heir]:
    """Return the standing manifests that may go on with a bill that was held in `since`.

    Such have its filer's very number under another bill, or came since with a number or a container
    that may look like one of its own, or name one of its `consignees`, given by blind index: how
    alike they are is for who reads them. What was filed long before is another voyage's.
    """
    asked = {"bill": consignment, "since": since, "long": ANEW_MAX, "consignees": [*consignees]}
    rows = await tx.execute(_HEIRS.encode(), asked)
    return [Heir(int(manifest), is_judged) for manifest, is_judged in await rows.fetchall()]


def _folded(column: str) -> str:
    bare = f"regexp_replace({column}, '[^[:alnum:]]', '', 'g')"
    return f"translate(upper({bare}), 'OIL', '011')"


def _is_like(column: str, own: str, folded: str) -> str:
    """Whether it is one of its own; what is not plain may be any."""
    return f"({folded} IN (SELECT word FROM {own}) OR {column} ~ '[^ -~]')"


def _serial(column: str) -> str:
    """A container's number without its check digit, which tells nothing that is not there."""
    return f"left({_folded(column)}, 10)"


_HEIRS = f"""
    WITH own AS MATERIALIZED (
        SELECT * FROM bill WHERE consignment = %(bill)s AND manifest_id >= %(since)s
    ), numbers AS MATERIALIZED (
        SELECT DISTINCT {_folded("number")} AS word FROM own
    ), boxes AS MATERIALIZED (
        SELECT DISTINCT {_serial("e.container")} AS word
        FROM own JOIN bill_equipment e USING (manifest_id, consignment)
    ), may_be AS (
        SELECT b.manifest_id FROM bill b
        WHERE (b.org, b.number) IN (SELECT org, number FROM own) AND b.consignment <> %(bill)s
        UNION
        SELECT b.manifest_id FROM bill b
        WHERE b.manifest_id >= %(since)s AND b.consignment <> %(bill)s
          AND {_is_like("b.number", "numbers", _folded("b.number"))}
        UNION
        SELECT e.manifest_id FROM bill_equipment e
        WHERE e.manifest_id >= %(since)s AND e.consignment <> %(bill)s
          AND {_is_like("e.container", "boxes", _serial("e.container"))}
        UNION
        SELECT p.manifest_id FROM bill_personal p
        WHERE p.blind && %(consignees)s::bytea[]
          AND p.manifest_id >= %(since)s AND p.consignment <> %(bill)s
    )
    SELECT m.manifest_id,
           EXISTS (SELECT 1 FROM judgement j WHERE j.manifest_id = m.manifest_id)
    FROM may_be JOIN manifest m USING (manifest_id)
    WHERE m.filed_with = current_org()
      AND m.filed_at >= (SELECT filed_at FROM manifest WHERE manifest_id = %(since)s) - %(long)s
      AND {STANDS}
    ORDER BY m.manifest_id
"""


async def newer_versions(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (manifest, authority) of newer versions whose bills of before nobody looked at since.

    For the engine. A cancellation is such a version too.
    """
    rows = await tx.execute(
        "SELECT m.manifest_id, m.filed_with FROM manifest m WHERE m.version > 1 AND NOT EXISTS"
        " (SELECT 1 FROM looked_back l WHERE l.manifest_id = m.manifest_id)"
        " ORDER BY m.manifest_id LIMIT %s",
        [at_most],
    )
    return [(int(manifest), int(authority)) for manifest, authority in await rows.fetchall()]


async def add_look_back(
    tx: Transaction, authority: int, manifest_id: int, *, now: datetime
) -> None:
    """Say that the bills of the version before this one were looked at."""
    await tx.execute(
        "INSERT INTO looked_back (manifest_id, authority, looked_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [manifest_id, authority, now],
    )


async def is_settled(tx: Transaction, manifest_id: int, before: int) -> bool:
    """Whether a version that stands was judged, and the log tells of it and of what went before."""
    row = await (
        await tx.execute(
            """
            SELECT (m.function = 'cancel' OR EXISTS (
                       SELECT 1 FROM judgement j WHERE j.manifest_id = m.manifest_id))
               AND NOT EXISTS (
                   SELECT 1 FROM bill b LEFT JOIN standing s USING (consignment)
                   WHERE b.manifest_id = m.manifest_id
                     AND coalesce(s.newest_id, 0) < m.manifest_id)
               AND NOT EXISTS (SELECT 1 FROM standing s
                               WHERE s.manifest_id = %s AND NOT s.is_withdrawn)
            FROM manifest m WHERE m.manifest_id = %s
            """,
            [before, manifest_id],
        )
    ).fetchone()
    return bool(row and row[0])


@dataclass(frozen=True, slots=True)
class StillStands:
    """A bill of the version before, with the newest manifest by which it stands."""

    consignment: int
    manifest_id: int
    is_elsewhere: bool  # the newer version does not have it


async def still_stand(tx: Transaction, manifest_id: int, before: int) -> list[StillStands]:
    """Return which bills of the version before a newer one stand, in that one or in another."""
    rows = await tx.execute(
        f"""
        SELECT o.consignment, w.manifest_id, NOT EXISTS (
                   SELECT 1 FROM bill k WHERE (k.consignment, k.manifest_id)
                       = (o.consignment, %(newer)s))
        FROM bill o CROSS JOIN LATERAL (
            SELECT max(b.manifest_id) AS manifest_id FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = o.consignment AND {STANDS}) w
        WHERE o.manifest_id = %(before)s AND w.manifest_id IS NOT NULL
        ORDER BY o.consignment
        """.encode(),
        {"newer": manifest_id, "before": before},
    )
    return [StillStands(*row) for row in await rows.fetchall()]
