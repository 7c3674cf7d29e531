"""An authority wants a trip's evidence, to show it to somebody who need not trust us."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.elock.evidence import (
    Batch,
    Evidence,
    LastState,
    Opened,
    Proof,
    ShownDevice,
    ShownFrame,
    Told,
    in_order,
)
from waglan.elock.leaf import frame_opening, opened_leaf
from waglan.logbook.evidence import Erased, Kept
from waglan.logbook.note import read_note
from waglan.logbook.sealed import Vault
from waglan.logbook.tree import many_proof, tiles_for_many
from waglan.operations.judge_trip import Judged, NotJudged, heard_for, judge_kept
from waglan.store import Transaction, key_sets, log, trip_proofs, trip_states, trips
from waglan.store.frames import KeptFrame
from waglan.store.trip_proofs import BatchFrame, TripEvent
from waglan.store.trips import Kept as KeptTrip
from waglan.store.trips import TripDevice

_MARK = b"\x7e"  # around a frame of JT/T 808


class NotYet(Exception):
    """The log has not numbered and signed all of it: come again in a second."""


async def prove_trip(
    tx: Transaction, vault: Vault, by: tuple[int, PartyId], trip: UUID, *, now: datetime
) -> Evidence | None:
    """Return a trip's evidence for the authority that asks; None if it is on no such trip.

    Raise NotYet where the newest of it does not stand under a checkpoint.
    """
    org, party = by
    kept = await trips.by_id(tx, trip)
    policy = None if kept is None else await trips.own_policy(tx, kept.number)
    if kept is None or policy is None:
        return None
    judged, last = await _judged(tx, vault, org, kept, now)
    came = judged.came if judged else await heard_for(tx, vault, kept, now=now)
    numbers = [frame.frame_id for _, heard in came for frame in heard]
    events = await trip_proofs.events(tx, trip, numbers)
    keys = await key_sets.newest(tx)
    if keys is None or keys.seq is None or any(one.seq is None for one in events):
        raise NotYet
    told = in_order([Told(keys.seq, Kept(keys.said, keys.salt)), *map(_told, events)])
    beside = defaultdict[int, list[BatchFrame]](list)
    for one in await trip_proofs.batches(tx, trip, numbers):
        beside[one.event_id].append(one)
    seqs = {one.event_id: one.seq or 0 for one in events}
    acts = sorted((one.n, one.seq or 0) for one in events if one.n)
    return Evidence(
        str(trip),
        party,
        now,
        (policy, kept.trip.plan),
        None if judged is None else judged.bundled,
        last,
        tuple(_device(device, heard, beside, seqs) for device, heard in came),
        next((one.seq for one in events if one.n == 0), None),
        tuple(seq for _, seq in acts),
        keys.seq,
        await _proof(tx, told),
    )


async def _judged(
    tx: Transaction, vault: Vault, org: int, kept: KeptTrip, now: datetime
) -> tuple[Judged | None, LastState | None]:
    try:
        return await judge_kept(tx, vault, org, kept, now=now), None
    except NotJudged as why:
        if not why.is_erased:
            raise
    last = await trip_states.last(tx, kept.number)
    return None, None if last is None else LastState(last.said, last.signature)


async def _proof(tx: Transaction, told: Sequence[Told]) -> Proof:
    """Prove all events under one checkpoint, a witnessed one if there is any that covers them."""
    covering = told[-1].seq + 1
    signed = await log.checkpoint(tx, covering=covering, witnessed=True)
    signed = signed or await log.checkpoint(tx, covering=covering)
    if signed is None:
        raise NotYet
    numbers = [one.seq for one in told]
    tiles = await log.tiles(tx, tiles_for_many(numbers, signed.size))
    beside = many_proof(numbers, signed.size, tiles.__getitem__)
    note = read_note(signed.note + b"".join(signed.cosignatures))
    return Proof(tuple(told), tuple(beside), note)


def _told(one: TripEvent) -> Told:
    if one.canonical is not None and one.salt is not None:
        return Told(one.seq or 0, Kept(one.canonical, one.salt))
    if one.leaf_hash is not None and one.erased_at is not None:
        return Told(one.seq or 0, Erased(one.leaf_hash, one.erased_at.date(), one.rule or ""))
    raise LookupError(f"event {one.seq} is gone, and nobody erased it: verify the log")


def _device(
    device: TripDevice,
    heard: Sequence[KeptFrame],
    beside: Mapping[int, Sequence[BatchFrame]],
    seqs: Mapping[int, int],
) -> ShownDevice:
    by_event = defaultdict[int, list[KeptFrame]](list)
    for frame in heard:
        by_event[frame.event_id].append(frame)
    batches = [
        Batch(
            seqs[event],
            beside[event][0].frame_id,
            tuple(
                _frame(frame, beside[event][frame.frame_id - beside[event][0].frame_id])
                for frame in frames
            ),
            tuple(map(_leaf, beside[event])),
        )
        for event, frames in by_event.items()
    ]
    if device.from_at is None:
        raise ValueError("a device of a trip is heard from some time on")
    return ShownDevice(
        device.terminal,
        device.protocol,
        device.model,
        device.is_lock,
        device.serial_range,
        device.from_at,
        device.until_at,
        device.read_as,
        tuple(batches),
    )


def _frame(frame: KeptFrame, one: BatchFrame) -> ShownFrame:
    said: Opened | Erased
    if one.leaf is not None and one.erased_at is not None:
        said = Erased(one.leaf, one.erased_at.date(), one.rule or "")
    elif frame.raw is None or one.sha256 is None:
        raise LookupError(f"frame {frame.frame_id} is gone, and nobody erased it")
    else:
        said = Opened(_opening(one), one.sha256, _hashed(frame.raw, one.sha256))
    told = (frame.frame_id, str(frame.session), frame.serial, frame.at_s, frame.reading)
    return ShownFrame(*told, said)


def _hashed(raw: bytes, digest: bytes) -> bytes:
    """Return the bytes of a frame that were hashed: without the marks around it, if it has any."""
    shapes = (raw, raw.strip(_MARK), raw.strip())
    return next((one for one in shapes if sha256(one).digest() == digest), raw)


def _leaf(one: BatchFrame) -> bytes:
    if one.leaf is not None:
        return one.leaf
    if one.sha256 is None:
        raise LookupError(f"frame {one.frame_id} is gone, and nobody erased it")
    return opened_leaf(_opening(one), one.sha256)


def _opening(one: BatchFrame) -> bytes:
    if one.opening is not None:
        return one.opening
    if one.key_salt is None:
        raise LookupError(f"frame {one.frame_id} has no key")
    return frame_opening(one.key_salt, one.frame_id)
