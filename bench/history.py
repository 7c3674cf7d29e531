"""Years of events in minutes: made by the server, into the real tables with their indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

EVENTS_PER_BILL = 4
ORGS = 200
TABLES = ("event", "audience", "key_event", "log_leaf", "feed")
# Nothing here must outlive the bench, and the server is this bench's own.
QUICK = (
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("max_wal_size", "30GB"),
    ("maintenance_work_mem", "1GB"),
    ("autovacuum", "off"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How many events, and over how many months; each bill has four, some ten days apart.

    Bills are dealt out to the organisations in turn. A box serves two bills of two organisations,
    so that half of what stands under its number is foreign to whoever looks it up.
    """

    events: int
    months: int
    orgs: int = ORGS
    events_per_bill: int = EVENTS_PER_BILL

    @property
    def bills(self) -> int:
        """How many bills there are."""
        return self.events // self.events_per_bill

    def bill(self, n: int) -> str:
        """Return the number of the n-th bill, counted from 0."""
        return f"LINEHKG{n:09}"

    def box(self, n: int) -> str:
        """Return the number of the box that serves the n-th bill."""
        return f"TGHU{n // 2:07}"


def fill(conninfo: str, shape: Shape) -> None:
    """Fill the log as a superuser does; the indexes are made when all rows are there."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        for name, value in QUICK:
            conn.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        conn.execute("SELECT pg_reload_conf()")
        for back in range(shape.months):
            conn.execute(
                "SELECT make_event_month((date_trunc('month', now()) - make_interval(months => %s))"
                "::date)",
                [back],
            )
        with _without_indexes(conn):
            for statement in _ROWS:
                conn.execute(statement.encode(), _params(shape))
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")


def _params(shape: Shape) -> dict[str, int]:
    apart = shape.bills // (3 * shape.months)  # a third of a month, in bills
    return {
        "events": shape.events,
        "months": shape.months,
        "bills": shape.bills,
        "orgs": shape.orgs,
        "per": shape.events_per_bill,
        "apart": shape.events_per_bill * apart + 1,
    }


_ROWS = (
    # The k-th event of a bill comes k times `apart` after its first one; the last wrap around.
    """
    CREATE UNLOGGED TABLE bench_event AS
    SELECT i AS seq, ((i / 1000 + 1) << 20) | (i %% 1000) AS event_id, at,
           date_trunc('month', at)::date AS month,
           ((i - (i %% %(per)s) * %(apart)s) / %(per)s + 2 * %(bills)s::bigint) %% %(bills)s AS n
    FROM generate_series(0, %(events)s::bigint - 1) i,
    LATERAL (SELECT first + (i::float8 / %(events)s) * (last - first) AS at FROM (
        SELECT date_trunc('month', now()) - make_interval(months => %(months)s - 1) AS first,
               date_trunc('month', now()) + interval '28 days' AS last) span) moment
    """,
    """
    INSERT INTO event (event_id, month, tx, org, code, about_kind, about, happened_at, recorded_at,
                       salt, canonical)
    SELECT event_id, month, '3', n %% %(orgs)s + 1, 'bill.declared', 'bill',
           'LINEHKG' || lpad(n::text, 9, '0'), at, at, substr(sha256(seq::text::bytea), 1, 16),
           convert_to(rpad('{"about":{"kind":"bill","text":"' || n || '"}}', 300), 'UTF8')
    FROM bench_event
    """,
    # Each filer sees his own; customs, who come last, see everything.
    """
    INSERT INTO audience (org, event_id, month)
    SELECT n %% %(orgs)s + 1, event_id, month FROM bench_event
    UNION ALL SELECT %(orgs)s + 1, event_id, month FROM bench_event
    """,
    """
    INSERT INTO key_event (kind, key, event_id, month)
    SELECT 'bill', 'LINEHKG' || lpad(n::text, 9, '0'), event_id, month FROM bench_event
    UNION ALL SELECT 'container', 'TGHU' || lpad((n / 2)::text, 7, '0'), event_id, month
    FROM bench_event
    """,
    """
    INSERT INTO log_leaf (seq, event_id, month, leaf_hash)
    SELECT seq, event_id, month, sha256(event_id::text::bytea) FROM bench_event
    """,
    """
    INSERT INTO feed (org, seq, event_id, month)
    SELECT n %% %(orgs)s + 1, seq, event_id, month FROM bench_event
    UNION ALL SELECT %(orgs)s + 1, seq, event_id, month FROM bench_event
    """,
    "DROP TABLE bench_event",
)


@contextmanager
def _without_indexes(conn: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
    keys = conn.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('p', 'u') AND conrelid = ANY (%s::regclass[])",
        [list(TABLES)],
    ).fetchall()
    for table, name, _ in keys:
        conn.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    indexes = conn.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[])",
        [list(TABLES)],
    ).fetchall()
    for name, _ in indexes:
        conn.execute(f"DROP INDEX {name}".encode())
    yield
    for table, name, definition in keys:
        conn.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for _, definition in indexes:
        conn.execute(str(definition).encode())
