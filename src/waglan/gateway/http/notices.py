"""Detention notices: for those they are addressed to, and for customs who served them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.detention import (
    Addressee,
    NoticeStep,
    Told,
    due_of,
    is_made_good,
    is_overdue,
    state_of,
    version_of,
)
from waglan.customs.notice_document import (
    BEGINS,
    DOCUMENTS_MAX,
    NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
)
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.intake import count_intake
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.operations._sights import detentions_seen
from waglan.operations.acknowledge_notice import acknowledge_notice
from waglan.operations.answer_notice import NoticeAnswer, answer_notice
from waglan.operations.attach_document import Upload, attach_document
from waglan.parties.permission import Act
from waglan.store import Transaction, detention_documents, detentions
from waglan.store.detention_documents import NoticeDocument
from waglan.store.detentions import Detention, StepRow, Wanted

router = APIRouter(prefix="/v1/notices", tags=["notices"])

Number = Annotated[str, Path(alias="notice", max_length=40)]
_LATE = ("NOTICE-NOT-LAWFUL-NOW", "NOTICE-MOVED-ON")
_ENDS = (NoticeStep.RELEASE, NoticeStep.SEIZE, NoticeStep.REPLACE)


class NoticeView(BaseModel):
    """A detention notice: what customs wants of a bill, as far as it is told to you."""

    notice: str
    authority: str
    kind: str  # documents, detention, inspection
    bill: str
    parent: str | None  # the bill above it; null: you are not told whether there is one
    call: str
    served_at: datetime
    capacities: list[str]  # as what you are told; of customs itself none
    state: str  # open, answered, released, seized, replaced
    version: int  # which an acknowledgement or an officer's extension names
    boxes: list[str]
    instruction: str
    documents_asked: list[str]
    due: datetime | None  # the newest day that was named; null: none was
    overdue: bool
    acknowledged_at: datetime | None  # by you; for customs: by the first of all
    ended_at: datetime | None


class NoticesView(BaseModel):
    """Notices, newest first; `next` is the `before` of the next page, null on the last."""

    notices: list[NoticeView]
    next: str | None


class AddresseeView(BaseModel):
    """Whom the notice is for; where `reach` is not `here`, he must be told by other means."""

    capacity: str
    reach: str
    party: str | None
    acknowledged_at: datetime | None


class NoticeStepView(BaseModel):
    """One thing that was done about a notice; who of customs did it is not told."""

    step: str
    party: str
    by: str | None
    at: datetime
    due: datetime | None
    instruction: str
    boxes: list[str]
    text: str | None  # of an answer; null also where it was erased
    documents: list[UUID]


class NoticeDocumentView(BaseModel):
    """A document that was handed in; customs sees it once an answer gives it."""

    id: UUID
    party: str
    media_type: str
    size: int
    sha256: str
    received_at: datetime
    given: bool
    erased: bool


class WholeNoticeView(NoticeView):
    """A notice with its addressees, all that was done about it, and its documents.

    You see your own line of each; its filer and customs see every addressee.
    """

    addressees: list[AddresseeView]
    steps: list[NoticeStepView]
    documents: list[NoticeDocumentView]


class Acknowledged(Asked):
    """Which version of the notice you have read."""

    version: int = Field(ge=0, lt=1 << 31)


class NewAnswer(Asked):
    """An answer: what is said, and which of the documents that you handed in go with it."""

    text: str = Field(default="", max_length=TEXT_CHARS_MAX)
    documents: list[UUID] = Field(default=[], max_length=DOCUMENTS_MAX)


@dataclass(frozen=True, slots=True)
class _Shown:
    detention: Detention
    steps: Sequence[StepRow]
    told: Sequence[tuple[Addressee, Told]]


@router.get("", response_model=NoticesView, responses=ERRORS)
async def listed(  # noqa: PLR0913 -- each is a filter of its own
    visitor: TheVisitor,
    bill: Annotated[str | None, Query(max_length=100)] = None,
    call: Annotated[str | None, Query(max_length=100)] = None,
    ended: Annotated[bool | None, Query()] = None,
    before: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticesView:
    """List the notices that are for you, or that you served, newest first."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        last = None if before is None else await detentions.by_number(tx, before)
        if before is not None and last is None:
            raise absent("notice")
        number = None if last is None else last.detention_id
        wanted = Wanted(bill, call, ended)
        found = await detentions.page(tx, wanted, before=number, at_most=limit + 1)
        page = await _all_of(tx, found[:limit])
        await visitor.looked(tx, "/v1/notices", detentions_seen(found[:limit]))
    now, party = visitor.kit.clock(), visitor.principal.org
    return NoticesView(
        notices=[NoticeView(**_view(one, party, now)) for one in page],
        next=page[-1].detention.number if len(found) > limit else None,
    )


async def _all_of(tx: Transaction, found: Sequence[Detention]) -> list[_Shown]:
    ids = [one.detention_id for one in found]
    steps, told = await detentions.steps(tx, ids), await detentions.addressees(tx, ids)
    return [_Shown(one, steps[one.detention_id], told[one.detention_id]) for one in found]


def _view(one: _Shown, party: str, now: datetime) -> dict[str, Any]:
    served, steps = one.detention, [row.step for row in one.steps]
    own = [(to, told) for to, told in one.told if to.party == party]
    # Customs reads what the filer is told; whoever stands in two capacities what the first says.
    told = (own or one.told)[0][1]
    state = state_of(steps)
    due = due_of([told.due], [row.due for row in one.steps])
    acknowledged = [
        row.done_at
        for row in one.steps
        if row.step is NoticeStep.ACKNOWLEDGE and (not own or row.party == party)
    ]
    return {
        "notice": served.number,
        "authority": served.authority,
        "kind": served.kind.value,
        "bill": served.bill,
        "parent": served.parent,
        "call": served.call,
        "served_at": served.served_at,
        "capacities": [to.capacity.value for to, _ in own],
        "state": state.value,
        "version": version_of(steps),
        "boxes": list(told.boxes),
        "instruction": told.instruction,
        "documents_asked": list(told.documents),
        "due": due,
        "overdue": is_overdue(state, due, at=now),
        "acknowledged_at": min(acknowledged, default=None),
        "ended_at": next((row.done_at for row in one.steps if row.step in _ENDS), None),
    }


@router.get("/{notice}", response_model=WholeNoticeView, responses=ERRORS)
async def show(number: Number, visitor: TheVisitor) -> WholeNoticeView:
    """Show a notice with its addressees, what was done about it, and its documents."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        return await _whole(tx, visitor, number)


async def _whole(tx: Transaction, visitor: Visitor, number: str) -> WholeNoticeView:
    found = await detentions.by_number(tx, number)
    if found is None:
        raise absent("notice")
    await visitor.looked(tx, "/v1/notices", detentions_seen([found]))
    [one] = await _all_of(tx, [found])
    documents = await detention_documents.of_notice(tx, found.detention_id)
    texts = await detention_documents.words(tx, visitor.kit.keys.vault, found.detention_id)
    first = {
        row.party: row.done_at for row in reversed(one.steps) if row.step is NoticeStep.ACKNOWLEDGE
    }
    return WholeNoticeView(
        **_view(one, visitor.principal.org, visitor.kit.clock()),
        addressees=[
            AddresseeView(
                capacity=to.capacity.value,
                reach=to.reach.value,
                party=to.party,
                acknowledged_at=None if to.party is None else first.get(to.party),
            )
            for to, _ in one.told
            if not is_made_good(to, [other for other, _ in one.told])
        ],
        steps=[_step(row, texts, documents) for row in one.steps],
        documents=[_document(document) for document in documents],
    )


def _step(
    row: StepRow, texts: dict[int, str], documents: Sequence[NoticeDocument]
) -> NoticeStepView:
    return NoticeStepView(
        step=row.step.value,
        party=row.party,
        by=row.done_by,
        at=row.done_at,
        due=row.due,
        instruction=row.instruction,
        boxes=list(row.boxes),
        text=texts.get(row.event_id),
        documents=[one.id for one in documents if one.answer == row.event_id],
    )


def _document(one: NoticeDocument) -> NoticeDocumentView:
    return NoticeDocumentView(
        id=one.id,
        party=one.party,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256.hex(),
        received_at=one.received_at,
        given=one.answer is not None,
        erased=one.key_salt is None,
    )


@router.post(
    "/{notice}/acknowledgement", status_code=201, response_model=WholeNoticeView, responses=MADE
)
async def acknowledge(number: Number, seen: Acknowledged, visitor: TheMaker) -> WholeNoticeView:
    """Say that you have read the notice; who answers for it, and when, stands in the log."""
    visitor.must(Act.ANSWER_NOTICE)
    async with visitor.making(number) as (tx, before):
        if not before:
            by = (visitor.org, visitor.principal)
            try:
                now = visitor.kit.clock()
                refused = await acknowledge_notice(tx, by, number, seen.version, now=now)
            except LookupError:
                raise absent("notice") from None
            _raise([refused] if refused else [])
        return await _whole(tx, visitor, number)


@router.post(
    "/{notice}/documents",
    status_code=201,
    response_model=NoticeDocumentView,
    responses=MADE,
    openapi_extra=takes(*BEGINS),
)
async def attach(
    number: Number,
    request: Request,
    visitor: TheMaker,
    name: Annotated[str, Query(max_length=NAME_CHARS_MAX)] = "",
) -> NoticeDocumentView:
    """Hand in a document: its very bytes, up to 10 MiB. Customs sees it once an answer gives it."""
    visitor.must(Act.ANSWER_NOTICE)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    count_intake(visitor, len(content), Where("document"))
    upload = Upload(visitor.kit.new_id(), media_type, name, content)
    async with visitor.making(upload.id) as (tx, before):
        if not before:
            by = (visitor.org, visitor.principal)
            vault, now = visitor.kit.keys.vault, visitor.kit.clock()
            try:
                _raise(await attach_document(tx, vault, by, number, upload, now=now))
            except LookupError:
                raise absent("notice") from None
        id_ = UUID(before[0]) if before else upload.id
        return _document(await _found(tx, number, id_))


async def _found(tx: Transaction, number: str, document: UUID) -> NoticeDocument:
    notice = await detentions.by_number(tx, number)
    if notice is None:
        raise absent("notice")
    for one in await detention_documents.of_notice(tx, notice.detention_id):
        if one.id == document:
            return one
    raise absent("document")


@router.post("/{notice}/answers", status_code=201, response_model=WholeNoticeView, responses=MADE)
async def answer(number: Number, new: NewAnswer, visitor: TheMaker) -> WholeNoticeView:
    """Answer a notice, with the documents that you handed in to it."""
    visitor.must(Act.ANSWER_NOTICE)
    async with visitor.making(number) as (tx, before):
        if not before:
            by = (visitor.org, visitor.principal)
            vault, now = visitor.kit.keys.vault, visitor.kit.clock()
            said = NoticeAnswer(visitor.kit.new_id(), new.text, new.documents)
            try:
                _raise(await answer_notice(tx, vault, by, number, said, now=now))
            except LookupError:
                raise absent("notice") from None
        return await _whole(tx, visitor, number)


def _raise(findings: Sequence[Finding]) -> None:
    if not findings:
        return
    if any(one.code in _LATE for one in findings):
        kind = Finding("HTTP-NOT-LAWFUL-NOW", Severity.ERROR, Where("notice"), {})
        raise Problem(409, kind, findings=findings)
    kind = Finding("HTTP-NOTICE-REFUSED", Severity.ERROR, Where("notice"), {})
    raise Problem(422, kind, findings=findings)


@router.get(
    "/{notice}/documents/{document}",
    response_class=Response,
    responses={**ERRORS, 200: {"content": {one: {} for one in BEGINS}}},
)
async def fetch(number: Number, document: UUID, visitor: TheVisitor) -> Response:
    """Fetch a document as it was handed in: your own, or for customs one that an answer gave."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await _found(tx, number, document)
        await visitor.looked_at(tx, "/v1/notices/documents", "paper", [str(found.id)])
        content = await detention_documents.opened(tx, visitor.kit.keys.vault, found)
    if content is None:
        raise absent("document")
    # It is never shown in the page of whoever asks: another wrote it.
    headers = {
        "Content-Disposition": f'attachment; filename="{found.id}"',
        "X-Content-Type-Options": "nosniff",
        "Waglan-Sha256": found.sha256.hex(),
    }
    return Response(content.data, media_type=found.media_type, headers=headers)
