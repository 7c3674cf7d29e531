"""Every table out and in again, by COPY: what a backup holds."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from psycopg import sql

from waglan.store import Transaction

# What a backup must not hold, or what the next instance makes for itself.
LEFT_OUT = {
    "token": "live sessions; everybody is given a new token after a restore",
    "token_revocation": "of tokens that are not there",
    "one_time_link": "live links; a new one is asked for after a restore",
    "link_use": "of links that are not there",
    "sign_in_try": "waits that have long ended by then",
    "lease": "of processes that are not there",
    "trip_worker": "processes that are not there",
    "trip_partition": "leases of them; the migrations make the rows",
    "trip_live": "hints, which whoever judges trips makes again",
    "schema_migration": "made by the migrations, which the backup names",
}
BLOCK_BYTES = 256 * 1024
# Numbers given out after the backup was taken may stand in answers that partners hold.
GAP = 1 << 20
BLOCKS_GAP = 1 << 12

_TABLES = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum),
           array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum),
           (SELECT array_agg(DISTINCT f.confrelid::regclass::text) FROM pg_constraint f
            WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.oid, c.relname ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table; `kind` tells two parts of one table apart."""

    table: str
    columns: tuple[str, ...]
    kind: str = ""


async def parts(tx: Transaction) -> list[Part]:
    """Return what is to be copied, each table after those that it refers to."""
    rows = await (await tx.execute(_TABLES)).fetchall()
    columns = {table: tuple(names) for table, names, _, _ in rows}
    needs = {table: set(refers or ()) for table, _, _, refers in rows}
    found: list[Part] = []
    for table in _in_order(needs):
        if table in LEFT_OUT:
            continue
        if table == "event":
            # `tx` orders events before they are numbered and means nothing in another cluster.
            kept = tuple(column for column in columns[table] if column != "tx")
            found += [Part(table, kept, "numbered"), Part(table, kept, "waiting")]
        else:
            found.append(Part(table, columns[table]))
    return found


def _in_order(needs: dict[str, set[str]]) -> list[str]:
    done: list[str] = []
    while len(done) < len(needs):
        ready = [t for t in needs if t not in done and needs[t] <= {*done, t}]
        if not ready:
            raise ValueError(f"tables refer to each other in a circle: {needs.keys() - set(done)}")
        done += ready
    return done


async def out(tx: Transaction, part: Part) -> AsyncIterator[bytes]:
    """Yield the rows of a part as PostgreSQL's binary COPY writes them."""
    statement = sql.SQL("COPY (SELECT {} FROM {} t{}) TO STDOUT (FORMAT BINARY)").format(
        sql.SQL(", ").join(map(sql.Identifier, part.columns)),
        sql.Identifier(part.table),
        sql.SQL(_WHICH[part.kind]),
    )
    held = bytearray()
    async with tx.cursor() as cursor, cursor.copy(statement) as copy:
        async for data in copy:
            held += data
            if len(held) >= BLOCK_BYTES:
                yield bytes(held)
                held.clear()
    yield bytes(held)


_WHICH = {
    "": "",
    "numbered": " WHERE EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id = t.event_id)",
    "waiting": " WHERE NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id = t.event_id)",
}


async def rows_of(tx: Transaction, part: Part) -> int:
    """Count the rows of a part."""
    statement = sql.SQL("SELECT count(*) FROM {} t{}").format(
        sql.Identifier(part.table), sql.SQL(_WHICH[part.kind])
    )
    row = await (await tx.execute(statement)).fetchone()
    return int(row[0]) if row else 0


async def into(tx: Transaction, part: Part, blocks: Iterable[bytes]) -> int:
    """Copy the rows of a part in; return how many."""
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    table = sql.Identifier(part.table)
    if part.kind == "numbered":
        # They have their numbers: to the sequencer they are older than all that ever ran.
        await tx.execute("ALTER TABLE event ALTER tx SET DEFAULT '1'")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, columns)
    async with tx.cursor() as cursor:
        async with cursor.copy(statement) as copy:
            for block in blocks:
                await copy.write(block)
        count = cursor.rowcount
    if part.kind == "numbered":
        await tx.execute("ALTER TABLE event ALTER tx SET DEFAULT pg_current_xact_id()")
    return count


async def steps(tx: Transaction) -> list[tuple[int, str, str]]:
    """Return the schema's steps: number, name and hash."""
    rows = await tx.execute("SELECT number, name, sha256 FROM schema_migration ORDER BY number")
    return [(number, name, bytes(digest).hex()) for number, name, digest in await rows.fetchall()]


async def months(tx: Transaction) -> list[str]:
    """Return the months that have a partition of their own, as YYYYMM."""
    rows = await tx.execute(
        "SELECT substr(inhrelid::regclass::text, 7) FROM pg_inherits"
        " WHERE inhparent = 'event'::regclass AND inhrelid::regclass::text ~ '^event_[0-9]{6}$'"
        " ORDER BY 1"
    )
    return [month for (month,) in await rows.fetchall()]


async def server_version(tx: Transaction) -> int:
    """Return PostgreSQL's version as it counts it: 180004 is 18.4."""
    return tx.info.server_version


_IDENTITY = """
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attidentity <> '' AND NOT c.relispartition
"""


async def go_on_counting(tx: Transaction) -> None:
    """Let every sequence go on well beyond whatever the lost part may have given out."""
    rows = await (await tx.execute(_IDENTITY)).fetchall()
    for table, column in rows:
        names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
        await tx.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({name}, {text}),"
                " coalesce(max({column}), 0) + {gap}) FROM {table}"
            ).format(
                name=sql.Literal(table), text=sql.Literal(column), gap=sql.Literal(GAP), **names
            )
        )
    for sequence, column, table in (
        ("event_block", "event_id", "event"),
        ("consignment_block", "consignment", "consignment"),
        ("frame_block", "frame_id", "frame"),
    ):
        await tx.execute(
            sql.SQL("SELECT setval({}, (coalesce(max({}), 0) >> 20) + {}) FROM {}").format(
                sql.Literal(sequence),
                sql.Identifier(column),
                sql.Literal(BLOCKS_GAP),
                sql.Identifier(table),
            )
        )
