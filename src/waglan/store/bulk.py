"""Many rows at once, under row-level security.

COPY is refused on tables with row-level security (PostgreSQL), so many rows go through a temporary
table that dies with the transaction; few rows are not worth one.
"""

from collections.abc import Sequence

from psycopg import sql

from waglan.store import Transaction, _binary

FEW = 64

Cell = object  # what psycopg adapts to the column's type; checked by the server


async def insert(
    tx: Transaction,
    table: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Cell]],
    *,
    or_ignore: bool = False,
) -> None:
    """Insert rows; `columns` are (name, PostgreSQL type) in the order of the cells.

    With `or_ignore`, a row whose key is there already stays as it was.
    """
    conflict = sql.SQL(" ON CONFLICT DO NOTHING" if or_ignore else "")
    if not rows:
        return
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    if len(rows) <= FEW:
        values = sql.SQL(", ").join(
            sql.SQL("%s::{}").format(sql.SQL(type_)) for _, type_ in columns
        )
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}){}").format(
            sql.Identifier(table), names, values, conflict
        )
        async with tx.cursor() as cursor:
            await cursor.executemany(statement, rows)
        return
    await stage(tx, table, columns, rows)
    await tx.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}{}").format(
            sql.Identifier(table), names, names, sql.Identifier(f"staged_{table}"), conflict
        )
    )
    await tx.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"staged_{table}")))


async def stage(
    tx: Transaction, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Cell]]
) -> None:
    """Copy rows into the temporary table `staged_<table>`, for a statement that reads it."""
    staged = sql.Identifier(f"staged_{table}")
    shape = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_)) for name, type_ in columns
    )
    await tx.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(staged, shape))
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(staged, names)
    types = [type_ for _, type_ in columns]
    async with tx.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in _binary.written(types, rows):
            await copy.write(piece)
