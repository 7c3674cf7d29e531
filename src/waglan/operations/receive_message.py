"""Somebody hands in a message: it is kept raw with its receipt, and that is what we acknowledge."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.messages.envelope import Interchange
from waglan.store import Transaction, events, messages, partners
from waglan.store.messages import Kept

REFERENCE = "unb"  # what keys begin with that were made from an envelope
KEY_CHARACTERS_MAX = 200  # of a receipt as it was sent; a longer one is known by its hash


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message at the door.

    `replayed` is the same message that came before under this key; `clash` that another one did,
    so that this one is kept beside it to be refused.
    """

    id: UUID
    replayed: bool = False
    clash: bool = False


async def receive_message(
    tx: Transaction, sender: PartyId, message: Kept, salt: bytes, key: str
) -> Received:
    """Keep a message and its receipt, or find the one it repeats; commit before you answer.

    Its chunks lie in the store already, under `message.id`. `message.message_id` is not used yet.
    """
    known = await messages.receipt(tx, message.source, key)
    clash = known is not None and known[0] != message.sha256
    if clash:
        is_agreed = key.startswith(REFERENCE) and await _may_reuse(tx, message)
        clash = not is_agreed
        message = replace(message, clash=clash)
        key = f"{key}#{message.sha256.hex()}"
        known = await messages.receipt(tx, message.source, key)
    if known is not None:
        return Received(known[1], replayed=True, clash=clash)
    if await messages.keep(tx, message, salt, key) is None:
        # Another transaction with this very key committed between our look and our insert.
        raise Raced
    await events.append(tx, [received(sender, message)])
    return Received(message.id, clash=clash)


async def _may_reuse(tx: Transaction, message: Kept) -> bool:
    """Whether it is agreed with the sender that a reference says nothing of the content."""
    return (await partners.agreed(tx, message.org)).profile.duplicates == "accept"


def reference_key(envelope: Interchange, content: bytes = b"") -> str:
    """Return what an interchange is known by: who sends it to whom, and its reference.

    One without an envelope of its own has no reference: it is known by the hash of its content.
    """
    sender, recipient = envelope.sender, envelope.recipient
    key = "\x1f".join(
        (
            REFERENCE,
            sender.id,
            sender.qualifier,
            recipient.id,
            recipient.qualifier,
            envelope.reference or content.hex(),
        )
    )
    is_short = len(key) <= KEY_CHARACTERS_MAX
    return key if is_short else f"{REFERENCE}-sha256:{sha256(key.encode()).hexdigest()}"


class Raced(Exception):
    """The same key was taken at the same moment: roll back and call again."""


def received(sender: PartyId, message: Kept) -> Event:
    """Return what the log says of a message that is kept."""
    return Event(
        EventCode.MESSAGE_RECEIVED,
        Key(KeyKind.MESSAGE, str(message.id)),
        sender,
        message.received_at,
        message.received_at,
        # Salted like every event, so that a short message can't be guessed from its hash.
        {"sha256": message.sha256.hex(), "size": message.size, "token": message.token},
    )
