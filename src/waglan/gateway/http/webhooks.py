"""Endpoints at which an organisation is told of its events: kept by its administrators alone."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import BEFORE_ALL, Limit, must_be_within
from waglan.gateway.http.problem import Problem, absent
from waglan.gateway.outward.address import BadUrl, Target, read_target
from waglan.logbook.webhook import SECRET_BYTES, WANTED_MAX, Scheme, is_known, new_secret, shown
from waglan.operations.register_webhook import register_webhook
from waglan.operations.remove_webhook import remove_webhook
from waglan.operations.replay_webhook import replay_webhook
from waglan.operations.rotate_webhook_secret import rotate_webhook_secret
from waglan.operations.switch_webhook import switch_webhook
from waglan.operations.try_webhook import try_webhook
from waglan.parties.permission import Act
from waglan.store import Transaction, log, webhooks
from waglan.store.webhooks import ENDPOINTS_MAX, Delivery, NewWebhook, Webhook

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Pattern = Annotated[str, Field(min_length=1, max_length=60)]
State = Literal["waiting", "delivered", "dead", "withdrawn"]


class WantedWebhook(Asked):
    """An endpoint, and of which events it is told.

    `wanted` names codes of events whole, beginnings of them that end with a dot, or `*` for all.
    `after` is the number in the log beyond which it is told; null is from now on.
    """

    url: str = Field(min_length=1, max_length=2_000)
    wanted: list[Pattern] = Field(min_length=1, max_length=WANTED_MAX)
    description: str = Field(default="", max_length=200)
    scheme: Literal["v1", "v1a"] = "v1"
    after: int | None = Field(default=None, ge=BEFORE_ALL)


class WebhookView(BaseModel):
    """An endpoint as it stands; `after` is the number in the log up to which it was told."""

    id: UUID
    url: str
    wanted: list[str]
    description: str
    scheme: str
    made_at: datetime
    after: int
    is_on: bool
    stopped: str | None  # by its owner, because it is gone, or because it failed for days
    failing_since: datetime | None
    rests_until: datetime | None
    waiting: int  # events that failed and are tried again
    dead: int  # events that are tried no more


class MadeWebhookView(WebhookView):
    """A new endpoint; `secret` is what its receiver verifies with.

    A secret of `v1` is shown this once: null for a request that comes again.
    """

    secret: str | None


class SecretView(BaseModel):
    """A newer secret, shown this once; those before it count until then."""

    secret: str | None
    others_until: datetime | None


class DeliveryView(BaseModel):
    """What became of one event at an endpoint; `code` is null if you may not see it any more."""

    seq: int
    code: str | None
    state: str
    tries: int
    first_at: datetime
    last_at: datetime
    next_at: datetime | None
    status: int | None  # of the reply, null if none came
    failure: str | None


class WhatAgain(Asked):
    """What is told again: all beyond a number of the log, or, with null, the dead letters."""

    after: int | None = Field(default=None, ge=BEFORE_ALL)


class WantedState(Asked):
    """Whether an endpoint is told."""

    is_on: bool


class WantedSecret(Asked):
    """For how many hours the secrets before the new one count; 0 if others may have one."""

    others_hours: int = Field(default=24, ge=0, le=168)


class WantedTest(Asked):
    """How many events an endpoint is sent for a test."""

    times: int = Field(default=1, ge=1, le=10)


class AgainView(BaseModel):
    """How many dead letters are tried anew."""

    dead: int


@router.post("", status_code=201, response_model=MadeWebhookView, responses=MADE)
async def register(new: WantedWebhook, visitor: TheMaker) -> MadeWebhookView:
    """Be told of your organisation's events at an address of your own, signed, in the log's order.

    What is sent is what `/v1/events` shows, and nothing that you may not see when it is sent.
    """
    visitor.must(Act.KEEP_WEBHOOK)
    target = _target(visitor, new.url)
    for at, pattern in enumerate(new.wanted):
        if not is_known(pattern):
            unknown = Finding(
                "WEBHOOK-EVENT", Severity.ERROR, Where(f"body.wanted.{at}"), {"event": pattern}
            )
            raise Problem(422, unknown)
    kit, scheme = visitor.kit, Scheme(new.scheme)
    secret = new_secret(scheme, secrets.token_bytes(SECRET_BYTES))
    made = kit.new_id()
    async with visitor.making(made) as (tx, before):
        if before:
            one = await _own(tx, visitor, UUID(before[0]))
            return MadeWebhookView(**_view(one).model_dump(), secret=None)
        if new.after is not None:
            await must_be_within(tx, new.after)
        after = await log.size(tx) - 1 if new.after is None else new.after
        wanted = tuple(dict.fromkeys(new.wanted))
        kept = NewWebhook(made, new.url, target.host, wanted, new.description, scheme, after)
        whose = visitor.org, visitor.principal.org
        done = await register_webhook(tx, kit.keys.vault, whose, (kept, secret), now=kit.clock())
        if not done:
            full = Finding("WEBHOOK-ENOUGH", Severity.ERROR, Where("body"), {"most": ENDPOINTS_MAX})
            raise Problem(409, full)
        one = await _own(tx, visitor, made)
    return MadeWebhookView(**_view(one).model_dump(), secret=shown(secret))


def _target(visitor: Visitor, url: str) -> Target:
    try:
        return read_target(url, visitor.kit.outward)
    except BadUrl as bad:
        raise Problem(422, bad.finding) from None


@router.get("", response_model=list[WebhookView], responses=ERRORS)
async def every(visitor: TheVisitor) -> list[WebhookView]:
    """List your organisation's endpoints, and how each stands."""
    visitor.must(Act.KEEP_WEBHOOK)
    async with visitor.transaction() as tx:
        found = await webhooks.listed(tx, visitor.kit.keys.vault)
    return [_view(one) for one in found]


@router.delete("/{webhook}", status_code=204, responses=ERRORS)
async def remove(webhook: UUID, visitor: TheVisitor) -> None:
    """Be told no more at an endpoint; its secrets and its deliveries are forgotten."""
    visitor.must(Act.KEEP_WEBHOOK)
    async with visitor.transaction() as tx:
        one = await _own(tx, visitor, webhook)
        await remove_webhook(tx, visitor.principal.org, one, now=visitor.kit.clock())


@router.post("/{webhook}/secret", status_code=201, response_model=SecretView, responses=MADE)
async def rotate(webhook: UUID, wanted: WantedSecret, visitor: TheMaker) -> SecretView:
    """Give an endpoint another secret; for a time bodies are signed under both."""
    visitor.must(Act.KEEP_WEBHOOK)
    kit = visitor.kit
    async with visitor.making(webhook) as (tx, before):
        if before:
            return SecretView(secret=None, others_until=None)
        one = await _own(tx, visitor, webhook)
        secret = new_secret(one.scheme, secrets.token_bytes(SECRET_BYTES))
        whose = visitor.org, visitor.principal.org
        until = kit.clock() + timedelta(hours=wanted.others_hours)
        kept = kit.keys.vault, (one, secret), until
        await rotate_webhook_secret(tx, whose, kept, now=kit.clock())
    return SecretView(secret=shown(secret), others_until=until)


@router.put("/{webhook}/state", status_code=204, responses=ERRORS)
async def switch(webhook: UUID, wanted: WantedState, visitor: TheVisitor) -> None:
    """Tell an endpoint nothing more, or again: from where it was stopped, what waits at once."""
    visitor.must(Act.KEEP_WEBHOOK)
    party, now = visitor.principal.org, visitor.kit.clock()
    async with visitor.transaction() as tx:
        one = await _own(tx, visitor, webhook)
        await switch_webhook(tx, party, one, is_on=wanted.is_on, now=now)


@router.get("/{webhook}/deliveries", response_model=list[DeliveryView], responses=ERRORS)
async def deliveries(
    webhook: UUID,
    visitor: TheVisitor,
    state: Annotated[State | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, description="The last `seq` you saw.")] = None,
    limit: Limit = 50,
) -> list[DeliveryView]:
    """List what became of events at an endpoint, the newest in the log first."""
    visitor.must(Act.KEEP_WEBHOOK)
    async with visitor.transaction() as tx:
        one = await _own(tx, visitor, webhook)
        found = await webhooks.deliveries(tx, one.number, state, before=before, at_most=limit)
    return [_delivery(each) for each in found]


@router.post("/{webhook}/replay", response_model=AgainView, responses=ERRORS)
async def replay(webhook: UUID, what: WhatAgain, visitor: TheVisitor) -> AgainView:
    """Tell an endpoint again: its dead letters, or all beyond a number of the log, as it was."""
    visitor.must(Act.KEEP_WEBHOOK)
    party, now = visitor.principal.org, visitor.kit.clock()
    async with visitor.transaction() as tx:
        one = await _own(tx, visitor, webhook)
        if what.after is not None:
            await must_be_within(tx, what.after)
        revived = await replay_webhook(tx, party, one, what.after, now=now)
    return AgainView(dead=revived)


@router.post("/{webhook}/test", status_code=204, responses=ERRORS)
async def test(webhook: UUID, wanted: WantedTest, visitor: TheVisitor) -> None:
    """Send an endpoint the event `webhook.tested`; `deliveries` says what became of it."""
    visitor.must(Act.KEEP_WEBHOOK)
    async with visitor.transaction() as tx:
        one = await _own(tx, visitor, webhook)
        party, now = visitor.principal.org, visitor.kit.clock()
        await try_webhook(tx, party, one, wanted.times, now=now)


async def _own(tx: Transaction, visitor: Visitor, webhook: UUID) -> Webhook:
    found = await webhooks.listed(tx, visitor.kit.keys.vault, webhook)
    if not found:
        raise absent("webhook")
    return found[0]


def _view(one: Webhook) -> WebhookView:
    return WebhookView(
        id=one.id,
        url=one.url,
        wanted=list(one.wanted),
        description=one.description,
        scheme=one.scheme.value,
        made_at=one.made_at,
        after=one.after,
        is_on=one.is_on,
        stopped=one.stopped,
        failing_since=one.failing_since,
        rests_until=one.rests_until,
        waiting=one.waiting,
        dead=one.dead,
    )


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        seq=one.seq,
        code=one.code,
        state=one.state,
        tries=one.tries,
        first_at=one.first_at,
        last_at=one.last_at,
        next_at=one.next_at,
        status=one.status,
        failure=one.failure,
    )
