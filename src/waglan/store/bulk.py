"""Many rows at once, under row-level security.

COPY is refused on tables with row-level security (PostgreSQL). Rows go column by column, one array
each, to a statement that takes them apart row by row: nothing is staged.
"""

from collections.abc import AsyncIterator, Sequence
from functools import cache
from typing import TypeAlias

from waglan.store import Transaction, _binary

ROWS_AT_ONCE = 2_500  # what the server holds in memory of them, twice or thrice

Cell = object  # what its column's type can hold; another raises
Columns: TypeAlias = "tuple[tuple[str, str], ...]"  # name, PostgreSQL type


async def insert(
    tx: Transaction,
    table: str,
    columns: Columns,
    rows: Sequence[Sequence[Cell]],
    *,
    or_ignore: bool = False,
) -> None:
    """Insert rows; `columns` are in the order of the cells.

    With `or_ignore`, a row whose key is there already stays as it was.
    """
    await insert_columns(tx, table, columns, list(zip(*rows, strict=True)), or_ignore=or_ignore)


async def insert_columns(
    tx: Transaction,
    table: str,
    columns: Columns,
    cells: Sequence[Sequence[Cell]],
    *,
    or_ignore: bool = False,
) -> None:
    """Insert rows that are given column by column."""
    async for given, told in pieces(columns, cells):
        statement = _inserting(table, columns, given, or_ignore=or_ignore)
        await tx.execute(statement, told, prepare=True)


async def pieces(
    columns: Columns, cells: Sequence[Sequence[Cell]]
) -> AsyncIterator[tuple[str, list[Cell]]]:
    """Yield what stands behind FROM for these rows, named `given`, each with its parameters.

    A column that says the same in all rows is sent once.
    """
    for at in range(0, len(cells[0]) if cells else 0, ROWS_AT_ONCE):
        piece = [column[at : at + ROWS_AT_ONCE] for column in cells]
        same = [c[0] == c[-1] and c.count(c[0]) == len(c) for c in piece]
        same[0] = False  # one column says how many rows there are
        once = [column[0] for column, is_same in zip(piece, same, strict=True) if is_same]
        each = [
            _binary.array(type_, column)
            for (_, type_), column, is_same in zip(columns, piece, same, strict=True)
            if not is_same
        ]
        yield _given(columns, tuple(same)), [*once, *each]


@cache
def _inserting(table: str, columns: Columns, given: str, *, or_ignore: bool) -> bytes:
    names = ", ".join(name for name, _ in columns)
    conflict = " ON CONFLICT DO NOTHING" if or_ignore else ""
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {given}{conflict}".encode()


@cache
def _given(columns: Columns, same: tuple[bool, ...]) -> str:
    both = [*zip(columns, same, strict=True)]
    once = [f"%s::{type_} AS {name}" for (name, type_), is_same in both if is_same]
    each = [(name, type_) for (name, type_), is_same in both if not is_same]
    # A list came as text: there are no arrays of arrays.
    taken = [f"{name}::{type_}" if type_.endswith("[]") else name for name, type_ in each]
    # Side by side in one list they go row by row; behind FROM each would be written down first.
    rows = ", ".join(f"unnest(%s) AS {name}" for name, _ in each)
    columns_of = ", ".join((*once, *taken))
    return f"(SELECT {columns_of} FROM (SELECT {rows}) AS one) AS given"
