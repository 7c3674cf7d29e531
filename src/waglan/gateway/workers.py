"""Works off what waits: messages to read, manifests to judge, notices to answer.

The engine's role finds what waits; each piece is then done in its own transaction, in the name of
the organisation it belongs to. A piece that fails is our fault: it is logged, left waiting, and
tried again later, while all others go on. A message that fails over and over is ended: what of it
can be done is done, and its sender and the operator are told of the rest.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeAlias
from uuid import UUID

import structlog

from waglan.codes.party import PartyId
from waglan.customs.table_engine import DIRECT, Engine
from waglan.gateway import message_order, sandbox
from waglan.gateway.kit import Kit
from waglan.gateway.message_order import TRIES_MAX
from waglan.gateway.patience import Patience
from waglan.gateway.sweeps import LONG_AGO, LOOK_FOR_LEFT_EVERY, Sweeps
from waglan.messages.edifact import Profile
from waglan.messages.edifact.collector import paused
from waglan.messages.form import Form, PaperRead, form_of, read_paper
from waglan.operations.answer_filer import answer_filer
from waglan.operations.erase_subject import erase_subject
from waglan.operations.file_manifest import Filing
from waglan.operations.give_up_message import give_up_message
from waglan.operations.go_on_with_back_test import BackTestDesk, go_on_with_back_test
from waglan.operations.judge_again import judge_again, look_back
from waglan.operations.judge_manifest import Declared, Judge, judge_manifest
from waglan.operations.link_consignments import link_consignments
from waglan.operations.link_report import link_report
from waglan.operations.serve_notices import serve_by_order
from waglan.operations.settle_grant import settle_grant
from waglan.operations.wake_alarm import wake_alarm
from waglan.operations.warn_of_missing_parts import warn_of_missing_parts
from waglan.operations.work_off_message import (
    Reading,
    Work,
    read_interchanges,
    work_off_message,
)
from waglan.store import (
    NoDatabase,
    Transaction,
    alarms,
    assemblies,
    back_tests,
    customs,
    erasure,
    figures,
    is_gone,
    judged_again,
    lease,
    links,
    manifests,
    messages,
    parties,
    partners,
    report_links,
    serving,
    uploads,
)
from waglan.store.connect import glance, transaction, visible
from waglan.store.links import Unsettled

BATCH = 20  # of one look; the next look is at once when anything was found
IDLE_SECONDS = 0.2
TURN_SECONDS = 2.0  # of asking tables, after which other kinds of work have their turn
STEP_SECONDS = 0.5  # after which a message of many is committed as far as it is done
STEPS_IN_TURN = 3  # of one message, before others have their turn
READING_RESTS_MAX_SECONDS = 30.0  # a long message in memory that nobody goes on with
READ_AHEAD_BYTES = 1 << 20  # what is longer is read before the transaction of its first step
# What a clock, an officer or the operator sets going is looked for less often than what comes in.
LOOK_FOR_RARE_EVERY = timedelta(seconds=1)
# An upload may take an hour (gateway/http/messages.py), so what is a day old becomes no message.
LEFT_AFTER = timedelta(days=1)
AT_HAND_BILLS_MAX = 50_000  # of manifests kept in memory from their filing to their judging
# In no figure: that a table is tried out, or that a bill is held, is for no filer to read there.
BACK_TEST, WITHDRAWN, NEWER = "back-test", "withdrawn", "newer"
ASKS_TABLES = frozenset({"manifest", BACK_TEST, WITHDRAWN, NEWER})
OFFICERS_ALONE = frozenset({BACK_TEST, WITHDRAWN, NEWER})

logger = structlog.get_logger()


Do: TypeAlias = Callable[[int, int, PartyId], Awaitable[None]]


class Find(Protocol):
    """Finds what waits: (its number, the organisation in whose name it is done)."""

    def __call__(
        self, tx: Transaction, *, at_most: int
    ) -> Coroutine[None, None, list[tuple[int, int]]]:
        """Return at most so many, the fairest first."""
        ...


class NotYet(Exception):
    """Nothing can be done of a piece now, and nothing is wrong: it waits like one that failed."""


@dataclass(slots=True)
class Worker:
    """One process's share of the work; several may run side by side."""

    kit: Kit
    engine: Engine = DIRECT  # that officers' tables are asked of
    failed: dict[tuple[str, int], Patience] = field(default_factory=dict)
    names: dict[int, PartyId] = field(default_factory=dict)
    figures: Counter[tuple[str, str]] = field(default_factory=Counter)
    finished: list[int] = field(default_factory=list)  # messages, since figures were last kept
    at_hand: dict[int, Declared] = field(default_factory=dict)
    reading: Reading | None = None  # of a message that waits for its next step
    read_at: float = 0.0  # when somebody went on with it last, by the loop's clock
    passed: int | None = None  # the message that its sender's next one no longer waits for
    has_put_off: bool = False  # something in this round, behind which more may wait
    nothing_in: str = ""  # what was visible when a look found nothing to do
    looked_for_rare_at: datetime = LONG_AGO  # and found none
    swept_until: datetime = LONG_AGO  # whatever began to be sent before was looked at
    sweeps: Sweeps = field(default_factory=Sweeps)

    async def round(self) -> int:
        """Do what waits now, and keep the figures of it; return how many pieces were done."""
        done = await self._round()
        if self.figures:
            async with transaction(self.kit.pools.engine, None) as tx:
                await figures.count(tx, self.figures, self.finished)
            self.figures.clear()
            self.finished.clear()
        return done

    async def _round(self) -> int:
        # One connection for all looks: to borrow one for each takes longer than what it asks.
        async with glance(self.kit.pools.engine) as look:
            now, seen = self.kit.clock(), await visible(look)
            if seen == self.nothing_in and not self._is_time_for_rare(now):
                return 0
            self.has_put_off = False
            done = await self._all(look, now)
            self.nothing_in = "" if done or self.has_put_off else seen
            return done

    async def _all(self, look: Transaction, now: datetime) -> int:
        # A revocation must not wait for a large manifest, so it is looked for first.
        done = [
            await self._grants(look),
            await self._messages(look),
            await self._each(look, "link", links.unlinked, self._link),
            await self._each(look, "report", report_links.unlinked, self._report),
            await self._judgements(look),
        ]
        if self._is_time_for_rare(now):
            done.append(await self._rare(look, now))
        done.append(await self._each(look, "notice", customs.unanswered, self._notice))
        return sum(done)

    def _is_time_for_rare(self, now: datetime) -> bool:
        return now - self.looked_for_rare_at >= LOOK_FOR_RARE_EVERY

    async def _rare(self, look: Transaction, now: datetime) -> int:
        overdue = partial(assemblies.overdue, now=now)
        done = sum(
            [
                await self._each(look, "serving", partial(serving.due, now=now), self._serving),
                await self._each(look, "assembly", overdue, self._assembly),
                await self._each(look, "alarm", partial(alarms.due, now=now), self._alarm),
                await self._each(look, BACK_TEST, back_tests.unended, self._back_test),
                await self._erasures(look),
                await self._uploads(now),
                await self.sweeps.tries(self.kit.pools.engine, now),
                await self.sweeps.looks(self.kit.pools.engine, now),
            ]
        )
        if not done:
            self.looked_for_rare_at = now
        return done

    async def _grants(self, look: Transaction) -> int:
        found = await links.unsettled(look, at_most=BATCH)
        return sum([await self._settled(grant) for grant in found])

    async def _settled(self, grant: Unsettled) -> int:
        async def settle(number: int, org: int, party: PartyId) -> None:
            async with transaction(self.kit.pools.engine, None) as tx:
                await settle_grant(tx, grant, now=self.kit.clock())

        kind = "revocation" if grant.is_revoked else "grant"
        return await self._try(kind, grant.grant_id.int, grant.org, settle)

    async def _each(self, look: Transaction, kind: str, find: Find, do: Do) -> int:
        # What failed and waits for its next try takes nobody's place.
        apart = sum(of == kind and self._is_put_off(one) for (of, _), one in self.failed.items())
        found = await find(look, at_most=BATCH + apart)
        seconds, done = asyncio.get_running_loop().time, 0
        until = seconds() + TURN_SECONDS
        for n, (number, org) in enumerate(found, 1):
            done += await self._try(kind, number, org, do)
            if kind in ASKS_TABLES and seconds() >= until and n < len(found):
                self.has_put_off = True
                break
        return done

    async def _messages(self, look: Transaction) -> int:
        """Work messages off: of a sender's, none before the one before it has ended."""
        found = await messages.waiting(
            look, at_most=BATCH, now=self.kit.clock(), tries_max=TRIES_MAX
        )
        done, held = 0, set[int]()
        for number, org in found:
            if org in held:
                continue
            done += await self._try("message", number, org, self._message)
            if self.passed != number:
                held.add(org)
        return done

    def _is_put_off(self, patience: Patience | None) -> bool:
        return bool(patience and patience.is_put_off(self.kit.clock()))

    def _put_off(self, kind: str, number: int) -> None:
        self.failed.setdefault((kind, number), Patience()).put_off(self.kit.clock())
        self.has_put_off = True

    async def _uploads(self, now: datetime) -> int:
        before = now - LEFT_AFTER
        if before - self.swept_until < LOOK_FOR_LEFT_EVERY:
            return 0
        async with transaction(self.kit.pools.engine, None) as tx:
            found = await uploads.left(tx, since=self.swept_until, before=before, at_most=BATCH)
        if len(found) < BATCH:
            self.swept_until = before
        return sum([await self._swept(upload, org) for upload, org in found])

    async def _swept(self, upload: UUID, org: int) -> int:
        async def sweep(number: int, org: int, party: PartyId) -> None:
            async with transaction(self.kit.pools.engine, None) as tx:
                await uploads.sweep(tx, org, upload)

        return await self._try("upload", upload.int, org, sweep)

    async def _erasures(self, look: Transaction) -> int:
        waits = await erasure.waiting(look)
        if waits is None:
            return 0
        # By its own id, so that one that fails is tried again later and is no other's delay.
        number = waits[0].request.int
        return await self._try("erasure", number, waits[0].org, self._erasure)

    async def _erasure(self, number: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.engine, None) as tx:
            await lease.claim(tx, "erasure", number)
            await erase_subject(tx, self.kit.keys.vault, now=self.kit.clock())

    async def _judgements(self, look: Transaction) -> int:
        done = await self._each(look, "manifest", customs.unjudged, self._manifest)
        if not self.has_put_off:
            self.at_hand.clear()  # whatever is left, another worker has judged or will
        done += await self._each(look, WITHDRAWN, judged_again.held_and_gone, self._gone)
        return done + await self._each(look, NEWER, judged_again.newer_versions, self._newer)

    async def _message(self, message_id: int, org: int, party: PartyId) -> None:
        """Work a message off, or some steps of it: others that wait have their turn after these."""
        known = self.reading and self.reading.message_id == message_id
        paper = None if known else await self._read_ahead(org, message_id)
        for _ in range(STEPS_IN_TURN):
            async with transaction(self.kit.pools.app, org) as tx:
                tries = await message_order.claim(tx, message_id, now=self.kit.clock())
                if tries >= TRIES_MAX:
                    break
                profile = (await partners.agreed(tx, org)).profile
                work = self._work(message_id, profile, paper, tries)
                done = await work_off_message(tx, work, party, message_id)
            for fault in done.faults:
                logger.error("worker: a message was given up", number=message_id, exc_info=fault)
            self._keep_at_hand(done.filed)
            self._keep_reading(message_id, done.reading)
            if done.reading is None:
                self.passed = message_id
                return
        else:
            return
        self.passed = message_id  # later ones go before it by now, so nothing of it is done
        await self._give_up(message_id, org)

    def _work(self, message_id: int, profile: Profile, paper: PaperRead | None, tries: int) -> Work:
        kit, seconds = self.kit, asyncio.get_running_loop().time
        until = seconds() + STEP_SECONDS
        known = self.reading and self.reading.message_id == message_id
        return Work(
            kit.keys.vault,
            profile,
            kit.clock(),
            kit.new_id,
            paper,
            self.reading if known else None,
            lambda: seconds() >= until,
            tries >= TRIES_MAX - 1,
        )

    async def _count_failed(self, message_id: int, org: int) -> None:
        """Write a failed try of a message down; end one that fails over and over."""
        now = self.kit.clock()
        try:
            tries = await message_order.count_failed(self.kit.pools.app, org, message_id, now=now)
            if tries >= TRIES_MAX:
                await self._give_up(message_id, org)
        except lease.Claimed:
            return
        except Exception:
            logger.exception("worker: a message can't be given up and waits", number=message_id)

    async def _give_up(self, message_id: int, org: int) -> None:
        """End a message that fails even without the pieces that fail."""
        async with transaction(self.kit.pools.app, org) as tx:
            await lease.claim(tx, "message", message_id)
            profile = (await partners.agreed(tx, org)).profile
            work = self._work(message_id, profile, None, TRIES_MAX)
            await give_up_message(tx, work, message_id)
        self._keep_reading(message_id, None)
        self.failed.pop(("message", message_id), None)
        self.finished.append(message_id)
        self.passed = message_id
        logger.error("worker: a message was given up", number=message_id)

    def _keep_reading(self, message_id: int, reading: Reading | None) -> None:
        """Spare the next step the reading: of one message, since one may be large."""
        if reading is not None:
            self.reading, self.read_at = reading, asyncio.get_running_loop().time()
        elif self.reading and self.reading.message_id == message_id:
            self.reading = None

    async def _read_ahead(self, org: int, message_id: int) -> PaperRead | None:
        """Read what takes long before the transaction that files it; return a paper.

        A workbook is taken apart in a process of its own. A long EDIFACT file is kept for the
        first step.
        """
        vault = self.kit.keys.vault
        async with transaction(self.kit.pools.app, org) as tx:
            kept = await messages.by_number(tx, message_id)
            if kept is None:
                return None
            [*first] = [block async for block in messages.blocks(tx, vault, kept, at_most=1)]
            form = form_of(first[0] if first else b"", kept.content_type)
            if form is not Form.XLSX and kept.size <= READ_AHEAD_BYTES:
                return None
            if form is Form.EDIFACT:
                self._give_way(message_id)
            blocks = [block async for block in messages.blocks(tx, vault, kept)]
            profile, own = (await partners.agreed(tx, org)).profile, await parties.addresses(tx)
        if form is not Form.EDIFACT:
            data = b"".join(blocks)
            return await asyncio.to_thread(
                read_paper, form, data, profile.charset, sandbox.read_xlsx
            )
        self.reading = None
        reading = await asyncio.to_thread(read_interchanges, message_id, blocks, profile, own)
        self._keep_reading(message_id, reading)
        return None

    def _give_way(self, message_id: int) -> None:
        """Let a long message wait while another is read: two in memory are too many.

        One that nobody goes on with, because it was erased or another worker has it, is let go.
        """
        now = asyncio.get_running_loop().time()
        if self.reading and now - self.read_at < READING_RESTS_MAX_SECONDS:
            other = self.reading.message_id
            raise lease.Claimed(f"message {message_id} waits until message {other} is done")

    def _keep_at_hand(self, filings: Sequence[Filing]) -> None:
        """Spare the judging what was read just now; what does not fit is read from the store."""
        room = AT_HAND_BILLS_MAX - sum([len(d.manifest.bills) for d in self.at_hand.values()])
        for filing in filings:
            room -= len(filing.manifest.bills)
            if filing.manifest_id is not None and room >= 0:
                declared = Declared(filing.manifest, filing.judged, filing.consignments)
                self.at_hand[filing.manifest_id] = declared

    async def _link(self, manifest_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.engine, None) as tx:
            await lease.claim(tx, "link", manifest_id)
            await link_consignments(tx, manifest_id, now=self.kit.clock())

    async def _report(self, report_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.engine, None) as tx:
            await lease.claim(tx, "report", report_id)
            await link_report(tx, report_id, now=self.kit.clock())

    async def _manifest(self, manifest_id: int, org: int, party: PartyId) -> None:
        now, at_hand = self.kit.clock(), self.at_hand.pop(manifest_id, None)
        desk = Judge(org, party, self.kit.keys.vault, self.kit.keys.sample, self.engine)
        async with transaction(self.kit.pools.authority, org) as tx:
            await lease.claim(tx, "manifest", manifest_id)
            await judge_manifest(tx, desk, manifest_id, now=now, at_hand=at_hand)

    async def _gone(self, consignment: int, org: int, party: PartyId) -> None:
        desk = Judge(org, party, self.kit.keys.vault, self.kit.keys.sample, self.engine)
        async with transaction(self.kit.pools.authority, org) as tx:
            await lease.claim(tx, WITHDRAWN, consignment)
            if not await judge_again(tx, desk, consignment, now=self.kit.clock()):
                raise NotYet

    async def _newer(self, manifest_id: int, org: int, party: PartyId) -> None:
        desk = Judge(org, party, self.kit.keys.vault, self.kit.keys.sample, self.engine)
        async with transaction(self.kit.pools.authority, org) as tx:
            await lease.claim(tx, NEWER, manifest_id)
            if not await look_back(tx, desk, manifest_id, now=self.kit.clock()):
                raise NotYet

    async def _back_test(self, number: int, org: int, party: PartyId) -> None:
        """One manifest of it at a time, so that nothing else waits for it."""
        desk = BackTestDesk(org, party, self.kit.keys.vault, self.engine)
        async with transaction(self.kit.pools.authority, org) as tx:
            await lease.claim(tx, BACK_TEST, number)
            await go_on_with_back_test(tx, desk, number, now=self.kit.clock())

    async def _serving(self, manifest_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.authority, org) as tx:
            await lease.claim(tx, "serving", manifest_id)
            filed = await manifests.by_number(tx, manifest_id)
            if filed is not None:
                vault, now = self.kit.keys.vault, self.kit.clock()
                await serve_by_order(tx, vault, (org, party), filed, now=now)

    async def _assembly(self, assembly_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.app, org) as tx:
            await lease.claim(tx, "assembly", assembly_id)
            await warn_of_missing_parts(tx, (org, party), assembly_id, now=self.kit.clock())

    async def _alarm(self, number: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.authority, org) as tx:
            await wake_alarm(tx, org, number, now=self.kit.clock())

    async def _notice(self, event_id: int, org: int, party: PartyId) -> None:
        async with transaction(self.kit.pools.app, org) as tx:
            await lease.claim(tx, "notice", event_id)
            if not await answer_filer(tx, self.kit.keys.vault, event_id, now=self.kit.clock()):
                raise NotYet

    async def _try(self, kind: str, number: int, org: int, do: Do) -> int:
        if kind != "message" and self._is_put_off(self.failed.get((kind, number))):
            return 0
        try:
            # A large manifest makes half a million objects and no circle among them.
            with paused():
                await do(number, org, await self._name(org))
        except lease.Claimed:
            return 0
        except NotYet:
            self._put_off(kind, number)
            return 0
        except Exception as error:
            if isinstance(error, NoDatabase) and is_gone(error):
                raise
            # Whatever it is, it must not stop what others sent.
            self._put_off(kind, number)
            self._count("failed", kind)
            logger.exception("worker: a piece failed and waits", kind=kind, number=number)
            if kind == "message":
                await self._count_failed(number, org)
            return 0
        if not (kind == "message" and self.reading and self.reading.message_id == number):
            self.failed.pop((kind, number), None)  # of a long one, the next steps may fail alike
        self._count("done", kind)
        self.finished += [number] if kind == "message" else []
        return 1

    def _count(self, outcome: str, kind: str) -> None:
        if kind not in OFFICERS_ALONE:
            self.figures[outcome, kind] += 1

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
