"""Gives every event its number, builds the tree over them, and signs what stands."""

import asyncio
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from waglan.gateway.keys import Keys
from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.store import NoDatabase, Transaction, events, lease, log, standings, witnesses
from waglan.store.connect import Pool, glance, transaction
from waglan.store.lease import Fenced

ROLE = "sequencer"
TICK_SECONDS = 0.15
# While much comes in: each round costs the same, however much it numbers.
BUSY_TICK_SECONDS = 0.25
TORN_SECONDS = 5.0  # between looks at a log that can't go on before somebody has restored it
MUCH = 500  # events in one round
# After a crash the log stands still for so long, and inclusion is promised within ten seconds.
LEASE = timedelta(seconds=4)
SIGN_EVERY = timedelta(seconds=1)
MONTHS_AHEAD = 3

logger = structlog.get_logger()


class Sequencer:
    """One holder of the sequencer's role; only the newest one's writes count."""

    def __init__(
        self,
        pool: Pool,
        keys: Keys,
        clock: Callable[[], datetime],
        may_sign: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare to hold the role in this process's name; nothing is taken yet."""
        self.may_sign = may_sign
        self.pool = pool
        self.keys = keys
        self.clock = clock
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self.epoch: int | None = None
        self.lease_until: datetime | None = None
        self.signed_at: datetime | None = None

    async def tick(self) -> int:
        """Number what is waiting and sign if a signature is due; return how many were numbered.

        Nothing happens while another process holds the role.
        """
        now = self.clock()
        if not await self._hold(now):
            return 0
        numbered = await self._number(now)
        is_due = self.signed_at is None or now - self.signed_at >= SIGN_EVERY
        if is_due and self.may_sign():
            await self._sign(now)
            self.signed_at = now
        return numbered

    async def _number(self, now: datetime) -> int:
        # A lock is a write, which has to be flushed: none is taken while there is nothing to do.
        async with glance(self.pool) as tx:
            if await log.is_idle(tx, now=now):
                return 0
        async with transaction(self.pool, None) as tx:
            await self._guard(tx)
            numbered = await log.sequence(tx, now=now)
        if numbered.is_mended:
            logger.warning("sequencer: the tree's edge was altered, and worked out again")
        # A transaction of its own: a projection that lags may not hold back the numbering.
        if not numbered.is_folded:
            async with transaction(self.pool, None) as tx:
                await self._guard(tx)
                await standings.project(tx)
        return numbered.count

    async def _hold(self, now: datetime) -> bool:
        if self.epoch is not None and self.lease_until and now < self.lease_until - LEASE / 2:
            return True
        async with transaction(self.pool, None) as tx:
            self.epoch = await lease.take(tx, ROLE, self.holder, now=now, until=now + LEASE)
            if self.epoch is not None:
                self.lease_until = now + LEASE
                await events.make_months(tx, now, MONTHS_AHEAD)
        return self.epoch is not None

    async def _guard(self, tx: Transaction) -> None:
        if self.epoch is None:
            raise Fenced("the sequencer's role is not held")
        try:
            await lease.guard(tx, ROLE, self.holder, self.epoch)
        except Fenced:
            self.epoch = None
            raise

    async def _sign(self, now: datetime) -> None:
        """Sign the tree as it stands, once for each size: two roots of one size would be a fork."""
        async with transaction(self.pool, None) as tx:
            await self._guard(tx)
            if await witnesses.halts(tx):
                return
            head = await log.head(tx)
            before = await log.checkpoint(tx)
            if head.size == 0 or (before is not None and before.size == head.size):
                return
            root = head.frontier.root
            note = sign_checkpoint(
                Checkpoint(head.origin, head.size, root), [self.keys.checkpoint]
            ).encoded()
            await log.add_checkpoint(tx, log.Signed(head.origin, head.size, root, note, now))

    async def give_back(self) -> None:
        """Let the next process take the role at once."""
        if self.epoch is not None:
            async with transaction(self.pool, None) as tx:
                await lease.give_back(tx, ROLE, self.holder, now=self.clock())


async def run(sequencer: Sequencer, stop: asyncio.Event) -> None:
    """Tick until told to stop; a lost database or role is waited for, never fatal."""
    while not stop.is_set():
        numbered, is_torn = 0, False
        try:
            numbered = await sequencer.tick()
        except log.TornLog as error:
            is_torn = True
            logger.warning("sequencer: the tree's edge was altered", error=str(error))
        except Fenced:
            logger.warning("sequencer: another process took the role")
        except NoDatabase as error:
            logger.warning("sequencer: no database", error=str(error).strip())
        try:
            rest = BUSY_TICK_SECONDS if numbered >= MUCH else TICK_SECONDS
            await asyncio.wait_for(stop.wait(), TORN_SECONDS if is_torn else rest)
        except TimeoutError:
            continue
    await sequencer.give_back()
