"""Making something once: a request that comes again under its key makes nothing, and is answered.

The receipt is written in the transaction of what it is for, and holds ids and keyed hashes alone:
a request that comes again is answered with the thing as it stands by then.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS, REPLAYED
from waglan.gateway.http.problem import Problem
from waglan.operations.receive_message import KEY_CHARACTERS_MAX
from waglan.store import Transaction, made
from waglan.store.made import Attempt

# What a call that makes something may answer.
MADE: Responses = {
    **ERRORS,
    200: {"description": "The same request came before: this is what it made, as it stands now."},
    409: {"description": "Another request came under this key before, or it can't be done now."},
}
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=KEY_CHARACTERS_MAX,
        description="A name of your own for this request: sent again with the same body it makes "
        "nothing, and answers with what it made.",
    ),
]


@dataclass(frozen=True, slots=True)
class Maker(Visitor):
    """A visitor whose request makes something, once if it has a key."""

    attempt: Attempt | None
    response: Response

    @asynccontextmanager
    async def making(self, *ids: UUID | str) -> AsyncIterator[tuple[Transaction, tuple[str, ...]]]:
        """Begin a transaction that makes the things of these ids, or name what was made before.

        With names the block must make nothing. Another request under the same key is refused.
        """
        async with self.transaction() as tx:
            before = None
            if self.attempt is not None:
                named = [str(one) for one in ids]
                now = self.kit.clock()
                before = await made.keep(tx, self.org, self.attempt, named, now=now)
            if before is None:
                yield tx, ()
                return
            if not before.is_same:
                place = Where("header.idempotency-key")
                raise Problem(409, Finding("HTTP-KEY-USED", Severity.ERROR, place, {}))
            self.response.status_code = 200
            self.response.headers[REPLAYED] = "true"
            yield tx, before.ids


async def maker(
    request: Request, response: Response, visitor: TheVisitor, idempotency_key: Key = None
) -> Maker:
    """Return who is asking, with what he calls this request by."""
    attempt = None
    if idempotency_key is not None:
        mark, asked = visitor.kit.keys.vault.mark, request.url
        said = f"{request.method} {asked.path}?{asked.query}\n".encode() + await request.body()
        attempt = Attempt(mark(idempotency_key.encode()), mark(said))
    return Maker(
        visitor.org,
        visitor.principal,
        visitor.lang,
        visitor.kit,
        visitor.secret_sha256,
        attempt,
        response,
    )


TheMaker = Annotated[Maker, Depends(maker)]
