"""What a manifest says of its bills: for who filed it, and the authority it was filed with."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.gateway.http.declared import SaysView, says_view
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import Limit, cut
from waglan.gateway.http.problem import absent
from waglan.parties.permission import Act
from waglan.store import acts, manifests

router = APIRouter(prefix="/v1/manifests", tags=["manifests"])


class DeclaredBillView(BaseModel):
    """A bill as one version of a manifest declares it; whom it names is not told here."""

    number: str
    parent: str | None
    says: SaysView


class DeclaredBillPage(BaseModel):
    """A manifest's bills, and the cursor of the next page, null on the last."""

    bills: list[DeclaredBillView]
    next: int | None


@router.get("/{manifest}/bills", response_model=DeclaredBillPage, responses=ERRORS)
async def bills(
    manifest: UUID,
    visitor: TheVisitor,
    limit: Limit = 50,
    after: Annotated[int | None, Query(ge=0)] = None,
) -> DeclaredBillPage:
    """Show what this version of a manifest says of its bills, its filer's own or filed with you."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        filed = await manifests.by_id(tx, manifest)
        if filed is None:
            raise absent("manifest")
        of = filed.manifest_id
        found = await manifests.bills_beyond(tx, of, after=after, at_most=limit + 1)
        page, last = cut(found, limit)
        said = await acts.versions_of_bills(
            tx, visitor.kit.keys.vault, [(bill, of) for bill in page]
        )
        shown = [said[bill, of] for bill in page]
        numbers = [one.bill.number for one in shown]
        await visitor.looked_at(tx, "/v1/manifests/bills", "bill", numbers)
    return DeclaredBillPage(
        bills=[
            DeclaredBillView(number=one.bill.number, parent=one.bill.parent, says=says_view(one))
            for one in shown
        ],
        next=last,
    )
