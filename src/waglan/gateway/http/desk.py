"""The customs desk: tables, keys, standing orders, and where a call stands. Officers only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import FindingView, Problem, absent, misunderstood, view
from waglan.gateway.http.signed import Signed, unspelled
from waglan.operations.publish_table import publish_table
from waglan.operations.register_officer_key import register_officer_key
from waglan.operations.sign_standing_order import sign_standing_order
from waglan.parties.permission import Act
from waglan.store import customs, manifests

router = APIRouter(prefix="/v1/customs", tags=["customs"])

TABLE_BYTES_MAX = 4 << 20


class TableView(BaseModel):
    """An officers' table by the hash of its bytes."""

    sha256: str
    findings: list[FindingView]


class OfficerKey(Asked):
    """The public half of the key that an officer signs with: 32 bytes, base64."""

    public_key: str = Field(max_length=100)


class OrderView(BaseModel):
    """A standing order that was taken."""

    order_id: str
    findings: list[FindingView]


class CallView(BaseModel):
    """Where a call's bills stand with customs, counted."""

    call: str
    arrives_at: datetime | None
    bills: int
    decided: int
    decided_before_arrival: int
    by_status: dict[str, int]
    undecided: int
    served: int
    seconds_to_decision: list[float]


class BillStandingView(BaseModel):
    """What was decided of a bill and why; for officers."""

    number: str
    status: str | None
    served: str | None
    fired: list[str]
    targeting: list[str]
    decided_by: str | None


class ManifestView(BaseModel):
    """A version of a manifest."""

    id: UUID
    document: str
    call: str
    version: int
    function: str
    bills: int
    arrives_at: datetime | None
    filed_at: datetime


class ManifestPage(BaseModel):
    """Manifests, newest first, and the cursor to go on with."""

    manifests: list[ManifestView]
    next: int | None


@router.post(
    "/tables",
    status_code=201,
    response_model=TableView,
    responses=ERRORS,
    openapi_extra=takes("application/json"),
)
async def publish(request: Request, visitor: TheVisitor) -> TableView:
    """Publish an officers' decision table; a standing order names it by its hash."""
    visitor.must(Act.PUBLISH_TABLE)
    model = b""
    async for piece in request.stream():
        model += piece
        if len(model) > TABLE_BYTES_MAX:
            raise Problem(413, Finding("HTTP-TOO-LARGE", Severity.ERROR, Where("table"), {}))
    async with visitor.transaction() as tx:
        sha256, findings = await publish_table(
            tx, (visitor.org, visitor.principal), model, now=visitor.kit.clock()
        )
    if sha256 is None:
        kind = Finding("HTTP-TABLE-REFUSED", Severity.ERROR, Where("table"), {})
        raise Problem(422, kind, findings=findings)
    return TableView(sha256=sha256.hex(), findings=view(findings, visitor.lang))


@router.post("/officer-keys", status_code=201, responses=ERRORS)
async def register_key(key: OfficerKey, visitor: TheVisitor) -> dict[str, str]:
    """Register the key that the signed-in officer signs orders with."""
    visitor.must(Act.SIGN_ORDER)
    public = unspelled(key.public_key)
    if len(public) != 32:
        raise misunderstood(Finding("HTTP-BAD-KEY", Severity.ERROR, Where("body.public_key"), {}))
    async with visitor.transaction() as tx:
        officer = await register_officer_key(
            tx, (visitor.org, visitor.principal), public, now=visitor.kit.clock()
        )
    if officer is None:
        raise Problem(409, Finding("HTTP-KEY-KNOWN", Severity.ERROR, Where("officer"), {}))
    return {"officer": officer}


@router.post("/standing-orders", status_code=201, response_model=OrderView, responses=ERRORS)
async def sign_order(order: Signed, visitor: TheVisitor) -> OrderView:
    """Take an order that the signed-in officer has signed with his own key."""
    visitor.must(Act.SIGN_ORDER)
    async with visitor.transaction() as tx:
        order_id, findings = await sign_standing_order(
            tx,
            (visitor.org, visitor.principal),
            order.body_bytes,
            order.signature_bytes,
            now=visitor.kit.clock(),
        )
    if order_id is None:
        kind = Finding("HTTP-ORDER-REFUSED", Severity.ERROR, Where("order"), {})
        raise Problem(422, kind, findings=findings)
    return OrderView(order_id=order_id, findings=view(findings, visitor.lang))


@router.get("/calls/{call:path}/summary", response_model=CallView, responses=ERRORS)
async def summary(call: str, visitor: TheVisitor) -> CallView:
    """Count where a call's bills stand, and how many were decided before arrival."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        counts = await customs.call_counts(tx, call)
    if counts is None:
        raise absent("call")
    return CallView(
        call=call,
        arrives_at=counts.arrives_at,
        bills=counts.bills,
        decided=sum(counts.by_status.values()),
        decided_before_arrival=counts.before_arrival,
        by_status=counts.by_status,
        undecided=counts.bills - sum(counts.by_status.values()),
        served=counts.served,
        seconds_to_decision=counts.seconds_to_decision,
    )


@router.get("/manifests/{manifest}/bills", response_model=list[BillStandingView], responses=ERRORS)
async def bills(manifest: UUID, visitor: TheVisitor) -> list[BillStandingView]:
    """List a manifest's bills with what was decided of each, and why."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        filed = await manifests.by_id(tx, manifest)
        if filed is None:
            raise absent("manifest")
        standings = await customs.standings(tx, filed.manifest_id)
    return [
        BillStandingView(
            number=one.number,
            status=one.status.value if one.status else None,
            served=one.served.value if one.served else None,
            fired=list(one.fired),
            targeting=list(one.targeting),
            decided_by=one.decided_by,
        )
        for one in standings
    ]


listing = APIRouter(prefix="/v1/manifests", tags=["manifests"])


@listing.get("", response_model=ManifestPage, responses=ERRORS)
async def newest(
    visitor: TheVisitor,
    before: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ManifestPage:
    """List the manifests that you filed, or that were filed with you, newest first."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await manifests.newest(tx, before=before, at_most=limit)
    return ManifestPage(
        manifests=[_manifest(filed) for filed in found],
        next=found[-1].manifest_id if len(found) == limit else None,
    )


@listing.get("/{manifest}", response_model=ManifestView, responses=ERRORS)
async def one(manifest: UUID, visitor: TheVisitor) -> ManifestView:
    """Show one version of a manifest."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        filed = await manifests.by_id(tx, manifest)
    if filed is None:
        raise absent("manifest")
    return _manifest(filed)


def _manifest(filed: manifests.Filed) -> ManifestView:
    return ManifestView(
        id=filed.id,
        document=filed.document,
        call=filed.call,
        version=filed.version,
        function=filed.function.value,
        bills=filed.bills,
        arrives_at=filed.arrives_at,
        filed_at=filed.filed_at,
    )
