"""Drafts: prepared and pre-filled, checked, approved by another person, filed."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, JsonValue

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.draft_views import (
    DeskSaid,
    DraftCheckView,
    DraftPage,
    DraftView,
    check_view,
    draft_line,
    draft_view,
)
from waglan.gateway.http.filing import known_profile, read_asked, unknown_fact
from waglan.gateway.http.maker import MADE, Maker, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import Before, cut
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.manifest.address_book import party_fields
from waglan.manifest.condition import FACTS
from waglan.manifest.draft import Setup, bills_in
from waglan.manifest.filing_state import FilingAct, FilingState, acts_into
from waglan.manifest.prefill import Claim
from waglan.messages.bridge.file import BridgeFile
from waglan.operations.act_on_draft import Acting, act_on_draft
from waglan.operations.change_draft import Typed, Wanted, change_draft, make_draft
from waglan.operations.check_draft import check_draft
from waglan.operations.file_draft import Means, file_draft
from waglan.operations.filed_otherwise import filings_now
from waglan.operations.fill_draft import KEYS_MAX, copied, fill_draft, of_template
from waglan.operations.keep_address import open_address
from waglan.operations.open_draft import open_draft, refusals
from waglan.operations.step_draft import By
from waglan.operations.submit_draft import submit_draft
from waglan.parties.permission import Act
from waglan.store import Transaction, people, sheets
from waglan.store.messages import new_salt

T = TypeVar("T")

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])

FIELDS_MAX = 2_000  # in one call
TITLE_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 2_000
PAGE_MAX = 50
PAPER_BYTES_MAX = 256 << 10
PAPER_CHARACTERS_MAX = (PAPER_BYTES_MAX + 2) // 3 * 4  # in Base64

Key = Annotated[str, Field(min_length=1, max_length=80)]
Step = Annotated[int, Field(ge=1, le=1_000_000)]
Fields = Annotated[dict[str, JsonValue], Field(default_factory=dict, max_length=FIELDS_MAX)]


class Content(Asked):
    """What a draft is given: values typed, what to fill it from, and what it is for.

    `fields` are values by place (null: to be left empty); `keys` are bills whose earlier filings
    fill it; `addresses` put an entry of the address book at a party's place.
    """

    model_config = ConfigDict(extra="forbid")

    fields: Fields
    keys: list[Key] = Field(default=[], max_length=KEYS_MAX)
    addresses: dict[str, UUID] = Field(default={}, max_length=100)
    chinese: bool = Field(default=False, description="Take names and addresses in Chinese first.")
    facts: dict[str, str] | None = Field(default=None, max_length=10)
    title: str | None = Field(default=None, max_length=TITLE_CHARACTERS_MAX)
    letter: UUID | None = Field(default=None, description="Of the client for whom it is filed.")
    desk: str | None = Field(default=None, max_length=80)


class NewDraft(Content):
    """A draft to be made: empty, from earlier filings, from a template, or as the last one.

    The bills of a copy or template go under those that `fields`, `addresses` or the papers name,
    in order; where none is named, under `bills/1` and so on.
    """

    profile: str = Field(max_length=40)
    copy_of: UUID | Literal["last"] | None = None
    template: UUID | None = None


class DraftChange(Content):
    """A change of a draft. `step` is the last one you saw: a later one is answered with 409.

    `confirm` takes what stands as your own word, `choose` what was told otherwise, by its number;
    `leave_out` empties all fields of a bill or box (`bills/KEY`, `boxes/KEY`) that is not in it.
    """

    step: Step
    confirm: list[str] = Field(default=[], max_length=FIELDS_MAX)
    choose: dict[str, int] = Field(default={}, max_length=FIELDS_MAX)
    leave_out: list[str] = Field(default=[], max_length=KEYS_MAX)


class Seen(Asked):
    """The last step that you saw."""

    model_config = ConfigDict(extra="forbid")

    step: Step


class Reasoned(Seen):
    """The last step that you saw, and why."""

    reason: str = Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)


class Reply(Seen):
    """What the recipient answered, as it was pasted: nothing here is fetched from anywhere.

    `paper` is the reply as it came (an FMA or FNA, an e-mail, a PDF), in Base64; it is kept byte
    for byte. Leave `accepted` out only if it is an FMA or FNA: of all else you say what it says.
    """

    accepted: bool | None = None
    number: str = Field(default="", max_length=80)
    text: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)
    paper: str | None = Field(default=None, min_length=1, max_length=PAPER_CHARACTERS_MAX)
    paper_name: str = Field(default="reply.txt", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")


class Amendment(Seen):
    """How what was accepted is to be changed.

    `version` is needed only where your firm filed the document since by other means: the version
    that stands, which you looked at and go on from. An amendment under way is begun anew with it.
    """

    how: Literal["amend", "replace", "cancel"]
    version: int = Field(default=0, ge=0, le=1_000_000)


@router.post("", status_code=201, response_model=DraftView, responses=MADE)
async def make(new: NewDraft, visitor: TheMaker) -> DraftView:
    """Make a draft; what fills it keeps where each value is from."""
    visitor.must(Act.PREPARE)
    profile, by = known_profile(new.profile), acting(visitor)
    draft = visitor.kit.new_id()
    key_salt, salt = await new_salt(), await new_salt()
    vault = visitor.kit.keys.vault
    async with visitor.making(draft) as (tx, before):
        if before:
            draft = UUID(before[0])
        else:
            typed = await _typed(tx, visitor, new)
            claims = await _filled(tx, visitor, new)
            bills = bills_in([*typed.fields, *(claim.path for claim in claims)])
            if new.copy_of is not None:
                which = profile.id, None if new.copy_of == "last" else new.copy_of
                claims += _again(await copied(tx, vault, by, which, bills), "earlier draft")
            if new.template is not None:
                claims += _again(await of_template(tx, vault, by, new.template, bills), "template")
            setup = _setup(new, Setup())
            wanted = Wanted(draft, 0, typed, tuple(claims), setup, key_salt, salt)
            done_or_refused(await make_draft(tx, vault, by, profile, wanted))
    return await _shown(visitor, draft)


@router.get("", response_model=DraftPage, responses=ERRORS)
async def newest(
    visitor: TheVisitor,
    state: Annotated[FilingState | None, Query(examples=["awaiting-approval"])] = None,
    profile: Annotated[str | None, Query(max_length=40, examples=["hk-house-data"])] = None,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> DraftPage:
    """List your organisation's drafts, newest first; those in a state, or of a kind of filing.

    With `state` a page may be short, or empty: go on until `next` is null.
    """
    visitor.must(Act.READ)
    if profile is not None:
        known_profile(profile)
    acts = None if state is None else [act.value for act in acts_into(state)]
    async with visitor.transaction() as tx:
        wanted = sheets.Wanted(profile, acts)
        found = await sheets.listed(tx, "draft", before=before, at_most=limit + 1, wanted=wanted)
        page, last = cut(found, limit)
        vault = visitor.kit.keys.vault
        opened = [await open_draft(tx, vault, one.sheet) for one in page]
        heirs = await people.successors(tx, visitor.org)
        filings = await filings_now(tx, [one for one in opened if one is not None])
    lines = [
        draft_line(one, heirs, filings.get(one.sheet.sheet))
        for one in opened
        if one is not None and state in (None, one.draft.life.state)
    ]
    return DraftPage(drafts=lines, next=last.sheet if last else None)


@router.get("/{draft}", response_model=DraftView, responses=ERRORS)
async def show(draft: UUID, visitor: TheVisitor) -> DraftView:
    """Show a draft: each field with all that was told of it, by whom, and what contradicts."""
    visitor.must(Act.READ)
    return await _shown(visitor, draft)


@router.patch("/{draft}", response_model=DraftView, responses=ERRORS)
async def change(draft: UUID, new: DraftChange, visitor: TheVisitor) -> DraftView:
    """Change a draft, as often as you like: nothing that was told is taken away."""
    visitor.must(Act.PREPARE)
    vault, salt = visitor.kit.keys.vault, await new_salt()
    async with visitor.transaction() as tx:
        opened = there(await open_draft(tx, vault, draft), "draft")
        claims = await _filled(tx, visitor, new)
        typed = replace(
            await _typed(tx, visitor, new),
            confirm=tuple(new.confirm),
            choose=new.choose,
            leave_out=tuple(new.leave_out),
        )
        setup = _setup(new, opened.draft.setup)
        wanted = Wanted(draft, new.step, typed, tuple(claims), setup, b"", salt)
        done_or_refused(there(await change_draft(tx, vault, acting(visitor), wanted), "draft"))
    return await _shown(visitor, draft)


@router.get("/{draft}/check", response_model=DraftCheckView, responses=ERRORS)
async def check(draft: UUID, visitor: TheVisitor) -> DraftCheckView:
    """Say what stands against filing it now, by which rules, and which were not run."""
    visitor.must(Act.CHECK)
    vault = visitor.kit.keys.vault
    async with visitor.transaction() as tx:
        opened = there(await open_draft(tx, vault, draft), "draft")
        if opened.sheet.is_erased:
            raise absent("draft")
        limit = visitor.kit.message_bytes_max
        found = await check_draft(tx, vault, acting(visitor), opened, message_bytes_max=limit)
    return check_view(found, visitor.lang, visitor.kit.clock())


@router.post("/{draft}/submit", response_model=DraftView, responses=MADE)
async def submit(draft: UUID, seen: Seen, visitor: TheMaker) -> DraftView:
    """Check a draft and ask another person to approve it."""
    visitor.must(Act.PREPARE)
    async with visitor.making(draft) as (tx, before):
        vault = visitor.kit.keys.vault
        limit, which = visitor.kit.message_bytes_max, (draft, seen.step)
        if not before:
            done = await submit_draft(tx, vault, acting(visitor), which, message_bytes_max=limit)
            done_or_refused(there(done, "draft")[1])
    return await _shown(visitor, draft)


@router.post("/{draft}/approve", response_model=DraftView, responses=MADE)
async def approve(draft: UUID, seen: Seen, visitor: TheMaker) -> DraftView:
    """Approve what another prepared, and file it: to the desk here, or as a file to hand in."""
    visitor.must(Act.FILE)
    kit = visitor.kit
    means = Means(kit.new_id, await new_salt(), kit.message_bytes_max)
    async with visitor.making(draft) as (tx, before):
        vault, which = kit.keys.vault, (draft, seen.step)
        if not before:
            done = await file_draft(tx, vault, acting(visitor), which, means)
            done_or_refused(there(done, "draft"))
    return await _shown(visitor, draft)


@router.post("/{draft}/send-back", response_model=DraftView, responses=MADE)
async def send_back(draft: UUID, why: Reasoned, visitor: TheMaker) -> DraftView:
    """Give a draft that awaits approval back to who prepared it, with the reason."""
    visitor.must(Act.FILE)
    salt = await new_salt()
    wanted = Acting(draft, why.step, FilingAct.SEND_BACK, why.reason, salt=salt)
    return await _acted(visitor, wanted)


@router.post("/{draft}/reply", response_model=DraftView, responses=MADE)
async def reply(draft: UUID, told: Reply, visitor: TheMaker) -> DraftView:
    """Paste what the recipient answered to a filing that was handed in elsewhere."""
    visitor.must(Act.FILE)
    acts = {True: FilingAct.ACCEPT, False: FilingAct.REFUSE, None: None}
    wanted = Acting(
        draft,
        told.step,
        acts[told.accepted],
        told.text,
        told.number,
        await new_salt(),
        _paper(told),
    )
    return await _acted(visitor, wanted)


@router.post("/{draft}/amend", response_model=DraftView, responses=MADE)
async def amend(draft: UUID, how: Amendment, visitor: TheMaker) -> DraftView:
    """Take up a filing that was accepted, to amend, replace or cancel it; it stands meanwhile."""
    visitor.must(Act.PREPARE)
    acts = {
        "amend": FilingAct.AMEND,
        "replace": FilingAct.REPLACE,
        "cancel": FilingAct.CANCEL,
    }
    version = how.version
    wanted = Acting(draft, how.step, acts[how.how], salt=await new_salt(), version=version)
    return await _acted(visitor, wanted)


@router.post("/{draft}/let-stand", response_model=DraftView, responses=MADE)
async def let_stand(draft: UUID, seen: Seen, visitor: TheMaker) -> DraftView:
    """Give an amendment up: what was accepted stands as it was."""
    visitor.must(Act.PREPARE)
    return await _plain(visitor, draft, seen.step, FilingAct.LET_STAND)


@router.delete("/{draft}", status_code=204, responses=ERRORS)
async def drop(draft: UUID, step: Annotated[int, Query(ge=1)], visitor: TheVisitor) -> None:
    """Drop a draft of which nothing was filed; that it was there stays on record."""
    visitor.must(Act.PREPARE)
    async with visitor.transaction() as tx:
        vault, wanted = visitor.kit.keys.vault, Acting(draft, step, FilingAct.DROP)
        done = await act_on_draft(tx, vault, acting(visitor), wanted)
        done_or_refused(there(done, "draft"))


def acting(visitor: Visitor) -> By:
    """Return who acts, with which token, and when."""
    return By(visitor.org, visitor.principal, visitor.kit.clock())


async def _shown(visitor: Visitor, draft: UUID) -> DraftView:
    async with visitor.transaction() as tx:
        vault = visitor.kit.keys.vault
        opened = there(await open_draft(tx, vault, draft), "draft")
        heirs = await people.successors(tx, visitor.org)
        stands = (await filings_now(tx, [opened])).get(draft)
        desk = DeskSaid(await refusals(tx, vault, opened), stands)
    return draft_view(opened, visitor.lang, heirs, desk, visitor.kit.clock())


async def _plain(visitor: Maker, draft: UUID, step: int, act: FilingAct) -> DraftView:
    return await _acted(visitor, Acting(draft, step, act))


async def _acted(visitor: Maker, wanted: Acting) -> DraftView:
    async with visitor.making(wanted.draft) as (tx, before):
        if not before:
            done = await act_on_draft(tx, visitor.kit.keys.vault, acting(visitor), wanted)
            done_or_refused(there(done, "draft"))
    return await _shown(visitor, wanted.draft)


def _paper(told: Reply) -> BridgeFile | None:
    """Return the reply as it came; what is no Base64 is refused."""
    if told.paper is None:
        return None
    try:
        body = b64decode(told.paper, validate=True)
    except ValueError:
        where = Where("body.paper")
        raise misunderstood(Finding("REPLY-BASE64", Severity.ERROR, where, {})) from None
    return BridgeFile(told.paper_name, "application/octet-stream", body)


def _again(found: tuple[list[Claim], list[Finding]] | None, what: str) -> list[Claim]:
    claims, wrong = there(found, what)
    done_or_refused(wrong)
    return claims


async def _filled(tx: Transaction, visitor: Visitor, content: Content) -> list[Claim]:
    if not content.keys:
        return []
    vault = visitor.kit.keys.vault
    claims, seen = await fill_draft(tx, vault, acting(visitor), content.keys)
    await visitor.looked(tx, "/v1/drafts", seen)
    return claims


async def _typed(tx: Transaction, visitor: Visitor, content: Content) -> Typed:
    """Return the values typed, and those of parties taken from the address book below them."""
    found: dict[str, object] = {}
    entries: dict[str, UUID] = {}
    for place, address in content.addresses.items():
        kept = there(await open_address(tx, visitor.kit.keys.vault, address), "address")
        party = party_fields(kept.entry, place, chinese=content.chinese)
        found |= party
        entries |= dict.fromkeys(party.keys() - content.fields.keys(), address)
    return Typed({**found, **content.fields}, entries)


def _setup(content: Content, before: Setup) -> Setup | None:
    """Return the setup after what was given of it; None if nothing was."""
    given = (content.facts, content.title, content.letter, content.desk)
    if all(one is None for one in given):
        return None
    facts = before.facts
    if content.facts is not None:
        known = {name: text for name, text in content.facts.items() if name in FACTS}
        facts, _, wrong = read_asked(known)
        wrong += [unknown_fact(name) for name in content.facts if name not in FACTS]
        if wrong:
            raise misunderstood(*wrong)
    return Setup(
        facts,
        before.title if content.title is None else content.title,
        before.letter if content.letter is None else str(content.letter),
        before.desk if content.desk is None else content.desk,
    )


def there(found: T | None, what: str) -> T:
    """Return what was found, or the answer that there is none of it for who asks."""
    if found is None:
        raise absent(what)
    return found


def done_or_refused(findings: Sequence[Finding]) -> None:
    """Raise unless it was done: 409 if somebody else was quicker, 422 for all else."""
    if not findings:
        return
    codes = {one.code for one in findings}
    if "DRAFT-CHANGED-MEANWHILE" in codes:
        kind = Finding("HTTP-CHANGED-MEANWHILE", Severity.ERROR, Where("step"), {})
        raise Problem(409, kind, findings=findings)
    if "DRAFT-NOT-NOW" in codes:
        kind = Finding("HTTP-NOT-NOW", Severity.ERROR, Where("draft"), {})
        raise Problem(409, kind, findings=findings)
    kind = Finding("HTTP-NOTHING-DONE", Severity.ERROR, Where("request"), {})
    raise Problem(422, kind, findings=findings)
