"""Somebody wants the platform's keys, proven by the log, before he believes a signature."""

from waglan.logbook.evidence import Bundle, Kept
from waglan.operations.prove_event import proven
from waglan.store import Transaction, key_sets


async def prove_keys(tx: Transaction) -> Bundle | None:
    """Return the proof of the newest key set; None until a checkpoint covers it. For anybody."""
    last = await key_sets.newest(tx)
    if last is None or last.seq is None:
        return None
    return await proven(tx, last.seq, Kept(last.said, last.salt))
