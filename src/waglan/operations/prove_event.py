"""Somebody wants to show an event to a third party, who need not trust us."""

from waglan.logbook.evidence import Bundle, Erased, Kept, Link
from waglan.logbook.note import read_note
from waglan.logbook.tree import inclusion_proof, tiles_for_inclusion
from waglan.store import Transaction, log


async def prove_event(tx: Transaction, seq: int) -> Bundle | None:
    """Return the proof of an event under the newest checkpoint, witnessed if there is one.

    None when the reader may not see it, when there is none, or when no checkpoint covers it yet.
    """
    leaf = await log.leaf(tx, seq)
    return None if leaf is None else await proven(tx, seq, _said(leaf))


async def proven(tx: Transaction, seq: int, said: Kept | Erased) -> Bundle | None:
    """Return what was said in this place of the log with its proof; None: not yet."""
    signed = await log.checkpoint(tx, covering=seq + 1, witnessed=True)
    signed = signed or await log.checkpoint(tx, covering=seq + 1)
    if signed is None:
        return None
    tiles = await log.tiles(tx, tiles_for_inclusion(seq, signed.size))
    proof = inclusion_proof(seq, signed.size, tiles.__getitem__)
    note = read_note(signed.note + b"".join(signed.cosignatures))
    return Bundle(said, (Link(seq, tuple(proof), note),))


def _said(leaf: log.Leaf) -> Kept | Erased:
    if leaf.canonical is not None and leaf.salt is not None:
        return Kept(leaf.canonical, leaf.salt)
    if leaf.erased_at is not None and leaf.rule is not None:
        return Erased(leaf.leaf_hash, leaf.erased_at.date(), leaf.rule)
    raise LookupError(f"event {leaf.seq} is gone, and nobody erased it: verify the log")
