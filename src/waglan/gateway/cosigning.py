"""Asks each witness to cosign what the log signs, beside the sequencer and never in its way.

A witness that has cosigned a history of ours that we don't have stops all signing: the log was
rolled back, or another instance signs in its name. Numbering and acknowledging go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import httpx
import structlog

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.witness import Outcome, Unreachable, WitnessAt, cosignature_from
from waglan.logbook.cosignature import Cosigned
from waglan.logbook.note import read_note
from waglan.logbook.tree import consistency_proof, tiles_for_consistency
from waglan.logbook.witness import Known, Refused
from waglan.store import NoDatabase, log, witnesses
from waglan.store.connect import Pool, transaction
from waglan.store.log import Signed
from waglan.store.witnesses import Halt

LOOK_SECONDS = 0.25
ASK_WITHIN_SECONDS = 15
FIRST_PAUSE = timedelta(seconds=1)
LAST_PAUSE = timedelta(minutes=1)
NOT_CONSISTENT = 422  # C2SP tlog-witness: the proof does not verify against what it cosigned

logger = structlog.get_logger()


class Cosigner:
    """Keeps one witness up to date; it holds no transaction while it waits for an answer."""

    def __init__(self, pool: Pool, witness: WitnessAt, clock: Callable[[], datetime]) -> None:
        """Prepare to ask this witness; nothing is asked yet."""
        self.pool = pool
        self.witness = witness
        self.clock = clock
        self.has_asked = False  # whatever came of it
        self.cosigned: int | None = None  # the largest size whose cosignature we hold
        self.knows = 0  # the size that the witness said it has cosigned
        self._pause = FIRST_PAUSE
        self._again_at: datetime | None = None

    async def round(self, client: httpx.AsyncClient) -> None:
        """Ask for a cosignature under the newest checkpoint if there is none yet, and keep it."""
        now = self.clock()
        if self._again_at is not None and now < self._again_at:
            return
        async with transaction(self.pool, None) as tx:
            if self.cosigned is None:
                self.cosigned = await witnesses.cosigned_size(tx, self.witness.key.text)
                self.knows = self.cosigned
            signed = await log.checkpoint(tx)
        if signed is not None and (signed.size > self.cosigned or not self.has_asked):
            await self._take(signed, await self._ask(client, signed))
        self.has_asked = True

    async def _ask(self, client: httpx.AsyncClient, signed: Signed) -> Outcome:
        async def prove(old_size: int) -> Sequence[bytes]:
            wanted = tiles_for_consistency(old_size, signed.size)
            async with transaction(self.pool, None) as tx:
                tiles = await log.tiles(tx, wanted)
            return consistency_proof(old_size, signed.size, tiles.__getitem__)

        try:
            async with asyncio.timeout(ASK_WITHIN_SECONDS):
                return await cosignature_from(
                    client, self.witness, read_note(signed.note), prove, old_size=self.knows
                )
        except TimeoutError:
            return Unreachable(f"no answer within {ASK_WITHIN_SECONDS} s")

    async def _take(self, signed: Signed, outcome: Outcome) -> None:
        if isinstance(outcome, Cosigned):
            await self._keep(signed, outcome)
        elif isinstance(outcome, Known) and not self._is_fork(outcome, signed):
            self.knows = outcome.size
        elif isinstance(outcome, Known) or outcome == Refused(NOT_CONSISTENT):
            await self._halt(signed, outcome.size if isinstance(outcome, Known) else None)
        else:
            self._later(outcome)

    def _is_fork(self, known: Known, signed: Signed) -> bool:
        # Of our own size, and it knew that before we asked: it holds another root.
        return known.size > signed.size or known.size == signed.size == self.knows

    async def _keep(self, signed: Signed, cosigned: Cosigned) -> None:
        line = cosigned.signature.line.encode()
        async with transaction(self.pool, None) as tx:
            await log.add_cosignature(tx, signed, self.witness.key.text, line, now=self.clock())
        self.cosigned = self.knows = signed.size
        self._pause, self._again_at = FIRST_PAUSE, None

    async def _halt(self, signed: Signed, known: int | None) -> None:
        found = Halt(self.witness.key.text, known, signed.size, self.clock())
        async with transaction(self.pool, None) as tx:
            await witnesses.halt(tx, found)
        logger.critical(
            "log: a witness cosigned another history; signing stops until the operator has looked",
            witness=self.witness.key.name,
            known=known,
            ours=signed.size,
        )
        self._later(None)

    def _later(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            logger.warning("log: no cosignature", witness=self.witness.key.name, why=str(outcome))
        self._again_at = self.clock() + self._pause
        self._pause = min(self._pause * 2, LAST_PAUSE)


def halted(halt: Halt) -> Finding:
    """Return what the operator is told of a witness's alarm."""
    witness = halt.witness.partition("+")[0]
    known = "?" if halt.known is None else halt.known
    return Finding(
        "LOG-HALTED",
        Severity.ERROR,
        Where("log"),
        {"witness": witness, "known": known, "ours": halt.ours},
    )


async def run(cosigner: Cosigner, stop: asyncio.Event, *, holds: Callable[[], bool]) -> None:
    """Ask until told to stop, while this process holds the sequencer's role."""
    async with httpx.AsyncClient(timeout=ASK_WITHIN_SECONDS) as client:
        while not stop.is_set():
            try:
                if holds():
                    await cosigner.round(client)
            except NoDatabase as error:
                logger.warning("cosigner: no database", error=str(error).strip())
            except Exception:
                # A witness's answer must never end the sequencer, whose process this is.
                logger.exception("cosigner: a round failed")
                cosigner.has_asked = True
            try:
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
