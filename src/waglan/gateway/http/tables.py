"""Officers' tables: imported by one, compared, published by another. Officers only."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.table_file import row_count
from waglan.customs.table_words import RowWords, difference, rows_of
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import HASH, Limit, cut
from waglan.gateway.http.problem import FindingView, Problem, absent
from waglan.gateway.table_process import checked_apart
from waglan.operations.import_table import import_table
from waglan.parties.permission import Act
from waglan.store import orders
from waglan.store.orders import TableRow

router = APIRouter(prefix="/v1/customs/tables", tags=["customs"])

TABLE_BYTES_MAX = 4 << 20
# Who checks many tables waits for himself, and no password for him.
_ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="tables")
Sha256 = Annotated[str, Path(pattern=HASH)]


class ImportedView(BaseModel):
    """An officers' table by the hash of its bytes."""

    sha256: str
    findings: list[FindingView]


class TableView(BaseModel):
    """A table, who imported it, and who published it; null while it is a draft."""

    sha256: str
    rows: int
    imported_by: str
    imported_at: datetime
    published_by: str | None
    published_at: datetime | None


class TablePage(BaseModel):
    """Tables, newest first; `next` is the `before` of the next page, null on the last."""

    tables: list[TableView]
    next: str | None


class RowView(BaseModel):
    """One row in words: when all that it asks is so, it wants the status."""

    rule: str
    asks: list[str]
    status: str
    note: str
    weight: int


class WholeTableView(TableView):
    """A table with its rows."""

    in_words: list[RowView]


class ChangedView(BaseModel):
    """One row in two wordings."""

    before: RowView
    after: RowView


class DifferenceView(BaseModel):
    """What the later table says otherwise than the earlier one."""

    added: list[RowView]
    removed: list[RowView]
    changed: list[ChangedView]


@router.post(
    "",
    status_code=201,
    response_model=ImportedView,
    responses=ERRORS,
    openapi_extra=takes("application/json"),
)
async def take(request: Request, visitor: TheVisitor) -> ImportedView:
    """Import an officers' decision table as a draft, which another officer publishes by an act."""
    visitor.must(Act.PUBLISH_TABLE)
    model = b""
    async for piece in request.stream():
        model += piece
        if len(model) > TABLE_BYTES_MAX:
            raise Problem(413, Finding("HTTP-TOO-LARGE", Severity.ERROR, Where("table"), {}))
    loop = asyncio.get_running_loop()
    rows, findings = await loop.run_in_executor(_ONE_AT_A_TIME, checked_apart, model)
    if findings:
        kind = Finding("HTTP-TABLE-REFUSED", Severity.ERROR, Where("table"), {})
        raise Problem(422, kind, findings=findings)
    async with visitor.transaction() as tx:
        by, now = (visitor.org, visitor.principal), visitor.kit.clock()
        sha256 = await import_table(tx, by, model, rows, now=now)
    return ImportedView(sha256=sha256.hex(), findings=[])


@router.get("", response_model=TablePage, responses=ERRORS)
async def newest(
    visitor: TheVisitor,
    before: Annotated[
        str | None, Query(pattern=HASH, description="The `next` of the page before.")
    ] = None,
    limit: Limit = 50,
) -> TablePage:
    """List your authority's tables, newest first: drafts, and those that were published."""
    visitor.must(Act.READ_TARGETING)
    behind = None if before is None else bytes.fromhex(before)
    async with visitor.transaction() as tx:
        page, last = cut(await orders.tables(tx, before=behind, at_most=limit + 1), limit)
    shown = [_table_view(one, row_count(one.model)) for one in page]
    return TablePage(tables=shown, next=last.sha256.hex() if last else None)


@router.get("/{sha256}", response_model=WholeTableView, responses=ERRORS)
async def show(sha256: Sha256, visitor: TheVisitor) -> WholeTableView:
    """Show a table row by row, in words."""
    visitor.must(Act.READ_TARGETING)
    one = await _table(visitor, sha256)
    rows = await asyncio.to_thread(rows_of, one.model)
    about = _table_view(one, len(rows))
    return WholeTableView(**about.model_dump(), in_words=[_row(row) for row in rows])


@router.get("/{sha256}/changes-to/{other}", response_model=DifferenceView, responses=ERRORS)
async def changes(sha256: Sha256, other: Sha256, visitor: TheVisitor) -> DifferenceView:
    """Say in words what another table says otherwise than this one."""
    visitor.must(Act.READ_TARGETING)
    before, after = await _table(visitor, sha256), await _table(visitor, other)
    rows = [await asyncio.to_thread(rows_of, one.model) for one in (before, after)]
    found = difference(*rows)
    return DifferenceView(
        added=[_row(row) for row in found.added],
        removed=[_row(row) for row in found.removed],
        changed=[
            ChangedView(before=_row(one.before), after=_row(one.after)) for one in found.changed
        ],
    )


async def _table(visitor: Visitor, sha256: str) -> TableRow:
    async with visitor.transaction() as tx:
        found = await orders.imported(tx, bytes.fromhex(sha256))
    if found is None:
        raise absent("table")
    return found


def _table_view(one: TableRow, rows: int) -> TableView:
    return TableView(
        sha256=one.sha256.hex(),
        rows=rows,
        imported_by=one.imported_by,
        imported_at=one.imported_at,
        published_by=one.published_by,
        published_at=one.published_at,
    )


def _row(row: RowWords) -> RowView:
    return RowView(**asdict(row))
