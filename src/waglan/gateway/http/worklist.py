"""The officers' worklist: what waits, by the ship's arrival and the risk. Officers only."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.worklist import FOR, Wait, Whom
from waglan.gateway.http.declared import short_text
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import Moment, read_cursor, spell_cursor
from waglan.operations.held_before import HeldBefore, held_before
from waglan.parties.permission import Act
from waglan.store import worklist
from waglan.store.calls import order_tells
from waglan.store.goods_told import GoodsTold, goods_told
from waglan.store.worklist import Place, Waiting, Wanted

router = APIRouter(prefix="/v1/customs", tags=["customs"])

CURSOR_CHARACTERS_MAX = 200


class HeldBeforeView(BaseModel):
    """An earlier bill that was held and that its filer withdrew, of what may be the same goods.

    They share `boxes`, or if none are named a consignee and a description.
    """

    filer: str
    number: str
    parent: str
    status: str
    boxes: list[str]


class WaitingView(BaseModel):
    """A bill that waits: for what and for whom (officer, filer, or the standing order).

    An act names filer, number, parent, version and filed_version.
    """

    filer: str
    number: str
    parent: str
    version: int
    filed_version: int
    call: str
    arrives_at: datetime | None
    score: int
    status: str | None
    waits: str
    waits_for: str
    order_tells_at: datetime | None  # when the order serves its notice; null: no order will
    withdrawn: bool  # its filer's newest manifest does not declare it
    told: bool  # its filer knows the status
    held_before: list[HeldBeforeView]  # what may have been the same goods, held and withdrawn
    also_by: list[str]  # who else declares a bill of this number on the call
    goods: str  # what its goods are, in short; the bill itself says all
    containers: int


class WorklistView(BaseModel):
    """Bills that wait, and the cursor of the next page, null on the last."""

    bills: list[WaitingView]
    next: str | None


@router.get("/worklist", response_model=WorklistView, responses=ERRORS)
async def list_waiting(  # noqa: PLR0913 -- each is a filter of its own
    visitor: TheVisitor,
    call: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[CustomsStatus | None, Query()] = None,
    waits: Annotated[Wait | None, Query()] = None,
    waits_for: Annotated[Whom | None, Query()] = None,
    after: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WorklistView:
    """List the bills that wait: the ship that comes first, then the highest score, then by age."""
    visitor.must(Act.READ_TARGETING)
    place = None if after is None else _place(after)
    async with visitor.transaction() as tx:
        tells = await order_tells(tx)
        wanted = Wanted(call, status, None if waits is None else [waits], waits_for, tells)
        found = await worklist.page(tx, wanted, after=place, at_most=limit + 1)
        beside = await worklist.others(tx, [one.consignment for one in found[:limit]])
        page = [one.consignment for one in found[:limit]]
        before = await held_before(tx, visitor.kit.keys.vault, page)
        goods = await goods_told(tx, page)
        numbers = [one.number for one in found[:limit]]
        await visitor.looked_at(tx, "/v1/customs/worklist", "bill", numbers)
    return WorklistView(
        bills=[
            _view(
                one,
                beside.get(one.consignment, []),
                before.get(one.consignment, []),
                goods.get(one.consignment),
                tells.get(one.call) if one.waits is Wait.NOTICE else None,
            )
            for one in found[:limit]
        ],
        next=_cursor(found[limit - 1]) if len(found) > limit else None,
    )


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    arrives_at: Moment | None
    score: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]
    consignment: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


def _cursor(last: Waiting) -> str:
    return spell_cursor(_Cursor(last.arrives_at, last.score, last.consignment))


def _place(text: str) -> Place:
    cursor = read_cursor(text, _Cursor)
    return Place(cursor.arrives_at, cursor.score, cursor.consignment)


def _view(
    one: Waiting,
    also_by: list[str],
    before: list[HeldBefore],
    goods: GoodsTold | None,
    tells_at: datetime | None,
) -> WaitingView:
    return WaitingView(
        filer=one.filer,
        number=one.number,
        parent=one.parent,
        version=one.version,
        filed_version=one.filed_version,
        call=one.call,
        arrives_at=one.arrives_at,
        score=one.score,
        status=one.status.value if one.status else None,
        waits=one.waits.value,
        waits_for=(FOR[one.waits] if tells_at is None else Whom.ORDER).value,
        order_tells_at=tells_at,
        withdrawn=one.is_withdrawn,
        told=one.is_told,
        held_before=[
            HeldBeforeView(
                filer=it.bill.filer,
                number=it.bill.number,
                parent=it.bill.parent,
                status=it.bill.status.value if it.bill.status else "",
                boxes=sorted(it.shared.boxes),
            )
            for it in before
        ],
        also_by=also_by,
        goods=short_text(goods),
        containers=goods.boxes if goods else 0,
    )
