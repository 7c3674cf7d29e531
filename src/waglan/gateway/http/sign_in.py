"""Signing in with a password, and using one-time links: what needs no token yet."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheKit, pool_for
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem
from waglan.gateway.http.tries import one_more, one_more_at_home
from waglan.gateway.kit import Kit
from waglan.gateway.outbox import Outbox, is_address
from waglan.gateway.passwords import TooManyAtOnce
from waglan.gateway.tokens import digest_of, new_link, new_session
from waglan.operations.invite_person import tell_of_link
from waglan.operations.set_password import NewPassword
from waglan.operations.use_link import use_link
from waglan.parties.firm_role import scopes_of
from waglan.parties.password import password_findings
from waglan.parties.sign_in import LinkPurpose, policy
from waglan.store import accounts, parties
from waglan.store.accounts import Account
from waglan.store.connect import transaction
from waglan.store.messages import new_salt

router = APIRouter(prefix="/v1", tags=["sign-in"])

NOTHING_KEPT = {"Cache-Control": "no-store"}
SENT_CHARACTERS_MAX = 1_000  # of a password; more is not even looked at

Secret = Annotated[SecretStr, Field(min_length=1, max_length=SENT_CHARACTERS_MAX)]
# Whoever copies a name takes the blank behind it along; a password is kept as it is.
LoginName = Annotated[
    str,
    Field(pattern=r"^\s*\S{3,200}\s*$", max_length=300, examples=["clerk@example.com"]),
    AfterValidator(str.strip),
]
PartyName = Annotated[
    str,
    Field(pattern=r"^\s*[a-z0-9][a-z0-9-]{1,39}\s*$", max_length=100, examples=["some-forwarder"]),
    AfterValidator(str.strip),
]


class SignIn(Asked):
    """Who signs in: the firm, the login name within it, the password."""

    model_config = ConfigDict(extra="forbid")

    party: PartyName
    login: LoginName
    password: Secret = Field(examples=["three boats off the ninth pier"])


class SessionView(BaseModel):
    """A session that has begun: its secret is shown once, and used as any token is."""

    token: str
    secret: str
    expires_at: datetime
    person: str
    roles: list[str]


@router.post("/sign-in", status_code=201, response_model=SessionView, responses=ERRORS)
async def sign_in(who: SignIn, kit: TheKit, request: Request, answer: Response) -> SessionView:
    """Begin a session of some hours; an unknown name and a wrong password answer alike.

    After some wrong tries the next one waits: 429 with `Retry-After`, a minute at most each time.
    Tries from a network where somebody of the firm signed in within thirty days wait apart from
    strangers'; from elsewhere whoever guesses may take many turns before you.
    """
    tried = await one_more_at_home(kit, request, who.party, who.login)
    account = await _account(kit, who.party, who.login)
    if not await fits(kit, None if account is None else account.password, who.password):
        account = None
    if account is None:
        raise Problem(401, Finding("HTTP-SIGN-IN-REFUSED", Severity.ERROR, Where("body"), {}))
    await tried.was_right()
    scopes, lasts = scopes_of(account.firm_roles), policy().periods.session
    made = new_session(account.holder.subject, scopes, now=kit.clock(), lasts=lasts)
    async with transaction(pool_for(kit, account.roles), account.holder.org) as tx:
        await parties.add_token(tx, account.holder.org, made.row)
    answer.headers.update(NOTHING_KEPT)
    return SessionView(
        token=made.row.token,
        secret=made.secret,
        expires_at=made.row.expires_at,
        person=account.holder.subject,
        roles=list(account.firm_roles),
    )


class LinkUse(Asked):
    """A link's secret (what stands behind its #), and the password that is to be."""

    model_config = ConfigDict(extra="forbid")

    secret: Secret = Field(examples=["wgo_…"])
    password: Secret = Field(examples=["three boats off the ninth pier"])


class LinkUsedView(BaseModel):
    """Where one signs in now, and under which name."""

    party: str
    login: str


@router.post("/links/use", response_model=LinkUsedView, responses=ERRORS)
async def use(link: LinkUse, kit: TheKit, request: Request) -> LinkUsedView:
    """Use a one-time link up and set a password; a password that is refused uses up nothing."""
    secret = link.secret.get_secret_value().strip()
    tried = await one_more(kit, request, secret)
    now, digest = kit.clock(), digest_of(secret)
    async with transaction(kit.pools.app, None) as tx:
        found = await accounts.link_at(tx, digest, at=now)
    if found is None:
        raise _no_link()
    pool = pool_for(kit, found.roles)
    async with transaction(pool, found.holder.org) as tx:
        person = await accounts.person(tx, found.holder)
    if person is None or person.login is None:
        raise _no_link()
    await tried.was_right()
    login = kit.keys.vault.open(*person.login).decode()
    password = await good_password(kit, link.password, (login, found.party))
    new = NewPassword(found.holder, found.party, password, await new_salt(), found.purpose.value)
    async with transaction(pool, found.holder.org) as tx:
        if not await use_link(tx, kit.keys.vault, found.link, new, now=now):
            raise _no_link()
    return LinkUsedView(party=found.party, login=login)


class ResetWish(Asked):
    """Whose password is to be set anew."""

    model_config = ConfigDict(extra="forbid")

    party: PartyName
    login: LoginName


@router.post("/password-resets", status_code=202, responses=ERRORS)
async def ask_for_reset(
    wish: ResetWish, kit: TheKit, request: Request, later: BackgroundTasks
) -> dict[str, str]:
    """Have a one-time link mailed, if there is such an account: the answer never tells."""
    if kit.outbox is None:
        raise Problem(409, Finding("HTTP-NO-MAIL", Severity.ERROR, Where("platform"), {}))
    await one_more(kit, request, "reset", wish.party, wish.login)
    later.add_task(_mail_reset, kit, kit.outbox, wish)  # after the answer: its time tells nothing
    return {"state": "asked"}


async def _mail_reset(kit: Kit, outbox: Outbox, wish: ResetWish) -> None:
    account = await _account(kit, wish.party, wish.login)
    if account is None or not is_address(wish.login):
        return
    now, lasts = kit.clock(), policy().periods.link(LinkPurpose.RESET)
    made = new_link(account.holder.subject, LinkPurpose.RESET, now=now, lasts=lasts)
    async with transaction(pool_for(kit, account.roles), account.holder.org) as tx:
        await tell_of_link(tx, account.holder.org, PartyId(wish.party), made.row, by=None)
    minutes = policy().periods.reset_minutes
    outbox.put(wish.login, made.path, party=wish.party, minutes=minutes, now=now)


async def fits(kit: Kit, kept: tuple[bytes, bytes] | None, password: SecretStr) -> bool:
    """Whether a password is the one kept; with none kept it is not, after the same work."""
    known = None if kept is None else kit.keys.vault.open(*kept).decode()
    try:
        return await kit.passwords.fits(password.get_secret_value(), known)
    except TooManyAtOnce:
        raise _busy() from None


async def good_password(kit: Kit, password: SecretStr, about: tuple[str, ...]) -> str:
    """Return a password's hash, or raise what makes it too easy to guess."""
    plain = password.get_secret_value()
    wrong = password_findings(plain, policy().password, about)
    if wrong:
        kind = Finding("HTTP-PASSWORD-REFUSED", Severity.ERROR, Where("body.password"), {})
        raise Problem(422, kind, findings=wrong)
    try:
        return await kit.passwords.hashed(plain)
    except TooManyAtOnce:
        raise _busy() from None


async def _account(kit: Kit, party: str, login: str) -> Account | None:
    async with transaction(kit.pools.app, None) as tx:
        found = await accounts.account_at(tx, party, kit.keys.vault.blind(login))
    # Who has left has no roles: his account is as good as none, after the same work.
    return found if found is not None and found.firm_roles else None


def _busy() -> Problem:
    kind = Finding("HTTP-SIGN-IN-BUSY", Severity.ERROR, Where("platform"), {})
    return Problem(429, kind, headers={"Retry-After": "2"})


def _no_link() -> Problem:
    return Problem(404, Finding("HTTP-NO-LINK", Severity.ERROR, Where("body.secret"), {}))
