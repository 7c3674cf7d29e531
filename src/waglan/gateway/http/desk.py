"""The customs desk: keys, standing orders, and where a call stands. Officers only."""

import base64
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.standing_order import read_order
from waglan.customs.status import GRAVITY
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.drafts import acting
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import HASH, Limit, cut
from waglan.gateway.http.problem import FindingView, Problem, absent, misunderstood, view
from waglan.gateway.http.signed import Signed, unspelled
from waglan.manifest.model import Head
from waglan.operations.end_officer_key import end_officer_key
from waglan.operations.register_officer_key import register_officer_key
from waglan.operations.sign_standing_order import sign_standing_order
from waglan.parties.permission import Act
from waglan.store import customs, manifests, orders
from waglan.store.orders import KeyRow, OrderRow

router = APIRouter(prefix="/v1/customs", tags=["customs"])

EXPIRES_SOON = timedelta(days=7)  # the project's own: time for an officer to sign the next one
BILLS_MAX = 1_000
ORDER_ID_MAX = 20_000  # of one that was taken before its name had a limit


class OfficerKey(Asked):
    """The public half of the key that an officer signs with: 32 bytes, base64."""

    public_key: str = Field(max_length=100)


class OfficerKeyView(BaseModel):
    """A key that an officer signs with; `ended_at` tells until when he did."""

    officer: str
    key_sha256: str
    registered_at: datetime
    ended_at: datetime | None
    ended_by: str | None


class OfficerKeyPage(BaseModel):
    """Keys, newest first; `next` is the `before` of the next page, null on the last."""

    keys: list[OfficerKeyView]
    next: str | None


class EndedKeyView(BaseModel):
    """Whose key ended, and the standing orders that ended with it."""

    officer: str
    orders: list[str]


class OrderView(BaseModel):
    """A standing order that was taken."""

    order_id: str
    findings: list[FindingView]


class StandingOrderView(BaseModel):
    """A standing order, its limits, and whether it is in force."""

    order_id: str
    officer: str
    state: str  # in force, not yet, expired, revoked; unsigned: its officer may decide no more
    expires_soon: bool
    table_sha256: str
    policy_version: str
    statuses: list[str]
    bills_per_call_max: int
    bills_per_day_max: int | None
    not_selected_permille_max: int
    valid_from: datetime
    valid_until: datetime
    serve_before_arrival_minutes: int
    documents: list[str]  # what is wanted of whoever is asked for documents
    answer_days: int | None
    signed_at: datetime
    revoked_at: datetime | None
    body: str  # as it was signed, base64
    signature: str


class OrderPage(BaseModel):
    """Orders, newest first; `next` is the `before` of the next page, null on the last."""

    orders: list[StandingOrderView]
    next: str | None


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
    filed_version: int  # how many manifests had the bill, up to this one


class BillPage(BaseModel):
    """A manifest's bills, and the cursor to go on with."""

    bills: list[BillStandingView]
    next: int | None


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


class ReferenceView(BaseModel):
    """A number that a manifest refers to, with its qualifier, as sent."""

    qualifier: str
    number: str


class HeadView(BaseModel):
    """What a manifest says of itself, of the vessel and of her call, as sent."""

    document_name: str
    carrier: str | None
    agent: str | None
    vessel: str | None
    imo: str | None
    voyage: str | None
    mode: str | None
    customs_office: str | None
    port_of_call: str | None
    arrival: str | None
    departure: str | None
    references: list[ReferenceView]


class ManifestHeadView(ManifestView):
    """A version of a manifest, with what it says of itself and of the call."""

    head: HeadView


class ManifestPage(BaseModel):
    """Manifests, newest first, and the cursor to go on with."""

    manifests: list[ManifestView]
    next: int | None


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


@router.get("/officer-keys", response_model=OfficerKeyPage, responses=ERRORS)
async def officer_keys(
    visitor: TheVisitor,
    before: Annotated[
        str | None, Query(pattern=HASH, description="The `next` of the page before.")
    ] = None,
    limit: Limit = 50,
) -> OfficerKeyPage:
    """List the keys of your authority's officers, newest first, with those that ended."""
    visitor.must(Act.READ_TARGETING)
    behind = None if before is None else bytes.fromhex(before)
    async with visitor.transaction() as tx:
        found = await orders.key_history(tx, before=behind, at_most=limit + 1)
    page, last = cut([_key_view(row) for row in found], limit)
    return OfficerKeyPage(keys=list(page), next=last.key_sha256 if last else None)


def _key_view(row: KeyRow) -> OfficerKeyView:
    return OfficerKeyView(
        officer=row.officer,
        key_sha256=sha256(row.public_key).hexdigest(),
        registered_at=row.registered_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


@router.delete("/officer-keys/{officer}", response_model=EndedKeyView, responses=ERRORS)
async def end_key(
    officer: Annotated[str, Path(max_length=100)], visitor: TheVisitor
) -> EndedKeyView:
    """End an officer's key, your own or a colleague's: his standing orders end with it."""
    visitor.must(Act.REVOKE_ORDER)
    async with visitor.transaction() as tx:
        ended = await end_officer_key(tx, acting(visitor), officer)
    if ended is None:
        raise absent("officer's key")
    return EndedKeyView(officer=officer, orders=ended)


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


@router.get("/standing-orders", response_model=OrderPage, responses=ERRORS)
async def standing_orders(
    visitor: TheVisitor,
    before: Annotated[
        str | None, Query(max_length=ORDER_ID_MAX, description="The `next` of the page before.")
    ] = None,
    limit: Limit = 50,
) -> OrderPage:
    """List your authority's standing orders, newest first, and what each allows."""
    visitor.must(Act.READ_TARGETING)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        found = await orders.all_orders(tx, before=before, at_most=limit + 1)
        keys = await orders.officer_keys(tx)
    page, last = cut(found, limit)
    shown = [_order(row, revoked, keys, now) for row, revoked in page]
    return OrderPage(orders=shown, next=last[0].order_id if last else None)


@router.get("/standing-orders/{order_id:path}", response_model=StandingOrderView, responses=ERRORS)
async def standing_order(order_id: str, visitor: TheVisitor) -> StandingOrderView:
    """Show one standing order, as it was signed."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        found = await orders.order(tx, order_id)
        keys = await orders.officer_keys(tx)
    if found is None:
        raise absent("standing order")
    return _order(*found, keys, visitor.kit.clock())


def _order(
    row: OrderRow, revoked_at: datetime | None, keys: Collection[str], now: datetime
) -> StandingOrderView:
    order = read_order(row.body)
    if order is None:
        raise ValueError(f"order {row.order_id} was kept and can't be read")
    left = order.valid_until - now
    state = "in force" if now >= order.valid_from else "not yet"
    if revoked_at is not None:
        state = "revoked"
    elif left <= timedelta(0):
        state = "expired"
    elif order.officer not in keys:  # in force or to be: for nobody who may decide
        state = "unsigned"
    return StandingOrderView(
        order_id=order.id,
        officer=order.officer,
        state=state,
        expires_soon=state == "in force" and left <= EXPIRES_SOON,
        table_sha256=order.table_sha256,
        policy_version=order.policy_version,
        statuses=[status.value for status in GRAVITY if status in order.statuses],
        bills_per_call_max=order.bills_per_call_max,
        bills_per_day_max=order.bills_per_day_max,
        not_selected_permille_max=order.not_selected_permille_max,
        valid_from=order.valid_from,
        valid_until=order.valid_until,
        serve_before_arrival_minutes=order.serve_before_arrival_minutes,
        documents=list(order.documents),
        answer_days=order.answer_days,
        signed_at=row.signed_at,
        revoked_at=revoked_at,
        body=base64.b64encode(row.body).decode(),
        signature=base64.b64encode(row.signature).decode(),
    )


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


@router.get("/manifests/{manifest}/bills", response_model=BillPage, responses=ERRORS)
async def bills(
    manifest: UUID,
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=BILLS_MAX)] = 200,
    after: Annotated[int | None, Query(ge=0)] = None,
) -> BillPage:
    """List a manifest's bills with what was decided of each, and why."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        filed = await manifests.by_id(tx, manifest)
        if filed is None:
            raise absent("manifest")
        standings = await customs.standings(tx, filed.manifest_id, after=after, at_most=limit)
        numbers = [one.number for one in standings]
        await visitor.looked_at(tx, "/v1/customs/manifests/bills", "bill", numbers)
    shown = [
        BillStandingView(
            number=one.number,
            status=one.status.value if one.status else None,
            served=one.served.value if one.served else None,
            fired=list(one.fired),
            targeting=list(one.targeting),
            decided_by=one.decided_by,
            filed_version=one.filed_version,
        )
        for one in standings
    ]
    last = standings[-1].consignment if len(standings) == limit else None
    return BillPage(bills=shown, next=last)


listing = APIRouter(prefix="/v1/manifests", tags=["manifests"])


@listing.get("", response_model=ManifestPage, responses=ERRORS)
async def newest(
    visitor: TheVisitor,
    before: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    document: Annotated[str | None, Query(description="The manifest's own number.")] = None,
    call: Annotated[str | None, Query(description="IMO number or name, a slash, voyage.")] = None,
) -> ManifestPage:
    """List the manifests that you filed, or that were filed with you, newest first.

    Each version is one; `document` and `call` leave the others out.
    """
    visitor.must(Act.READ)
    wanted = manifests.Wanted(document, call)
    async with visitor.transaction() as tx:
        found = await manifests.newest(tx, wanted, before=before, at_most=limit)
        papers = [one.document for one in found]
        await visitor.looked_at(tx, "/v1/manifests", "manifest", papers)
    return ManifestPage(
        manifests=[_manifest(filed) for filed in found],
        next=found[-1].manifest_id if len(found) == limit else None,
    )


@listing.get("/{manifest}", response_model=ManifestHeadView, responses=ERRORS)
async def one(manifest: UUID, visitor: TheVisitor) -> ManifestHeadView:
    """Show one version of a manifest; its bills are a call of their own."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        filed = await manifests.by_id(tx, manifest)
        if filed is not None:
            await visitor.looked_at(tx, "/v1/manifests", "manifest", [filed.document])
    if filed is None:
        raise absent("manifest")
    return ManifestHeadView(**_manifest(filed).model_dump(), head=_head(filed.head))


def _head(head: Head) -> HeadView:
    names = HeadView.model_fields.keys() - {"references"}
    references = [ReferenceView(qualifier=one, number=number) for one, number in head.references]
    return HeadView(**{name: getattr(head, name) for name in names}, references=references)


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
