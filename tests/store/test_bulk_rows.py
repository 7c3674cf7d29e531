"""Many rows written at once come back as they were."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from waglan.store import _binary, bulk
from waglan.store.dsn import Dsn

SAYABLE = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
ZONES = st.timezones() | st.builds(lambda h: timezone(timedelta(hours=h)), st.integers(-12, 14))
CELLS: dict[str, SearchStrategy[object]] = {
    "int2": st.integers(-(1 << 15), (1 << 15) - 1),
    "int4": st.integers(-(1 << 31), (1 << 31) - 1),
    "int8": st.integers(-(1 << 63), (1 << 63) - 1),
    "bool": st.booleans(),
    "date": st.dates(),
    "timestamptz": st.datetimes(
        datetime(1000, 1, 1),  # noqa: DTZ001
        datetime(9000, 1, 1),  # noqa: DTZ001
        timezones=ZONES,
    ),
    "text": SAYABLE,
    "bytea": st.binary(max_size=40),
    "uuid": st.uuids(),
    "text[]": st.lists(st.none() | SAYABLE, max_size=4),
    "bytea[]": st.lists(st.none() | st.binary(max_size=9), max_size=4),
    "int4[]": st.lists(st.none() | st.integers(-(1 << 31), (1 << 31) - 1), max_size=4),
}
TYPES = tuple(CELLS)
COLUMNS = tuple((f"c{n}", type_) for n, type_ in enumerate(TYPES))
ROWS = st.tuples(*(st.none() | cells for cells in CELLS.values()))
FULL = (1, 2, 3, True, date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), "a", b"b", UUID(int=1))


def there_and_back(database: Dsn, rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    async def kept() -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(database.admin or "") as tx:
            await tx.execute("set timezone to 'utc'")
            shape = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS)
            await tx.execute(f"create temporary table written ({shape})".encode())
            await bulk.insert(tx, "written", COLUMNS, rows)
            found = await (await tx.execute("select * from written")).fetchall()
            await tx.rollback()
            return found

    return asyncio.run(kept())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, max_size=20))
def test_what_is_written_in_bulk_comes_back_as_it_was(
    module_database: Dsn, rows: list[tuple[object, ...]]
) -> None:
    # An hour that a clock tells twice is equal to no other time, so times are compared in UTC.
    sent = [
        tuple(cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in row)
        for row in rows
    ]
    assert there_and_back(module_database, rows) == sent


@pytest.mark.parametrize("count", [bulk.ROWS_AT_ONCE, bulk.ROWS_AT_ONCE + 1])
def test_no_row_is_lost_where_one_piece_ends_and_the_next_begins(
    module_database: Dsn, count: int
) -> None:
    rows = [(n % 9, *FULL[1:], ["x"], [b"y"], [n]) for n in range(count)]
    assert there_and_back(module_database, rows) == rows


@pytest.mark.parametrize("cell", range(1, len(TYPES)))
def test_a_column_that_says_the_same_in_every_row_comes_back_in_every_row(
    module_database: Dsn, cell: int
) -> None:
    row = (1, *FULL[1:], ["x", None], [b"y", None], [-1, None])
    rows = [tuple(None if at == cell else told for at, told in enumerate(row))] * 100
    assert there_and_back(module_database, rows) == rows


@pytest.mark.parametrize("sign", ["a", "é", "舟"])
def test_cells_of_any_length_come_back_also_where_their_heads_are_written_otherwise(
    module_database: Dsn, sign: str
) -> None:
    lengths = [0, 1, 126, 127, 128, 4_095, 4_096]
    for some in (lengths[:2], lengths[:4], lengths[:5], lengths):
        rows: list[tuple[object, ...]]
        rows = [(*FULL[:6], sign * n, b"b" * n, FULL[8], [], [], []) for n in some]
        assert there_and_back(module_database, rows) == rows


def test_a_number_too_big_for_its_column_is_refused_not_cut(module_database: Dsn) -> None:
    with pytest.raises(Exception, match="format requires"):
        there_and_back(module_database, [(1 << 15, *FULL[1:], [], [], [])])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(SAYABLE | st.text('\\"{},', max_size=4), max_size=20))
def test_texts_given_as_one_array_are_those_texts(module_database: Dsn, told: list[str]) -> None:
    async def asked() -> object:
        async with await psycopg.AsyncConnection.connect(module_database.admin or "") as tx:
            row = await (await tx.execute("select %s::text[]", [_binary.texts(told)])).fetchone()
            return row and row[0]

    assert asyncio.run(asked()) == told
