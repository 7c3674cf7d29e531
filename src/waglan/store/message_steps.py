"""How far a message is worked off whose work is more than one transaction may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.logbook.sealed import Vault
from waglan.store import Transaction
from waglan.store.messages import Kept, salt_of

_STEP_PLACE = 1 << 42  # beside those of store/messages.py: no two of one salt are the same


@dataclass(frozen=True, slots=True)
class Step:
    """How far a message has come after its step `n`; 0: nothing is done yet."""

    n: int = 0
    begun: int = 0  # interchanges whose envelope was looked at
    place: int = 0  # messages that are done, over all interchanges
    accepted: int = 0
    refused: int = 0


async def last(tx: Transaction, message_id: int) -> Step:
    """Return the step up to which the message is worked off."""
    row = await (
        await tx.execute(
            "SELECT n, begun, place, accepted, refused FROM message_step"
            " WHERE message_id = %s ORDER BY n DESC LIMIT 1",
            [message_id],
        )
    ).fetchone()
    return Step() if row is None else Step(*row)


async def add(
    tx: Transaction, vault: Vault, message: Kept, done: tuple[Step, bytes], *, now: datetime
) -> None:
    """Keep a step in the transaction that did it, with its own findings as JSON."""
    step, found = done
    salt = await _salt(tx, message)
    await tx.execute(
        "INSERT INTO message_step"
        " (message_id, n, org, begun, place, accepted, refused, findings, done_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            message.message_id,
            step.n,
            message.org,
            step.begun,
            step.place,
            step.accepted,
            step.refused,
            vault.seal(salt, found, place=_STEP_PLACE + step.n),
            now,
        ],
    )


async def findings(tx: Transaction, vault: Vault, message: Kept) -> Sequence[bytes]:
    """Return the findings of each step as JSON, in their order."""
    salt = await _salt(tx, message)
    rows = await tx.execute(
        "SELECT n, findings FROM message_step WHERE message_id = %s ORDER BY n",
        [message.message_id],
    )
    return [
        vault.open(salt, bytes(sealed), place=_STEP_PLACE + n)
        for n, sealed in await rows.fetchall()
    ]


async def _salt(tx: Transaction, message: Kept) -> bytes:
    salt = await salt_of(tx, message.message_id)
    if salt is None:
        raise LookupError("the message was erased while it was worked off")
    return salt
