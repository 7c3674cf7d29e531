"""What a firm keeps for its filings: templates, letters, approvers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.drafts import Key, acting, done_or_refused, there
from waglan.gateway.http.maker import MADE, Maker, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import LISTED_MAX, Before, Limit, cut
from waglan.gateway.http.problem import FindingView, absent, view
from waglan.operations.end_approver import end_approver
from waglan.operations.end_letter import end_letter
from waglan.operations.keep_template import NewTemplate, drop_template, keep_template
from waglan.operations.name_approver import Naming, name_approver
from waglan.operations.open_draft import Opened, open_draft
from waglan.operations.open_letter import KeptLetter, LetterSheet, Wanted, list_letters, open_letter
from waglan.operations.record_letter import record_letter
from waglan.operations.set_filing_rule import set_filing_rule
from waglan.parties.approval import Approver
from waglan.parties.authorisation import client_disguised, letter_findings
from waglan.parties.permission import Act
from waglan.store import approvals, sheets
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1", tags=["filing desk"])


class NewTemplateView(Asked):
    """A draft to be kept as a template, under a name."""

    model_config = ConfigDict(extra="forbid")

    draft: UUID
    title: str = Field(min_length=1, max_length=100)


class TemplateView(BaseModel):
    """A template: what of a draft serves again."""

    id: UUID
    profile: str
    title: str
    fields: int
    made_at: datetime


class TemplatePage(BaseModel):
    """Templates, newest first; `next` is the `before` of the next page, null on the last."""

    templates: list[TemplateView]
    next: UUID | None


@router.post("/draft-templates", status_code=201, response_model=TemplateView, responses=MADE)
async def add_template(new: NewTemplateView, visitor: TheMaker) -> TemplateView:
    """Keep what of a draft serves for the next consignment: no number, date, box or amount."""
    visitor.must(Act.PREPARE)
    id_, vault = visitor.kit.new_id(), visitor.kit.keys.vault
    wanted = NewTemplate(id_, new.draft, new.title, await new_salt(), await new_salt())
    async with visitor.making(id_) as (tx, before):
        if not before:
            done_or_refused(there(await keep_template(tx, vault, acting(visitor), wanted), "draft"))
        opened = await open_draft(tx, vault, UUID(before[0]) if before else id_, "template")
    return there(None if opened is None else _template(opened), "template")


@router.get("/draft-templates", response_model=TemplatePage, responses=ERRORS)
async def templates(
    visitor: TheVisitor, before: Before = None, limit: Limit = LISTED_MAX
) -> TemplatePage:
    """List your organisation's templates, newest first."""
    visitor.must(Act.READ)
    found = []
    async with visitor.transaction() as tx:
        sheets_found = await sheets.standing(tx, "template", before=before, at_most=limit + 1)
        page, last = cut(sheets_found, limit)
        for sheet in page:
            opened = await open_draft(tx, visitor.kit.keys.vault, sheet.sheet, "template")
            found.append(None if opened is None else _template(opened))
    return TemplatePage(
        templates=[one for one in found if one is not None], next=last.sheet if last else None
    )


def _template(opened: Opened) -> TemplateView | None:
    """Return a template as shown; None for one that was dropped or erased."""
    sheet, draft = opened.sheet, opened.draft
    if sheet.is_erased or draft.life.state.value == "dropped":
        return None
    return TemplateView(
        id=sheet.sheet,
        profile=sheet.profile,
        title=draft.setup.title,
        fields=len(draft.filled.fields),
        made_at=sheet.made_at,
    )


@router.delete("/draft-templates/{template}", status_code=204, responses=ERRORS)
async def remove_template(template: UUID, visitor: TheVisitor) -> None:
    """Let a template be used no more."""
    visitor.must(Act.PREPARE)
    async with visitor.transaction() as tx:
        if not await drop_template(tx, visitor.kit.keys.vault, acting(visitor), template):
            raise absent("template")


class NewLetter(Asked):
    """A client's letter: for which kinds of filing, from when; `until` is already outside."""

    model_config = ConfigDict(extra="forbid")

    client: str = Field(min_length=1, max_length=350)
    client_zh: str = Field(default="", max_length=350)
    client_code: str = Field(
        default="", max_length=35, description="What messages call him, for example in NAD+CA."
    )
    profiles: list[Key] = Field(min_length=1, max_length=50)
    since: AskedTime
    until: AskedTime
    document_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the letter's paper.")


class LetterView(BaseModel):
    """A letter as it stands; its client is null once he was erased."""

    id: UUID
    client: str | None
    client_zh: str | None
    client_code: str | None
    profiles: list[str]
    since: datetime | None
    until: datetime | None
    ended_at: datetime | None
    document_sha256: str | None
    recorded_at: datetime
    recorded_by: str
    findings: list[FindingView]


class LetterPage(BaseModel):
    """Letters, newest first; `next` is the `before` of the next page, null on the last."""

    letters: list[LetterView]
    next: UUID | None


@router.post("/letters", status_code=201, response_model=LetterView, responses=MADE)
async def add_letter(new: NewLetter, visitor: TheMaker) -> LetterView:
    """Record a client's letter of authorisation; the paper stays with you, its hash is kept."""
    visitor.must(Act.RECORD_LETTER)
    said = LetterSheet(
        new.client,
        tuple(new.profiles),
        new.since,
        new.until,
        new.document_sha256,
        new.client_zh,
        await new_salt(),
        new.client_code.strip(),
    )
    id_, vault = visitor.kit.new_id(), visitor.kit.keys.vault
    salt = await new_salt()
    async with visitor.making(id_) as (tx, before):
        if before:
            id_ = UUID(before[0])
        else:
            done_or_refused(await record_letter(tx, vault, acting(visitor), (id_, salt), said))
        return _letter(there(await open_letter(tx, vault, id_), "letter"), visitor)


@router.get("/letters", response_model=LetterPage, responses=ERRORS)
async def letters(
    visitor: TheVisitor,
    client: Annotated[str, Query(max_length=200, examples=["SAMPLE IMPORTS"])] = "",
    ended: Annotated[bool | None, Query(description="Taken back, or over.")] = None,
    before: Before = None,
    limit: Limit = LISTED_MAX,
) -> LetterPage:
    """List your clients' letters, newest first; one that ends within 14 days says so.

    `client` is a part of what the client is called: a name in either script, or a code.
    """
    visitor.must(Act.READ)
    vault, now = visitor.kit.keys.vault, visitor.kit.clock()
    async with visitor.transaction() as tx:
        wanted = Wanted(now, client, ended)
        found = await list_letters(tx, vault, wanted, before=before, at_most=limit + 1)
    page, last = cut(found, limit)
    shown = [_letter(one, visitor) for one in page]
    return LetterPage(letters=shown, next=last.id if last else None)


@router.delete("/letters/{letter}", status_code=204, responses=ERRORS)
async def take_back(letter: UUID, visitor: TheVisitor) -> None:
    """End a letter at once: nothing more is filed under it."""
    visitor.must(Act.RECORD_LETTER)
    async with visitor.transaction() as tx:
        if not await end_letter(tx, visitor.kit.keys.vault, acting(visitor), letter):
            raise absent("letter")


def _letter(one: KeptLetter, visitor: Visitor) -> LetterView:
    said, letter = one.said, one.letter
    findings = []
    if said is not None and letter is not None:
        findings = letter_findings(letter, said.profiles[0], at=visitor.kit.clock())
        findings += client_disguised(letter)
    return LetterView(
        id=one.id,
        client=said.client if said else None,
        client_zh=said.client_zh if said else None,
        client_code=said.client_code if said else None,
        profiles=list(said.profiles) if said else [],
        since=said.since if said else None,
        until=said.until if said else None,
        ended_at=letter.ended_at if letter else None,
        document_sha256=said.document_sha256 if said else None,
        recorded_at=one.recorded_at,
        recorded_by=one.recorded_by,
        findings=view(findings, visitor.lang),
    )


class NewApprover(Asked):
    """A person who is to approve; without `until`, until it is ended."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(pattern="^sub_[0-9a-f]{32}$")
    since: AskedTime | None = None
    until: AskedTime | None = None


class ApproverView(BaseModel):
    """Who may approve; with `cover_for` in whose place."""

    id: UUID
    person: str
    cover_for: str | None
    since: datetime
    until: datetime | None
    ended_at: datetime | None
    in_force: bool


class ApproverPage(BaseModel):
    """Approvers and covers, newest first; `next` is the `before` of the next page."""

    approvers: list[ApproverView]
    next: UUID | None


class FilingRule(Asked):
    """Whether your people may approve what they prepared themselves: a firm of one has to."""

    model_config = ConfigDict(extra="forbid")

    self_approve: bool


@router.get("/approvers", response_model=ApproverPage, responses=ERRORS)
async def approvers(
    visitor: TheVisitor, before: Before = None, limit: Limit = LISTED_MAX
) -> ApproverPage:
    """List who approves your filings; while you have named nobody, every person may."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await approvals.newest(tx, before=before, at_most=limit + 1)
    page, last = cut(found, limit)
    shown = [_approver(one, visitor) for one in page]
    return ApproverPage(approvers=shown, next=UUID(last.id) if last else None)


@router.post("/approvers", status_code=201, response_model=ApproverView, responses=MADE)
async def add_approver(new: NewApprover, visitor: TheMaker) -> ApproverView:
    """Name a person who approves; from the first one on, nobody else does."""
    visitor.must(Act.NAME_APPROVER)
    return await _named(visitor, new, is_cover=False)


@router.delete("/approvers/{approver}", status_code=204, responses=ERRORS)
async def remove_approver(approver: UUID, visitor: TheVisitor) -> None:
    """Let somebody approve no more, or end a cover."""
    visitor.must(Act.NAME_APPROVER)
    async with visitor.transaction() as tx:
        if not await end_approver(tx, acting(visitor), approver):
            raise absent("approver")


@router.post("/covers", status_code=201, response_model=ApproverView, responses=MADE)
async def add_cover(new: NewApprover, visitor: TheMaker) -> ApproverView:
    """Let a colleague approve in your place while you are away, until a day."""
    visitor.must(Act.GIVE_COVER)
    return await _named(visitor, new, is_cover=True)


@router.get("/filing-rule", response_model=FilingRule, responses=ERRORS)
async def rule(visitor: TheVisitor) -> FilingRule:
    """Say whether your people may approve what they prepared."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        return FilingRule(self_approve=await approvals.self_approve(tx))


@router.put("/filing-rule", response_model=FilingRule, responses=ERRORS)
async def change_rule(new: FilingRule, visitor: TheVisitor) -> FilingRule:
    """Say whether your people may approve what they prepared; it is on record who said so."""
    visitor.must(Act.SET_FILING_RULE)
    async with visitor.transaction() as tx:
        await set_filing_rule(tx, acting(visitor), self_approve=new.self_approve)
    return new


async def _named(visitor: Maker, new: NewApprover, *, is_cover: bool) -> ApproverView:
    since = new.since or visitor.kit.clock()
    naming = Naming(visitor.kit.new_id(), new.person, since, new.until, is_cover)
    async with visitor.making(naming.id) as (tx, before):
        if not before:
            done_or_refused(await name_approver(tx, acting(visitor), naming))
        found = await approvals.approvers(tx)
    id_ = before[0] if before else str(naming.id)
    return next(_approver(one, visitor) for one in found if one.id == id_)


def _approver(one: Approver, visitor: Visitor) -> ApproverView:
    return ApproverView(
        id=UUID(one.id),
        person=one.subject,
        cover_for=one.cover_for,
        since=one.since,
        until=one.until,
        ended_at=one.ended_at,
        in_force=one.is_in_force(visitor.kit.clock()),
    )
