"""Somebody wants to show an event to a third party, who need not trust us."""

from waglan.logbook.event import Event
from waglan.logbook.evidence import Bundle, Erased, Kept, Link
from waglan.logbook.leaf import read_event
from waglan.logbook.note import read_note
from waglan.logbook.tree import inclusion_proof, tiles_for_inclusion
from waglan.operations._sights import sights
from waglan.store import Transaction, log
from waglan.store.looks import Sight


async def prove_event(tx: Transaction, seq: int) -> tuple[Bundle, list[Sight]] | None:
    """Return the proof of an event under the newest checkpoint, and what it shows of others.

    A witnessed checkpoint is taken if there is one.

    None when the reader may not see it, when there is none, or when no checkpoint covers it yet.
    """
    leaf = await log.leaf(tx, seq)
    bundle = None if leaf is None else await proven(tx, seq, _said(leaf))
    if leaf is None or bundle is None:
        return None
    return bundle, [] if leaf.canonical is None else [*sights([_told(leaf)])]


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


def _told(leaf: log.Leaf) -> tuple[int | None, Event]:
    return leaf.consignment, read_event(leaf.canonical or b"")


def _said(leaf: log.Leaf) -> Kept | Erased:
    if leaf.canonical is not None and leaf.salt is not None:
        return Kept(leaf.canonical, leaf.salt)
    if leaf.erased_at is not None and leaf.rule is not None:
        return Erased(leaf.leaf_hash, leaf.erased_at.date(), leaf.rule)
    raise LookupError(f"event {leaf.seq} is gone, and nobody erased it: verify the log")
