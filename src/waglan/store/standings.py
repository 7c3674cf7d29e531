"""Where every bill stands, worked out from the log in its order: a cache that can be made again."""

from psycopg import sql

from waglan.store import Transaction, _binary

BATCH_EVENTS = 20_000
NAME = "standing"

# A filer's text may hold the escape of a zero, which only `json` reads, and only piece by piece.
_SAID = "(convert_from(e.canonical, 'UTF8')::json -> 'body' -> '{}') #>> '{{{{}}}}'"
_TOLD = f"""
    SELECT l.seq, e.code, e.consignment, e.org, e.about, e.happened_at,
           {_SAID.format("manifest")} AS manifest, {_SAID.format("status")} AS status,
           ({_SAID.format("version")})::int AS version, ({_SAID.format("score")})::int AS score,
           {_SAID.format("act")} IS NOT NULL
               OR coalesce({_SAID.format("targeting")}, '[]') <> '[]' AS is_wanted
    FROM log_leaf l JOIN event e ON e.month = l.month AND e.event_id = l.event_id
    WHERE l.seq >= %(first)s AND l.seq < %(end)s
      AND e.code = ANY (%(codes)s)
"""
# What is folded in from which events, in this order.
_STEPS = {
    ("bill.declared",): """
    INSERT INTO {table} (consignment, authority, manifest_id, filer, parent, number, call,
                         declared_at, arrives_at, is_withdrawn, seq, newest_id)
    SELECT DISTINCT ON (t.consignment) t.consignment, m.filed_with, m.manifest_id, o.party,
           c.parent, t.about, m.call, t.happened_at, m.arrives_at, m.function = 'cancel', t.seq,
           max(m.manifest_id) OVER (PARTITION BY t.consignment)
    FROM told t JOIN manifest m ON m.org = t.org AND m.id = t.manifest::uuid
    JOIN consignment c ON c.consignment = t.consignment JOIN organisation o ON o.org = m.org
    ORDER BY t.consignment, t.seq DESC
    ON CONFLICT (consignment) DO UPDATE SET
        authority = excluded.authority, manifest_id = excluded.manifest_id,
        filer = excluded.filer, parent = excluded.parent,
        number = excluded.number, call = excluded.call, declared_at = excluded.declared_at,
        arrives_at = excluded.arrives_at, is_withdrawn = excluded.is_withdrawn, seq = excluded.seq,
        newest_id = greatest({table}.newest_id, excluded.newest_id)
    """,
    # What a newer version of its manifest leaves out is no longer declared.
    ("manifest.declared", "manifest.cancelled"): """
    UPDATE {table} s SET is_withdrawn = true, seq = greatest(s.seq, t.seq)
    FROM (SELECT old.manifest_id, max(t.seq) AS seq
          FROM told t JOIN manifest m ON m.org = t.org AND m.id = t.manifest::uuid
          JOIN manifest old ON (old.org, old.document, old.call, old.filed_with)
              = (m.org, m.document, m.call, m.filed_with)
                            AND old.version < m.version GROUP BY old.manifest_id) t
    WHERE s.manifest_id = t.manifest_id
    """,
    ("customs.status", "customs.left-to-officer"): """
    UPDATE {table} s
    SET status = coalesce(t.status, s.status), decided_at = coalesce(t.decided_at, s.decided_at),
        version = coalesce(t.version, s.version + t.decided), score = coalesce(t.score, s.score),
        left_at = coalesce(t.left_at, s.left_at), is_wanted = s.is_wanted OR t.is_wanted,
        seq = greatest(s.seq, t.seq)
    FROM (
        SELECT consignment, max(seq) AS seq, count(status) AS decided,
               bool_or(is_wanted) AS is_wanted,
               (array_agg(status ORDER BY seq DESC) FILTER (WHERE status IS NOT NULL))[1] AS status,
               (array_agg(happened_at ORDER BY seq DESC) FILTER (WHERE status IS NOT NULL))[1]
                   AS decided_at,
               (array_agg(version ORDER BY seq DESC) FILTER (WHERE status IS NOT NULL))[1]
                   AS version,
               (array_agg(score ORDER BY seq DESC) FILTER (WHERE score IS NOT NULL))[1] AS score,
               (array_agg(happened_at ORDER BY seq DESC) FILTER (WHERE status IS NULL))[1]
                   AS left_at
        FROM told GROUP BY consignment) t
    WHERE t.consignment = s.consignment
    """,
    ("customs.notice-served",): """
    UPDATE {table} s SET served_at = t.happened_at, seq = greatest(s.seq, t.seq)
    FROM (SELECT DISTINCT ON (consignment) * FROM told ORDER BY consignment, seq DESC) t
    WHERE t.consignment = s.consignment
    """,
    ("customs.notice-answered", "customs.notice-extended"): """
    UPDATE {table} s
    SET answered_at = coalesce(t.answered_at, s.answered_at),
        extended_at = coalesce(t.extended_at, s.extended_at), seq = greatest(s.seq, t.seq)
    FROM (SELECT consignment, max(seq) AS seq,
                 max(happened_at) FILTER (WHERE code = 'customs.notice-answered') AS answered_at,
                 max(happened_at) FILTER (WHERE code = 'customs.notice-extended') AS extended_at
          FROM told GROUP BY consignment) t
    WHERE t.consignment = s.consignment
    """,
}
CODES = [code for codes in _STEPS for code in codes]

_OF_MANIFESTS = frozenset({"bill.declared", "manifest.declared", "manifest.cancelled"})
# The bills of these events that their filer declares in several documents, or for several calls.
_SEVERAL = f"""
    WITH told AS ({_TOLD}), touched AS (
        SELECT consignment FROM told WHERE code = 'bill.declared'
        UNION
        SELECT b.consignment
        FROM told t JOIN manifest m ON m.org = t.org AND m.id = t.manifest::uuid
        JOIN manifest old ON (old.org, old.document, old.call, old.filed_with)
            = (m.org, m.document, m.call, m.filed_with)
                          AND old.version < m.version
        JOIN bill b ON b.manifest_id = old.manifest_id
        WHERE t.code <> 'bill.declared')
    SELECT t.consignment FROM touched t
    CROSS JOIN LATERAL (
        SELECT count(*) AS versions FROM bill b WHERE b.consignment = t.consignment) v
    CROSS JOIN LATERAL (
        SELECT min(m.document) AS document, max(m.document) AS other, min(m.call) AS call,
               max(m.call) AS other_call
        FROM bill b JOIN manifest m USING (manifest_id) WHERE b.consignment = t.consignment) d
    WHERE v.versions > 1 AND (d.document, d.call) <> (d.other, d.other_call)
"""
# Such a bill is withdrawn when no document declares it any more. Of several calls it stands with
# the one that comes first, of those that had not come when the bill was last declared; all by what
# the log tells before `end`, however its events are folded.
_SETTLED = f"""
    WITH own AS (
        SELECT DISTINCT b.consignment, m.org, m.document, m.call, m.filed_with
        FROM unnest(%(several)s::int8[]) AS a (consignment)
        CROSS JOIN LATERAL (SELECT * FROM bill WHERE bill.consignment = a.consignment) b
        JOIN manifest m USING (manifest_id)
        JOIN consignment c ON (c.consignment, c.authority) = (b.consignment, m.filed_with)
    ), version AS (
        SELECT m.manifest_id, m.org, m.document, m.call, m.filed_with, m.arrives_at, e.happened_at,
               max(l.seq) OVER one_manifest AS seq,
               m.function = 'cancel' AS is_cancelled,
               m.version = max(m.version) OVER one_manifest AS is_newest
        FROM (SELECT DISTINCT org, document, call, filed_with FROM own) d
        JOIN manifest m USING (org, document, call, filed_with)
        JOIN key_event k ON (k.kind, k.key) = ('manifest', m.document)
        JOIN event e ON e.month = k.month AND e.event_id = k.event_id AND e.org = m.org
            AND e.code IN ('manifest.declared', 'manifest.cancelled')
        JOIN log_leaf l ON l.event_id = e.event_id AND l.seq < %(end)s
        WHERE {_SAID.format("manifest")} = m.id::text
        WINDOW one_manifest AS (PARTITION BY m.org, m.document, m.call, m.filed_with)
    ), had AS (
        SELECT o.consignment, v.*, v.is_newest AND NOT v.is_cancelled AS stands
        FROM own o JOIN version v USING (org, document, call, filed_with)
        JOIN bill b ON (b.consignment, b.manifest_id) = (o.consignment, v.manifest_id)
    ), dated AS (
        SELECT *, max(seq) OVER own_bill AS last_seq,
               max(happened_at) FILTER (WHERE stands) OVER own_bill AS last_at,
               max(manifest_id) FILTER (WHERE stands) OVER own_bill AS last
        FROM had WINDOW own_bill AS (PARTITION BY consignment)
    ), chosen AS (
        SELECT DISTINCT ON (consignment) * FROM dated
        ORDER BY consignment, stands DESC,
                 stands AND coalesce(arrives_at > last_at OR manifest_id = last,
                                     manifest_id = last) DESC,
                 CASE WHEN stands THEN arrives_at END, manifest_id DESC)
    UPDATE {{table}} s
    SET authority = c.filed_with, manifest_id = c.manifest_id, call = c.call,
        declared_at = c.happened_at, arrives_at = c.arrives_at, is_withdrawn = NOT c.stands,
        seq = greatest(s.seq, c.last_seq)
    FROM chosen c WHERE s.consignment = c.consignment
"""


async def project(tx: Transaction, *, at_most: int = BATCH_EVENTS) -> int:
    """Fold the next events of the log into the standings; return how many numbers were read.

    The caller holds the sequencer's lease, so that nobody else moves the cursor.
    """
    first = await cursor(tx)
    row = await (await tx.execute("SELECT size FROM log_head")).fetchone()
    end = min(int(row[0]) if row else 0, first + at_most)
    if end <= first:
        return 0
    await fold(tx, "standing", first=first, end=end)
    await tx.execute(
        "INSERT INTO projection (name, seq) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
        [NAME, end],
    )
    return end - first


async def passed(tx: Transaction, first: int, end: int) -> bool:
    """Move past events that tell of no bill, if all before were read; whether that was so."""
    done = await tx.execute(
        "UPDATE projection SET seq = %s WHERE name = %s AND seq = %s", [end, NAME, first]
    )
    return done.rowcount > 0


async def cursor(tx: Transaction) -> int:
    """Return the number of the first event that is not folded in yet."""
    row = await (await tx.execute("SELECT seq FROM projection WHERE name = %s", [NAME])).fetchone()
    return int(row[0]) if row else 0


async def fold(tx: Transaction, table: str, *, first: int, end: int) -> None:
    """Fold the events with numbers from `first` to below `end` into a table of standings."""
    span = {"first": first, "end": end}
    found = await tx.execute(
        "SELECT DISTINCT e.code FROM log_leaf l JOIN event e"
        " ON e.month = l.month AND e.event_id = l.event_id"
        " WHERE l.seq >= %(first)s AND l.seq < %(end)s AND e.code = ANY (%(codes)s)",
        {**span, "codes": CODES},
    )
    there = {code for (code,) in await found.fetchall()}
    for codes, step in _STEPS.items():
        if there.isdisjoint(codes):  # most events stand for no bill
            continue
        statement = sql.SQL("WITH told AS (" + _TOLD + ")" + step).format(
            table=sql.Identifier(table)
        )
        await tx.execute(statement, {**span, "codes": list(codes)})
    if not there.isdisjoint(_OF_MANIFESTS):
        rows = await tx.execute(_SEVERAL.encode(), {**span, "codes": list(_OF_MANIFESTS)})
        if several := [consignment for (consignment,) in await rows.fetchall()]:
            settled = sql.SQL(_SETTLED).format(table=sql.Identifier(table))
            await tx.execute(settled, {"several": _binary.numbers(several), "end": end})


async def redo(tx: Transaction, consignment: int) -> None:
    """Work one bill's standing out again, because an event of it is gone."""
    await tx.execute("DELETE FROM standing WHERE consignment = %s", [consignment])
    end = await cursor(tx)
    rows = await tx.execute(
        """
        SELECT l.seq FROM event e JOIN log_leaf l ON l.event_id = e.event_id
        WHERE e.consignment = %(bill)s AND l.seq < %(end)s
        UNION
        SELECT l.seq FROM bill b JOIN manifest m USING (manifest_id)
        JOIN key_event k ON k.kind = 'manifest' AND k.key = m.document
        JOIN log_leaf l ON l.event_id = k.event_id
        WHERE b.consignment = %(bill)s AND l.seq < %(end)s
        ORDER BY seq
        """,
        {"bill": consignment, "end": end},
    )
    for (seq,) in await rows.fetchall():
        await fold(tx, "standing", first=seq, end=seq + 1)
