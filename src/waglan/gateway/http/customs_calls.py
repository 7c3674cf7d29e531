"""The calls of an authority: which wait for an officer's act, and what the order does. Officers."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.customs.worklist import CallWait
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import (
    CURSOR_CHARACTERS_MAX,
    Limit,
    Moment,
    cut,
    read_cursor,
    spell_cursor,
)
from waglan.parties.permission import Act
from waglan.store import calls
from waglan.store.calls import CallRow, Place, Wanted

router = APIRouter(prefix="/v1/customs", tags=["customs"])


class CallLineView(BaseModel):
    """A call: its bills, how many are left to an officer, how many decided and not served.

    `order_tells_at`: when the order tells its filers, unless bills are left to an officer then;
    `passed_over_at`: since when it is not for the order to tell. `arrivals_differ`: carriers state
    arrivals so far apart that no order tells. `waits`: what an officer is to do.
    """

    call: str
    vessel: str | None
    voyage: str | None
    arrives_at: datetime | None
    bills: int
    undecided: int
    unserved: int
    order_tells_at: datetime | None
    passed_over_at: datetime | None
    arrivals_differ: bool
    waits: list[str]


class CallPage(BaseModel):
    """Calls, and the cursor of the next page, null on the last."""

    calls: list[CallLineView]
    next: str | None


@router.get("/calls", response_model=CallPage, responses=ERRORS)
async def list_calls(  # noqa: PLR0913 -- each is a filter of its own
    visitor: TheVisitor,
    waiting: Annotated[bool, Query(description="Those alone that wait for an officer.")] = False,
    waits: Annotated[CallWait | None, Query(description="Those alone that wait for this.")] = None,
    passed_over: Annotated[
        bool, Query(description="Those alone that wait and that the order passed over.")
    ] = False,
    after: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Limit = 50,
) -> CallPage:
    """List the calls that were filed with you: the ship that comes first, then by name."""
    visitor.must(Act.READ_TARGETING)
    any_of = frozenset(CallWait) if waiting or passed_over else None
    wanted = Wanted(any_of if waits is None else frozenset({waits}), passed_over)
    place = None if after is None else _place(after)
    async with visitor.transaction() as tx:
        found = await calls.page(tx, wanted, after=place, at_most=limit + 1)
    page, last = cut(found, limit)
    return CallPage(
        calls=[_view(one) for one in page],
        next=spell_cursor(_Cursor(last.arrives_at, last.call)) if last else None,
    )


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    arrives_at: Moment | None
    call: str


def _place(text: str) -> Place:
    cursor = read_cursor(text, _Cursor)
    return Place(cursor.arrives_at, cursor.call)


def _view(one: CallRow) -> CallLineView:
    waits = {
        CallWait.DECISION: one.undecided > 0,
        CallWait.SERVING: one.unserved > 0 and one.order_tells_at is None,
    }
    return CallLineView(
        call=one.call,
        vessel=one.vessel,
        voyage=one.voyage,
        arrives_at=one.arrives_at,
        bills=one.bills,
        undecided=one.undecided,
        unserved=one.unserved,
        order_tells_at=one.order_tells_at,
        passed_over_at=one.passed_over_at,
        arrivals_differ=one.arrivals_differ,
        waits=[wait.value for wait, is_so in waits.items() if is_so],
    )
