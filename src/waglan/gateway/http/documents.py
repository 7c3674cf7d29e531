"""Papers that declare nothing, as their sender and their addressee may read them; and templates."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import absent
from waglan.messages import manifest_json
from waglan.messages.sheet.template import csv_template, xlsx_template
from waglan.operations._sights import papers_seen
from waglan.parties.permission import Act
from waglan.store import Transaction, documents
from waglan.store.documents import Document, KeyName

router = APIRouter(prefix="/v1/documents", tags=["documents"])
templates = APIRouter(prefix="/v1/templates", tags=["templates"])

PAGE_MAX = 200
TEXT_MAX = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DocumentView(BaseModel):
    """A booking, a shipping instruction, a list of houses, or verified masses."""

    id: UUID
    kind: str
    number: str
    function: str
    sender: str
    addressee: str | None
    received_at: datetime
    message: UUID | None  # your own; another's message is his


class DocumentsView(BaseModel):
    """Documents, newest first; `next` is the `before` of the next page, null on the last."""

    documents: list[DocumentView]
    next: UUID | None


class OpenedView(DocumentView):
    """A document with all that it says, and the ids of every version of its number."""

    content: dict[str, Any]
    versions: list[UUID]


class Wanted(Asked):
    """Which documents: those that name all of these, or all of them page by page."""

    booking: str | None = Field(default=None, min_length=1, max_length=TEXT_MAX)
    bill: str | None = Field(default=None, min_length=1, max_length=TEXT_MAX)
    container: str | None = Field(default=None, min_length=1, max_length=TEXT_MAX)
    before: UUID | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)

    def keys(self) -> list[tuple[KeyName, str]]:
        """Return what was asked for by name."""
        names: dict[KeyName, str | None] = {
            "booking": self.booking,
            "bill": self.bill,
            "container": self.container,
        }
        return [(name, text) for name, text in names.items() if text is not None]


@router.get("", response_model=DocumentsView, responses=ERRORS)
async def listed(visitor: TheVisitor, asked: Annotated[Wanted, Query()]) -> DocumentsView:
    """List papers that you sent or that are addressed to you.

    With a booking, bill or container: those that stand and name it. Without: all, page by page.
    """
    visitor.must(Act.READ)
    keys, vault = asked.keys(), visitor.kit.keys.vault
    async with visitor.transaction() as tx:
        if keys:
            each = [await documents.find(tx, vault, name, text) for name, text in keys]
            in_all = set.intersection(*({one.id for one in found} for found in each))
            shown, more = [one for one in each[0] if one.id in in_all][: asked.limit], False
        else:
            shown, more = await _page(tx, asked)
        await visitor.looked(tx, "/v1/documents", papers_seen(shown))
    return DocumentsView(
        documents=[_view(one) for one in shown], next=shown[-1].id if more else None
    )


async def _page(tx: Transaction, asked: Wanted) -> tuple[list[Document], bool]:
    last = None if asked.before is None else await documents.by_id(tx, asked.before)
    if asked.before is not None and last is None:
        raise absent("document")
    number = None if last is None else last.document_id
    found = await documents.newest(tx, before=number, at_most=asked.limit + 1)
    return found[: asked.limit], len(found) > asked.limit


@router.get("/{document}", response_model=OpenedView, responses=ERRORS)
async def show(document: UUID, visitor: TheVisitor) -> OpenedView:
    """Show one paper with all that it says."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await documents.by_id(tx, document)
        versions = [] if found is None else await documents.history(tx, found)
        await visitor.looked(tx, "/v1/documents", papers_seen([found] if found else []))
    if found is None:
        raise absent("document")
    content = await documents.opened(visitor.kit.keys.vault, found)
    return OpenedView(
        **_view(found).model_dump(),
        content=msgspec.to_builtins(content),
        versions=[one.id for one in versions],
    )


def _view(one: Document) -> DocumentView:
    return DocumentView(
        id=one.id,
        kind=one.kind,
        number=one.number,
        function=one.function,
        sender=one.sender,
        addressee=one.addressee,
        received_at=one.received_at,
        message=one.message,
    )


Format = Literal["csv", "xlsx", "json"]


@templates.get(
    "/manifest.{form}",
    responses={200: {"content": {"text/csv": {}, XLSX: {}, "application/schema+json": {}}}},
    response_class=Response,
)
async def template(form: Annotated[Format, Path()]) -> Response:
    """Download the template of a manifest: a sheet to fill in, or the JSON Schema of a document."""
    data, media_type = {
        "csv": (csv_template, "text/csv; charset=utf-8"),
        "xlsx": (xlsx_template, XLSX),
        "json": (_schema, "application/schema+json"),
    }[form]
    return Response(
        data(),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="manifest.{form}"'},
    )


def _schema() -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest_json.schema()), indent=2)
