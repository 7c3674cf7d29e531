"""A trip's evidence: its bundle, and what proves offline that the log holds what was judged.

One checkpoint covers all events: what was planned, each act as it was handed in, and the batches
that hold the frames. Each frame has its own opening of its leaf, so that no device's salt is given
away. What is erased leaves its leaf behind, with the day and the rule. The whole is signed.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from waglan.codes.party import PartyId
from waglan.elock.bundle import Bundled, bundle_value
from waglan.elock.leaf import opened_leaf
from waglan.logbook.canonical import Value, canonical
from waglan.logbook.evidence import Erased, Kept
from waglan.logbook.note import Note
from waglan.logbook.signing import PrivateKey, Purpose
from waglan.logbook.tree import many_proof, tree_over

FORM: Final = "waglan/trip-evidence/v1"


class Opened(msgspec.Struct, frozen=True, gc=False):
    """What opens the leaf of a frame, and the bytes as they are kept."""

    opening: bytes
    sha256: bytes
    raw: bytes

    @property
    def leaf(self) -> bytes:
        """The leaf that the batch must hold."""
        return opened_leaf(self.opening, self.sha256)


class ShownFrame(msgspec.Struct, frozen=True, gc=False):
    """A frame of a trip: its number, how it came, and what proves it or says that it is erased."""

    number: int
    session: str
    serial: int | None
    at_s: int | None
    reading: int  # the version of the readers that read it when it came
    said: Opened | Erased


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Frames that one event of the log tells of: those of the trip, and the leaves of all."""

    seq: int
    first: int
    frames: tuple[ShownFrame, ...]
    leaves: tuple[bytes, ...]


class ShownDevice(msgspec.Struct, frozen=True, gc=False):
    """A device that was heard for a trip, from when to when, and its batches in order."""

    terminal: str
    protocol: str
    model: str
    is_lock: bool
    serial_range: int
    since: datetime
    until: datetime | None
    read_as: str | None  # the datum in which its places were read
    batches: tuple[Batch, ...]


class Told(msgspec.Struct, frozen=True, gc=False):
    """An event of the log by its number, or what is left of it."""

    seq: int
    said: Kept | Erased


class Proof(msgspec.Struct, frozen=True, gc=False):
    """That one log holds these events: a signed checkpoint, and the hashes beside their leaves."""

    events: tuple[Told, ...]  # in the order of the log
    beside: tuple[bytes, ...]
    checkpoint: Note


class LastState(msgspec.Struct, frozen=True, gc=False):
    """The last state that was signed, where nothing can be judged any more."""

    said: bytes
    signature: str


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """All that a bundle holds; `judged` is None where what it was judged by is erased."""

    trip: str
    authority: PartyId
    made_at: datetime
    measure: tuple[bytes, bytes]  # policy and plan, canonical, as they were kept
    judged: Bundled | None
    last: LastState | None
    devices: tuple[ShownDevice, ...]
    planned: int | None  # the number of the event that tells of it
    acts: tuple[int, ...]  # the events of the acts, in the order of the acts
    keys: int  # the event that publishes the key that signs this
    proof: Proof


def sign_evidence(said: Evidence, key: PrivateKey, *, with_policy: bool = True) -> bytes:
    """Return a bundle as one line, and the key's id with the signature as the next.

    Without its policy it is for others: the figures are hashed, and nobody judges again by it.
    """
    if key.purpose is not Purpose.BUNDLE:
        raise ValueError("this key does not sign bundles")
    line = canonical(_value(said, with_policy=with_policy))
    return line + b"\n" + f"{key.public.kid} {_base64(key.sign(line))}\n".encode()


def _value(said: Evidence, *, with_policy: bool) -> Value:
    policy, plan = said.measure
    judged = said.judged
    shown = None if judged is None else bundle_value(judged)
    last: Value = None
    if said.last is not None:
        last = {"said": said.last.said.decode(), "signature": said.last.signature}
    return {
        "form": FORM,
        "trip": said.trip,
        "authority": said.authority,
        "made_at": said.made_at.isoformat(timespec="seconds"),
        "policy": msgspec.json.decode(policy) if with_policy else None,
        "policy_sha256": sha256(policy).hexdigest(),
        "plan": msgspec.json.decode(plan),
        "log": [] if shown is None else shown["log"],
        "verdict": None if shown is None else shown["verdict"],
        "judged_sha256": None if shown is None else sha256(canonical(shown)).hexdigest(),
        "last": last,
        "devices": [_device(one) for one in sorted(said.devices, key=_of_device)],
        "planned": said.planned,
        "acts": list(said.acts),
        "keys": said.keys,
        "events": [_told(one) for one in said.proof.events],
        "beside": [_base64(node) for node in said.proof.beside],
        "checkpoint": said.proof.checkpoint.encoded().decode(),
    }


def _of_device(one: ShownDevice) -> tuple[datetime, str]:
    return one.since, one.terminal


def _device(one: ShownDevice) -> Value:
    return {
        "terminal": one.terminal,
        "protocol": one.protocol,
        "model": one.model,
        "is_lock": one.is_lock,
        "serials": one.serial_range,
        "since": one.since.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
        "read_as": one.read_as,
        "batches": [_batch(each) for each in one.batches],
    }


def _batch(one: Batch) -> Value:
    size, _, tiles = tree_over(one.leaves)
    shown = [frame.number - one.first for frame in one.frames]
    return {
        "seq": one.seq,
        "frames": [_frame(frame) for frame in one.frames],
        "beside": [_base64(node) for node in many_proof(shown, size, tiles)],
    }


def _frame(one: ShownFrame) -> Value:
    told: dict[str, Value] = {
        "id": one.number,
        "session": one.session,
        "serial": one.serial,
        "at_s": one.at_s,
        "reading": one.reading,
    }
    if isinstance(one.said, Erased):
        return told | _erased(one.said)
    opened = one.said
    return told | {
        "opening": _base64(opened.opening),
        "sha256": opened.sha256.hex(),
        "raw": _base64(opened.raw),
        # A code that it showed is hidden in what is kept: its hash is of what came.
        "is_masked": sha256(opened.raw).digest() != opened.sha256,
    }


def _told(one: Told) -> Value:
    if isinstance(one.said, Erased):
        return {"seq": one.seq, **_erased(one.said)}
    return {"seq": one.seq, "salt": _base64(one.said.salt), "text": one.said.event.decode()}


def _erased(one: Erased) -> dict[str, Value]:
    return {"leaf": _base64(one.leaf), "on": one.on.isoformat(), "under": one.under}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def in_order(events: Sequence[Told]) -> tuple[Told, ...]:
    """Return events in the order of the log, each once."""
    return tuple(sorted({one.seq: one for one in events}.values(), key=lambda one: one.seq))
