"""Who looked at what is yours: of your firm, and of yourself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.codes.party import PartyId
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.parties.look import Basis
from waglan.parties.permission import Act
from waglan.parties.role import ClientKind, Role
from waglan.store import looks
from waglan.store.looks import Look, Wanted

router = APIRouter(prefix="/v1", tags=["access log"])

PAGE_MAX = 200
Before = Annotated[UUID | None, Query()]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


class LookView(BaseModel):
    """Who looked, as what, at what of yours, when, by which call, and what it rested on.

    `person` is told of your own people alone. `keys` names the first of what was seen, `count` how
    many there were.
    """

    id: UUID
    at: datetime
    party: str
    roles: list[Role]
    client: ClientKind
    person: str | None
    asked: str
    basis: Basis
    kind: str
    keys: list[str]
    count: int


class LookPage(BaseModel):
    """Looks, newest first; `next` is the `before` of the next page, null on the last."""

    looks: list[LookView]
    next: UUID | None


@router.get("/access-log", response_model=LookPage, responses=ERRORS)
async def of_the_firm(
    visitor: TheVisitor,
    before: Before = None,
    limit: Limit = 50,
    key: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    party: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
) -> LookPage:
    """List who looked at what is your firm's; at customs, what your own officers looked at.

    `key` finds the looks that name a bill, a container, a draft …, `party` those of one firm.
    """
    visitor.must(Act.READ_LOOKS)
    wanted = Wanted(key=key, party=PartyId(party) if party else None)
    async with visitor.transaction() as tx:
        found = await looks.page(tx, wanted, before=before, at_most=limit + 1)
    return _page(found, limit)


@router.get("/me/access-log", response_model=LookPage, responses=ERRORS)
async def of_myself(visitor: TheVisitor, before: Before = None, limit: Limit = 50) -> LookPage:
    """List who looked at what is kept of you as a person."""
    visitor.must(Act.KEEP_ACCOUNT)
    async with visitor.transaction() as tx:
        wanted = Wanted(person=visitor.holder.subject)
        found = await looks.page(tx, wanted, before=before, at_most=limit + 1)
    return _page(found, limit)


def _page(found: Sequence[Look], limit: int) -> LookPage:
    shown = [_view(one) for one in found[:limit]]
    return LookPage(looks=shown, next=shown[-1].id if len(found) > limit else None)


def _view(one: Look) -> LookView:
    return LookView(
        id=one.look,
        at=one.at,
        party=one.party,
        roles=list(one.roles),
        client=one.client,
        person=one.person,
        asked=one.asked,
        basis=one.basis,
        kind=one.kind,
        keys=list(one.keys),
        count=one.count,
    )
