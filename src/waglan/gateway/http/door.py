"""Who is asking: a bearer token, checked at every request, and what its holder may do."""

import hashlib
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.gateway.http.asked import is_keepable
from waglan.gateway.http.observed import note
from waglan.gateway.http.problem import Problem, language, misunderstood
from waglan.gateway.kit import Kit
from waglan.parties.permission import Act, refusal
from waglan.parties.role import Principal, Role
from waglan.store import Transaction, looks, parties
from waglan.store.accounts import Holder
from waglan.store.connect import Pool, glance, transaction
from waglan.store.looks import Looker, Sight

TOKEN_CHARACTERS_MAX = 200


def kit(request: Request) -> Kit:
    """Return what this instance runs with."""
    found = request.app.state.kit
    if not isinstance(found, Kit):
        raise TypeError("the application was made without its kit")
    return found


TheKit = Annotated[Kit, Depends(kit)]


def pool_for(kit: Kit, roles: Collection[Role]) -> Pool:
    """Return the connections of an organisation that does this in the port."""
    return kit.pools.authority if Role.CUSTOMS in roles else kit.pools.app


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in client, and the language it reads."""

    org: int
    principal: Principal
    lang: Lang
    kit: Kit
    secret_sha256: bytes = field(repr=False)

    @property
    def holder(self) -> Holder:
        """The person who answers for what is done."""
        return Holder(self.org, self.principal.accountable or self.principal.token)

    async def still_known(self) -> bool:
        """Whether the token is still worth what it was when this visit began."""
        async with glance(self.kit.pools.app) as tx:
            known = await parties.authenticate(tx, self.secret_sha256, at=self.kit.clock())
        return known is not None and known.principal == self.principal

    async def looked(self, tx: Transaction, asked: str, sights: Iterable[Sight]) -> None:
        """Write down that this client looks at what is another's, with what it looks at."""
        who, kit = self.principal, self.kit
        is_officer = Role.CUSTOMS in who.roles
        by = Looker(
            self.org, who.org, who.client, who.accountable, is_officer, kit.clock(), kit.new_id
        )
        await looks.keep(tx, by, asked, sights)

    async def looked_at(self, tx: Transaction, asked: str, kind: str, keys: Iterable[str]) -> None:
        """Write down what an officer looks at; of a firm's own list there is nothing to write."""
        await self.looked(tx, asked, [Sight(kind, key, self.principal.org) for key in keys])

    def must(self, act: Act) -> None:
        """Raise Problem 403 with the reason unless this client may do this act."""
        reason = refusal(self.principal, act)
        if reason is not None:
            kind = Finding("HTTP-NOT-ALLOWED", Severity.ERROR, Where("token"), {})
            raise Problem(403, kind, findings=[reason])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin a transaction that sees what this client's organisation may see."""
        async with transaction(pool_for(self.kit, self.principal.roles), self.org) as tx:
            yield tx


async def visitor(request: Request, kit: TheKit) -> Visitor:
    """Return who is asking; a missing, unknown, expired or revoked token is one and the same."""
    if not is_keepable(request.url.path):
        raise misunderstood(Finding("HTTP-TEXT", Severity.ERROR, Where("path"), {}))
    if not all(is_keepable(value) for value in request.query_params.values()):
        raise misunderstood(Finding("HTTP-TEXT", Severity.ERROR, Where("query"), {}))
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and 0 < len(secret) <= TOKEN_CHARACTERS_MAX:
        digest = hashlib.sha256(secret.strip().encode()).digest()
        async with glance(kit.pools.app) as tx:
            known = await parties.authenticate(tx, digest, at=kit.clock())
        if known is not None:
            note(request, party=known.principal.org)
            lang = language(request.headers.get("accept-language"))
            return Visitor(known.org, known.principal, lang, kit, digest)
    raise Problem(401, Finding("HTTP-SIGN-IN", Severity.ERROR, Where("token"), {}))


TheVisitor = Annotated[Visitor, Depends(visitor)]
