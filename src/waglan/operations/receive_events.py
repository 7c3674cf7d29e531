"""A batch of events comes in: its bytes, its receipt, what it tells and the answer, all at once."""

from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from waglan.cargo.event_row import EventFate
from waglan.codes.finding import encode
from waglan.logbook.sealed import Vault
from waglan.messages.events.answer import events_answer, state_of
from waglan.messages.events.read import Read
from waglan.operations.receive_message import Raced, received
from waglan.operations.take_events import SentRows, author_of, take_events
from waglan.operations.tell_movements import Teller
from waglan.parties.role import Principal
from waglan.store import Transaction, erasure, events, messages, parties
from waglan.store.connect import unawaited
from waglan.store.messages import CHUNK_BYTES, Chunk, Kept, NewAnswer, Outcome

ANSWER = "RESULT"
FINDINGS_MAX = 1_000  # shown with the message; the answer has all of them


@dataclass(frozen=True, slots=True)
class SentBatch:
    """The bytes of a batch, what they were read as, and how they are to be taken."""

    kept: Kept  # its number is not known yet
    data: bytes
    salt: bytes
    rows: Read
    key: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a batch; None where it was erased. `clash`: another came under this key."""

    answer: bytes | None
    replayed: bool = False
    clash: bool = False


async def receive_events(
    tx: Transaction, vault: Vault, principal: Principal, sent: SentBatch
) -> Answered:
    """Take a batch whole in this transaction, or find the answer it was given before.

    Commit before you answer. Raises `Raced` or `store.Taken` if something of it was taken at the
    same moment: roll back and call again.
    """
    async with unawaited(tx):
        await erasure.keep_out(tx)
        known = await messages.receipt(tx, sent.kept.source, sent.key)
        if known is None:
            return Answered(await _take(tx, vault, principal, sent))
    if known[0] != sent.kept.sha256:
        return Answered(None, clash=True)
    return Answered(await _answer_of(tx, vault, known[1]), replayed=True)


async def _take(tx: Transaction, vault: Vault, principal: Principal, sent: SentBatch) -> bytes:
    kept = await _keep(tx, vault, sent)
    rows, findings = sent.rows
    teller = Teller(principal.org, kept, kept.received_at)
    came = [received(principal.org, kept)]
    fates: list[EventFate] = []
    if findings:
        await events.append(tx, came)
    else:
        author = author_of(principal.org, await parties.addresses(tx), principal.roles)
        fates = await take_events(tx, teller, author, SentRows(rows, came, whole=sent.whole))
    answer = events_answer(kept.id, fates, findings)
    shown = islice((*findings, *(one for fate in fates for one in fate.findings)), FINDINGS_MAX)
    said = (
        NewAnswer(ANSWER, answer, None, kept.received_at),
        Outcome(state_of(fates), encode(shown), kept.received_at),
    )
    await messages.finish_at_once(tx, vault, kept, sent.salt, said)
    return answer


async def _keep(tx: Transaction, vault: Vault, sent: SentBatch) -> Kept:
    kept = sent.kept
    for n, start in enumerate(range(0, len(sent.data), CHUNK_BYTES)):
        piece = Chunk(kept.org, kept.id, n, sent.salt, sent.data[start : start + CHUNK_BYTES])
        await messages.keep_chunk(tx, vault, piece, now=kept.received_at)
    number = await messages.keep(tx, kept, sent.salt, sent.key)
    if number is None:  # another transaction took the key meanwhile
        raise Raced
    return replace(kept, message_id=number)


async def _answer_of(tx: Transaction, vault: Vault, batch: UUID) -> bytes | None:
    kept = await messages.by_id(tx, batch)
    if kept is None:
        return None
    found = await messages.answer(tx, vault, kept.message_id, 1)
    return found[1] if found else None
