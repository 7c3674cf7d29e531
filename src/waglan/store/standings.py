"""Where every bill stands, worked out from the log in its order: a cache that can be made again."""

from psycopg import sql

from waglan.store import Transaction

BATCH_EVENTS = 20_000
NAME = "standing"

# A filer's text may hold the escape of a zero, which only `json` reads, and only piece by piece.
_TOLD = """
    SELECT l.seq, e.code, e.consignment, e.org, e.about, e.happened_at,
           (convert_from(e.canonical, 'UTF8')::json -> 'body' -> 'manifest') #>> '{{}}' AS manifest,
           (convert_from(e.canonical, 'UTF8')::json -> 'body' -> 'status') #>> '{{}}' AS status
    FROM log_leaf l JOIN event e ON e.month = l.month AND e.event_id = l.event_id
    WHERE l.seq >= %(first)s AND l.seq < %(end)s AND e.consignment IS NOT NULL
      AND e.code IN ('bill.declared', 'customs.status', 'customs.notice-served')
"""
_STEPS = (
    """
    INSERT INTO {table}
        (consignment, authority, manifest_id, number, call, declared_at, arrives_at, seq)
    SELECT DISTINCT ON (t.consignment) t.consignment, m.filed_with, m.manifest_id, t.about, m.call,
           t.happened_at, m.arrives_at, t.seq
    FROM told t JOIN manifest m ON m.org = t.org AND m.id = t.manifest::uuid
    WHERE t.code = 'bill.declared' ORDER BY t.consignment, t.seq DESC
    ON CONFLICT (consignment) DO UPDATE SET
        authority = excluded.authority, manifest_id = excluded.manifest_id,
        number = excluded.number, call = excluded.call, declared_at = excluded.declared_at,
        arrives_at = excluded.arrives_at, seq = excluded.seq
    """,
    """
    UPDATE {table} s SET status = t.status, decided_at = t.happened_at,
                         seq = greatest(s.seq, t.seq)
    FROM (SELECT DISTINCT ON (consignment) * FROM told WHERE code = 'customs.status'
          ORDER BY consignment, seq DESC) t
    WHERE t.consignment = s.consignment
    """,
    """
    UPDATE {table} s SET served_at = t.happened_at, seq = greatest(s.seq, t.seq)
    FROM (SELECT DISTINCT ON (consignment) * FROM told WHERE code = 'customs.notice-served'
          ORDER BY consignment, seq DESC) t
    WHERE t.consignment = s.consignment
    """,
)


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


async def cursor(tx: Transaction) -> int:
    """Return the number of the first event that is not folded in yet."""
    row = await (await tx.execute("SELECT seq FROM projection WHERE name = %s", [NAME])).fetchone()
    return int(row[0]) if row else 0


async def fold(tx: Transaction, table: str, *, first: int, end: int) -> None:
    """Fold the events with numbers from `first` to below `end` into a table of standings."""
    for step in _STEPS:
        statement = sql.SQL("WITH told AS (" + _TOLD + ")" + step).format(
            table=sql.Identifier(table)
        )
        await tx.execute(statement, {"first": first, "end": end})


async def redo(tx: Transaction, consignment: int) -> None:
    """Work one bill's standing out again, because an event of it is gone."""
    await tx.execute("DELETE FROM standing WHERE consignment = %s", [consignment])
    end = await cursor(tx)
    rows = await tx.execute(
        "SELECT l.seq FROM event e JOIN log_leaf l ON l.event_id = e.event_id"
        " WHERE e.consignment = %s AND l.seq < %s ORDER BY l.seq",
        [consignment, end],
    )
    for (seq,) in await rows.fetchall():
        await fold(tx, "standing", first=seq, end=seq + 1)
