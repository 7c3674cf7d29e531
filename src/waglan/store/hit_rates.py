"""What came of the bills that a row, a rule or the sample pointed at: the authority's alone."""

from datetime import datetime

from waglan.customs.hit_rate import Pointer, Tally
from waglan.store import Transaction

# A bill counts once for each thing that pointed at it, by whatever was found of it since.
_TALLIES = """
    WITH judged AS (
        SELECT consignment, manifest_id, decided_at AS at, fired, targeting FROM decision
        WHERE authority = current_org() AND decided_at >= %(since)s AND decided_at < %(until)s
        UNION ALL
        SELECT consignment, manifest_id, assessed_at, fired, targeting FROM assessment
        WHERE authority = current_org() AND assessed_at >= %(since)s AND assessed_at < %(until)s
    ), pointed AS (
        SELECT p.pointer, p.name, j.consignment, min(j.at) AS at
        FROM judged j CROSS JOIN LATERAL (
            SELECT CASE t WHEN 'sample' THEN 'sample' ELSE 'row' END AS pointer, t AS name
            FROM unnest(j.targeting) t
            UNION ALL SELECT 'rule', f FROM unnest(j.fired) f) p
        WHERE %(sha256)s::bytea IS NULL OR p.pointer <> 'row' OR EXISTS (
            SELECT 1 FROM judgement g
            WHERE g.manifest_id = j.manifest_id AND g.table_sha256 = %(sha256)s)
        GROUP BY p.pointer, p.name, j.consignment
    )
    SELECT p.pointer, p.name, count(*), count(x.consignment), count(*) FILTER (WHERE x.is_hit),
           count(*) FILTER (WHERE NOT x.is_hit)
    FROM pointed p LEFT JOIN LATERAL (
        SELECT e.consignment, bool_or(e.is_hit) AS is_hit FROM examination e
        WHERE e.consignment = p.consignment AND e.examined_at >= p.at
        GROUP BY e.consignment) x ON true
    GROUP BY p.pointer, p.name ORDER BY p.pointer, p.name
"""


async def tallies(
    tx: Transaction, *, since: datetime, until: datetime, sha256: bytes | None
) -> list[Tally]:
    """Count by what pointed at a bill in that time; rows of one table alone if it is named."""
    rows = await tx.execute(_TALLIES, {"since": since, "until": until, "sha256": sha256})
    return [Tally(Pointer(pointer), *counts) for pointer, *counts in await rows.fetchall()]
