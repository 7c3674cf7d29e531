"""Who am I, and my organisation's tokens and credentials."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.gateway.tokens import Made, new_credential, new_subject, new_token
from waglan.operations.issue_token import issue_token
from waglan.operations.readmit_organisation import Readmission, readmit_organisation
from waglan.operations.register_credential import person_meant, register_credential
from waglan.operations.register_organisation import NewOrganisation, register_organisation
from waglan.operations.register_person import NewPerson
from waglan.operations.revoke_token import revoke_token
from waglan.parties.firm_role import first_roles, scopes_of
from waglan.parties.permission import Act
from waglan.parties.role import ClientKind, Role, Scope
from waglan.store import Taken, Transaction, parties, people
from waglan.store.messages import new_salt
from waglan.store.parties import Credential

router = APIRouter(prefix="/v1", tags=["access"])

DAYS_MAX = 366
Address = Annotated[str, Field(min_length=1, max_length=80)]  # UNB 0004 with its qualifier


class WhoView(BaseModel):
    """The signed-in client."""

    party: str
    roles: list[str]
    client: ClientKind
    scopes: list[Scope]
    token: str
    accountable: str | None  # subject id of the person who answers for it
    message_bytes_max: int  # the largest message that this instance takes


class NewCredential(Asked):
    """A machine, and the person of your organisation who answers for it."""

    label: str = Field(min_length=1, max_length=100)
    accountable_name: str = Field(
        min_length=1, max_length=200, description="His name, or his id (`sub_...`)."
    )
    accountable_contact: str = Field(
        default="",
        max_length=200,
        deprecated=True,
        description="Not kept any more: he is reached as you let him in.",
    )


class TokenWish(Asked):
    """The token to be made; a machine's names its credential."""

    client: ClientKind
    scopes: list[Scope] = Field(min_length=1)
    days: int = Field(ge=1, le=DAYS_MAX)
    credential: str | None = None


class IssuedView(BaseModel):
    """A new token: its secret is shown once and never again.

    To a request that comes again the secret is null: revoke the token if the first answer is lost.
    Of another organisation's token the expiry is null then too.
    """

    token: str
    secret: str | None
    expires_at: datetime | None


async def issued(tx: Transaction, made: Made, before: Sequence[str]) -> IssuedView:
    """Show a token just made, or as it stands the one that the same request made before."""
    if not before:
        row = made.row
        return IssuedView(token=row.token, secret=made.secret, expires_at=row.expires_at)
    expires_at = await parties.expiry(tx, before[0])
    return IssuedView(token=before[0], secret=None, expires_at=expires_at)


@router.get("/whoami", response_model=WhoView, responses=ERRORS)
async def whoami(visitor: TheVisitor) -> WhoView:
    """Say who you are signed in as."""
    principal = visitor.principal
    return WhoView(
        party=principal.org,
        roles=sorted(role.value for role in principal.roles),
        client=principal.client,
        scopes=sorted(principal.scopes, key=lambda scope: scope.value),
        token=principal.token,
        accountable=principal.accountable,
        message_bytes_max=visitor.kit.message_bytes_max,
    )


@router.post("/credentials", status_code=201, responses=MADE)
async def add_credential(new: NewCredential, visitor: TheMaker) -> dict[str, str]:
    """Register a machine credential with the person of your organisation accountable for it.

    A name is that of one of your people, and of no other; your own name is you.
    """
    visitor.must(Act.REGISTER_CREDENTIAL)
    credential, vault, now = new_credential(), visitor.kit.keys.vault, visitor.kit.clock()
    async with visitor.making(credential) as (tx, before):
        if before:
            credential = before[0]
            answers = await people.accountable(tx, visitor.org, credential)
            return {"credential": credential, "accountable": answers or ""}
        meant = await person_meant(tx, vault, visitor.holder, new.accountable_name)
        if isinstance(meant, Finding):
            raise misunderstood(meant)
        row = Credential(credential, new.label, meant)
        await register_credential(tx, visitor.org, visitor.principal.org, row, now=now)
    return {"credential": credential, "accountable": meant}


@router.post("/tokens", status_code=201, response_model=IssuedView, responses=MADE)
async def issue(wish: TokenWish, visitor: TheMaker) -> IssuedView:
    """Issue a token of your organisation: never with more than your own token may do."""
    visitor.must(Act.ISSUE_TOKEN)
    if not set(wish.scopes) <= visitor.principal.scopes:
        kind = Finding("HTTP-MORE-THAN-ITS-GIVER", Severity.ERROR, Where("body.scopes"), {})
        raise Problem(403, kind)
    if (wish.client is ClientKind.MACHINE) != (wish.credential is not None):
        raise _no_credential()
    holder = wish.credential
    if wish.client is ClientKind.PERSON:
        holder = visitor.principal.accountable
    made = new_token(
        wish.client,
        wish.scopes,
        now=visitor.kit.clock(),
        lasts=timedelta(days=wish.days),
        holder=holder,
    )
    async with visitor.making(made.row.token) as (tx, before):
        if not before:
            if wish.credential is not None and not await parties.has_credential(
                tx, visitor.org, wish.credential
            ):
                raise _no_credential()
            await issue_token(tx, visitor.org, visitor.principal.org, made.row)
        return await issued(tx, made, before)


def _no_credential() -> Problem:
    return misunderstood(Finding("HTTP-CREDENTIAL", Severity.ERROR, Where("body.credential"), {}))


class TokenView(BaseModel):
    """A token of your organisation; its secret is known to its holder alone."""

    token: str
    client: ClientKind
    scopes: list[Scope]
    credential: str | None
    label: str | None
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@router.get("/tokens", response_model=list[TokenView], responses=ERRORS)
async def tokens(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=80)] = None,
    client: Annotated[ClientKind | None, Query(examples=["machine"])] = None,
    ended: Annotated[bool | None, Query(description="Expired or revoked.")] = None,
) -> list[TokenView]:
    """List your organisation's tokens, newest first, with those expired or revoked.

    `before` is the last `token` you saw.
    """
    visitor.must(Act.ISSUE_TOKEN)
    wanted = parties.WantedTokens(visitor.kit.clock(), client, ended)
    async with visitor.transaction() as tx:
        found = await parties.tokens(tx, visitor.org, wanted, before=before, at_most=limit)
    return [TokenView(**asdict(row)) for row in found]


@router.delete("/tokens/{token}", status_code=204, responses=ERRORS)
async def revoke(token: str, visitor: TheVisitor) -> None:
    """Revoke a token of your organisation at once."""
    visitor.must(Act.REVOKE_TOKEN)
    async with visitor.transaction() as tx:
        done = await revoke_token(
            tx, visitor.org, visitor.principal.org, token, now=visitor.kit.clock()
        )
    if not done:
        raise absent("token")


class OrganisationView(BaseModel):
    """Who takes part, and as what."""

    party: str
    name: str
    roles: list[Role]


@router.get("/organisations", response_model=list[OrganisationView], responses=ERRORS)
async def organisations(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(max_length=80)] = "",
) -> list[OrganisationView]:
    """List who takes part in this port: every signed-in client may know.

    In the order of `party`; `after` is the last one you saw.
    """
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await parties.directory(tx, after=after, at_most=limit)
    return [OrganisationView(party=party, name=name, roles=roles) for party, name, roles in found]


class NewParty(Asked):
    """An organisation to be let in, and the person who first signs in for it."""

    party: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")
    name: str = Field(min_length=1, max_length=200)
    roles: list[Role] = Field(min_length=1)
    addresses: list[Address] = Field(default=[], max_length=50)
    person: str = Field(min_length=1, max_length=200)
    contact: str = Field(default="", max_length=200)
    days: int = Field(default=90, ge=1, le=DAYS_MAX)


def _first_token(person: NewPerson, *, days: int, now: datetime) -> Made:
    scopes, lasts = scopes_of(person.roles), timedelta(days=days)
    return new_token(ClientKind.PERSON, scopes, now=now, lasts=lasts, holder=person.subject)


@router.post("/organisations", status_code=201, response_model=IssuedView, responses=MADE)
async def let_in(new: NewParty, visitor: TheMaker) -> IssuedView:
    """Let an organisation in, as the platform's operator; its first token is shown once."""
    visitor.must(Act.REGISTER_ORGANISATION)
    now, kit = visitor.kit.clock(), visitor.kit
    person = NewPerson(
        new_subject(), new.person, new.contact, await new_salt(), first_roles(new.roles)
    )
    made = _first_token(person, days=new.days, now=now)
    wanted = NewOrganisation(
        PartyId(new.party), new.name, new.roles, new.addresses, person, made.row
    )
    try:
        async with visitor.making(made.row.token) as (tx, before):
            if not before:
                await register_organisation(tx, kit.keys.vault, wanted, now=now)
            return await issued(tx, made, before)
    except Taken:
        kind = Finding("HTTP-TAKEN", Severity.ERROR, Where("body"), {})
        raise Problem(409, kind) from None


class NewAdmission(Asked):
    """The person who signs in from now on for an organisation that is there."""

    person: str = Field(min_length=1, max_length=200)
    contact: str = Field(default="", max_length=200)
    days: int = Field(default=90, ge=1, le=DAYS_MAX)


@router.post(
    "/organisations/{party}/admissions",
    status_code=201,
    response_model=IssuedView,
    responses=MADE,
)
async def readmit(party: str, new: NewAdmission, visitor: TheMaker) -> IssuedView:
    """Let an organisation in again that nobody can sign in for, as the platform's operator.

    Its new person's token is shown once. The organisation sees in its own events that you did it.
    """
    visitor.must(Act.READMIT_ORGANISATION)
    now, kit, whom = visitor.kit.clock(), visitor.kit, PartyId(party)
    async with visitor.transaction() as tx:
        org, roles = await parties.org_of(tx, whom), await parties.roles_of(tx, whom)
    if org is None:
        raise absent("organisation")
    by = visitor.principal.accountable or ""
    person = NewPerson(
        new_subject(), new.person, new.contact, await new_salt(), first_roles([*roles]), by
    )
    made = _first_token(person, days=new.days, now=now)
    wanted = Readmission(whom, org, visitor.principal.org, person, made.row)
    async with visitor.making(made.row.token) as (tx, before):
        if not before:
            await readmit_organisation(tx, kit.keys.vault, wanted, now=now)
        return await issued(tx, made, before)
