"""What a firm keeps for its filings: templates, addresses, letters, approvers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from waglan.gateway.http.asked import Asked
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.drafts import Key, Step, acting, done_or_refused, there
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import FindingView, absent, view
from waglan.manifest.address_book import (
    SHEET_BYTES_MAX,
    Entry,
    duplicates,
    read_entry,
    read_sheet,
)
from waglan.operations.end_approver import end_approver
from waglan.operations.end_letter import end_letter
from waglan.operations.keep_address import (
    Address,
    Keeping,
    address_book,
    drop_address,
    keep_address,
    open_address,
)
from waglan.operations.keep_template import NewTemplate, drop_template, keep_template
from waglan.operations.name_approver import Naming, name_approver
from waglan.operations.open_draft import open_draft
from waglan.operations.open_letter import KeptLetter, LetterSheet, open_letter
from waglan.operations.record_letter import record_letter
from waglan.operations.set_filing_rule import set_filing_rule
from waglan.parties.approval import Approver
from waglan.parties.authorisation import letter_findings
from waglan.parties.permission import Act
from waglan.store import approvals, sheets
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1", tags=["filing desk"])

LISTED_MAX = 200
CHARACTERS_MAX = 500


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


@router.post("/draft-templates", status_code=201, response_model=TemplateView, responses=ERRORS)
async def add_template(new: NewTemplateView, visitor: TheVisitor) -> TemplateView:
    """Keep what of a draft serves for the next consignment: no number, date, box or amount."""
    visitor.must(Act.PREPARE)
    id_, vault = visitor.kit.new_id(), visitor.kit.keys.vault
    wanted = NewTemplate(id_, new.draft, new.title, await new_salt(), await new_salt())
    async with visitor.transaction() as tx:
        done_or_refused(there(await keep_template(tx, vault, acting(visitor), wanted), "draft"))
    return next(one for one in await templates(visitor) if one.id == id_)


@router.get("/draft-templates", response_model=list[TemplateView], responses=ERRORS)
async def templates(visitor: TheVisitor) -> list[TemplateView]:
    """List your organisation's templates, newest first."""
    visitor.must(Act.READ)
    found = []
    async with visitor.transaction() as tx:
        for sheet in await sheets.listed(tx, "template", at_most=LISTED_MAX):
            opened = await open_draft(tx, visitor.kit.keys.vault, sheet.sheet, "template")
            if opened is None or sheet.is_erased or opened.draft.life.state.value == "dropped":
                continue
            draft = opened.draft
            title, fields = draft.setup.title, len(draft.filled.fields)
            found.append(
                TemplateView(
                    id=sheet.sheet,
                    profile=sheet.profile,
                    title=title,
                    fields=fields,
                    made_at=sheet.made_at,
                )
            )
    return found


@router.delete("/draft-templates/{template}", status_code=204, responses=ERRORS)
async def remove_template(template: UUID, visitor: TheVisitor) -> None:
    """Let a template be used no more."""
    visitor.must(Act.PREPARE)
    async with visitor.transaction() as tx:
        if not await drop_template(tx, visitor.kit.keys.vault, acting(visitor), template):
            raise absent("template")


class NewAddress(Asked):
    """A party for the address book, in either script or both."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=CHARACTERS_MAX)
    name_zh: str = Field(default="", max_length=CHARACTERS_MAX)
    address: str = Field(default="", max_length=4_000)
    address_zh: str = Field(default="", max_length=4_000)
    code: str = Field(default="", max_length=100)
    note: str = Field(default="", max_length=CHARACTERS_MAX)


class AddressChange(NewAddress):
    """An entry as it is to be; `step` is the last one you saw."""

    step: Step


class AddressView(NewAddress):
    """An entry of the address book, and those that look like the same party."""

    id: UUID
    step: int
    alike: list[UUID]


class ImportView(BaseModel):
    """What became of a sheet of addresses: rows with errors are left out, the rest is kept."""

    kept: list[AddressView]
    findings: list[FindingView]


@router.get("/addresses", response_model=list[AddressView], responses=ERRORS)
async def addresses(
    visitor: TheVisitor,
    containing: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = LISTED_MAX,
) -> list[AddressView]:
    """List your address book, newest first, with entries that look alike."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        book = await address_book(tx, visitor.kit.keys.vault)
    shown = _book(book)
    wanted = containing.casefold()
    return [one for one in shown if wanted in _text(one)][:limit]


@router.post("/addresses", status_code=201, response_model=AddressView, responses=ERRORS)
async def add_address(new: NewAddress, visitor: TheVisitor) -> AddressView:
    """Put a party into your address book; a duplicate is shown, and kept all the same."""
    visitor.must(Act.PREPARE)
    entry = _entry(new)
    keeping = Keeping(visitor.kit.new_id(), 0, entry, await new_salt(), await new_salt())
    return await _kept(visitor, keeping)


@router.put("/addresses/{address}", response_model=AddressView, responses=ERRORS)
async def change_address(address: UUID, new: AddressChange, visitor: TheVisitor) -> AddressView:
    """Change an entry; a later step than you saw is answered with 409."""
    visitor.must(Act.PREPARE)
    return await _kept(visitor, Keeping(address, new.step, _entry(new), await new_salt()))


@router.delete("/addresses/{address}", status_code=204, responses=ERRORS)
async def remove_address(address: UUID, visitor: TheVisitor) -> None:
    """Take an entry out of your address book."""
    visitor.must(Act.PREPARE)
    async with visitor.transaction() as tx:
        if not await drop_address(tx, visitor.kit.keys.vault, acting(visitor), address):
            raise absent("address")


@router.post(
    "/addresses/import",
    response_model=ImportView,
    responses=ERRORS,
    openapi_extra=takes("text/csv"),
)
async def import_addresses(request: Request, visitor: TheVisitor) -> ImportView:
    """Import a CSV sheet with the columns name, name_zh, address, address_zh, code, note."""
    visitor.must(Act.PREPARE)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > SHEET_BYTES_MAX:
            break  # the reader says how much is too much
    sheet = read_sheet(bytes(body))
    keeping = [
        Keeping(visitor.kit.new_id(), 0, entry, await new_salt(), await new_salt())
        for _, entry in sheet.entries
    ]
    vault = visitor.kit.keys.vault
    async with visitor.transaction() as tx:
        if keeping:
            done_or_refused(there(await keep_address(tx, vault, acting(visitor), keeping), "entry"))
        book = await address_book(tx, vault)
    new = {one.id for one in keeping}
    return ImportView(
        kept=[one for one in _book(book) if one.id in new],
        findings=view(sheet.findings, visitor.lang),
    )


async def _kept(visitor: Visitor, keeping: Keeping) -> AddressView:
    vault = visitor.kit.keys.vault
    async with visitor.transaction() as tx:
        done = await keep_address(tx, vault, acting(visitor), [keeping])
        done_or_refused(there(done, "address"))
        there(await open_address(tx, vault, keeping.id), "address")
        book = await address_book(tx, vault)
    return next(one for one in _book(book) if one.id == keeping.id)


def _entry(new: NewAddress) -> Entry:
    entry, wrong = read_entry(new.model_dump(exclude={"step"}))
    done_or_refused(wrong)
    return entry


def _book(book: list[Address]) -> list[AddressView]:
    alike = duplicates((str(one.id), one.entry) for one in book)
    return [
        AddressView(
            id=one.id,
            step=one.step,
            alike=sorted(UUID(id_) for id_ in alike.get(str(one.id), ())),
            **{name: getattr(one.entry, name) for name in NewAddress.model_fields},
        )
        for one in book
    ]


def _text(one: AddressView) -> str:
    return " ".join((one.name, one.name_zh, one.address, one.address_zh, one.code)).casefold()


class NewLetter(Asked):
    """A client's letter: for which kinds of filing, from when; `until` is already outside."""

    model_config = ConfigDict(extra="forbid")

    client: str = Field(min_length=1, max_length=350)
    client_zh: str = Field(default="", max_length=350)
    profiles: list[Key] = Field(min_length=1, max_length=50)
    since: AwareDatetime
    until: AwareDatetime
    document_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the letter's paper.")


class LetterView(BaseModel):
    """A letter as it stands; its client is null once he was erased."""

    id: UUID
    client: str | None
    client_zh: str | None
    profiles: list[str]
    since: datetime | None
    until: datetime | None
    ended_at: datetime | None
    document_sha256: str | None
    recorded_at: datetime
    recorded_by: str
    findings: list[FindingView]


@router.post("/letters", status_code=201, response_model=LetterView, responses=ERRORS)
async def add_letter(new: NewLetter, visitor: TheVisitor) -> LetterView:
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
    )
    id_, vault = visitor.kit.new_id(), visitor.kit.keys.vault
    salt = await new_salt()
    async with visitor.transaction() as tx:
        done_or_refused(await record_letter(tx, vault, acting(visitor), (id_, salt), said))
        return _letter(there(await open_letter(tx, vault, id_), "letter"), visitor)


@router.get("/letters", response_model=list[LetterView], responses=ERRORS)
async def letters(visitor: TheVisitor) -> list[LetterView]:
    """List your clients' letters, newest first; one that ends within 14 days says so."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await sheets.listed(tx, "letter", at_most=LISTED_MAX)
        opened = [await open_letter(tx, visitor.kit.keys.vault, one.sheet) for one in found]
    return [_letter(one, visitor) for one in opened if one is not None]


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
    return LetterView(
        id=one.id,
        client=said.client if said else None,
        client_zh=said.client_zh if said else None,
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
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ApproverView(BaseModel):
    """Who may approve; with `cover_for` in whose place."""

    id: UUID
    person: str
    cover_for: str | None
    since: datetime
    until: datetime | None
    ended_at: datetime | None
    in_force: bool


class FilingRule(Asked):
    """Whether your people may approve what they prepared themselves: a firm of one has to."""

    model_config = ConfigDict(extra="forbid")

    self_approve: bool


@router.get("/approvers", response_model=list[ApproverView], responses=ERRORS)
async def approvers(visitor: TheVisitor) -> list[ApproverView]:
    """List who approves your filings; while you have named nobody, every person may."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await approvals.approvers(tx)
    return [_approver(one, visitor) for one in found]


@router.post("/approvers", status_code=201, response_model=ApproverView, responses=ERRORS)
async def add_approver(new: NewApprover, visitor: TheVisitor) -> ApproverView:
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


@router.post("/covers", status_code=201, response_model=ApproverView, responses=ERRORS)
async def add_cover(new: NewApprover, visitor: TheVisitor) -> ApproverView:
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


async def _named(visitor: Visitor, new: NewApprover, *, is_cover: bool) -> ApproverView:
    since = new.since or visitor.kit.clock()
    naming = Naming(visitor.kit.new_id(), new.person, since, new.until, is_cover)
    async with visitor.transaction() as tx:
        done_or_refused(await name_approver(tx, acting(visitor), naming))
        found = await approvals.approvers(tx)
    return next(_approver(one, visitor) for one in found if one.id == str(naming.id))


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
