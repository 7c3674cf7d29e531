"""What a signed-in person keeps himself: his password and his sessions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.people import PersonView, person_view
from waglan.gateway.http.problem import Problem, absent
from waglan.gateway.http.sign_in import Secret, fits, good_password
from waglan.gateway.http.tries import one_more
from waglan.operations.revoke_token import revoke_token
from waglan.operations.set_password import NewPassword, set_password
from waglan.parties.permission import Act
from waglan.store import accounts
from waglan.store.accounts import Page
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1/me", tags=["sign-in"])

PAGE_MAX = 100


@router.get("", response_model=PersonView, responses=ERRORS)
async def myself(visitor: TheVisitor) -> PersonView:
    """Show what is kept of you: name, contact, login name, roles."""
    visitor.must(Act.KEEP_ACCOUNT)
    async with visitor.transaction() as tx:
        found = await accounts.person(tx, visitor.holder)
    if found is None:
        raise absent("person")
    return person_view(found, visitor.kit.keys.vault)


class PasswordChange(Asked):
    """Your password, and the one that is to be."""

    model_config = ConfigDict(extra="forbid")

    old: Secret
    new: Secret = Field(examples=["three boats off the ninth pier"])


@router.put("/password", status_code=204, responses=ERRORS)
async def change_password(change: PasswordChange, visitor: TheVisitor, request: Request) -> None:
    """Change your password; you are signed out wherever else you were."""
    visitor.must(Act.KEEP_ACCOUNT)
    kit = visitor.kit
    tried = await one_more(kit, request, "change", visitor.holder.subject)
    async with visitor.transaction() as tx:
        kept = await accounts.account_of(tx, visitor.holder)
        login = await accounts.login_of(tx, visitor.holder)
    if not await fits(kit, kept, change.old) or login is None:
        kind = Finding("HTTP-OLD-PASSWORD", Severity.ERROR, Where("body.old"), {})
        raise Problem(422, kind)
    await tried.was_right()
    about = (kit.keys.vault.open(*login).decode(), visitor.principal.org)
    hashed = await good_password(kit, change.new, about)
    party, token = visitor.principal.org, visitor.principal.token
    new = NewPassword(visitor.holder, party, hashed, await new_salt(), "change", token)
    async with visitor.transaction() as tx:
        await set_password(tx, kit.keys.vault, new, now=kit.clock())


class SessionLine(BaseModel):
    """One way in which you are signed in; `is_session` is false for a token that was issued."""

    token: str
    is_session: bool
    is_this: bool
    issued_at: datetime
    expires_at: datetime


class SessionPage(BaseModel):
    """Sessions, and the cursor to go on with; null at the end."""

    sessions: list[SessionLine]
    next: str | None


@router.get("/sessions", response_model=SessionPage, responses=ERRORS)
async def sessions(
    visitor: TheVisitor,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> SessionPage:
    """List where you are signed in, oldest first."""
    visitor.must(Act.KEEP_ACCOUNT)
    async with visitor.transaction() as tx:
        found = await accounts.sessions(
            tx, visitor.holder, Page(after, limit), at=visitor.kit.clock()
        )
    lines = [
        SessionLine(
            token=one.token,
            is_session=one.is_session,
            is_this=one.token == visitor.principal.token,
            issued_at=one.issued_at,
            expires_at=one.expires_at,
        )
        for one in found
    ]
    return SessionPage(sessions=lines, next=lines[-1].token if len(lines) == limit else None)


@router.delete("/sessions/{token}", status_code=204, responses=ERRORS)
async def end_session(token: str, visitor: TheVisitor) -> None:
    """Sign out there at once; your open streams end too. `this` is where you are now."""
    visitor.must(Act.KEEP_ACCOUNT)
    principal = visitor.principal
    wanted = principal.token if token == "this" else token
    async with visitor.transaction() as tx:
        done = await accounts.is_of(tx, visitor.holder, wanted)
        if not done:
            raise absent("session")
        await revoke_token(tx, visitor.org, principal.org, wanted, now=visitor.kit.clock())
