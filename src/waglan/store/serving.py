"""What filers are to be told of a call, by an order at its time or by an officer."""

from datetime import datetime

import msgspec

from waglan.codes.customs_status import STATUSES, CustomsStatus
from waglan.customs.standing_order import ARRIVALS_APART_MAX
from waglan.customs.status import CONCLUDED
from waglan.store import Transaction
from waglan.store.versions import IS_NEWEST

# The newest version of each manifest of a call, which the statement names first.
NEWEST = """
    WITH newest AS (
        SELECT DISTINCT ON (org, document) manifest_id, arrives_at, received_at
        FROM manifest WHERE call = %s ORDER BY org, document, version DESC)
"""


# When orders tell a call, out of what carriers say in manifests that stand: at the latest of their
# times, so that nobody has others told earlier. A forwarder's word moves nothing, and none tells
# where the carriers' last words of her arrival are too far apart.
_APART = "max(arrives_at) FILTER (WHERE nth = 1) - min(arrives_at) FILTER (WHERE nth = 1)"
_APART_MAX = f"interval '{ARRIVALS_APART_MAX.total_seconds():.0f} seconds'"
TIME_OF_CALL = f"""
    SELECT CASE WHEN {_APART} <= {_APART_MAX} THEN max(serve_at) END AS tells_at,
           coalesce({_APART} > {_APART_MAX}, false) AS arrivals_differ
    FROM (
        SELECT c.arrives_at, k.serve_at,
               row_number() OVER (PARTITION BY c.org ORDER BY c.manifest_id DESC) AS nth
        FROM manifest c JOIN judgement k USING (manifest_id) JOIN organisation w ON w.org = c.org
        WHERE (c.call, c.filed_with) = (o.call, o.filed_with) AND c.arrives_at IS NOT NULL
          AND c.function <> 'cancel' AND 'carrier' = ANY (w.roles) AND NOT EXISTS (
              SELECT 1 FROM manifest n WHERE (n.org, n.document, n.call, n.filed_with)
                  = (c.org, c.document, c.call, c.filed_with) AND n.version > c.version)) said
"""


class Unserved(msgspec.Struct, frozen=True, gc=False):
    """A decision that its filer does not know; `told` is what he is told beside the status."""

    consignment: int
    manifest_id: int
    number: str
    status: CustomsStatus
    filer: int
    told: bytes


# Whether a manifest holds what an officer decided by himself and its filer was not told, after the
# order's time, which `t` states, or after a first serving of the call: when that is told is the
# officer's to say.
HELD = """
    EXISTS (
        SELECT 1 FROM bill h JOIN decision d USING (consignment)
        WHERE h.manifest_id = m.manifest_id AND d.act_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM decision l
                          WHERE l.consignment = d.consignment AND l.version > d.version)
          AND NOT EXISTS (
              SELECT 1 FROM (SELECT n.status, n.told FROM notice n
                             WHERE n.consignment = d.consignment
                             ORDER BY n.served_at DESC, n.event_id DESC LIMIT 1) known
              WHERE (known.status, known.told) = (d.status, d.told))
          AND (coalesce(d.decided_at > t.tells_at, true) OR EXISTS (
              SELECT 1 FROM serving s JOIN manifest o USING (manifest_id)
              WHERE (o.call, o.filed_with) = (m.call, m.filed_with))))
"""


# Whether a bill was left to an officer after its decision `d`: what was decided is not of what it
# says now. What holds goods stands whatever they are called; the rest is told of nobody.
LIGHTER = ["not-selected", "documents-asked", *sorted(one.value for one in CONCLUDED)]
_CHANGED_SINCE = """
    EXISTS (SELECT 1 FROM assessment a
            WHERE (a.consignment, a.manifest_id) = (b.consignment, b.manifest_id)
              AND a.assessed_at > d.decided_at)
"""

# The bills of a call that are to be told of: those that stand declared, and those withdrawn since
# an officer decided of them, in the last version that had them: who withdraws gets rid of nothing.
_TOLD_OF = f"""
    {NEWEST}, had AS (
        SELECT DISTINCT ON (b.consignment) b.consignment, b.manifest_id, b.number, b.org
        FROM manifest m JOIN bill b USING (manifest_id) WHERE m.call = %s
        ORDER BY b.consignment, b.manifest_id IN (SELECT manifest_id FROM newest) DESC,
                 b.manifest_id DESC)
    SELECT b.consignment, b.manifest_id, b.number, d.status, b.org, d.told
    FROM had b JOIN LATERAL (
        SELECT status, told, decided_at, act_id FROM decision d
        WHERE d.consignment = b.consignment ORDER BY d.version DESC LIMIT 1) d ON true
    WHERE NOT (d.status = ANY (%s) AND {_CHANGED_SINCE})
      AND (d.act_id IS NOT NULL OR b.manifest_id IN (SELECT manifest_id FROM newest))
      AND NOT EXISTS (
        SELECT 1 FROM notice n WHERE n.consignment = b.consignment AND n.status = d.status
          AND n.served_at >= d.decided_at)
"""
# The bills of a manifest `m`, judged as `j`, that an officer has to decide of.
_LEFT = f"""
    FROM bill b LEFT JOIN LATERAL (
        SELECT status, decided_at FROM decision d WHERE d.consignment = b.consignment
        ORDER BY d.version DESC LIMIT 1) d ON true
    WHERE b.manifest_id = m.manifest_id AND (d.status IS NULL OR (
        coalesce(d.decided_at < j.judged_at, true)
        AND d.status IN ('not-selected', 'documents-asked'))
        OR (d.status = ANY (%s) AND {_CHANGED_SINCE}))
"""
# What keeps an order from telling a call: a bill that is left to an officer, or that waits for the
# judging, or of which an officer has decided something since. Who is told nothing among others who
# are told learns as much as from a notice.
_NOT_WHOLE = f"""
    {NEWEST}
    SELECT 1 FROM newest JOIN manifest m USING (manifest_id)
    LEFT JOIN judgement j USING (manifest_id)
    CROSS JOIN (SELECT tells_at FROM (SELECT %s AS call, current_org() AS filed_with) o
                CROSS JOIN LATERAL ({TIME_OF_CALL}) every) t
    WHERE m.function <> 'cancel' AND (j.manifest_id IS NULL OR {HELD} OR EXISTS (SELECT 1 {_LEFT}))
    LIMIT 1
"""
_UNDECIDED = f"""
    {NEWEST}
    SELECT coalesce(sum((SELECT count(*) {_LEFT})), 0)
    FROM newest JOIN manifest m USING (manifest_id) LEFT JOIN judgement j USING (manifest_id)
    WHERE m.function <> 'cancel'
"""


async def undecided(tx: Transaction, call: str) -> int:
    """Count the bills of a call that nobody has decided of, or not since they were filed anew."""
    [count] = await (await tx.execute(_UNDECIDED.encode(), [call, LIGHTER])).fetchone() or [0]
    return int(count)


async def is_filed(tx: Transaction, call: str) -> bool:
    """Whether anything of a call was filed with this authority."""
    row = await (
        await tx.execute("SELECT EXISTS (SELECT 1 FROM manifest WHERE call = %s)", [call])
    ).fetchone()
    return bool(row and row[0])


async def unserved(tx: Transaction, call: str, *, by_order: bool = False) -> list[Unserved]:
    """Return what is decided of a call's bills and not served yet.

    By an order it is all or nothing: nothing where something of the call waits for an officer.
    Others of this authority who serve notices, on this call or on another that has one of its
    bills, wait until this commits, and then find them served.
    """
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('serving ' || current_org(), 0))"
    )
    if by_order and await (await tx.execute(_NOT_WHOLE.encode(), [call, call, LIGHTER])).fetchone():
        return []
    rows = await tx.execute(
        f"{_TOLD_OF} ORDER BY b.manifest_id, b.number".encode(), [call, call, LIGHTER], binary=True
    )
    return [
        Unserved(consignment, manifest, number, STATUSES[status], org, told)
        for consignment, manifest, number, status, org, told in await rows.fetchall()
    ]


async def pass_over(tx: Transaction, authority: int, manifest_id: int, *, now: datetime) -> None:
    """Say that the order's time has passed for a manifest: from now on an officer tells of it."""
    await tx.execute(
        "INSERT INTO passed_over (manifest_id, authority, passed_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [manifest_id, authority, now],
    )


async def has_time(tx: Transaction, call: str, after: datetime, until: datetime) -> bool:
    """Whether a carrier's manifest of the call, of any version, had it told after and until then.

    The other filers of a call whose time is on record are not told earlier by such another.
    """
    rows = await tx.execute(
        "SELECT 1 FROM manifest c JOIN judgement k USING (manifest_id)"
        " JOIN organisation w ON w.org = c.org WHERE c.call = %s AND 'carrier' = ANY (w.roles)"
        " AND k.serve_at > %s AND k.serve_at <= %s LIMIT 1",
        [call, after, until],
    )
    return await rows.fetchone() is not None


async def came_late(tx: Transaction, manifest_id: int) -> bool:
    """Whether a manifest was judged when the time to tell its call was over, or has no such."""
    rows = await tx.execute(
        f"""
        SELECT 1 FROM manifest o JOIN judgement j USING (manifest_id)
        CROSS JOIN LATERAL ({TIME_OF_CALL}) t
        WHERE o.manifest_id = %s AND j.judged_at <= t.tells_at
        """.encode(),
        [manifest_id],
    )
    return await rows.fetchone() is None


async def due(tx: Transaction, *, now: datetime, at_most: int) -> list[tuple[int, int]]:
    """Return (manifest, authority) of manifests of calls whose time to tell filers has come.

    For the engine. Each is told of then, or passed over; what is being judged is waited for.
    """
    rows = await tx.execute(
        f"""
        WITH waiting AS MATERIALIZED (
            SELECT j.manifest_id, j.authority, m.call, m.filed_with
            FROM judgement j JOIN manifest m USING (manifest_id)
            WHERE j.serve_at IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM serving s WHERE s.manifest_id = j.manifest_id)
              AND NOT EXISTS (SELECT 1 FROM passed_over p WHERE p.manifest_id = j.manifest_id)
              AND {IS_NEWEST}),
        come AS MATERIALIZED (
            SELECT o.call, o.filed_with, t.tells_at
            FROM (SELECT DISTINCT call, filed_with FROM waiting) o
            CROSS JOIN LATERAL ({TIME_OF_CALL}) t
            WHERE t.tells_at <= %s)
        SELECT manifest_id, authority FROM come m JOIN waiting USING (call, filed_with)
        WHERE NOT EXISTS (SELECT 1 FROM manifest u
                          WHERE (u.call, u.filed_with) = (m.call, m.filed_with)
                            AND u.function <> 'cancel' AND NOT EXISTS (
                              SELECT 1 FROM judgement k WHERE k.manifest_id = u.manifest_id))
        ORDER BY tells_at, manifest_id LIMIT %s
        """.encode(),
        [now, at_most],
    )
    return [(int(manifest), int(authority)) for manifest, authority in await rows.fetchall()]
