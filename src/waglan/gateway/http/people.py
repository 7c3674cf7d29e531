"""The people of one's own firm: who they are, what they do there, and how they get in."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.access import DAYS_MAX
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.drafts import acting, done_or_refused, there
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, misunderstood
from waglan.gateway.http.sign_in import NOTHING_KEPT, LoginName
from waglan.gateway.tokens import Made, MadeLink, new_link, new_subject, new_token
from waglan.logbook.sealed import Vault
from waglan.operations.change_roles import change_roles
from waglan.operations.invite_person import Inviting, invite_person
from waglan.operations.issue_token import issue_token
from waglan.operations.let_go_person import let_go_person
from waglan.operations.let_in_person import let_in_person
from waglan.operations.register_person import NewPerson, read_person
from waglan.parties.firm_role import firm_roles, giving_findings, scopes_of
from waglan.parties.look import Basis
from waglan.parties.permission import Act
from waglan.parties.role import ClientKind, Role, Scope
from waglan.parties.sign_in import LinkPurpose, policy
from waglan.store import Taken, Transaction, accounts, parties, people
from waglan.store.accounts import Holder, Page, PersonKept
from waglan.store.looks import PERSON, Sight
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1", tags=["people"])

PAGE_MAX = 100
ROLES_MAX = 20
Roles = Annotated[list[str], Field(max_length=ROLES_MAX, examples=[["preparer"]])]


class FirmRoleView(BaseModel):
    """A role within a firm: what it may be used for, and where it is open."""

    name: str
    what: str
    scopes: list[Scope]
    organisations: list[Role]


@router.get("/firm-roles", response_model=list[FirmRoleView], responses=ERRORS)
async def roles(visitor: TheVisitor) -> list[FirmRoleView]:
    """List the roles that people have within a firm."""
    visitor.must(Act.READ)
    return [
        FirmRoleView(
            name=role.name,
            what=role.what,
            scopes=sorted(role.scopes, key=lambda scope: scope.value),
            organisations=sorted(role.organisations, key=lambda one: one.value),
        )
        for role in firm_roles().values()
    ]


class NewColleague(Asked):
    """A person of your firm. A login name gets him an invitation; `days` gets him a token.

    His roles say what he may do; with `scopes` his token may do less. Without roles he has what
    his token says, and can't sign in with a password.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, examples=["Sample Person"])
    contact: str = Field(default="", max_length=200)
    roles: Roles = Field(default=[])
    login: LoginName | None = None
    scopes: list[Scope] = Field(default=[])
    days: int | None = Field(default=None, ge=1, le=DAYS_MAX)


class ColleagueView(BaseModel):
    """A colleague's way in: link and secret are shown once and never again.

    The link is to be put behind this platform's address. To a request that comes again both are
    null.
    """

    person: str
    token: str | None
    secret: str | None
    expires_at: datetime | None
    link: str | None
    link_expires_at: datetime | None


@router.post("/persons", status_code=201, response_model=ColleagueView, responses=MADE)
async def add_person(new: NewColleague, visitor: TheMaker, answer: Response) -> ColleagueView:
    """Let a colleague in, under his own name: who prepares and who approves are two people."""
    visitor.must(Act.REGISTER_PERSON)
    principal, kit, now = visitor.principal, visitor.kit, visitor.kit.clock()
    if not set(new.scopes) <= principal.scopes:
        kind = Finding("HTTP-MORE-THAN-ITS-GIVER", Severity.ERROR, Where("body.scopes"), {})
        raise Problem(403, kind)
    if not (new.roles or (new.scopes and new.days)) or (new.login and not new.roles):
        raise misunderstood(Finding("PERSON-WITHOUT-ROLE", Severity.ERROR, Where("body.roles"), {}))
    done_or_refused(giving_findings(new.roles, principal.roles, principal.scopes))
    person = NewPerson(
        new_subject(),
        new.name,
        new.contact,
        await new_salt(),
        tuple(dict.fromkeys(new.roles)),
        visitor.holder.subject,
    )
    made = _token(new, person, now)
    ids = [person.subject] + ([made.row.token] if made else [])
    async with visitor.making(*ids) as (tx, before):
        if before:
            return await _let_in_before(tx, *before)
        await let_in_person(tx, (visitor.org, principal), kit.keys.vault, person, now=now)
        if made is not None:
            await issue_token(tx, visitor.org, principal.org, made.row)
        link = None
        if new.login is not None:
            link = await _link(tx, visitor, person.subject)
            await _invited(tx, visitor, link, new.login)
    answer.headers.update(NOTHING_KEPT)
    return ColleagueView(
        person=person.subject,
        token=made.row.token if made else None,
        secret=made.secret if made else None,
        expires_at=made.row.expires_at if made else None,
        link=link.path if link else None,
        link_expires_at=link.row.expires_at if link else None,
    )


async def _let_in_before(tx: Transaction, person: str, token: str | None = None) -> ColleagueView:
    expires_at = await parties.expiry(tx, token) if token else None
    return ColleagueView(
        person=person,
        token=token,
        secret=None,
        expires_at=expires_at,
        link=None,
        link_expires_at=None,
    )


def _token(new: NewColleague, person: NewPerson, now: datetime) -> Made | None:
    if new.days is None:
        return None
    scopes = frozenset(new.scopes) or scopes_of(person.roles)
    if person.roles:
        scopes &= scopes_of(person.roles)
    lasts = timedelta(days=new.days)
    return new_token(ClientKind.PERSON, scopes, now=now, lasts=lasts, holder=person.subject)


class PersonView(BaseModel):
    """A person of your firm."""

    person: str
    name: str
    contact: str
    login: str | None
    has_password: bool
    roles: list[str]
    registered_at: datetime
    left_at: datetime | None


class PersonPage(BaseModel):
    """Persons, and the cursor to go on with; null at the end."""

    persons: list[PersonView]
    next: str | None


@router.get("/persons", response_model=PersonPage, responses=ERRORS)
async def persons(
    visitor: TheVisitor,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> PersonPage:
    """List the people of your firm, oldest first; who was erased is no more in it."""
    visitor.must(Act.REGISTER_PERSON)
    async with visitor.transaction() as tx:
        found = await accounts.persons(tx, visitor.org, Page(after, limit))
        own = visitor.principal.org
        seen = [Sight(PERSON, one.subject, own, basis=Basis.FIRM) for one in found]
        await visitor.looked(tx, "/v1/persons", seen)
    shown = [person_view(one, visitor.kit.keys.vault) for one in found]
    return PersonPage(persons=shown, next=shown[-1].person if len(shown) == limit else None)


def person_view(kept: PersonKept, vault: Vault) -> PersonView:
    """Return a person as his own firm sees him."""
    name, contact = read_person(vault, *kept.person)
    return PersonView(
        person=kept.subject,
        name=name,
        contact=contact,
        login=None if kept.login is None else vault.open(*kept.login).decode(),
        has_password=kept.has_password,
        roles=list(kept.roles),
        registered_at=kept.registered_at,
        left_at=kept.left_at,
    )


class NewRoles(Asked):
    """What a person does in your firm from now on: all of it."""

    model_config = ConfigDict(extra="forbid")

    roles: Annotated[Roles, Field(min_length=1)]


@router.put("/persons/{person}/roles", response_model=PersonView, responses=ERRORS)
async def change(person: str, new: NewRoles, visitor: TheVisitor) -> PersonView:
    """Change a colleague's roles: what is taken is gone at once, what is new he has on signing in.

    Somebody always administers the firm: of two who demote each other the second is refused.
    """
    visitor.must(Act.REGISTER_PERSON)
    async with visitor.transaction() as tx:
        done = await change_roles(tx, acting(visitor), person, new.roles)
        done_or_refused(there(done, "person"))
        found = there(await accounts.person(tx, Holder(visitor.org, person)), "person")
    return person_view(found, visitor.kit.keys.vault)


class Leaving(Asked):
    """Who takes over; nobody where nothing is to be handed over."""

    model_config = ConfigDict(extra="forbid")

    successor: str | None = Field(default=None, pattern="^sub_[0-9a-f]{32}$")


class LeftView(BaseModel):
    """Who left, and what is in his successor's charge: machines, open drafts."""

    person: str
    successor: str | None
    credentials: list[str]
    drafts: list[UUID]
    left_at: datetime


@router.post(
    "/persons/{person}/departure", status_code=201, response_model=LeftView, responses=MADE
)
async def let_go(person: str, leaving: Leaving, visitor: TheMaker) -> LeftView:
    """Let a colleague go: he is out at once, and his machines and open drafts are his successor's.

    He never comes back; somebody who does is a new person. An officer's key ends with it, and the
    standing orders that he signed.
    """
    visitor.must(Act.REGISTER_PERSON)
    async with visitor.making(person) as (tx, before):
        if not before:
            done = await let_go_person(tx, acting(visitor), person, leaving.successor)
            done_or_refused(there(done, "person"))
        left = there(await people.departure(tx, Holder(visitor.org, person)), "person")
    return LeftView(
        person=left.subject,
        successor=left.successor,
        credentials=list(left.credentials),
        drafts=list(left.drafts),
        left_at=left.left_at,
    )


class LinkWish(Asked):
    """A link for a person; a login name is needed if he has none, and replaces the one he has."""

    model_config = ConfigDict(extra="forbid")

    login: LoginName | None = None


class LinkView(BaseModel):
    """A one-time link, shown once, to be put behind this platform's address.

    To a request that comes again the link is null.
    """

    link: str | None
    purpose: LinkPurpose
    expires_at: datetime


@router.post("/persons/{person}/links", status_code=201, response_model=LinkView, responses=MADE)
async def make_link(person: str, wish: LinkWish, visitor: TheMaker, answer: Response) -> LinkView:
    """Make a link with which a colleague sets his password; earlier ones are worth nothing."""
    visitor.must(Act.REGISTER_PERSON)
    async with visitor.transaction() as tx:
        made = await _link(tx, visitor, person)
    async with visitor.making(made.row.link) as (tx, before):
        if before:
            kept = there(await accounts.link(tx, visitor.org, before[0]), "link")
            return LinkView(link=None, purpose=kept.purpose, expires_at=kept.expires_at)
        await _invited(tx, visitor, made, wish.login)
    answer.headers.update(NOTHING_KEPT)
    return LinkView(link=made.path, purpose=made.row.purpose, expires_at=made.row.expires_at)


async def _link(tx: Transaction, visitor: Visitor, subject: str) -> MadeLink:
    now = visitor.kit.clock()
    has_password = await accounts.account_of(tx, Holder(visitor.org, subject)) is not None
    purpose = LinkPurpose.RESET if has_password else LinkPurpose.INVITATION
    return new_link(subject, purpose, now=now, lasts=policy().periods.link(purpose))


async def _invited(tx: Transaction, visitor: Visitor, made: MadeLink, login: str | None) -> None:
    wanted = Inviting(made.row, login, await new_salt())
    try:
        done = await invite_person(tx, visitor.kit.keys.vault, acting(visitor), wanted)
    except Taken:
        kind = Finding("HTTP-LOGIN-TAKEN", Severity.ERROR, Where("body.login"), {})
        raise Problem(409, kind) from None
    done_or_refused(there(done, "person"))
