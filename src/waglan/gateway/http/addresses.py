"""The address book of a firm: parties kept once, in either script, for every filing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from waglan.codes.finding import Finding
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.drafts import Step, acting, done_or_refused, there
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import LISTED_MAX, Before, Limit, cut
from waglan.gateway.http.problem import FindingView, absent, view
from waglan.manifest.address_book import Entry, disguised, in_book, read_entry
from waglan.messages.sheet.addresses import read_addresses
from waglan.operations.keep_address import (
    Address,
    Keeping,
    address_book,
    addresses_of,
    doubles,
    drop_address,
    keep_address,
    open_address,
)
from waglan.parties.permission import Act
from waglan.store import Transaction
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1/addresses", tags=["filing desk"])

CHARACTERS_MAX = 500


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
    """An entry of the address book, and those that look like the same party.

    `findings` tell of letters in it that are not what they look like.
    """

    id: UUID
    step: int
    alike: list[UUID]
    findings: list[FindingView]


class AddressPage(BaseModel):
    """Entries, newest first; `next` is the `before` of the next page, null on the last."""

    addresses: list[AddressView]
    next: UUID | None


class ImportView(BaseModel):
    """What became of a sheet of addresses: rows with errors are left out, the rest is kept."""

    kept: list[AddressView]
    findings: list[FindingView]


@router.get("", response_model=AddressPage, responses=ERRORS)
async def addresses(
    visitor: TheVisitor,
    containing: Annotated[str, Query(max_length=100)] = "",
    before: Before = None,
    limit: Limit = LISTED_MAX,
) -> AddressPage:
    """List your address book, newest first, with entries that look alike."""
    visitor.must(Act.READ)
    vault = visitor.kit.keys.vault
    async with visitor.transaction() as tx:
        found = await address_book(
            tx, vault, before=before, containing=containing, at_most=limit + 1
        )
        page, last = cut(found, limit)
        shown = await _views(tx, visitor, page)
    return AddressPage(addresses=shown, next=last.id if last else None)


@router.post("", status_code=201, response_model=AddressView, responses=MADE)
async def add_address(new: NewAddress, visitor: TheMaker) -> AddressView:
    """Put a party into your address book; a duplicate is shown, and kept all the same."""
    visitor.must(Act.PREPARE)
    entry = _entry(new)
    keeping = Keeping(visitor.kit.new_id(), 0, entry, await new_salt(), await new_salt())
    async with visitor.making(keeping.id) as (tx, before):
        if not before:
            await _keep(tx, visitor, [keeping])
        return await _one(tx, visitor, UUID(before[0]) if before else keeping.id)


@router.put("/{address}", response_model=AddressView, responses=ERRORS)
async def change_address(address: UUID, new: AddressChange, visitor: TheVisitor) -> AddressView:
    """Change an entry; a later step than you saw is answered with 409."""
    visitor.must(Act.PREPARE)
    keeping = Keeping(address, new.step, _entry(new), await new_salt())
    async with visitor.transaction() as tx:
        await _keep(tx, visitor, [keeping])
        return await _one(tx, visitor, address)


@router.delete("/{address}", status_code=204, responses=ERRORS)
async def remove_address(address: UUID, visitor: TheVisitor) -> None:
    """Take an entry out of your address book."""
    visitor.must(Act.PREPARE)
    async with visitor.transaction() as tx:
        if not await drop_address(tx, visitor.kit.keys.vault, acting(visitor), address):
            raise absent("address")


@router.post(
    "/import",
    response_model=ImportView,
    responses=MADE,
    openapi_extra=takes("text/csv"),
)
async def import_addresses(request: Request, visitor: TheMaker) -> ImportView:
    """Import a CSV sheet with the columns name, name_zh, address, address_zh, code, note."""
    visitor.must(Act.PREPARE)
    sheet = read_addresses(await request.body())
    keeping = [
        Keeping(visitor.kit.new_id(), 0, entry, await new_salt(), await new_salt())
        for _, entry in sheet.entries
    ]
    if not keeping:
        return ImportView(kept=[], findings=view(sheet.findings, visitor.lang))
    async with visitor.making(*(one.id for one in keeping)) as (tx, before):
        if not before:
            await _keep(tx, visitor, keeping)
        ids = [UUID(one) for one in before] or [one.id for one in keeping]
        kept = await _views(tx, visitor, await addresses_of(tx, visitor.kit.keys.vault, ids))
    lines = {id_: line for id_, (line, _) in zip(ids, sheet.entries, strict=True)}
    findings = sorted((*sheet.findings, *_in_book(kept, lines)), key=_line)
    return ImportView(kept=kept, findings=view(findings, visitor.lang))


def _in_book(kept: Sequence[AddressView], lines: Mapping[UUID, int]) -> Iterator[Finding]:
    """Tell of each row that looks like an entry that did not come with it."""
    for one in kept:
        if before := [str(id_) for id_ in one.alike if id_ not in lines]:
            yield in_book(lines[one.id], before)


def _line(finding: Finding) -> int:
    return finding.where.line or 0


async def _keep(tx: Transaction, visitor: Visitor, keeping: Sequence[Keeping]) -> None:
    done = await keep_address(tx, visitor.kit.keys.vault, acting(visitor), keeping)
    done_or_refused(there(done, "address"))


async def _one(tx: Transaction, visitor: Visitor, address: UUID) -> AddressView:
    kept = there(await open_address(tx, visitor.kit.keys.vault, address), "address")
    [shown] = await _views(tx, visitor, [kept])
    return shown


def _entry(new: NewAddress) -> Entry:
    entry, wrong = read_entry(new.model_dump(exclude={"step"}))
    done_or_refused(wrong)
    return entry


async def _views(tx: Transaction, visitor: Visitor, some: Sequence[Address]) -> list[AddressView]:
    alike = await doubles(tx, visitor.kit.keys.vault, some)
    return [
        AddressView(
            id=one.id,
            step=one.step,
            alike=sorted(alike.get(one.id, ())),
            findings=view([*disguised(one.entry)], visitor.lang),
            **{name: getattr(one.entry, name) for name in NewAddress.model_fields},
        )
        for one in some
    ]
