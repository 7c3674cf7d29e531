"""What is proven by our own check, not by the server's word: an event of the log, and a status."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.customs.signed_status import check_status
from waglan.demo.answers import StatusesSeen, TrackSeen
from waglan.demo.client import Client, Declined
from waglan.logbook.checkpoint import read_checkpoint
from waglan.logbook.evidence import Kept, Standing, Trust, verify
from waglan.logbook.key_set import read_key_set
from waglan.logbook.note import Algorithm, SignerKey, read_note, read_verifier_key
from waglan.logbook.quorum import Quorum

PROOF_S_MAX = 30  # the log promises a proof within ten seconds
LOOK_S = 0.5


class NoProof(Exception):
    """The log did not take an event in, or did not prove it, in the time it promises."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A state of the log, and how well one event of it is proven; None: there was no key to try."""

    size: int
    root: str  # base64, as the checkpoint has it
    seq: int
    standing: Standing | None


async def proof(client: Client, bill: str, log_key: str | None) -> Proof:
    """Fetch the checkpoint and the evidence of a bill's newest event, and verify them here."""
    seq = await _number(client, bill)
    bundle = await _bundle(client, seq)
    checkpoint = read_checkpoint(read_note(await client.fetch("/log/checkpoint")).text)
    standing = None if log_key is None else verify(bundle, _trust(log_key)).standing
    return Proof(checkpoint.size, b64encode(checkpoint.root).decode(), seq, standing)


async def _number(client: Client, bill: str) -> int:
    for _ in range(int(PROOF_S_MAX / LOOK_S)):
        seen = await client.get(f"/v1/track/{quote(bill)}?kind=bill", TrackSeen)
        numbers = [e.seq for one in seen.found for e in one.events if e.seq is not None]
        if numbers:
            return max(numbers)
        await asyncio.sleep(LOOK_S)
    raise NoProof(f"no event of bill {bill} came into the log within {PROOF_S_MAX} s")


async def _bundle(client: Client, seq: int) -> bytes:
    for _ in range(int(PROOF_S_MAX / LOOK_S)):
        try:
            return await client.fetch(f"/v1/evidence/{seq}")
        except Declined as declined:
            # Not signed yet: a checkpoint comes at most once a second.
            if declined.problem.status != HTTPStatus.NOT_FOUND:
                raise
        await asyncio.sleep(LOOK_S)
    raise NoProof(f"event {seq} was not proven within {PROOF_S_MAX} s")


def _trust(log_key: str) -> Trust:
    key = read_verifier_key(log_key)
    # The demo day has no witness, and a quorum needs one: with a key that nobody holds, the best
    # that can come out is "signed by the log", which is the truth.
    nobody = SignerKey("demo/nobody", Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    return Trust({key.name: (key,)}, Quorum(1, (nobody.verifier,)))


@dataclass(frozen=True, slots=True)
class Stated:
    """A status as whoever has no network reads it; None: it is not proven, or there was no key."""

    characters: int
    status: str | None


async def stated(client: Client, bill: str, log_key: str | None) -> Stated:
    """Fetch a bill's signed status and the keys to it, and verify them here with the log's key."""
    path = f"/v1/customs-status/{quote(bill)}?kind=bill"
    [seen] = (await client.told(path, StatusesSeen)).found
    if log_key is None:
        return Stated(len(seen.text), None)
    verdict = verify(await client.fetch("/v1/keys"), _trust(log_key))
    if verdict.standing is Standing.UNPROVEN or not isinstance(verdict.said, Kept):
        return Stated(len(seen.text), None)
    keys = read_key_set(verdict.said.event)
    checked = None if keys is None else check_status(seen.text, keys, at=datetime.now(UTC))
    status = None if checked is None or checked.findings else checked.status
    return Stated(len(seen.text), status.status.value if status else None)
