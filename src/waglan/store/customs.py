"""Judgements, decisions and notices in PostgreSQL: the authority's alone until they are served."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from waglan.codes.customs_status import STATUSES, CustomsStatus
from waglan.codes.members import values
from waglan.store import Transaction, _binary, bulk
from waglan.store.serving import NEWEST
from waglan.store.versions import STANDS


async def unjudged(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (manifest, authority) of manifests that no judgement names yet, oldest first.

    For the engine, which hands each to a worker that runs as the authority.
    """
    rows = await tx.execute(
        "SELECT m.manifest_id, m.filed_with FROM manifest m WHERE m.function <> 'cancel'"
        " AND NOT EXISTS (SELECT 1 FROM judgement j WHERE j.manifest_id = m.manifest_id)"
        " ORDER BY m.manifest_id LIMIT %s",
        [at_most],
    )
    return [(int(manifest), int(authority)) for manifest, authority in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """How one manifest was judged."""

    manifest_id: int
    order_id: str | None
    table_sha256: bytes | None
    engine: str
    undecided: int
    reasons: bytes
    serve_at: datetime | None  # when the order tells filers; None: an officer will
    judged_at: datetime


async def add_judgement(tx: Transaction, authority: int, row: JudgementRow) -> bool:
    """Say that a manifest was judged; False if somebody else did it meanwhile."""
    done = await tx.execute(
        "INSERT INTO judgement (manifest_id, authority, order_id, table_sha256, engine, undecided,"
        " reasons, serve_at, judged_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [
            row.manifest_id,
            authority,
            row.order_id,
            row.table_sha256,
            row.engine,
            row.undecided,
            row.reasons,
            row.serve_at,
            row.judged_at,
        ],
    )
    return bool(done.rowcount)


class DecisionRow(msgspec.Struct, frozen=True, gc=False):
    """One decision of the authority on one bill; `version` counts them, from 1."""

    consignment: int
    event_id: int
    manifest_id: int
    status: CustomsStatus
    fired: tuple[str, ...]
    targeting: tuple[str, ...]
    order_id: str | None
    decided_by: str
    decided_at: datetime
    version: int = 1
    act_id: str | None = None  # None: decided under a standing order
    told: bytes = b"{}"  # canonical JSON: what the notice says beside the status


async def add_decisions(tx: Transaction, authority: int, rows: Sequence[DecisionRow]) -> None:
    """Keep decisions; each has its event in the same transaction."""
    await bulk.insert_columns(
        tx,
        "decision",
        (("consignment", "int8"), ("authority", "int8"), ("event_id", "int8"),
         ("manifest_id", "int8"), ("status", "text"), ("fired", "text[]"), ("targeting", "text[]"),
         ("order_id", "text"), ("decided_by", "text"), ("decided_at", "timestamptz"),
         ("version", "int4"), ("act_id", "text"), ("told", "bytea")),
        [
            [row.consignment for row in rows],
            [authority] * len(rows),
            [row.event_id for row in rows],
            [row.manifest_id for row in rows],
            values([row.status for row in rows]),
            [[*row.fired] for row in rows],
            [[*row.targeting] for row in rows],
            [row.order_id for row in rows],
            [row.decided_by for row in rows],
            [row.decided_at for row in rows],
            [row.version for row in rows],
            [row.act_id for row in rows],
            [row.told for row in rows],
        ],
    )  # fmt: skip


class AssessmentRow(msgspec.Struct, frozen=True, gc=False):
    """What fired for one bill that was left to an officer, and the codes of why it was."""

    consignment: int
    event_id: int
    manifest_id: int
    wanted: str
    score: int
    fired: tuple[str, ...]
    targeting: tuple[str, ...]
    reasons: tuple[str, ...]
    assessed_at: datetime


async def add_assessments(tx: Transaction, authority: int, rows: Sequence[AssessmentRow]) -> None:
    """Keep what fired for bills that nobody decided; each has its event in the same transaction."""
    await bulk.insert(
        tx,
        "assessment",
        (("consignment", "int8"), ("authority", "int8"), ("event_id", "int8"),
         ("manifest_id", "int8"), ("wanted", "text"), ("score", "int4"), ("fired", "text[]"),
         ("targeting", "text[]"), ("reasons", "text[]"), ("assessed_at", "timestamptz")),
        [
            (r.consignment, authority, r.event_id, r.manifest_id, r.wanted, r.score,
             list(r.fired), list(r.targeting), list(r.reasons), r.assessed_at)
            for r in rows
        ],
    )  # fmt: skip


async def last_decisions(tx: Transaction, consignments: Collection[int]) -> dict[int, DecisionRow]:
    """Return the newest decision of each consignment that has one."""
    rows = await tx.execute(
        """
        SELECT DISTINCT ON (consignment) consignment, event_id, manifest_id, status, fired,
               targeting, order_id, decided_by, decided_at, version, act_id, told
        FROM decision WHERE consignment = ANY (%s::int8[]) ORDER BY consignment, version DESC
        """,
        [_binary.numbers(consignments)],
    )
    return {row[0]: _decision(row) for row in await rows.fetchall()}


async def left_behind(tx: Transaction, consignments: Collection[int]) -> dict[int, DecisionRow]:
    """Return what was decided last of a bill that its filer has withdrawn, by consignments.

    They are those that have its number under another bill: whoever files it anew gets rid of
    nothing. One that still stands declared is another house of that number. Of several, what an
    officer decided comes first, then what a table or the sample wanted.
    """
    rows = await tx.execute(
        f"""
        SELECT DISTINCT ON (c.consignment) c.consignment, d.event_id, d.manifest_id, d.status,
               d.fired, d.targeting, d.order_id, d.decided_by, d.decided_at, d.version, d.act_id,
               d.told
        FROM consignment c JOIN consignment o ON (o.org, o.authority, o.number)
                = (c.org, c.authority, c.number) AND o.consignment <> c.consignment
        JOIN LATERAL (SELECT * FROM decision l WHERE l.consignment = o.consignment
                      ORDER BY l.version DESC LIMIT 1) d ON true
        WHERE c.consignment = ANY (%s::int8[]) AND NOT EXISTS (
            SELECT 1 FROM bill b JOIN manifest m USING (manifest_id)
            WHERE b.consignment = o.consignment AND {STANDS})
        ORDER BY c.consignment, d.act_id IS NULL, d.targeting = '{{}}', d.decided_at DESC
        """.encode(),
        [_binary.numbers(consignments)],
    )
    return {row[0]: _decision(row) for row in await rows.fetchall()}


async def left_since(tx: Transaction, consignments: Collection[int]) -> set[int]:
    """Return which of these bills were left to an officer after they were decided last."""
    rows = await tx.execute(
        """
        SELECT i.consignment FROM unnest(%s::int8[]) AS i (consignment)
        CROSS JOIN LATERAL (SELECT decided_at FROM decision d WHERE d.consignment = i.consignment
                            ORDER BY d.version DESC LIMIT 1) d
        WHERE EXISTS (SELECT 1 FROM assessment a WHERE a.consignment = i.consignment
                      AND a.assessed_at > d.decided_at)
        """,
        [_binary.numbers(consignments)],
    )
    return {consignment for (consignment,) in await rows.fetchall()}


async def decided_of(tx: Transaction, consignments: Collection[int]) -> dict[int, int]:
    """Return of which manifest an officer decided last, bill by bill; if none did, an order.

    An act that goes on with a newer version was of the first that it stands beside.
    """
    rows = await tx.execute(
        """
        SELECT DISTINCT ON (d.consignment) d.consignment, d.manifest_id FROM decision d
        WHERE d.consignment = ANY (%s::int8[])
        ORDER BY d.consignment, d.act_id IS NULL,
                 coalesce((SELECT max(l.version) FROM decision l
                           WHERE (l.consignment, l.act_id) = (d.consignment, d.act_id)),
                          d.version) DESC, d.version
        """,
        [_binary.numbers(consignments)],
    )
    return {consignment: manifest_id for consignment, manifest_id in await rows.fetchall()}


def _decision(row: Sequence[Any]) -> DecisionRow:
    bill, event, manifest, status, fired, targeting, order, by, at, version, act, told = row
    return DecisionRow(
        bill,
        event,
        manifest,
        CustomsStatus(status),
        tuple(fired),
        tuple(targeting),
        order,
        by,
        at,
        version,
        act,
        bytes(told),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the authority has decided of one bill, and what of it the filer was told."""

    consignment: int
    manifest_id: int
    number: str
    status: CustomsStatus | None
    served: CustomsStatus | None
    fired: tuple[str, ...]
    targeting: tuple[str, ...]
    decided_by: str | None
    version: int  # 0: nobody has decided anything
    parent: str
    filer: str
    manifest: UUID
    filed_version: int  # how many manifests had the bill


_STANDINGS = """
    SELECT b.consignment, b.manifest_id, b.number, d.status, n.status, coalesce(d.fired, '{{}}'),
           coalesce(d.targeting, '{{}}'), d.decided_by, coalesce(d.version, 0),
           coalesce(b.parent, ''), o.party, m.id,
           (SELECT count(*) FROM bill f WHERE f.consignment = b.consignment AND {counted})
    FROM bill b JOIN manifest m USING (manifest_id) JOIN organisation o ON o.org = b.org
    LEFT JOIN LATERAL (
        SELECT * FROM decision d WHERE d.consignment = b.consignment
        ORDER BY d.version DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (
        SELECT * FROM notice n WHERE n.consignment = b.consignment
        ORDER BY n.served_at DESC, n.event_id DESC LIMIT 1) n ON true
"""


async def standings(
    tx: Transaction, manifest_id: int, *, after: int | None, at_most: int
) -> list[Standing]:
    """Return bill by bill where a manifest stands with the authority, beyond a consignment."""
    rows = await tx.execute(
        _STANDINGS.format(counted="f.manifest_id <= b.manifest_id").encode()
        + b" WHERE b.manifest_id = %s AND b.consignment > %s ORDER BY b.consignment LIMIT %s",
        [manifest_id, -1 if after is None else after, at_most],
    )
    return [_standing(row) for row in await rows.fetchall()]


def _standing(row: Sequence[Any]) -> Standing:
    consignment, manifest, number, status, served, fired, targeting, by, *rest = row
    return Standing(
        consignment,
        manifest,
        number,
        CustomsStatus(status) if status else None,
        CustomsStatus(served) if served else None,
        tuple(fired),
        tuple(targeting),
        by,
        *rest,
    )


async def standings_of(tx: Transaction, consignments: Collection[int]) -> dict[int, Standing]:
    """Return where these bills stand, each by the newest manifest that stands, or else the newest.

    Their filed version counts all manifests that had them.
    """
    newest = f"""
        WHERE b.consignment = ANY (%s) AND b.manifest_id = (
            SELECT m.manifest_id FROM bill k JOIN manifest m USING (manifest_id)
            WHERE k.consignment = b.consignment
            ORDER BY ({STANDS}) DESC, m.manifest_id DESC LIMIT 1)
    """
    rows = await tx.execute(
        (_STANDINGS.format(counted="true") + newest).encode(), [list(consignments)]
    )
    return {row[0]: _standing(row) for row in await rows.fetchall()}


class NoticeRow(msgspec.Struct, frozen=True, gc=False):
    """A status that the filer is told, and what else of it.

    It names bill, version and call: who may read it need not see the manifest.
    """

    consignment: int
    event_id: int
    manifest_id: int
    status: CustomsStatus
    served_at: datetime
    number: str
    manifest: UUID
    version: int
    call: str
    told: bytes = b"{}"
    held_in: tuple[int, ...] = ()  # of a bill that is held: in which manifests its boxes are


async def add_notices(tx: Transaction, authority: int, rows: Sequence[NoticeRow]) -> None:
    """Keep served notices; from this commit on their readers may see them."""
    await bulk.insert_columns(
        tx,
        "notice",
        (("consignment", "int8"), ("authority", "int8"), ("event_id", "int8"),
         ("manifest_id", "int8"), ("status", "text"), ("served_at", "timestamptz"),
         ("number", "text"), ("manifest", "uuid"), ("version", "int4"), ("call", "text"),
         ("told", "bytea"), ("held_in", "int8[]")),
        [
            [row.consignment for row in rows],
            [authority] * len(rows),
            [row.event_id for row in rows],
            [row.manifest_id for row in rows],
            values([row.status for row in rows]),
            [row.served_at for row in rows],
            [row.number for row in rows],
            [row.manifest for row in rows],
            [row.version for row in rows],
            [row.call for row in rows],
            [row.told for row in rows],
            [[*row.held_in] for row in rows],
        ],
    )  # fmt: skip


async def notices(
    tx: Transaction, manifest_id: int, *, served_at: datetime
) -> list[tuple[str, str, CustomsStatus]]:
    """Return (bill, level, status) of what was served of a manifest at one time, as a filer may."""
    rows = await tx.execute(
        "SELECT b.number, b.level, n.status"
        " FROM notice n JOIN bill b USING (consignment, manifest_id)"
        " WHERE n.manifest_id = %s AND n.served_at = %s ORDER BY b.number",
        [manifest_id, served_at],
    )
    return [(number, level, STATUSES[status]) for number, level, status in await rows.fetchall()]


async def unanswered(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (event, filer) of answers that an authority gave and its filer was not told yet.

    What was filed as EDIFACT is told in a CUSRES, a paper in a NOTICE.
    """
    rows = await tx.execute(
        """
        SELECT s.event_id, m.org FROM serving s JOIN manifest m USING (manifest_id)
        WHERE NOT EXISTS (SELECT 1 FROM answer a WHERE a.message_id = m.message_id
                          AND a.kind IN ('CUSRES', 'NOTICE') AND a.cause = s.event_id)
          AND EXISTS (SELECT 1 FROM message_secret x WHERE x.message_id = m.message_id)
        ORDER BY s.event_id LIMIT %s
        """,
        [at_most],
    )
    return [(int(event), int(org)) for event, org in await rows.fetchall()]


async def add_serving(
    tx: Transaction, authority: int, manifest_id: int, event_id: int, *, now: datetime
) -> None:
    """Say that notices on a manifest were served together; its filer is answered once for it."""
    await tx.execute(
        "INSERT INTO serving (event_id, authority, manifest_id, served_at) VALUES (%s, %s, %s, %s)",
        [event_id, authority, manifest_id, now],
    )


async def serving(tx: Transaction, event_id: int) -> tuple[int, datetime] | None:
    """Return which manifest was served, and when."""
    row = await (
        await tx.execute(
            "SELECT manifest_id, served_at FROM serving WHERE event_id = %s", [event_id]
        )
    ).fetchone()
    return None if row is None else (int(row[0]), row[1])


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Where the bills of one call stand, by the newest version of each manifest."""

    arrives_at: datetime | None
    bills: int
    by_status: dict[str, int]
    before_arrival: int
    served: int
    seconds_to_decision: list[float]  # the median, and the 95th of a hundred


async def call_counts(tx: Transaction, call: str) -> CallCounts | None:
    """Count a call's bills with the authority; None if nothing of it was filed there."""
    rows = await (await tx.execute(_COUNTS, [call])).fetchall()
    if not rows:
        return None
    statuses = [(status, count) for status, count, *_ in rows if status is not None]
    times = await (await tx.execute(_TIMES, [call])).fetchone()
    return CallCounts(
        arrives_at=max((row[4] for row in rows if row[4] is not None), default=None),
        bills=sum(count for _, count, *_ in rows),
        by_status=dict(statuses),
        before_arrival=sum(before for _, _, before, *_ in rows),
        served=sum(served for _, _, _, served, _ in rows),
        seconds_to_decision=[float(t) for t in times if t is not None] if times else [],
    )


_COUNTS = (
    NEWEST
    + """
    SELECT d.status, count(*),
           count(*) FILTER (WHERE d.decided_at <= m.arrives_at),
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM notice n WHERE n.consignment = b.consignment)),
           max(m.arrives_at)
    FROM newest m JOIN bill b USING (manifest_id)
    LEFT JOIN LATERAL (
        SELECT status, decided_at FROM decision d WHERE d.consignment = b.consignment
        ORDER BY d.version DESC LIMIT 1) d ON true
    GROUP BY d.status ORDER BY d.status
"""
)
_TIMES = (
    NEWEST
    + """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY waited),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY waited)
    FROM (SELECT extract(epoch FROM d.decided_at - m.received_at)::float8 AS waited
          FROM newest m JOIN decision d USING (manifest_id)) times
"""
)
