"""Erasures: the platform's operator asks, the engine destroys, the log goes on to prove."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.operations.request_erasure import Kind, Wish, refusal, request_erasure
from waglan.parties.permission import Act
from waglan.store import Transaction, erasure
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1/erasures", tags=["erasures"])

RULE_CHARACTERS_MAX = 200


class NewErasure(Asked):
    """Who or what is to be erased, and the rule under which: an article, a request's number."""

    kind: Kind
    target: Annotated[str, Field(min_length=1, max_length=200, repr=False)]
    rule: str = Field(min_length=1, max_length=RULE_CHARACTERS_MAX)


class ErasureView(BaseModel):
    """An erasure: what it took once it is done, and which events still hold the name."""

    id: UUID
    state: str
    erased_at: datetime | None = None
    bills: int = 0
    messages: int = 0
    persons: int = 0
    events: int = 0
    sheets: int = 0
    still_named: list[int] = []


@router.post("", status_code=202, response_model=ErasureView, responses=MADE)
async def ask(new: NewErasure, visitor: TheMaker) -> ErasureView:
    """Ask for an erasure; it is carried out within seconds and can't be taken back."""
    visitor.must(Act.ERASE)
    findings = refusal(new.kind, new.target)
    if findings:
        kind = Finding("HTTP-ERASURE-REFUSED", Severity.ERROR, Where("erasure"), {})
        raise Problem(422, kind, findings=findings)
    kit = visitor.kit
    wish = Wish(kit.new_id(), new.kind, new.target, new.rule, await new_salt())
    async with visitor.making(wish.request) as (tx, before):
        if before:
            return await _stands(tx, UUID(before[0]))
        by = (visitor.org, visitor.principal)
        await request_erasure(tx, kit.keys.vault, by, wish, now=kit.clock())
    return ErasureView(id=wish.request, state="waiting")


@router.get("/{request}", response_model=ErasureView, responses=ERRORS)
async def show(request: UUID, visitor: TheVisitor) -> ErasureView:
    """Show how an erasure went."""
    visitor.must(Act.ERASE)
    async with visitor.transaction() as tx:
        return await _stands(tx, request)


async def _stands(tx: Transaction, request: UUID) -> ErasureView:
    asked = await erasure.is_asked(tx, request)
    done = await erasure.done(tx, request)
    if not asked:
        raise absent("erasure")
    if done is None:
        return ErasureView(id=request, state="waiting")
    return ErasureView(
        id=request,
        state="done",
        erased_at=done.erased_at,
        bills=done.bills,
        messages=done.messages,
        persons=done.persons,
        events=done.events,
        sheets=done.sheets,
        still_named=list(done.still_named),
    )
