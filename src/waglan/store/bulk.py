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
    await _copy_in(tx, table, columns, list(zip(*rows, strict=True)), conflict)


async def insert_columns(
    tx: Transaction,
    table: str,
    columns: Sequence[tuple[str, str]],
    cells: Sequence[Sequence[Cell]],
) -> None:
    """Insert rows that are given column by column."""
    if len(cells[0]) <= FEW:
        await insert(tx, table, columns, list(zip(*cells, strict=True)))
    else:
        await _copy_in(tx, table, columns, cells, sql.SQL(""))


async def _copy_in(
    tx: Transaction,
    table: str,
    columns: Sequence[tuple[str, str]],
    cells: Sequence[Sequence[Cell]],
    conflict: sql.SQL,
) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    staged = sql.Identifier(f"staged_{table}")
    await stage(tx, table, columns, cells)
    await tx.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}{}").format(
            sql.Identifier(table), names, names, staged, conflict
        )
    )
    await tx.execute(sql.SQL("DROP TABLE {}").format(staged))


async def stage(
    tx: Transaction,
    table: str,
    columns: Sequence[tuple[str, str]],
    cells: Sequence[Sequence[Cell]],
) -> None:
    """Copy many rows into the temporary table `staged_<table>`, for a statement that reads it.

    `cells` are given column by column. One that says the same in all rows is sent once, as the
    column's default.
    """
    same = [bool(column) and column.count(column[0]) == len(column) for column in cells]
    same[0] = False  # COPY needs a column
    staged = sql.Identifier(f"staged_{table}")
    shape = sql.SQL(", ").join(
        sql.SQL("{} {} DEFAULT {}").format(
            sql.Identifier(name), sql.SQL(type_), sql.Literal(column[0] if is_same else None)
        )
        for (name, type_), column, is_same in zip(columns, cells, same, strict=True)
    )
    await tx.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(staged, shape))
    sent = [one for one, is_same in zip(columns, same, strict=True) if not is_same]
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in sent)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(staged, names)
    varying = [column for column, is_same in zip(cells, same, strict=True) if not is_same]
    async with tx.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in _binary.written([type_ for _, type_ in sent], varying):
            await copy.write(piece)
