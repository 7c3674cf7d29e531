"""Tells organisations of their events at the endpoints that they named, signed.

One process holds the sender's role at a time, by a fenced lease. What is sent is read again at each
try, in the organisation's own name, so that nothing leaves that it may not see any more; and what
came of a try is written down only while the role is held. Whoever is killed between the two sends
again, under the same id.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
import structlog

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.gateway.http.event_view import event_view
from waglan.gateway.kit import Kit
from waglan.gateway.outward.call import Failed, Failure, Outward, Reply
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.logbook.webhook import (
    FAILING_DAYS_MAX,
    message_id,
    rest_seconds,
    signature,
    wait_seconds,
    wants,
)
from waglan.operations._sights import sights
from waglan.parties.role import ClientKind, Role
from waglan.store import NoDatabase, Transaction, events, figures, lease, looks, parties, webhooks
from waglan.store import webhook_turns as turns
from waglan.store.connect import Pool, glance, transaction
from waglan.store.events import Told
from waglan.store.lease import Fenced
from waglan.store.looks import Looker
from waglan.store.webhook_turns import Ended, Place, Ready

ROLE: Final = "webhooks"
LEASE: Final = timedelta(seconds=10)
IDLE_SECONDS: Final = 0.25
AT_ONCE_MAX: Final = 32  # endpoints that are told something just now
AT_ONCE_OF_ORG_MAX: Final = 4
LOOK_AHEAD: Final = 4  # times so many are looked at, in case most are of one organisation
TURN_EVENTS: Final = 50  # then another endpoint has its turn
TURN_SECONDS: Final = 10.0
BODY_BYTES_MAX: Final = 256 << 10  # an event that says more is sent without its body
SWEEP_EVERY: Final = timedelta(hours=1)
DELIVERED_KEPT: Final = timedelta(days=7)
DEAD_KEPT: Final = timedelta(days=90)
GONE: Final = 410
DIGITS_MAX: Final = 7  # of the seconds in a Retry-After

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """An event that is to be told now; `after` is the cursor it was read at, None for a retry."""

    told: Told
    event: Event
    month: date
    after: int | None
    tries: int
    place: Place = field(repr=False)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a try: a reply or none."""

    reply: Reply | None = None
    failure: Failure | None = None

    @property
    def has_arrived(self) -> bool:
        """Whether the receiver has taken it."""
        return self.reply is not None and 200 <= self.reply.status < 300

    @property
    def status(self) -> int | None:
        """What the reply says, None if there is none."""
        return None if self.reply is None else self.reply.status

    @property
    def asked_seconds(self) -> int:
        """How long the receiver asks to wait; a date, or nothing, is none."""
        text = None if self.reply is None else self.reply.retry_after
        is_number = text is not None and text.isascii() and text.isdigit()
        return int(text) if text is not None and is_number and len(text) <= DIGITS_MAX else 0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose endpoint it is, and what his organisation may see."""

    party: PartyId
    is_officer: bool
    pool: Pool


@dataclass(slots=True)
class Sender:
    """One holder of the sender's role; only the newest one's words count."""

    kit: Kit
    outward: Outward
    chance: Callable[[], float]
    holder: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.urandom(6).hex()}")
    epoch: int | None = None
    lease_until: datetime | None = None
    swept_at: datetime | None = None
    under_way: dict[int, tuple[int, asyncio.Task[None]]] = field(default_factory=dict)

    async def tick(self) -> int:
        """Begin what may be told now; return how many endpoints began their turn."""
        now = self.kit.clock()
        if not await self._hold(now):
            return 0
        if self.swept_at is None or now - self.swept_at >= SWEEP_EVERY:
            async with transaction(self.kit.pools.engine, None) as tx:
                await turns.sweep(tx, now=now, delivered=DELIVERED_KEPT, dead=DEAD_KEPT)
            self.swept_at = now
        async with glance(self.kit.pools.engine) as tx:
            found = await turns.ready(tx, now=now, at_most=AT_ONCE_MAX * LOOK_AHEAD)
        async with glance(self.kit.pools.engine) as tx:
            untold = await turns.untold(tx)
        for number, org in untold:
            await self._tell_why(number, org)
        return sum(map(self._begin, found))

    def _begin(self, endpoint: Ready) -> bool:
        of_org = sum(org == endpoint.org for org, _ in self.under_way.values())
        if (
            endpoint.number in self.under_way
            or len(self.under_way) >= AT_ONCE_MAX
            or of_org >= AT_ONCE_OF_ORG_MAX
        ):
            return False
        task = asyncio.create_task(self._turn(endpoint))
        self.under_way[endpoint.number] = endpoint.org, task
        return True

    async def _turn(self, endpoint: Ready) -> None:
        """Tell one endpoint what waits for it, one event after the other, until others' turn."""
        seconds = asyncio.get_running_loop().time
        until, number = seconds() + TURN_SECONDS, endpoint.number
        try:
            async with transaction(self.kit.pools.engine, None) as tx:
                await turns.turned(tx, number, now=self.kit.clock())
            for _ in range(TURN_EVENTS):
                if not await self._one(endpoint) or seconds() >= until:
                    break
        except (Fenced, NoDatabase) as error:
            logger.warning("webhooks: a turn ended early", webhook=str(endpoint.id), why=str(error))
        except Exception:
            # Whatever it is, it must not stop what others are told; and this one rests.
            logger.exception("webhooks: an endpoint can't be told", webhook=str(endpoint.id))
            await asyncio.sleep(TURN_SECONDS)
        finally:
            self.under_way.pop(number, None)

    async def _one(self, endpoint: Ready) -> bool:
        """Tell one event; False if nothing is to be told any more, or it failed."""
        now = self.kit.clock()
        async with transaction(self.kit.pools.engine, None) as tx:
            place = await turns.place(tx, self.kit.keys.vault, endpoint.number, now=now)
            owner = await self._owner(tx, endpoint.org)
        if place is None:
            return False
        due, looked = await self._due(endpoint, place, owner)
        if due is not None:
            came = await self._send(endpoint, due)
            return await self._keep(endpoint, due, came, counts=not owner.is_officer)
        async with transaction(self.kit.pools.engine, None) as tx:
            await self._guard(tx)
            if place.due is not None:
                await turns.withdraw(tx, endpoint.number, place.due[0], now=now)
                return True
            await turns.pass_over(tx, endpoint.number, place.after, looked)
        return looked > place.after

    async def _owner(self, tx: Transaction, org: int) -> Owner:
        party = await parties.party_of(tx, org)
        is_officer = Role.CUSTOMS in await parties.roles_of(tx, party)
        pools = self.kit.pools
        return Owner(party, is_officer, pools.authority if is_officer else pools.app)

    async def _due(self, endpoint: Ready, place: Place, owner: Owner) -> tuple[Due | None, int]:
        """Return what is to be told, as its owner may see it now, and how far was looked.

        It is written down as a look, as whatever is shown of another's.
        """
        org, now, new_id = endpoint.org, self.kit.clock(), self.kit.new_id
        async with transaction(owner.pool, org) as tx:
            due, looked = await _read(tx, endpoint, place)
            if due is not None:
                by = Looker(
                    org, owner.party, ClientKind.MACHINE, None, owner.is_officer, now, new_id
                )
                seen = sights([(due.told.consignment, due.event)])
                await looks.keep(tx, by, "/v1/webhooks", seen)
        return due, looked

    async def _send(self, endpoint: Ready, due: Due) -> Came:
        body, told = _body(due), due.told
        name = message_id(endpoint.id, told.salt, told.canonical)
        now, kit = self.kit.clock(), self.kit
        # Looked up last: a secret that others may have signs nothing once its owner ended it.
        async with glance(kit.pools.engine) as tx:
            held = await webhooks.secrets(tx, kit.keys.vault, endpoint.number, at=now)
        if not held:
            return Came(failure=Failure.REFUSED)  # the endpoint was removed just now
        at_s = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Waglan-Webhooks/1",
            "webhook-id": name,
            "webhook-timestamp": str(at_s),
            "webhook-signature": signature(held, name, at_s, body),
        }
        try:
            return Came(reply=await self.outward.post(due.place.url, body, headers))
        except Failed as failed:
            return Came(failure=failed.failure)

    async def _keep(self, endpoint: Ready, due: Due, came: Came, *, counts: bool) -> bool:
        """Write down what came of a try, if the role is still held; return whether it arrived."""
        now = self.kit.clock()
        told = due.told.event_id, due.told.seq or 0, due.month
        async with transaction(self.kit.pools.engine, None) as tx:
            await self._guard(tx)
            held = await turns.hold(tx, endpoint.number)
            if held is None:
                return False
            if came.has_arrived:
                ended = Ended(told, due.after, "delivered", now, status=came.status)
                await turns.end(tx, endpoint, ended)
                await turns.succeed(tx, endpoint.number)
                state = "done"
            else:
                wait = wait_seconds(due.tries + 1, self.chance(), came.asked_seconds)
                next_at = None if wait is None else now + timedelta(seconds=wait)
                why = None if came.failure is None else came.failure.value
                left = "dead" if wait is None else "waiting"
                ended = Ended(told, due.after, left, now, next_at, came.status, why)
                await turns.end(tx, endpoint, ended)
                await self._rest(tx, endpoint.number, came, held, now)
                state = "failed" if wait is not None else "given-up"
            if counts:
                await figures.count(tx, {(state, "webhook"): 1}, [])
        return came.has_arrived

    async def _rest(
        self,
        tx: Transaction,
        number: int,
        came: Came,
        held: tuple[int, datetime | None],
        now: datetime,
    ) -> None:
        """Let an endpoint rest, the longer the more failed in a row; in the end it is stopped."""
        failures, since = held
        seconds = rest_seconds(failures + 1, self.chance(), came.asked_seconds)
        stopped = None
        if came.status == GONE:
            stopped = "gone"
        elif since is not None and now - since >= timedelta(days=FAILING_DAYS_MAX):
            stopped = "failing"
        rests_until = now + timedelta(seconds=seconds)
        await turns.fail(tx, number, now=now, rests_until=rests_until, stopped=stopped)

    async def _tell_why(self, number: int, org: int) -> None:
        """Let an owner's log tell why an endpoint was stopped, once."""
        async with transaction(self.kit.pools.engine, None) as tx:
            owner = await self._owner(tx, org)
        now = self.kit.clock()
        async with transaction(owner.pool, org) as tx:
            found = await turns.tell(tx, number)
            if found is not None:
                body = {"webhook": str(found[0]), "why": found[1]}
                about = Key(KeyKind.PARTY, owner.party)
                told = Event(EventCode.WEBHOOK_STOPPED, about, owner.party, now, now, body)
                await events.append(tx, [told])

    async def _hold(self, now: datetime) -> bool:
        if self.epoch is not None and self.lease_until and now < self.lease_until - LEASE / 2:
            return True
        async with transaction(self.kit.pools.engine, None) as tx:
            self.epoch = await lease.take(tx, ROLE, self.holder, now=now, until=now + LEASE)
        self.lease_until = None if self.epoch is None else now + LEASE
        return self.epoch is not None

    async def _guard(self, tx: Transaction) -> None:
        if self.epoch is None:
            raise Fenced("the role of the webhooks' sender is not held")
        try:
            await lease.guard(tx, ROLE, self.holder, self.epoch)
        except Fenced:
            self.epoch = None
            raise

    async def give_back(self) -> None:
        """Leave off what is under way, which is sent again, and let the next process begin."""
        tasks = [task for _, task in self.under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.epoch is not None:
            async with transaction(self.kit.pools.engine, None) as tx:
                await lease.give_back(tx, ROLE, self.holder, now=self.kit.clock())


async def _read(tx: Transaction, endpoint: Ready, place: Place) -> tuple[Due | None, int]:
    """Return the event that is to be told next, if it may still be seen, and how far was looked."""
    if place.due is not None:
        event_id, month, tries = place.due
        again = await turns.still_seen(tx, event_id, month)
        if again is None:
            return None, place.after
        return Due(again, read_event(again.canonical), month, None, tries, place), place.after
    always = EventCode.WEBHOOK_TESTED.value
    found, looked = await turns.wanted(tx, place.after, endpoint.wanted, always)
    for told, month in found:
        event = read_event(told.canonical)
        is_test = event.code is EventCode.WEBHOOK_TESTED
        is_own_test = is_test and event.body.get("webhook") == str(endpoint.id)
        if is_own_test or wants(endpoint.wanted, event.code.value):
            return Due(told, event, month, place.after, 0, place), looked
    return None, looked


def _body(due: Due) -> bytes:
    """Return what is sent: the event as everybody sees it who may, with its kind and its time."""
    shown = event_view(due.told.seq, due.event).model_dump(mode="json")
    said = {"type": shown["code"], "timestamp": shown["happened_at"], "data": shown}
    body = msgspec.json.encode(said)
    if len(body) > BODY_BYTES_MAX:
        body = msgspec.json.encode(said | {"data": shown | {"body": {}}, "left_out": ["body"]})
    return body


async def run(sender: Sender, stop: asyncio.Event) -> None:
    """Tell until told to stop; a lost database or role is waited for, never fatal."""
    while not stop.is_set():
        try:
            await sender.tick()
        except Fenced:
            logger.warning("webhooks: another process took the role")
        except NoDatabase as error:
            logger.warning("webhooks: no database", error=str(error).strip())
        try:
            await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
        except TimeoutError:
            continue
    await sender.give_back()
