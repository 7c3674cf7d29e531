"""Works off what waits: messages to read, manifests to judge, notices to answer.

The engine's role finds what waits; each piece is then done in its own transaction, in the name of
the organisation it belongs to. A piece that fails is our fault: it is logged, left waiting, and
tried again later, while all others go on.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from waglan.codes.party import PartyId
from waglan.gateway.kit import Kit
from waglan.messages.edifact import Profile
from waglan.operations.answer_filer import answer_filer
from waglan.operations.judge_manifest import Judge, judge_manifest
from waglan.operations.work_off_message import Work, work_off_message
from waglan.store import NoDatabase, customs, messages, parties
from waglan.store.connect import transaction

BATCH = 20  # of one look; the next look is at once when anything was found
IDLE_SECONDS = 0.2
FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=10)

logger = structlog.get_logger()


@dataclass(slots=True)
class Patience:
    """When a piece that failed is tried again; later each time."""

    wait: timedelta = FIRST_RETRY
    until: datetime | None = None


@dataclass(slots=True)
class Worker:
    """One process's share of the work; several may run side by side."""

    kit: Kit
    failed: dict[tuple[str, int], Patience] = field(default_factory=dict)
    names: dict[int, PartyId] = field(default_factory=dict)

    async def round(self) -> int:
        """Do what waits now; return how many pieces were done."""
        return await self._messages() + await self._manifests() + await self._notices()

    async def _messages(self) -> int:
        async with transaction(self.kit.pools.engine, None) as tx:
            found = await messages.waiting(tx, at_most=BATCH)
        return sum([await self._try("message", n, org, self._message) for n, org in found])

    async def _manifests(self) -> int:
        async with transaction(self.kit.pools.engine, None) as tx:
            found = await customs.unjudged(tx, at_most=BATCH)
        return sum([await self._try("manifest", n, org, self._manifest) for n, org in found])

    async def _notices(self) -> int:
        async with transaction(self.kit.pools.engine, None) as tx:
            found = await customs.unanswered(tx, at_most=BATCH)
        return sum([await self._try("notice", n, org, self._notice) for n, org in found])

    async def _message(self, message_id: int, org: int, party: PartyId) -> None:
        work = Work(self.kit.keys.vault, Profile(), self.kit.clock(), self.kit.new_id)
        # A large manifest makes half a million objects and no circle among them.
        gc.disable()
        try:
            async with transaction(self.kit.pools.app, org) as tx:
                await work_off_message(tx, work, party, message_id)
        finally:
            gc.enable()

    async def _manifest(self, manifest_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.authority, org) as tx:
            desk = Judge(org, party, self.kit.keys.vault, self.kit.keys.sample)
            await judge_manifest(tx, desk, manifest_id, now=self.kit.clock())

    async def _notice(self, event_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.app, org) as tx:
            await answer_filer(tx, self.kit.keys.vault, event_id, now=self.kit.clock())

    async def _try(
        self, kind: str, number: int, org: int, do: Callable[[int, int, PartyId], Awaitable[None]]
    ) -> int:
        patience = self.failed.get((kind, number))
        if patience and patience.until and self.kit.clock() < patience.until:
            return 0
        try:
            await do(number, org, await self._name(org))
        except NoDatabase:
            raise
        except Exception:
            # Whatever it is, it must not stop what others sent.
            patience = patience or Patience()
            patience.until = self.kit.clock() + patience.wait
            patience.wait = min(patience.wait * 2, LAST_RETRY)
            self.failed[kind, number] = patience
            logger.exception("worker: a piece failed and waits", kind=kind, number=number)
            return 0
        self.failed.pop((kind, number), None)
        return 1

    async def _name(self, org: int) -> PartyId:
        if org not in self.names:
            async with transaction(self.kit.pools.engine, None) as tx:
                self.names[org] = await parties.party_of(tx, org)
        return self.names[org]


async def run(worker: Worker, stop: asyncio.Event) -> None:
    """Work until told to stop; a lost database is waited for."""
    while not stop.is_set():
        done = 0
        try:
            done = await worker.round()
        except NoDatabase as error:
            logger.warning("worker: no database", error=str(error).strip())
        if not done:
            try:
                await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue
