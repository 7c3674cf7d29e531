"""Grants: who filed a bill shows it to another, and takes it back."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.operations.give_grant import Wish, give_grant
from waglan.operations.revoke_grant import revoke_grant
from waglan.parties.permission import Act
from waglan.parties.readers import View
from waglan.store import grants
from waglan.store.grants import Given, Wanted

router = APIRouter(prefix="/v1/grants", tags=["grants"])

DAYS_MAX = 366
SETTLED_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.05
ViewName = Literal["status", "equipment", "full"]


class NewGrant(Asked):
    """What to show to whom, how much of it, and for how many days.

    `parent` is the bill above, for a number that you gave to houses below several bills.
    `authority` is with whom you filed it, for a bill that you filed with several.
    """

    bill: str = Field(min_length=1, max_length=80)
    parent: str | None = Field(default=None, max_length=80)
    authority: str | None = Field(default=None, max_length=40)
    receiver: str = Field(min_length=1, max_length=40)
    view: ViewName
    days: int = Field(ge=1, le=DAYS_MAX)


class GrantView(BaseModel):
    """A grant that you gave; `in_effect` says that what you asked last is carried out."""

    id: UUID
    bill: str
    receiver: str
    view: ViewName
    given_at: datetime
    until: datetime
    revoked_at: datetime | None
    in_effect: bool


@router.post("", status_code=201, response_model=GrantView, responses=MADE)
async def give(new: NewGrant, response: Response, visitor: TheMaker) -> GrantView:
    """Show a bill that you filed to another organisation: 201 that it sees it, 202 that it will."""
    visitor.must(Act.GIVE_GRANT)
    now = visitor.kit.clock()
    wish = Wish(
        visitor.kit.new_id(),
        new.bill,
        new.parent,
        PartyId(new.receiver),
        View[new.view.upper()],
        now + timedelta(days=new.days),
        None if new.authority is None else PartyId(new.authority),
    )
    async with visitor.making(wish.id) as (tx, before):
        if not before:
            by = (visitor.org, visitor.principal.org)
            _given_or_refused(await give_grant(tx, by, wish, now=now))
    shown = await _settled(visitor, UUID(before[0]) if before else wish.id)
    if not shown.in_effect:
        response.status_code = 202
    return shown


def _given_or_refused(findings: Sequence[Finding] | None) -> None:
    if findings is None:
        raise absent("bill")
    if findings:
        kind = Finding("HTTP-GRANT-REFUSED", Severity.ERROR, Where("grant"), {})
        raise Problem(422, kind, findings=findings)


@router.delete("/{grant}", status_code=204, responses=ERRORS)
async def revoke(grant: UUID, response: Response, visitor: TheVisitor) -> None:
    """Take a grant back: 204 that its receiver sees the bill no more, 202 that he soon won't."""
    visitor.must(Act.REVOKE_GRANT)
    async with visitor.transaction() as tx:
        done = await revoke_grant(
            tx, (visitor.org, visitor.principal.org), grant, now=visitor.kit.clock()
        )
    if not done:
        raise absent("grant")
    shown = await _settled(visitor, grant)
    if not shown.in_effect:
        response.status_code = 202


@router.get("", response_model=list[GrantView], responses=ERRORS)
async def newest(  # noqa: PLR0913 -- each is a filter of its own
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[UUID | None, Query()] = None,
    bill: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    receiver: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    ended: Annotated[bool | None, Query(description="Expired or revoked.")] = None,
) -> list[GrantView]:
    """List the grants that you gave, newest first; `before` is the last `id` you saw."""
    visitor.must(Act.READ)
    wanted = Wanted(visitor.kit.clock(), bill, PartyId(receiver) if receiver else None, ended)
    async with visitor.transaction() as tx:
        found = await grants.newest(tx, wanted, before=before, at_most=limit)
    return [_view(one) for one in found]


async def _settled(visitor: Visitor, grant: UUID) -> GrantView:
    """Return the grant once the engine has carried it out, or as it stands when patience ends."""
    until = visitor.kit.clock() + timedelta(seconds=SETTLED_SECONDS_MAX)
    while True:
        async with visitor.transaction() as tx:
            found = await grants.given(tx, grant)
        if found is None:
            raise absent("grant")
        if found.is_settled or visitor.kit.clock() >= until:
            return _view(found)
        await asyncio.sleep(LOOK_SECONDS)


def _view(one: Given) -> GrantView:
    return GrantView(
        id=one.grant_id,
        bill=one.bill,
        receiver=one.receiver,
        view=NAMES[one.view],
        given_at=one.given_at,
        until=one.until,
        revoked_at=one.revoked_at,
        in_effect=one.is_settled,
    )


NAMES: dict[View, ViewName] = {
    View.STATUS: "status",
    View.EQUIPMENT: "equipment",
    View.FULL: "full",
}
