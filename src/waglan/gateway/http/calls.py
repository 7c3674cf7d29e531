"""How list and quay agree, call by call."""

from fastapi import APIRouter
from pydantic import BaseModel

from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import FindingView, absent, view
from waglan.manifest.listed import Source, policy
from waglan.operations.compare_listed import compare_listed
from waglan.parties.permission import Act

router = APIRouter(prefix="/v1/calls", tags=["calls"])

DIFFERENCES_MAX = 5_000


class SourceView(BaseModel):
    """Who said it, in which message or manifest, and at which segment."""

    said_by: str
    paper: str
    document: str
    segment: int | None


class DifferenceView(BaseModel):
    """One thing in which list and quay differ; a side that is silent is null."""

    box: str
    finding: FindingView
    listed: SourceView | None
    told: SourceView | None


class ListedView(BaseModel):
    """A call as far as you may see it: what is listed, what was told, and where they differ.

    `told` counts boxes by what happened to them; what is not in it was not told yet, or not to you.
    """

    call: str
    manifests: list[str]
    listed: int
    told: dict[str, int]
    policy: str
    differences: list[DifferenceView]
    left_out: int


@router.get("/{call:path}/listed", response_model=ListedView, responses=ERRORS)
async def listed(call: str, visitor: TheVisitor) -> ListedView:
    """Hold the boxes that are listed for a call against those on board, discharged and loaded."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await compare_listed(tx, call)
        if found is not None:
            await visitor.looked(tx, "/v1/calls/listed", found.sights)
    if found is None:
        raise absent("call")
    differences = found.comparison.differences
    return ListedView(
        call=call,
        manifests=[str(filed.id) for filed in found.manifests],
        listed=found.comparison.listed,
        told=dict(sorted((code.value, n) for code, n in found.comparison.told.items())),
        policy=policy().version,
        differences=[
            DifferenceView(
                box=one.box,
                finding=view([one.finding], visitor.lang)[0],
                listed=_source(one.listed),
                told=_source(one.told),
            )
            for one in differences[:DIFFERENCES_MAX]
        ],
        left_out=max(0, len(differences) - DIFFERENCES_MAX),
    )


def _source(source: Source | None) -> SourceView | None:
    if source is None:
        return None
    return SourceView(
        said_by=source.said_by,
        paper=source.paper,
        document=source.document,
        segment=source.segment,
    )
