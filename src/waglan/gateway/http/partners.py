"""What is agreed with each partner about his files."""

from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.messages.edifact.profile import Profile, of_json, packaged, to_json
from waglan.operations.set_partner_profile import set_partner_profile
from waglan.parties.look import Basis
from waglan.parties.permission import Act
from waglan.parties.role import Role
from waglan.store import Taken, parties, partners
from waglan.store.looks import Sight

router = APIRouter(prefix="/v1/partners", tags=["partners"])

PROFILE_BYTES_MAX = 64 * 1024


class ProfileView(BaseModel):
    """A profile; version 0 is the default, which nobody has set; what is left out, too."""

    party: str
    version: int
    set_at: datetime | None
    profile: dict[str, Any]


@router.get("/{party}/profile", response_model=ProfileView, responses=ERRORS)
async def show(party: str, visitor: TheVisitor) -> ProfileView:
    """Show how a partner's files are read and answered: your own, or anybody's to the operator."""
    visitor.must(Act.READ)
    if party != visitor.principal.org and Role.OPERATOR not in visitor.principal.roles:
        raise absent("partner")
    async with visitor.transaction() as tx:
        org = await parties.org_of(tx, PartyId(party))
        if org is None:
            raise absent("partner")
        found = await partners.agreed(tx, org)
        seen = Sight("profile", party, PartyId(party), basis=Basis.OPERATOR)
        await visitor.looked(tx, "/v1/partners/profile", [seen])
    return _view(party, found.version, found.profile, found.set_at)


@router.put(
    "/{party}/profile",
    response_model=ProfileView,
    responses=ERRORS,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {
            "type": "object", "description": "A profile; `based_on` names a packaged one.",
        }}}}
    },
)  # fmt: skip
async def agree(party: str, request: Request, visitor: TheVisitor) -> ProfileView:
    """Set how a partner's files are read and answered, from the next file on.

    The body is the whole profile, or a packaged one by name (`{"based_on": "mainland"}`) and what
    differs from it.
    """
    visitor.must(Act.SET_PROFILE)
    body = await request.body() if _is_short(request) else b""
    profile, now = _profile(body), visitor.kit.clock()
    try:
        async with visitor.transaction() as tx:
            done = await set_partner_profile(
                tx, visitor.principal, PartyId(party), profile, now=now
            )
    except Taken:
        raise _refused([Finding("PROFILE-SET-AT-ONCE", Severity.ERROR, _HERE, {})], 409) from None
    if done is None:
        raise absent("partner")
    if isinstance(done, list):
        raise _refused(done)
    return _view(party, done, profile, now)


_HERE = Where("profile")


def _is_short(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= PROFILE_BYTES_MAX


def _profile(body: bytes) -> Profile:
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
        base = packaged()[told.pop("based_on", "default")]
        merged = msgspec.to_builtins(base) | told
        return of_json(msgspec.json.encode(merged))
    except KeyError:
        names = ", ".join(packaged())
        found = Finding("PROFILE-NO-SUCH-BASE", Severity.ERROR, _HERE, {"names": names})
        raise _refused([found]) from None
    except (ValueError, TypeError, RecursionError) as error:
        reason = str(error)[:200]
        found = Finding("PROFILE-FORM", Severity.ERROR, _HERE, {"reason": reason})
        raise _refused([found]) from None


def _refused(findings: list[Finding], status: int = 422) -> Problem:
    kind = Finding("HTTP-PROFILE-REFUSED", Severity.ERROR, _HERE, {})
    return Problem(status, kind, findings=findings)


def _view(party: str, version: int, profile: Profile, set_at: datetime | None) -> ProfileView:
    told = msgspec.json.decode(to_json(profile), type=dict[str, Any])
    return ProfileView(party=party, version=version, set_at=set_at, profile=told)
