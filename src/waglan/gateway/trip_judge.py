"""Judges the trips under way: each process the partitions that it holds a lease on.

What comes in is learned from the events of all transactions since a horizon, before the sequencer
numbers them. A process that is killed or stopped loses its partitions to the others when its lease
is over: what it still writes is refused by the database.
"""

import asyncio
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final
from uuid import UUID

import msgspec
import structlog

from waglan.codes.event import EventCode
from waglan.elock.kernel.reference import step as reference
from waglan.elock.partition import change, partition_of, share
from waglan.elock.verdict import Step
from waglan.gateway.kit import Kit
from waglan.gateway.patience import Patience
from waglan.operations.judge_live import (
    NEWS,
    Found,
    Watched,
    act,
    gather,
    hear,
    judge,
    judge_live,
    watch,
)
from waglan.operations.judge_trip import NotJudged
from waglan.store import NoDatabase, Transaction, figures, frames, is_gone, lives, partitions, trips
from waglan.store.connect import glance, transaction, visible
from waglan.store.lease import Fenced
from waglan.store.lives import News
from waglan.store.partitions import Partition

TICK_SECONDS: Final = 0.1
# A killed process's trips wait for so long; one that is stopped has as long to be woken.
LEASE: Final = timedelta(seconds=4)
COLD_SECONDS: Final = 0.5  # of trips that are read anew, before what came in has its turn
TRIPS_MAX: Final = 20_000  # in memory; of others the log is read when something comes
LOOKS_MAX: Final = 5  # through what came since a partition was worked off; else all is read anew

logger = structlog.get_logger()


class _Batch(msgspec.Struct, frozen=True):
    first: int
    last: int


class _Said(msgspec.Struct, frozen=True):
    body: _Batch


_read = msgspec.json.Decoder(_Said).decode


@dataclass(slots=True)
class TripJudge:
    """One process's share of the trips; several may run side by side."""

    kit: Kit
    step: Step = reference
    lease: timedelta = LEASE
    holder: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
    )
    partitions: int = 0
    fences: dict[int, int] = field(default_factory=dict)  # of the partitions that are held
    safe: dict[int, str] = field(default_factory=dict)  # horizons before which all is written
    renewed_at: datetime | None = None
    horizon: str | None = None
    seen: dict[int, int] = field(default_factory=dict)  # events of transactions from there on
    nothing_in: str = ""  # what was visible when a look found nothing to do
    trips: dict[UUID, Watched] = field(default_factory=dict)  # the last that were touched behind
    cold: dict[UUID, None] = field(default_factory=dict)  # to be read anew, and judged
    changed: dict[UUID, None] = field(default_factory=dict)  # to be judged, and written
    due: dict[UUID, datetime] = field(default_factory=dict)
    timer: list[tuple[datetime, UUID]] = field(default_factory=list)
    failed: dict[UUID, Patience] = field(default_factory=dict)

    async def tick(self) -> int:
        """Judge what is to be judged now, and keep it; return of how many trips."""
        await self.hold()
        if not self.fences:
            return 0
        async with glance(self.kit.pools.engine) as look:
            seen = await visible(look)
            if seen != self.nothing_in:
                await self._hear(look)
                self.nothing_in = seen
        self._ring()
        done = await self._write()
        until = asyncio.get_running_loop().time() + COLD_SECONDS
        for trip in self._fit(list(self.cold)):
            await self._read(trip)
            await self.hold()
            if asyncio.get_running_loop().time() >= until:
                break
        done += await self._write()
        self._settle()
        return done

    @property
    def is_behind(self) -> bool:
        """Whether there is something to do at once."""
        return bool(self.fences) and bool(self._fit([*self.cold]))

    # Leases

    async def hold(self) -> None:
        """Renew the leases when a third of their time is over, and have one's own share of all."""
        now = self.kit.clock()
        if self.renewed_at is not None and now - self.renewed_at < self.lease / 3:
            return
        until = now + self.lease
        async with transaction(self.kit.pools.engine, None) as tx:
            workers = await partitions.enrol(tx, self.holder, now=now, until=until)
            every = await partitions.every(tx)
            free = [one.number for one in every if one.holder is None or one.expires_at <= now]
            free = [number for number in free if number not in self.fences]
            own = [one.number for one in every if self.fences.get(one.number) == one.epoch]
            todo = change(own, free, share(len(every), workers, self.holder))
            fences = {number: self.fences[number] for number in own}
            kept = await partitions.renew(tx, self.holder, fences, self.safe, (now, until))
            await partitions.give_back(tx, self.holder, todo.give)
            taken = await partitions.take(tx, self.holder, todo.take, now=now, until=until)
        self.renewed_at, self.partitions = now, len(every)
        self._let_go(self.fences.keys() - (kept - set(todo.give)))
        if taken:
            await self._take_over(taken)

    def _let_go(self, lost: Iterable[int]) -> None:
        gone = set(lost)
        if not gone:
            return
        for number in gone:
            del self.fences[number]
            self.safe.pop(number, None)
        for kept in (self.trips, self.cold, self.changed, self.due, self.failed):
            for trip in [one for one in kept if self._partition(one) in gone]:
                del kept[trip]

    async def _take_over(self, taken: Sequence[Partition]) -> None:
        """Find what came in since these were worked off last."""
        self.fences.update({one.number: one.epoch for one in taken})
        self.nothing_in = ""
        numbers = {one.number for one in taken}
        async with glance(self.kit.pools.engine) as look:
            if self.horizon is None:
                self.horizon = await lives.now_at(look)
            behind = [one.horizon for one in taken if one.horizon is not None]
            is_all = len(behind) == len(taken)
            for _ in range(LOOKS_MAX if is_all else 0):
                since = await lives.since(look, min(behind, key=int), NEWS, ())
                await self._route(look, since.news, numbers)
                behind, is_all = [since.horizon], since.is_all
                if is_all:
                    break
            if not is_all:
                self._have_read(await lives.under_way(look), numbers)
            for trip, at in await lives.due(look, sorted(numbers)):
                self._set_due(trip, at)

    async def give_back(self) -> None:
        """Let the others take the partitions at once."""
        async with transaction(self.kit.pools.engine, None) as tx:
            now = self.kit.clock()
            await partitions.renew(tx, self.holder, self.fences, self.safe, (now, now))
            await partitions.give_back(tx, self.holder, sorted(self.fences))
            await partitions.leave(tx, self.holder)
        self._let_go([*self.fences])

    def _partition(self, trip: UUID) -> int:
        return partition_of(trip, self.partitions)

    def _is_ours(self, trip: UUID) -> bool:
        return self._partition(trip) in self.fences

    # What comes in

    async def _hear(self, look: Transaction) -> None:
        if self.horizon is None:
            return
        since = await lives.since(look, self.horizon, NEWS, self.seen)
        await self._route(look, since.news, set(self.fences))
        self.seen.update({one.event_id: one.tx for one in since.news})
        if since.horizon != self.horizon:
            self.horizon, oldest = since.horizon, int(since.horizon)
            self.seen = {n: at for n, at in self.seen.items() if at >= oldest}

    async def _route(self, look: Transaction, news: Sequence[News], numbers: set[int]) -> None:
        """Take what came in into the trips of these partitions, or have them read anew."""
        frame_ids, acted = list[int](), dict[UUID, None]()
        for one in news:
            if one.code == EventCode.DEVICE_BATCH.value:
                batch = _read(one.canonical).body
                frame_ids += range(batch.first, batch.last + 1)
            else:
                acted[UUID(one.about)] = None
        for trip in acted:
            if self._partition(trip) in numbers:
                await self._acted(look, trip)
        if not frame_ids:
            return
        by_trip = dict[UUID, list[tuple[int, int]]]()
        for heard in await lives.heard(look, frame_ids):
            if self._partition(heard.trip) in numbers:
                by_trip.setdefault(heard.trip, []).append((heard.device_id, heard.frame_id))
        self._have_read([trip for trip in by_trip if trip not in self.trips], numbers)
        warm = {trip: one for trip, one in by_trip.items() if trip in self.trips}
        await self._take(look, warm)

    async def _acted(self, look: Transaction, trip: UUID) -> None:
        known = self.trips.get(trip)
        if known is not None and act(known, await trips.acts(look, known.kept.number)):
            self.changed[trip] = None
            return
        self._have_read([trip], {self._partition(trip)})

    async def _take(self, look: Transaction, by_trip: dict[UUID, list[tuple[int, int]]]) -> None:
        numbers = {number for heard in by_trip.values() for _, number in heard}
        if not numbers:
            return
        vault = self.kit.keys.vault
        came = {one.frame_id: one for one in await frames.by_numbers(look, vault, [*numbers])}
        for trip, heard in by_trip.items():
            known = self.trips.pop(trip, None)
            there = [(device, came[number]) for device, number in heard if number in came]
            try:
                is_taken = known is not None and hear(known, there)
            except Exception as error:
                self._put_off(trip, error)
                continue
            if known is None or not is_taken:
                self._have_read([trip], {self._partition(trip)})
                continue
            self.trips[trip] = known
            self.changed[trip] = None

    def _have_read(self, trips: Iterable[UUID], numbers: set[int]) -> None:
        for trip in trips:
            if self._partition(trip) in numbers:
                self.trips.pop(trip, None)
                self.changed.pop(trip, None)
                self.cold[trip] = None

    async def _read(self, trip: UUID) -> None:
        """Read a trip's whole log; one that can't be read is tried again later."""
        try:
            async with transaction(self.kit.pools.engine, None) as tx:
                vault, now = self.kit.keys.vault, self.kit.clock()
                gathered = await gather(tx, vault, trip, now=now)
            known = None if gathered is None else await watch(gathered, self.step, self.hold)
        except NotJudged as unjudged:
            # What was told last of it stands: whoever asks for a verdict is told why there is none.
            logger.warning("trips: one is judged no more", trip=str(trip), why=unjudged.cause.value)
            known = None
        except Exception as error:
            self._put_off(trip, error)
            return
        self.cold.pop(trip, None)
        if known is not None and self._is_ours(trip):
            self.trips[trip] = known
            self.changed[trip] = None

    # What is written

    def _ring(self) -> None:
        """Have those judged whose time has come."""
        now = self.kit.clock()
        while self.timer and self.timer[0][0] <= now:
            at, trip = heappop(self.timer)
            if self.due.get(trip) != at or not self._is_ours(trip):
                continue
            del self.due[trip]
            if trip in self.trips:
                self.changed[trip] = None
            else:
                self.cold[trip] = None

    def _set_due(self, trip: UUID, at: datetime) -> None:
        if self.due.get(trip) != at:
            self.due[trip] = at
            heappush(self.timer, (at, trip))

    async def _write(self) -> int:
        """Judge what changed, and keep all of it at once; what can't be kept waits, and alone."""
        now = self.kit.clock()
        every = {trip: self._judged(trip, now) for trip in self._fit([*self.changed])}
        every = {trip: found for trip, found in every.items() if found}
        if not every:
            return 0
        try:
            await self._keep(every, now)
        except Exception as error:
            if isinstance(error, Fenced) or (isinstance(error, NoDatabase) and is_gone(error)):
                raise
            for trip, found in every.items():
                try:
                    await self._keep({trip: found}, now)
                except Exception as alone:
                    self._put_off(trip, alone)
        return len(every)

    def _judged(self, trip: UUID, now: datetime) -> list[Found]:
        fence = self.fences.get(self._partition(trip))
        if fence is None:
            return []
        try:
            return judge(self.trips[trip], (self._partition(trip), fence), now=now)
        except Exception as error:
            self._put_off(trip, error)
            return []

    async def _keep(self, every: dict[UUID, list[Found]], now: datetime) -> None:
        found = [one for of_trip in every.values() for one in of_trip]
        async with transaction(self.kit.pools.engine, None) as tx:
            await judge_live(tx, found, now=now, new_id=self.kit.new_id)
            # That a verdict changed is its authority's to know: no figure tells of it.
            await figures.count(tx, {("done", "trip"): len(every)}, [])
        for trip, of_trip in every.items():
            self._kept(trip, of_trip)

    def _kept(self, trip: UUID, found: Sequence[Found]) -> None:
        known = self.trips[trip]
        self.changed.pop(trip, None)
        self.failed.pop(trip, None)
        known.told.update({one.live.authority: one.told for one in found if one.is_new})
        times = [one.live.due_at for one in found if one.live.due_at is not None]
        self.due.pop(trip, None)
        if times:
            self._set_due(trip, min(times))
        if known.ended_at is not None:
            del self.trips[trip]

    def _fit(self, trips: Sequence[UUID]) -> list[UUID]:
        """Leave out those that failed just now."""
        now = self.kit.clock()
        return [
            trip for trip in trips
            if (patience := self.failed.get(trip)) is None or not patience.is_put_off(now)
        ]  # fmt: skip

    def _put_off(self, trip: UUID, error: Exception) -> None:
        """Have a trip read anew later; whatever it is, it must not stop the others."""
        if isinstance(error, Fenced) or (isinstance(error, NoDatabase) and is_gone(error)):
            raise error
        logger.error("trips: one can't be judged and waits", trip=str(trip), exc_info=error)
        self.trips.pop(trip, None)
        self.changed.pop(trip, None)
        self.cold[trip] = None
        self.failed.setdefault(trip, Patience()).put_off(self.kit.clock())

    def _settle(self) -> None:
        """Note which partitions have nothing left to do, and let memory not grow."""
        if self.horizon is not None:
            busy = {self._partition(trip) for trip in (*self.cold, *self.changed)}
            horizon = self.horizon
            self.safe.update({n: horizon for n in self.fences if n not in busy})
        while len(self.trips) > TRIPS_MAX:
            oldest = next(iter(self.trips))
            if oldest in self.changed:
                break
            del self.trips[oldest]


async def run(judging: TripJudge, stop: asyncio.Event) -> None:
    """Judge until told to stop; a lost database or lease is waited for, never fatal."""
    while not stop.is_set():
        try:
            await judging.tick()
        except Fenced:
            logger.warning("trips: another process took partitions over")
            judging.renewed_at = None
        except NoDatabase as error:
            logger.warning("trips: no database", error=str(error).strip())
        if not judging.is_behind:
            try:
                await asyncio.wait_for(stop.wait(), TICK_SECONDS)
            except TimeoutError:
                continue
    await judging.give_back()
