"""Opening a lock by two: keys of locks and of drivers, and the code that a driver asks for."""

import base64
import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.opening_code import KEY_BYTES
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.locks import own_lock
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.gateway.http.signed import Signed, unspelled
from waglan.operations.ask_opening import ask_opening
from waglan.operations.end_driver import end_driver
from waglan.operations.register_driver import register_driver
from waglan.operations.set_opening_key import set_opening_key
from waglan.parties.permission import Act
from waglan.store import openings

router = APIRouter(prefix="/v1", tags=["locks"])

PUBLIC_KEY_BYTES = 32
_NOT_NOW: Responses = {409: {"description": "It can't be opened so, now or there."}}
Driver = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
InPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class NewOpeningKey(Asked):
    """The lock that is to check codes."""

    lock: UUID


class OpeningKeyView(BaseModel):
    """A lock's key, base64, shown once: a request that comes again is answered with null."""

    key: str | None


class NewDriverKey(Asked):
    """A driver, by a reference of your own that is no name, and his public key, base64."""

    driver: Driver
    public_key: str = Field(max_length=100)


class DriverView(BaseModel):
    """A driver who may ask for codes, and since when."""

    driver: str
    public_key: str
    registered_at: datetime


class OpeningView(BaseModel):
    """A code to be typed into the lock where it is now; it opens it once, before `until`."""

    code: str
    until: datetime


@router.post("/opening-keys", status_code=201, response_model=OpeningKeyView, responses=MADE)
async def new_opening_key(new: NewOpeningKey, visitor: TheMaker) -> OpeningKeyView:
    """Make a key by which a lock checks codes, to be put into it; not while a seal is active."""
    visitor.must(Act.KEEP_DEVICE)
    key, now = secrets.token_bytes(KEY_BYTES), visitor.kit.clock()
    async with visitor.making(new.lock) as (tx, before):
        if before:
            return OpeningKeyView(key=None)
        named, device = await own_lock(tx, visitor, new.lock)
        vault, about = visitor.kit.keys.vault, (named, device.terminal)
        if not await set_opening_key(tx, vault, about, key, now=now):
            raise Problem(409, Finding("HTTP-SEALED", Severity.ERROR, Where("lock"), {}))
    return OpeningKeyView(key=base64.b64encode(key).decode())


@router.post("/driver-keys", status_code=204, responses=ERRORS)
async def add_driver(new: NewDriverKey, visitor: TheVisitor) -> None:
    """Say by which key a driver signs from now on; one that he had before ends."""
    visitor.must(Act.KEEP_DEVICE)
    key = unspelled(new.public_key)
    if len(key) != PUBLIC_KEY_BYTES:
        where = Where("body.public_key")
        raise misunderstood(Finding("HTTP-BAD-KEY", Severity.ERROR, where, {}))
    by = (visitor.org, visitor.principal.org)
    async with visitor.transaction() as tx:
        await register_driver(tx, by, new.driver, key, now=visitor.kit.clock())


@router.get("/driver-keys", response_model=list[DriverView], responses=ERRORS)
async def drivers(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> list[DriverView]:
    """List your drivers who have a key; `after` is the last `driver` you saw."""
    visitor.must(Act.KEEP_DEVICE)
    async with visitor.transaction() as tx:
        found = await openings.driver_keys(tx, after=after, at_most=limit)
    return [
        DriverView(
            driver=one.driver,
            public_key=base64.b64encode(one.public_key).decode(),
            registered_at=one.registered_at,
        )
        for one in found
    ]


@router.delete("/driver-keys/{driver}", status_code=204, responses=ERRORS)
async def remove_driver(driver: InPath, visitor: TheVisitor) -> None:
    """End a driver's key that was lost, or is no longer his."""
    visitor.must(Act.KEEP_DEVICE)
    by = (visitor.org, visitor.principal.org)
    async with visitor.transaction() as tx:
        done = await end_driver(tx, by, driver, now=visitor.kit.clock())
    if not done:
        raise absent("driver")


@router.post(
    "/trips/{trip}/openings",
    status_code=201,
    response_model=OpeningView,
    responses={**ERRORS, **_NOT_NOW},
)
async def ask(trip: UUID, signed: Signed, visitor: TheVisitor) -> OpeningView:
    """Ask for the code that opens a lock, by what its driver signed while he stands there.

    An officer's signed order must be in force there and then. The same ask again: the same code.
    """
    visitor.must(Act.OPEN_LOCK)
    vault, by = visitor.kit.keys.vault, (visitor.org, visitor.principal)
    asked = (trip, signed.body_bytes, signed.signature_bytes)
    async with visitor.transaction() as tx:
        found = await ask_opening(tx, vault, by, asked, now=visitor.kit.clock())
    if found is None:
        raise absent("trip")
    if isinstance(found, Finding):
        kind = Finding("HTTP-NOT-OPENED", Severity.ERROR, Where("trip"), {})
        raise Problem(409, kind, findings=[found])
    return OpeningView(code=found.code, until=datetime.fromtimestamp(found.until_s, UTC))
