"""An officers' table in words, row by row, and what another one says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.score import weights
from waglan.customs.table_file import Grid, taken_grid


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row: when all that it asks is so, it wants the status."""

    rule: str
    asks: tuple[str, ...]
    status: str
    note: str
    weight: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row that two tables have in two wordings."""

    before: RowWords
    after: RowWords


@dataclass(frozen=True, slots=True)
class Difference:
    """What the later table says otherwise than the earlier one, in the order of its rows."""

    added: tuple[RowWords, ...]
    removed: tuple[RowWords, ...]
    changed: tuple[Change, ...]


def rows_of(model: bytes) -> list[RowWords]:
    """Return the rows of a table that was taken; what is no table has none."""
    grid = taken_grid(model)
    return [] if grid is None else [_row(grid, n) for n in range(len(grid.rows))]


def difference(before: Sequence[RowWords], after: Sequence[RowWords]) -> Difference:
    """Return what changed from one table to another; a row is the same by its rule's id."""
    old, new = {row.rule: row for row in before}, {row.rule: row for row in after}
    return Difference(
        tuple(row for row in after if row.rule not in old),
        tuple(row for row in before if row.rule not in new),
        tuple(Change(old[r.rule], r) for r in after if r.rule in old and old[r.rule] != r),
    )


def _row(grid: Grid, n: int) -> RowWords:
    row, said = grid.rows[n], {column["field"]: column["id"] for column in grid.outputs}
    status = row[said["status"]].strip('"')
    weight = grid.weights[n]
    asks = tuple(
        f"{column['field']}: {cell}" if "field" in column else cell
        for column in grid.inputs
        if (cell := row.get(column["id"], "").strip())
    )
    own = weights().row[CustomsStatus(status)] if weight is None else weight
    return RowWords(grid.rules[n], asks, status, row[said["note"]].strip('"'), own)
