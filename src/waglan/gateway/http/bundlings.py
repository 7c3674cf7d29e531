"""Customs' cargo references (CCRN) bundled with a vehicle, for a crossing by road."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import FindingView, Problem, absent, view
from waglan.operations.bundle_ccrns import bundle_ccrns
from waglan.operations.unbundle_ccrns import unbundle_ccrns
from waglan.parties.permission import Act
from waglan.store import bundlings
from waglan.store.bundlings import Bundling

router = APIRouter(prefix="/v1", tags=["trips"])

CCRNS_MAX = 100
_ENDED: Responses = {409: {"description": "It ended before, for another reason."}}
Ccrn = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9/-]{0,34}$")]


class NewBundling(Asked):
    """What is bundled with which vehicle, and where and when it is to cross.

    Waglan is not connected to customs' road cargo system: bundle there too. With `trip`, which is
    one of yours under a lock, its authorities see what is bundled.
    """

    vehicle: str = Field(min_length=1, max_length=40)
    ccrns: list[Ccrn] = Field(min_length=1, max_length=CCRNS_MAX)
    control_point: str = Field(min_length=1, max_length=80)
    crosses_at: AskedTime
    trip: UUID | None = None


class EndBundling(Asked):
    """Why it is bundled no more; what was `sent back` needs a new inbound reference."""

    reason: Literal["amend", "not going", "crossed", "sent back"]


class BundlingView(BaseModel):
    """What is bundled with a vehicle; `ended` is null while it is."""

    id: UUID
    vehicle: str
    ccrns: list[str]
    control_point: str
    crosses_at: datetime
    trip: UUID | None
    bundled_at: datetime
    ended: str | None
    ended_at: datetime | None
    findings: list[FindingView]


@router.post("/bundlings", status_code=201, response_model=BundlingView, responses=MADE)
async def bundle_references(new: NewBundling, visitor: TheMaker) -> BundlingView:
    """Write down which references are bundled with a vehicle; each is with one at a time."""
    visitor.must(Act.BUNDLE)
    now, by = visitor.kit.clock(), (visitor.org, visitor.principal.org)
    ccrns = tuple(dict.fromkeys(new.ccrns))
    wanted = Bundling(
        visitor.kit.new_id(), new.vehicle, new.control_point, new.crosses_at, ccrns, now, new.trip
    )
    async with visitor.making(wanted.id) as (tx, before):
        if before:
            one = await bundlings.by_id(tx, UUID(before[0]))
            if one is None:
                raise absent("bundling")
            return _view(one, [])
        found = await bundle_ccrns(tx, by, wanted)
        if found is None:
            raise absent("trip")
        if any(one.severity is Severity.ERROR for one in found):
            kind = Finding("HTTP-NOT-BUNDLED", Severity.ERROR, Where("body"), {})
            raise Problem(409, kind, findings=found)
    return _view(wanted, view(found, visitor.lang))


@router.get("/bundlings", response_model=list[BundlingView], responses=ERRORS)
async def list_bundlings(
    visitor: TheVisitor,
    vehicle: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[UUID | None, Query()] = None,
) -> list[BundlingView]:
    """List what is and was bundled, newest first; `after` is the last `id` you saw."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await bundlings.page(tx, vehicle=vehicle, after=after, at_most=limit)
    return [_view(one, []) for one in found]


@router.post(
    "/bundlings/{bundling}/end", response_model=BundlingView, responses={**ERRORS, **_ENDED}
)
async def unbundle_references(
    bundling: UUID, end: EndBundling, visitor: TheVisitor
) -> BundlingView:
    """Write down that it is bundled no more, and why."""
    visitor.must(Act.BUNDLE)
    now, by = visitor.kit.clock(), (visitor.org, visitor.principal.org)
    async with visitor.transaction() as tx:
        found = await unbundle_ccrns(tx, by, bundling, end.reason, now=now)
        one = await bundlings.by_id(tx, bundling)
    if found is None or one is None:
        raise absent("bundling")
    if any(each.severity is Severity.ERROR for each in found):
        kind = Finding("HTTP-NOT-BUNDLED", Severity.ERROR, Where("body"), {})
        raise Problem(409, kind, findings=found)
    return _view(one, view(found, visitor.lang))


def _view(one: Bundling, findings: list[FindingView]) -> BundlingView:
    reason, at = one.ended or (None, None)
    return BundlingView(
        id=one.id,
        vehicle=one.vehicle,
        ccrns=list(one.ccrns),
        control_point=one.control_point,
        crosses_at=one.crosses_at,
        trip=one.trip,
        bundled_at=one.bundled_at,
        ended=reason,
        ended_at=at,
        findings=findings,
    )
