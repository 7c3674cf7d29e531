"""The customs desk: tables, standing orders, decisions and notices. Officers only."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import FindingView, Problem, absent, misunderstood, view
from waglan.operations.decide_bill import decide_bill
from waglan.operations.publish_table import publish_table
from waglan.operations.register_officer_key import register_officer_key
from waglan.operations.revoke_standing_order import revoke_standing_order
from waglan.operations.serve_notices import serve_notices
from waglan.operations.sign_standing_order import sign_standing_order
from waglan.parties.permission import Act
from waglan.store import customs, manifests

router = APIRouter(prefix="/v1/customs", tags=["customs"])

TABLE_BYTES_MAX = 4 << 20
BASE64_CHARACTERS_MAX = 1 << 17


class TableView(BaseModel):
    """An officers' table by the hash of its bytes."""

    sha256: str
    findings: list[FindingView]


class OfficerKey(Asked):
    """The public half of the key that an officer signs with: 32 bytes, base64."""

    public_key: str = Field(max_length=100)


class SignedOrder(Asked):
    """A standing order: the very bytes that were signed, and the signature, base64."""

    body: str = Field(max_length=BASE64_CHARACTERS_MAX)
    signature: str = Field(max_length=100)


class OrderView(BaseModel):
    """A standing order that was taken."""

    order_id: str
    findings: list[FindingView]


class Deciding(Asked):
    """What an officer decides of one bill, and why."""

    status: CustomsStatus
    reason: str = Field(min_length=1, max_length=500)


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


class ServedView(BaseModel):
    """How many notices were served."""

    notices: int


@router.post("/tables", status_code=201, response_model=TableView, responses=ERRORS)
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
    public = _bytes(key.public_key)
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
async def sign_order(order: SignedOrder, visitor: TheVisitor) -> OrderView:
    """Take an order that the signed-in officer has signed with his own key."""
    visitor.must(Act.SIGN_ORDER)
    async with visitor.transaction() as tx:
        order_id, findings = await sign_standing_order(
            tx,
            (visitor.org, visitor.principal),
            _bytes(order.body),
            _bytes(order.signature),
            now=visitor.kit.clock(),
        )
    if order_id is None:
        kind = Finding("HTTP-ORDER-REFUSED", Severity.ERROR, Where("order"), {})
        raise Problem(422, kind, findings=findings)
    return OrderView(order_id=order_id, findings=view(findings, visitor.lang))


@router.delete("/standing-orders/{order_id}", status_code=204, responses=ERRORS)
async def revoke_order(order_id: str, visitor: TheVisitor) -> None:
    """Revoke an order; what it has decided stands, from now on it decides nothing."""
    visitor.must(Act.REVOKE_ORDER)
    async with visitor.transaction() as tx:
        done = await revoke_standing_order(
            tx, (visitor.org, visitor.principal), order_id, now=visitor.kit.clock()
        )
    if not done:
        raise absent("standing order")


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


@router.post("/calls/{call:path}/notices", response_model=ServedView, responses=ERRORS)
async def serve(call: str, visitor: TheVisitor) -> ServedView:
    """Serve what is decided of a call's bills and not served yet; their filers see it from now."""
    visitor.must(Act.SERVE_NOTICE)
    async with visitor.transaction() as tx:
        count = await serve_notices(
            tx, (visitor.org, visitor.principal.org), call, now=visitor.kit.clock()
        )
    return ServedView(notices=count)


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


@router.post("/bills/{number:path}/decisions", status_code=201, responses=ERRORS)
async def decide(number: str, deciding: Deciding, visitor: TheVisitor) -> dict[str, str]:
    """Decide on one bill by hand: detain it, ask for its documents, lift a detention."""
    visitor.must(Act.DECIDE)
    async with visitor.transaction() as tx:
        findings = await decide_bill(
            tx,
            (visitor.org, visitor.principal),
            number,
            (deciding.status, deciding.reason),
            now=visitor.kit.clock(),
        )
    if findings is None:
        raise absent("bill")
    if findings:
        kind = Finding("HTTP-NOT-LAWFUL-NOW", Severity.ERROR, Where("bill"), {})
        raise Problem(409, kind, findings=findings)
    return {"bill": number, "status": deciding.status.value}


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


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fault = Finding("HTTP-BASE64", Severity.ERROR, Where("body"), {})
        raise misunderstood(fault) from None
