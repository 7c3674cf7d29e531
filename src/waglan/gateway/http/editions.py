"""Files of provinces and of authorities' rules: proposed, signed by who they concern, in force."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.atlas import packaged
from waglan.elock.edition import EDITION_BYTES_MAX, EditionStep, read_edition_act
from waglan.elock.ground import GroundKind
from waglan.elock.jurisdiction import jurisdictions
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.grounds import read_ground_file
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.gateway.http.signed import Signed, unspelled
from waglan.operations.act_on_edition import act_on_edition
from waglan.operations.propose_edition import propose_edition
from waglan.parties.permission import Act
from waglan.store import Taken, Transaction, editions
from waglan.store.editions import Edition

router = APIRouter(prefix="/v1", tags=["grounds"])


class NewEdition(Signed):
    """A file, base64, with the act that proposes it, as the officer signed it."""

    file: str = Field(max_length=EDITION_BYTES_MAX)


class EditionActView(BaseModel):
    """What an officer did about an edition."""

    party: str
    officer: str
    act: str
    at: datetime


class EditionView(BaseModel):
    """A file as it was proposed: whom it concerns, who signed, and from when on it counts.

    `in_force_at` is null until an officer of each authority has signed, and two persons in all.
    """

    id: UUID
    kind: str
    name: str
    sha256: str
    concerned: list[str]
    state: str
    from_at: datetime
    in_force_at: datetime | None
    proposed_at: datetime
    acts: list[EditionActView]


class VersionView(BaseModel):
    """By which version of a file trips were planned at a time; `packaged` came with Waglan."""

    kind: str
    name: str
    version: str
    sha256: str | None
    in_force_at: datetime | None


@router.post("/editions", status_code=201, response_model=EditionView, responses=ERRORS)
async def propose(new: NewEdition, visitor: TheVisitor) -> EditionView:
    """Propose a province's or your own rules' file, to be in force from a time on.

    It is in force once an officer of each authority that it concerns has signed it, and two persons
    in all. Try it out before: `POST /v1/grounds/dry-runs`.
    """
    visitor.must(Act.PUBLISH_GROUND)
    data, now = unspelled(new.file), visitor.kit.clock()
    read = await read_ground_file(data, visitor)
    handed, by = (new.body_bytes, new.signature_bytes), (visitor.org, visitor.principal)
    try:
        async with visitor.transaction() as tx:
            found = await propose_edition(tx, by, (data, read), handed, now=now)
            if found:
                raise _refused(found)
            sheet = read_edition_act(new.body_bytes)
            kept = None if sheet is None else await editions.by_id(tx, UUID(sheet.edition))
            if kept is None:
                raise absent("edition")
            return await _view(tx, kept, now)
    except Taken:
        raise Problem(409, Finding("HTTP-TAKEN", Severity.ERROR, Where("body"), {})) from None


@router.post(
    "/editions/{edition}/acts", status_code=201, response_model=EditionView, responses=ERRORS
)
async def act(edition: UUID, signed: Signed, visitor: TheVisitor) -> EditionView:
    """Sign a proposed file, or withdraw it before it is in force; again changes nothing."""
    visitor.must(Act.PUBLISH_GROUND)
    handed, by = (signed.body_bytes, signed.signature_bytes), (visitor.org, visitor.principal)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        if await editions.by_id(tx, edition) is None:
            raise absent("edition")
        if found := await act_on_edition(tx, by, edition, handed, now=now):
            raise _refused(found)
        kept = await editions.by_id(tx, edition)
        if kept is None:
            raise absent("edition")
        return await _view(tx, kept, now)


@router.get("/editions", response_model=list[EditionView], responses=ERRORS)
async def list_editions(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[UUID | None, Query()] = None,
) -> list[EditionView]:
    """List the files that concern your authority, newest first; `after` is the last `id` you saw.

    Another authority's rules are never among them.
    """
    visitor.must(Act.PUBLISH_GROUND)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        found = await editions.page(tx, after=after, at_most=limit)
        return [await _view(tx, one, now) for one in found]


@router.get("/grounds/versions", response_model=list[VersionView], responses=ERRORS)
async def versions(
    visitor: TheVisitor,
    at: Annotated[AskedTime | None, Query(description="At which time; now, if none.")] = None,
) -> list[VersionView]:
    """Say by which version of each file trips were planned at a time."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await editions.in_force(tx, at or visitor.kit.clock())
    known = {
        **{(GroundKind.PROVINCE.value, name): None for name in packaged().provinces},
        **{(GroundKind.JURISDICTION.value, name): None for name in jurisdictions()},
        **{(one.kind, one.name): one for one in found},
    }
    return [
        VersionView(
            kind=kind,
            name=name,
            version="packaged" if one is None else str(one.number),
            sha256=None if one is None else one.sha256.hex(),
            in_force_at=None if one is None else one.from_at,
        )
        for (kind, name), one in sorted(known.items())
    ]


def _refused(found: list[Finding]) -> Problem:
    kind = Finding("HTTP-GROUND-REFUSED", Severity.ERROR, Where("body"), {})
    return Problem(422, kind, findings=found)


async def _view(tx: Transaction, kept: Edition, now: datetime) -> EditionView:
    done = await editions.acts(tx, kept.number)
    return EditionView(
        id=kept.id,
        kind=kept.kind,
        name=kept.name,
        sha256=kept.sha256.hex(),
        concerned=[*kept.parties],
        state=_state(kept, {one.act for one in done}, now),
        from_at=kept.from_at,
        in_force_at=kept.in_force_at,
        proposed_at=kept.proposed_at,
        acts=[
            EditionActView(party=one.party, officer=one.officer, act=one.act, at=one.acted_at)
            for one in done
        ],
    )


def _state(kept: Edition, done: set[str], now: datetime) -> str:
    if EditionStep.WITHDRAW.value in done:
        return "withdrawn"
    if kept.in_force_at is None:
        return "proposed"
    return "in force" if kept.in_force_at <= now else "signed"
